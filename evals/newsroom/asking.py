"""Questions about a world, as people put them."""

from random import Random
from typing import Final

from evals.newsroom.facts import Fact, Saying
from evals.newsroom.relations import RELATIONS, filled, fits

STATED: Final = (
    "Is it true that {c}?",
    "{c}.",
    'is this true? "{c}."',
    "{c} - true?",
    "Is it correct that {c}?",
)
SPOKEN: Final = (
    "Did {p} say that {c}?",
    "Is it true that {p} said that {c}?",
    "{p} said that {c}.",
)
ELSEWHERE: Final = (
    "Did the {x} Orchestra win the {y} Prize for its recording of sea songs?",
    "Does tea of {x} root cure the {y} fever in horses?",
    "Is it true that the planet {x} has a ring of ice around its equator?",
    "Was the {x} chess championship decided by a coin toss?",
    "Do {x} parrots live longer than {y} tortoises?",
    "Is the {x} cheese of {y} made without milk?",
)
"""About things that no source of any world speaks of."""


def put(claim: Saying, random: Random) -> str:
    """Put a claim as a question, a statement, or pasted from a chat."""
    if claim.speaker:
        clause = _clause(claim.fact, random)
        return random.choice(SPOKEN).format(p=claim.speaker, c=clause)
    if claim.holds and random.random() < 0.5:
        fitting = [w for w in RELATIONS[claim.fact.relation].asks if fits(w, claim.fact)]
        return _begun(filled(random.choice(fitting), claim.fact))
    clause = _clause(claim.fact, random, holds=claim.holds)
    return _begun(random.choice(STATED).format(c=clause))


def elsewhere(random: Random, x: str, y: str) -> str:
    """A question that the library cannot know anything about."""
    return random.choice(ELSEWHERE).format(x=x, y=y)


def _clause(fact: Fact, random: Random, *, holds: bool = True) -> str:
    relation = RELATIONS[fact.relation]
    wordings = relation.says if holds else relation.denies
    return filled(random.choice([w for w in wordings if fits(w, fact)]), fact)


def _begun(text: str) -> str:
    """With a capital, unless it begins as people type in a chat."""
    return text if text.startswith("is this") else f"{text[0].upper()}{text[1:]}"

"""Does a sentence speak for or against the claim?

Rules first: a sentence speaks *for* the claim where it has all its words in the same polarity and
the verifier lets the claim stand on it alone; *against* it where it has the opposite polarity, or
says of the claim that it is false. Where no rule can tell, the cross-encoder reads the sentence
beside the claim and beside its opposite; only where both readings agree and are sure does it count.
Everything else speaks for neither side: what cannot be told is not guessed.
"""

import re
from collections.abc import Sequence
from typing import Final

from agent.ports import Entailment, Shelf, Verifier
from agent.types import Claim, Extract, Outcome, Pair, Ruling, Stance, Support
from agent.words import content, expanded

DENIAL: Final = re.compile(
    r"\b(?:is|are|was|were|as|rated|called|be|been) (?:[\w-]+ ){0,3}?"
    r"(?:fake|false|hoax(?:es)?|untrue|myth|misleading|wrong|incorrect|fabricated|debunked|disproved"
    r"|refuted|impossible|baseless|unfounded)\b"
    r"|\b(?:is|are|was|were) not (?:real|true|genuine|accurate|correct)\b"
    r"|\brated (?:the|this|that) claim\b.*\b(?:fake|false|wrong|misleading)\b"
    r"|\bno (?:[\w-]+ )?(?:evidence|proof|basis) (?:that|of|for)\b"
    r"|\bno (?:[\w-]+ )?(?:link|association|connection) (?:between|with|to)\b"
    r"|\bno (?:report|case|record|instance)s?\b.*\b(?:verified|confirmed|documented)\b",
    re.IGNORECASE,
)
"""Said of the claim, not beside it: "is fake", but not "a fake video"."""
DOUBT: Final = re.compile(r"\b(?:deep)?fakes?\b|\bhoax|\bfalse|\bmyth|\bdebunk", re.IGNORECASE)
"""A claim that speaks of fakes itself is not denied by a sentence that does."""
NEGATION: Final = re.compile(
    r"\b(?:not|no|never|none|neither|nor|cannot|[a-z]+n't|without|stopp?(?:s|ed)?)\b", re.IGNORECASE
)
SILENCE: Final = re.compile(
    r"\b(?:do(?:es)?|did) not (?:itself )?"
    r"(?:say|state|mention|describe|name|give|address|report|claim|show|deal)\b"
    r"|\bnot (?:named|given|stated|clear|known)\b",
    re.IGNORECASE,
)
"""What a source does not speak about says nothing against the claim."""
DENIED: Final = re.compile(
    r"\b(?:claims?|idea|stor(?:y|ies)|rumou?rs?|belief|saying|clips?|videos?|footage|reports?"
    r"|cases?|links?|evidence|association|connection|proof|basis)\b"
    r" (?:in which|that|of|between|for|with|to) (?P<what>[^.;]+)",
    re.IGNORECASE,
)
"""What a denial is about: the words behind "the claim that" or "no link between"."""
SUBJECT: Final = 0.50
"""Cosine from which a sentence is about the same thing as the claim."""
NAMED: Final = 0.50
"""Share of the claim's words that a denial must name to be a denial of it."""
FIGURES: Final = frozenset({"numbers", "percentages", "money"})
FIGURE: Final = re.compile(
    r"\d|^(?:hundred|thousand|million|billion|percent|per|cent|dollar|euro|pound|one|two|three|four"
    r"|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|half|dozen)$"
)
"""Words of a figure, in the form of `agent.words.stem`."""
LEAST: Final = 3
"""Words beside the figure that make a claim recognisable."""
SURE: Final = 0.85
"""How far the cross-encoder must lean to either side, in [0, 1], to be followed."""


def stances(
    claim: Claim,
    sentences: Sequence[str],
    shelf: Shelf,
    verifier: Verifier,
    entailment: Entailment,
) -> list[Stance]:
    """Read the stance of each sentence towards the claim, in order."""
    if not sentences:
        return []
    wanted = " ".join(expanded(claim.text))
    vectors = shelf.embed([claim.text, wanted, *sentences])
    cosines = (vectors[2:] @ vectors[:2].T).max(axis=1)
    rulings = verifier.judge(
        [Pair(claim=claim.text, evidence=(Extract(text=s),)) for s in sentences]
    )
    near = [cosine >= SUBJECT for cosine in cosines.tolist()]
    asked = [text for text, close in zip(sentences, near, strict=True) if close]
    leans = dict(zip(asked, lean(claim, asked, entailment), strict=True))
    return [
        _stance(claim.text, text, leans[text], ruling) if close else Stance.NEITHER
        for text, close, ruling in zip(sentences, near, rulings, strict=True)
    ]


def lean(claim: Claim, sentences: Sequence[str], entailment: Entailment) -> list[float]:
    """How far each sentence leans to the claim (1) or against it (-1).

    The mean of two readings: P(supported) - P(contradicted) of the claim, and the same with the
    sign turned of its opposite. A model that reads the subject and not the negation gives 0.
    """
    asked = [(text, said) for text in sentences for said in (claim.text, claim.opposite)]
    read = entailment.probabilities(asked).reshape(-1, 2, 3)
    sides = read[:, :, 0] - read[:, :, 1]
    return [float(side) for side in (sides[:, 0] - sides[:, 1]) / 2]


def _stance(claim: str, text: str, leaning: float, ruling: Ruling) -> Stance:
    if SILENCE.search(text):
        return Stance.NEITHER
    if _opposite(ruling) or _denies(claim, text) or _other_figure(claim, text, ruling):
        return Stance.AGAINST
    if _says(claim, text) and ruling.stands:
        return Stance.FOR
    if leaning >= SURE and not _differs(ruling):
        return Stance.FOR
    return Stance.AGAINST if leaning <= -SURE else Stance.NEITHER


def _differs(ruling: Ruling) -> bool:
    """Whether a number, name or date of the claim is not the sentence's."""
    return any(c.outcome is Outcome.VIOLATED for c in ruling.checks)


def _opposite(ruling: Ruling) -> bool:
    """Another number or name is something else; only the opposite polarity is a contradiction."""
    return ruling.support is Support.CONTRADICTED and any(
        c.name == "negation" and c.outcome is Outcome.VIOLATED for c in ruling.checks
    )


def _other_figure(claim: str, text: str, ruling: Ruling) -> bool:
    """The whole claim, but for a figure: the same thing cannot have two (dates may differ)."""
    violated = [c for c in ruling.checks if c.outcome is Outcome.VIOLATED]
    if not violated or any(c.name not in FIGURES or c.evidence is None for c in violated):
        return False
    rest = {w for w in content(claim) if not FIGURE.search(w)}
    return len(rest) >= LEAST and rest <= set(content(text)) and _same_polarity(claim, text)


def _same_polarity(claim: str, text: str) -> bool:
    return bool(NEGATION.search(claim)) == bool(NEGATION.search(text)) and not DENIAL.search(text)


def _denies(claim: str, text: str) -> bool:
    denied = DENIED.search(text)
    if denied is None or not DENIAL.search(text) or DOUBT.search(claim) or NEGATION.search(claim):
        return False
    said = set(expanded(claim))
    return len(said & set(expanded(denied["what"]))) >= NAMED * len(said)


def _says(claim: str, text: str) -> bool:
    """Every word of the claim, in the same polarity: anything less is not the claim."""
    return _same_polarity(claim, text) and set(content(claim)) <= set(content(text))

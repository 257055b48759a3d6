"""Whether a sentence denies, hedges or leaves open what it speaks of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from agent.language.lexicon import pattern
from agent.stance.concepts import Concept
from agent.stance.cues import BARRED, HEDGE, NOBODY, OPEN
from agent.stance.proposition import denials

REACH: Final = 8
"""Tokens before the head in which a negation bears on it."""
FAR: Final = 16
"""Tokens before the head in which a word leaves it open."""
BESIDE: Final = 4
"""Tokens before the head in which "possible" belongs to it."""
LISTING: Final = frozenset({"not", "cannot", "never", "neither"})
"""These deny everything in a list that "or" ends: "may not tell, hold, or help"."""


def negations_of(
    words: Sequence[str],
    here: Sequence[Concept],
    head: Concept,
    since: int,
    actor: frozenset[str],
) -> list[int]:
    """Places of the words that deny a mention.

    Args:
        words: of the part of the sentence.
        here: its ideas.
        head: the mention.
        since: end of the mention before it.
        actor: ideas of who acts.
    """
    cues = [n for n in denials(words, here) if _bears(n, words, since, head)]
    return cues + _lacking(words, here, head, actor)


def _lacking(
    words: Sequence[str], here: Sequence[Concept], head: Concept, actor: frozenset[str]
) -> list[int]:
    """Words behind the head that say that who acts is not there: "countries that have no 5G"."""
    return [
        idea.start
        for idea in here
        if idea.start > head.start
        and idea.name in actor
        and "no" in words[max(0, idea.start - 2) : idea.start]
    ]


def _bears(cue: int, words: Sequence[str], since: int, head: Concept) -> bool:
    """Whether a negation belongs to this mention of the head."""
    if words[cue] == "without":
        return cue > head.start
    listed = words[cue] in LISTING and {"or", "nor"} & set(words[cue : head.start])
    near = (head.start - cue <= REACH or bool(listed)) and cue >= since
    return cue < head.start and (near or words[cue] in NOBODY)


def is_barred(words: Sequence[str], cues: Sequence[int]) -> bool:
    """Whether all that denies is a rule against it: "may not help"."""
    return bool(cues) and all(cue and words[cue - 1] in BARRED for cue in cues)


def is_hedged(words: Sequence[str], head: Concept) -> bool:
    """Whether the word that leaves it open says that it may be so: "a possible cause"."""
    return bool(HEDGE & set(words[max(0, head.start - BESIDE) : head.start]))


def is_left_open(words: Sequence[str], head: Concept) -> bool:
    """Whether a word before the head leaves open whether it is so."""
    return any(OPEN.fullmatch(word) for word in words[max(0, head.start - FAR) : head.start])


STATED: Final = r"(?:{reporting.saying}|{reporting.stating}|claimed|given)"
WRONGLY: Final = r"(?:{reporting.falsehood}ly|in error)"
STATEMENT: Final = r"(?:{reporting.statements}|{reporting.documents})"
EDITION: Final = (
    rf"(?:earlier|previous|first|original|initial) (?:[\w-]+ )?(?:{STATEMENT}|editions?|versions?)"
)
TAKEN_BACK: Final = (
    pattern(
        r"(?P<by>[^,;:]*?)\b(?:{core.have} )?(?:retract(?:ed|s)|withdrew|withdrawn|withdraws"
        r"|t(?:ook|aken) back|recant(?:ed|s)) (?:{core.determiners}) (?:[\w-]+ )?"
        rf"{STATEMENT}\b[^;:]{{0,30}}? that (?P<what>[^;]+)",
    ),
    pattern(
        rf"\b{EDITION} (?:had )?(?:{STATED} {WRONGLY}|{WRONGLY} {STATED}) that (?P<what>[^;]+)"
    ),
    pattern(
        r"\b(?:earlier|previous|original|initial) (?:[\w-]+ )?(?:versions?|editions?|headlines?)"
        rf"(?: of (?:this|the|our) (?:[\w-]+ )?{STATEMENT})? (?:had )?{STATED}(?: that)? "
        r"(?P<what>[^;]+)"
    ),
    pattern(r"\b{core.be} no longer (?:true|correct|right|accurate) that (?P<what>[^;]+)"),
)
"""A statement that somebody made before and does not stand by."""
NOT_TRUE: Final = (
    pattern(
        r"\b{core.be} (?:(?:not|never) (?:true|correct|right|accurate|the case)"
        r"|{reporting.falsehood}) that (?P<what>[^;]+)"
    ),
    pattern(rf"\b{STATEMENT} that (?P<what>[^;]+?),? {{core.be}} {{reporting.falsehood}}\b"),
    pattern(rf"\b{{reporting.falsehood}} {STATEMENT} that (?P<what>[^;]+)"),
    pattern(rf"\b(?:{STATED} {WRONGLY}|{WRONGLY} {STATED}) that (?P<what>[^;]+)"),
    pattern(r"^(?P<what>.+?)\W+[–—-] ?(?:[\w-]+ )?{reporting.falsehood}\W*$", re.IGNORECASE),
)
BEHIND: Final = re.compile(r", (?:and|which|but|according)\b.*$")
"""What follows the statement and is no part of it."""


@dataclass(frozen=True)
class Denial:
    """A statement that a sentence denies.

    Attributes:
        what: the statement.
        taken_back: whether somebody had made it and does not stand by it any more.
        by: who takes it back, where that is said: the words before the verb.
    """

    what: str
    taken_back: bool = False
    by: str = ""


@lru_cache(maxsize=1_024)
def find_denial(text: str) -> Denial | None:
    """The statement that a sentence denies as a whole, or None."""
    for expressions in (TAKEN_BACK, NOT_TRUE):
        for expression in expressions:
            if found := expression.search(text):
                what = BEHIND.sub("", found["what"]).rstrip(" .")
                by = found.groupdict().get("by") or ""
                return Denial(what, expressions is TAKEN_BACK, by.strip())
    return None

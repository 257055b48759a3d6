"""Sentences that speak of what the record does not hold: their forms, and what they deny."""

import re
from typing import Final

from agent.language.lexicon import pattern
from retrieval.types import Scope

RECORD: Final = r"(?:sources?|passages?|record|library|texts?|reporting)"
FRAMES: Final = (
    pattern(
        rf"\b(?:no|none of the)\b[^,;]*?\b{RECORD}\b.*?"
        r"\b(?:say|report|state|show)s?\s+that\s+(?P<p>.+)$",
        re.IGNORECASE,
    ),
    pattern(
        rf"\b{RECORD}\b.*?\bdo(?:es)? not (?:say|report|state|show|contain a passage saying)"
        r"\s+that\s+(?P<p>.+)$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b{RECORD}\b.*?\b(?:found|contains?|holds?) (?:no passage|none) (?:that says|saying)"
        r"\s+that\s+(?P<p>.+)$",
        re.IGNORECASE,
    ),
)
SEARCHED: Final = re.compile(
    r"All \d+ passages from \d+ sources in the library were searched for the claim that (?P<p>.+); "
    r"by itself this search settles nothing about the record\."
)
HERE: Final = rf"(?:{RECORD}) (?:reviewed|searched|in the library|provided|here)"
SPEAKS_OF_RECORD: Final = pattern(
    rf"\b{{core.negation}}\b.*\b{HERE}|\b{HERE}\b.*\b{{core.negation}}\b",
    re.IGNORECASE,
)


def is_absence(text: str) -> bool:
    """Whether a sentence speaks of what the record does not hold."""
    spoken = SPEAKS_OF_RECORD.search(text) or SEARCHED.fullmatch(text)
    return bool(spoken) or proposition(text) is not None


def proposition(text: str) -> str | None:
    """The positive statement that an absence sentence denies the record to hold."""
    bare = text.strip().rstrip(".")
    for frame in FRAMES:
        if found := frame.search(bare):
            return found["p"].strip()
    return None


def searched(scope: Scope, claimed: str) -> str:
    """What is left of an absence sentence that no certificate carries: that a search was made."""
    return (
        f"All {scope.passages} passages from {scope.sources} sources in the library were searched "
        f"for the claim that {claimed}; by itself this search settles nothing about the record."
    )


def searched_for(text: str) -> str | None:
    """What a sentence of the form of `searched` says was searched for."""
    found = SEARCHED.fullmatch(text)
    return found["p"] if found else None


def denied(text: str) -> str | None:
    """What an absence sentence speaks of, whether it denies it or only says it was searched."""
    return searched_for(text) or proposition(text)

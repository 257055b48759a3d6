"""What a sentence says of a statement: that it is not true, or that it has been taken back."""

import re
from dataclasses import dataclass
from typing import Final

STATED: Final = r"(?:stated|said|reported|claimed|wrote|announced|given)"
WRONGLY: Final = r"(?:wrongly|falsely|incorrectly|mistakenly|erroneously|in error)"
STATEMENT: Final = (
    r"(?:claims?|statements?|reports?|stor(?:y|ies)|articles?|allegations?|rumou?rs?|accounts?"
    r"|assertions?|suggestions?|idea)"
)
FALSE: Final = r"(?:false|untrue|wrong|incorrect|inaccurate|baseless|unfounded|mistaken)"
RATED: Final = r"(?:false|fake|untrue|misleading|incorrect|hoax|debunked)"
"""A checker's ruling that stands behind what it rules on."""
EDITION: Final = (
    r"(?:earlier|previous|first|original|initial|preliminary) (?:[\w-]+ )?(?:editions?|versions?"
    r"|reports?|articles?|stor(?:y|ies)|figures?|releases?|statements?|counts?|tall(?:y|ies))"
)
TAKEN_BACK: Final = (
    re.compile(
        r"(?P<by>[^,;:]*?)\b(?:has |have |had )?(?:retract(?:ed|s)|withdrew|withdrawn|withdraws"
        r"|t(?:ook|aken) back|recant(?:ed|s)) (?:its|the|their|an?|his|her) (?:[\w-]+ )?"
        rf"{STATEMENT}\b[^;:]{{0,30}}? that (?P<what>[^;]+)",
    ),
    re.compile(rf"\b{EDITION} (?:had )?{STATED} {WRONGLY} that (?P<what>[^;]+)"),
    re.compile(rf"\b{EDITION} (?:had )?{WRONGLY} {STATED} that (?P<what>[^;]+)"),
    re.compile(
        r"\b(?:is|are|was|were) no longer (?:correct|true|accurate|right) that (?P<what>[^;]+)"
    ),
)
"""A statement that somebody made before and does not stand by."""
NOT_TRUE: Final = (
    re.compile(
        r"\b(?:is|are|was|were) (?:not|never) (?:true|correct|accurate|right|the case) that"
        r" (?P<what>[^;]+)"
    ),
    re.compile(rf"\b(?:is|are|was|were) {FALSE} that (?P<what>[^;]+)"),
    re.compile(rf"\b{STATEMENT} that (?P<what>[^;]+?),? (?:is|are|was|were) {FALSE}\b"),
    re.compile(rf"\b{FALSE} {STATEMENT} that (?P<what>[^;]+)"),
    re.compile(rf"\b{STATED} {WRONGLY} that (?P<what>[^;]+)"),
    re.compile(rf"\b{WRONGLY} {STATED} that (?P<what>[^;]+)"),
    re.compile(rf"^(?P<what>.+?)\W+[–—-] ?(?:[\w-]+ )?{RATED}\W*$", re.IGNORECASE),
)
BEHIND: Final = re.compile(r", (?:and|which|but|according)\b.*$")
"""What follows the statement and is no part of it."""


@dataclass(frozen=True)
class Denied:
    """A statement that a sentence denies.

    Attributes:
        what: the statement.
        taken_back: whether somebody had made it and does not stand by it any more.
        by: who takes it back, where that is said: the words before the verb.
    """

    what: str
    taken_back: bool = False
    by: str = ""


def denied(text: str) -> Denied | None:
    """The statement that a sentence denies as a whole, or None."""
    for expressions in (TAKEN_BACK, NOT_TRUE):
        for expression in expressions:
            if found := expression.search(text):
                what = BEHIND.sub("", found["what"]).rstrip(" .")
                by = found.groupdict().get("by") or ""
                return Denied(what, expressions is TAKEN_BACK, by.strip())
    return None

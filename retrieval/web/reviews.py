"""A published check of a claim as the text of a source: how it is written, and found again."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel

from retrieval.types import Passage

KIND = "fact-check"
"""Kind of a source that is one."""
_CLAIM = re.compile(r"^The claim that it checked: “([^“”]+)”$", re.MULTILINE)
_RATING = re.compile(r"^.+ rated the claim: “([^“”]+)”$", re.MULTILINE)


class Review(BaseModel, frozen=True, extra="forbid"):
    """One published check of one claim."""

    url: str
    checker: str
    claim: str
    rating: str
    claimant: str = ""
    claimed: str = ""
    """When it was claimed, as 2026-01-27; empty where that is not said."""
    reviewed: str = ""
    title: str = ""


class Words(NamedTuple):
    """Words of a passage: `passage.text[start:end]`."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]


class ReviewWords(NamedTuple):
    """The claim that a stored check is about, and its rating, in the checker's words."""

    claim: Words
    rating: Words


def describe(review: Review) -> str:
    """The check in plain words. What others said stands in quotation marks."""
    said = f" on {review.claimed}" if review.claimed else ""
    by = f"{review.claimant} made this claim{said}." if review.claimant else ""
    if not by and said:
        by = f"The claim was made{said}."
    when = f" on {review.reviewed}" if review.reviewed else ""
    lines = (
        f"{review.checker} published a fact-check{when}.",
        f"The claim that it checked: “{_unquoted(review.claim)}”",
        by,
        f"{review.checker} rated the claim: “{_unquoted(review.rating)}”",
    )
    return "\n\n".join(line for line in lines if line)


def find_review(passages: Sequence[Passage]) -> ReviewWords | None:
    """Find claim and rating in a source as `describe` writes it; None where it is another text.

    Args:
        passages: of one source, in reading order.
    """
    if not passages or passages[0].source.kind != KIND or not passages[0].source.is_summary:
        return None
    claim, rating = (_find(pattern, passages) for pattern in (_CLAIM, _RATING))
    return ReviewWords(claim, rating) if claim and rating else None


def _find(pattern: re.Pattern[str], passages: Sequence[Passage]) -> Words | None:
    found = ((p, match) for p in passages for match in pattern.finditer(p.text))
    return next((Words(p, match.start(1), match.end(1)) for p, match in found), None)


def _unquoted(text: str) -> str:
    """On one line, without the quotation marks around it, which are ours to set."""
    return " ".join(text.split()).strip("\"“”„'‘’").replace("“", "‘").replace("”", "’")

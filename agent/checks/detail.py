"""A claim may not add what its evidence has nothing of."""

import re

from agent.checks.normalise import content, fold
from agent.checks.reading import Reading
from agent.types import Check, Outcome

NAME = "detail"
_PART = re.compile(r"[^,;()]+")
_LEAST = 2
"""Content words from which on a part between commas is a detail of its own."""


def check(claim: str, reading: Reading) -> Check:
    """Look for a part between commas of which the evidence has no word, though it has the rest.

    It may be said in other words, so it proves nothing: the outcome is `UNKNOWN`.
    """
    known = reading.stems | reading.publishers
    parts = [(m, {w for w in content(m[0]) if w.isalpha()}) for m in _PART.finditer(fold(claim))]
    if any(2 * len(told & known) > len(told) for _, told in parts):
        for m, told in parts:
            if len(told) >= _LEAST and not told & known:
                detail = f'the cited text has nothing of "{m[0].strip()}"'
                return Check(name=NAME, outcome=Outcome.UNKNOWN, detail=detail, span=m.span())
    return Check(name=NAME, outcome=Outcome.NOT_APPLICABLE)

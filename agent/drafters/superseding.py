"""Two sources on the same figure: the later one wins, the earlier one is named as earlier."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from agent.checks.dates import dates
from agent.checks.reading import amounts_of
from agent.drafters.candidates import Candidate
from agent.drafters.choosing import RELEVANT
from agent.words import content

ALIKE: Final = 0.6
"""Share of the shorter sentence's words in the other, figures and dates aside, from which both
speak of the same figure."""
LEAST: Final = 5
"""Words in common without which that share means nothing."""
DAYS: Final = 7
"""Between two publications: reports of one week are one state of knowledge."""
COUNT: Final = 100
"""Plain numbers below which a number counts what is before the reader."""
DIGITS: Final = re.compile(r"\d")


def rival(one: Candidate, found: Sequence[Candidate]) -> Candidate | None:
    """The nearest sentence of another origin and time that gives the same thing another figure."""
    if one.source.published is None or not _figures(one.text):
        return None
    others = [(o, _alike(one, o)) for o in found if o.cosine >= RELEVANT and _comparable(one, o)]
    best = max(others, key=lambda other: other[1], default=None)
    return best[0] if best and best[1] >= ALIKE else None


def in_order(one: Candidate, other: Candidate) -> tuple[Candidate, Candidate]:
    """The later and the earlier of two sentences whose sources carry a date."""
    first, second = one.source.published, other.source.published
    if first is None or second is None:
        raise AssertionError("only dated sources supersede each other")
    return (one, other) if first > second else (other, one)


def _comparable(one: Candidate, other: Candidate) -> bool:
    first, second = one.source.published, other.source.published
    if first is None or second is None or abs((first - second).days) < DAYS:
        return False
    if any('"' in c.text for c in (one, other)):
        return False  # what somebody says is not what is counted
    if one.source.origin == other.source.origin or len(other.run()) != 1 or len(one.run()) != 1:
        return False
    mine, theirs = _figures(one.text), _figures(other.text)
    years = _years(one.text), _years(other.text)
    same = bool(years[0] & years[1]) or not (years[0] or years[1])
    return same and bool(mine and theirs) and mine[0] != theirs[0] and mine[0][1:] == theirs[0][1:]


@lru_cache(maxsize=4096)
def _figures(text: str) -> tuple[tuple[float, str, str], ...]:
    """The figures of a sentence in order: value, measure, unit; small counts are no figures."""
    found = ((q.value, str(q.measure), q.unit) for q in amounts_of(text))
    return tuple(f for f in found if f[1] != "number" or f[2] or f[0] >= COUNT)


@lru_cache(maxsize=4096)
def _years(text: str) -> frozenset[int]:
    """Years spoken of; figures of different years are different figures."""
    return frozenset(found.year for found in dates(text) if found.year)


def _alike(one: Candidate, other: Candidate) -> float:
    mine, theirs = ({w for w in content(c.text) if not DIGITS.search(w)} for c in (one, other))
    common = len(mine & theirs)
    return common / min(len(mine), len(theirs)) if common >= LEAST else 0.0

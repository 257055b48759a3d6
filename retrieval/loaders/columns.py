"""White strips between columns that are set close, found over many lines at once."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

LINES = 6
"""Lines in a row that leave a strip white which is one."""
NARROW = 0.5
"""Least width of a strip between columns, in sizes of type."""


class Run(NamedTuple):
    """Words side by side. `base` is their baseline, counted upwards; all in points."""

    text: str
    x0: float
    x1: float
    base: float
    size: float
    gaps: tuple[tuple[int, float, float], ...] = ()
    """Its wide gaps: the character behind it, where it begins and ends."""


Row = list[Run]
Strip = tuple[float, float]
"""Where a strip begins and ends, in points from the left."""


class _Growing(NamedTuple):
    """A strip that the lines so far leave white."""

    x0: float
    x1: float
    first: int
    last: int
    lines: int


def find_strips(rows: Sequence[Row]) -> list[list[Strip]]:
    """Find for each row the strips that it and its neighbours leave white between words."""
    found: list[_Growing] = []
    growing: list[_Growing] = []
    for n, row in enumerate(rows):
        gaps = list(_list_gaps(row))
        going: list[_Growing] = []
        for strip in growing:
            narrowed = _narrow(strip, gaps, row, n)
            if narrowed:
                going.append(narrowed)
            else:
                found.append(strip)
        known = [(strip.x0, strip.x1) for strip in going]
        going += [
            _Growing(x0, x1, n, n, 1)
            for x0, x1 in gaps
            if not any(a < x1 and b > x0 for a, b in known)
        ]
        growing = going
    strips: list[list[Strip]] = [[] for _ in rows]
    for one in (*found, *growing):
        if one.lines >= LINES:
            for n in range(one.first, one.last + 1):
                strips[n].append((one.x0, one.x1))
    return strips


def part_run(run: Run, strips: Sequence[Strip]) -> Iterator[Run]:
    """Part a run at those of its gaps through which a strip goes."""
    at, start = 0, run.x0
    for offset, x0, x1 in run.gaps:
        if any(x0 - 1 <= a and b <= x1 + 1 for a, b in strips):
            yield Run(run.text[at:offset].strip(), start, x0, run.base, run.size)
            at, start = offset, x1
    yield run if not at else Run(run.text[at:].strip(), start, run.x1, run.base, run.size)


def _list_gaps(row: Row) -> Iterator[Strip]:
    """White of a row between words, as far as a strip can go through it."""
    size = max(run.size for run in row)
    inner = [(x0, x1) for run in row for _, x0, x1 in run.gaps]
    outer = [(a.x1, b.x0) for a, b in pairwise(row)]
    return ((x0, x1) for x0, x1 in (*inner, *outer) if x1 - x0 >= NARROW * size)


def _narrow(strip: _Growing, gaps: Sequence[Strip], row: Row, n: int) -> _Growing | None:
    """The strip as far as a row leaves it white; None where the row crosses it."""
    widest = max(
        ((max(strip.x0, x0), min(strip.x1, x1)) for x0, x1 in gaps),
        key=lambda part: part[1] - part[0],
        default=(0.0, 0.0),
    )
    if widest[1] - widest[0] >= NARROW * row[0].size:
        return strip._replace(x0=widest[0], x1=widest[1], last=n, lines=strip.lines + 1)
    beside = row[-1].x1 <= strip.x0 + 1 or row[0].x0 >= strip.x1 - 1
    return strip if beside else None

"""The words of a typeset page in the order in which a person reads them.

A page comes as runs of type with places. What stands side by side is told apart: columns of prose
are read one after the other, rows of a table become sentences.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from retrieval.loaders.columns import NARROW, Row, Run, Strip, find_strips, part_run
from retrieval.loaders.tables import Table, write_table

APART = 1.2
"""Gap between words, in sizes of type, from which on they belong to different cells or columns."""
FAR = 2.5
"""Gap from which on two pieces of a line are written apart."""
ONE_LINE = 0.4
"""Difference of baselines, in sizes of type, up to which words stand on one line."""
LEADING = 1.45
"""Distance of lines, in usual distances, from which on a new paragraph begins."""
LEAST = 3
"""Lines of a column, and rows of a table."""
EDGE = 3
"""Lines at the head and at the foot of a page that may be repeated on others."""
SHORT = 0.7
"""Share of the width of a column from which down a line ends its paragraph."""
SET_APART = 1.9
"""Distance, in sizes of type, from which on a line is set apart from the next one."""
MANY = 10
"""Pages from which on a line need not be on many of them to be a running one."""
CELL = 6
"""Words that a cell of a table has on average, at most."""
_FIGURE = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:page )?[-–— ]*(?:(\d{1,4})(?: ?(?:of|/) ?\d{1,4})?|([ivxlc]+))[-–— ]*", re.IGNORECASE
)
_TENS = ("", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx", "xc")
_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN = {
    f"{tens}{ones}": 10 * t + o for t, tens in enumerate(_TENS) for o, ones in enumerate(_ONES)
}


class Block(NamedTuple):
    """Lines of prose, or one paragraph that is finished."""

    lines: tuple[str, ...]
    finished: bool = False


class Number(NamedTuple):
    """A number of a page, or what the numbers of pages have over their places, from 0."""

    is_roman: bool
    value: int


def group_rows(runs: Sequence[Run]) -> list[Row]:
    """Group the runs of a page into rows from top to bottom, each from left to right."""
    rows: list[Row] = []
    for run in sorted(runs, key=lambda r: (-r.base, r.x0)):
        row = rows[-1] if rows else None
        if row and row[0].base - run.base < ONE_LINE * min(run.size, row[0].size):
            row.append(run)
        else:
            rows.append([run])
    rows = [sorted(row, key=lambda r: r.x0) for row in rows]
    return [_join_near(row, strips) for row, strips in zip(rows, find_strips(rows), strict=True)]


def _join_near(row: Row, strips: Sequence[Strip]) -> Row:
    """Join the runs that only a change of type sets apart, and part those that cross a strip."""
    parts = [part for run in row for part in part_run(run, strips)]
    joined = parts[:1]
    for run in parts[1:]:
        last = joined[-1]
        gap, size = run.x0 - last.x1, max(run.size, last.size)
        parted = any(last.x1 <= x0 + 1 and run.x0 >= x1 - 1 for x0, x1 in strips)
        if gap < APART * size and run.size > 0.6 * size and not parted:
            space = " " if gap > 0.12 * size else ""
            size = last.size if len(last.text) >= len(run.text) else run.size
            text = f"{last.text.rstrip()}{space}{run.text}"
            joined[-1] = Run(text, last.x0, max(last.x1, run.x1), last.base, size)
        else:
            joined.append(run)
    return joined


def find_running(pages: Sequence[Sequence[Row]]) -> frozenset[str]:
    """Find what is repeated at the head or the foot of pages, with its figures masked."""
    if len(pages) < 2:
        return frozenset()
    found: defaultdict[str, list[int]] = defaultdict(list)
    for at, rows in enumerate(pages):
        for text in {_mask(run.text) for n in _list_margins(rows) for run in rows[n]}:
            found[text].append(at)
    return frozenset(
        text
        for text, places in found.items()
        if any(map(str.isalpha, text)) and len(places) >= _least(places, len(pages))
    )


def _least(places: Sequence[int], pages: int) -> float:
    """On how many pages a line must stand to be a running one: of the left or right ones alone."""
    if pages >= MANY:
        return EDGE
    one_side = len({at % 2 for at in places}) == 1
    return max(2, 0.4 * (pages / 2 if one_side else pages))


def find_numbering(pages: Sequence[Sequence[Row]], running: frozenset[str]) -> frozenset[Number]:
    """Find what the numbers printed on pages have over their places; nothing without them.

    Figures are on most of the pages, roman numbers on two or more.
    """
    found = Counter(
        over
        for at, rows in enumerate(pages)
        for over in {
            Number(n.is_roman, n.value - at) for n in _list_numbers(rows, running).values()
        }
    )
    roman = {over: times for over, times in found.items() if over.is_roman and times > 1}
    rest = len(pages) - sum(roman.values())
    figures = [one for one in found.most_common() if not one[0].is_roman][:1]
    return frozenset([*roman, *(over for over, times in figures if times >= max(2, 0.5 * rest))])


def drop_running(
    rows: Sequence[Row], running: frozenset[str], numbers: frozenset[Number]
) -> tuple[list[Row], list[str]]:
    """Take repeated lines and printed numbers off a page; return what is left, and the lines.

    Args:
        rows: of the page.
        running: what is repeated, with its figures masked.
        numbers: those that the page would bear.
    """
    kept: list[Row] = []
    gone: list[str] = []
    margins, printed = _list_margins(rows), _list_numbers(rows, running)
    for n, row in enumerate(rows):
        repeated = [r for r in row if n in margins and _mask(r.text) in running]
        gone += [r.text.strip() for r in repeated]
        if left := [r for r in row if r not in repeated and printed.get(r) not in numbers]:
            kept.append(left)
    return kept, gone


def _list_margins(rows: Sequence[Row]) -> set[int]:
    """Places of the rows at the head and the foot that are set apart from what is between."""
    apart = [
        n
        for n, (row, below) in enumerate(pairwise(rows))
        if row[0].base - below[0].base > SET_APART * max(row[0].size, below[0].size)
    ]
    head = max((n + 1 for n in apart if n < EDGE), default=0)
    foot = min((n + 1 for n in apart if n + 1 >= len(rows) - EDGE), default=len(rows))
    return {*range(head), *range(foot, len(rows))}


def _list_numbers(rows: Sequence[Row], running: frozenset[str]) -> dict[Run, Number]:
    """Words at the head or the foot that are a number, alone in their row or beside running ones.

    In the first and the last row too, if alone there.
    """
    alone = {n for n in (0, len(rows) - 1) if len(rows) > 1 and len(rows[n]) == 1}
    found: dict[Run, Number] = {}
    for row in (rows[n] for n in _list_margins(rows) | alone):
        own = [run for run in row if _mask(run.text) not in running]
        match = _PAGE_NUMBER.fullmatch(own[0].text.strip()) if len(own) == 1 else None
        if match:
            value = int(match[1]) if match[1] else _ROMAN.get(match[2].lower(), 0)
            found |= {own[0]: Number(not match[1], value)} if value else {}
    return found


def _mask(text: str) -> str:
    return _FIGURE.sub("#", text).strip().casefold()


def read_in_order(rows: Sequence[Row]) -> list[Block]:
    """Read a page: its columns one after the other, its tables row by row."""
    runs = [run for row in rows for run in row]
    gutter = _find_gutter(runs)
    if gutter is None:
        return list(_read_rows(rows))
    blocks: list[Block] = []
    band: list[Row] = []
    across: list[Row] = []
    for row in rows:
        if any(run.x0 < gutter < run.x1 for run in row):
            blocks += _read_band(band, gutter)
            band = []
            across.append(row)
        else:
            blocks += _read_rows(across)
            across = []
            band.append(row)
    return [*blocks, *_read_rows(across), *_read_band(band, gutter)]


def _read_band(band: Sequence[Row], gutter: float) -> list[Block]:
    left = [part for row in band if (part := [r for r in row if r.x0 < gutter])]
    right = [part for row in band if (part := [r for r in row if r.x0 >= gutter])]
    return [*(read_in_order(left) if left else ()), *(read_in_order(right) if right else ())]


def _find_gutter(runs: Sequence[Run]) -> float | None:
    """The place of a white strip with prose on both sides; None where there is none."""
    if len(runs) < 2 * LEAST:
        return None
    starts, ends = sorted(r.x0 for r in runs), sorted(r.x1 for r in runs)
    size = median(r.size for r in runs)
    found: list[tuple[int, float]] = []
    for end in dict.fromkeys(ends):
        left, at = bisect_right(ends, end), bisect_left(starts, end)
        right = len(runs) - at
        crossing = len(runs) - left - right
        enough = min(left, right) >= LEAST and 2 * crossing <= len(runs)
        if enough and starts[at] - end >= NARROW * size:
            found.append((min(left, right) - 2 * crossing, (end + starts[at]) / 2))
    for _, gutter in sorted(found, reverse=True)[:4]:
        sides = ([r for r in runs if r.x1 <= gutter], [r for r in runs if r.x0 >= gutter])
        if all(map(_is_prose, sides)) and _stand_beside(*sides):
            return gutter
    return None


def _is_prose(runs: Sequence[Run]) -> bool:
    """Whether lines of words fill their column, as those of a table do not."""
    text = "".join(run.text for run in runs)
    letters = sum(letter.isalpha() for letter in text)
    words = sum(len(run.text.split()) for run in runs) / len(runs)
    widths = [run.x1 - run.x0 for run in runs]
    filled = median(widths) >= 0.55 * max(widths)
    return words >= 2.5 and letters >= 0.6 * len(text.replace(" ", "")) and filled


def _stand_beside(left: Sequence[Run], right: Sequence[Run]) -> bool:
    top, foot = (
        min(max(r.base for r in s) for s in (left, right)),
        max(min(r.base for r in s) for s in (left, right)),
    )
    return all(sum(foot - 1 <= r.base <= top + 1 for r in s) >= LEAST - 1 for s in (left, right))


def _read_rows(rows: Sequence[Row]) -> Iterator[Block]:
    """Rows from top to bottom: tables as sentences, other rows as lines."""
    lines: list[str] = []
    pitch = _usual_pitch(rows)
    left, right = min((r[0].x0 for r in rows), default=0), max((r[-1].x1 for r in rows), default=0)
    short = left + SHORT * (right - left)
    at = 0
    while at < len(rows):
        end = at
        while end < len(rows) and len(rows[end]) > 1:
            end += 1
        table = _read_table(rows[at:end]) if end - at >= LEAST else None
        if table:
            yield Block(tuple(lines))
            lines = []
            yield Block((table,), finished=True)
            at = end
            continue
        for row in rows[at : max(end, at + 1)]:
            ended = at and rows[at - 1][-1].x1 < short and not row[0].text[:1].islower()
            if lines and (ended or _begins(row, rows[at - 1], pitch)):
                lines.append("")
            lines.append(_write_line(row))
            at += 1
    yield Block(tuple(lines))


def _usual_pitch(rows: Sequence[Row]) -> float:
    pitches = [a[0].base - b[0].base for a, b in pairwise(rows)]
    return median(pitches) if pitches else 0.0


def _begins(row: Row, before: Row, pitch: float) -> bool:
    """Whether a paragraph begins with a row: further below, or in type of another size."""
    one, other = row[0].size, before[0].size
    gap = before[0].base - row[0].base
    return gap > LEADING * max(pitch, other) or abs(one - other) > 0.15 * max(one, other)


def _write_line(row: Row) -> str:
    line = row[0].text
    for before, run in pairwise(row):
        far = run.x0 - before.x1 > FAR * run.size
        line = f"{line.rstrip()}{' | ' if far else ' '}{run.text}"
    return line


def _read_table(rows: Sequence[Row]) -> str | None:
    """Write rows of cells that stand in columns; None where they do not."""
    cells = [run for row in rows for run in row]
    if sum(len(run.text.split()) for run in cells) > CELL * len(cells):
        return None
    columns: list[list[float]] = []
    for run in sorted(cells, key=lambda r: r.x0):
        if columns and run.x0 < columns[-1][1]:
            columns[-1][1] = max(columns[-1][1], run.x1)
        else:
            columns.append([run.x0, run.x1])
    starts = [start for start, _ in columns]
    grid: list[tuple[str, ...]] = []
    for row in rows:
        places = [bisect_right(starts, run.x0) - 1 for run in row]
        if len(set(places)) < len(places):
            return None
        texts = {place: run.text.strip() for place, run in zip(places, row, strict=True)}
        grid.append(tuple(texts.get(n, "") for n in range(len(columns))))
    return write_table(Table(rows=tuple(grid)))

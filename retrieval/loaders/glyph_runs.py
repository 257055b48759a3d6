"""Characters of a PDF page put together to runs of words, with figures raised above the line."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from retrieval.loaders.columns import NARROW, Run
from retrieval.loaders.layout import APART
from retrieval.loaders.typesetting import write_lowered, write_raised

WRITTEN, GUESSED = 2, 1
"""A space that stands in the file, and one that PDFium takes from a gap."""
LEAST_GAP = {0: 0.3, GUESSED: 0.1, WRITTEN: 0.03}
"""Gap before a word, in sizes of type, beyond the usual one between letters."""
SMALL = 0.88
"""Share of the size of the words beside it from which down type may be raised or lowered."""
WIDE = 0.45
"""Width of two letters cut as one, in sizes; one "t" is narrower."""
SAME_PLACE = 0.12
"""Distance in sizes of type up to which a letter stands where another one does."""
LONGEST_MARK = 12
"""Characters of the marks of notes at one place, such as "12,13"."""
SHORT_WORD = 2
"""Letters of a mark that opens a note, at most; more are a word of the page."""
STROKES = frozenset("/\u2044")
LATIN = "\u0500"
"""Characters from which on some are written from right to left."""
_MARK = re.compile(
    r"\W{0,2}[^\W_]{0,3}\W?(?:\s?[,;\u2013-]\s?[^\W_]{1,3})*\W?|[A-Za-z][\w+\u2212-]{0,5}"
)
"""A mark of a note, several of them, a power, a sign, an index."""


class Glyph(NamedTuple):
    """One character where it stands, in points; `spaced` after a space, as `WRITTEN` is."""

    char: str
    x0: float
    x1: float
    base: float
    size: float
    spaced: int


def make_runs(glyphs: Iterable[Glyph]) -> list[Run]:
    """Put characters together to runs of words, each once, and marks to the words they are of."""
    runs = list(_drop_repeated(_cut(glyphs)))
    return _attach_marks(_join_fractions(runs))


def _drop_repeated(runs: Iterator[list[Glyph]]) -> Iterator[list[Glyph]]:
    """Leave out words that are drawn once more at the same place, as for bold type."""
    seen: dict[str, list[Glyph]] = {}
    for run in runs:
        first = run[0]
        near = SAME_PLACE * first.size
        places = seen.setdefault("".join([glyph.char for glyph in run]), [])
        if not any(abs(p.x0 - first.x0) < near and abs(p.base - first.base) < near for p in places):
            places.append(first)
            yield run


def _cut(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    """Cut at a change of line or size, and at a wide gap; a letter drawn twice counts once."""
    run: list[Glyph] = []
    for glyph in glyphs:
        if run:
            last = run[-1]
            size, other = glyph.size, last.size
            largest = max(other, size)
            gap = _find_gap(last, glyph)
            level = -0.08 * largest < glyph.base - last.base < 0.08 * largest
            alike = size > SMALL * largest and other > SMALL * largest
            if not (level and alike and -0.9 * largest < gap < APART * largest):
                yield run
                run = []
            elif (
                glyph.char == last.char
                and not _is_of_ligature(glyph)
                and abs(glyph.x0 - last.x0) < SAME_PLACE * size
            ):
                continue
        run.append(glyph)
    if run:
        yield run


def _is_of_ligature(glyph: Glyph) -> bool:
    """Whether a letter may be half of "ff" or "tt" cut as one, which share their place."""
    return glyph.char == "f" or (glyph.char == "t" and glyph.x1 - glyph.x0 > WIDE * glyph.size)


def _attach_marks(runs: list[list[Glyph]]) -> list[Run]:
    """Put raised and lowered type into the words beside it, and write the runs as text."""
    texts = [_write_letters(run) for run in runs]
    gone: set[int] = set()
    ends = [max(run[0].x1, run[-1].x1) for run in runs]
    small = [n for n, run in enumerate(runs) if len(run) <= LONGEST_MARK and _is_mark(run)]
    for n in small:
        host = _find_host(runs, n, ends)
        if host is None:
            continue
        mark = "".join(g.char for g in runs[n])
        at = sum((g.x0 + g.x1) / 2 < runs[n][0].x0 + 0.1 for g in runs[host])
        before, after = "".join(texts[host][:at]), "".join(texts[host][at:])
        raised = runs[n][0].base > runs[host][0].base
        write = write_raised if raised else write_lowered
        opens = not before and (not n or runs[n - 1][-1].base > runs[n][0].base + 0.5)
        noted = raised and opens and not (mark.isalpha() and len(mark) > SHORT_WORD)
        said = f"Note {mark}: " if noted else write(before, mark, after)
        if at:
            texts[host][at - 1] += said
        else:
            fused = said[-1:].isalnum() and texts[host][0][:1].isdigit()
            texts[host][0] = f"{said}{' ' if fused else ''}{texts[host][0]}"
        ends[host] = max(ends[host], runs[n][-1].x1)
        gone.add(n)
    return [_write_run(run, texts[n], ends[n]) for n, run in enumerate(runs) if n not in gone]


def _write_run(run: list[Glyph], letters: list[str], end: float) -> Run:
    """A run with the places of its wide gaps, at which it may have to be parted."""
    text = "".join(letters)
    gaps: list[tuple[int, float, float]] = []
    at = 0
    for n, letter in enumerate(letters):
        if n and letter[0] == " " and run[n].x0 - run[n - 1].x1 >= NARROW * run[n].size:
            gaps.append((at, run[n - 1].x1, run[n].x0))
        at += len(letter)
    return Run(text, min(run[0].x0, run[-1].x0), end, run[0].base, run[0].size, tuple(gaps))


def _is_mark(run: Sequence[Glyph]) -> bool:
    """Whether raised or lowered type can be a mark, a power or an index: no figure, no word."""
    return _MARK.fullmatch("".join([glyph.char for glyph in run])) is not None


def _join_fractions(runs: list[list[Glyph]]) -> list[list[Glyph]]:
    """Write a small figure, a stroke and a small figure as one: "48 1/2"."""
    out: list[list[Glyph]] = []
    n = 0
    while n < len(runs):
        part = _read_fraction(runs[n : n + 3])
        if not part:
            out.append(runs[n])
            n += 1
            continue
        before = out[-1] if out else None
        near = before and abs(part[0].x0 - before[-1].x1) < APART * before[-1].size
        if before and near and abs(before[-1].base - part[0].base) < before[-1].size:
            space = " " if before[-1].char.isdigit() else ""
            out[-1] = [*before, part[0]._replace(char=f"{space}{part[0].char}"), *part[1:]]
        else:
            out.append(part)
        n += 3
    return out


def _read_fraction(runs: Sequence[list[Glyph]]) -> list[Glyph]:
    """The characters of a fraction, at the height of its stroke; none where it is none."""
    if len(runs) < 3 or runs[1][0].char not in STROKES or len(runs[1]) > 1:
        return []
    over, (stroke,), under = runs
    figures = all(glyph.char.isdigit() for glyph in (*over, *under))
    close = (
        abs(over[-1].x1 - stroke.x0) < stroke.size and abs(under[0].x0 - stroke.x1) < stroke.size
    )
    small = max(over[0].size, under[0].size) < SMALL * stroke.size
    if not (figures and close and small and over[0].base > under[0].base):
        return []
    level = [g._replace(base=stroke.base, size=stroke.size) for g in (*over, *under)]
    return [*level[: len(over)], stroke._replace(char="/"), *level[len(over) :]]


def _find_gap(one: Glyph, other: Glyph) -> float:
    """White between two characters in the direction in which they are read."""
    if _is_leftward(one.char) and _is_leftward(other.char):
        return one.x0 - other.x1
    return other.x0 - one.x1


def _is_leftward(char: str) -> bool:
    return char > LATIN and unicodedata.bidirectional(char[-1]) in {"R", "AL"}


def _write_letters(run: Sequence[Glyph]) -> list[str]:
    """Characters with the spaces before them; type that is only set wide gets none."""
    gaps = [0.0, *(_find_gap(a, b) for a, b in pairwise(run))]
    usual = max(sorted(gaps[1:])[len(gaps) // 2 - 1], 0.0) if len(run) > 1 else 0.0
    return [
        f" {glyph.char}" if gap > usual + LEAST_GAP[glyph.spaced] * glyph.size else glyph.char
        for glyph, gap in zip(run, gaps, strict=True)
    ]


def _find_host(runs: Sequence[list[Glyph]], n: int, ends: Sequence[float]) -> int | None:
    """The run beside which a small one is raised or lowered: one of its neighbours in the file."""
    mark = runs[n][0]
    for other in (n - 1, n + 1, n - 2, n + 2):
        if not 0 <= other < len(runs):
            continue
        host = runs[other]
        size = host[0].size
        lift = mark.base - host[0].base
        level = 0.1 * size < lift < 0.9 * size or -0.5 * size < lift < -0.05 * size
        near = host[0].x0 - 2.2 * size < runs[n][-1].x1 and mark.x0 < ends[other] + 0.5 * size
        lone = unicodedata.category(host[0].char)[0] != "C"
        if mark.size < SMALL * size and level and near and lone:
            return other
    return None

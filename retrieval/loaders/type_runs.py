"""The type of a PDF page as runs of words with places, without what is not to be seen."""

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdf

from retrieval.loaders.layout import APART, Run
from retrieval.loaders.typesetting import write_lowered, write_raised

WRITTEN, GUESSED = 2, 1
"""A space that stands in the file, and one that PDFium takes from a gap."""
LEAST_GAP = {0: 0.3, GUESSED: 0.1, WRITTEN: 0.03}
"""Gap before a word, in sizes of type, beyond the usual one between letters."""
SMALL = 0.88
"""Share of the size of the words beside it from which down type may be raised or lowered."""
TINY = 1.5
"""Points: type that nobody can read."""
SAME_PLACE = 0.12
"""Distance in sizes of type up to which a letter stands where another one does."""
MOST_GROUNDS = 3_000
"""Coloured areas of a page that are looked at."""
PAPER = (255, 255, 255)
_SPACES = {0x20, 0xA0, 0x0D, 0x0A, 0x09}
_HYPHEN = {0x02, 0xFFFE}
_UNREAD = {0, 0xFFFD, 0xFFFF}
_INVISIBLE = 3
"""Text rendering mode of words behind a scan, or of hidden ones."""

Colour = tuple[int, int, int]


class Glyph(NamedTuple):
    """One character where it stands, in points; `spaced` after a space, as `WRITTEN` is."""

    char: str
    x0: float
    x1: float
    base: float
    size: float
    spaced: int


class _Type(NamedTuple):
    """What the characters of one piece of text share."""

    base: float
    size: float
    colour: Colour
    has_ground: bool
    """Whether it matters what is behind it."""


class TypedPage(NamedTuple):
    """The runs of a page."""

    runs: list[Run]
    unread: int
    """Characters for which the font does not say which they are."""
    unseen: int
    """Characters in the colour of what is behind them."""


def read_page(page: pdfium.PdfPage) -> TypedPage:
    """Read the type of a page."""
    reader = _PageReader(page)
    runs = _attach_marks(list(_drop_repeated(_make_runs(reader.glyphs()))))
    return TypedPage(runs=runs, unread=reader.unread, unseen=reader.unseen)


class _PageReader:
    """Reads glyph by glyph what PDFium found on a page."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._page = page
        self._text = page.get_textpage()
        self._grounds: list[tuple[float, float, float, float, Colour]] | None = None
        self._has_scan = False
        self._cropbox = page.get_cropbox()
        self.unread = self.unseen = 0

    def glyphs(self) -> Iterator[Glyph]:
        """Every character to be seen that stands upright as most of the page does."""
        text, count = self._text.raw, self._text.count_chars()
        turn = self._usual_turn(count)
        box = pdf.FS_RECTF()
        level = (0.0, 0.0)
        spaced = GUESSED
        last: int | None = None
        kind: _Type | None = None
        get_code, get_box = pdf.FPDFText_GetUnicode, pdf.FPDFText_GetLooseCharBox
        for n in range(count):
            code = get_code(text, n)
            if code in _SPACES:
                spaced = max(spaced, GUESSED if pdf.FPDFText_IsGenerated(text, n) else WRITTEN)
                continue
            if code in _UNREAD or 0xE000 <= code <= 0xF8FF:
                self.unread += 1
                continue
            get_box(text, n, box)
            here = (box.bottom, box.top) if turn % 2 == 0 else (box.left, box.right)
            if spaced or here != level:  # another piece of text begins at a word, or a level
                thing = pdf.FPDFText_GetTextObject(text, n)
                address = ctypes.addressof(thing.contents) if thing else None
                if address != last or here != level:
                    level, last, kind = here, address, self._read_type(n, turn)
            if kind is None:
                continue
            if kind.has_ground and self._is_covered(box, kind):
                self.unseen += 1
                continue
            x0, x1 = (box.left, box.right) if turn == 0 else _turn_back(turn, box)
            char = "-" if code in _HYPHEN else chr(code)
            yield Glyph(char, x0, x1, kind.base, kind.size, spaced)
            spaced = 0

    def _read_type(self, n: int, turn: int) -> "_Type | None":
        """Read the type of a piece of text from one character of it; None where it is unseen."""
        text = self._text.raw
        x, y, matrix = ctypes.c_double(), ctypes.c_double(), pdf.FS_MATRIX()
        parts = [ctypes.c_uint() for _ in range(4)]
        pdf.FPDFText_GetCharOrigin(text, n, x, y)
        pdf.FPDFText_GetMatrix(text, n, matrix)
        size = pdf.FPDFText_GetFontSize(text, n) * math.hypot(matrix.c, matrix.d)
        left, bottom, right, top = self._cropbox
        outside = not (left <= x.value <= right and bottom <= y.value <= top)
        if _turn(matrix) != turn or size < TINY or outside:
            return None
        pdf.FPDFText_GetFillColor(text, n, *parts)
        red, green, blue, alpha = (part.value for part in parts)
        mode = pdf.FPDFTextObj_GetTextRenderMode(pdf.FPDFText_GetTextObject(text, n))
        grounds = self._list_grounds()
        if not alpha or (mode == _INVISIBLE and not self._has_scan):
            self.unseen += 1
            return None
        colour = (red, green, blue)
        white = _is_near(colour, PAPER) and not self._has_scan
        base = (y.value, -x.value, -y.value, x.value)[turn]
        return _Type(base, size, colour, has_ground=white or bool(grounds))

    def _usual_turn(self, count: int) -> int:
        matrix = pdf.FS_MATRIX()
        turns: Counter[int] = Counter()
        for n in range(0, count, max(1, count // 50)):
            if pdf.FPDFText_GetMatrix(self._text.raw, n, matrix):
                turns[_turn(matrix)] += 1
        return turns.most_common(1)[0][0] if turns else 0

    def _is_covered(self, box: Any, kind: "_Type") -> bool:  # noqa: ANN401 - no types of its own
        """Whether a character has the colour of the paper or of the area behind it."""
        x, y, tall = (box.left + box.right) / 2, (box.bottom + box.top) / 2, box.top - box.bottom
        behind = [
            colour
            for x0, y0, x1, y1, colour in self._list_grounds()
            if x0 <= x <= x1 and y0 <= y <= y1 and y1 - y0 > 0.6 * tall
        ]
        if not behind:
            return _is_near(kind.colour, PAPER) and not self._has_scan
        return any(_is_near(kind.colour, ground) for ground in behind)

    def _list_grounds(self) -> list[tuple[float, float, float, float, Colour]]:
        if self._grounds is None:
            self._grounds = []
            kinds = (pdf.FPDF_PAGEOBJ_PATH, pdf.FPDF_PAGEOBJ_IMAGE, pdf.FPDF_PAGEOBJ_SHADING)
            found = self._page.get_objects(filter=kinds, max_depth=3)
            for _, thing in zip(range(MOST_GROUNDS), found, strict=False):
                self._add_ground(thing)
        return self._grounds

    def _add_ground(self, thing: Any) -> None:  # noqa: ANN401 - no types of its own
        if thing.type != pdf.FPDF_PAGEOBJ_PATH:
            self._has_scan = True
            return
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        if not pdf.FPDFPath_GetDrawMode(thing.raw, fill, stroke) or not fill.value:
            return
        parts = [ctypes.c_uint() for _ in range(4)]
        if not pdf.FPDFPageObj_GetFillColor(thing.raw, *parts) or not parts[3].value:
            return
        colour = (parts[0].value, parts[1].value, parts[2].value)
        if not _is_near(colour, PAPER) and self._grounds is not None:
            self._grounds.append((*thing.get_bounds(), colour))


def _is_near(one: Colour, other: Colour) -> bool:
    return all(abs(a - b) < 16 for a, b in zip(one, other, strict=True))


def _turn(matrix: Any) -> int:  # noqa: ANN401 - no types of its own
    """Quarter turns of a character, rounded; -1 for one that stands aslant."""
    angle = math.degrees(math.atan2(matrix.b, matrix.a)) % 360
    quarter = round(angle / 90)
    return quarter % 4 if abs(angle - 90 * quarter) < 5 else -1


def _turn_back(turn: int, box: Any) -> tuple[float, float]:  # noqa: ANN401 - as above
    """Start and end of a character as on an upright page."""
    match turn:
        case 1:
            return box.bottom, box.top
        case 2:
            return -box.right, -box.left
        case 3:
            return -box.top, -box.bottom
    return box.left, box.right


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


def _make_runs(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    """Cut at a change of line or size, and at a wide gap; a letter drawn twice counts once."""
    run: list[Glyph] = []
    for glyph in glyphs:
        if run:
            last = run[-1]
            size, other = glyph.size, last.size
            largest = max(other, size)
            gap = glyph.x0 - last.x1
            level = -0.08 * largest < glyph.base - last.base < 0.08 * largest
            alike = size > SMALL * largest and other > SMALL * largest
            if not (level and alike and -0.9 * largest < gap < APART * largest):
                yield run
                run = []
            elif (
                glyph.char == last.char != "f"  # "ff" of a ligature shares its place
                and abs(glyph.x0 - last.x0) < SAME_PLACE * size
            ):
                continue
        run.append(glyph)
    if run:
        yield run


def _attach_marks(runs: list[list[Glyph]]) -> list[Run]:
    """Put raised and lowered type into the words beside it, and write the runs as text."""
    texts = [_write_letters(run) for run in runs]
    gone: set[int] = set()
    ends = [run[-1].x1 for run in runs]
    small = [n for n, run in enumerate(runs) if len(run) <= 12]
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
        said = f"Note {mark}: " if raised and opens else write(before, mark, after)
        if at:
            texts[host][at - 1] += said
        else:
            texts[host][0] = said + texts[host][0]
        ends[host] = max(ends[host], runs[n][-1].x1)
        gone.add(n)
    return [
        Run("".join(texts[n]), run[0].x0, ends[n], run[0].base, run[0].size)
        for n, run in enumerate(runs)
        if n not in gone
    ]


def _write_letters(run: Sequence[Glyph]) -> list[str]:
    """Characters with the spaces before them; type that is only set wide gets none."""
    gaps = [0.0, *(b.x0 - a.x1 for a, b in pairwise(run))]
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

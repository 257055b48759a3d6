"""The type of a PDF page as runs of words with places, without what is not to be seen."""

import ctypes
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdf

from retrieval.loaders.columns import Run
from retrieval.loaders.glyph_runs import GUESSED, WRITTEN, Glyph, make_runs

TINY = 1.5
"""Points: type that nobody can read."""
MOST_GROUNDS = 3_000
"""Drawn things of a page that are looked at, and areas from which on one counts as a whole."""
PAPER = (255, 255, 255)
_SPACES = {0x20, 0xA0, 0x0D, 0x0A, 0x09}
_HYPHEN = {0x02, 0xFFFE}
_UNREAD = {0, 0xFFFD, 0xFFFF}
_INVISIBLE = 3
"""Text rendering mode of words behind a scan, or of hidden ones."""

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""


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
    turned: int
    """Characters that stand in another direction than most."""


def read_page(page: pdfium.PdfPage) -> TypedPage:
    """Read the type of a page."""
    reader = _PageReader(page)
    runs = make_runs(reader.glyphs())
    return TypedPage(runs=runs, unread=reader.unread, unseen=reader.unseen, turned=reader.turned)


class _PageReader:
    """Reads glyph by glyph what PDFium found on a page."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._page = page
        self._text = page.get_textpage()
        self._grounds: list[tuple[float, float, float, float, Colour]] | None = None
        self._has_scan = self._is_turned = False
        self._cropbox = page.get_cropbox()
        self.unread = self.unseen = self.turned = 0

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
                self.turned += self._is_turned
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
        self._is_turned = _turn(matrix) != turn and size >= TINY and not outside
        if self._is_turned or size < TINY or outside:
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
            has_many = len(self._grounds) >= MOST_GROUNDS
            areas = [thing.get_bounds()] if has_many else _list_areas(thing)
            self._grounds += [(*box, colour) for box in areas]


def _list_areas(path: Any) -> list[Box]:  # noqa: ANN401 - no types of its own
    """The areas that a path fills: of a frame or a grid its lines, and not what they go round."""
    whole: Box = path.get_bounds()
    parts: list[list[tuple[float, float]]] = []
    x, y, matrix = ctypes.c_float(), ctypes.c_float(), path.get_matrix()
    for n in range(min(pdf.FPDFPath_CountSegments(path.raw), MOST_GROUNDS)):
        segment = pdf.FPDFPath_GetPathSegment(path.raw, n)
        if pdf.FPDFPathSegment_GetType(segment) == pdf.FPDF_SEGMENT_MOVETO:
            parts.append([])
        if parts and pdf.FPDFPathSegment_GetPoint(segment, x, y):
            parts[-1].append(matrix.on_point(x.value, y.value))
    boxes = [_bound(points) for points in parts if len(points) > 2]
    corners = [corner for box in boxes for corner in (box[:2], box[2:])]
    if len(boxes) < 2 or not _is_same(_bound(corners), whole):
        return [whole]
    return [
        box for box in boxes if not any(_is_inside(box, o) or _is_inside(o, box) for o in boxes)
    ]


def _bound(points: Sequence[tuple[float, float]]) -> Box:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _is_same(one: Box, other: Box) -> bool:
    return all(abs(a - b) <= 2 for a, b in zip(one, other, strict=True))


def _is_inside(one: Box, other: Box) -> bool:
    """Whether a box lies within another one and does not fill it."""
    within = one[0] >= other[0] and one[1] >= other[1] and one[2] <= other[2] and one[3] <= other[3]
    return within and one != other


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

"""PDF, with page numbers."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import pypdfium2 as pdfium

from retrieval.errors import SourceUnreadable
from retrieval.loaders.columns import Row
from retrieval.loaders.document import (
    MAX_CHARACTERS,
    Document,
    RawFile,
    make_document,
    plausible_name,
)
from retrieval.loaders.form_fields import read_fields
from retrieval.loaders.frontmatter import check_front_matter
from retrieval.loaders.layout import (
    Block,
    Number,
    drop_running,
    find_numbering,
    find_running,
    group_rows,
    read_in_order,
)
from retrieval.loaders.normalise import (
    BROKEN_WORD,
    FIRST_WORD,
    LONGEST_WORD,
    SHORT,
    find_measure,
    list_words,
    normalise,
    one_line,
    unwrap_typeset,
)
from retrieval.loaders.speech import mark_speech
from retrieval.loaders.type_runs import read_page
from retrieval.loaders.typesetting import join_broken

MAX_PAGES = 2_000
"""Longest document read, in pages."""
WITHOUT_A_PASSWORD = 4
"""PDFium's number for a file that wants one."""
UNREAD = 0.05
"""Share of the characters for which the fonts do not say which they are: more is no text."""
KANA = "\u3040"
"""The first letter of scripts that are written without spaces, often from top to bottom."""
FEW = 40
"""Characters that stand aslant, as on a stamp at the margin, up to which no note is due."""
RUNNING = 3
"""Lines of the heads and feet of pages that a note names."""
NARROWEST = 40
"""Characters of a full line of prose, at least: shorter ones are those of a slide or a list."""
ONE_SIZE = 0.15
"""Difference, as a share, up to which type is of one size."""
_FIGURES_ON = re.compile(
    r"[$€£(]?(?:\d+(?:[.,]\d+)*(?: ?%)?(?:[,;)]| [(a-zà-ÿ])|(?:1[5-9]|20)\d\d[.,;])"
)
"""Figures that begin no heading and no item of a list: "640 people"."""
_CAPTION = re.compile(r"(?:figure|fig|table|chart|box|map|note|source)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_LEADER = re.compile(r"[._\u2026]{3,}")
"""Dots that lead to the number of a page, and lines to write on."""
_FILE_NAME = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel)\s*-\s*.*|untitled.*|book\d+|binder\d*.*|document\d*"
    r"|.*\.(?:docx?|xlsx?|pptx?|pdf|exe|qxd|indd|tex|dvi|rtf|odt)|[\W\d]*)$",
    re.IGNORECASE,
)
"""A title that names a file and not a text."""


class _Edge(NamedTuple):
    """The first or last line of a page, empty where that is no prose; its size in points."""

    line: str
    size: float
    measure: int
    """Characters of a full line of the page."""

    @property
    def is_full(self) -> bool:
        return len(self.line) >= SHORT * max(self.measure, NARROWEST)

    def is_like(self, other: "_Edge") -> bool:
        """Whether both are prose in type of one size."""
        apart = abs(self.size - other.size) > ONE_SIZE * max(self.size, other.size)
        return bool(self.line and other.line) and not apart


_NO_PROSE = _Edge("", 0, 0)


def pdf(raw: RawFile) -> tuple[Document, ...]:
    """Load a PDF; front matter lies in a file beside it (`report.pdf.yaml`).

    Columns are read one after the other. Left out are what cannot be seen and what is repeated at
    the head or foot of pages. Values of form fields stand behind their page.

    Raises:
        SourceUnreadable: damaged, encrypted, without a text layer (a scan), too long, or its
            letters cannot be read.
    """
    try:
        file = pdfium.PdfDocument(raw.data)
    except pdfium.PdfiumError as error:
        if error.err_code == WITHOUT_A_PASSWORD:
            raise SourceUnreadable(
                f"{raw.path} is encrypted.", "Save a copy without a password and add that."
            ) from None
        raise _explain_broken(raw, error) from error
    try:
        return (_read(raw, file),)
    except (pdfium.PdfiumError, OSError, ValueError, LookupError, ArithmeticError) as error:
        raise _explain_broken(raw, error) from error
    finally:
        file.close()


def _explain_broken(raw: RawFile, error: Exception) -> SourceUnreadable:
    return SourceUnreadable(
        f"{raw.path} is not a readable PDF ({type(error).__name__}: {one_line(str(error))[:120]}).",
        "Open it in a PDF reader, save it again, and add the new file.",
    )


def _read(raw: RawFile, file: pdfium.PdfDocument) -> Document:
    if len(file) > MAX_PAGES:
        raise SourceUnreadable(
            f"{raw.path} has {len(file)} pages; the limit is {MAX_PAGES}.",
            "Add the chapters that matter as files of their own.",
        )
    sheets, forms, lost = _read_sheets(raw, file)
    running = find_running(sheets)
    text, pages, gone = _write_pages(sheets, forms, running)
    if not pages:
        raise SourceUnreadable(
            f"{raw.path} has no text layer; it seems to be a scan, a drawing or empty.",
            "Run text recognition (OCR) over it and add the result.",
        )
    notes = (*lost, *_describe_gone(gone), *_judge_text(raw, text))
    empty = len(file) - len({number for _, number in pages})
    if empty:
        notes += (f"{empty} of {len(file)} pages have no text; what they show is not read",)
    said = file.get_metadata_dict(skip_empty=True)
    title = one_line(said.get("Title", ""))
    fields = {
        "title": "" if _FILE_NAME.match(title) else title,
        "author": plausible_name(said.get("Author", "")),
        **raw.front_matter().model_dump(exclude_unset=True),
    }
    meta = check_front_matter(fields, str(raw.path))
    return make_document(raw, meta, text, pages, notes)


def _read_sheets(
    raw: RawFile, file: pdfium.PdfDocument
) -> tuple[list[list[Row]], list[str], tuple[str, ...]]:
    """Rows and form fields of every page; and notes on what was left out."""
    sheets: list[list[Row]] = []
    forms: list[str] = []
    read = unread = unseen = turned = 0
    with_forms = file.get_formtype() != pdfium.raw.FORMTYPE_NONE
    if with_forms:
        file.init_forms()
    for number in range(len(file)):
        page = file[number]
        typed = read_page(page)
        forms.append(read_fields(page) if with_forms else "")
        page.close()
        sheets.append(group_rows(typed.runs))
        read += sum(len(run.text) for run in typed.runs)
        unread += typed.unread
        unseen += typed.unseen
        turned += typed.turned
        if read > MAX_CHARACTERS:
            break  # `make_document` refuses it with the reason
    if unread > UNREAD * (read + unread):
        raise _explain_letters(raw, f"of {read + unread:,} characters {unread:,} have no meaning")
    if turned > read:
        raise _explain_letters(raw, f"of {read + turned:,} characters {turned:,} stand aslant")
    notes = []
    if turned > FEW:
        notes.append(f"{turned} characters that stand in another direction are left out")
    if unread:
        notes.append(f"{unread} characters could not be read and are left out")
    if unseen:
        notes.append(f"{unseen} characters in the colour of the paper are left out")
    return sheets, forms, tuple(notes)


def _write_pages(
    sheets: list[list[Row]], forms: list[str], running: frozenset[str]
) -> tuple[str, tuple[tuple[int, int], ...], list[str]]:
    """Text, where its pages begin, and the lines at their heads and feet that were left out."""
    text, pages = "", []
    gone: list[str] = []
    foot = _NO_PROSE
    numbering = find_numbering(sheets, running)
    kept = [
        drop_running(rows, running, frozenset(Number(n.is_roman, n.value + at) for n in numbering))
        for at, rows in enumerate(sheets)
    ]
    known = list_words(run.text for rows, _ in kept for row in rows for run in row)
    for number, ((rows, left_out), form) in enumerate(zip(kept, forms, strict=True), start=1):
        gone += left_out
        blocks = [block for block in read_in_order(rows) if any(block.lines)]
        measure = find_measure([n for b in blocks if not b.finished for n in b.lines])
        parts = [
            "\n".join(b.lines)
            if b.finished
            else unwrap_typeset(normalise("\n".join(b.lines)), measure, known)
            for b in blocks
        ]
        paragraphs = "\n\n".join(filter(None, [*parts, form])).split("\n\n")
        if body := normalise("\n\n".join(map(mark_speech, paragraphs))):
            edges = _find_edges(rows, blocks, measure)
            text = _lead_on(text, foot, body, edges[0], known)
            foot = _NO_PROSE if form else edges[1]
            pages.append((len(text), number))
            text += body
        if len(text) > MAX_CHARACTERS:
            break
    return text, tuple(pages), gone


def _find_edges(rows: Sequence[Row], blocks: Sequence[Block], measure: int) -> tuple[_Edge, _Edge]:
    """The first and the last line of a page that has text."""
    if not blocks:
        return _NO_PROSE, _NO_PROSE
    first, last = blocks[0], blocks[-1]
    return (
        _NO_PROSE if first.finished else _Edge(first.lines[0], rows[0][0].size, measure),
        _NO_PROSE if last.finished else _Edge(last.lines[-1], rows[-1][-1].size, measure),
    )


def _lead_on(text: str, foot: _Edge, body: str, head: _Edge, known: frozenset[str]) -> str:
    """The text before a page with what belongs between it and the `body` of the page."""
    if not text:
        return ""
    before, word = BROKEN_WORD.search(text[-LONGEST_WORD:]), FIRST_WORD.match(body)
    if before and word and body[0].islower() and foot.is_like(head):
        whole = join_broken(before[1], word[0], known) == before[1] + word[0]
        return text[:-1] if whole else text
    return f"{text} " if _goes_on(text, foot, body, head) else f"{text}\n\n"


def _goes_on(text: str, foot: _Edge, body: str, head: _Edge) -> bool:
    """Whether the sentence at the foot of a page goes on at the head of the next one."""
    if body[0].islower() and text[-1].isalnum():
        return True
    if not (text[-1].isalnum() or text[-1] in ",;") or not (foot.is_full and foot.is_like(head)):
        return False
    if body[0].islower() or (_FIGURES_ON.match(body) and not text[-1].isdigit()):
        return True
    opens = body.lstrip("(“‘\"'")[:1].isalpha() and not _CAPTION.match(body)
    open_end = text[-1].islower() or text[-1] in ",;"
    return opens and open_end and head.is_full and not head.line.isupper()


def _describe_gone(gone: list[str]) -> tuple[str, ...]:
    lines = [line for line, _ in Counter(gone).most_common() if any(map(str.isalpha, line))]
    if not lines:
        return ()
    told = "; ".join(f"“{line[:80]}”" for line in lines[:RUNNING])
    return (f"left out at the heads and feet of its pages: {told}",)


def _judge_text(raw: RawFile, text: str) -> tuple[str, ...]:
    """Say what is wrong with the letters of a text.

    Raises:
        SourceUnreadable: so much that nothing in it can be trusted.
    """
    words = _WORD.findall(text)
    dense = sum(not c.isspace() for c in _LEADER.sub("", text))
    letters = sum(map(len, words)) + sum(map(str.isdigit, text))
    if dense > 100 and letters < 0.5 * dense:
        raise _explain_letters(raw, f"of {dense:,} characters {letters:,} are letters or digits")
    mixed = sum(_mixes_scripts(word) for word in words)
    if mixed > 0.1 * len(words) and mixed > 2:
        raise _explain_letters(raw, f"{mixed:,} of {len(words):,} words mix alphabets")
    latin = [w for w in words if w.isascii()]
    single = sum(len(w) == 1 for w in latin)
    if len(latin) > max(20, 0.5 * len(words)) and single > 0.5 * len(latin):
        raise _explain_letters(raw, "its words are set letter by letter")
    unspaced = [w for w in words if w[0] >= KANA]
    if len(unspaced) > 20 and sum(len(w) == 1 for w in unspaced) > 0.5 * len(unspaced):
        raise _explain_letters(raw, "its lines seem to run from top to bottom")
    glued = sum(len(w) > 24 for w in latin)
    if len(latin) > 4 and sum(map(len, latin)) > 14 * len(latin):
        raise _explain_letters(raw, "its words run into each other without spaces")
    return (f"{glued} words seem to run into each other",) if glued > 0.02 * len(latin) else ()


def _mixes_scripts(word: str) -> bool:
    if word.isascii() or len(word) < 3:
        return False
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in word}
    return len(scripts & {"LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "ARMENIAN"}) > 1


def _explain_letters(raw: RawFile, why: str) -> SourceUnreadable:
    return SourceUnreadable(
        f"{raw.path} cannot be read as text: {why}.",
        "Run text recognition (OCR) over its pages and add the result.",
    )

"""PDF, with page numbers."""

import zlib
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import DeprecationError, PyPdfError

from retrieval.errors import SourceUnreadable
from retrieval.loaders.document import MAX_CHARACTERS, Document, RawFile, make_document
from retrieval.loaders.frontmatter import check_front_matter
from retrieval.loaders.normalise import normalise, one_line, unwrap_typeset

MAX_PAGES = 2_000
"""Longest document read, in pages."""

BROKEN = (
    *(
        PyPdfError,
        DeprecationError,
        zlib.error,
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
    ),
    *(OSError, RuntimeError, TypeError, ValueError),
)
"""What a damaged file makes the parser raise, found by truncating and flipping bytes."""


def pdf(raw: RawFile) -> tuple[Document, ...]:
    """Load a PDF; front matter lies in a file beside it (`report.pdf.yaml`).

    Raises:
        SourceUnreadable: damaged, encrypted, without a text layer (a scan), or too long.
    """
    try:
        reader = PdfReader(BytesIO(raw.data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceUnreadable(
                f"{raw.path} is encrypted.", "Save a copy without a password and add that."
            )
        title = one_line(reader.metadata.title or "") if reader.metadata else ""
        text, pages = _extract_text(reader, raw)
    except BROKEN as error:
        raise SourceUnreadable(
            f"{raw.path} is not a readable PDF"
            f" ({type(error).__name__}: {one_line(str(error))[:120]}).",
            "Open it in a PDF reader, save it again, and add the new file.",
        ) from error
    if not pages:
        raise SourceUnreadable(
            f"{raw.path} has no text layer; it seems to be a scan.",
            "Run text recognition (OCR) over it and add the result.",
        )
    fields = {"title": title, **raw.front_matter().model_dump(exclude_unset=True)}
    return (make_document(raw, check_front_matter(fields, str(raw.path)), text, pages),)


def _extract_text(reader: PdfReader, raw: RawFile) -> tuple[str, tuple[tuple[int, int], ...]]:
    if len(reader.pages) > MAX_PAGES:
        raise SourceUnreadable(
            f"{raw.path} has {len(reader.pages)} pages; the limit is {MAX_PAGES}.",
            "Add the chapters that matter as files of their own.",
        )
    text, pages = "", []
    for number, page in enumerate(reader.pages, start=1):
        if body := unwrap_typeset(normalise(page.extract_text())):
            runs_on = text[-1:].isalnum() and body[0].islower()
            text += " " if runs_on else "\n\n" if text else ""
            pages.append((len(text), number))
            text += body
        if len(text) > MAX_CHARACTERS:
            break  # `make_document` refuses it with the reason
    return text, tuple(pages)

"""Word documents."""

import zipfile
import zlib
from io import BytesIO
from xml.parsers.expat import ExpatError
from xml.sax import SAXException

import mammoth

from retrieval.errors import SourceUnreadable
from retrieval.loaders.document import Document, RawFile, make_document
from retrieval.loaders.normalise import normalise, one_line

MAX_UNPACKED = 100_000_000
"""Bytes. What the parts of a document may unpack to, pictures included."""
MAX_TAGS = 2_000_000
"""XML tags, as many as some 1,000 printed pages have. Each takes 10 microseconds and 250 bytes."""

BROKEN = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, ExpatError, SAXException),
    *(ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError),
    *(TypeError, ValueError),
)
"""What a damaged file makes the parser raise, found by truncating and flipping bytes."""


def docx(raw: RawFile) -> tuple[Document, ...]:
    """Load a Word document; front matter lies in a file beside it (`memo.docx.yaml`).

    Raises:
        SourceUnreadable: damaged, encrypted, not a Word document, or a decompression bomb.
    """
    try:
        with zipfile.ZipFile(BytesIO(raw.data)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
            tags = _count_tags(parts) if unpacked <= MAX_UNPACKED else 0
        if unpacked > MAX_UNPACKED:
            raise SourceUnreadable(
                f"{raw.path} unpacks to {unpacked / 1e6:.0f} MB;"
                f" the limit is {MAX_UNPACKED / 1e6:.0f} MB.",
                "Remove its pictures, or add its text as .txt.",
            )
        if tags > MAX_TAGS:
            raise SourceUnreadable(
                f"{raw.path} has {tags:,} XML tags; the limit is {MAX_TAGS:,}.",
                "Split it, or add its text as .txt.",
            )
        text = mammoth.extract_raw_text(BytesIO(raw.data)).value
    except BROKEN as error:
        raise SourceUnreadable(
            f"{raw.path} is not a readable Word document"
            f" ({type(error).__name__}: {one_line(str(error))[:120]}).",
            "Open it in a word processor, save it again as .docx without a password, and add that.",
        ) from error
    return (make_document(raw, raw.front_matter(), normalise(text)),)


def _count_tags(parts: zipfile.ZipFile) -> int:
    """Count the tags of all parts: a few bytes can unpack to millions of them."""
    return sum(parts.read(name).count(b"<") for name in parts.namelist() if name.endswith(".xml"))

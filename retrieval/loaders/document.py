"""A file as it is read, and the document that a loader makes of it."""

import hashlib
import re
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel

from retrieval.errors import SourceUnreadable
from retrieval.loaders.charsets import marked_charset
from retrieval.loaders.frontmatter import FrontMatter, parse_front_matter
from retrieval.loaders.normalise import one_line

MAX_BYTES = 20_000_000
"""Largest file read. The longest public reports are a few MB; more is a dump, not a document."""
MAX_BYTES_MULTI = 10 * MAX_BYTES
"""Largest file read of a format that holds one document a line."""
MAX_CHARACTERS = 5_000_000
"""Most text taken from one document, some 1,500 printed pages: the end of a decompression bomb."""

MAX_WORD = 100_000
"""Characters without a space: no word, but a picture or a file written as letters."""
PROSE_FROM = 10_000
"""Characters from which a text must be `PROSE`."""
PROSE = 0.05
"""Least share of letters and digits. English has 0.8, a table of figures with wide gaps 0.2."""
_WORD = re.compile(r"[^\s\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f]+")
"""A run without a space, or without a full stop or comma where no spaces are written."""


MAX_NAME = 120
"""Characters of a name."""
_NOBODY = re.compile(
    r"^(?:[\W\d_]*|(?:super )?user|owner|admin\w*|author|company|unknown|anonymous|default|home"
    r"|pc|test|.*(?:microsoft|adobe|acrobat|libreoffice|latex|python-docx|pdfcreator|scanner|https?:).*)$",
    re.IGNORECASE,
)
"""What programs and machines put in the place of a name."""


EDGE = 6
"""Lines at the head and at the foot of a text that may say who issued it."""
_ISSUED_BY = re.compile(
    r"(?:(?:source|publisher|published by|issued by|issuer|author)\s*:|(?:published|issued) by"
    r"|press release (?:of|by|from)|(?:©|\(c\)|copyright(?: ©| \(c\))?) ?(?:\d{4}(?:[-–]\d{4})?)?"
    r" (?:by )?)\s*([^\W\d_][^.:;|]{2,79}?)(?:\. all rights reserved)?\.?",
    re.IGNORECASE,
)
_ECHO = re.compile(
    r"This first draft can contain mistakes\. Please verify important"
    r"|counted by origin, [\w,]+ cited here speaks? (?:for|against) the claim"
    r"|Searched: [\d,]+ passages? of [\d,]+ sources?\. Thrown out by the check"
    r"|Verdict: none - not enough evidence"
    r"|[\d,]+ of [\d,]+ sentences? stand, [\d,]+ fall"
)
"""Words that stand on every page and answer of this program."""


class Document(BaseModel, frozen=True, extra="forbid"):
    """One document, ready to be vetted. `text` is the snapshot: every offset counts in it."""

    id: str
    title: str
    meta: FrontMatter
    text: str
    pages: tuple[tuple[int, int], ...] = ()
    """In a paginated document: (offset where the page starts, its number from 1)."""
    path: str
    line: int | None = None
    """Of its file, from 1, where that holds a document a line."""
    raw_sha256: str
    notes: tuple[str, ...] = ()
    """Doubts that a person should know of, such as two publication dates that differ."""

    @property
    def sha256(self) -> str:
        """Hash of the snapshot."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class RawFile(BaseModel, frozen=True, extra="forbid"):
    """The bytes of a file, and of the YAML file beside it that speaks for it, if there is one."""

    path: Path
    data: bytes
    sidecar: bytes | None = None

    @cached_property
    def sha256(self) -> str:
        """Hash of both: a change of either is a change of the source."""
        if self.sidecar is None:
            return hashlib.sha256(self.data).hexdigest()
        digests = (hashlib.sha256(part).digest() for part in (self.data, self.sidecar))
        return hashlib.sha256(b"".join(digests)).hexdigest()

    def decode(self) -> str:
        """Return the file's text.

        Raises:
            SourceUnreadable: the file is binary, or text in another encoding than UTF-8.
        """
        return _decode(self.data, self.path)

    def front_matter(self) -> FrontMatter:
        """Return the front matter that lies beside the file; an empty one where none lies.

        Raises:
            SourceUnreadable: it is not what front matter must be.
        """
        if self.sidecar is None:
            return FrontMatter()
        path = sidecar_path(self.path)
        return parse_front_matter(_decode(self.sidecar, path), str(path))


def sidecar_path(path: Path) -> Path:
    """Where front matter lies for a file that cannot carry its own: `report.pdf.yaml`."""
    return path.with_name(path.name + ".yaml")


def read_raw(path: Path, max_bytes: int = MAX_BYTES) -> RawFile:
    """Read a file and the front matter beside it.

    Raises:
        SourceUnreadable: it cannot be opened, or holds more than `max_bytes`.
    """
    sidecar = sidecar_path(path)
    try:
        if path.exists() and not path.is_file():
            raise SourceUnreadable(f"{path} is no file that can be read.", "Add a regular file.")
        for part in (path, sidecar):
            if part.exists() and part.stat().st_size > max_bytes:
                raise SourceUnreadable(
                    f"{part} has {part.stat().st_size / 1e6:.0f} MB;"
                    f" the limit is {max_bytes / 1e6:.0f} MB.",
                    "Split it into the documents that it is made of and add those.",
                )
        notes = sidecar.read_bytes() if sidecar.is_file() else None
        return RawFile(path=path, data=path.read_bytes(), sidecar=notes)
    except OSError as error:
        raise SourceUnreadable(
            f"{path} cannot be opened: {error.strerror}.", "Check the path and its permissions."
        ) from error


def make_document(
    raw: RawFile,
    meta: FrontMatter,
    text: str,
    pages: tuple[tuple[int, int], ...] = (),
    notes: tuple[str, ...] = (),
) -> Document:
    """Make a document of normalised `text`; where `meta` gives no id or title, path and text do.

    Raises:
        SourceUnreadable: there is no text, far too much, or what is there is no prose.
    """
    if not re.search(r"\w", text):
        raise SourceUnreadable(f"{raw.path} holds no text.", "Nothing in it can be cited.")
    if len(text) > MAX_CHARACTERS:
        raise SourceUnreadable(
            f"{raw.path} holds {len(text):,} characters; the limit is {MAX_CHARACTERS:,}.",
            "Split it into the documents that it is made of and add those.",
        )
    _require_prose(raw.path, text)
    refuse_echo(raw.path, text)
    if not (meta.publisher or meta.author) and (author := _find_author(text)):
        meta = FrontMatter(**meta.model_dump(exclude_unset=True), author=author)
    return Document(
        id=meta.id or _make_id(raw.path),
        title=meta.title or _first_line(text),
        meta=meta,
        text=text,
        pages=pages,
        path=str(raw.path),
        raw_sha256=raw.sha256,
        notes=notes,
    )


def refuse_echo(path: Path, text: str) -> None:
    """Refuse what this program wrote itself: it would bear itself out.

    Raises:
        SourceUnreadable: the text is a draft, an answer or an export.
    """
    if found := _ECHO.search(text):
        raise SourceUnreadable(
            f"{path} is a page of this program (“{one_line(found[0])}”); no draft is a source.",
            "Add the sources that it cites.",
        )


def _find_author(text: str) -> str:
    """Who a text says issued it, in one of its first or last lines."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for line in [*lines[:EDGE], *lines[-EDGE:]]:
        if found := _ISSUED_BY.fullmatch(line[: 2 * MAX_NAME]):
            return plausible_name(found[1].rstrip(" ."))
    return ""


def _require_prose(path: Path, text: str) -> None:
    if len(text) <= PROSE_FROM:
        return
    longest = max(found.end() - found.start() for found in _WORD.finditer(text))
    if longest > MAX_WORD:
        raise SourceUnreadable(
            f"{path} holds {longest:,} characters without a space; the limit is {MAX_WORD:,}.",
            "Take out what is no text, such as a picture in the middle of it, and add it again.",
        )
    words = sum(found.end() - found.start() for found in re.finditer(r"\w+", text))
    if words < PROSE * len(text):
        raise SourceUnreadable(
            f"{path} is no prose: of {len(text):,} characters {words:,} are letters or digits.",
            "Take out what is no text and add it again, or leave it out.",
        )


def plausible_name(name: str) -> str:
    """Return who a file says made it; nothing where that is a program's name or a placeholder."""
    name = one_line(name)
    return "" if len(name) > MAX_NAME or _NOBODY.search(name) else name


def explain_encoding(data: bytes) -> str:
    """Say which encoding a file has where it is one that is not read; else nothing."""
    charset = marked_charset(data)[: len("utf-16")]
    return f"is {charset.upper()} text, not UTF-8" if charset in {"utf-16", "utf-32"} else ""


def _decode(data: bytes, path: Path) -> str:
    if reason := explain_encoding(data):
        raise SourceUnreadable(f"{path} {reason}.", "Save it as UTF-8 and add it again.")
    if b"\x00" in data:
        raise SourceUnreadable(
            f"{path} is a binary file, not text.",
            "Give it the suffix of its real format, or leave it out.",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceUnreadable(
            f"{path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8 and add it again."
        ) from None


def _make_id(path: Path) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:60] or "source"
    return f"{stem}-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"


def _first_line(text: str) -> str:
    line = one_line(text.split("\n", 1)[0]).lstrip("# ") or "Untitled"
    return line if len(line) <= 120 else line[:119].rsplit(" ", 1)[0] + "…"

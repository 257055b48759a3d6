"""Feeds and sitemaps: which addresses a publisher names, and since when they are there."""

import re
import zlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.parsers import expat

import feedparser
from pydantic import BaseModel

from retrieval.errors import SourceUnreadable
from retrieval.loaders import Document, RawFile
from retrieval.loaders.frontmatter import FrontMatter
from retrieval.loaders.isolation import FileLoader

LOADER = "retrieval.web.feeds:load"
"""What reads a feed in another process: for `FileLoader`."""
MOST = 20_000
"""Addresses read of one file."""
LONGEST_HEAD = 8_000
"""Bytes before the first element. feedparser's expressions take the square of them."""
LONGEST_DECLARATION = 400
"""Bytes of the line `<?xml …?>`, which they take the cube of."""
MOST_BYTES = 10_000_000
"""Of one file, unpacked."""
_PACKED = b"\x1f\x8b"
NO_FEED = "Give the address of its RSS, Atom or sitemap XML in the vetting list."
_MAPS = ("urlset", "sitemapindex")
_ENTRY = frozenset({"url", "sitemap"})


class Entry(BaseModel, frozen=True, extra="forbid"):
    """An address that a feed or a sitemap names."""

    address: str
    dated: date | None = None
    """When it was published or changed, in UTC."""
    is_map: bool = False
    """It is a sitemap itself."""


class Listing(BaseModel, frozen=True, extra="forbid"):
    """What a feed or a sitemap lists."""

    entries: tuple[Entry, ...]
    is_sitemap: bool
    """It lists all that a publisher has, not what is new."""


def read_apart(data: bytes, where: str, loader: FileLoader) -> Listing:
    """Read a feed or sitemap in another process, within its limits.

    Args:
        data: the file.
        where: its address, for messages.
        loader: made with `LOADER`.

    Raises:
        SourceUnreadable: see `read_listing`; or it takes too much time or memory.
    """
    name = Path("feed.xml")
    try:
        [document] = loader.load(RawFile(path=name, data=data))
    except SourceUnreadable as error:
        reason = str(error.args[0]).replace(str(name), where)
        raise SourceUnreadable(reason, error.advice) from error
    return Listing.model_validate_json(document.text)


def load(raw: RawFile) -> tuple[Document, ...]:
    """A listing as the text of one document, in JSON: so it comes from the other process."""
    listing = read_listing(raw.data, str(raw.path), MOST_BYTES)
    return (
        Document(
            id=raw.path.name,
            title=raw.path.name,
            meta=FrontMatter(),
            text=listing.model_dump_json(exclude_defaults=True),
            path=str(raw.path),
            raw_sha256=raw.sha256,
        ),
    )


def read_listing(data: bytes, where: str, most_bytes: int) -> Listing:
    """Read RSS, Atom or a sitemap, packed or not.

    Raises:
        SourceUnreadable: it is none of them, or unpacks to more than `most_bytes`.
    """
    if data.startswith(_PACKED):
        data = _unpack(data, where, most_bytes)
    head = data[:2_000]
    if any(f"<{name}".encode() in head for name in _MAPS):
        return Listing(entries=_read_map(data, where), is_sitemap=True)
    # A file object: feedparser takes bytes for the name of a file, and would open it.
    feed = BytesIO(_with_short_head(data))
    try:
        read = feedparser.parse(feed, sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, OverflowError) as error:  # the number of a letter that is none
        raise SourceUnreadable(f"{where} cannot be read as a feed ({error}).", NO_FEED) from error
    if not read.get("version"):
        raise SourceUnreadable(f"{where} is neither a feed nor a sitemap.", NO_FEED)
    entries = (_entry_of(one) for one in read.entries[:MOST])
    return Listing(entries=tuple(one for one in entries if one), is_sitemap=False)


def _with_short_head(data: bytes) -> bytes:
    """The feed with its XML declaration on a line of its own; nothing where its head is no feed's.

    As much as one publisher writes before the first element must not stop the reading of all.
    """
    first = re.search(rb"<\w", data[:LONGEST_HEAD])
    if first is None:
        return b""
    head = data[: first.start()]
    declared = re.match(rb"\s*(<\?xml[^>]*\?>)", head)
    if declared is None:
        return data[first.start() :] if head.lstrip().startswith(b"<?") else data
    if len(declared[1]) > LONGEST_DECLARATION:
        return b""
    return declared[1] + b"\n" + data[declared.end() :]


def _entry_of(entry: Mapping[str, Any]) -> Entry | None:
    address = str(entry.get("link") or "").strip()
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    if not address.startswith(("http://", "https://")):
        return None
    try:
        dated = date(*when[:3]) if when else None
    except ValueError:  # a month 13, as some feeds have it
        dated = None
    return Entry(address=address, dated=dated)


def _unpack(data: bytes, where: str, most_bytes: int) -> bytes:
    unpacking = zlib.decompressobj(31)
    try:
        out = unpacking.decompress(data, most_bytes)
    except zlib.error as error:
        raise SourceUnreadable(f"{where} cannot be unpacked ({error}).", "Check it.") from error
    if unpacking.unconsumed_tail:
        raise SourceUnreadable(
            f"{where} unpacks to more than {most_bytes / 1e6:g} MB.", "Name its parts instead."
        )
    return out


class _MapReader:
    """Handlers of the parser: addresses and their days."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._text: list[str] = []
        self._fields: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._text = []
        if _local(name) in _ENTRY:
            self._fields = {}

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, name: str) -> None:
        tag = _local(name)
        if tag in {"loc", "lastmod", "publication_date"}:
            self._fields.setdefault(tag, "".join(self._text).strip())
        elif tag in _ENTRY and self._fields.get("loc") and len(self.entries) < MOST:
            when = self._fields.get("publication_date") or self._fields.get("lastmod") or ""
            self.entries.append(
                Entry(address=self._fields["loc"], dated=_day(when), is_map=tag == "sitemap")
            )
        self._text = []


def _read_map(data: bytes, where: str) -> tuple[Entry, ...]:
    parser, reader = expat.ParserCreate(), _MapReader()
    parser.StartElementHandler = reader.start
    parser.CharacterDataHandler = reader.data
    parser.EndElementHandler = reader.end

    def refuse_entities(*_: object) -> None:
        raise SourceUnreadable(f"{where} declares a document type.", "No sitemap needs one.")

    parser.StartDoctypeDeclHandler = refuse_entities
    try:
        parser.Parse(data, True)  # noqa: FBT003 - the library's own signature
    except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: its encoding
        raise SourceUnreadable(f"{where} is no XML ({error}).", "Tell its publisher.") from error
    return tuple(reader.entries)


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _day(text: str) -> date | None:
    try:
        when = datetime.fromisoformat(text)
        return (when.astimezone(UTC) if when.tzinfo else when).date()
    except (ValueError, OverflowError):  # no day, or one before the first or after the last
        return None

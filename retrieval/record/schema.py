"""What the record stores: its tables, which the migrations create, and the values in them."""

from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, Field
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from retrieval.types import Vectors

HEAD = "0004"
"""Migration that this code is written for; a test holds it against the migrations folder."""

metadata = MetaData()

meta = Table(
    "meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False)
)
"""`library` (a random id), `embedder`, `dimension`."""

revisions = Table(
    "revisions",
    metadata,
    Column("generation", Integer, primary_key=True),
    Column("stamp", Text, nullable=False),
    Column("takedown", Boolean, nullable=False),
)
"""One row for each transaction that changed passages. The random stamp tells a record restored from
a backup and written again from the one an index was built from."""

sources = Table(
    "sources",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("published", Date),
    Column("accessed", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("topic", Text),
    Column("syndicated_from", Text),
    Column("origin", Text, nullable=False),
    Column("vetted_by", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("raw_sha256", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("snapshot", Text, nullable=False),  # last: reading the others skips its pages
)

passages = Table(
    "passages",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column(
        "source_n",
        Integer,
        ForeignKey("sources.n", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page", Integer),
    Column("generation", Integer, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)
"""`generation` is the revision that last touched the row (or its source's fields); `vector` is
float32, little-endian."""

sketches = Table(
    "sketches",
    metadata,
    Column("source_n", Integer, ForeignKey("sources.n", ondelete="CASCADE"), primary_key=True),
    Column("maker", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("minima", LargeBinary, nullable=False),
)
"""What copies of a source's text are found by; see `Sketch`."""

SOURCE_FIELDS = (
    "id", "title", "publisher", "url", "published", "accessed", "kind", "tier", "topic",
    "syndicated_from", "origin", "vetted_by", "sha256", "text",
)  # fmt: skip
"""Columns of `sources` that make a `Source`."""


class NewPassage(BaseModel, frozen=True, extra="forbid"):
    """A passage to store: `snapshot[start:end] == text`; `id` hashes source id, start and text."""

    id: str = Field(min_length=1)
    start: int = Field(ge=0)
    end: int
    text: str = Field(min_length=1)
    page: int | None = None


class LibraryFacts(BaseModel, frozen=True, extra="ignore"):
    """What a library says of itself: a random id, and which embedder made it."""

    library: str
    embedder: str
    dimension: int


class SourceState(BaseModel, frozen=True, extra="forbid"):
    """What an ingest needs to know of a source that is in the record."""

    raw_sha256: str
    """Of the file as it was read."""
    path: str
    sha256: str
    """Of the snapshot."""
    origin: str


class Revision(BaseModel, frozen=True, extra="forbid"):
    """Names one state of the passages; equal revisions of one record hold equal passages."""

    generation: int
    stamp: str


@dataclass(frozen=True)
class Sketch:
    """What is kept of a source's text to find its copies; `retrieval.origins` makes it."""

    sha256: str
    """Of the snapshot that it was made from."""
    words: bytes
    """SHA-256 of the words alone: equal for texts that differ in spacing or case."""
    minima: bytes
    """A MinHash, unsigned 32-bit integers, little-endian; empty for a text of a few words."""


@dataclass(frozen=True)
class Fields:
    """What an index holds of a passage beside its vector, to filter by."""

    source: str
    publisher: str
    kind: str
    tier: int
    origin: str
    published: date | None


@dataclass(frozen=True)
class Entries:
    """A block of passages as an index takes them; `vectors` has shape (len(ids), dimension)."""

    ids: tuple[str, ...]
    fields: tuple[Fields, ...]
    vectors: Vectors


@dataclass(frozen=True)
class StoredPassage:
    """A passage as it stands in the table, unchecked: for verification only."""

    id: str
    start: int
    end: int
    text: str
    vector: bytes


@dataclass(frozen=True)
class StoredSource:
    """A source as it stands in the table, unchecked, with its passages: for verification only."""

    id: str
    origin: str
    sha256: str
    snapshot: str
    passages: tuple[StoredPassage, ...]

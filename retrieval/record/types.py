"""What goes into the record and what it says of itself."""

from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, Field

from retrieval.ports import Vectors


class NewPassage(BaseModel, frozen=True, extra="forbid"):
    """A passage to store: `snapshot[start:end] == text`; `id` hashes source id, start and text."""

    id: str = Field(min_length=1)
    start: int = Field(ge=0)
    end: int
    text: str = Field(min_length=1)
    page: int | None = None


class Meta(BaseModel, frozen=True, extra="ignore"):
    """What a library says of itself: a random id, and which embedder made it."""

    library: str
    embedder: str
    dimension: int


class Known(BaseModel, frozen=True, extra="forbid"):
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
class Row:
    """A passage as it is stored, unchecked: for verification only."""

    id: str
    start: int
    end: int
    text: str
    vector: bytes


@dataclass(frozen=True)
class Holding:
    """A source as it is stored, unchecked, with its passages."""

    id: str
    origin: str
    sha256: str
    snapshot: str
    rows: tuple[Row, ...]

"""Values that a library takes and gives: sources, passages, hits, vectors; and its embedder."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, Protocol, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field, model_validator

Vector = npt.NDArray[np.float32]
"""Shape (dimension,), of unit length."""
Vectors = npt.NDArray[np.float32]
"""Shape (n, dimension), each row of unit length."""
TextKind = Literal["verbatim", "summary"]
"""What the text of a source is: its publisher's own words, or an account of them.

Words of a summary are not the publisher's: they are never put between quotation marks.
"""

NoticeKind = Literal["corrected", "concern", "retracted", "withdrawn", "reinstated"]


class Embedder(Protocol):
    """Text to unit vectors."""

    @property
    def id(self) -> str:
        """Names model and version; a library remembers it and refuses another."""

    @property
    def dimension(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts`; shape (len(texts), dimension), float32, unit length.

        Raises:
            EmbeddingFailed: the model file or the endpoint did not answer as it must.
        """


class Source(BaseModel, frozen=True, extra="forbid"):
    """One vetted document. `id` is stable across re-indexing; `sha256` is of the snapshot."""

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    url: str
    published: date | None = None
    accessed: date
    kind: str = "document"
    tier: int = Field(ge=1, le=3)
    topic: str | None = None
    syndicated_from: str | None = None
    origin: str
    """Sources that tell the same wire story or press release share one origin."""
    vetted_by: str
    """The vetting-list entry or the named person that admitted the source."""
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    text: TextKind = "verbatim"

    @property
    def is_summary(self) -> bool:
        """Whether its text is about what was published, not what was published."""
        return self.text == "summary"


class Passage(BaseModel, frozen=True, extra="forbid"):
    """A stretch of about a paragraph: `snapshot[start:end] == text`, offsets in characters."""

    id: str
    source: Source
    start: int = Field(ge=0)
    end: int
    text: str
    page: int | None = None
    """Page in a paginated source, counted from 1."""

    @model_validator(mode="after")
    def _spans_its_text(self) -> Self:
        if self.end - self.start != len(self.text):
            raise ValueError(f"passage {self.id}: span and text differ in length")
        return self


class Passages:
    """Passages of a scan. Each is made when it is asked for: of most only the text is looked at."""

    def __init__(self, texts: Sequence[str], make: Callable[[int], Passage]) -> None:
        """Take the text of each, and what makes the one in a row."""
        self.texts, self._make = texts, make

    @classmethod
    def of(cls, passages: Sequence[Passage]) -> Self:
        """Passages that are there already."""
        return cls([p.text for p in passages], passages.__getitem__)

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, row: int) -> Passage:
        return self._make(row)

    def __iter__(self) -> Iterator[Passage]:
        return map(self._make, range(len(self.texts)))


class Notice(BaseModel, frozen=True, extra="forbid"):
    """What a publisher or a register says of a source."""

    source_id: str
    kind: NoticeKind
    noticed: date
    words: str = Field(min_length=1)
    given_by: str
    """Who says so: the address of the page itself, or the name of the file that was read."""

    @property
    def takes_back(self) -> bool:
        """Whether the whole source is taken back: then nothing may rest on it."""
        return self.kind in {"retracted", "withdrawn"}


class Hit(BaseModel, frozen=True, extra="forbid"):
    """A passage found for a query. Scores compare within one query only."""

    passage: Passage
    score: float
    """Fused score, in [0, 1]."""
    lexical: float
    """BM25 divided by the best BM25 of this query, in [0, 1]; 0 where no word matched."""
    dense: float
    """Cosine between query and passage, in [-1, 1]."""


class Filters(BaseModel, frozen=True, extra="forbid"):
    """Narrows a search or a scan. Empty tuples and None leave a field open."""

    published_from: date | None = None
    published_to: date | None = None
    """Inclusive. A source without a date passes unless `dated_only`."""
    dated_only: bool = False
    tiers: tuple[int, ...] = ()
    publishers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


EVERYTHING = Filters()


class Scope(BaseModel, frozen=True, extra="forbid"):
    """What a search could have found: printed wherever absence is claimed."""

    passages: int
    sources: int
    origins: int
    undated: int
    """Sources without a publication date."""
    earliest: date | None = None
    latest: date | None = None


class Stats(BaseModel, frozen=True, extra="forbid"):
    """What a library holds and how it answers."""

    directory: Path
    sources: int
    passages: int
    origins: int
    embedder: str
    dimension: int
    generation: int
    record_bytes: int
    index_bytes: int
    index: str
    """State of the index, and who owns it where that is another process."""
    search: str
    """Which way an unfiltered search goes."""

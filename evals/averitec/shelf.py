"""The part of a library that belongs to one claim."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from retrieval.library import Library
from retrieval.ports import Vectors
from retrieval.types import EVERYTHING, Filters, Hit, Passages, Scope

_NOWHERE = ("",)
"""Admits no source: an empty list of sources would admit every one."""


@dataclass(frozen=True)
class OwnPages:
    """A shelf of the pages given with a claim; what is dated later than the claim is left out.

    Few of these pages carry a date (one that their address names). An undated one stays: the
    set's authors searched only for what was there before the claim.
    """

    library: Library
    pages: tuple[str, ...] | None
    """Source ids; None for every page of the library."""
    until: date | None

    def search(self, query: str, k: int = 8, filters: Filters = EVERYTHING) -> list[Hit]:
        return self.library.search(query, k, self._narrowed(filters))

    def scan(self, filters: Filters = EVERYTHING) -> Iterator[tuple[Passages, Vectors]]:
        return self.library.scan(self._narrowed(filters))

    def scope(self, filters: Filters = EVERYTHING) -> Scope:
        return self.library.scope(self._narrowed(filters))

    def snapshot(self, source_id: str) -> str:
        return self.library.snapshot(source_id)

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self.library.embed(texts)

    def vectors(self, passage_ids: Sequence[str]) -> Vectors:
        return self.library.vectors(passage_ids)

    def _narrowed(self, filters: Filters) -> Filters:
        days = [day for day in (filters.published_to, self.until) if day]
        asked: dict[str, object] = {"published_to": min(days, default=None)}
        if self.pages is not None:
            asked["sources"] = self.pages or _NOWHERE
        return Filters(**{**dict(filters), **asked})

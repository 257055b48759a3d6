"""Brute force: every vector is compared. Never wrong, and needs less memory than any index."""

import threading
from dataclasses import dataclass

import numpy as np

from retrieval.record import MATRIX_ROWS, Matrix, Reader, Revision
from retrieval.types import EVERYTHING, Filters, Vector

EXACT_BYTES = 1_600_000_000
"""Vectors up to which this answers unfiltered queries too: a million of 384 numbers. Up to there it
takes less time than the search by words, less memory than Chroma, and finds all that an index
misses."""

SMALL = 20_000
"""Passages up to which this answers where a server keeps an index, which somebody chose: PostgreSQL
with pgvector, from which all vectors would have to come first, or Chroma."""


def exact_up_to(dimension: int) -> int:
    """Passages of vectors of so many numbers that are compared with every query."""
    return EXACT_BYTES // (4 * dimension)


@dataclass(frozen=True)
class _Held:
    """All vectors of one revision, in parts that never change: a search may still be at them."""

    revision: Revision
    parts: tuple[Matrix, ...]


class ExactScan:
    """Holds the vectors of the record in memory, loaded when first needed, then kept in step."""

    def __init__(self) -> None:
        self._held: _Held | None = None
        self._loading = threading.Lock()

    def nearest(
        self,
        reader: Reader,
        vector: Vector,
        depth: int,
        filters: Filters = EVERYTHING,
    ) -> dict[str, float]:
        """The `depth` passages with the highest cosine to `vector`, best first, with it."""
        admitted = None if filters == EVERYTHING else reader.admitted_sources(filters)
        ids, cosines = [np.empty(0, np.str_)], [np.empty(0, np.float32)]
        for part in self._load_current(reader).parts:
            found = part.vectors @ vector
            rows = np.arange(len(found))
            if admitted is not None:
                rows = np.flatnonzero(np.isin(part.source_n, admitted))
                found = found[rows]
            if len(rows) > depth:
                best = np.argpartition(-found, depth - 1)[:depth]
                rows, found = rows[best], found[best]
            ids.append(part.ids[rows])
            cosines.append(found)
        names, scores = np.concatenate(ids), np.concatenate(cosines)
        order = np.lexsort((names, -scores))[:depth]
        return {str(names[i]): float(scores[i]) for i in order}

    def _load_current(self, reader: Reader) -> _Held:
        revision = reader.revision()
        with self._loading:
            held = self._held
            if held is None or held.revision != revision:
                if held is not None and not reader.grew_from(held.revision):
                    held = self._held = None  # freed before as much is read again
                parts = _bring_in_step(reader, held) if held else tuple(reader.matrices())
                held = self._held = _Held(revision, parts)
            return held


def _bring_in_step(reader: Reader, held: _Held) -> tuple[Matrix, ...]:
    """The parts of the later revision that `reader` sees; those without a change are kept."""
    fresh = tuple(reader.matrices(held.revision.generation))
    changed = np.concatenate([np.empty(0, np.int64), *(part.rows for part in fresh)])
    there = np.setdiff1d(reader.rows(), changed)
    kept = [part.take(np.isin(part.rows, there)) for part in held.parts]
    return _join_small((*kept, *fresh))


def _join_small(parts: tuple[Matrix, ...]) -> tuple[Matrix, ...]:
    """The same passages in fewer parts, where many small ones have come together."""
    joined: list[Matrix] = []
    for part in parts:
        if joined and len(joined[-1].rows) + len(part.rows) <= MATRIX_ROWS:
            joined[-1] = joined[-1].join(part)
        elif len(part.rows):
            joined.append(part)
    return tuple(joined)

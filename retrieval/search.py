"""One search: both legs, each candidate scored by both, fused."""

import numpy as np
import numpy.typing as npt

from retrieval.exact import ExactScan
from retrieval.fusion import Fused, convex
from retrieval.index import Index
from retrieval.record import Reader, expression
from retrieval.types import EVERYTHING, Filters

Vector = npt.NDArray[np.float32]


class Search:
    """Chooses between index and exact scan, and fuses what they find with BM25."""

    def __init__(self, index: Index, exact_up_to: int) -> None:
        self._index, self._exact, self._exact_up_to = index, ExactScan(), exact_up_to

    def fused(  # noqa: PLR0913, PLR0917
        self,
        reader: Reader,
        query: str,
        vector: Vector,
        depth: int,
        filters: Filters,
        dense_weight: float,
    ) -> dict[str, Fused]:
        """Scores of the passages that are among the best `depth` of either leg."""
        dense = self.nearest(reader, vector, depth, filters)
        words = expression(query)
        if words is None:
            return convex({}, dense, dense_weight)
        lexical = reader.words(words, depth, list(dense), filters)
        ids, vectors = reader.vectors([i for i in lexical if i not in dense])
        dense |= zip(ids, map(float, vectors @ vector), strict=True)
        return convex(lexical, dense, dense_weight)

    def nearest(
        self, reader: Reader, vector: Vector, depth: int, filters: Filters
    ) -> dict[str, float]:
        """Passages with the highest cosine, from the index where that is faster and in step."""
        if filters == EVERYTHING and reader.count() > self._exact_up_to:
            found = self._index.nearest(vector, depth, reader.revision())
            if found is not None:
                return found
        return self._exact.nearest(reader, vector, depth, filters)

    def way(self, passages: int) -> str:
        """Which way an unfiltered search of so many passages goes, in words."""
        if passages <= self._exact_up_to:
            return f"exact scan (the faster way up to {self._exact_up_to:,} passages)"
        return "Chroma" if self._index.serving else "exact scan until Chroma is open"

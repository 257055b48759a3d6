"""One search: by words and by meaning, each candidate scored by both, the scores joined."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from retrieval.brute_force import ExactScan
from retrieval.index import Index
from retrieval.record import Reader, match_expression
from retrieval.types import EVERYTHING, Filters, Vector

DENSE_WEIGHT = 0.85
"""Share of the dense score, chosen on the development half of `evals/retrieval`. Bruch, Gai and
Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (arXiv 2210.11934), use 0.8 with this
very embedder, and find convex combination better than reciprocal ranks in and out of domain."""


@dataclass(frozen=True)
class FusedScore:
    """Scores of one passage, as in `Hit`."""

    score: float
    lexical: float
    dense: float


class Search:
    """Chooses between index and exact scan, and fuses what they find with BM25."""

    def __init__(self, index: Index, exact_up_to: int) -> None:
        self._index, self._exact, self._exact_up_to = index, ExactScan(), exact_up_to

    def score(  # noqa: PLR0913, PLR0917
        self,
        reader: Reader,
        query: str,
        vector: Vector,
        depth: int,
        filters: Filters,
        dense_weight: float,
    ) -> dict[str, FusedScore]:
        """Scores of the passages that are among the best `depth` of either leg."""
        dense = self.nearest(reader, vector, depth, filters)
        words = match_expression(query)
        if words is None:
            return fuse_scores({}, dense, dense_weight)
        lexical = reader.match_words(words, depth, list(dense), filters)
        ids, vectors = reader.vectors([i for i in lexical if i not in dense])
        dense |= zip(ids, map(float, vectors @ vector), strict=True)
        return fuse_scores(lexical, dense, dense_weight)

    def nearest(
        self, reader: Reader, vector: Vector, depth: int, filters: Filters
    ) -> dict[str, float]:
        """Passages with the highest cosine, from the index where that is faster and in step."""
        if filters == EVERYTHING and reader.count() > self._exact_up_to:
            found = (
                reader.nearest(vector, depth)
                if self._index.is_in_record
                else self._index.nearest(vector, depth, reader.revision())
            )
            if found is not None:
                return found
        return self._exact.nearest(reader, vector, depth, filters)

    def describe_route(self, passages: int) -> str:
        """Which way an unfiltered search of so many passages goes, in words."""
        if passages <= self._exact_up_to:
            return f"exact scan (up to {self._exact_up_to:,} passages)"
        if self._index.is_in_record:
            return "pgvector"
        return "Chroma" if self._index.is_serving else "exact scan until Chroma is open"


def fuse_scores(
    lexical: Mapping[str, float], dense: Mapping[str, float], weight: float = DENSE_WEIGHT
) -> dict[str, FusedScore]:
    """Convex combination of normalised scores ("TM2C2" of arXiv 2210.11934, equations 4 and 7).

    Each score is scaled between the least value it can have in theory (0 for BM25, -1 for cosine)
    and the highest of this query.

    Args:
        lexical: BM25 by passage id; a missing id matched no word.
        dense: cosine by passage id, for every candidate.
        weight: share of the dense score, in [0, 1].
    """
    top_lexical = max(lexical.values(), default=0.0) or 1.0
    top_dense = (max(dense.values(), default=0.0) + 1.0) or 1.0
    fused = {}
    for passage, cosine in dense.items():
        words = lexical.get(passage, 0.0) / top_lexical
        score = weight * (cosine + 1.0) / top_dense + (1.0 - weight) * words
        fused[passage] = FusedScore(min(max(score, 0.0), 1.0), words, min(max(cosine, -1.0), 1.0))
    return fused


def limit_per_origin(
    ranked: Iterable[str], origins: Mapping[str, str], per_origin: int
) -> list[str]:
    """Passage ids in their order, at most `per_origin` of one origin."""
    seen: Counter[str] = Counter()
    kept = []
    for passage in ranked:
        seen[origins[passage]] += 1
        if seen[origins[passage]] <= per_origin:
            kept.append(passage)
    return kept

"""Joining the lexical and the dense ranking, and thinning out retellings of one story."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DENSE_WEIGHT = 0.85
"""Share of the dense score, chosen on the development half of `evals/retrieval`. Bruch, Gai and
Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (arXiv 2210.11934), use 0.8 with this
very embedder, and find convex combination better than reciprocal ranks in and out of domain."""


@dataclass(frozen=True)
class Fused:
    """Scores of one passage, as in `Hit`."""

    score: float
    lexical: float
    dense: float


def convex(
    lexical: Mapping[str, float], dense: Mapping[str, float], weight: float = DENSE_WEIGHT
) -> dict[str, Fused]:
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
        fused[passage] = Fused(min(max(score, 0.0), 1.0), words, min(max(cosine, -1.0), 1.0))
    return fused


def diversify(ranked: Iterable[str], origins: Mapping[str, str], per_origin: int) -> list[str]:
    """Passage ids in their order, at most `per_origin` of one origin."""
    seen: Counter[str] = Counter()
    kept = []
    for passage in ranked:
        seen[origins[passage]] += 1
        if seen[origins[passage]] <= per_origin:
            kept.append(passage)
    return kept

"""The order of evidence: words and meaning fused, the best of it read by the cross-encoder."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from agent.ports import Entailment
from retrieval.fusion import convex
from retrieval.types import Hit, Passage

Related = tuple[float, Hit]
"""A hit with its cosine to the claim."""

READ: Final = 24
"""Passages of one draft that the cross-encoder reads: about a quarter of a second on two cores."""
RELEVANCE: Final = 0.05
"""Share of the cross-encoder in the score of what it read: the smallest one within a standard error
of the best on the development half of `python -m evals.retrieval` (Breiman et al. 1984)."""
TIED: Final = 2
"""Decimals of a score; where they agree, the better tier comes first."""
AN_ORIGIN: Final = 8
"""Passages of one origin that may stand before those of others."""


def ranked(
    claim: str, related: Sequence[Related], words: Mapping[str, float], entailment: Entailment
) -> list[Hit]:
    """Order hits by how they fit the claim, whatever query found them.

    Args:
        claim: As it will be printed.
        related: What was found.
        words: BM25 by passage id of what was found for the claim itself, as in `Hit.lexical`.
        entailment: Reads the best `READ`.

    Raises:
        EmbeddingFailed: the model cannot be read or run.
    """
    passages = {hit.passage.id: hit.passage for _, hit in related}
    cosines = {hit.passage.id: cosine for cosine, hit in related}
    fused = {passage: f.score for passage, f in convex(words, cosines).items()}
    best = sorted(fused, key=lambda passage: (-fused[passage], passage))[:READ]
    read = relevance(claim, [passages[passage] for passage in best], entailment)
    return in_order([hit for _, hit in related], reranked(fused, read))


def relevance(claim: str, passages: Sequence[Passage], entailment: Entailment) -> dict[str, float]:
    """How far each passage speaks to the claim, for or against: 1 - P(neither), by passage id.

    Raises:
        EmbeddingFailed: the model cannot be read or run.
    """
    read = entailment.probabilities([(p.text, claim) for p in passages])
    return {p.id: 1.0 - float(row[2]) for p, row in zip(passages, read, strict=True)}


def reranked(
    fused: Mapping[str, float], relevant: Mapping[str, float], share: float = RELEVANCE
) -> dict[str, float]:
    """Scores by passage id; what was not read keeps its place behind what was.

    Args:
        fused: scores in [0, 1].
        relevant: what the cross-encoder found in the best of them, in [0, 1].
        share: of the cross-encoder.
    """
    return {
        passage: (1 - share) * score + share * relevant[passage]
        if passage in relevant
        else score - 1.0
        for passage, score in fused.items()
    }


def in_order(hits: Sequence[Hit], scores: Mapping[str, float]) -> list[Hit]:
    """Best first, the better tier where scores are as good as equal, origins mixed."""
    best_first = sorted(
        hits,
        key=lambda h: (
            -round(scores[h.passage.id], TIED),
            h.passage.source.tier,
            -scores[h.passage.id],
            h.passage.id,
        ),
    )
    seen: Counter[str] = Counter()
    first, rest = list[Hit](), list[Hit]()
    for hit in best_first:
        origin = hit.passage.source.origin
        seen[origin] += 1
        (first if seen[origin] <= AN_ORIGIN else rest).append(hit)
    return first + rest

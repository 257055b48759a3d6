"""Ranked retrieval: was what is relevant found, and found early?"""

import math
from collections.abc import Collection, Mapping, Sequence


def ndcg_at_k(ranked: Sequence[str], gains: Mapping[str, float], k: int = 10) -> float | None:
    """Discounted gain of the first k over the best possible: DCG@k / IDCG@k.

    DCG@k = sum_{i<=k} gain_i / log2(i + 1), gains linear, as trec_eval's ndcg_cut. The ideal is
    taken over all relevant documents, found or not. Source: Jarvelin and Kekalainen 2002.

    Args:
        ranked: ids, best first; an id given twice counts at its first place and takes up none
            after that.
        gains: relevance by id, none negative; ids that are not there gain 0.
        k: depth.

    Returns:
        A share in [0, 1]; None where nothing is relevant.
    """
    found = [gains.get(name, 0.0) for name in _once(ranked)[:k]]
    ideal = _dcg(sorted(gains.values(), reverse=True)[:k])
    return _dcg(found) / ideal if ideal else None


def recall_at_k(ranked: Sequence[str], relevant: Collection[str], k: int) -> float | None:
    """Relevant ids among the first k / relevant ids; None where nothing is relevant."""
    wanted = set(relevant)
    return len(wanted & set(_once(ranked)[:k])) / len(wanted) if wanted else None


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str]) -> float | None:
    """1 / rank of the first relevant id, 0 where none is found; its mean over queries is MRR.

    None where nothing is relevant. Source: Voorhees, TREC-8 question answering track (1999).
    """
    if not relevant:
        return None
    return next((1 / i for i, name in enumerate(_once(ranked), 1) if name in relevant), 0.0)


def _once(ranked: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(ranked))


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))

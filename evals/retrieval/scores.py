"""Marks of rankings, what weights are chosen by, and what the figures are worth."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from agent.types import Value
from evals.metrics.retrieval import ndcg_at_k, recall_at_k, reciprocal_rank
from evals.retrieval.corpora import Claim
from evals.retrieval.ranking import Candidates, Ranking
from evals.statistics import Comparison, Estimate, compare, mean

SHARES: Final = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0)
"""Shares of meaning that are tried for fusion: scaled cosines differ little, so most of it is at
the upper end."""
BLENDS: Final = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0)
"""Shares of the cross-encoder that are tried for re-ranking."""
SEED: Final = 1

ALL: Final = "all sets"
"""The claims of all sets together, each counting the same."""

Marks = Mapping[str, Sequence[float]]
"""Metric to one mark a claim."""


class Figures(Value):
    """One way of ranking on one set."""

    part: str
    """Name of a set, or `ALL`."""
    way: str
    ndcg: Estimate
    recall: Estimate
    mrr: Estimate


class Gain(Value):
    """How much more nDCG@10 one way has than another, claim by claim."""

    part: str
    way: str
    over: str
    comparison: Comparison


def clusters(claims: Sequence[Claim]) -> list[str]:
    """Claims that share a relevant document, directly or by others, are one cluster."""
    places = {
        name: n for n, name in enumerate(dict.fromkeys(d for c in claims for d in c.relevant))
    }
    edges = [(n, len(claims) + places[d]) for n, c in enumerate(claims) for d in c.relevant]
    rows, columns = np.array(edges, dtype=int).reshape(-1, 2).T
    size = len(claims) + len(places)
    graph = coo_array((np.ones(len(edges)), (rows, columns)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    return [str(label) for label in labels[: len(claims)]]


def marks(found: Sequence[Candidates], ranking: Ranking) -> Marks:
    """nDCG@10, recall@20 and reciprocal rank of every claim."""
    told: dict[str, list[float]] = {"ndcg": [], "recall": [], "mrr": []}
    for one in found:
        ranked, relevant = ranking(one), one.claim.relevant
        told["ndcg"].append(ndcg_at_k(ranked, dict.fromkeys(relevant, 1.0)) or 0.0)
        told["recall"].append(recall_at_k(ranked, relevant, 20) or 0.0)
        told["mrr"].append(reciprocal_rank(ranked, relevant) or 0.0)
    return told


def average(found: Sequence[Candidates], ndcg: Sequence[float]) -> float:
    """Mean over sets of the mean nDCG@10: a large set weighs no more than a small one."""
    parts = [one.claim.part for one in found]
    each = {p: [m for m, q in zip(ndcg, parts, strict=True) if q == p] for p in set(parts)}
    return float(np.mean([np.mean(values) for values in each.values()]))


def curve(
    found: Sequence[Candidates], of: Callable[[float], Ranking], weights: Sequence[float]
) -> dict[float, float]:
    """Average nDCG@10 by weight."""
    return {w: average(found, marks(found, of(w))["ndcg"]) for w in weights}


def figures(
    found: Sequence[Candidates], groups: Sequence[str], ways: Mapping[str, Marks]
) -> list[Figures]:
    """Every way on every set, with clustered intervals."""
    rows = []
    for part, places in _parts(found).items():
        names = [groups[n] for n in places]
        for way, told in ways.items():
            estimates = {m: mean([v[n] for n in places], names) for m, v in told.items()}
            rows.append(Figures(part=part, way=way, **estimates))
    return rows


def gains(
    found: Sequence[Candidates], groups: Sequence[str], ways: Mapping[str, Marks], best: str
) -> list[Gain]:
    """What `best` has over each other way, paired by claim."""
    rows = []
    for part, places in _parts(found).items():
        names = [groups[n] for n in places]
        for way in ways:
            if way == best:
                continue
            first, second = ([ways[w]["ndcg"][n] for n in places] for w in (best, way))
            comparison = compare(first, second, names, SEED)
            rows.append(Gain(part=part, way=best, over=way, comparison=comparison))
    return rows


def _parts(found: Sequence[Candidates]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for n, one in enumerate(found):
        places.setdefault(one.claim.part, []).append(n)
    return {**places, ALL: list(range(len(found)))}

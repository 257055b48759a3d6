"""One run: the pool, the claims drawn, every way of ranking, and what the figures are worth."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from agent.pipeline.retrieve import RELEVANCE
from agent.ports import NliModel
from agent.types import Value
from evals.metrics.scores import ndcg_at_k, recall_at_k, reciprocal_rank
from evals.retrieval import ranking
from evals.retrieval.corpora import (
    DEVELOPMENT,
    SETS,
    Claim,
    fill_library,
    half_of,
    read_claims,
    sample_claims,
)
from evals.retrieval.ranking import Candidates, Ranking
from evals.statistics import Comparison, Estimate, compare_paired, estimate_mean
from retrieval.ingestion import Progress
from retrieval.library import RECORD
from retrieval.record import Record
from retrieval.record.queries import TITLE_WEIGHT
from retrieval.search import DENSE_WEIGHT
from retrieval.types import Embedder

SHARES: Final = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0)
"""Shares of meaning that are tried for fusion: scaled cosines differ little, so most of it is at
the upper end."""
BLENDS: Final = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0)
"""Shares of the cross-encoder that are tried for re-ranking."""
SEED: Final = 1

ALL_SETS: Final = "all sets"
"""The claims of all sets together, each counting the same."""

Marks = Mapping[str, Sequence[float]]
"""Metric to one mark a claim."""


class RankingFigures(Value):
    """One way of ranking on one set."""

    part: str
    """Name of a set, or `ALL_SETS`."""
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


def cluster_claims(claims: Sequence[Claim]) -> list[str]:
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


def mark_claims(found: Sequence[Candidates], ranking: Ranking) -> Marks:
    """nDCG@10, recall@20 and reciprocal rank of every claim."""
    marks: dict[str, list[float]] = {"ndcg": [], "recall": [], "mrr": []}
    for one in found:
        ranked, relevant = ranking(one), one.claim.relevant
        marks["ndcg"].append(ndcg_at_k(ranked, dict.fromkeys(relevant, 1.0)) or 0.0)
        marks["recall"].append(recall_at_k(ranked, relevant, 20) or 0.0)
        marks["mrr"].append(reciprocal_rank(ranked, relevant) or 0.0)
    return marks


def average_over_sets(found: Sequence[Candidates], ndcg: Sequence[float]) -> float:
    """Mean over sets of the mean nDCG@10: a large set weighs no more than a small one."""
    parts = [one.claim.part for one in found]
    each = {p: [m for m, q in zip(ndcg, parts, strict=True) if q == p] for p in set(parts)}
    return float(np.mean([np.mean(values) for values in each.values()]))


def weight_curve(
    found: Sequence[Candidates], of: Callable[[float], Ranking], weights: Sequence[float]
) -> dict[float, float]:
    """Average nDCG@10 by weight."""
    return {w: average_over_sets(found, mark_claims(found, of(w))["ndcg"]) for w in weights}


def estimate_figures(
    found: Sequence[Candidates], groups: Sequence[str], ways: Mapping[str, Marks]
) -> list[RankingFigures]:
    """Every way on every set, with clustered intervals."""
    rows = []
    for part, places in _places_by_part(found).items():
        names = [groups[n] for n in places]
        for way, marks in ways.items():
            estimates = {m: estimate_mean([v[n] for n in places], names) for m, v in marks.items()}
            rows.append(RankingFigures(part=part, way=way, **estimates))
    return rows


def estimate_gains(
    found: Sequence[Candidates], groups: Sequence[str], ways: Mapping[str, Marks], best: str
) -> list[Gain]:
    """What `best` has over each other way, paired by claim."""
    rows = []
    for part, places in _places_by_part(found).items():
        names = [groups[n] for n in places]
        for way in ways:
            if way == best:
                continue
            first, second = ([ways[w]["ndcg"][n] for n in places] for w in (best, way))
            comparison = compare_paired(first, second, names, SEED)
            rows.append(Gain(part=part, way=best, over=way, comparison=comparison))
    return rows


def _places_by_part(found: Sequence[Candidates]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for n, one in enumerate(found):
        places.setdefault(one.claim.part, []).append(n)
    return {**places, ALL_SETS: list(range(len(found)))}


class Table(Value):
    """Everything that a run found."""

    half: str
    """`corpora.DEVELOPMENT` or `corpora.REPORTING`."""
    documents: int
    passages: int
    claims: dict[str, int]
    figures: tuple[RankingFigures, ...]
    gains: tuple[Gain, ...]
    curves: dict[str, dict[float, float]]
    """Of what is chosen on the development part: its average nDCG@10 by weight."""


def run_table(  # noqa: PLR0913, PLR0917 - what a run works with, and whom it tells
    data: Path,
    directory: Path,
    half: str,
    most: int,
    model: NliModel | None,
    embedder: Embedder,
    progress: Progress,
) -> Table:
    """Build the pool in `directory`, or go on with the one there, and rank for every claim.

    Args:
        data: folder that has `claims/`.
        directory: of the library.
        half: one of `corpora.HALVES`; only on the development half are weights compared.
        most: claims drawn of this half of each set; 0 for all.
        model: re-ranks; None leaves re-ranking out.
        embedder: of the library.
        progress: called with what is done of what.
    """
    every = [
        [c for c in read_claims(data, s) if c.relevant and half_of(c.id) == half] for s in SETS
    ]
    drawn = [claim for found in every for claim in sample_claims(found, most, SEED)]
    fill_library(directory, data, SETS, embedder, progress)
    record = Record.open(directory / RECORD)
    try:
        found = ranking.gather_candidates(record, embedder, drawn)
        if model:
            found = ranking.add_relevance(
                record, model, found, lambda n: progress(n, len(found), "re-ranking")
            )
        with record.reader() as reader:
            held = reader.count(), len(reader.source_states())
    finally:
        record.close()
    groups = cluster_claims(drawn)
    ways = _mark_ways(found, reranks=model is not None)
    *_, best = ways
    return Table(
        half=half,
        documents=held[1],
        passages=held[0],
        claims={s.name: sum(claim.part == s.name for claim in drawn) for s in SETS},
        figures=tuple(estimate_figures(found, groups, ways)),
        gains=tuple(estimate_gains(found, groups, ways, best)),
        curves=_weight_curves(found, reranks=model is not None) if half == DEVELOPMENT else {},
    )


def _mark_ways(found: Sequence[Candidates], *, reranks: bool) -> dict[str, Marks]:
    """Marks of every way of ranking, with the product's own weights; the product's way last."""
    ways = {
        "words, no titles": ranking.rank_by_words(0.0),
        "words": ranking.rank_by_words(TITLE_WEIGHT),
        "meaning": ranking.rank_by_meaning,
        "rank fusion": ranking.rank_by_ranks,
        "fusion": ranking.rank_by_scores(DENSE_WEIGHT),
    }
    if reranks:
        ways["cross-encoder"] = ranking.rank_by_cross_encoder(1.0)
        ways["fusion + re-rank"] = ranking.rank_by_cross_encoder(RELEVANCE)
    return {name: mark_claims(found, way) for name, way in ways.items()}


def _weight_curves(found: Sequence[Candidates], *, reranks: bool) -> dict[str, dict[float, float]]:
    curves = {
        "titles": weight_curve(found, ranking.rank_by_words, ranking.TITLE_WEIGHTS),
        "meaning": weight_curve(found, ranking.rank_by_scores, SHARES),
    }
    if reranks:
        curves["re-rank"] = weight_curve(found, ranking.rank_by_cross_encoder, BLENDS)
    return curves

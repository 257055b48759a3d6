"""One run: the pool, the claims drawn, every way of ranking, and what the figures are worth."""

from collections.abc import Sequence
from pathlib import Path

from agent.types import Value
from evals.retrieval import ranking, scores
from evals.retrieval.corpora import SETS, Claim, claims, sample
from evals.retrieval.pool import fill
from evals.retrieval.ranking import Candidates, Entailment
from evals.retrieval.scores import Figures, Gain, Marks
from retrieval.fusion import DENSE_WEIGHT
from retrieval.ingest import Progress
from retrieval.library import RECORD
from retrieval.ports import Embedder
from retrieval.record import Record
from retrieval.record.lexical import TITLE_WEIGHT


class Table(Value):
    """Everything that a run found."""

    documents: int
    passages: int
    claims: dict[str, int]
    figures: tuple[Figures, ...]
    gains: tuple[Gain, ...]
    curves: dict[str, list[dict[float, float]]]
    """Of what is tuned: for each half the average nDCG@10 by weight."""


def run(  # noqa: PLR0913, PLR0917 - what a run works with, and whom it tells
    data: Path,
    directory: Path,
    most: int,
    model: Entailment | None,
    embedder: Embedder,
    progress: Progress,
) -> Table:
    """Build the pool in `directory`, or go on with the one there, and rank for every claim.

    Args:
        data: folder that has `claims/`.
        directory: of the library.
        most: claims drawn of each set; 0 for all.
        model: re-ranks; None leaves re-ranking out.
        embedder: of the library.
        progress: told what is done of what.
    """
    every = {part.name: [c for c in claims(data, part) if c.relevant] for part in SETS}
    drawn = [claim for found in every.values() for claim in sample(found, most, scores.SEED)]
    fill(directory, data, SETS, embedder, progress)
    record = Record.open(directory / RECORD)
    try:
        found = ranking.gather(record, embedder, drawn)
        if model:
            found = ranking.with_relevance(
                record, model, found, lambda n: progress(n, len(found), "re-ranking")
            )
        with record.reading() as reader:
            held = reader.count(), len(reader.known())
    finally:
        record.close()
    return _table(held, found, reranks=model is not None)


def _table(held: tuple[int, int], found: Sequence[Candidates], *, reranks: bool) -> Table:
    drawn = [one.claim for one in found]
    groups = scores.clusters(drawn)
    half = scores.halves(drawn, groups)
    ways: dict[str, Marks] = {
        "words, no titles": scores.marks(found, ranking.by_words(0.0)),
        "words": scores.marks(found, ranking.by_words(TITLE_WEIGHT)),
        "meaning": scores.marks(found, ranking.by_meaning),
        "rank fusion": scores.marks(found, ranking.by_ranks),
        "fusion": scores.marks(found, ranking.by_scores(DENSE_WEIGHT)),
    }
    curves = {"titles": _titles(found, half)}
    ways["fusion, tuned"], curves["fusion"] = scores.tuned(
        found, half, ranking.by_scores, scores.SHARES
    )
    best = "fusion, tuned"
    if reranks:
        ways["cross-encoder"] = scores.marks(found, ranking.reranked(1.0))
        best = "fusion + re-rank"
        ways[best], curves["re-rank"] = scores.tuned(found, half, ranking.reranked, scores.BLENDS)
    return Table(
        documents=held[1],
        passages=held[0],
        claims=_counted(drawn),
        figures=tuple(scores.figures(found, groups, ways)),
        gains=tuple(scores.gains(found, groups, ways, best)),
        curves=curves,
    )


def _titles(found: Sequence[Candidates], half: Sequence[int]) -> list[dict[float, float]]:
    told = {w: scores.marks(found, ranking.by_words(w))["ndcg"] for w in ranking.TITLE_WEIGHTS}
    curves = []
    for h in range(scores.HALVES):
        rows = [n for n, other in enumerate(half) if other == h]
        inside = [found[n] for n in rows]
        curves.append({w: scores.average(inside, [m[n] for n in rows]) for w, m in told.items()})
    return curves


def _counted(drawn: Sequence[Claim]) -> dict[str, int]:
    return {part.name: sum(claim.part == part.name for claim in drawn) for part in SETS}

"""One run: the pool, the claims drawn, every way of ranking, and what the figures are worth."""

from collections.abc import Sequence
from pathlib import Path

from agent.pipeline.retrieve import RELEVANCE
from agent.ports import NliModel
from agent.types import Value
from evals.retrieval import ranking, scores
from evals.retrieval.corpora import DEVELOPMENT, SETS, claims, half_of, sample
from evals.retrieval.pool import fill
from evals.retrieval.ranking import Candidates
from evals.retrieval.scores import Figures, Gain, Marks
from retrieval.fusion import DENSE_WEIGHT
from retrieval.ingest import Progress
from retrieval.library import RECORD
from retrieval.ports import Embedder
from retrieval.record import Record
from retrieval.record.lexical import TITLE_WEIGHT


class Table(Value):
    """Everything that a run found."""

    half: str
    """`corpora.DEVELOPMENT` or `corpora.REPORTING`."""
    documents: int
    passages: int
    claims: dict[str, int]
    figures: tuple[Figures, ...]
    gains: tuple[Gain, ...]
    curves: dict[str, dict[float, float]]
    """Of what is chosen on the development part: its average nDCG@10 by weight."""


def run(  # noqa: PLR0913, PLR0917 - what a run works with, and whom it tells
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
        progress: told what is done of what.
    """
    every = [[c for c in claims(data, s) if c.relevant and half_of(c.id) == half] for s in SETS]
    drawn = [claim for found in every for claim in sample(found, most, scores.SEED)]
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
    groups = scores.clusters(drawn)
    ways = _ways(found, reranks=model is not None)
    *_, best = ways
    return Table(
        half=half,
        documents=held[1],
        passages=held[0],
        claims={s.name: sum(claim.part == s.name for claim in drawn) for s in SETS},
        figures=tuple(scores.figures(found, groups, ways)),
        gains=tuple(scores.gains(found, groups, ways, best)),
        curves=_curves(found, reranks=model is not None) if half == DEVELOPMENT else {},
    )


def _ways(found: Sequence[Candidates], *, reranks: bool) -> dict[str, Marks]:
    """Marks of every way of ranking, with the product's own weights; the product's way last."""
    ways = {
        "words, no titles": ranking.by_words(0.0),
        "words": ranking.by_words(TITLE_WEIGHT),
        "meaning": ranking.by_meaning,
        "rank fusion": ranking.by_ranks,
        "fusion": ranking.by_scores(DENSE_WEIGHT),
    }
    if reranks:
        ways["cross-encoder"] = ranking.reranked(1.0)
        ways["fusion + re-rank"] = ranking.reranked(RELEVANCE)
    return {name: scores.marks(found, way) for name, way in ways.items()}


def _curves(found: Sequence[Candidates], *, reranks: bool) -> dict[str, dict[float, float]]:
    curves = {
        "titles": scores.curve(found, ranking.by_words, ranking.TITLE_WEIGHTS),
        "meaning": scores.curve(found, ranking.by_scores, scores.SHARES),
    }
    if reranks:
        curves["re-rank"] = scores.curve(found, ranking.reranked, scores.BLENDS)
    return curves

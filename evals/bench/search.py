"""Search: ours (words and meaning, fused, with texts) against plain Chroma, llama-index, a scan."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from evals.bench import corpus
from evals.bench.corpus import Block
from evals.bench.measure import Ratio, Report, Spread, seconds
from evals.bench.plain_chroma import PlainChroma
from retrieval.cached import CachedEmbedder
from retrieval.embedding import MiniLM
from retrieval.library import Library
from retrieval.ports import Vectors

K = 8
MS = 1_000


def run(folder: Path, runs: int, sizes: tuple[int, ...]) -> Report:
    """Time every question of the cases; questions are embedded before, as each way needs that."""
    model, asked = MiniLM(), corpus.questions()
    model.embed(asked[:1])  # loads the model
    new = [MS * seconds(partial(model.embed, [question])) for question in asked]
    embedder = CachedEmbedder(model)
    with Library.open(corpus.demonstration_library(folder, embedder), embedder) as library:
        held = corpus.block(library)
        reports = [_compared(library, held, folder / "plain", runs)]
    for size in sizes:
        made = corpus.synthetic(held, size)
        with Library.open(folder / f"of-{size}", embedder, create=True) as library:
            with library.writing() as record:
                corpus.store(record, made)
            reports.append(_compared(library, made, folder / f"plain-{size}", runs))
    return Report(
        benchmark="search",
        spreads=(
            Spread.of("embedding a new question", new, "ms"),
            *(spread for report in reports for spread in report.spreads),
        ),
        ratios=tuple(ratio for report in reports for ratio in report.ratios),
        facts={what: fact for report in reports for what, fact in report.facts.items()},
    )


def _compared(library: Library, held: Block, folder: Path, runs: int) -> Report:
    """Ask all ways in turn, so that each has its share of the noise."""
    chroma, questions = PlainChroma(folder), corpus.questions()
    chroma.upsert(held.ids, held.texts, held.vectors)
    vectors = dict(zip(questions, library.embed(questions), strict=True))
    ways: dict[str, Callable[[str], object]] = {
        "ours": lambda q: library.search(q, K),
        "plain Chroma": lambda q: chroma.query(vectors[q], K),
        "llama-index on Chroma": lambda q: chroma.by_llama_index(vectors[q], K),
        "bare scan": lambda q: _nearest(held.vectors, vectors[q]),
    }
    for ask in ways.values():  # what is read once
        ask(questions[0])
    library.settle()
    times: dict[str, list[float]] = {way: [] for way in ways}
    for question in questions * runs:
        for way, ask in ways.items():
            times[way].append(MS * seconds(partial(ask, question)))
    size = f"{len(held.ids):,} passages"
    ours, *others = (Spread.of(f"{way}, {size}", times[way], "ms") for way in ways)
    shares = [_shared(held, chroma.query(vectors[q], K), vectors[q]) for q in questions]
    return Report(
        benchmark="search",
        spreads=(ours, *others),
        ratios=tuple(Ratio.of(ours, other) for other in others),
        facts={
            f"ours, {size}: nearest vectors by": library.stats().search,
            f"plain Chroma, {size}: share of the true {K} nearest": round(
                float(np.mean(shares)), 4
            ),
        },
    )


def _nearest(vectors: Vectors, vector: Vectors) -> list[int]:
    cosines = vectors @ vector
    best = np.argpartition(-cosines, K)[:K]
    return [int(row) for row in best[np.argsort(-cosines[best])]]


def _shared(held: Block, ids: list[str], vector: Vectors) -> float:
    true = {held.ids[row] for row in _nearest(held.vectors, vector)}
    return len(true & set(ids)) / K

"""Indexing and search, ours against llama-index's own pipeline, from the same notes."""

from functools import partial
from pathlib import Path

from evals.bench import corpus
from evals.bench.llama_pipeline import LlamaPipeline
from evals.bench.measure import Ratio, Report, Spread, seconds
from retrieval.embedding import MiniLM
from retrieval.library import Library

K = 8
MS = 1_000


def run(folder: Path, runs: int, _: tuple[int, ...]) -> Report:
    """Index the demonstration notes both ways `runs` times; then ask every question of the cases.

    Both embed with the shipped model, questions included. Ours vets, keeps the record with texts
    and hashes, finds origins and searches by words as well; theirs holds nodes and vectors only.
    """
    model = MiniLM()
    with Library.open(corpus.demonstration_library(folder / "first", model), model) as library:
        texts = [library.snapshot(source.id) for source in library.sources()]
    LlamaPipeline(folder / "imports", model).ingest(texts[:1])
    ours, theirs, nodes = [], [], 0
    for n in range(runs):
        ours.append(seconds(partial(corpus.demonstration_library, folder / f"ours-{n}", model)))
        rival = LlamaPipeline(folder / f"theirs-{n}", model)
        theirs.append(seconds(partial(rival.ingest, texts)))
    questions = corpus.questions() * runs
    times: tuple[list[float], list[float]] = ([], [])
    place = folder / "ours-0" / "demonstration"
    with Library.open(place, model) as library:
        passages = library.stats().passages
        nodes = len(rival.search(questions[0], 10_000))
        library.search(questions[0], K)
        library.settle()
        for question in questions:  # in turn, so that each has its share of the noise
            times[0].append(MS * seconds(partial(library.search, question, K)))
            times[1].append(MS * seconds(partial(rival.search, question, K)))
    indexed = Spread.of(f"ours, {len(texts)} notes indexed", ours)
    piped = Spread.of("llama-index pipeline, the same notes", theirs)
    found = Spread.of("ours, a question embedded and searched", times[0], "ms")
    retrieved = Spread.of("llama-index retriever, the same", times[1], "ms")
    return Report(
        benchmark="rival",
        spreads=(indexed, piped, found, retrieved),
        ratios=(Ratio.of(indexed, piped), Ratio.of(found, retrieved)),
        facts={"our passages": passages, "its nodes": nodes},
    )

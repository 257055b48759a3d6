"""Ingest of notes, and building an index, against a plain Chroma upsert of the same passages."""

from pathlib import Path
from time import perf_counter

from evals.bench import corpus
from evals.bench.measure import Ratio, Report, Spread, seconds
from evals.bench.plain_chroma import PlainChroma
from retrieval import demonstration, ingest
from retrieval.cached import CachedEmbedder
from retrieval.embedding import MiniLM
from retrieval.library import Library
from retrieval.vetting import VettingList


def run(folder: Path, runs: int, sizes: tuple[int, ...]) -> Report:
    """Build the demonstration library `runs` times, the synthetic ones once."""
    model = MiniLM()
    model.embed(["loads the model"])
    corpus.demonstration_library(folder / "first", model)  # imports what ingest and index need
    times, again = [], []
    for n in range(runs):
        start = perf_counter()
        place = corpus.demonstration_library(folder / f"run-{n}", model)
        times.append(perf_counter() - start)
        with Library.open(place, model) as library:
            start = perf_counter()
            _again(library)
            again.append(perf_counter() - start)
            held = corpus.block(library)
    rates = [len(held.ids) / t for t in times]
    built = Spread.of(f"demonstration library, {len(held.ids)} passages", times)
    repeated = Spread.of("the same folder again, nothing changed", again)
    spreads = [built, Spread.of("ingest, index included", rates, "p/s"), repeated]
    ratios = [Ratio.of(repeated, built)]
    for size in sizes:
        record, index, plain = _built(folder / f"of-{size}", corpus.synthetic(held, size))
        spreads += [record, index, plain]
        ratios.append(Ratio.of(index, plain))
    return Report(benchmark="index", spreads=tuple(spreads), ratios=tuple(ratios))


def _again(library: Library) -> None:
    notes = demonstration.notes()
    vetting = VettingList.read(notes / demonstration.VETTING)
    with library.writing() as record:
        report = ingest.add(record, library.embedder, [notes], vetting, today=corpus.TODAY)
    if report.added or report.replaced:
        raise RuntimeError(f"the same folder changed the library: {report}")


def _built(folder: Path, made: corpus.Block) -> tuple[Spread, Spread, Spread]:
    """Seconds to write the record, to build, check and seal the index, and for plain Chroma."""
    with Library.open(folder / "library", CachedEmbedder(MiniLM()), create=True) as library:
        start = perf_counter()
        with library.writing() as record:
            corpus.store(record, made)
            written = perf_counter()
        indexed = perf_counter()
    plain = PlainChroma(folder / "plain")
    upserted = seconds(lambda: plain.upsert(made.ids, made.texts, made.vectors))
    size = f"{len(made.ids):,} passages"
    return (
        Spread.of(f"record, {size}", [written - start]),
        Spread.of(f"index built, checked, sealed, {size}", [indexed - written]),
        Spread.of(f"plain Chroma upsert, {size}", [upserted]),
    )

"""Ingest, index and search, against plain Chroma, llama-index and a bare scan."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from evals.bench import corpus
from evals.bench.corpus import Block
from evals.bench.measure import Ratio, Report, Spread, time_call
from evals.bench.rivals import LlamaPipeline, PlainChroma
from retrieval import demonstration
from retrieval.embedding import CachedEmbedder, MiniLM
from retrieval.library import Library
from retrieval.types import Embedder, Vectors
from retrieval.vetting import VettingList, Voucher

K = 8
NOTES = 300
MS = 1_000


def bench_index(folder: Path, runs: int, sizes: tuple[int, ...]) -> Report:
    """Build the demonstration library `runs` times, the synthetic ones once."""
    model = MiniLM()
    model.embed(["loads the model"])
    corpus.build_demonstration(folder / "first", model)  # imports what ingest and index need
    times, again = [], []
    for n in range(runs):
        start = perf_counter()
        place = corpus.build_demonstration(folder / f"run-{n}", model)
        times.append(perf_counter() - start)
        with Library.open(place, model) as library:
            start = perf_counter()
            _ingest_again(library)
            again.append(perf_counter() - start)
            held = corpus.read_block(library)
    rates = [len(held.ids) / t for t in times]
    built = Spread.of(f"demonstration library, {len(held.ids)} passages", times)
    repeated = Spread.of("the same folder again, nothing changed", again)
    spreads = [built, Spread.of("ingest, index included", rates, "p/s"), repeated]
    ratios = [Ratio.of(repeated, built)]
    for size in sizes:
        record, index, plain = _time_builds(folder / f"of-{size}", corpus.make_block(held, size))
        spreads += [record, index, plain]
        ratios.append(Ratio.of(index, plain))
    return Report(benchmark="index", spreads=tuple(spreads), ratios=tuple(ratios))


def _ingest_again(library: Library) -> None:
    notes = demonstration.find_notes()
    vetting = VettingList.read(notes / demonstration.VETTING)
    report = library.add([notes], vetting, today=corpus.TODAY)
    if report.added or report.replaced:
        raise RuntimeError(f"the same folder changed the library: {report}")


def _time_builds(folder: Path, made: corpus.Block) -> tuple[Spread, Spread, Spread]:
    """Seconds to write the record, to build, check and seal the index, and for plain Chroma."""
    with Library.open(folder / "library", CachedEmbedder(MiniLM()), create=True) as library:
        start = perf_counter()
        with library.writer() as record:
            corpus.store_block(record, made)
            written = perf_counter()
        indexed = perf_counter()
    plain = PlainChroma(folder / "plain")
    upserted = time_call(lambda: plain.upsert(made.ids, made.texts, made.vectors))
    size = f"{len(made.ids):,} passages"
    return (
        Spread.of(f"record, {size}", [written - start]),
        Spread.of(f"index built, checked, sealed, {size}", [indexed - written]),
        Spread.of(f"plain Chroma upsert, {size}", [upserted]),
    )


def bench_search(folder: Path, runs: int, sizes: tuple[int, ...]) -> Report:
    """Time every question of the cases; questions are embedded before, as each way needs that."""
    model, asked = MiniLM(), corpus.read_questions()
    model.embed(asked[:1])  # loads the model
    new = [MS * time_call(partial(model.embed, [question])) for question in asked]
    embedder = CachedEmbedder(model)
    with Library.open(corpus.build_demonstration(folder, embedder), embedder) as library:
        held = corpus.read_block(library)
        reports = [_compare_ways(library, held, folder / "plain", runs)]
    for size in sizes:
        made = corpus.make_block(held, size)
        with Library.open(folder / f"of-{size}", embedder, create=True) as library:
            with library.writer() as record:
                corpus.store_block(record, made)
            reports.append(_compare_ways(library, made, folder / f"plain-{size}", runs))
    return Report(
        benchmark="search",
        spreads=(
            Spread.of("embedding a new question", new, "ms"),
            *(spread for report in reports for spread in report.spreads),
        ),
        ratios=tuple(ratio for report in reports for ratio in report.ratios),
        facts={what: fact for report in reports for what, fact in report.facts.items()},
    )


def _compare_ways(library: Library, held: Block, folder: Path, runs: int) -> Report:
    """Ask all ways in turn, so that each has its share of the noise."""
    chroma, questions = PlainChroma(folder), corpus.read_questions()
    chroma.upsert(held.ids, held.texts, held.vectors)
    vectors = dict(zip(questions, library.embed(questions), strict=True))
    ways: dict[str, Callable[[str], object]] = {
        "ours": lambda q: library.search(q, K),
        "plain Chroma": lambda q: chroma.query(vectors[q], K),
        "llama-index on Chroma": lambda q: chroma.by_llama_index(vectors[q], K),
        "bare scan": lambda q: _scan_nearest(held.vectors, vectors[q]),
    }
    for ask in ways.values():  # what is read once
        ask(questions[0])
    library.settle()
    times: dict[str, list[float]] = {way: [] for way in ways}
    for question in questions * runs:
        for way, ask in ways.items():
            times[way].append(MS * time_call(partial(ask, question)))
    size = f"{len(held.ids):,} passages"
    ours, *others = (Spread.of(f"{way}, {size}", times[way], "ms") for way in ways)
    shares = [_share_of_nearest(held, chroma.query(vectors[q], K), vectors[q]) for q in questions]
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


def _scan_nearest(vectors: Vectors, vector: Vectors) -> list[int]:
    cosines = vectors @ vector
    best = np.argpartition(-cosines, K)[:K]
    return [int(row) for row in best[np.argsort(-cosines[best])]]


def _share_of_nearest(held: Block, ids: list[str], vector: Vectors) -> float:
    true = {held.ids[row] for row in _scan_nearest(held.vectors, vector)}
    return len(true & set(ids)) / K


class _Timed:
    """An embedder, with the seconds that it took: by the clock, and of all processors."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder, self.id, self.dimension = embedder, embedder.id, embedder.dimension
        self.seconds = self.cpu = 0.0

    def embed(self, texts: Sequence[str]) -> Vectors:
        start, cpu = perf_counter(), process_time()
        vectors = self._embedder.embed(texts)
        self.seconds += perf_counter() - start
        self.cpu += process_time() - cpu
        return vectors


def bench_add(folder: Path, runs: int, _: tuple[int, ...]) -> Report:
    """Add a folder of notes to a new library, and index the same texts by llama-index, in turn.

    Both embed with one embedder object, each by the batches it makes itself. Ours reads files,
    vets, keeps the record with texts, words and hashes, finds origins and builds its index; theirs
    gets the texts, and holds nodes and vectors only.
    """
    model, notes = MiniLM(), corpus.write_notes(folder / "notes", NOTES)
    model.embed(["loads the model"])
    few = corpus.write_notes(folder / "few", 20)
    texts = _add_notes(folder / "ours-first", few, model)  # imports what both need
    LlamaPipeline(folder / "theirs-first", model).ingest(texts)
    times: dict[str, list[float]] = defaultdict(list)
    nodes = 0
    for n in range(runs):
        for name in ("ours", "llama-index"):
            timed = _Timed(model)
            start, cpu = perf_counter(), process_time()
            if name == "ours":
                texts = _add_notes(folder / f"ours-{n}", notes, timed)
            else:
                nodes = LlamaPipeline(folder / f"theirs-{n}", timed).ingest(texts)
            times[name].append(perf_counter() - start)
            times[f"{name}: processor time"].append(process_time() - cpu)
            times[f"{name}: embedding, by the clock"].append(timed.seconds)
            if name != "ours":  # of ours, what goes on meanwhile is in it
                times[f"{name}: embedding, processor time"].append(timed.cpu)
    spreads = {name: Spread.of(f"{name}, {NOTES} notes", taken) for name, taken in times.items()}
    with Library.open(folder / "ours-0", model) as library:
        passages = library.stats().passages
    used = [spreads[f"{name}: processor time"] for name in ("llama-index", "ours")]
    return Report(
        benchmark="add",
        spreads=tuple(spreads.values()),
        ratios=(Ratio.of(spreads["llama-index"], spreads["ours"]), Ratio.of(*used)),
        facts={"our passages": passages, "its nodes": nodes},
    )


def _add_notes(place: Path, notes: Path, embedder: Embedder) -> list[str]:
    """Make a library of `notes`; return its texts."""
    with Library.open(place, embedder, create=True) as library:
        report = library.add([notes], Voucher(person="Benchmark"), today=corpus.TODAY)
        return [library.snapshot(source_id) for source_id in report.added]


def bench_rival(folder: Path, runs: int, _: tuple[int, ...]) -> Report:
    """Index the demonstration notes both ways `runs` times; then ask every question of the cases.

    Both embed with the shipped model, questions included. Ours vets, keeps the record with texts
    and hashes, finds origins and searches by words as well; theirs holds nodes and vectors only.
    """
    model = MiniLM()
    with Library.open(corpus.build_demonstration(folder / "first", model), model) as library:
        texts = [library.snapshot(source.id) for source in library.sources()]
    LlamaPipeline(folder / "imports", model).ingest(texts[:1])
    ours, theirs, nodes = [], [], 0
    for n in range(runs):
        ours.append(time_call(partial(corpus.build_demonstration, folder / f"ours-{n}", model)))
        rival = LlamaPipeline(folder / f"theirs-{n}", model)
        theirs.append(time_call(partial(rival.ingest, texts)))
    questions = corpus.read_questions() * runs
    times: tuple[list[float], list[float]] = ([], [])
    place = folder / "ours-0" / "demonstration"
    with Library.open(place, model) as library:
        passages = library.stats().passages
        nodes = len(rival.search(questions[0], 10_000))
        library.search(questions[0], K)
        library.settle()
        for question in questions:  # in turn, so that each has its share of the noise
            times[0].append(MS * time_call(partial(library.search, question, K)))
            times[1].append(MS * time_call(partial(rival.search, question, K)))
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

"""Libraries of any size: how long adding, opening and searching take, what memory and disk.

Notes and questions are those of `evals.bench.notes`, and go the whole way that files go. What is
not real are most of the vectors: a million passages would be embedded for hours. A sample is
embedded by the product's model; the vector of any other passage lies between two of the sample,
turned by about 20 degrees. Questions and the passages that answer them are embedded, all of them.

Each stage runs in a process of its own, whose memory is told.
"""

import multiprocessing
import random
import resource
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final, TypeVar

import numpy as np

from evals.bench import notes
from evals.bench.corpus import JITTER, TODAY
from evals.bench.measure import KIB, Ratio, Report, Spread, peak_mb, time_call
from evals.bench.notes import Answer
from retrieval.embedding import MiniLM
from retrieval.index import Index
from retrieval.index_stores import FolderStore
from retrieval.ingestion import Ingestion
from retrieval.library import DEPTH, RECORD, Library
from retrieval.locks import FileLock
from retrieval.record import NewPassage, Reader, Record, match_expression
from retrieval.search import DENSE_WEIGHT, Search
from retrieval.types import EVERYTHING, Source, Vectors
from retrieval.vetting import Voucher

MS: Final = 1_000
SAMPLE: Final = 1_000
"""Passages embedded by the product's model."""
FAR: Final = 10**9
"""Number of the first note of the sample: none of the library is like it."""
LONG_NOTE: Final = 100
"""Passages of a note that is written straight to the record."""
PAGES: Final = 2_000
SENTENCES: Final = 50_000
"""What such notes are put together from."""
K: Final = 10
VETTING: Final = Voucher(person="Benchmark")
Found = TypeVar("Found")


class SampledEmbedder:
    """The product's model for questions and their answers; see above for everything else."""

    id = "benchmark-sampled/1"
    dimension = MiniLM.dimension

    def __init__(self, sample: Path) -> None:
        self._sample, self._model = np.load(sample), MiniLM()
        self.seconds = 0.0
        """Spent in `embed` so far."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        start = perf_counter()
        planted = [n for n, text in enumerate(texts) if notes.is_planted(text)]
        laid = self._lay(texts)
        if planted:
            laid[planted] = self._model.embed([texts[n] for n in planted])
        self.seconds += perf_counter() - start
        return laid

    def _lay(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts, the same ones each time that they are asked for together."""
        seed = np.frombuffer(sha256("\n".join(texts).encode()).digest(), np.uint32)
        drawn = np.random.default_rng(seed)
        one, other = drawn.integers(len(self._sample), size=(2, len(texts)))
        share = drawn.random((len(texts), 1), dtype=np.float32)
        laid = share * self._sample[one] + (1 - share) * self._sample[other]
        laid += JITTER * drawn.standard_normal(laid.shape, dtype=np.float32)
        unit: Vectors = laid / np.linalg.norm(laid, axis=1, keepdims=True)
        return unit


@dataclass(frozen=True)
class Filled:
    """What adding took, in seconds; memory in MiB, bytes in MiB."""

    passages: int
    files: float
    embedding: float
    origins: float
    index: float
    slower: float
    """Time of the last fifth of the files over that of the first."""
    peak: float
    index_peak: float
    cpu: float
    """Processor time of this process, the model's included."""
    index_cpu: float
    """Of the processes that it starts: those that read files, and the one that builds the index."""
    record_mb: float
    index_mb: float

    @property
    def cpu_of_all(self) -> float:
        """Processor time of all that was done."""
        return self.cpu + self.index_cpu


@dataclass
class Searched:
    """Milliseconds by way, by the clock and of the processor, and what was found."""

    times: dict[str, list[float]] = field(default_factory=dict)
    opened: float = 0.0
    peak: float = 0.0
    nearest: list[list[str]] = field(default_factory=list)
    """For each question the ids of the nearest `K`, best first."""
    best: list[list[str]] = field(default_factory=list)
    """The same of the whole search."""
    hits: float = 0.0


def bench_scale(folder: Path, runs: int, sizes: tuple[int, ...]) -> Report:
    """Add `sizes[0]` passages, one note more, and ask every question `runs` times in each way."""
    (size,) = sizes
    sample, rate = _run_apart(embed_sample, folder / "sample.npy")
    answers = _run_apart(notes.write_notes, folder / "notes", size)
    filled = _run_apart(fill, folder / "library", folder / "notes", sample)
    more = _run_apart(add_one, folder / "library", folder / "more", sample)
    ways = {
        way: _run_apart(search, folder / "library", sample, answers, way, runs)
        for way in ("index", "exact")
    }
    index, exact = ways["index"], ways["exact"]
    spreads = [Spread.of("embedding by the product's model", [rate], "p/s")]
    spreads += _spread_filling(filled)
    spreads += [Spread.of("one note more, index included", [more])]
    for way, found in ways.items():
        spreads.append(Spread.of(f"opening for search by {way}", [found.opened]))
        spreads += [Spread.of(f"  {what}", times, "ms") for what, times in found.times.items()]
    return Report(
        benchmark=f"scale, {filled.passages:,} passages",
        spreads=tuple(spreads),
        facts={
            "last fifth of the files / first fifth": round(filled.slower, 3),
            "processor time of adding, s": round(filled.cpu, 1),
            "processor time of building the index, s": round(filled.index_cpu, 1),
            "peak of adding, MiB": filled.peak,
            "peak of building the index, MiB": filled.index_peak,
            "peak of searching by index, MiB": index.peak,
            "peak of searching exactly, MiB": exact.peak,
            "record, MiB": filled.record_mb,
            "index, MiB": filled.index_mb,
            "questions": len(answers),
            f"answer among the first {K}, by index": index.hits,
            f"answer among the first {K}, exactly": exact.hits,
            f"recall@{K} of the nearest vectors": _share(index.nearest, exact.nearest),
            f"recall@{K} of the whole search": _share(index.best, exact.best),
        },
    )


def bench_pages(folder: Path, runs: int, _: tuple[int, ...]) -> Report:
    """Add `PAGES` pages, as one book and as many files, `runs` times, and a tenth of them."""
    sample, _rate = _run_apart(embed_sample, folder / "sample.npy")
    spreads, ratios = [], []
    facts: dict[str, int | float | str] = {}
    for form, write in (("one PDF", notes.write_book), ("files", notes.write_files)):
        costs = []
        for count in (PAGES // 10, PAGES):
            what = f"{count:,} pages as {form}"
            _run_apart(write, folder / what, count)
            filled = [
                _run_apart(fill, folder / f"{what}-{n}", folder / what, sample) for n in range(runs)
            ]
            used = [MS * one.cpu_of_all / count for one in filled]
            costs.append(Spread.of(f"processor time a page, {what}", used, "ms"))
            facts[f"passages, {what}"] = filled[0].passages
            facts[f"peak of adding, MiB, {what}"] = filled[0].peak
            facts[f"peak of what it starts, MiB, {what}"] = filled[0].index_peak
        spreads += costs
        ratios.append(Ratio.of(costs[1], costs[0]))
    return Report(benchmark="pages", spreads=tuple(spreads), ratios=tuple(ratios), facts=facts)


def _spread_filling(filled: Filled) -> list[Spread]:
    rest = filled.files - filled.embedding
    whole = filled.files + filled.origins + filled.index
    return [
        Spread.of("adding in all, without the model's time", [whole - filled.embedding]),
        Spread.of("  read, cut, write", [rest]),
        Spread.of("  origins", [filled.origins]),
        Spread.of("  index built, checked, sealed", [filled.index]),
        Spread.of("read, cut, write, a passage", [MS * rest / filled.passages], "ms"),
        Spread.of("index, a passage", [MS * filled.index / filled.passages], "ms"),
    ]


def embed_sample(place: Path) -> tuple[Path, float]:
    """Embed a sample of notes into a file; where it is, and passages a second."""
    count = SAMPLE // notes.PARAGRAPHS
    texts = [str(notes.make_note(FAR + n)["text"]).split("\n\n") for n in range(count)]
    flat = [text for of_note in texts for text in of_note]
    model = MiniLM()
    model.embed(flat[:2])
    start = perf_counter()
    np.save(place, model.embed(flat))
    return place, len(flat) / (perf_counter() - start)


def fill(directory: Path, folder: Path, sample: Path) -> Filled:
    """Add the notes of a folder to a new library."""
    embedder, marks = SampledEmbedder(sample), [perf_counter()]
    with Library.open(directory, embedder, create=True) as library:
        with library.writer() as record:
            run = Ingestion(record, embedder, VETTING, TODAY).run
            report = run([folder], lambda done, total, name: marks.append(perf_counter()))
            origins = perf_counter()
        index = perf_counter()
        stats = library.stats()
    if report.refused:
        raise RuntimeError(f"a note was refused: {report.refused[0]}")
    steps, built = np.diff(marks), resource.getrusage(resource.RUSAGE_CHILDREN)
    fifth = max(1, len(steps) // 5)
    return Filled(
        passages=stats.passages,
        files=marks[-1] - marks[0],
        embedding=embedder.seconds,
        origins=origins - marks[-1],
        index=index - origins,
        slower=float(steps[-fifth:].sum() / steps[:fifth].sum()),
        peak=peak_mb(),
        index_peak=round(built.ru_maxrss / KIB, 1),
        cpu=process_time(),
        index_cpu=built.ru_utime + built.ru_stime,
        record_mb=round(stats.record_bytes / KIB**2, 1),
        index_mb=round(stats.index_bytes / KIB**2, 1),
    )


def lay(directory: Path, first: int, passages: int, sample: Path) -> list[Answer]:
    """Write notes straight to the record, from the one numbered `first`, and build no index.

    For sizes at which adding files would take hours: it is linear, see `Filled.slower`.
    """
    embedder, answers = SampledEmbedder(sample), notes.make_answers(notes.PLANTED)
    sentences = notes.write_sentences(SENTENCES)
    if not first:
        directory.mkdir(parents=True)
        Record.create(directory / RECORD, embedder.id, embedder.dimension).close()
    record = Record.open(directory / RECORD)
    for n in range(passages // LONG_NOTE):
        planted = answers[n] if not first and n < len(answers) else None
        store_long_note(record, embedder, sentences, first + n, planted)
    record.close()
    return answers


def store_long_note(
    record: Record,
    embedder: SampledEmbedder,
    sentences: Sequence[str],
    n: int,
    planted: Answer | None,
) -> None:
    """Store note number `n`, of `LONG_NOTE` passages of the given sentences."""
    drawn = random.Random(-n - 1)
    paragraphs = [" ".join(drawn.choices(sentences, k=5)) for _ in range(LONG_NOTE)]
    if planted is not None:
        paragraphs[0] = f"{planted.sentence} {sentences[n]}"
    made = notes.make_note(FAR + n, None, 1)
    snapshot = "\n\n".join(paragraphs)
    digest = sha256(snapshot.encode()).hexdigest()
    rest = {"accessed": TODAY, "vetted_by": "benchmark", "sha256": digest, "origin": made["id"]}
    source = Source.model_validate({k: v for k, v in made.items() if k != "text"} | rest)
    start, cut = 0, []
    for place, text in enumerate(paragraphs):
        end = start + len(text)
        cut.append(NewPassage(id=f"{source.id}-{place}", start=start, end=end, text=text))
        start = end + 2
    record.replace(source, snapshot, digest, source.id, cut, embedder.embed(paragraphs))


def add_one(directory: Path, folder: Path, sample: Path) -> float:
    """Seconds to add one note to what is there, index included."""
    notes.write_notes(folder, notes.PARAGRAPHS)
    (path,) = folder.iterdir()
    text = path.read_text("utf-8").replace("note-00000000", "one-more").replace("notes/0", "more")
    path.write_text(text, "utf-8")
    with Library.open(directory, SampledEmbedder(sample)) as library:
        return time_call(lambda: library.add([folder], VETTING, today=TODAY))


def search(
    directory: Path, sample: Path, answers: Sequence[Answer], way: str, runs: int
) -> Searched:
    """Ask every question; `way` is "index" or "exact"."""
    embedder, found = SampledEmbedder(sample), Searched()
    embedder.embed([answers[0].question])
    with _opened(directory, way, found) as (record, ask):
        for n, answer in enumerate(list(answers) * runs):
            with record.reader() as reader:
                seen = _ask(reader, ask, embedder, answer.question, found.times)
                if n < len(answers):
                    found.nearest.append(seen[0])
                    found.best.append(seen[1])
                    texts = [passage.text for passage in reader.passages(seen[1])]
                    found.hits += any(answer.sentence in text for text in texts) / len(answers)
    found.hits, found.peak = round(found.hits, 4), peak_mb()
    return found


@contextmanager
def _opened(directory: Path, way: str, found: Searched) -> Iterator[tuple[Record, Search]]:
    """A record and the search over it, as `Library.open` makes them, warm."""
    start = perf_counter()
    record = Record.open(directory / RECORD)
    folder = directory / "index"
    index = Index(FolderStore(folder, record), FileLock(folder / "owner.lock", "measuring"), record)
    asked = Search(index, 0 if way == "index" else 10**12)
    if way == "index":
        index.start()
        index.wait()  # where it is not in step, it is made
        if not index.update(opened=True):
            raise RuntimeError(f"no index: {index.state}")
    with record.reader() as reader:
        asked.nearest(reader, np.ones(record.dimension, np.float32), 1, EVERYTHING)
    found.opened = perf_counter() - start
    try:
        yield record, asked
    finally:
        index.close()
        record.close()


def _ask(
    reader: Reader,
    asked: Search,
    embedder: SampledEmbedder,
    question: str,
    times: dict[str, list[float]],
) -> tuple[list[str], list[str]]:
    """Ids of the nearest and of the best `K`; what each leg took goes to `times`."""
    vector = _time(times, "question embedded", lambda: embedder.embed([question])[0])
    words = match_expression(question) or ""
    _time(times, "by words", lambda: reader.match_words(words, DEPTH))
    near = _time(times, "by meaning", lambda: asked.nearest(reader, vector, DEPTH, EVERYTHING))

    def whole() -> list[str]:
        fused = asked.score(reader, question, vector, DEPTH, EVERYTHING, DENSE_WEIGHT)
        ranked = sorted(fused, key=lambda i: (-fused[i].score, i))[:K]
        reader.tiers_and_origins(list(fused))
        reader.passages(ranked)
        return ranked

    return list(near)[:K], _time(times, "whole search, embedded before", whole)


def _time(times: dict[str, list[float]], what: str, work: Callable[[], Found]) -> Found:
    start, used = perf_counter(), process_time()
    found = work()
    times.setdefault(f"{what}, processor time", []).append(MS * (process_time() - used))
    times.setdefault(what, []).append(MS * (perf_counter() - start))
    return found


def _share(found: Sequence[Sequence[str]], true: Sequence[Sequence[str]]) -> float:
    kept = [len(set(a) & set(b)) / len(b) for a, b in zip(found, true, strict=True)]
    return round(float(np.mean(kept)), 5)


def _run_apart(work: Callable[..., Found], *what: Any) -> Found:  # noqa: ANN401
    """Run in a new process, whose memory is given back and told apart."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(work, *what).result()

"""Libraries of any size, filled: from files as a user would, or straight into the record.

Notes and questions are those of `evals.bench.notes`. What is not real are most of the vectors: a
million passages would be embedded for hours. A sample is embedded by the product's model; the
vector of any other passage lies between two of the sample, turned by about 20 degrees. Questions
and the passages that answer them are embedded, all of them.
"""

import random
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

import numpy as np

from evals.bench import notes
from evals.bench.corpus import JITTER, TODAY
from evals.bench.measure import KIB, peak_mb, time_call
from evals.bench.notes import Answer
from retrieval.embedding import MiniLM
from retrieval.ingestion import Ingestion
from retrieval.library import Library
from retrieval.record import NewPassage, Place, Record
from retrieval.types import Source, Vectors
from retrieval.vetting import Voucher

SAMPLE: Final = 1_000
"""Passages embedded by the product's model."""
FAR: Final = 10**9
"""Number of the first note of the sample: none of the library is like it."""
LONG_NOTE: Final = 100
"""Passages of a note that is written straight to the record."""
SENTENCES: Final = 50_000
"""What such notes are put together from."""
VETTING: Final = Voucher(person="Benchmark")


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
    peak: float
    started_peak: float
    """Of the largest process that it starts: to read files, or to build a large index."""
    cpu: float
    """Processor time of all but the index, in every process; the model's included."""
    index_cpu: float
    record_mb: float
    index_mb: float


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
            origins, cpu = perf_counter(), _use_of_processors()
        index, cpu_of_all = perf_counter(), _use_of_processors()
        stats = library.stats()
    if report.refused:
        raise RuntimeError(f"a note was refused: {report.refused[0]}")
    started = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Filled(
        passages=stats.passages,
        files=marks[-1] - marks[0],
        embedding=embedder.seconds,
        origins=origins - marks[-1],
        index=index - origins,
        peak=peak_mb(),
        started_peak=round(started.ru_maxrss / KIB, 1),
        cpu=cpu,
        index_cpu=cpu_of_all - cpu,
        record_mb=round(stats.record_bytes / KIB**2, 1),
        index_mb=round(stats.index_bytes / KIB**2, 1),
    )


def _use_of_processors() -> float:
    """Seconds of processor time of this process, and of those that it started and that ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process_time() + ended.ru_utime + ended.ru_stime


def lay(place: Place, first: int, passages: int, sample: Path) -> list[Answer]:
    """Write notes straight to the record, from the one numbered `first`, and build no index.

    For sizes at which adding files would take hours: it is linear between 10,000 and 100,000.
    Returns what may be asked; the first notes answer it.
    """
    embedder, answers = SampledEmbedder(sample), notes.make_answers(notes.PLANTED)
    sentences = notes.write_sentences(SENTENCES)
    if not first:
        Record.create(place, embedder.id, embedder.dimension).close()
    record = Record.open(place)
    for n in range(passages // LONG_NOTE):
        planted = answers[n] if not first and n < len(answers) else None
        _store_long_note(record, embedder, sentences, first + n, planted)
    record.close()
    return answers[: passages // LONG_NOTE]


def _store_long_note(
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

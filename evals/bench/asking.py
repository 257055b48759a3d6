"""Every question asked of a record that is filled, leg by leg, exactly or by an index."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Final, TypeVar

import numpy as np

from evals.bench.filling import SampledEmbedder
from evals.bench.measure import peak_mb
from evals.bench.notes import Answer
from retrieval.index import Index
from retrieval.index_stores import FolderStore, RecordStore, Store
from retrieval.library import DEPTH
from retrieval.locks import FileLock
from retrieval.record import Place, Reader, Record, match_expression
from retrieval.search import DENSE_WEIGHT, Search
from retrieval.types import EVERYTHING

MS: Final = 1_000
K: Final = 10
Found = TypeVar("Found")


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


def search(
    place: Place, folder: Path, sample: Path, answers: Sequence[Answer], way: str
) -> Searched:
    """Ask every question.

    Args:
        place: of the record.
        folder: of the Chroma index, made where it is not in step.
        sample: see `filling.embed_sample`.
        answers: the questions.
        way: "exact", "index" (Chroma) or "database" (pgvector).
    """
    embedder, found = SampledEmbedder(sample), Searched()
    embedder.embed([answers[0].question])
    with _opened(place, folder, way, found) as (record, ask):
        for answer in answers:
            with record.reader() as reader:
                near, best = _ask(reader, ask, embedder, answer.question, found.times)
                found.nearest.append(near)
                found.best.append(best)
                texts = [passage.text for passage in reader.passages(best)]
                found.hits += any(answer.sentence in text for text in texts) / len(answers)
    found.hits, found.peak = round(found.hits, 4), peak_mb()
    return found


@contextmanager
def _opened(
    place: Place, folder: Path, way: str, found: Searched
) -> Iterator[tuple[Record, Search]]:
    """A record and the search over it, as `Library.open` makes them, warm."""
    start = perf_counter()
    record = Record.open(place)
    store: Store = RecordStore(record) if way == "database" else FolderStore(folder, record)
    index = Index(store, FileLock(folder / "owner.lock", "measuring"), record)
    asked = Search(index, 10**12 if way == "exact" else 0)
    if way == "index" and not index.update(opened=True):  # made, where it is not in step
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


def share_found(found: Sequence[Sequence[str]], true: Sequence[Sequence[str]]) -> float:
    """Of the `K` that should be found for each question, the share that is, on the average."""
    kept = [len(set(a) & set(b)) / len(b) for a, b in zip(found, true, strict=True)]
    return round(float(np.mean(kept)), 5)

"""Verification: everything derived is compared with what it is derived from, one by one."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Literal

import numpy as np
from pydantic import BaseModel

from retrieval.index import Index
from retrieval.record import Record, StoredPassage, StoredSource, has_unit_length
from retrieval.types import Embedder

SAMPLE = 64
"""Passages embedded again."""
SAME = 0.99
"""Cosine below which a vector is not that of its text: int8 models differ between processors."""
_BATCH = 256
_ADD_AGAIN = "Add its file again."
_REPAIR = "Run `verdict library verify --repair`."


class Difference(BaseModel, frozen=True, extra="forbid"):
    """Something that is not as it must be."""

    where: Literal["record", "source", "passage", "vector", "words", "index"]
    subject: str
    """Id of the source or passage, or the part of the library."""
    detail: str
    advice: str
    mended: bool = False


def find_differences(
    record: Record, index: Index, embedder: Embedder, *, repair: bool
) -> list[Difference]:
    """Find every difference; with `repair`, mend those that the record can mend.

    Reads every source, passage and vector once, and embeds a sample of the passages again. Where
    SQLite itself finds its file damaged, nothing else is looked at.
    """
    return list(_check_file(record)) or [
        *_check_orphans(record, repair=repair),
        *_check_sources(record, embedder, repair=repair),
        *_check_vectors(record, embedder, repair=repair),
        *_check_words(record, repair=repair),
        *_check_index(index, repair=repair),
    ]


def _check_file(record: Record) -> Iterator[Difference]:
    for finding in record.check_integrity():
        yield Difference(
            where="record",
            subject="library.sqlite3",
            detail=f"SQLite finds: {finding}.",
            advice="Restore it from a backup, or add your sources to a new library.",
        )


def _check_orphans(record: Record, *, repair: bool) -> Iterator[Difference]:
    with record.reader() as reader:
        ids = reader.orphans()
    if ids and repair:
        record.drop(ids)
    for passage in ids:
        yield _passage_difference(passage, "Its source is not in the library.", mended=repair)


def _check_sources(record: Record, embedder: Embedder, *, repair: bool) -> Iterator[Difference]:
    """Look at sources and passages as they are stored."""
    with record.reader() as reader:
        for source in reader.stored_sources():
            yield from _source_differences(source)
            faulty = [
                (row, why)
                for row in source.passages
                for why in _passage_faults(source, row, record)
            ]
            whole = {
                row.id: fit
                for row, _ in faulty
                if (fit := _fit_to_snapshot(source, row)) is not None
            }
            if repair and whole:
                rows = list(whole.values())
                record.correct(rows, embedder.embed([row.text for row in rows]))
            for row, why in faulty:
                yield _passage_difference(row.id, why, mended=repair and row.id in whole)


def _source_differences(source: StoredSource) -> Iterator[Difference]:
    faults = {
        "Its text is not the one that was stored: the hash differs.": not _is_intact(source),
        "It has no passages.": not source.passages,
        "It has no origin.": not source.origin,
    }
    for detail in (detail for detail, wrong in faults.items() if wrong):
        yield Difference(where="source", subject=source.id, detail=detail, advice=_ADD_AGAIN)


def _passage_faults(source: StoredSource, row: StoredPassage, record: Record) -> Iterator[str]:
    if source.snapshot[row.start : row.end] != row.text or row.start < 0:
        yield "Its text is not what its source says at that place."
    if len(row.vector) != 4 * record.dimension:
        yield "Its vector has the wrong length."
    elif not has_unit_length(np.frombuffer(row.vector, "<f4")[None]).all():
        yield "Its vector is not of unit length, or not finite."


def _fit_to_snapshot(source: StoredSource, row: StoredPassage) -> StoredPassage | None:
    """The row as its snapshot has it; None where that cannot be known."""
    start, text = max(row.start, 0), row.text
    if source.snapshot[start : start + len(text)] != text and source.snapshot.count(text) == 1:
        start = source.snapshot.index(text)
    if source.snapshot[start : start + len(text)] == text:
        return replace(row, start=start, end=start + len(text))
    text = source.snapshot[row.start : row.end] if row.start >= 0 else ""
    return (
        replace(row, text=text) if _is_intact(source) and len(text) == row.end - row.start else None
    )


def _is_intact(source: StoredSource) -> bool:
    return hashlib.sha256(source.snapshot.encode()).hexdigest() == source.sha256


def _check_vectors(record: Record, embedder: Embedder, *, repair: bool) -> Iterator[Difference]:
    """Compare a sample with fresh vectors; one that differs means that all must be made again."""
    with record.reader() as reader:
        sample = reader.stored_passages(reader.sample(SAMPLE))
        strangers = _find_strangers(sample, embedder, record.dimension)
        if strangers and repair:
            ids = sorted(reader.ids())
            for first in range(0, len(ids), _BATCH):
                rows = reader.stored_passages(ids[first : first + _BATCH])
                record.correct(rows, embedder.embed([row.text for row in rows]))
    for passage in strangers:
        yield _passage_difference(passage, "Its vector is not that of its text.", mended=repair)


def _find_strangers(rows: list[StoredPassage], embedder: Embedder, dimension: int) -> list[str]:
    rows = [row for row in rows if len(row.vector) == 4 * dimension]
    if not rows:
        return []
    stored = np.stack([np.frombuffer(row.vector, "<f4") for row in rows])
    cosines = np.sum(stored * embedder.embed([row.text for row in rows]), axis=1)
    faulty = has_unit_length(stored) & ~(cosines >= SAME)
    return [row.id for row, wrong in zip(rows, faulty, strict=True) if wrong]


def _check_words(record: Record, *, repair: bool) -> Iterator[Difference]:
    if not record.check_word_index():
        if repair:
            record.rebuild_word_index()
        yield Difference(
            where="words",
            subject="full-text index",
            detail="It does not hold the words of the passages.",
            advice=_REPAIR,
            mended=repair,
        )


def _check_index(index: Index, *, repair: bool) -> Iterator[Difference]:
    index.wait()
    found = index.audit()
    mended_at_open = [index.fault_at_start] if index.fault_at_start and not found else []
    mended = bool(found) and repair and index.rebuild()
    for detail, done in chain(((d, True) for d in mended_at_open), ((d, mended) for d in found)):
        yield Difference(
            where="index", subject="Chroma", detail=detail, advice=_REPAIR, mended=done
        )


def _passage_difference(passage: str, detail: str, *, mended: bool) -> Difference:
    where: Literal["vector", "passage"] = "vector" if "vector" in detail else "passage"
    advice = _REPAIR if mended else f"{_REPAIR} Where that does not mend it: add its file again."
    return Difference(where=where, subject=passage, detail=detail, advice=advice, mended=mended)

"""Verification: everything derived held against what it derives from, difference by difference."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Literal

import numpy as np
from pydantic import BaseModel

from retrieval.index import Index
from retrieval.ports import Embedder
from retrieval.record import Record, Row, unchecked
from retrieval.record.types import Holding
from retrieval.record.writing import unit

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


def differences(
    record: Record, index: Index, embedder: Embedder, *, repair: bool
) -> list[Difference]:
    """Find every difference; with `repair`, mend those that the record can mend.

    Reads every source, passage and vector once, and embeds a sample of the passages again. Where
    SQLite itself finds its file damaged, nothing else is looked at.
    """
    return list(_file(record)) or [
        *_orphans(record, repair=repair),
        *_holdings(record, embedder, repair=repair),
        *_embedded_again(record, embedder, repair=repair),
        *_words(record, repair=repair),
        *_index(index, repair=repair),
    ]


def _file(record: Record) -> Iterator[Difference]:
    for said in record.integrity():
        yield Difference(
            where="record",
            subject="library.sqlite3",
            detail=f"SQLite finds: {said}.",
            advice="Restore it from a backup, or add your sources to a new library.",
        )


def _orphans(record: Record, *, repair: bool) -> Iterator[Difference]:
    with record.reading() as reader:
        ids = unchecked.orphans(reader.connection)
    if ids and repair:
        record.drop(ids)
    for passage in ids:
        yield _passage(passage, "Its source is not in the library.", mended=repair)


def _holdings(record: Record, embedder: Embedder, *, repair: bool) -> Iterator[Difference]:
    """Look at sources and passages as they are stored."""
    with record.reading() as reader:
        for held in unchecked.holdings(reader.connection):
            yield from _source(held)
            faulty = [(row, why) for row in held.rows for why in _faults(held, row, record)]
            whole = {row.id: fit for row, _ in faulty if (fit := _fitted(held, row)) is not None}
            if repair and whole:
                rows = list(whole.values())
                record.correct(rows, embedder.embed([row.text for row in rows]))
            for row, why in faulty:
                yield _passage(row.id, why, mended=repair and row.id in whole)


def _source(held: Holding) -> Iterator[Difference]:
    told = {
        "Its text is not the one that was stored: the hash differs.": not _intact(held),
        "It has no passages.": not held.rows,
        "It has no origin.": not held.origin,
    }
    for detail in (detail for detail, wrong in told.items() if wrong):
        yield Difference(where="source", subject=held.id, detail=detail, advice=_ADD_AGAIN)


def _faults(held: Holding, row: Row, record: Record) -> Iterator[str]:
    if held.snapshot[row.start : row.end] != row.text or row.start < 0:
        yield "Its text is not what its source says at that place."
    if len(row.vector) != 4 * record.dimension:
        yield "Its vector has the wrong length."
    elif not unit(np.frombuffer(row.vector, "<f4")[None]).all():
        yield "Its vector is not of unit length, or not finite."


def _fitted(held: Holding, row: Row) -> Row | None:
    """The row as its snapshot has it; None where that cannot be known."""
    start, text = max(row.start, 0), row.text
    if held.snapshot[start : start + len(text)] != text and held.snapshot.count(text) == 1:
        start = held.snapshot.index(text)
    if held.snapshot[start : start + len(text)] == text:
        return replace(row, start=start, end=start + len(text))
    text = held.snapshot[row.start : row.end] if row.start >= 0 else ""
    return replace(row, text=text) if _intact(held) and len(text) == row.end - row.start else None


def _intact(held: Holding) -> bool:
    return hashlib.sha256(held.snapshot.encode()).hexdigest() == held.sha256


def _embedded_again(record: Record, embedder: Embedder, *, repair: bool) -> Iterator[Difference]:
    """Hold a sample against fresh vectors; one that differs means that all must be made again."""
    with record.reading() as reader:
        sample = unchecked.rows(reader.connection, reader.sample(SAMPLE))
        strangers = _strangers(sample, embedder, record.dimension)
        if strangers and repair:
            ids = sorted(reader.ids())
            for first in range(0, len(ids), _BATCH):
                rows = unchecked.rows(reader.connection, ids[first : first + _BATCH])
                record.correct(rows, embedder.embed([row.text for row in rows]))
    for passage in strangers:
        yield _passage(passage, "Its vector is not that of its text.", mended=repair)


def _strangers(rows: list[Row], embedder: Embedder, dimension: int) -> list[str]:
    rows = [row for row in rows if len(row.vector) == 4 * dimension]
    if not rows:
        return []
    stored = np.stack([np.frombuffer(row.vector, "<f4") for row in rows])
    cosines = np.sum(stored * embedder.embed([row.text for row in rows]), axis=1)
    faulty = unit(stored) & ~(cosines >= SAME)
    return [row.id for row, wrong in zip(rows, faulty, strict=True) if wrong]


def _words(record: Record, *, repair: bool) -> Iterator[Difference]:
    if not record.words_agree():
        if repair:
            record.rebuild_words()
        yield Difference(
            where="words",
            subject="full-text index",
            detail="It does not hold the words of the passages.",
            advice=_REPAIR,
            mended=repair,
        )


def _index(index: Index, *, repair: bool) -> Iterator[Difference]:
    index.settle()
    found = index.examine()
    mended_at_open = [index.noticed] if index.noticed and not found else []
    mended = bool(found) and repair and index.rebuild()
    for detail, done in chain(((d, True) for d in mended_at_open), ((d, mended) for d in found)):
        yield Difference(
            where="index", subject="Chroma", detail=detail, advice=_REPAIR, mended=done
        )


def _passage(passage: str, detail: str, *, mended: bool) -> Difference:
    where: Literal["vector", "passage"] = "vector" if "vector" in detail else "passage"
    advice = _REPAIR if mended else f"{_REPAIR} Where that does not mend it: add its file again."
    return Difference(where=where, subject=passage, detail=detail, advice=advice, mended=mended)

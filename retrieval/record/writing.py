"""Writes of the record. Each function belongs inside one transaction that takes the write lock."""

import secrets
from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import Connection, TextClause, func, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from retrieval.errors import EmbeddingFailed
from retrieval.ports import Vectors
from retrieval.record.schema import SOURCE_FIELDS, meta, passages, revisions, sources
from retrieval.record.types import NewPassage, Row
from retrieval.types import Source

_PURGE = "purge"
UNIT_TOLERANCE = 1e-3
"""How far from 1 the length of a stored vector may be."""


def replace(
    connection: Connection,
    source: Source,
    texts: Mapping[str, str],
    new: Sequence[NewPassage],
    vectors: Vectors,
) -> None:
    """Put a source with its passages in the place of what was there under its id.

    `texts` are the columns of `sources` that are not fields of a `Source`.
    """
    generation = _advance(connection, takedown=False)
    _forget_passages(connection, source.id)
    row = {**source.model_dump(include=set(SOURCE_FIELDS)), **texts}
    rest = {name: value for name, value in row.items() if name != "id"}
    put = upsert(sources).values(row).on_conflict_do_update(index_elements=["id"], set_=rest)
    connection.execute(put)
    n = _row(connection, source.id)
    if new:
        rows = [
            {**p.model_dump(), "source_n": n, "generation": generation, "vector": blob}
            for p, blob in zip(new, blobs(vectors), strict=True)
        ]
        connection.execute(insert(passages), rows)
    connection.execute(_words("INSERT INTO words (rowid, title, text)"), {"source": n})


def remove(connection: Connection, source_id: str) -> bool:
    """Delete a source, its passages and its words; False where there was none."""
    n = _row(connection, source_id)
    if n is None:
        return False
    _advance(connection, takedown=True)
    _forget_passages(connection, source_id)
    connection.execute(sources.delete().where(sources.c.n == n))
    return True


def purge_is_due(connection: Connection) -> bool:
    return connection.scalar(select(meta.c.value).where(meta.c.key == _PURGE)) is not None


def purge(connection: Connection) -> None:
    """Merge the full-text index: until then, words of deleted rows stay in its older parts."""
    connection.execute(text("INSERT INTO words (words) VALUES ('optimize')"))
    connection.execute(meta.delete().where(meta.c.key == _PURGE))


def set_origins(connection: Connection, origins: Mapping[str, str]) -> None:
    """Give each named source its origin; sources that have it already are left alone."""
    named = select(sources.c.id, sources.c.n, sources.c.origin)
    rows = [
        row for row in connection.execute(named) if origins.get(row.id, row.origin) != row.origin
    ]
    if not rows:
        return
    generation = _advance(connection, takedown=False)
    for row in rows:
        put = update(sources).where(sources.c.n == row.n).values(origin=origins[row.id])
        connection.execute(put)
        touched = update(passages).where(passages.c.source_n == row.n)
        connection.execute(touched.values(generation=generation))


def correct(connection: Connection, rows: Sequence[Row], vectors: Vectors) -> None:
    """Store passages anew under their ids; the full-text index is then to be rebuilt."""
    generation = _advance(connection, takedown=False)
    for row, blob in zip(rows, blobs(vectors), strict=True):
        put = update(passages).where(passages.c.id == row.id)
        fields = {"start": row.start, "end": row.end, "text": row.text, "vector": blob}
        connection.execute(put.values(generation=generation, **fields))


def drop(connection: Connection, ids: Sequence[str]) -> None:
    """Delete passages by id; the full-text index is then to be rebuilt."""
    _advance(connection, takedown=True)
    for passage_id in ids:
        connection.execute(passages.delete().where(passages.c.id == passage_id))


def checked(vectors: Vectors, count: int, dimension: int) -> Vectors:
    """Return `vectors` if their shape is (count, dimension) and each is finite and of unit length.

    Raises:
        EmbeddingFailed: they are not what an embedder must give.
    """
    good = vectors.shape == (count, dimension) and bool(np.isfinite(vectors).all())
    if not good or not unit(vectors).all():
        raise EmbeddingFailed(
            f"The embedder gave vectors of shape {vectors.shape} for {count} texts, or not of unit "
            f"length; the library needs {dimension} numbers each.",
            "Check the embedder with `verdict doctor`.",
        )
    return vectors


def unit(vectors: Vectors) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows are finite and of unit length."""
    return np.asarray(np.abs(np.linalg.norm(vectors, axis=1) - 1.0) < UNIT_TOLERANCE)


def blobs(vectors: Vectors) -> list[bytes]:
    """One blob a row, float32 little-endian."""
    return [row.tobytes() for row in np.ascontiguousarray(vectors, "<f4")]


def _advance(connection: Connection, *, takedown: bool) -> int:
    last = connection.scalar(select(func.max(revisions.c.generation)))
    generation = int(last or 0) + 1
    row = {"generation": generation, "stamp": secrets.token_hex(8), "takedown": takedown}
    connection.execute(insert(revisions), row)
    return generation


def _forget_passages(connection: Connection, source_id: str) -> None:
    n = _row(connection, source_id)
    if n is not None:  # the full-text index must be told the very words that it is to forget
        delete = _words("INSERT INTO words (words, rowid, title, text)", "'delete', ")
        connection.execute(delete, {"source": n})
        connection.execute(passages.delete().where(passages.c.source_n == n))
        due = upsert(meta).values(key=_PURGE, value="due").on_conflict_do_nothing()
        connection.execute(due)


def _words(into: str, first: str = "") -> TextClause:
    return text(
        f"{into} SELECT {first}w.n, w.title, w.text FROM passage_words AS w"  # noqa: S608
        " JOIN passages AS p ON p.n = w.n WHERE p.source_n = :source"
    )


def _row(connection: Connection, source_id: str) -> int | None:
    found: int | None = connection.scalar(select(sources.c.n).where(sources.c.id == source_id))
    return found

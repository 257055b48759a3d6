"""The record: one SQLite file that holds every source, passage, vector and word of a library.

Nothing else of a library is precious: every index is derived from this file and can be rebuilt.
Readers see one moment of it; each write is one transaction, so a write that fails (a full disk, a
killed process) leaves what was there before.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import numpy as np
from sqlalchemy import Connection, Engine, TextClause, func, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from retrieval.errors import EmbedderMismatch, EmbeddingFailed
from retrieval.record import database
from retrieval.record.history import History
from retrieval.record.queries import match_expression
from retrieval.record.reader import Matrix, Reader
from retrieval.record.schema import (
    SOURCE_FIELDS,
    Entries,
    Fields,
    NewPassage,
    Revision,
    SourceState,
    StoredPassage,
    StoredSource,
    meta,
    passages,
    revisions,
    sources,
)
from retrieval.types import Source, Vectors

__all__ = [
    "Entries", "Fields", "History", "Matrix", "NewPassage", "Reader", "Record", "Revision",
    "SourceState", "StoredPassage", "StoredSource", "has_unit_length", "match_expression",
]  # fmt: skip

UNIT_TOLERANCE = 1e-3
"""How far from 1 the length of a stored vector may be."""
_PURGE = "purge"
"""Key of `meta` that is there while deleted words are still in the file."""


class Record:
    """An open record. Safe for many threads and processes; see `Library.writer` for writers."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path, self._engine = path, engine
        with database.translate_errors(path), engine.connect() as connection:
            facts = database.read_facts(connection)
        self.library, self.embedder = facts.library, facts.embedder
        self.dimension = facts.dimension
        self.history = History(self._transaction, self._reading)
        """What became of sources."""

    @classmethod
    def create(cls, path: Path, embedder: str, dimension: int) -> Self:
        """Write an empty record and open it. `path` must not exist; its folder must."""
        database.create(path, embedder, dimension)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a record, bringing an older one up to date.

        Raises:
            LibraryMissing: there is no file at `path`.
            LibraryDamaged: it is no record, or cut short.
            LibraryError: a newer version of the program made it.
        """
        engine = database.connect(path)
        database.prepare(path, engine)
        return cls(path, engine)

    def close(self) -> None:
        self._engine.dispose()

    def require(self, embedder: str, dimension: int) -> None:
        """Refuse an embedder other than the one that made the library.

        Raises:
            EmbedderMismatch: names both, and what to do.
        """
        if (embedder, dimension) != (self.embedder, self.dimension):
            raise EmbedderMismatch(
                f"The library was made by embedder {self.embedder!r} ({self.dimension} numbers a "
                f"passage) and cannot be searched with {embedder!r} ({dimension}).",
                f"Set the embedder to {self.embedder!r}, or add your sources to a new library.",
            )

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """A view of the record as of now; writers do not disturb it."""
        with self._reading() as connection:
            yield Reader(connection, self.dimension)

    def replace(  # noqa: PLR0913, PLR0917  # one source and everything that belongs to it
        self,
        source: Source,
        snapshot: str,
        raw_sha256: str,
        path: str,
        passages: Sequence[NewPassage],
        vectors: Vectors,
    ) -> None:
        """Put `source` in the place of what was there under its id, in one transaction.

        Args:
            source: the source; `sha256` is that of `snapshot`.
            snapshot: its text; `snapshot[p.start:p.end] == p.text` for each passage.
            raw_sha256: of the file it was read from.
            path: of that file, as the caller names it.
            passages: its passages.
            vectors: their embeddings, shape (len(passages), dimension), unit length.

        Raises:
            EmbeddingFailed: the vectors are not what they must be.
            ValueError: a passage is not what the snapshot says.
            LibraryError: the disk is full or failing; the record is as before.
        """
        self._require_unit_vectors(vectors, len(passages))
        for passage in passages:
            if snapshot[passage.start : passage.end] != passage.text:
                raise ValueError(f"passage {passage.id} is not in the snapshot of {source.id}")
        row = source.model_dump(include=set(SOURCE_FIELDS))
        row |= {"snapshot": snapshot, "raw_sha256": raw_sha256, "path": path}
        with self._transaction() as connection:
            generation = _begin_revision(connection, takedown=False)
            _delete_passages(connection, source.id)
            _put_source(connection, row)
            _insert_passages(connection, source.id, generation, passages, vectors)

    def remove(self, source_id: str) -> bool:
        """Delete a source; False where there was none. `purge` makes its words leave the file."""
        with self._transaction() as connection:
            n = _row_number(connection, source_id)
            if n is None:
                return False
            _begin_revision(connection, takedown=True)
            _delete_passages(connection, source_id)
            connection.execute(sources.delete().where(sources.c.n == n))
            return True

    def purge(self) -> None:
        """Overwrite on the disk what was deleted, where anything was; `Library.writer` does it."""
        with self.reader() as reader:
            due = select(meta.c.value).where(meta.c.key == _PURGE)
            if reader.connection.scalar(due) is None:
                return
        with self._transaction() as connection:
            # Until its parts are merged, the full-text index keeps words of deleted rows in them.
            connection.execute(text("INSERT INTO words (words) VALUES ('optimize')"))
            connection.execute(meta.delete().where(meta.c.key == _PURGE))
        database.checkpoint(self.path, self._engine)

    def set_origins(self, origins: Mapping[str, str]) -> None:
        """Set the origin of each source named, where it has another one; one transaction."""
        with self._transaction() as connection:
            stored = connection.execute(select(sources.c.id, sources.c.n, sources.c.origin))
            rows = [row for row in stored if origins.get(row.id, row.origin) != row.origin]
            if not rows:
                return
            generation = _begin_revision(connection, takedown=False)
            for row in rows:
                moved = update(sources).where(sources.c.n == row.n).values(origin=origins[row.id])
                connection.execute(moved)
                touched = update(passages).where(passages.c.source_n == row.n)
                connection.execute(touched.values(generation=generation))

    def correct(self, rows: Sequence[StoredPassage], vectors: Vectors) -> None:
        """Store passages anew under their ids; one transaction. Then `rebuild_word_index`."""
        self._require_unit_vectors(vectors, len(rows))
        with self._transaction() as connection:
            generation = _begin_revision(connection, takedown=False)
            for row, blob in zip(rows, _to_blobs(vectors), strict=True):
                put = update(passages).where(passages.c.id == row.id)
                fields = {"start": row.start, "end": row.end, "text": row.text, "vector": blob}
                connection.execute(put.values(generation=generation, **fields))

    def drop(self, ids: Sequence[str]) -> None:
        """Delete passages by id; one transaction. Then `rebuild_word_index`."""
        with self._transaction() as connection:
            _begin_revision(connection, takedown=True)
            for passage_id in ids:
                connection.execute(passages.delete().where(passages.c.id == passage_id))

    def source_states(self) -> dict[str, SourceState]:
        """What an ingestion needs to know of each source, by source id."""
        with self.reader() as reader:
            return reader.source_states()

    def check_integrity(self) -> list[str]:
        """What SQLite's own check of the file finds; empty when all is well."""
        return database.check_integrity(self.path, self._engine)

    def check_word_index(self) -> bool:
        """True where the full-text index holds exactly the words of the passages."""
        return database.check_word_index(self.path, self._engine)

    def rebuild_word_index(self) -> None:
        with self._transaction() as connection:
            connection.execute(text("INSERT INTO words (words) VALUES ('rebuild')"))

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        engine = database.writing_engine(self._engine)
        with database.translate_errors(self.path), engine.begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with database.translate_errors(self.path), self._engine.connect() as connection:
            yield connection

    def _require_unit_vectors(self, vectors: Vectors, count: int) -> None:
        good = vectors.shape == (count, self.dimension) and bool(np.isfinite(vectors).all())
        if not good or not has_unit_length(vectors).all():
            raise EmbeddingFailed(
                f"The embedder gave vectors of shape {vectors.shape} for {count} texts, or not of "
                f"unit length; the library needs {self.dimension} numbers each.",
                "Check the embedder with `verdict doctor`.",
            )


def has_unit_length(vectors: Vectors) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows are finite and of unit length; shape (len(vectors),)."""
    return np.asarray(np.abs(np.linalg.norm(vectors, axis=1) - 1.0) < UNIT_TOLERANCE)


def _begin_revision(connection: Connection, *, takedown: bool) -> int:
    last = connection.scalar(select(func.max(revisions.c.generation)))
    generation = int(last or 0) + 1
    row = {"generation": generation, "stamp": secrets.token_hex(8), "takedown": takedown}
    connection.execute(insert(revisions), row)
    return generation


def _put_source(connection: Connection, row: Mapping[str, object]) -> None:
    rest = {name: value for name, value in row.items() if name != "id"}
    put = upsert(sources).values(row).on_conflict_do_update(index_elements=["id"], set_=rest)
    connection.execute(put)


def _insert_passages(
    connection: Connection,
    source_id: str,
    generation: int,
    new: Sequence[NewPassage],
    vectors: Vectors,
) -> None:
    n = _row_number(connection, source_id)
    if new:
        rows = [
            {**passage.model_dump(), "source_n": n, "generation": generation, "vector": blob}
            for passage, blob in zip(new, _to_blobs(vectors), strict=True)
        ]
        connection.execute(insert(passages), rows)
    connection.execute(_words_of_source("INSERT INTO words (rowid, title, text)"), {"source": n})


def _delete_passages(connection: Connection, source_id: str) -> None:
    n = _row_number(connection, source_id)
    if n is not None:  # the full-text index must be told the very words that it is to forget
        delete = _words_of_source("INSERT INTO words (words, rowid, title, text)", "'delete', ")
        connection.execute(delete, {"source": n})
        connection.execute(passages.delete().where(passages.c.source_n == n))
        due = upsert(meta).values(key=_PURGE, value="due").on_conflict_do_nothing()
        connection.execute(due)


def _words_of_source(into: str, first: str = "") -> TextClause:
    return text(
        f"{into} SELECT {first}w.n, w.title, w.text FROM passage_words AS w"  # noqa: S608
        " JOIN passages AS p ON p.n = w.n WHERE p.source_n = :source"
    )


def _row_number(connection: Connection, source_id: str) -> int | None:
    found: int | None = connection.scalar(select(sources.c.n).where(sources.c.id == source_id))
    return found


def _to_blobs(vectors: Vectors) -> list[bytes]:
    """One blob a row, float32 little-endian."""
    return [row.tobytes() for row in np.ascontiguousarray(vectors, "<f4")]

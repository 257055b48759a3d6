"""The record: one database that holds every source, passage, vector and word of a library.

It is a SQLite file, or a schema of a PostgreSQL database that many machines share. Nothing else of
a library is precious: every index is derived from the record and can be rebuilt.
Readers see one moment of it; each write is one transaction, so a write that fails (a full disk, a
killed process) leaves what was there before.
"""

import re
import secrets
import socket
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Self

import numpy as np
from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.sql.dml import ReturningInsert

from retrieval.errors import EmbedderMismatch, EmbeddingFailed
from retrieval.locks import Lock
from retrieval.record import database
from retrieval.record.backend import Backend, put_rows, upsert
from retrieval.record.history import History
from retrieval.record.queries import match_expression, named
from retrieval.record.reader import MATRIX_ROWS, Matrix, Reader
from retrieval.record.schema import (
    SOURCE_FIELDS,
    Entries,
    Fields,
    NewPassage,
    Revision,
    Sketch,
    SourceState,
    StoredPassage,
    StoredSource,
    meta,
    passages,
    revisions,
    sketches,
    sources,
)
from retrieval.types import Source, Vectors

__all__ = [
    "MATRIX_ROWS", "Entries", "Fields", "History", "Matrix", "NewPassage", "Place", "Reader",
    "Record", "Revision", "Sketch", "SourceState", "StoredPassage", "StoredSource",
    "has_unit_length", "match_expression",
]  # fmt: skip

UNIT_TOLERANCE = 1e-3
"""How far from 1 the length of a stored vector may be."""
_PURGE = "purge"
"""Key of `meta` that is there while deleted words are still in the file."""
Place = Path | str
"""A SQLite file, or the address of a PostgreSQL database."""


def _machine() -> str:
    return re.sub(r"[^\w-]", "_", socket.gethostname()) or "machine"


def _postgres() -> ModuleType:
    """Imported where it is needed: its driver takes a tenth of a second."""
    return import_module("retrieval.record.postgres")


class Record:
    """An open record. Safe for many threads and processes; see `Library.writer` for writers."""

    def __init__(self, place: Place, backend: Backend) -> None:
        self.place, self._backend = place, backend
        with backend.reading() as connection:
            facts = database.read_facts(connection)
        self.where, self.library, self.embedder = backend.where, facts.library, facts.embedder
        self.dimension = facts.dimension
        self.machine = "" if isinstance(place, Path) else _machine()
        """Name of this machine where others share the record, else empty."""
        self.history = History(self._transaction, self._reading)
        """What became of sources."""

    @classmethod
    def create(cls, place: Place, embedder: str, dimension: int) -> Self:
        """Write an empty record and open it.

        Args:
            place: a file that must not exist, in a folder that does; or the address of a
                PostgreSQL database (`postgresql://…`) that holds none.
            embedder: names what makes the vectors.
            dimension: of a vector.
        """
        if isinstance(place, Path):
            database.create(place, embedder, dimension)
        else:
            _postgres().create(place, embedder, dimension)
        return cls.open(place)

    @classmethod
    def open(cls, place: Place) -> Self:
        """Open a record, bringing an older one up to date.

        Raises:
            LibraryMissing: there is none at `place`.
            LibraryDamaged: it is no record, or cut short.
            LibraryError: a newer version of the program made it; or the server cannot be used.
        """
        if isinstance(place, Path):
            return cls(place, database.SqliteBackend(place))
        return cls(place, _postgres().PostgresBackend(place))

    def close(self) -> None:
        self._backend.close()

    def write_lock(self, folder: Path, doing: str, wait_seconds: float) -> Lock:
        """What one writer of the library holds at a time; `folder` is the library's."""
        return self._backend.write_lock(folder, doing, wait_seconds)

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """Have the transactions of the block wait for the disk together, at its end.

        A process that dies loses none of them. A machine that dies may lose the last ones: each is
        then there or not, whole. The caller holds the writer's lock.

        Raises:
            LibraryError: the disk is failing.
        """
        with self._backend.unflushed():
            yield

    def count_bytes(self) -> int:
        """What the record takes on the disk, or at its server."""
        return self._backend.count_bytes()

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
            yield Reader(connection, self.dimension, self._backend)

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
            self._delete_passages(connection, source.id)
            n = connection.execute(_put_source(connection.dialect.name), row).scalar_one()
            self._insert_passages(connection, n, generation, passages, vectors)

    def remove(self, source_id: str) -> bool:
        """Delete a source; False where there was none. `purge` makes its words leave the file."""
        with self._transaction() as connection:
            n = _row_number(connection, source_id)
            if n is None:
                return False
            _begin_revision(connection, takedown=True)
            self._delete_passages(connection, source_id)
            connection.execute(sources.delete().where(sources.c.n == n))
            return True

    def purge(self) -> None:
        """Overwrite on the disk what was deleted, where anything was; `Library.writer` does it."""
        with self.reader() as reader:
            due = select(meta.c.value).where(meta.c.key == _PURGE)
            if reader.connection.scalar(due) is None:
                return
        with self._transaction() as connection:
            self._backend.purge(connection)
            connection.execute(meta.delete().where(meta.c.key == _PURGE))
        self._backend.checkpoint()

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

    def keep_sketches(self, maker: str, made: Mapping[str, Sketch]) -> None:
        """Keep what was made of the texts of sources, by source id, in the place of what was."""
        if not made:
            return
        with self._transaction() as connection:
            owners = connection.execute(named(select(sources.c.id, sources.c.n), made))
            kept = [{"source_n": n, "maker": maker, **vars(made[id_])} for id_, n in owners]
            put_rows(connection, sketches, kept, "source_n")

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

    def source_states(self, ids: Collection[str] | None = None) -> dict[str, SourceState]:
        """What an ingestion needs to know of each source, or of those among `ids`, by source id."""
        with self.reader() as reader:
            return reader.source_states(ids)

    def check_integrity(self) -> list[str]:
        """What the database's own check finds; empty when all is well."""
        return self._backend.check_integrity()

    def check_word_index(self) -> bool:
        """True where the full-text index holds exactly the words of the passages."""
        return self._backend.check_words()

    def rebuild_word_index(self) -> None:
        with self._transaction() as connection:
            self._backend.rebuild_words(connection)

    @property
    def no_vector_index(self) -> str:
        """Why the database keeps no index of vectors itself; empty where it keeps one."""
        return self._backend.no_vector_index

    def check_vector_index(self) -> bool:
        """True where the database's index of vectors, if any, holds those of the passages."""
        return self._backend.check_vectors()

    def rebuild_vector_index(self) -> None:
        with self._transaction() as connection:
            self._backend.rebuild_vectors(connection)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._backend.writing() as connection:
            yield connection

    def _insert_passages(
        self,
        connection: Connection,
        n: int,
        generation: int,
        new: Sequence[NewPassage],
        vectors: Vectors,
    ) -> None:
        if new:
            rows = [
                {**passage.model_dump(), "source_n": n, "generation": generation, "vector": blob}
                for passage, blob in zip(new, _to_blobs(vectors), strict=True)
            ]
            connection.execute(insert(passages), rows)
        self._backend.add_words(connection, n)
        self._backend.add_vectors(connection, n)

    def _delete_passages(self, connection: Connection, source_id: str) -> None:
        n = _row_number(connection, source_id)
        if n is not None:
            self._backend.forget_words(connection, n)
            connection.execute(passages.delete().where(passages.c.source_n == n))
            due = upsert(connection.dialect.name, meta).values(key=_PURGE, value="due")
            connection.execute(due.on_conflict_do_nothing())

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._backend.reading() as connection:
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


_LAST_GENERATION = select(func.max(revisions.c.generation))
_ROW_NUMBER = select(sources.c.n).where(sources.c.id == bindparam("source"))


@cache
def _put_source(dialect: str) -> ReturningInsert[int]:
    """A source in the place of the one with its id, giving its row; made once, not for each."""
    put = upsert(dialect, sources)
    stored = {*SOURCE_FIELDS, "snapshot", "raw_sha256", "path"} - {"id"}
    values = {name: put.excluded[name] for name in sorted(stored)}
    return put.on_conflict_do_update(index_elements=["id"], set_=values).returning(sources.c.n)


def _begin_revision(connection: Connection, *, takedown: bool) -> int:
    last = connection.scalar(_LAST_GENERATION)
    generation = int(last or 0) + 1
    row = {"generation": generation, "stamp": secrets.token_hex(8), "takedown": takedown}
    connection.execute(insert(revisions), row)
    return generation


def _row_number(connection: Connection, source_id: str) -> int | None:
    found: int | None = connection.scalar(_ROW_NUMBER, {"source": source_id})
    return found


def _to_blobs(vectors: Vectors) -> list[bytes]:
    """One blob a row, float32 little-endian."""
    return [row.tobytes() for row in np.ascontiguousarray(vectors, "<f4")]

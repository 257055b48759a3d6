"""The record in PostgreSQL: one schema of a database that many machines share."""

import logging
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, create_engine, exc, make_url, text

from retrieval.errors import (
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    LibraryMissing,
    LibraryUnreachable,
)
from retrieval.locks import POLL_SECONDS
from retrieval.record import pgvector, postgres_words
from retrieval.record.database import migrate, read_facts
from retrieval.record.schema import HEAD, meta, revisions
from retrieval.types import Vector

SCHEMA: Final = "verdict_library"
"""Everything of the record is in it, so the database can hold other things too."""
CONNECT_SECONDS: Final = 10
WRITER: Final = 0x7665726469637401
CHANGE: Final = 0x7665726469637402
"""Keys of advisory locks: the library's one writer, and one transaction that changes it."""


def connect(url: str) -> Engine:
    """Connections that see the record's schema alone."""
    address = make_url(url).set(drivername="postgresql+psycopg")
    # A server that went takes its cursors along. Whoever read is told so by the call itself; the
    # pool would put a traceback beside it.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    options = {"connect_timeout": CONNECT_SECONDS, "options": f"-csearch_path={SCHEMA}"}
    return create_engine(address, pool_pre_ping=True, max_overflow=-1, connect_args=options)


def create(url: str, embedder: str, dimension: int) -> None:
    """Write an empty record; where another process was faster, its record stands.

    Raises:
        LibraryError: the server cannot be used, or may not be written to.
    """
    engine = connect(url)
    try:
        with translate_errors(_shown(url)), engine.begin() as connection:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({CHANGE})"))
            if _has_record(connection):
                return
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            migrate(connection)
            facts = {"library": secrets.token_hex(8), "embedder": embedder, "dimension": dimension}
            rows = [{"key": key, "value": str(value)} for key, value in facts.items()]
            connection.execute(meta.insert(), rows)
            first = {"generation": 0, "stamp": secrets.token_hex(8), "takedown": False}
            connection.execute(revisions.insert(), first)
    finally:
        engine.dispose()


def has_record(url: str) -> bool:
    """Whether a database holds a library.

    Raises:
        LibraryError: the server cannot be used.
    """
    engine = connect(url)
    try:
        with translate_errors(_shown(url)), engine.connect() as connection:
            return _has_record(connection)
    finally:
        engine.dispose()


class PostgresBackend:
    """The record of one database; see `retrieval.record.backend.Backend`."""

    def __init__(self, url: str) -> None:
        """Connect, bringing an older record up to date.

        Raises:
            LibraryMissing: the database holds none.
            LibraryError: the server cannot be used; or a newer version of the program made it.
        """
        self._engine, self.where = connect(url), _shown(url)
        try:
            self._prepare()
        except LibraryError:
            self._engine.dispose()
            raise

    def _prepare(self) -> None:
        with self.writing() as connection:
            if not _has_record(connection):
                raise LibraryMissing(
                    f"There is no library in {self.where}.",
                    "Bring one there with `verdict library copy FROM ADDRESS`.",
                )
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if found is None or found > HEAD:
                raise LibraryError(
                    f"The library in {self.where} has schema {found}; this version knows {HEAD}.",
                    "Update Verdict Desk, or open the library with the version that made it.",
                )
            if found != HEAD:
                migrate(connection)
            self.no_vector_index = pgvector.prepare(connection, read_facts(connection).dimension)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        engine = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True, stream_results=True
        )
        with translate_errors(self.where), engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with translate_errors(self.where), self._engine.begin() as connection:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({CHANGE})"))
            yield connection

    @contextmanager
    def unflushed(self) -> Iterator[None]:
        """Each is on its disk before the next one: the server says how."""
        yield

    def add_words(self, connection: Connection, source_n: int) -> None:
        postgres_words.add_words(connection, source_n)

    def forget_words(self, connection: Connection, source_n: int) -> None:
        """They go with their passages."""

    def rebuild_words(self, connection: Connection) -> None:
        postgres_words.rebuild_words(connection)

    def match(
        self,
        connection: Connection,
        expression: str,
        depth: int,
        ids: Sequence[str],
        sources: Sequence[int] | None,
    ) -> dict[str, float]:
        return postgres_words.match_words(connection, expression, depth, ids, sources)

    def add_vectors(self, connection: Connection, source_n: int) -> None:
        if index := pgvector.find(connection):  # another process may have made it meanwhile
            index.add(connection, source_n)

    def nearest(
        self, connection: Connection, vector: Vector, depth: int
    ) -> dict[str, float] | None:
        index = pgvector.find(connection)
        return index.nearest(connection, vector, depth) if index else None

    def check_vectors(self) -> bool:
        with self.reading() as connection:
            index = pgvector.find(connection)
            return index is None or index.count_differing(connection) == 0

    def rebuild_vectors(self, connection: Connection) -> None:
        if index := pgvector.find(connection):
            index.rebuild(connection)

    def purge(self, connection: Connection) -> None:
        """The words of a deleted passage are gone from every answer at once."""

    def checkpoint(self) -> None:
        """Have the server give back what was deleted; its files keep the bytes until reused."""
        with translate_errors(self.where), self._engine.connect() as connection:
            plain = connection.execution_options(isolation_level="AUTOCOMMIT")
            for table in ("words", "passages", "sources"):
                plain.execute(text(f"VACUUM {SCHEMA}.{table}"))

    def check_integrity(self) -> list[str]:
        """PostgreSQL has no check of its own that every installation offers."""
        return []

    def check_words(self) -> bool:
        with self.reading() as connection, self._engine.connect() as other:
            return postgres_words.holds_all_words(connection, other)

    def write_lock(self, folder: Path, doing: str, wait_seconds: float) -> "WriterLock":
        return WriterLock(self._engine, self.where, wait_seconds)

    def count_bytes(self) -> int:
        size = "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace s"
        size += " ON s.oid = c.relnamespace WHERE s.nspname = :schema AND c.relkind = 'r'"
        with self.reading() as connection:
            return int(connection.scalar(text(size), {"schema": SCHEMA}) or 0)

    def close(self) -> None:
        self._engine.dispose()


class WriterLock:
    """The library's one writer on all machines; the server frees it when the connection ends."""

    def __init__(self, engine: Engine, where: str, wait_seconds: float) -> None:
        self._engine, self._where, self._wait = engine, where, wait_seconds
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        deadline = time.monotonic() + self._wait
        with translate_errors(self._where):
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._connection = connection
            try:
                self._wait_for(connection, deadline)
            except BaseException:
                self.__exit__()
                raise
        return self

    def _wait_for(self, connection: Connection, deadline: float) -> None:
        while not connection.scalar(text(f"SELECT pg_try_advisory_lock({WRITER})")):
            if time.monotonic() >= deadline:
                raise LibraryBusy(
                    f"Another process is writing to {self._where}.",
                    "Wait until it has finished, then try again.",
                )
            time.sleep(POLL_SECONDS)

    def __exit__(self, *error: object) -> None:
        if self._connection is not None:
            self._connection.invalidate()  # the lock goes with the connection, whatever happened
            self._connection.close()
            self._connection = None


def _has_record(connection: Connection) -> bool:
    found = connection.scalar(text(f"SELECT to_regclass('{SCHEMA}.meta')"))
    return found is not None


def _shown(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)


@contextmanager
def translate_errors(where: str) -> Iterator[None]:
    """Turn what the server says into a library error that says what to do."""
    try:
        yield
    except exc.OperationalError as error:
        raise LibraryUnreachable(
            f"The library at {where} cannot be reached or used ({_first_line(error.orig)}).",
            "Check VERDICT_DATABASE_URL, the server, the rights and its free space.",
        ) from error
    except exc.DBAPIError as error:
        raise LibraryError(
            f"The server at {where} refused ({_first_line(error.orig)}); the change at hand was "
            "not made, and what was in the library is still in it.",
            "Check the rights of its user; otherwise this is a fault in the program.",
        ) from error
    except (ValidationError, exc.NoResultFound) as error:
        raise LibraryDamaged(
            f"The record at {where} holds what cannot be: {error}.", "Restore it from a backup."
        ) from error


def _first_line(error: BaseException | None) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__

"""The record in PostgreSQL: one schema of a database that many machines share.

Its full-text index is a `tsvector` a passage, made of the same tokens as SQLite's. The score is a
sum over the words of a query, each weighted by how rare it is; `ts_rank` counts a word that comes
again less each time and divides by the length, as BM25 does, but it is not BM25.
"""

import json
import logging
import math
import re
import secrets
import time
import unicodedata
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
from retrieval.record.database import migrate
from retrieval.record.schema import HEAD, meta, revisions

SCHEMA: Final = "verdict_library"
"""Everything of the record is in it, so the database can hold other things too."""
CONNECT_SECONDS: Final = 10
WRITER: Final = 0x7665726469637401
CHANGE: Final = 0x7665726469637402
"""Keys of advisory locks: the library's one writer, and one transaction that changes it."""
BLOCK: Final = 500
_TERM = re.compile(r'"([^"]+)"')
_WORD = re.compile(r"[^\W_]+")


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

    def add_words(self, connection: Connection, source_n: int) -> None:
        found = connection.execute(
            text(f"{_TEXTS} WHERE p.source_n = :source"), {"source": source_n}
        )
        _put_words(connection, found.all())

    def forget_words(self, connection: Connection, source_n: int) -> None:
        """They go with their passages."""

    def rebuild_words(self, connection: Connection) -> None:
        connection.execute(text("DELETE FROM words"))
        for rows in connection.execute(text(_TEXTS)).partitions(BLOCK):
            _put_words(connection, rows)

    def match(
        self,
        connection: Connection,
        expression: str,
        depth: int,
        ids: Sequence[str],
        sources: Sequence[int] | None,
    ) -> dict[str, float]:
        terms = list(dict.fromkeys(_tokens(term) for term in _TERM.findall(expression)))
        rarities = _rarities(connection, terms)
        admitted = "" if sources is None else _ADMITTED
        asked = {
            "terms": terms,
            "rarities": rarities,
            "depth": depth,
            "ids": json.dumps(list(ids)),
            "sources": json.dumps(list(sources or ())),
        }
        found = connection.execute(text(_MATCHING.format(admitted=admitted)), asked)
        return {row.id: float(row.score) for row in found if row.score > 0}

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
        with self.reading() as connection:
            alone = "SELECT count(*) FROM passages p FULL JOIN words w USING (n)"
            if connection.scalar(text(f"{alone} WHERE p.n IS NULL OR w.n IS NULL")):
                return False
            rows = connection.execute(text(_TEXTS))
            return all(_differing(self._engine, block) == 0 for block in rows.partitions(BLOCK))

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


_TEXTS = "SELECT p.n, s.title, p.text FROM passages p JOIN sources s ON s.n = p.source_n"
_VECTOR = (
    "setweight(to_tsvector('verdict', {title}), 'A') || "
    "setweight(to_tsvector('verdict', {text}), 'D')"
)
_ADMITTED = """
    AND n IN (SELECT p.n FROM passages p WHERE p.source_n IN
        (SELECT CAST(jsonb_array_elements_text(CAST(:sources AS jsonb)) AS integer)))
"""
_MATCHING = """
    WITH asked AS (
        SELECT phraseto_tsquery('verdict', term) AS query, rarity
        FROM unnest(CAST(:terms AS text[]), CAST(:rarities AS float8[])) AS t(term, rarity)
    ), matched AS MATERIALIZED (
        SELECT w.n, sum(a.rarity * ts_rank('{{0.5, 0.5, 0.5, 1.0}}', w.vector, a.query, 1)) AS score
        FROM asked a JOIN words w ON w.vector @@ a.query GROUP BY w.n
    ), chosen AS (
        (SELECT n, score FROM matched WHERE TRUE {admitted} ORDER BY score DESC, n LIMIT :depth)
        UNION
        SELECT n, score FROM matched WHERE n IN (SELECT n FROM passages WHERE id IN
            (SELECT jsonb_array_elements_text(CAST(:ids AS jsonb))))
    )
    SELECT p.id, c.score FROM chosen c JOIN passages p ON p.n = c.n
"""
"""Weights in the order D (text), C, B, A (title); normalisation 1 divides by the logarithm of the
length."""


def _has_record(connection: Connection) -> bool:
    found = connection.scalar(text(f"SELECT to_regclass('{SCHEMA}.meta')"))
    return found is not None


def _rarities(connection: Connection, terms: Sequence[str]) -> list[float]:
    """Inverse document frequency of each term, as in BM25: log(1 + (N - n + 0.5) / (n + 0.5))."""
    counted = text(
        "SELECT (SELECT count(*) FROM words w"
        " WHERE w.vector @@ phraseto_tsquery('verdict', term)) AS n"
        " FROM unnest(CAST(:terms AS text[])) WITH ORDINALITY AS t(term, place) ORDER BY place"
    )
    counts = connection.scalars(counted, {"terms": list(terms)}).all()
    everything = connection.scalar(text("SELECT count(*) FROM words")) or 0
    return [math.log(1 + (everything - n + 0.5) / (n + 0.5)) for n in counts]


def _put_words(connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    if not rows:
        return
    put = text(
        "INSERT INTO words (n, vector) SELECT n, "  # noqa: S608  # nothing of it comes from outside
        + _VECTOR.format(title="title", text="body")
        + f" FROM {_GIVEN}"
    )
    connection.execute(put, _given(rows))


def _differing(engine: Engine, rows: Sequence[tuple[int, str, str]]) -> int:
    """Count the rows whose stored words are not those of their text."""
    compared = text(
        f"SELECT count(*) FROM {_GIVEN} JOIN words w USING (n) WHERE w.vector <> "  # noqa: S608
        + _VECTOR.format(title="title", text="body")
    )
    with engine.connect() as connection:
        return int(connection.scalar(compared, _given(rows)) or 0)


_GIVEN = (
    "unnest(CAST(:ns AS integer[]), CAST(:titles AS text[]), CAST(:texts AS text[]))"
    " AS given(n, title, body)"
)


def _given(rows: Sequence[tuple[int, str, str]]) -> dict[str, list[object]]:
    return {
        "ns": [row[0] for row in rows],
        "titles": [_tokens(row[1]) for row in rows],
        "texts": [_tokens(row[2]) for row in rows],
    }


def _tokens(words: str) -> str:
    """Words as SQLite's tokenizer finds them: letters and digits, without case and diacritics."""
    plain = unicodedata.normalize("NFKD", words.casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(_WORD.findall(bare))


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

"""The record in SQLite: one file, its pragmas, migrations, full-text index, errors in words."""

import json
import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import (
    Connection,
    Engine,
    TextClause,
    create_engine,
    event,
    exc,
    pool,
    select,
    text,
)

from retrieval.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryMissing
from retrieval.locks import FileLock
from retrieval.record.queries import TITLE_WEIGHT
from retrieval.record.schema import HEAD, LibraryFacts, meta, revisions
from retrieval.types import Vector

BUSY_SECONDS = 10.0
"""How long one statement waits for another process's write before it is given up."""
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",  # deleted text is overwritten with zeros
)
_RESTORE = (
    "Run `verdict library verify` to see what SQLite finds, and restore library.sqlite3 from a "
    "backup together with its -wal file."
)
_DAMAGE_CODES = (
    *(sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT),
    sqlite3.SQLITE_ERROR,  # a table that every library has is not there
)
"""What SQLite finds wrong with the file itself; all else is the disk's or the system's."""
_NOT_CHANGED = "the change at hand was not made, and what was in the library is still in it"


_MATCHING = """
    WITH matched AS MATERIALIZED (
        SELECT rowid AS n, bm25(words, :title_weight, 1.0) AS score
        FROM words WHERE words MATCH :words
    ), chosen AS (
        SELECT n, score FROM (
            SELECT n, score FROM matched WHERE {admitted} ORDER BY score, n LIMIT :depth
        ) UNION SELECT n, score FROM matched WHERE n IN (
            SELECT n FROM passages WHERE id IN (SELECT value FROM json_each(:ids))
        )
    )
    SELECT passages.id, chosen.score FROM chosen JOIN passages ON passages.n = chosen.n
"""
MATCHING = text(_MATCHING.format(admitted="TRUE"))
"""The best `depth` passages for the full-text expression `words`, and those among `ids` that match
it at all. The full-text index is gone through once for both: asked for single rows, it would begin
anew for each. FTS5 scores better matches lower."""
MATCHING_ADMITTED = text(
    _MATCHING.format(
        admitted="n IN (SELECT n FROM passages"
        " WHERE source_n IN (SELECT value FROM json_each(:sources)))"
    )
)
"""The same, with the best ones from `sources` only."""


class SqliteBackend:
    """The record in one file; its words in a full-text index of FTS5."""

    no_vector_index = "SQLite has none"

    def __init__(self, path: Path) -> None:
        """Open an existing file, bringing an older one up to date.

        Raises:
            LibraryError: see `prepare`.
        """
        self._path, self._engine, self.where = path, connect(path), str(path)
        self._flush = "FULL"
        prepare(path, self._engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with translate_errors(self._path), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        engine = writing_engine(self._engine, self._flush)
        with translate_errors(self._path), engine.begin() as connection:
            yield connection

    @contextmanager
    def unflushed(self) -> Iterator[None]:
        self._flush = "NORMAL"  # the log is flushed before each checkpoint only
        try:
            yield
        finally:
            self._flush = "FULL"
            flush_log(self._path)

    def add_words(self, connection: Connection, source_n: int) -> None:
        put = _words_of_source("INSERT INTO words (rowid, title, text)")
        connection.execute(put, {"source": source_n})

    def forget_words(self, connection: Connection, source_n: int) -> None:
        # The full-text index must be told the very words that it is to forget.
        delete = _words_of_source("INSERT INTO words (words, rowid, title, text)", "'delete', ")
        connection.execute(delete, {"source": source_n})

    def rebuild_words(self, connection: Connection) -> None:
        connection.execute(text("INSERT INTO words (words) VALUES ('rebuild')"))

    def match(
        self,
        connection: Connection,
        expression: str,
        depth: int,
        ids: Sequence[str],
        sources: Sequence[int] | None,
    ) -> dict[str, float]:
        asked: dict[str, object] = {"words": expression, "depth": depth}
        asked |= {"ids": json.dumps(list(ids)), "title_weight": TITLE_WEIGHT}
        query = MATCHING
        if sources is not None:
            query = MATCHING_ADMITTED
            asked["sources"] = json.dumps(list(sources))
        return {row.id: -row.score for row in connection.execute(query, asked)}

    def add_vectors(self, connection: Connection, source_n: int) -> None:
        """There is no index of vectors in the file."""

    def nearest(self, connection: Connection, vector: Vector, depth: int) -> None:
        """There is none to ask."""

    def check_vectors(self) -> bool:
        return True

    def rebuild_vectors(self, connection: Connection) -> None:
        """There is none."""

    def purge(self, connection: Connection) -> None:
        # Until its parts are merged, the full-text index keeps words of deleted rows in them.
        connection.execute(text("INSERT INTO words (words) VALUES ('optimize')"))

    def checkpoint(self) -> None:
        checkpoint(self._path, self._engine)

    def check_integrity(self) -> list[str]:
        return check_integrity(self._path, self._engine)

    def check_words(self) -> bool:
        return check_word_index(self._path, self._engine)

    def write_lock(self, folder: Path, doing: str, wait_seconds: float) -> FileLock:
        return FileLock(folder / "write.lock", doing, wait_seconds)

    def count_bytes(self) -> int:
        return self._path.stat().st_size

    def close(self) -> None:
        self._engine.dispose()


def _words_of_source(into: str, first: str = "") -> TextClause:
    return text(
        f"{into} SELECT {first}w.n, w.title, w.text FROM passage_words AS w"  # noqa: S608
        " JOIN passages AS p ON p.n = w.n WHERE p.source_n = :source"
    )


def connect(path: Path) -> Engine:
    """An engine on an existing file. Transactions read one snapshot; writers say `begin`."""

    def open_connection() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=BUSY_SECONDS,
            check_same_thread=False,
            isolation_level=None,  # the driver would begin late and commit before some statements
        )
        try:
            for pragma in PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    engine = create_engine(
        "sqlite+pysqlite://", creator=open_connection, poolclass=pool.QueuePool, max_overflow=-1
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if flush := options.get("flush"):
            connection.exec_driver_sql(f"PRAGMA synchronous = {flush}")
        connection.exec_driver_sql(f"BEGIN {options.get('begin', 'DEFERRED')}")

    return engine


def writing_engine(engine: Engine, flush: str = "FULL") -> Engine:
    """The same engine, taking the write lock when a transaction begins.

    `flush` is SQLite's `synchronous`: `FULL` waits for the disk at every commit.
    """
    return engine.execution_options(begin="IMMEDIATE", flush=flush)


def create(path: Path, embedder: str, dimension: int) -> None:
    """Write an empty record to `path`, complete or not at all."""
    partial = path.with_name(path.name + ".new")
    _discard(partial)
    try:
        with translate_errors(path):
            partial.touch()
            _fill(partial, embedder, dimension)
            flush_to_disk(partial)
            partial.replace(path)
            flush_to_disk(path.parent)
    finally:
        _discard(partial)


def _fill(partial: Path, embedder: str, dimension: int) -> None:
    engine = connect(partial)
    try:
        with writing_engine(engine).begin() as connection:
            migrate(connection)
            facts = {"library": secrets.token_hex(8), "embedder": embedder, "dimension": dimension}
            rows = [{"key": key, "value": str(value)} for key, value in facts.items()]
            connection.execute(meta.insert(), rows)
            first = {"generation": 0, "stamp": secrets.token_hex(8), "takedown": False}
            connection.execute(revisions.insert(), first)
    finally:
        engine.dispose()  # the last connection moves the log into the file


def _discard(partial: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        partial.with_name(partial.name + ending).unlink(missing_ok=True)


def prepare(path: Path, engine: Engine) -> None:
    """Check that `path` is a whole record, and bring an older one up to date.

    Raises:
        LibraryMissing: there is no file.
        LibraryDamaged: SQLite, having recovered what its log holds, cannot read the file, or finds
            less of it than its header says.
        LibraryError: a newer version of the program made it.
    """
    if not path.is_file():
        raise LibraryMissing(
            f"There is no library in {path.parent}.",
            f"Make one with `verdict library add FOLDER --library {path.parent}`.",
        )
    with translate_errors(path), engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        _refuse_truncated(path, connection)
    if found == HEAD:
        return
    if found is None or found > HEAD:
        raise LibraryError(
            f"The library in {path.parent} has schema {found}; this version knows {HEAD}.",
            "Update Verdict Desk, or open the library with the version that made it.",
        )
    with translate_errors(path), writing_engine(engine).begin() as connection:
        migrate(connection)


def read_facts(connection: Connection) -> LibraryFacts:
    rows = connection.execute(select(meta))
    return LibraryFacts.model_validate({row.key: row.value for row in rows})


def flush_log(path: Path) -> None:
    """Have what was committed to the record at `path` on the disk.

    Raises:
        LibraryError: the disk is failing.
    """
    try:
        flush_to_disk(path.with_name(f"{path.name}-wal"))
    except FileNotFoundError:  # a checkpoint has moved it into the file, and flushed that
        return
    except OSError as error:
        raise LibraryError(
            f"{path} could not be written through to the disk ({error}).",
            "Check the disk and the free space, then run the same command again.",
        ) from error


def flush_to_disk(path: Path) -> None:
    """Have the system write a file or folder through to the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite says about `path` into a library error that says what to do."""
    try:
        yield
    except exc.DBAPIError as error:
        raise _translate(error.orig, path) from error
    except sqlite3.Error as error:
        raise _translate(error, path) from error
    except (ValidationError, exc.NoResultFound) as error:
        raise LibraryDamaged(
            f"The record {path} holds what cannot be: {error}.", _RESTORE
        ) from error


def _translate(error: BaseException | None, path: Path) -> LibraryError:
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL):
        return LibraryBusy(
            f"Another process is writing to {path}.", "Wait until it has finished, then try again."
        )
    if primary == sqlite3.SQLITE_FULL:
        return LibraryError(
            f"The disk of {path} is full; {_NOT_CHANGED}.", "Free some space, then try again."
        )
    if primary in (sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE):
        return LibraryError(
            f"{path} refused a change ({error}); {_NOT_CHANGED}.",
            "This is a fault in the program: please report it.",
        )
    if primary not in _DAMAGE_CODES:
        return LibraryError(
            f"{path} could not be read or written ({error}); {_NOT_CHANGED}.",
            "Check the disk, the free space and the permissions, then try again.",
        )
    return LibraryDamaged(f"The record {path} is damaged or not a library ({error}).", _RESTORE)


def _refuse_truncated(path: Path, connection: Connection) -> None:
    """Refuse a file that is shorter than its pages, unless its log has the rest.

    SQLite itself refuses a file that lacks whole pages and is in no log, but fills a torn last page
    up with zeros, and may find nothing wrong with them. A file that a full disk or a kill left in
    the middle of a checkpoint is short as well, and whole: then SQLite checks every page.
    """
    page, pages = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("page_size", "page_count")
    )
    short = page * pages - path.stat().st_size
    if short <= 0:
        return
    log = path.with_name(f"{path.name}-wal")
    if not log.exists() or log.stat().st_size == 0:
        raise LibraryDamaged(f"The record {path} is cut short by {short:,} bytes.", _RESTORE)
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise LibraryDamaged(f"The record {path} is damaged: SQLite finds {found!r}.", _RESTORE)


def migrate(connection: Connection) -> None:
    """Run the migrations that a record lacks."""
    from alembic import command  # noqa: PLC0415  # 0.25 s, and hardly ever needed
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "retrieval:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def checkpoint(path: Path, engine: Engine) -> None:
    """Move the write-ahead log into the file and cut it to nothing, if no reader is in the way."""
    with translate_errors(path), closing(engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def check_integrity(path: Path, engine: Engine) -> list[str]:
    """What SQLite's own check of every page and index finds; empty when all is well."""
    with translate_errors(path), closing(engine.raw_connection()) as connection:
        rows = connection.cursor().execute("PRAGMA integrity_check").fetchall()
        return [str(row[0]) for row in rows if row[0] != "ok"]


def check_word_index(path: Path, engine: Engine) -> bool:
    """True where the full-text index agrees with the words of the passages."""
    with translate_errors(path), closing(engine.raw_connection()) as connection:
        try:
            connection.cursor().execute(
                "INSERT INTO words (words, rank) VALUES ('integrity-check', 1)"
            )
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_CORRUPT_VTAB:
                raise
            return False
        return True

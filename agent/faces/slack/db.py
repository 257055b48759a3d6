"""The SQLite file of the Slack face: its tables, its transactions, the key of its hashes."""

import hashlib
import hmac
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from retrieval import LibraryDamaged


class QuestionState(StrEnum):
    """Where a question is."""

    OPEN = "open"
    CHOOSING = "choosing"
    """Several claims: the asker chooses one."""
    CLOSED = "closed"


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _column(name: str, kind: Any = sa.Text, **options: Any) -> sa.Column[Any]:  # noqa: ANN401
    return sa.Column(name, kind, nullable=False, **options)


METADATA = sa.MetaData()
EVENTS = sa.Table("events", METADATA, _key("id"), _column("at", sa.Float))  # Slack's event ids
QUESTIONS = sa.Table(
    "questions",
    METADATA,
    _key("id"),
    _column("key", unique=True),  # one message asks once
    _column("at", sa.Float, index=True),
    _column("state", index=True, default=QuestionState.OPEN.value),
    _column("due", sa.Float),
    _column("tries", sa.Integer, default=0),
    _column("place"),  # keyed hash of the channel
    _column("who"),  # keyed hash of the user
    _column("claims"),  # JSON
    _column("forwarded", sa.Boolean),
    _column("fresh", sa.Boolean),  # no earlier check answers
    sa.Column("route", sa.Text),  # JSON; where the answer goes; erased once it is there
    sa.Column("job", sa.Text),
    sa.Column("earlier", sa.Text),  # id of the earlier check that answered
)
FEEDBACK = sa.Table(
    "feedback", METADATA, _key("question"), _key("who"), _column("value"), _column("at", sa.Float)
)
DONE_ONCE = sa.Table(  # a button pressed twice does its work once
    "done_once", METADATA, _key("key"), _column("who"), _column("at", sa.Float)
)
IN_WORK = sa.Table("in_work", METADATA, _key("key"))  # of `DONE_ONCE`: begun, not known to be done


class LogSync:
    """Flushes SQLite's write-ahead log to the disk once for many transactions.

    SQLite would flush it for each transaction; a busy disk takes 20 ms for each.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn, self._count = threading.Lock(), threading.Lock()
        self._requested = self._flushed = 0

    def flush(self) -> None:
        """Return once everything committed before this call survives a power failure.

        Raises:
            OSError: the disk did not take it.
        """
        with self._count:
            self._requested += 1
            mine = self._requested
        with self._turn:
            if self._flushed >= mine:
                return  # another thread flushed after our commit
            with self._count:
                reached = self._requested
            with self._path.open("r+b") as file:
                os.fsync(file)
            self._flushed = reached


class Database:
    """One SQLite file, used by one process.

    Writers take turns here. SQLite lets waiting writers sleep and retry, which takes tenths of a
    second when there are many, while Slack waits to hear that an event was stored.

    Args:
        path: The file; created where there is none.

    Raises (every method):
        LibraryDamaged: the file is no database, or cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._turn = path, threading.Lock()
        self._log = LogSync(path.with_name(f"{path.name}-wal"))
        self._engine = _create_engine(path)
        with self.write(flush=True) as connection:
            METADATA.create_all(connection)
        self._key = _load_key(path.with_suffix(".key"))

    @contextmanager
    def write(self, *, flush: bool = False) -> Iterator[sa.Connection]:
        """A transaction: all or nothing. With `flush`, it survives a power failure too."""
        with self._explain_errors(), self._turn, self._engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
        if flush:
            with self._explain_errors():
                self._log.flush()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """The file as it stands, beside any writer."""
        with self._explain_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _explain_errors(self) -> Iterator[None]:
        """Turn errors of SQLite and the disk into one that says what to do next."""
        try:
            yield
        except (sa.exc.DatabaseError, OSError) as error:
            reason = error.orig if isinstance(error, sa.exc.DatabaseError) else error
            raise LibraryDamaged(
                f"What was asked in Slack cannot be read or written ({self.path}: {reason}).",
                "Free space or restore the file from a backup; moving it away starts a new one.",
            ) from error

    def hash_names(self, *names: str) -> str:
        """A hash keyed with this desk's key: the same names give the same hash."""
        digest = hmac.new(self._key, "\0".join(names).encode(), hashlib.sha256)
        return digest.hexdigest()[:32]

    def scrub(self) -> None:
        """Remove deleted words from the file and its log."""
        with self._explain_errors(), self._turn, self._engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")  # neither runs within a transaction
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._engine.dispose()


def _create_engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})

    def set_up(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
        connection.isolation_level = None  # `Database` begins the transactions
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")  # `LogSync` does the rest
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    sa.event.listen(engine, "connect", set_up)
    return engine


def _load_key(path: Path) -> bytes:
    """The key of the hashes: created once, readable by its owner only."""
    with suppress(FileExistsError):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as out:
            out.write(secrets.token_bytes(32))
    return path.read_bytes()

"""The file of the Slack face: what was asked, until it is answered and for a few days after."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from retrieval.errors import LibraryDamaged

METADATA = sa.MetaData()
EVENTS = sa.Table(
    "events",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),  # Slack's event_id
    sa.Column("at", sa.Float, nullable=False),
)
QUESTIONS = sa.Table(
    "questions",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),  # one message asks once
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("due", sa.Float, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.Column("place", sa.Text, nullable=False),  # keyed hash of the channel
    sa.Column("who", sa.Text, nullable=False),  # keyed hash of the user
    sa.Column("claims", sa.Text, nullable=False),  # JSON
    sa.Column("forwarded", sa.Boolean, nullable=False),
    sa.Column("fresh", sa.Boolean, nullable=False),  # no earlier check answers
    sa.Column("route", sa.Text),  # JSON; where the answer goes; erased once it is there
    sa.Column("job", sa.Text),
    sa.Column("earlier", sa.Text),  # claim text of the earlier check that answered
)
FEEDBACK = sa.Table(
    "feedback",
    METADATA,
    sa.Column("question", sa.Text, primary_key=True),
    sa.Column("who", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)
DONE_ONCE = sa.Table(
    "done_once",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),  # a button pressed twice does its work once
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)


class Records:
    """One SQLite file; every transaction takes the write lock at its start."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Raises:
            LibraryDamaged: it is no database, or cannot be written.
        """
        self.path = path
        self._synced, self._engine = _engine(path, "FULL"), _engine(path, "NORMAL")
        with self.begin(synced=True) as connection:
            METADATA.create_all(connection)
        self._key = _key(path.with_suffix(".key"))

    @contextmanager
    def begin(self, *, synced: bool = False) -> Iterator[sa.Connection]:
        """A transaction: all of it happens, or none; it outlives this process.

        Args:
            synced: It outlives a failure of the machine's power too.

        Raises:
            LibraryDamaged: the file cannot be used.
        """
        engine = self._synced if synced else self._engine
        with self._told(), engine.begin() as connection:
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What SQLite could not do, in words that say what to do next."""
        try:
            yield
        except sa.exc.DatabaseError as error:
            raise LibraryDamaged(
                f"What was asked in Slack cannot be read or written ({self.path}: {error.orig}).",
                "Free space or restore the file from a backup; moving it away starts a new one.",
            ) from error

    def hashed(self, *names: str) -> str:
        """A keyed hash: the same name gives the same hash, and only with this desk's key."""
        digest = hmac.new(self._key, "\0".join(names).encode(), hashlib.sha256)
        return digest.hexdigest()[:32]

    def scrub(self) -> None:
        """Leave no deleted words in the file or its log."""
        with self._told(), self._engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")  # neither runs within a transaction
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")  # for the end that SQLAlchemy gives it

    def close(self) -> None:
        self._synced.dispose()
        self._engine.dispose()


def _engine(path: Path, synchronous: str) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})

    def careful(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
        connection.isolation_level = None  # the transactions are ours
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    sa.event.listen(engine, "connect", careful)
    sa.event.listen(engine, "begin", _immediately)
    return engine


def _immediately(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _key(path: Path) -> bytes:
    """The key of the hashes: made once, readable by its owner only."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(file, "wb") as out:
        out.write(secrets.token_bytes(32))
    return path.read_bytes()

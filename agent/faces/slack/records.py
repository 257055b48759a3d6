"""The file of the Slack face: what was asked, until it is answered and for a few days after."""

import hashlib
import hmac
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

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
IN_WORK = sa.Table(
    "in_work",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),  # of `DONE_ONCE`: begun, and not known to be done
)


class Synced:
    """The log that SQLite writes ahead, put on the disk for many transactions at once.

    SQLite would do it for one after the other; a disk that is busy takes 20 ms for each.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn, self._count = threading.Lock(), threading.Lock()
        self._asked = self._done = 0

    def sync(self) -> None:
        """Return once all that was committed before this call outlives a failure of the power.

        Raises:
            OSError: the disk did not take it.
        """
        with self._count:
            self._asked += 1
            mine = self._asked
        with self._turn:
            if self._done >= mine:
                return  # whoever had the turn before came after our commit
            with self._count:
                reached = self._asked
            file = os.open(self._path, os.O_RDWR)
            try:
                os.fsync(file)
            finally:
                os.close(file)
            self._done = reached


class Records:
    """One SQLite file, of one process.

    Those that write take turns here: SQLite itself lets them sleep and try again, for tenths of a
    second where many are at it, while Slack waits to hear that an event was stored.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Raises:
            LibraryDamaged: it is no database, or cannot be written.
        """
        self.path, self._turn = path, threading.Lock()
        self._wal = Synced(path.with_name(f"{path.name}-wal"))
        self._engine = _engine(path)
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
        with self._told(), self._turn, self._engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
        if synced:
            with self._told():
                self._wal.sync()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """The file as it stands, beside whoever writes.

        Raises:
            LibraryDamaged: the file cannot be used.
        """
        with self._told(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What SQLite could not do, in words that say what to do next."""
        try:
            yield
        except (sa.exc.DatabaseError, OSError) as error:
            reason = error.orig if isinstance(error, sa.exc.DatabaseError) else error
            raise LibraryDamaged(
                f"What was asked in Slack cannot be read or written ({self.path}: {reason}).",
                "Free space or restore the file from a backup; moving it away starts a new one.",
            ) from error

    def hashed(self, *names: str) -> str:
        """A keyed hash: the same name gives the same hash, and only with this desk's key."""
        digest = hmac.new(self._key, "\0".join(names).encode(), hashlib.sha256)
        return digest.hexdigest()[:32]

    def scrub(self) -> None:
        """Leave no deleted words in the file or its log."""
        with self._told(), self._turn, self._engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")  # neither runs within a transaction
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._engine.dispose()


def first(connection: sa.Connection, table: sa.Table, row: dict[str, object]) -> bool:
    """Insert a row; False where its key was there."""
    inserted = connection.execute(insert(table).values(row).on_conflict_do_nothing())
    return inserted.rowcount == 1


def _engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})

    def careful(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
        connection.isolation_level = None  # the transactions are ours
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")  # `Synced` does what is beyond that
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    sa.event.listen(engine, "connect", careful)
    return engine


def _key(path: Path) -> bytes:
    """The key of the hashes: made once, readable by its owner only."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(file, "wb") as out:
        out.write(secrets.token_bytes(32))
    return path.read_bytes()

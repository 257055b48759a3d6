"""The SQLite file of the Slack face: tables, the inbox of questions and presses, retention.

A question is stored before Slack hears that it arrived, and kept for a few days after its answer.
"""

import hashlib
import hmac
import json
import os
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from agent.faces.slack.messages import Need
from agent.faces.slack.payloads import ParsedText, QuestionRequest, Route
from agent.jobs.port import Jobs, UnknownJob
from retrieval import LibraryDamaged

HOUR: Final = 3_600.0
DAY: Final = 24 * HOUR
LONGEST_WAIT: Final = HOUR
"""For which a question is put off, whatever Slack asks for."""


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


@dataclass(frozen=True)
class Question:
    """One question as it is stored."""

    id: str
    state: QuestionState
    parsed: ParsedText
    route: Route | None
    fresh: bool
    tries: int
    job: str | None
    earlier: str | None


@dataclass(frozen=True)
class Limits:
    """Questions an hour."""

    user: int
    channel: int


@dataclass(frozen=True)
class Receipt:
    """What became of a request: a new question, or refused, or neither (`DUPLICATE`)."""

    question: str | None = None
    refused: Literal["user", "channel"] | None = None


DUPLICATE: Final = Receipt()


class Inbox:
    """Questions in the order of their arrival, and presses of buttons; each counts once.

    Args:
        database: The file. A press whose work was interrupted by a crash counts as not begun: the
            next press does it.
        limits: Questions an hour. More are refused and not stored.
    """

    def __init__(self, database: Database, limits: Limits) -> None:
        self._database, self._limits = database, limits
        with database.write() as connection:
            unfinished = sa.select(IN_WORK.c.key)
            connection.execute(DONE_ONCE.delete().where(DONE_ONCE.c.key.in_(unfinished)))
            connection.execute(IN_WORK.delete())

    def add(self, request: QuestionRequest, now: float) -> Receipt:
        """Store a request. `now` is in seconds since the epoch."""
        names = self._database.hash_names
        key, who = names(request.key), names(request.route.user)
        place = names(request.route.team, request.route.channel)
        with self._database.write(flush=True) as connection:
            event = {"id": request.event, "at": now}
            if request.event and not _insert_once(connection, EVENTS, event):
                return DUPLICATE
            known = sa.select(QUESTIONS.c.id).where(QUESTIONS.c.key == key)
            if connection.execute(known).first():
                return DUPLICATE
            if refused := self._exceeded_limit(connection, who, place, now):
                return Receipt(refused=refused)
            row = _dump_parsed(request.parsed) | {
                "id": secrets.token_urlsafe(12),
                "key": key,
                "at": now,
                "due": now,
                "place": place,
                "who": who,
                "fresh": request.fresh,
                "route": json.dumps(asdict(request.route)),
            }
            connection.execute(QUESTIONS.insert(), row)
        return Receipt(str(row["id"]))

    def _exceeded_limit(
        self, connection: sa.Connection, who: str, place: str, now: float
    ) -> Literal["user", "channel"] | None:
        recent = sa.select(sa.func.count()).where(QUESTIONS.c.at > now - HOUR)
        by_user = connection.scalar(recent.where(QUESTIONS.c.who == who)) or 0
        if by_user >= self._limits.user:
            return "user"
        in_place = connection.scalar(recent.where(QUESTIONS.c.place == place)) or 0
        return "channel" if in_place >= self._limits.channel else None

    def find_due(self, now: float, limit: int = 100) -> list[str]:
        """Ids of open questions whose time has come, oldest first.

        None is put off for longer than `LONGEST_WAIT`: a later time is that of a clock that was
        ahead, and has come.
        """
        come = (QUESTIONS.c.due <= now) | (QUESTIONS.c.due > now + LONGEST_WAIT)
        due = (QUESTIONS.c.state == QuestionState.OPEN.value) & come
        query = sa.select(QUESTIONS.c.id).where(due).order_by(QUESTIONS.c.at).limit(limit)
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def get(self, question: str) -> Question | None:
        """A question, while it is kept."""
        query = sa.select(QUESTIONS).where(QUESTIONS.c.id == question)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        stored = json.loads(row.claims)
        need = Need(stored["need"]) if stored["need"] else None
        return Question(
            id=row.id,
            state=QuestionState(row.state),
            parsed=ParsedText(tuple(stored["claims"]), need, row.forwarded),
            route=Route(**json.loads(row.route)) if row.route else None,
            fresh=row.fresh,
            tries=row.tries,
            job=row.job,
            earlier=row.earlier,
        )

    def save_route(self, question: str, route: Route, parsed: ParsedText | None = None) -> None:
        """Keep what is being sent, and what the thread was found to ask."""
        values = _dump_parsed(parsed) if parsed else {}
        self._update(question, values | {"route": json.dumps(asdict(route))})

    def save_draft(self, question: str, *, job: str | None, earlier: str | None = None) -> None:
        """Keep what answers a question: a job, or an earlier check of this claim."""
        self._update(question, {"job": job, "earlier": earlier})

    def postpone(self, question: str, now: float, wait: float, *, counted: bool = True) -> None:
        """Try again after `wait` seconds, or `LONGEST_WAIT` where that is less.

        A try that is not `counted` never makes the desk give up.
        """
        tries = QUESTIONS.c.tries + 1 if counted else sa.func.max(QUESTIONS.c.tries, 1)
        self._update(question, {"due": now + min(wait, LONGEST_WAIT), "tries": tries})

    def close(self, question: str, state: QuestionState = QuestionState.CLOSED) -> None:
        """Erase the route: the question is answered or given up, or the asker chooses a claim."""
        self._update(question, {"state": state.value, "route": None})

    def _update(self, question: str, values: dict[str, object]) -> None:
        with self._database.write() as connection:
            connection.execute(QUESTIONS.update().where(QUESTIONS.c.id == question).values(values))

    def begin_action(self, key: str, user: str, now: float) -> bool:
        """Whether to do `key` now: nobody did it, and nobody is doing it."""
        hashed = self._database.hash_names(key)
        row = {"key": hashed, "who": self._database.hash_names(user), "at": now}
        with self._database.write() as connection:
            fresh = _insert_once(connection, DONE_ONCE, row)
            if fresh:
                connection.execute(IN_WORK.insert(), {"key": hashed})
            return fresh

    def end_action(self, key: str, *, done: bool) -> None:
        """It is done for good; or it failed, and the next press may try again."""
        hashed = self._database.hash_names(key)
        with self._database.write() as connection:
            for table in (IN_WORK,) if done else (IN_WORK, DONE_ONCE):
                connection.execute(table.delete().where(table.c.key == hashed))

    def rate(self, question: str, value: str, user: str, now: float) -> None:
        """Keep what a reader thinks of an answer; the last press counts."""
        row = {"question": question, "who": self._database.hash_names(user)}
        rating = {"value": value, "at": now}
        query = insert(FEEDBACK).values(row | rating)
        with self._database.write() as connection:
            connection.execute(query.on_conflict_do_update(index_elements=list(row), set_=rating))


def _insert_once(connection: sa.Connection, table: sa.Table, row: Mapping[str, object]) -> bool:
    """Insert a row; False where its key exists."""
    inserted = connection.execute(insert(table).values(row).on_conflict_do_nothing())
    return inserted.rowcount == 1


def _dump_parsed(parsed: ParsedText) -> dict[str, object]:
    claims = json.dumps({"claims": parsed.claims, "need": parsed.need})
    return {"claims": claims, "forwarded": parsed.forwarded}


def delete_old(database: Database, now: float, keep_days: float) -> list[str]:
    """Delete what is older than `keep_days`, and all traces of it in the file.

    Open questions stay. Event ids go after a day: Slack redelivers for minutes.

    Returns:
        The jobs of the deleted questions.
    """
    before = now - keep_days * DAY
    with database.write() as connection:
        old = (QUESTIONS.c.at < before) & (QUESTIONS.c.state != QuestionState.OPEN.value)
        jobs = _find_jobs(connection, old)
        connection.execute(QUESTIONS.delete().where(old))
        connection.execute(FEEDBACK.delete().where(FEEDBACK.c.at < before))
        connection.execute(DONE_ONCE.delete().where(DONE_ONCE.c.at < before))
        connection.execute(EVENTS.delete().where(EVENTS.c.at < now - DAY))
    database.scrub()
    return jobs


def delete_user(database: Database, user: str) -> tuple[int, list[str]]:
    """Delete everything that one person asked, pressed and rated, in every workspace.

    Returns:
        The number of deleted rows (open questions are not answered any more), and their jobs.
    """
    who = database.hash_names(user)
    with database.write() as connection:
        jobs = _find_jobs(connection, QUESTIONS.c.who == who)
        deleted = sum(
            connection.execute(table.delete().where(table.c.who == who)).rowcount
            for table in (QUESTIONS, FEEDBACK, DONE_ONCE)
        )
    database.scrub()
    return deleted, jobs


def delete_jobs(jobs: Jobs, ids: Sequence[str]) -> None:
    """Delete the drafts that answered deleted questions."""
    for job in ids:
        with suppress(UnknownJob):
            jobs.forget(job)


def _find_jobs(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[str]:
    query = sa.select(QUESTIONS.c.job).where(which, QUESTIONS.c.job.is_not(None))
    return [str(job) for job in connection.scalars(query)]

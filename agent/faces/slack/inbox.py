"""The inbox: questions in the order of their arrival, presses of buttons, each once.

A question is stored before Slack hears that it arrived, and kept for a few days after its answer.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from agent.faces.slack.db import (
    DONE_ONCE,
    EVENTS,
    FEEDBACK,
    IN_WORK,
    QUESTIONS,
    Database,
    QuestionState,
)
from agent.faces.slack.messages import Need
from agent.faces.slack.payloads import ParsedText, QuestionRequest, Route

HOUR: Final = 3_600.0
LONGEST_WAIT: Final = HOUR
"""For which a question is put off, whatever Slack asks for."""


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

"""What is asked is stored before Slack hears that it arrived; each message is answered once."""

import json
import secrets
from dataclasses import asdict
from typing import Final, Literal

import sqlalchemy as sa

from agent.faces.slack.notices import Need
from agent.faces.slack.questions import ALREADY, Limits, Question, Route, State, Taken
from agent.faces.slack.reading import Asked
from agent.faces.slack.records import EVENTS, QUESTIONS, Records, first

HOUR: Final = 3_600.0
DAY: Final = 24 * HOUR


class Inbox:
    """Questions in, each once, in the order of their arrival.

    Args:
        records: The file.
        limits: Questions an hour; what is above is refused and not stored.
    """

    def __init__(self, records: Records, limits: Limits) -> None:
        self._records, self._limits = records, limits

    def take(  # one transaction decides all of it
        self,
        key: str,
        asked: Asked,
        route: Route,
        now: float,
        *,
        event: str | None = None,
        fresh: bool = False,
    ) -> Taken:
        """Store a request.

        Args:
            key: Names what asks (a message, a command); the same key is the same question.
            asked: What is asked.
            route: Where the answer goes.
            now: Seconds since the epoch.
            event: Slack's `event_id`; a second one of the same id is not looked at.
            fresh: No earlier check may answer.

        Returns:
            The question's id; or who asked too much; or `ALREADY`.
        """
        who = self._records.hashed(route.user)
        place = self._records.hashed(route.team, route.channel)
        key = self._records.hashed(key)
        with self._records.begin(synced=True) as connection:
            if event and not first(connection, EVENTS, {"id": event, "at": now}):
                return ALREADY
            known = sa.select(QUESTIONS.c.id).where(QUESTIONS.c.key == key)
            if connection.execute(known).first():
                return ALREADY
            if refused := self._refused(connection, who, place, now):
                return Taken(refused=refused)
            row = {
                "id": secrets.token_urlsafe(12),
                "key": key,
                "at": now,
                "state": State.OPEN.value,
                "due": now,
                "tries": 0,
                "place": place,
                "who": who,
                "claims": _written(asked),
                "forwarded": asked.forwarded,
                "fresh": fresh,
                "route": json.dumps(asdict(route)),
            }
            connection.execute(QUESTIONS.insert(), row)
        return Taken(str(row["id"]))

    def _refused(
        self, connection: sa.Connection, who: str, place: str, now: float
    ) -> Literal["user", "channel"] | None:
        lately = sa.select(sa.func.count()).where(QUESTIONS.c.at > now - HOUR)
        by_user = connection.scalar(lately.where(QUESTIONS.c.who == who)) or 0
        if by_user >= self._limits.user:
            return "user"
        in_place = connection.scalar(lately.where(QUESTIONS.c.place == place)) or 0
        return "channel" if in_place >= self._limits.channel else None

    def due(self, now: float, limit: int = 100) -> list[str]:
        """Open questions whose time has come, oldest first."""
        query = (
            sa.select(QUESTIONS.c.id)
            .where(QUESTIONS.c.state == State.OPEN.value, QUESTIONS.c.due <= now)
            .order_by(QUESTIONS.c.at)
            .limit(limit)
        )
        with self._records.reading() as connection:
            return list(connection.scalars(query))

    def get(self, question: str) -> Question | None:
        """A question, while it is kept."""
        with self._records.reading() as connection:
            row = connection.execute(
                sa.select(QUESTIONS).where(QUESTIONS.c.id == question)
            ).one_or_none()
        if row is None:
            return None
        return Question(
            id=row.id,
            state=State(row.state),
            asked=_read(row.claims, row.forwarded),
            route=Route(**json.loads(row.route)) if row.route else None,
            fresh=row.fresh,
            tries=row.tries,
            job=row.job,
            earlier=row.earlier,
        )

    def remember(self, question: str, route: Route, asked: Asked | None = None) -> None:
        """Keep what was learnt on the way: what is being sent, what the thread asks."""
        values: dict[str, object] = {"route": json.dumps(asdict(route))}
        if asked:
            values |= {"claims": _written(asked), "forwarded": asked.forwarded}
        self._set(question, values)

    def answered_by(self, question: str, *, job: str | None, earlier: str | None = None) -> None:
        """What answers a question: a job, or an earlier check of this claim."""
        self._set(question, {"job": job, "earlier": earlier})

    def later(self, question: str, due: float) -> None:
        """Try again at `due`."""
        self._set(question, {"due": due, "tries": QUESTIONS.c.tries + 1})

    def close(self, question: str, state: State = State.CLOSED) -> None:
        """It is answered, or given up, or the asker chooses: its route is erased."""
        self._set(question, {"state": state.value, "route": None})

    def _set(self, question: str, values: dict[str, object]) -> None:
        with self._records.begin() as connection:
            connection.execute(QUESTIONS.update().where(QUESTIONS.c.id == question).values(values))


def _written(asked: Asked) -> str:
    return json.dumps({"claims": asked.claims, "need": asked.need})


def _read(text: str, forwarded: bool) -> Asked:
    held = json.loads(text)
    return Asked(tuple(held["claims"]), Need(held["need"]) if held["need"] else None, forwarded)

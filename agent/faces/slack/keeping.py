"""How long the Slack face keeps what it knows, and how a person is forgotten."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import sqlalchemy as sa

from agent.faces.slack.inbox import DAY, HOUR
from agent.faces.slack.questions import State
from agent.faces.slack.records import DONE_ONCE, EVENTS, FEEDBACK, QUESTIONS, Records
from agent.jobs.port import JobError, Jobs, UnknownJob
from retrieval.errors import LibraryDamaged

LOG: Final = logging.getLogger(__name__)


def purge(records: Records, now: float, keep_days: float) -> list[str]:
    """Delete what is older than `keep_days`, then leave no trace of it in the file.

    A question that is still open stays. Event ids go after a day: Slack redelivers for minutes.

    Returns:
        The jobs of the questions that went.
    """
    before = now - keep_days * DAY
    with records.begin() as connection:
        old = (QUESTIONS.c.at < before) & (QUESTIONS.c.state != State.OPEN.value)
        jobs = _jobs(connection, old)
        connection.execute(QUESTIONS.delete().where(old))
        connection.execute(FEEDBACK.delete().where(FEEDBACK.c.at < before))
        connection.execute(DONE_ONCE.delete().where(DONE_ONCE.c.at < before))
        connection.execute(EVENTS.delete().where(EVENTS.c.at < now - DAY))
    records.scrub()
    return jobs


def forget(records: Records, user: str) -> tuple[int, list[str]]:
    """Delete all that one person asked, pressed and rated, in every workspace.

    Args:
        records: The file.
        user: The id that Slack gives, as in `U012ABCDEF`.

    Returns:
        How many rows went (what was open is not answered any more), and the jobs of them.
    """
    who = records.hashed(user)
    with records.begin() as connection:
        jobs = _jobs(connection, QUESTIONS.c.who == who)
        gone = sum(
            connection.execute(table.delete().where(table.c.who == who)).rowcount
            for table in (QUESTIONS, FEEDBACK, DONE_ONCE)
        )
    records.scrub()
    return gone, jobs


def forget_jobs(jobs: Jobs, ids: Sequence[str]) -> None:
    """Delete drafts with the questions that they answered."""
    for job in ids:
        with suppress(UnknownJob):
            jobs.forget(job)


class Keeper:
    """Deletes what is too old, at once and every hour, in a thread of its own."""

    def __init__(
        self, records: Records, jobs: Jobs, keep_days: float, clock: Callable[[], float]
    ) -> None:
        self._records, self._jobs = records, jobs
        self._keep_days, self._clock = keep_days, clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _keep(self) -> None:
        while True:
            try:
                forget_jobs(self._jobs, purge(self._records, self._clock(), self._keep_days))
            except (LibraryDamaged, JobError):
                LOG.exception("What is too old could not be deleted; again in an hour.")
            if self._stopping.wait(HOUR):
                return


def _jobs(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[str]:
    query = sa.select(QUESTIONS.c.job).where(which, QUESTIONS.c.job.is_not(None))
    return [str(job) for job in connection.scalars(query)]

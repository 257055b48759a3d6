"""What the desk in Slack forgets: on time, and when a person asks for it."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import sqlalchemy as sa

from agent.faces.slack.db import DONE_ONCE, EVENTS, FEEDBACK, QUESTIONS, Database, QuestionState
from agent.jobs.port import JobError, Jobs, UnknownJob
from retrieval import LibraryDamaged

LOG: Final = logging.getLogger(__name__)
HOUR: Final = 3_600.0
DAY: Final = 24 * HOUR


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


class RetentionWorker:
    """Deletes what is too old, at once and every hour, in a thread of its own."""

    def __init__(
        self, database: Database, jobs: Jobs, keep_days: float, clock: Callable[[], float]
    ) -> None:
        self._database, self._jobs = database, jobs
        self._keep_days, self._clock = keep_days, clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                delete_jobs(self._jobs, delete_old(self._database, self._clock(), self._keep_days))
            except (LibraryDamaged, JobError):
                LOG.exception("What is too old could not be deleted; again in an hour.")
            if self._stopping.wait(HOUR):
                return

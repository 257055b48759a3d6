"""Draft jobs that survive the process that asked for them: DBOS workflows and their leases."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from types import TracebackType
from typing import Any, Final, Self

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions, WorkflowStatus, error

from agent.jobs.port import (
    Event,
    Job,
    QueueFull,
    State,
    UnknownJob,
    require_key,
    require_same,
    shown,
    told,
    unavailable,
    unpacked,
)
from agent.types import Question

METADATA: Final = sa.MetaData()
WORKERS: Final = sa.Table(
    "verdict_workers",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("beat", sa.BigInteger, nullable=False),
)
BUSY_SECONDS: Final = 30.0


def engine_at(url: str) -> sa.Engine:
    """Connections to `sqlite:///FILE` or `postgresql://…`; SQLite with its write-ahead log."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        engine = sa.create_engine(address, connect_args={"timeout": BUSY_SECONDS})
        with engine.connect() as connection:
            connection.execute(sa.text("PRAGMA journal_mode=WAL")).close()  # stays with the file
        return engine
    return sa.create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True)


class Leases:
    """The counts of all workers, in the database of the jobs."""

    def __init__(self, url: str) -> None:
        self._engine = engine_at(url)
        try:
            METADATA.create_all(self._engine)
        except sa.exc.DatabaseError:  # another worker made the table in this very moment
            METADATA.create_all(self._engine)

    def beat(self, name: str) -> None:
        """Count up: this worker lives."""
        with self._engine.begin() as connection:
            mine = WORKERS.c.name == name
            counted = connection.execute(
                sa.update(WORKERS).where(mine).values(beat=WORKERS.c.beat + 1)
            )
            if not counted.rowcount:
                connection.execute(sa.insert(WORKERS).values(name=name, beat=1))

    def beats(self) -> dict[str, int]:
        """The count of every worker that has not gone."""
        with self._engine.connect() as connection:
            return {row.name: row.beat for row in connection.execute(sa.select(WORKERS))}

    def drop(self, name: str) -> None:
        """Forget a worker that has gone; one that lives after all counts again."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(WORKERS).where(WORKERS.c.name == name))

    def close(self) -> None:
        self._engine.dispose()


@dataclass
class Watch:
    """Finds the counts that stand still, by a clock of its own: those of machines may differ."""

    patience: float
    """Seconds without a beat after which a worker is dead."""
    clock: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[int | None, float]] = field(default_factory=dict)

    def dead(self, beats: Mapping[str, int], working: Iterable[str]) -> list[str]:
        """Names of those that were silent for too long, of all with a count or a job in work."""
        now = self.clock()
        counts = {name: beats.get(name) for name in {*beats, *working}}
        before = self._seen
        self._seen = {
            name: before[name] if name in before and before[name][0] == count else (count, now)
            for name, count in counts.items()
        }
        return sorted(n for n, (_, since) in self._seen.items() if now - since >= self.patience)


APPLICATION: Final = "verdict-desk"
SHAPE: Final = "1"
"""Version of what a job stores; workers take only jobs of their own. Pinned, since the version
that DBOS computes from the code would strand every job in work at each release."""
QUEUE: Final = "drafts"
WORKFLOW: Final = "draft"
LOG: Final = "log"
"""The stream of a job's events: what `Event` holds, less its number."""
ANSWERS: Final = "answers"
"""The stream of what a model answered to it: `agent.jobs.recording.Answered`."""
POLL_SECONDS: Final = 0.1
SWEPT: Final = 1_000
"""Jobs that one sweep deletes at most."""
ATTEMPTS: Final = 20
"""Times that a job is begun; one that kills its worker so often is given up."""
STATES: Final = {
    "ENQUEUED": State.QUEUED,
    "DELAYED": State.QUEUED,
    "PENDING": State.RUNNING,
    "SUCCESS": State.DONE,
    "ERROR": State.FAILED,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": State.FAILED,
    "CANCELLED": State.CANCELLED,
}
OPEN: Final = [name for name, state in STATES.items() if not state.over]
DEADLY: Final = (
    f"Its worker died {ATTEMPTS} times while it was drafted. Look at the log of the workers, then "
    "ask again under another key."
)


class DurableJobs:
    """Stores jobs, tells what became of them; `agent.jobs.worker.Worker` does them.

    Args:
        url: `sqlite:///FILE` or `postgresql://…`; the tables are made where there are none.
        limit: Jobs that may wait or run at once. Processes that submit in the same instant may
            pass it by one each.

    Raises:
        JobsUnavailable: the file or the server cannot be used.
    """

    def __init__(self, url: str, limit: int = 100) -> None:
        self.url, self._where, self._limit = url, shown(url), limit
        self._submitting = Lock()
        with self._told():
            engine_at(url).dispose()  # of SQLite: makes the file and turns on its write-ahead log
            DBOS.migrate(url)
            self._client = DBOSClient(
                system_database_url=url,
                serializer=DBOSPortableJSONSerializer(),
                application_name=APPLICATION,
                system_database_pool_size=10,
                retry_connection_errors=False,
            )

    def submit(self, question: Question, key: str) -> Job:
        require_key(key)
        with self._told(), self._submitting:
            if self._found(key) is None:
                self._require_room()
                options = EnqueueOptions(
                    workflow_name=WORKFLOW, queue_name=QUEUE, workflow_id=key, app_version=SHAPE
                )
                self._client.enqueue(options, question.model_dump(mode="json"))
        job = self.get(key)
        require_same(job, question)  # also where another process was faster with the same key
        return job

    def get(self, job_id: str) -> Job:
        with self._told():
            found = self._found(job_id)
        if found is None:
            raise UnknownJob(f"There is no job {job_id!r}. Submit it first.")
        return _job(found)

    def events(
        self, job_id: str, after: int = 0, wait_seconds: float | None = None
    ) -> Iterator[Event]:
        job = self.get(job_id)
        if after < 1:
            yield Event(number=1, at=job.submitted, state=State.QUEUED)
        number = max(1, after - 1)  # reads the one before too: is `after` the end already?
        reached = after < 2
        for said in self._log(job_id, number - 1, wait_seconds):
            number += 1
            reached = True
            if number > after:
                yield Event.model_validate({"number": number, **said})
        with self._told():
            found = self._found(job_id)
        if found is None:
            raise UnknownJob(f"The job {job_id!r} was deleted.")
        if reached and (state := STATES[found.status]).over:
            yield Event(number=number + 1, at=_time(found.completed_at), state=state)

    def cancel(self, job_id: str) -> Job:
        if not self.get(job_id).state.over:
            with self._told():
                self._client.cancel_workflow(job_id)
        return self.get(job_id)

    def recent(self, limit: int = 50) -> list[Job]:
        with self._told():
            found = self._client.list_workflows(
                name=WORKFLOW, sort_desc=True, limit=limit, load_output=False
            )
        return [_job(status) for status in found]

    def forget(self, job_id: str) -> None:
        self.cancel(job_id)
        with self._told():
            self._client.delete_workflow(job_id)

    def serve(self, at_once: int, poll_seconds: float) -> None:
        """Open the queue to workers that draft so many at once and look so often."""
        with self._told():
            self._client.register_queue(
                QUEUE,
                worker_concurrency=at_once,
                polling_interval_sec=poll_seconds,
                on_conflict="always_update",
            )

    def sweep(self, before: datetime) -> int:
        """Delete the jobs that were over before a time; return how many."""
        with self._told():
            found = self._client.list_workflows(
                completed_before=before.isoformat(),
                load_input=False,
                load_output=False,
                limit=SWEPT,
            )
            if found:
                self._client.delete_workflows([status.workflow_id for status in found])
        return len(found)

    def answers(self, job_id: str) -> Iterator[dict[str, Any]]:
        """What a model answered to earlier attempts at a job, in order."""
        yield from self._stream(job_id, ANSWERS, 0, 0.0)

    def executors(self) -> set[str]:
        """Names of the workers that have jobs in work, dead ones included."""
        with self._told():
            found = self._client.list_workflows(
                status="PENDING", load_input=False, load_output=False
            )
        return {status.executor_id for status in found if status.executor_id}

    def close(self) -> None:
        self._client.destroy()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _found(self, job_id: str) -> WorkflowStatus | None:
        found = self._client.list_workflows(workflow_ids=[job_id], name=WORKFLOW)
        return found[0] if found else None

    def _require_room(self) -> None:
        held = self._client.list_workflows(
            name=WORKFLOW, status=OPEN, limit=self._limit, load_input=False, load_output=False
        )
        if len(held) >= self._limit:
            raise QueueFull(f"{self._limit} drafts wait already. Ask again in a minute.")

    def _stream(
        self, job_id: str, key: str, offset: int, wait_seconds: float | None
    ) -> Iterator[dict[str, Any]]:
        """Values of a stream until the job is over, or none came for `wait_seconds`."""
        values = self._client.read_stream(
            job_id,
            key,
            offset=offset,
            polling_interval_sec=POLL_SECONDS,
            timeout_seconds=wait_seconds,
        )
        try:
            with self._told():
                yield from values
        except error.DBOSStreamTimeoutError:
            return

    def _log(
        self, job_id: str, offset: int, wait_seconds: float | None
    ) -> Iterator[dict[str, Any]]:
        try:
            yield from self._stream(job_id, LOG, offset, wait_seconds)
        except error.DBOSNonExistentWorkflowError as lost:
            raise UnknownJob(f"The job {job_id!r} was deleted.") from lost

    @contextmanager
    def asking(self) -> Iterator[DBOSClient]:
        """What else is kept with the jobs is asked for here.

        Raises:
            JobsUnavailable: the file or the server cannot be used.
        """
        with self._told():
            yield self._client

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the database could not do, in words that say what to do next."""
        try:
            yield
        except sa.exc.SQLAlchemyError as fault:
            raise unavailable(self._where, fault) from fault


def _job(status: WorkflowStatus) -> Job:
    assert status.input is not None  # noqa: S101  (asked for with every status)
    state = STATES[status.status]
    return Job(
        id=status.workflow_id,
        question=Question.model_validate(status.input["args"][0]),
        state=state,
        submitted=_time(status.created_at),
        made=unpacked(status.output) if status.output else None,
        error=_error(status) if state is State.FAILED else "",
    )


def _error(status: WorkflowStatus) -> str:
    if not status.error:
        return DEADLY
    name = getattr(status.error, "name", type(status.error).__name__)
    return told(name, str(status.error))


def _time(milliseconds: int | None) -> datetime:
    return datetime.fromtimestamp((milliseconds or 0) / 1000, UTC)

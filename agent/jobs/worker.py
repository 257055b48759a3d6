"""The worker that makes drafts of jobs, one slot a process."""

import hashlib
import logging
import math
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import sqlalchemy as sa
from dbos import DBOS, DBOSPortableJSONSerializer

from agent.jobs.durable import (
    ANSWERS,
    APPLICATION,
    ATTEMPTS,
    LOG,
    QUEUE,
    SHAPE,
    WORKFLOW,
    DurableJobs,
    Leases,
    Watch,
)
from agent.jobs.port import JobsUnavailable, State, packed, shown, unavailable, unpacked
from agent.jobs.recording import Answered, Drafting, Tape, recording
from agent.jobs.watching import QUEUE as WATCHES
from agent.jobs.watching import RUN, Pass, Watching, WatchSchedule, slot_of
from agent.types import Insufficient, Page, Question
from retrieval.errors import LibraryBusy, LibraryUnreachable
from retrieval.locks import FileLock


@contextmanager
def slot(directory: Path) -> Iterator[str]:
    """Hold a name until the block, or the process, ends.

    The kernel frees the lock of a process that dies, so the next worker that starts here has the
    name of the dead one, and with it, at once, the jobs that it left.

    Args:
        directory: Of the library.
    """
    for number in count():
        lock = FileLock(directory / f"worker-{number}.lock", "drafting")
        if lock.try_acquire():
            break
    try:
        yield f"{_place(directory)}-{number}"
    finally:
        lock.release()


def _place(directory: Path) -> str:
    """Tells machines, containers and libraries apart."""
    path = hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:8]
    return f"{socket.gethostname()}-{uuid.getnode():x}-{path}"


LOGGER: Final = logging.getLogger(__name__)
T = TypeVar("T")
LONGEST_WAIT: Final = 15.0
"""Seconds between two tries to reach a database that is away."""
SWEEP_SECONDS: Final = 3600.0
"""Between two looks for jobs that are too old to be kept."""


@dataclass(frozen=True)
class Pace:
    """How much a worker does at once, and how often it looks, in seconds."""

    at_once: int = 2
    """Drafts made at the same time; all workers go by what the last one was started with."""
    poll: float = 0.25
    """For a job that waits."""
    beat: float = 5.0
    """For workers that died; and it counts up itself."""
    patience: float = 30.0
    """Without a beat a worker is dead: its jobs go to another at most 35 s after its end."""
    grace: float = 5.0
    """For drafts to reach their next step when the worker is told to stop."""
    keep_days: float = 30.0
    """Days after its end for which a job can be looked up."""


class Worker:
    """Drafts jobs from the moment it is entered until it is left. One in a process.

    Args:
        jobs: Where they are stored.
        drafting: What is done.
        name: Of this worker, different from that of every other one that lives. A worker that
            comes back under the name of a dead one has the jobs of that at once.
        pace: How much, how often, how long.
        watching: Makes the passes of the schedule; None leaves them to other workers.
    """

    _one = threading.Lock()

    def __init__(
        self,
        jobs: DurableJobs,
        drafting: Drafting,
        name: str,
        pace: Pace = Pace(),
        watching: Watching | None = None,
    ) -> None:
        self._jobs, self._drafting, self._name, self._pace = jobs, drafting, name, pace
        self._watching, self._schedule = watching, WatchSchedule(jobs)
        self._watch = Watch(pace.patience)
        self._stopping = threading.Event()
        self._running = 0
        self._idle = threading.Condition()

    def __enter__(self) -> Self:
        if not self._one.acquire(blocking=False):
            raise JobsUnavailable("This process has a worker already. Start another process.")
        try:
            try:
                self._leases = Leases(self._jobs.url)
                self._leases.beat(self._name)
            except sa.exc.SQLAlchemyError as fault:
                raise unavailable(shown(self._jobs.url), fault) from fault
            self._jobs.serve(self._pace.at_once, self._pace.poll)
            self._schedule.serve()
            self._launch()
        except BaseException:
            DBOS.destroy(destroy_registry=True)
            self._one.release()
            raise
        self._heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._heart.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._stopping.set()
        with self._idle:
            self._idle.wait_for(lambda: not self._running, self._pace.grace)
        self._heart.join()
        DBOS.destroy(destroy_registry=True)
        self._leases.close()  # its count stands still: what it leaves behind is taken over
        self._one.release()

    def _launch(self) -> None:
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": self._jobs.url,
                "serializer": DBOSPortableJSONSerializer(),
                "application_version": SHAPE,
                "executor_id": self._name,
                "run_migrations": False,
                "notification_listener_polling_interval_sec": self._pace.poll,
                "log_level": "CRITICAL",  # what goes wrong is told by the job
            }
        )
        DBOS.workflow(name=WORKFLOW, max_recovery_attempts=ATTEMPTS - 1)(self._workflow())
        DBOS.workflow(name=RUN, max_recovery_attempts=ATTEMPTS - 1)(self._pass_workflow())
        DBOS.listen_queues([QUEUE, WATCHES] if self._watching else [QUEUE])
        DBOS.launch()

    def _workflow(self) -> Callable[[dict[str, Any]], dict[str, Any]]:
        def draft(question: dict[str, Any]) -> dict[str, Any]:
            while True:
                made: dict[str, Any] = DBOS.run_step(
                    {"name": "draft"}, self._patiently, partial(self._draft, question)
                )
                drafted = unpacked(made)
                # Looked at on every run: what was drafted before a worker died may rest on a
                # source that was taken away since.
                if self._patiently(partial(self._keep, drafted)):
                    return made

        return draft

    def _patiently(self, act: Callable[[], T]) -> T:
        """What an act gives, begun anew as long as its database is away or its library in flux.

        Whoever asked was told that the draft will be made: a restart of the server fails no job.
        """
        for number in count():
            try:
                return act()
            except (LibraryUnreachable, LibraryBusy, JobsUnavailable) as error:
                wait = min(LONGEST_WAIT, 2.0**number)
                LOGGER.warning("%s waits %.0f s: %s", DBOS.workflow_id, wait, error)
                if self._stopping.wait(wait):
                    raise _Stopped from error
        raise AssertionError  # `count` does not end

    def _keep(self, made: Page | Insufficient) -> bool:
        """Keep a page, the same page once; False where sources changed since it was drafted."""
        stands = self._drafting.stands(made)
        if stands and isinstance(made, Page):
            self._drafting.keep(made)
        return stands

    def _draft(self, question: dict[str, Any]) -> dict[str, Any]:
        job, home = str(DBOS.workflow_id), threading.get_ident()

        def on_step(step: str) -> None:
            self._require_going_on()
            if threading.get_ident() == home:  # not from the thread in which models are read
                at = datetime.now(UTC).isoformat()
                DBOS.write_stream(LOG, {"at": at, "state": State.RUNNING.value, "step": step})

        def keep(answered: Answered) -> None:
            DBOS.write_stream(ANSWERS, answered.model_dump(mode="json"))

        LOGGER.info("drafting %s", job)
        self._count(1)
        try:
            on_step("")
            earlier = [Answered.model_validate(a) for a in self._jobs.answers(job)]
            with recording(Tape(earlier, keep)):
                made = self._drafting.draft(Question.model_validate(question), on_step)
            LOGGER.info("drafted %s", job)
            return packed(made)
        finally:
            self._count(-1)

    def _pass_workflow(self) -> Callable[[object, object], dict[str, Any]]:
        def watch_feeds(scheduled: object, _context: object) -> dict[str, Any]:
            slot = slot_of(scheduled)
            made: dict[str, Any] = DBOS.run_step({"name": "watch"}, self._watch_feeds, slot)
            return made

        return watch_feeds

    def _watch_feeds(self, slot: datetime) -> dict[str, Any]:
        """One pass; what it stored before its worker died, the next worker finds there."""
        if self._watching is None:
            raise JobsUnavailable(
                f"The worker {self._name} took over a watch and has no vetting list. Set "
                "VERDICT_VETTING for every worker."
            )
        if later := self._schedule.later_pass(slot):
            left_out = f"a pass was made at {later:%H:%M:%S} UTC"
            return Pass(began=datetime.now(UTC), left_out=left_out).model_dump(mode="json")
        LOGGER.info("watching, due at %s", f"{slot:%Y-%m-%d %H:%M} UTC")
        self._count(1)
        began = datetime.now(UTC)
        try:
            made = Pass.of(self._watching(self._require_going_on), began)
        except LibraryBusy as error:  # what others do to the library comes first
            made = Pass(began=began, left_out=str(error))
        finally:
            self._count(-1)
        LOGGER.info("watched: %s", made.summary)
        return made.model_dump(mode="json")

    def _require_going_on(self) -> None:
        if self._stopping.is_set():
            raise _Stopped

    def _count(self, change: int) -> None:
        with self._idle:
            self._running += change
            self._idle.notify_all()

    def _beat(self) -> None:
        swept = -math.inf
        while not self._stopping.wait(self._pace.beat):
            try:
                self._leases.beat(self._name)
                self._take_over()
                if time.monotonic() - swept > SWEEP_SECONDS:
                    self._jobs.sweep(datetime.now(UTC) - timedelta(days=self._pace.keep_days))
                    swept = time.monotonic()
            except (sa.exc.SQLAlchemyError, JobsUnavailable) as error:
                LOGGER.warning("no heartbeat: %s", error)

    def _take_over(self) -> None:
        others = self._jobs.executors() - {self._name}
        beats = {n: b for n, b in self._leases.beats().items() if n != self._name}
        for name in self._watch.dead(beats, others):
            # DBOS has no public call for it; this one moves only what that worker still holds.
            moved = DBOS._recover_pending_workflows([name])  # noqa: SLF001
            self._leases.drop(name)
            if moved:
                LOGGER.warning("took over %d jobs of %s, which was silent", len(moved), name)


class _Stopped(BaseException):
    """Unwinds a draft whose worker stops; the job stays in work and is begun anew."""

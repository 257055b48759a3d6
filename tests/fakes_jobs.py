"""Jobs in memory, desks that are scripts, and what a test of jobs waits for."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self

from agent.jobs.port import (
    Event,
    Job,
    Jobs,
    QueueFull,
    State,
    UnknownJob,
    require_key,
    require_same,
    told,
)
from agent.jobs.recording import Draft, Drafting
from agent.jobs.watching import SCHEDULE, WatchSchedule
from agent.ports import Step
from agent.types import Insufficient, Page, Question
from tests.unit.agent.pages import insufficient, page, passage, sentence

DAY = date(2026, 11, 24)
STEPS = ("plan", "search", "draft", "check")
HELD = passage("council", "The river bridge is open.")


def asked(text: str = "Is the river bridge closed?", **fields: Any) -> Question:  # noqa: ANN401
    return Question(text=text, asked_on=DAY, **fields)


class ScriptedDesk:
    """Drafts by name of the question: "fail …" fails, "nothing …" is insufficient.

    Args:
        gate: Where it is held before its second step, until it is opened.
    """

    def __init__(self, gate: threading.Event | None = None) -> None:
        self._gate = gate
        self.drafted: list[str] = []
        self.kept: list[Page] = []
        self.begun = threading.Event()

    def draft(self, question: Question, on_step: Step) -> Page | Insufficient:
        self.drafted.append(question.text)
        on_step(STEPS[0])
        self.begun.set()
        if self._gate is not None:
            assert self._gate.wait(60)
        for step in STEPS[1:]:
            on_step(step)
        if question.text.startswith("fail"):
            raise ValueError("the desk broke\nin two lines")
        return drafted(question)

    @property
    def drafting(self) -> Drafting:
        return Drafting(self.draft, self.kept.append)


def drafted(question: Question) -> Page | Insufficient:
    """The page, or the short page, of a question."""
    if question.text.startswith("nothing"):
        return Insufficient.model_validate({**dict(insufficient()), "question": question})
    made = page(sentence("The bridge is open.", HELD), passages=[HELD])
    return Page.model_validate({**dict(made), "question": question})


def over(jobs: Jobs, key: str, seconds: float = 60.0) -> Job:
    """The job, once it is over."""
    until(lambda: jobs.get(key).state.over, seconds)
    return jobs.get(key)


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def fall_due(schedule: WatchSchedule) -> str:
    """Have a slot of the watch come now; its id."""
    with schedule.jobs.asking() as client:
        return str(client.trigger_schedule(SCHEDULE).workflow_id)


def address(folder: Path) -> str:
    return f"sqlite:///{folder / 'jobs.sqlite3'}"


class MemoryJobs:
    """The `Jobs` port on a thread pool.

    Args:
        draft: Makes one draft; what it raises fails the job.
        limit: Jobs that may wait or run at once.
        workers: Drafts made at once; 0 leaves every job waiting.
    """

    def __init__(self, draft: Draft, limit: int = 100, workers: int = 1) -> None:
        self._draft, self._limit = draft, limit
        self._entries: dict[str, _Entry] = {}
        self._changed = threading.Condition()
        self._pool = ThreadPoolExecutor(workers, "drafts") if workers else None

    def submit(self, question: Question, key: str) -> Job:
        require_key(key)
        with self._changed:
            if known := self._entries.get(key):
                require_same(known.job, question)
                return known.job
            if sum(not e.job.state.over for e in self._entries.values()) >= self._limit:
                raise QueueFull(f"{self._limit} drafts wait already. Ask again in a minute.")
            job = Job(id=key, question=question, state=State.QUEUED, submitted=_now())
            self._entries[key] = _Entry(job)
            self._note(key, State.QUEUED)
        if self._pool is not None:
            self._pool.submit(self._run, key)
        return job

    def get(self, job_id: str) -> Job:
        with self._changed:
            return self._entry(job_id).job

    def events(
        self, job_id: str, after: int = 0, wait_seconds: float | None = None
    ) -> Iterator[Event]:
        for number in count(after):
            deadline = None if wait_seconds is None else monotonic() + wait_seconds
            with self._changed:
                while len((entry := self._entry(job_id)).events) <= number:
                    left = None if deadline is None else deadline - monotonic()
                    if entry.job.state.over or (left is not None and left <= 0):
                        return
                    self._changed.wait(left)
                event = entry.events[number]
            yield event

    def cancel(self, job_id: str) -> Job:
        with self._changed:
            if not self._entry(job_id).job.state.over:
                self._note(job_id, State.CANCELLED)
            return self._entry(job_id).job

    def recent(self, limit: int = 50) -> list[Job]:
        with self._changed:
            jobs = [e.job for e in reversed(self._entries.values())][:limit]
        return [Job(**{**dict(job), "made": None}) for job in jobs]

    def forget(self, job_id: str) -> None:
        with self._changed:
            self.cancel(job_id)
            del self._entries[job_id]

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self, key: str) -> None:
        def on_step(step: str) -> None:
            with self._changed:
                if key not in self._entries or self._entries[key].job.state.over:
                    raise _Ended
                self._note(key, State.RUNNING, step)

        try:
            on_step("")
            made = self._draft(self._entries[key].job.question, on_step)
        except _Ended:
            return
        except Exception as error:  # noqa: BLE001  (the job's last line: it is told, not lost)
            self._end(key, State.FAILED, error=told(type(error).__name__, str(error)))
        else:
            self._end(key, State.DONE, made=made)

    def _end(self, key: str, state: State, **outcome: object) -> None:
        with self._changed:
            entry = self._entries.get(key)
            if entry and not entry.job.state.over:
                job = Job.model_validate({**dict(entry.job), **outcome})
                self._entries[key] = replace(entry, job=job)
                self._note(key, state)

    def _entry(self, job_id: str) -> "_Entry":
        if job_id not in self._entries:
            raise UnknownJob(f"There is no job {job_id!r}. Submit it first.")
        return self._entries[job_id]

    def _note(self, key: str, state: State, step: str = "") -> None:
        entry = self._entries[key]
        event = Event(number=len(entry.events) + 1, at=_now(), state=state, step=step)
        job = Job.model_validate({**dict(entry.job), "state": state})
        self._entries[key] = replace(entry, job=job, events=(*entry.events, event))
        self._changed.notify_all()


@dataclass(frozen=True)
class _Entry:
    job: Job
    events: tuple[Event, ...] = field(default=())


class _Ended(BaseException):
    """Unwinds a draft whose job was cancelled."""


def _now() -> datetime:
    return datetime.now(UTC)

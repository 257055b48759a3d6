"""Draft jobs as faces see them, the rules for their keys, and how results are stored."""

import re
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from agent.types import Insufficient, Page, Question, Value

LONGEST_KEY: Final = 200
"""Characters of a key, and so of a job's id."""


class State(StrEnum):
    """Where a job is; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        return self in {State.DONE, State.FAILED, State.CANCELLED}


class Job(Value):
    """One draft that was asked for."""

    id: str
    """The key it was submitted with."""
    question: Question
    state: State
    submitted: datetime
    """In UTC."""
    made: Page | Insufficient | None = None
    """The draft, where the job is done."""
    error: str = ""
    """What went wrong and what to do next, where it failed."""


class Event(Value):
    """One line of a job's log."""

    number: int
    """1, 2, 3, … within the job, without a gap."""
    at: datetime
    """In UTC."""
    state: State
    """Of the job, from this event on."""
    step: str = ""
    """The step of `Desk.draft` that begins, as it names it; "" where the state changed. After a
    worker died, the state is `RUNNING` a second time and the steps begin again."""


class Jobs(Protocol):
    """A queue that remembers. Safe to call from any thread."""

    def submit(self, question: Question, key: str) -> Job:
        """Ask for a draft; returns once that is stored, without waiting for it.

        Args:
            question: What is asked.
            key: Names the request: 1 to 200 printable characters. The same key is the same job,
                however often and from wherever it is submitted; the first question counts its day.

        Raises:
            QueueFull: too many jobs wait already; nothing was stored.
            KeyTaken: the key belongs to another question, or is no key.
        """

    def get(self, job_id: str) -> Job:
        """What is known of a job now.

        Raises:
            UnknownJob: there is none of this id.
        """

    def events(
        self, job_id: str, after: int = 0, wait_seconds: float | None = None
    ) -> Iterator[Event]:
        """Follow a job: its events with a number above `after`, as they come.

        Ends after the event whose state is over; also where none came for `wait_seconds` (None:
        waits as long as the job takes; 0: only what is there already).

        Raises:
            UnknownJob: there is none of this id (when the first event is asked for).
        """

    def cancel(self, job_id: str) -> Job:
        """End a job that is not over: at once where it waits, at its next step where it runs.

        Raises:
            UnknownJob: there is none of this id.
        """

    def recent(self, limit: int = 50) -> list[Job]:
        """The jobs submitted last, newest first; without their drafts."""

    def forget(self, job_id: str) -> None:
        """Delete everything that is stored of a job; one that is not over is cancelled first.

        Raises:
            UnknownJob: there is none of this id.
        """


class JobError(Exception):
    """Base of what can go wrong with jobs; the message says what happened and what to do."""


class QueueFull(JobError):
    """As many jobs wait as may."""


class UnknownJob(JobError):
    """There is no job of this id."""


class KeyTaken(JobError):
    """The key belongs to another question, or cannot be a key."""


class JobsUnavailable(JobError):
    """The file or the server that holds the jobs cannot be used."""


def require_key(key: str) -> None:
    """Refuse what cannot name a job.

    Raises:
        KeyTaken: it is empty, too long or holds what cannot be printed.
    """
    if not key.strip() or len(key) > LONGEST_KEY or not key.isprintable():
        raise KeyTaken(f"{key[:40]!r} cannot be a key. Use 1 to {LONGEST_KEY} printable signs.")


def require_same(known: Job, question: Question) -> None:
    """Refuse a key that was given to something else; the day on which it is asked may differ.

    Raises:
        KeyTaken: the key belongs to another question.
    """
    asked = known.question
    if {**dict(asked), "asked_on": None} != {**dict(question), "asked_on": None}:
        raise KeyTaken(
            f"The key {known.id!r} belongs to another question ({asked.text[:80]!r}). "
            "Give each question a key of its own."
        )


SAID: Final = 500
"""Characters of a failure that are told."""


def packed(made: Page | Insufficient) -> dict[str, Any]:
    """A draft as a job stores it."""
    return {"kind": type(made).__name__, "draft": made.model_dump(mode="json")}


def unpacked(stored: dict[str, Any]) -> Page | Insufficient:
    """The draft; a page that does not hold its own rules cannot come back."""
    kind: type[Page | Insufficient] = Page if stored["kind"] == Page.__name__ else Insufficient
    return kind.model_validate(stored["draft"])


def told(name: str, message: str) -> str:
    """A failure in one line."""
    return f"{name}: {' '.join(message.split())}"[:SAID]


def shown(url: str) -> str:
    """An address without its password."""
    return re.sub(r"//([^:/@]*):[^@]*@", r"//\1@", url)


def reason_of(fault: Exception) -> str:
    """The first line of what a database says of a fault; its form where it says nothing."""
    said = str(getattr(fault, "orig", None) or fault).strip().splitlines()
    return said[0] if said else repr(fault)


def unavailable(where: str, fault: Exception) -> JobsUnavailable:
    """What a database could not do, in words that say what to do next."""
    return JobsUnavailable(
        f"The draft jobs at {where} cannot be read or written ({reason_of(fault)}). "
        "Check VERDICT_DATABASE_URL, the server, the rights and the free space."
    )

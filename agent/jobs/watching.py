"""Watching the web on a schedule: each slot is one job, done once, whichever worker has it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from dbos import WorkflowStatus, error

from agent.jobs.durable import STATES, DurableJobs
from agent.jobs.port import JobError, State, told
from agent.types import Value
from retrieval import WebReport

SCHEDULE: Final = "watch"
"""Name of the one schedule that there is."""
RUN: Final = "watch"
"""Name of the workflow."""
QUEUE: Final = "watches"
"""One pass at a time, over all workers; those that have no vetting list do not listen to it."""
POLL_SECONDS: Final = 1.0
FIELDS: Final = 5
TOLD: Final = 5
"""Failures that a pass keeps word for word."""

Alive = Callable[[], None]
"""Called before each page; raises to end a pass whose worker stops."""
Watching = Callable[[Alive], WebReport]
"""Makes one pass, see `retrieval.watch`."""


class NoSchedule(JobError):
    """What was typed is no schedule."""


class Pass(Value):
    """What one pass over the feeds and pages came to."""

    began: datetime
    """In UTC."""
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    refused: int = 0
    failed: int = 0
    notices: int = 0
    waiting: int = 0
    """Addresses left to the next pass."""
    reasons: tuple[str, ...] = ()
    """Why the first that failed or were refused did not come."""
    left_out: str = ""
    """Why no pass was made in this slot."""

    @classmethod
    def of(cls, report: WebReport, began: datetime) -> "Pass":
        """Counts of a report, which may name thousands."""
        names = ("added", "changed", "unchanged", "gone", "refused", "failed", "notices")
        whys = [one.reason for one in (*report.failed, *report.refused)][:TOLD]
        counts: dict[str, Any] = {name: len(getattr(report, name)) for name in names}
        return cls(began=began, waiting=report.waiting, reasons=tuple(whys), **counts)

    @property
    def summary(self) -> str:
        """In a line."""
        if self.left_out:
            return f"left out: {self.left_out}"
        names = ("added", "changed", "unchanged", "gone", "notices", "refused", "failed", "waiting")
        counts = [f"{n} {name}" for name in names if (n := getattr(self, name))]
        return ", ".join(counts) or "nothing new"


class PassJob(Value):
    """One slot of the schedule."""

    id: str
    slot: datetime
    """When it was due, in UTC."""
    state: State
    made: Pass | None = None
    """What came of it, where it is done."""
    error: str = ""


class WatchSchedule:
    """When the web is watched, and what came of it; kept with the jobs.

    Args:
        jobs: where it is kept; `agent.jobs.worker.Worker` makes the passes.
    """

    def __init__(self, jobs: DurableJobs) -> None:
        self.jobs = jobs

    def set(self, crontab: str) -> None:
        """Have a pass made at these times (UTC) from now on, as in `*/30 * * * *`.

        Raises:
            NoSchedule: it is none.
        """
        if len(crontab.split()) != FIELDS:
            raise NoSchedule(_explain(crontab))
        with self.jobs.asking() as client:
            self.serve()  # a slot may be due before the first worker starts
            try:
                client.apply_schedules(
                    [
                        {
                            "schedule_name": SCHEDULE,
                            "workflow_name": RUN,
                            "schedule": crontab,
                            "context": None,
                            "queue_name": QUEUE,
                        }
                    ]
                )
            except error.DBOSException as refusal:
                raise NoSchedule(_explain(crontab)) from refusal

    def get(self) -> str | None:
        """The times, as a crontab has them; None where there is no schedule."""
        with self.jobs.asking() as client:
            found = client.get_schedule(SCHEDULE)
        return None if found is None else found["schedule"]

    def clear(self) -> None:
        """End the schedule; a pass that is being made is finished, what waits is cancelled."""
        with self.jobs.asking() as client:
            client.delete_schedule(SCHEDULE)
            for waiting in client.list_workflows(name=RUN, status="ENQUEUED", load_output=False):
                client.cancel_workflow(waiting.workflow_id)

    def recent(self, limit: int = 20) -> list[PassJob]:
        """The slots that came last, newest first."""
        with self.jobs.asking() as client:
            found = client.list_workflows(name=RUN, sort_desc=True, limit=limit)
        return [_pass_job(status) for status in found]

    def serve(self) -> None:
        """Open the queue."""
        with self.jobs.asking() as client:
            client.register_queue(
                QUEUE,
                global_concurrency=1,
                worker_concurrency=1,
                polling_interval_sec=POLL_SECONDS,
                on_conflict="always_update",
            )

    def later_pass(self, slot: datetime) -> datetime | None:
        """When a pass began at or after a slot and was made: what the slot wanted is done."""
        began = [job.made.began for job in self.recent() if job.made and not job.made.left_out]
        return next((at for at in began if at >= slot), None)


def slot_of(scheduled: object) -> datetime:
    """The slot that a run of the schedule is given, as the database keeps it."""
    at = scheduled if isinstance(scheduled, datetime) else datetime.fromisoformat(str(scheduled))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _pass_job(status: WorkflowStatus) -> PassJob:
    assert status.input is not None  # noqa: S101  (asked for with every status)
    state = STATES[status.status]
    failure = ""
    if state is State.FAILED:
        kind = getattr(status.error, "name", type(status.error).__name__)
        failure = told(kind, str(status.error or "its worker died again and again"))
    return PassJob(
        id=status.workflow_id,
        slot=slot_of(status.input["args"][0]),
        state=state,
        made=Pass.model_validate(status.output) if status.output else None,
        error=failure,
    )


def _explain(crontab: str) -> str:
    return (
        f"{crontab!r} is no schedule. Write the five fields of a crontab, in UTC: "
        "'*/30 * * * *' is every half hour, '0 6 * * *' every morning at six."
    )

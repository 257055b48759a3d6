"""`verdict batch`: many claims drafted through the job queue; what was begun is gone on with."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256
from itertools import count
from pathlib import Path
from time import sleep
from typing import Final

from agent import bootstrap
from agent.faces.batch_results import Folder, Result
from agent.faces.batch_rows import Row, read_rows
from agent.faces.commands import configured, shelf
from agent.faces.failures import Exit
from agent.faces.terminal import bar, deliver, say
from agent.jobs.port import Job, Jobs, QueueFull, State, UnknownJob

AT_ONCE: Final = 20
"""Jobs of one batch that wait or run at a time, so that others in the queue have their turn."""
PAUSE_SECONDS: Final = 1.0
"""Before the next look at a queue that others have filled."""


def batch(file: Path, out: Path, as_of: date | None, at: Path | None, workers: int | None) -> Exit:
    """`verdict batch`."""
    rows = read_rows(file, as_of)
    folder = Folder(out)
    results = {row.id: found for row in rows if (found := folder.result(row))}
    left = [row for row in rows if row.id not in results]
    if results:
        say(f"{len(results)} of {len(rows)} are drafted already.")
    try:
        if left:
            _draft(left, folder, results, at, workers)
    except KeyboardInterrupt:
        say(f"{len(results)} of {len(rows)} are drafted. The same command goes on from here.")
        raise
    ordered = [results[row.id] for row in rows]
    folder.summarise(ordered)
    deliver("\n".join(_told(ordered, out)))
    return Exit.JOBS if any(r.outcome == "failed" for r in ordered) else Exit.OK


def _draft(
    left: Sequence[Row],
    folder: Folder,
    results: dict[str, Result],
    at: Path | None,
    workers: int | None,
) -> None:
    total = len(results) + len(left)
    with (
        shelf(at) as library,
        bootstrap.open_jobs(configured(), library, workers) as jobs,
        bar("Drafting") as step,
    ):
        step(len(results), total, "")
        for row, job in drafted(left, jobs, folder.batch):
            results[row.id] = folder.keep(row, job)
            step(len(results), total, row.id)


def drafted(
    rows: Sequence[Row], jobs: Jobs, name: str, pause: float = PAUSE_SECONDS
) -> Iterator[tuple[Row, Job]]:
    """Each row with its job once that is over, in order, while further ones are submitted."""
    waiting, ahead = deque(rows), deque[tuple[Row, str]]()
    while waiting or ahead:
        try:
            while waiting and len(ahead) < AT_ONCE:
                ahead.append((waiting[0], _submit(waiting[0], jobs, name)))
                waiting.popleft()
        except QueueFull:  # others use the queue too
            if not ahead:
                sleep(pause)
                continue
        row, key = ahead.popleft()
        for _ in jobs.events(key):
            pass
        yield row, jobs.get(key)


def _submit(row: Row, jobs: Jobs, name: str) -> str:
    """Submit a row; where it failed or was cancelled in an earlier run, as a new job."""
    asked = f"{row.question.text}\0{row.question.as_of}"
    base = f"{name}/{row.id}/{sha256(asked.encode()).hexdigest()[:8]}"
    for attempt in count(1):
        key = f"{base}/{attempt}"
        try:
            state = jobs.get(key).state
        except UnknownJob:
            break
        if state not in {State.FAILED, State.CANCELLED}:
            break
    return jobs.submit(row.question, key).id


def _told(results: Sequence[Result], out: Path) -> Iterator[str]:
    counted = Counter(r.outcome for r in results)
    for result in results:
        if result.error:
            yield f"{result.id} failed: {result.error}"
    yield f"{len(results)} claims: {', '.join(f'{n} {what}' for what, n in counted.most_common())}."
    yield f"The drafts and summary.jsonl are in {out}."

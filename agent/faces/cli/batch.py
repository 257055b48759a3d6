"""`verdict batch`: many claims from a file, a draft each, continued where it stopped."""

import json
import re
import uuid
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import count
from pathlib import Path
from time import sleep
from typing import Any, Final, Self

from agent import bootstrap
from agent.faces.exit_codes import BadInput, Exit
from agent.faces.opening import open_library, question_of, read_settings
from agent.faces.terminal import bar, deliver, say, write_whole
from agent.jobs.port import (
    Job,
    Jobs,
    QueueFull,
    State,
    UnknownJob,
)
from agent.render import render
from agent.types import Question

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
OWN: Final = {"batch", "summary"}
"""Files of ours among the results, without their endings."""
SHOWN: Final = 10
"""Bad lines that are told at once."""


@dataclass(frozen=True)
class Row:
    """One claim of the file."""

    id: str
    question: Question


def read_rows(file: Path, as_of: date | None) -> list[Row]:
    """Read `{"id": …, "question" or "claim": …}` lines; blank ones are passed over.

    Raises:
        BadInput: the file cannot be read, holds no claim, or has bad lines, each told by number.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError as error:
        raise BadInput(f"{file} cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not a text file in UTF-8.") from error
    rows: dict[str, tuple[int, Row]] = {}
    faults: list[str] = []
    for number, line in _numbered(lines):
        try:
            row = _row(line, as_of)
            if before := rows.get(row.id.lower()):
                raise BadInput(f'the id "{row.id}" stands in line {before[0]} already')  # noqa: TRY301
            rows[row.id.lower()] = (number, row)
        except BadInput as error:
            faults.append(f"line {number}: {error}")
    if faults:
        more = f" And {len(faults) - SHOWN} more." if len(faults) > SHOWN else ""
        told = "; ".join(fault.rstrip(".") for fault in faults[:SHOWN])
        raise BadInput(f"{file} cannot be used, nothing was drafted: {told}.{more}")
    if not rows:
        raise BadInput(f'{file} holds no claim. Write lines like {{"id": "1", "question": "…"}}.')
    return [row for _, row in rows.values()]


def _numbered(lines: list[str]) -> Iterator[tuple[int, str]]:
    return ((n, line) for n, line in enumerate(lines, 1) if line.strip())


def _row(line: str, as_of: date | None) -> Row:
    try:
        said: Any = json.loads(line)
    except ValueError as error:
        raise BadInput(f"is no JSON ({error})") from error
    if not isinstance(said, dict):
        raise BadInput("is no JSON object")
    name = said.get("id")
    name = str(name) if isinstance(name, int) and not isinstance(name, bool) else name
    if not isinstance(name, str) or not NAME.fullmatch(name) or name.lower() in OWN:
        raise BadInput(
            '"id" has to be a name for a file: up to 100 letters, digits, dots, dashes and '
            'underscores, and not "batch" or "summary"'
        )
    text = said.get("question", said.get("claim"))
    if not isinstance(text, str):
        raise BadInput('"question" (or "claim") is missing or no text')
    return Row(name, question_of(text, as_of))


@dataclass(frozen=True)
class Result:
    """What became of a claim, as a line of `summary.jsonl`."""

    id: str
    question: str
    outcome: str
    """A verdict, "opinion", "prediction", "unclear", "not enough evidence" or "failed"."""
    sentences: int = 0
    thrown_out: int = 0
    error: str = ""

    @classmethod
    def of(cls, row: Row, page: dict[str, Any]) -> Self:
        """Read from a page as JSON."""
        told = page["verdict"] if page["claim_kind"] == "factual" else page["claim_kind"]
        held = [*page["summary"], *(s for part in page["sections"] for s in part["sentences"])]
        return cls(
            id=row.id,
            question=row.question.text,
            outcome="not enough evidence" if page["verdict"] is None else told,
            sentences=len(held),
            thrown_out=len(page["fallen"]),
        )


class Folder:
    """The folder; `batch` names its jobs, so that another folder is another batch.

    Raises:
        BadInput: it cannot be made or written, or is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        mark = path / "batch.json"
        try:
            path.mkdir(parents=True, exist_ok=True)
            if not mark.exists():
                _write(mark, json.dumps({"batch": uuid.uuid4().hex}))
            self.batch = str(json.loads(mark.read_text("utf-8"))["batch"])
        except OSError as error:
            raise BadInput(f"{path} cannot be written: {error.strerror}.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"{mark} is damaged. Name another folder after --out.") from error

    def result(self, row: Row) -> Result | None:
        """What an earlier run kept of this very claim; None where there is nothing whole.

        Raises:
            BadInput: there is an answer to another question under this id.
        """
        path = self._path / f"{row.id}.json"
        try:
            page = json.loads(path.read_text("utf-8"))
            result = Result.of(row, page)
            asked = (page["question"], page["as_of"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None  # the job still has the draft
        if asked != (row.question.text, row.question.as_of and row.question.as_of.isoformat()):
            raise BadInput(
                f"{path} answers another question ({asked[0]!r}, as of {asked[1] or 'its day'}). "
                "Name another folder after --out, or delete that file."
            )
        return result

    def keep(self, row: Row, job: Job) -> Result:
        """Write a draft as text and as JSON, which comes last: with it the claim is done."""
        if job.made is None:
            error = job.error or "The job was cancelled."
            return Result(row.id, row.question.text, "failed", error=error)
        text = render(job.made, "json")
        _write(self._path / f"{row.id}.txt", render(job.made, "text"))
        _write(self._path / f"{row.id}.json", text)
        return Result.of(row, json.loads(text))

    def summarise(self, results: Sequence[Result]) -> None:
        """Write a line for each claim, in order."""
        lines = [json.dumps(vars(r), ensure_ascii=False) for r in results]
        _write(self._path / "summary.jsonl", "".join(f"{line}\n" for line in lines))


def _write(path: Path, text: str) -> None:
    """Whole or not at all, whenever the process dies.

    Raises:
        BadInput: it cannot be written.
    """
    try:
        write_whole(text.encode(), path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from error


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
        open_library(at) as library,
        bootstrap.open_jobs(read_settings(), library, workers) as jobs,
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

"""The folder of a batch: what is done already, what is kept of each claim, and the summary."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from agent.faces.batch_rows import Row
from agent.faces.failures import BadInput
from agent.faces.terminal import write_whole
from agent.jobs.port import Job
from agent.render import render


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

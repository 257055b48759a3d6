"""One folder is one run: what was asked, what was answered, what it comes to."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from agent.types import Value
from evals.case import CASE, Case
from evals.errors import RunStopped, RunUnusable
from evals.journal import Journal
from evals.loaders.rows import jsonl, text
from evals.outcome import Outcome
from evals.scoring.types import Scores

MANIFEST: Final = "run.json"
CASES: Final = "cases.jsonl"
RESULTS: Final = "results.jsonl"
JUDGEMENTS: Final = "judgements.jsonl"
LABELS: Final = "labels.jsonl"
SUMMARY: Final = "summary.json"
REPORT: Final = "report.html"


class Manifest(Value):
    """What a run was made from."""

    suite: str
    system: str
    fingerprint: str
    seed: int
    cases: int
    grader: str
    """Name of the second grader; `none` where there was none."""
    started: str
    """UTC, ISO form."""
    version: str
    cores: int
    workers: int


class Summary(Value):
    """What a run came to: `summary.json`."""

    run: Manifest
    scores: Scores


class Archive:
    """The files of one run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def begin(cls, folder: Path, *, resume: bool) -> Self:
        """Take a folder for a run.

        Raises:
            RunUnusable: it holds a run already and `resume` is false.
            RunStopped: it cannot be made.
        """
        if (folder / RESULTS).exists() and not resume:
            raise RunUnusable(
                f"{folder} holds a run already.",
                "Give --resume to go on with it, or another --out.",
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunStopped(f"{folder} cannot be made: {error.strerror}.", "Check it.") from error
        return cls(folder)

    @classmethod
    def opened(cls, folder: Path) -> Self:
        """A finished run.

        Raises:
            RunUnusable: there is none in `folder`.
        """
        if not (folder / SUMMARY).is_file():
            raise RunUnusable(
                f"There is no finished run in {folder}.",
                "Give the folder that `verdict-eval run --out` wrote.",
            )
        return cls(folder)

    def results(self) -> Journal:
        return Journal(self.folder / RESULTS)

    def judgements(self) -> Journal:
        return Journal(self.folder / JUDGEMENTS)

    def write(self, name: str, content: str) -> Path:
        """Write a file whole or not at all.

        Raises:
            RunStopped: the disk is full or the folder cannot be written.
        """
        path = self.folder / name
        try:
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", dir=self.folder, delete=False
            ) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(path)
        except OSError as error:
            raise RunStopped(
                f"{path} cannot be written: {error.strerror}.",
                "Free space, then run the same command with --resume.",
            ) from error
        return path

    def keep_cases(self, cases: Sequence[Case]) -> None:
        self.write(CASES, "".join(f"{case.model_dump_json()}\n" for case in cases))

    def summary(self) -> Summary:
        """The figures.

        Raises:
            RunUnusable: they were written by another version.
        """
        try:
            return Summary.model_validate_json(text(self.folder / SUMMARY))
        except ValueError as error:
            raise RunUnusable(
                f"{self.folder / SUMMARY} cannot be read ({str(error).splitlines()[0]}).",
                "Make it again with `verdict-eval run … --resume`.",
            ) from error

    def answered(self, run: Manifest) -> list[tuple[Case, Outcome]]:
        """The cases of a run with their outcomes; what another system answered is passed over."""
        cases = [CASE.validate_python(row.fields) for row in jsonl(self.folder / CASES)]
        keys = {key(case, run.system, run.fingerprint): case for case in cases}
        found = {
            row.fields["key"]: Outcome.model_validate(row.fields["outcome"])
            for row in jsonl(self.folder / RESULTS)
            if row.fields["key"] in keys
        }
        return [(case, found[name]) for name, case in keys.items() if name in found]


def key(case: Case, system: str, fingerprint: str) -> str:
    """What a result is kept by: the case as it stands, the system and all that it depends on."""
    parts = [case.model_dump_json(), system, fingerprint]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]

"""One folder is one run: what was asked, what was answered, what it comes to.

Rows are appended to journals, which survive a crash: what was written counts, once.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from agent.types import Value
from evals.case import CASE, Case
from evals.console import write_whole
from evals.errors import RunStopped, RunUnusable
from evals.loaders.rows import read_jsonl, read_text
from evals.outcome import Outcome
from evals.scoring.types import Scores

Json = dict[str, Any]
MANIFEST: Final = "run.json"
CASES: Final = "cases.jsonl"
RESULTS: Final = "results.jsonl"
JUDGEMENTS: Final = "judgements.jsonl"
LABELS: Final = "labels.jsonl"
SUMMARY: Final = "summary.json"
REPORT: Final = "report.html"


class Journal:
    """Rows of one file, on the disk when `append` returns. One process at a time may write."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it; half a line at its end is cut off, to be written again.

        Raises:
            RunUnusable: another process writes it, or a line in its midst is no JSON.
            RunStopped: it cannot be made.
        """
        self._path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise _stop_error(path, error) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise RunUnusable(
                f"Another process is writing {path}.", "Wait for it, or give another --out."
            ) from None
        self.rows = self._read()

    def append(self, rows: Iterable[Json]) -> None:
        """Write rows and wait until the disk has them.

        Raises:
            RunStopped: the disk is full or failed; the rows before these are kept.
        """
        new = list(rows)
        data = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in new).encode()
        try:
            while data:
                data = data[os.write(self._file, data) :]
            os.fsync(self._file)
        except OSError as error:
            raise _stop_error(self._path, error) from error
        self.rows += new

    def close(self) -> None:
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self) -> list[Json]:
        data = self._path.read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            os.ftruncate(self._file, whole)
        os.lseek(self._file, whole, os.SEEK_SET)
        rows = []
        for number, line in enumerate(data[:whole].splitlines(), start=1):
            try:
                rows.append(json.loads(line))
            except ValueError as error:
                os.close(self._file)
                raise RunUnusable(
                    f"{self._path}, line {number} is no JSON ({error}).",
                    "Remove the line, or give another --out.",
                ) from None
        return rows


def _stop_error(path: Path, error: OSError) -> RunStopped:
    return RunStopped(
        f"{path} cannot be written: {error.strerror}.",
        "Free space or mend the disk, then run the same command with --resume.",
    )


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
    def open_finished(cls, folder: Path) -> Self:
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
            write_whole(content, path)
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
            return Summary.model_validate_json(read_text(self.folder / SUMMARY))
        except ValueError as error:
            raise RunUnusable(
                f"{self.folder / SUMMARY} cannot be read ({str(error).splitlines()[0]}).",
                "Make it again with `verdict-eval run … --resume`.",
            ) from error

    def read_outcomes(self, run: Manifest) -> list[tuple[Case, Outcome]]:
        """The cases of a run with their outcomes; what another system answered is passed over."""
        cases = [CASE.validate_python(row.fields) for row in read_jsonl(self.folder / CASES)]
        keys = {result_key(case, run.system, run.fingerprint): case for case in cases}
        found = {
            row.fields["key"]: Outcome.model_validate(row.fields["outcome"])
            for row in read_jsonl(self.folder / RESULTS)
            if row.fields["key"] in keys
        }
        return [(case, found[name]) for name, case in keys.items() if name in found]


def result_key(case: Case, system: str, fingerprint: str) -> str:
    """What a result is kept by: the case as it stands, the system and all that it depends on."""
    parts = [case.model_dump_json(), system, fingerprint]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]

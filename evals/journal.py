"""An append-only file of JSON lines that survives a crash: what was written counts, once."""

import fcntl
import json
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from evals.errors import RunStopped, RunUnusable

Json = dict[str, Any]


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
            raise _stopped(path, error) from error
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
            raise _stopped(self._path, error) from error
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


def _stopped(path: Path, error: OSError) -> RunStopped:
    return RunStopped(
        f"{path} cannot be written: {error.strerror}.",
        "Free space or mend the disk, then run the same command with --resume.",
    )

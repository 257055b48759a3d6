"""Locks between processes: a file held by `flock`, which the kernel frees when its holder dies."""

import errno
import fcntl
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from retrieval.errors import LibraryBusy

POLL_SECONDS = 0.05


class Lock(Protocol):
    """Held by one at a time, until it is released or its holder dies."""

    def __enter__(self) -> object:
        """Take it, waiting as long as it was told to. Raises `LibraryBusy`."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None: ...


class FileLock:
    """An exclusive lock on `path`; its text says who holds it (pid, since when, doing what).

    Two locks on one path exclude each other within a process too. Not re-entrant.
    """

    def __init__(self, path: Path, doing: str, wait_seconds: float = 0.0) -> None:
        self._path, self._doing, self._wait = path, doing, wait_seconds
        self._file: int | None = None

    @property
    def is_held(self) -> bool:
        return self._file is not None

    def try_acquire(self) -> bool:
        """Take the lock if it is free; never waits."""
        if self.is_held:
            return False
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        except BaseException:
            os.close(file)
            raise
        self._file = file
        self._sign(file)
        return True

    def _sign(self, file: int) -> None:
        """Say who holds it; the lock holds on a full disk too, where nobody can sign."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        words = json.dumps({"pid": os.getpid(), "since": now, "doing": self._doing})
        os.ftruncate(file, 0)
        try:
            os.write(file, words.encode())
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise

    def acquire(self) -> None:
        """Take the lock, waiting at most `wait_seconds`.

        Raises:
            LibraryBusy: it was not free in time; the message names its holder.
        """
        deadline = time.monotonic() + self._wait
        while not self.try_acquire():
            if time.monotonic() >= deadline:
                raise LibraryBusy(
                    f"The library is in use: {self.holder()}.",
                    "Wait until that has finished, or end it, then try again.",
                )
            time.sleep(POLL_SECONDS)

    def release(self) -> None:
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None

    def holder(self) -> str:
        """Who holds the lock, in words, as in "pid 17, adding sources since 2026-01-27T10:00"."""
        try:
            holder = json.loads(self._path.read_text("utf-8"))
            return f"pid {holder['pid']}, {holder['doing']} since {holder['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"  # it took the lock this instant and has not signed yet

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *error: object) -> None:
        self.release()

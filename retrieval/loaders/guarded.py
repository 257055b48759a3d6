"""Loading with bounds: what one file does, no other file feels.

A short text is loaded here. What a library has to take apart, and what is large, is loaded in
another process, which is started at the first such file, kept for the next ones, and started anew
where a file has ended it.
"""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from types import TracebackType
from typing import IO, Self

from retrieval.errors import SourceUnreadable
from retrieval.loaders.bounds import PATIENCE, Bounds, crashed, too_long, unreadable
from retrieval.loaders.document import Document, Raw
from retrieval.loaders.worker import LENGTH, READY, Answer, Job, named

PLAIN = frozenset({".jsonl", ".markdown", ".md", ".txt"})
"""Formats that are read by code of our own, in time that grows with their size."""
_CHILD = (
    "import sys; sys.path[:] = sys.argv[2:];"
    " from retrieval.loaders import worker; worker.main(sys.argv[1])"
)


_LAST = 4_096
"""Bytes of what a process said that are looked at for its last word."""


class Reader:
    """Loads files, one at a time; to be closed. Not safe to use from several threads."""

    def __init__(
        self, bounds: Bounds | None = None, loading: str = "retrieval.loaders:load"
    ) -> None:
        """Load within `bounds` by the function `loading`, written `module:function`."""
        self._bounds, self._loading = bounds or Bounds(), loading
        self._child: _Child | None = None

    def load(self, raw: Raw) -> tuple[Document, ...]:
        """Make documents of a file.

        Raises:
            LibraryError: it cannot be read, for whatever reason, or not within the bounds.
        """
        size = len(raw.data) + len(raw.beside or b"")
        if raw.path.suffix.lower() not in PLAIN or size > self._bounds.here:
            return self._elsewhere(raw)
        try:
            return named(self._loading)(raw)
        # The boundary: whatever a loader raises is told of this one file; the others are read.
        except Exception as error:
            raise unreadable(raw.path, error) from error

    def close(self) -> None:
        """End the other process, if there is one."""
        if self._child is not None:
            self._child.end()
        self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _elsewhere(self, raw: Raw) -> tuple[Document, ...]:
        seconds = self._bounds.seconds_for(raw.path)
        job = Job(raw=raw, seconds=seconds, memory=self._bounds.memory_for(raw))
        if self._child is not None and self._child.has_ended():
            self.close()
        try:
            self._child = self._child or _Child(self._loading)
            answer = self._child.answer(job)
        except OSError as error:  # it cannot be started
            raise unreadable(raw.path, error) from error
        except SourceUnreadable:
            self.close()
            raise
        if answer.spent:
            self.close()
        if answer.refused:
            raise SourceUnreadable(*answer.refused)
        return answer.documents


class _Child:
    """The other process."""

    def __init__(self, loading: str) -> None:
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-c", _CHILD, loading, *sys.path],
                stdin=pipe,
                stdout=pipe,
                stderr=self._said,
            )
        except OSError:
            self._said.close()
            raise
        self._is_ready = False

    def answer(self, job: Job) -> Answer:
        """Hand a job over and wait for the answer.

        Raises:
            SourceUnreadable: it took too long, or the process ended. It is of no more use then.
        """
        overdue = threading.Event()
        self._wait_until_ready()
        if self._is_ready:
            self._said.seek(0)  # what was said of earlier files is not this one's
            self._said.truncate()

        def stop() -> None:
            overdue.set()
            self._process.kill()

        timer = threading.Timer(PATIENCE * job.seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            data = self._exchanged(pickle.dumps(job))
        finally:
            timer.cancel()
            timer.join()
        if data is not None:
            answer = Answer.model_validate_json(data)
            return answer.model_copy(update={"spent": answer.spent or overdue.is_set()})
        status = self._process.wait()
        out_of_time = hasattr(signal, "SIGPROF") and status == -signal.SIGPROF
        if overdue.is_set() or out_of_time:
            raise too_long(job.raw.path, job.seconds)
        raise crashed(job.raw.path, self._last_word(status))

    def has_ended(self) -> bool:
        """Whether the process is gone, for example ended by the system between two files."""
        return self._process.poll() is not None

    def end(self) -> None:
        self._process.kill()
        with contextlib.suppress(OSError):  # what was not handed over is of no use any more
            self._process.__exit__(None, None, None)
        self._said.close()

    def _wait_until_ready(self) -> None:
        """Let it start in its own time. Where it ends instead, the first answer is missing."""
        if not self._is_ready and self._process.stdout:
            self._is_ready = self._process.stdout.read(len(READY)) == READY

    def _exchanged(self, job: bytes) -> bytes | None:
        """Send a job; return what came back, None where the process ended before."""
        into, out = self._process.stdin, self._process.stdout
        if into is None or out is None:
            return None
        try:
            into.write(job)
            into.flush()
        except OSError:
            return None
        length = int.from_bytes(out.read(LENGTH), "big")
        data = out.read(length)
        return data if length and len(data) == length else None

    def _last_word(self, status: int) -> str:
        self._said.seek(max(0, self._said.seek(0, os.SEEK_END) - _LAST))
        lines = self._said.read().decode("utf-8", "replace").split("\n")
        last = next((line.strip()[:120] for line in reversed(lines) if line.strip()), "")
        ended = f"signal {-status}" if status < 0 else f"exit status {status}"
        return f"{ended}: {last}" if last else ended

"""Loading within limits: what one file does, no other file feels.

A short text is loaded in this process. What a library has to take apart, and what is large, is
loaded in another process: it is started at the first such file, kept for the next ones, and started
anew where a file has ended it. Both sides are here: `FileLoader` sends a `Job` and gets an
`Answer`; `main` is the program of the other process.
"""

import contextlib
import logging
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import IO, BinaryIO, Self

from pydantic import BaseModel

from retrieval.errors import LibraryError, SourceUnreadable
from retrieval.loaders import Loader
from retrieval.loaders.document import Document, RawFile
from retrieval.loaders.normalise import one_line

if sys.platform != "win32":
    import resource

LONG = frozenset({".jsonl", ".pdf"})
"""Formats of which an honest file may take long: 200 MB of lines, 2,000 pages."""
OTHERWISE = "Split it, or convert it to plain text (.txt), and add that."
PLAIN = frozenset({".jsonl", ".markdown", ".md", ".txt"})
"""Formats that are read by code of our own, in time that grows with their size."""
PATIENCE = 4
"""Seconds by the clock that a file may take for each second of processor time it may take."""
PER_BYTE = 8
"""Bytes of memory that a file may take for each of its own."""
READY = b"."
"""Written once, when there is nothing left to import but what a format needs."""
LENGTH = 8
"""Bytes before an answer that say how long it is."""
_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[2:];"
    " from retrieval.loaders import isolation; isolation.main(sys.argv[1])"
)
_LAST = 4_096
"""Bytes of what a process said that are looked at for its last word."""


class Limits(BaseModel, frozen=True, extra="forbid"):
    """What reading one file may take."""

    seconds: float = 30
    """Of processor time, where the system can bound that; and `PATIENCE` times as many by the
    clock, everywhere."""
    seconds_of_long: float = 120
    """The same for the formats in `LONG`."""
    memory: int = 1_000_000_000
    """Bytes, and `PER_BYTE` more for every byte of the file. Bounded on Linux."""
    inline_bytes: int = 64_000
    """Bytes. Text of at most this size is read in this process: it cannot take long."""

    def seconds_for(self, path: Path) -> float:
        """Processor time for a file, in seconds."""
        return self.seconds_of_long if path.suffix.lower() in LONG else self.seconds

    def memory_for(self, raw: RawFile) -> int:
        """Memory for a file, in bytes."""
        return self.memory + PER_BYTE * len(raw.data)


class Job(BaseModel, frozen=True, extra="forbid"):
    """One file to load, and what it may take: processor time in seconds, memory in bytes."""

    raw: RawFile
    seconds: float
    memory: int


class Answer(BaseModel, frozen=True, extra="forbid"):
    """What became of a file: its documents, or why there are none."""

    documents: tuple[Document, ...] = ()
    refused: tuple[str, str] | None = None
    """What happened, and the advice."""
    spent: bool = False
    """Memory ran out: what comes next needs a fresh process."""


class FileLoader:
    """Loads files, one at a time; to be closed. Not safe to use from several threads."""

    def __init__(
        self, limits: Limits | None = None, loading: str = "retrieval.loaders:load"
    ) -> None:
        """Load within `limits` by the function `loading`, written `module:function`."""
        self._limits, self._loading = limits or Limits(), loading
        self._other: _LoaderProcess | None = None

    def load(self, raw: RawFile) -> tuple[Document, ...]:
        """Make documents of a file.

        Raises:
            LibraryError: it cannot be read, for whatever reason, or not within the limits.
        """
        size = len(raw.data) + len(raw.sidecar or b"")
        if raw.path.suffix.lower() not in PLAIN or size > self._limits.inline_bytes:
            return self._load_elsewhere(raw)
        try:
            return import_loader(self._loading)(raw)
        # The boundary: whatever a loader raises is told of this one file; the others are read.
        except Exception as error:
            raise explain_failure(raw.path, error) from error

    def close(self) -> None:
        """End the other process, if there is one."""
        if self._other is not None:
            self._other.end()
        self._other = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _load_elsewhere(self, raw: RawFile) -> tuple[Document, ...]:
        seconds = self._limits.seconds_for(raw.path)
        job = Job(raw=raw, seconds=seconds, memory=self._limits.memory_for(raw))
        if self._other is not None and self._other.has_ended():
            self.close()
        try:
            self._other = self._other or _LoaderProcess(self._loading)
            answer = self._other.answer(job)
        except OSError as error:  # it cannot be started
            raise explain_failure(raw.path, error) from error
        except SourceUnreadable:
            self.close()
            raise
        if answer.spent:
            self.close()
        if answer.refused:
            raise SourceUnreadable(*answer.refused)
        return answer.documents


class _LoaderProcess:
    """The other process."""

    def __init__(self, loading: str) -> None:
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-c", _PROGRAM, loading, *sys.path],
                stdin=pipe,
                stdout=pipe,
                stderr=self._stderr,
            )
        except OSError:
            self._stderr.close()
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
            self._stderr.seek(0)  # what was said of earlier files is not this one's
            self._stderr.truncate()

        def stop() -> None:
            overdue.set()
            self._process.kill()

        timer = threading.Timer(PATIENCE * job.seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            data = self._exchange(pickle.dumps(job))
        finally:
            timer.cancel()
            timer.join()
        if data is not None:
            answer = Answer.model_validate_json(data)
            spent = answer.spent or overdue.is_set()
            return Answer(documents=answer.documents, refused=answer.refused, spent=spent)
        status = self._process.wait()
        out_of_time = hasattr(signal, "SIGPROF") and status == -signal.SIGPROF
        if overdue.is_set() or out_of_time:
            raise _explain_timeout(job.raw.path, job.seconds)
        raise _explain_crash(job.raw.path, self._last_word(status))

    def has_ended(self) -> bool:
        """Whether the process is gone, for example ended by the system between two files."""
        return self._process.poll() is not None

    def end(self) -> None:
        self._process.kill()
        with contextlib.suppress(OSError):  # what was not handed over is of no use any more
            self._process.__exit__(None, None, None)
        self._stderr.close()

    def _wait_until_ready(self) -> None:
        """Let it start in its own time. Where it ends instead, the first answer is missing."""
        if not self._is_ready and self._process.stdout:
            self._is_ready = self._process.stdout.read(len(READY)) == READY

    def _exchange(self, job: bytes) -> bytes | None:
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
        self._stderr.seek(max(0, self._stderr.seek(0, os.SEEK_END) - _LAST))
        lines = self._stderr.read().decode("utf-8", "replace").split("\n")
        last = next((line.strip()[:120] for line in reversed(lines) if line.strip()), "")
        ended = f"signal {-status}" if status < 0 else f"exit status {status}"
        return f"{ended}: {last}" if last else ended


def explain_failure(path: Path, error: Exception) -> LibraryError:
    """Say in words what a loader raised that is not in words already."""
    if isinstance(error, LibraryError):
        return error
    if isinstance(error, RecursionError):
        return SourceUnreadable(
            f"{path}: it is nested too deeply to be read.", "Write it flat and add it again."
        )
    if isinstance(error, MemoryError):
        return SourceUnreadable(f"{path} takes more memory than a file may.", OTHERWISE)
    detail = one_line(str(error))[:120]
    return SourceUnreadable(
        f"{path} could not be read ({type(error).__name__}{detail and ': '}{detail}).",
        "Check that it opens elsewhere; convert it to plain text (.txt) and add that.",
    )


def _explain_timeout(path: Path, seconds: float) -> SourceUnreadable:
    """A file that took more than `seconds` of processor time."""
    return SourceUnreadable(
        f"{path} could not be read in {seconds:g} seconds of processor time.", OTHERWISE
    )


def _explain_crash(path: Path, how: str) -> SourceUnreadable:
    """A file at which the process that reads files ended; `how` is its last word."""
    return SourceUnreadable(
        f"{path} could not be read: the process that reads files ended at it ({how}).", OTHERWISE
    )


def main(loading: str) -> None:
    """Answer jobs from standard input, one after the other, until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started this process
    logging.disable(logging.CRITICAL)  # refusals say it in our words
    out = _take_over_output()
    jobs, load = sys.stdin.buffer, import_loader(loading)
    out.write(READY)
    out.flush()
    while True:
        try:
            job: Job = pickle.load(jobs)  # noqa: S301 - written by the process that started this
        except EOFError:
            return
        data = _run_job(job, load)
        out.write(len(data).to_bytes(LENGTH, "big") + data)
        out.flush()


def _take_over_output() -> BinaryIO:
    """Keep standard output for answers; what a library prints goes to standard error."""
    sys.stdout.flush()
    own = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(own, "wb")


def _run_job(job: Job, load: Loader) -> bytes:
    """An `Answer` as JSON."""
    try:
        with _apply_limits(job):
            return _to_json(Answer(documents=load(job.raw)))
    # The boundary: whatever a loader or the library under it raises is told of this one file.
    except Exception as error:  # noqa: BLE001
        reason = explain_failure(job.raw.path, error)
        refused = (str(reason.args[0]), reason.advice)
        return _to_json(Answer(refused=refused, spent=isinstance(error, MemoryError)))


def _to_json(answer: Answer) -> bytes:
    return answer.model_dump_json(exclude_unset=True).encode()


@contextlib.contextmanager
def _apply_limits(job: Job) -> Iterator[None]:
    """End this process at the end of the time; let the memory run out at the end of the memory."""
    if sys.platform == "win32":
        yield
        return
    _, hard = before = resource.getrlimit(resource.RLIMIT_DATA)
    most = job.memory if hard == resource.RLIM_INFINITY else min(job.memory, hard)
    with contextlib.suppress(ValueError, OSError):  # a system without that bound
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, job.seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, before)


def import_loader(loading: str) -> Loader:
    """The function behind `module:function`."""
    module, function = loading.split(":")
    loader: Loader = getattr(import_module(module), function)
    return loader

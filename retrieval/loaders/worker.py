"""The program of the process that files are loaded in; see `retrieval.loaders.guarded`."""

import contextlib
import logging
import os
import pickle
import signal
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import BinaryIO

from pydantic import BaseModel

from retrieval.errors import LibraryError
from retrieval.loaders import Loader
from retrieval.loaders.bounds import unreadable
from retrieval.loaders.document import Document, Raw

if sys.platform != "win32":
    import resource

READY = b"."
"""Written once, when there is nothing left to import but what a format needs."""
LENGTH = 8
"""Bytes before an answer that say how long it is."""


class Job(BaseModel, frozen=True, extra="forbid"):
    """One file to load, and what it may take: processor time in seconds, memory in bytes."""

    raw: Raw
    seconds: float
    memory: int


class Answer(BaseModel, frozen=True, extra="forbid"):
    """What became of a file: its documents, or why there are none."""

    documents: tuple[Document, ...] = ()
    refused: tuple[str, str] | None = None
    """What happened, and the advice."""
    spent: bool = False
    """Memory ran out: what comes next needs a fresh process."""


def named(loading: str) -> Loader:
    """The function behind `module:function`."""
    module, function = loading.split(":")
    loader: Loader = getattr(import_module(module), function)
    return loader


def main(loading: str) -> None:
    """Answer jobs from standard input, one after the other, until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started this process
    logging.disable(logging.CRITICAL)  # refusals say it in our words
    out = _own_output()
    jobs, load = sys.stdin.buffer, named(loading)
    out.write(READY)
    out.flush()
    while True:
        try:
            job: Job = pickle.load(jobs)  # noqa: S301 - written by the process that started this
        except EOFError:
            return
        data = _answer(job, load)
        out.write(len(data).to_bytes(LENGTH, "big") + data)
        out.flush()


def _own_output() -> BinaryIO:
    """Keep standard output for answers; what a library prints goes to standard error."""
    sys.stdout.flush()
    own = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(own, "wb")


def _answer(job: Job, load: Loader) -> bytes:
    """An `Answer` as JSON."""
    try:
        with _bounded(job):
            return _written(Answer(documents=load(job.raw)))
    # The boundary: whatever a loader or the library under it raises is told of this one file.
    except Exception as error:  # noqa: BLE001
        spent, told = isinstance(error, MemoryError), unreadable(job.raw.path, error)
    return _written(_refused(told, spent=spent))


def _written(answer: Answer) -> bytes:
    return answer.model_dump_json(exclude_unset=True).encode()


def _refused(told: LibraryError, *, spent: bool) -> Answer:
    return Answer(refused=(str(told.args[0]), told.advice), spent=spent)


@contextlib.contextmanager
def _bounded(job: Job) -> Iterator[None]:
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

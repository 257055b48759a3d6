"""Cases answered in several processes; one that is killed takes nothing with it.

Each worker has a pipe of its own. Queues that processes share have locks, and a worker that is
killed while it holds one leaves the others waiting for ever.
"""

import os
import traceback
from collections.abc import Iterator, Sequence
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from threading import Thread
from typing import NamedTuple

from agent.faces.exit_codes import status_of, words_of
from evals import systems
from evals.case import CASE, Case
from evals.errors import EvalError
from evals.outcome import Outcome
from evals.systems import Recipe, System

Task = Sequence[Case]


class Failure(NamedTuple):
    """What went wrong in a worker: what a person reads, and the exit status of a known failure."""

    words: str
    status: int | None


class SystemFailed(EvalError):
    """The system under test cannot go on; `status` is the exit status of the failure."""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words, "What is done is kept: mend it and run again with --resume.")
        self.status = status


class WorkerDied(Exception):
    """A worker ended without an answer."""


def in_processes(
    tasks: Sequence[Task], recipe: Recipe, workers: int
) -> Iterator[tuple[Task, list[Outcome]]]:
    """Give each task with its answers, as they come.

    Raises:
        SystemFailed: the system cannot go on.
        WorkerDied: a worker was killed; what it worked on has no answer.
        RuntimeError: anything else that went wrong in a worker, with its traceback.
    """
    crew = [_Worker(recipe) for _ in range(workers)]
    left = list(reversed(tasks))
    try:
        busy: dict[Connection, _Worker] = {}
        idle = crew
        while left or busy:
            for worker in idle[: len(left)]:
                worker.give(left.pop())
                busy[worker.pipe] = worker
            ready = [pipe for pipe in wait(list(busy)) if isinstance(pipe, Connection)]
            idle = [busy.pop(pipe) for pipe in ready]
            for worker in idle:
                yield worker.task, worker.answer()
    finally:
        for worker in crew:
            worker.end()


class _Worker:
    """A process with a system of its own."""

    def __init__(self, recipe: Recipe) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.task: Task = ()
        self._process = context.Process(target=_serve, args=(recipe, theirs))
        self._process.start()
        theirs.close()  # else the pipe would not end with the process

    def give(self, task: Task) -> None:
        self.task = task
        try:
            self.pipe.send([case.model_dump_json() for case in task])
        except OSError as error:
            raise WorkerDied from error

    def answer(self) -> list[Outcome]:
        try:
            found: list[str] | Failure = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise WorkerDied from error
        if not isinstance(found, Failure):
            return [Outcome.model_validate_json(text) for text in found]
        if found.status is None:
            raise RuntimeError(found.words)
        raise SystemFailed(found.words, found.status)

    def end(self) -> None:
        self.pipe.close()
        self._process.terminate()
        self._process.join()


def _serve(recipe: Recipe, pipe: Connection) -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    system = _built(recipe)
    while True:
        try:
            texts = pipe.recv()
        except EOFError:
            return
        pipe.send(system if isinstance(system, Failure) else _answered(system, texts))


def _end_with_parent() -> None:
    """End this worker when the run is killed: nobody would take its answers any more."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _built(recipe: Recipe) -> System | Failure:
    try:
        return systems.build(recipe)
    except Exception as error:  # noqa: BLE001  (the worker's last line: the parent tells a person)
        return _failure(error)


def _answered(system: System, texts: list[str]) -> list[str] | Failure:
    try:
        outcomes = system.answer([CASE.validate_json(text) for text in texts])
    except Exception as error:  # noqa: BLE001  (as above)
        return _failure(error)
    return [outcome.model_dump_json() for outcome in outcomes]


def _failure(error: Exception) -> Failure:
    """A known failure in words; an unknown one with its traceback.

    Exceptions do not travel between processes whole, words do.
    """
    if isinstance(error, EvalError):
        return Failure(str(error), 2)
    status = status_of(error)
    if status is None:
        return Failure("".join(traceback.format_exception(error)), None)
    return Failure(words_of(error), int(status))

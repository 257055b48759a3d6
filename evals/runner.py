"""Answers every case once, in several processes, and can go on where it was stopped.

Each worker has a pipe of its own, and one that is killed takes nothing with it. Queues that
processes share have locks, and a worker that is killed while it holds one leaves the others
waiting for ever.
"""

import hashlib
import json
import os
import traceback
from collections.abc import Iterator, Sequence
from itertools import groupby
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Thread
from typing import Final, NamedTuple

from evals import systems
from evals.archive import Journal, result_key
from evals.case import CASE, Case, PairCase, WorldCase
from evals.console import Progress, describe_failure, exit_status
from evals.errors import EvalError, RunStopped
from evals.outcome import Outcome
from evals.systems import Recipe, System

Task = Sequence[Case]
BATCH: Final = 16
"""Pairs judged together."""
DEATHS: Final = 2
"""Times that workers may die before the run stops."""


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


def answer_cases(  # noqa: PLR0913
    cases: Sequence[Case],
    recipe: Recipe,
    fingerprint: str,
    journal: Journal,
    *,
    workers: int,
    progress: Progress = lambda _done, _total, _name: None,
) -> list[Outcome]:
    """Answer what the journal does not hold yet; give all answers in the order of the cases.

    Raises:
        RunStopped: the disk is full, or workers died again and again; what is done is kept.
        SystemFailed: the system cannot go on (no library, a model that fails).
    """
    keys = {result_key(case, recipe.spec, fingerprint): case for case in cases}
    done = {row["key"]: row for row in journal.rows if row["key"] in keys}
    left = [case for name, case in keys.items() if name not in done]
    names = {case.id: name for name, case in keys.items()}
    for outcomes in _answer_left(left, recipe, workers):
        rows = [
            {"key": names[o.case], "system": recipe.spec, "outcome": o.model_dump(mode="json")}
            for o in outcomes
        ]
        journal.append(rows)
        done |= {row["key"]: row for row in rows}
        progress(len(done), len(cases), outcomes[-1].case)
    return [Outcome.model_validate(done[name]["outcome"]) for name in keys]


def _answer_left(cases: Sequence[Case], recipe: Recipe, workers: int) -> Iterator[list[Outcome]]:
    tasks = list(_split_tasks(cases))
    if not tasks:
        return
    if workers == 1 or len(tasks) == 1:
        system = systems.build_system(recipe)
        yield from map(system.answer, tasks)
        return
    for deaths in range(DEATHS + 1):
        try:
            for task, outcomes in answer_in_processes(tasks, recipe, min(workers, len(tasks))):
                tasks.remove(task)
                yield outcomes
        except WorkerDied:
            if deaths == DEATHS:
                raise RunStopped(
                    f"A worker died {DEATHS + 1} times with {sum(map(len, tasks))} cases left.",
                    "Look for a lack of memory, then run the same command with --resume.",
                ) from None
        else:
            return


def _split_tasks(cases: Sequence[Case]) -> Iterator[Sequence[Case]]:
    """Pairs in batches, the questions of one world together, everything else alone."""
    pairs = [case for case in cases if isinstance(case, PairCase)]
    yield from (pairs[i : i + BATCH] for i in range(0, len(pairs), BATCH))
    worlds = [case for case in cases if isinstance(case, WorldCase)]
    yield from (list(group) for _, group in groupby(worlds, key=lambda case: case.cluster))
    yield from ([case] for case in cases if not isinstance(case, PairCase | WorldCase))


def fingerprint_system(recipe: Recipe, folders: Sequence[Path], settings: str) -> str:
    """What answers depend on: the code, the library's notes or the pages, and the settings."""
    digest = hashlib.sha256(json.dumps([recipe.spec, settings]).encode())
    for folder in folders:
        files = [folder] if folder.is_file() else sorted(folder.rglob("*"))
        for path in files:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.name}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def answer_in_processes(
    tasks: Sequence[Task], recipe: Recipe, workers: int
) -> Iterator[tuple[Task, list[Outcome]]]:
    """Give each task with its answers, as they come.

    Raises:
        SystemFailed: the system cannot go on.
        WorkerDied: a worker was killed; what it worked on has no answer.
        RuntimeError: anything else that went wrong in a worker, with its traceback.
    """
    pool = [_Worker(recipe) for _ in range(workers)]
    left = list(reversed(tasks))
    try:
        busy: dict[Connection, _Worker] = {}
        idle = pool
        while left or busy:
            for worker in idle[: len(left)]:
                worker.give(left.pop())
                busy[worker.pipe] = worker
            ready = [pipe for pipe in wait(list(busy)) if isinstance(pipe, Connection)]
            idle = [busy.pop(pipe) for pipe in ready]
            for worker in idle:
                yield worker.task, worker.answer()
    finally:
        for worker in pool:
            worker.end()


class _Worker:
    """A process with a system of its own."""

    def __init__(self, recipe: Recipe) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.task: Task = ()
        self._process = context.Process(target=_serve_tasks, args=(recipe, theirs))
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


def _serve_tasks(recipe: Recipe, pipe: Connection) -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    system = _build_system(recipe)
    while True:
        try:
            texts = pipe.recv()
        except EOFError:
            return
        pipe.send(system if isinstance(system, Failure) else _answer_task(system, texts))


def _end_with_parent() -> None:
    """End this worker when the run is killed: nobody would take its answers any more."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _build_system(recipe: Recipe) -> System | Failure:
    try:
        return systems.build_system(recipe)
    except Exception as error:  # noqa: BLE001  (the worker's last line: the parent tells a person)
        return _describe_failure(error)


def _answer_task(system: System, texts: list[str]) -> list[str] | Failure:
    try:
        outcomes = system.answer([CASE.validate_json(text) for text in texts])
    except Exception as error:  # noqa: BLE001  (as above)
        return _describe_failure(error)
    return [outcome.model_dump_json() for outcome in outcomes]


def _describe_failure(error: Exception) -> Failure:
    """A known failure in words; an unknown one with its traceback.

    Exceptions do not travel between processes whole, words do.
    """
    status = exit_status(error)
    if status is None:
        return Failure("".join(traceback.format_exception(error)), None)
    return Failure(describe_failure(error), status)

"""Answers every case once, in parallel, and can go on where it was stopped."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import groupby
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Final, NamedTuple

from agent.faces.failures import status_of, words_of
from evals import systems
from evals.archive import key
from evals.case import CASE, Case, PairCase, WorldCase
from evals.errors import EvalError, RunStopped
from evals.journal import Journal
from evals.outcome import Outcome
from evals.systems import Recipe, System

BATCH: Final = 16
"""Pairs judged together."""
DEATHS: Final = 2
"""Times that workers may die before the run stops."""

Progress = Callable[[int, int, str], None]


class Failure(NamedTuple):
    """A known failure in a worker: what a person reads, and the exit status."""

    words: str
    status: int


class SystemFailed(EvalError):
    """The system under test cannot go on; `status` is the exit status of the failure."""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words, "What is done is kept: mend it and run again with --resume.")
        self.status = status


def run(  # noqa: PLR0913
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
    keys = {key(case, recipe.spec, fingerprint): case for case in cases}
    done = {row["key"]: row for row in journal.rows if row["key"] in keys}
    left = [case for name, case in keys.items() if name not in done]
    names = {case.id: name for name, case in keys.items()}
    for outcomes in _answered(left, recipe, workers):
        rows = [
            {"key": names[o.case], "system": recipe.spec, "outcome": o.model_dump(mode="json")}
            for o in outcomes
        ]
        journal.append(rows)
        done |= {row["key"]: row for row in rows}
        progress(len(done), len(cases), outcomes[-1].case)
    return [Outcome.model_validate(done[name]["outcome"]) for name in keys]


def _answered(cases: Sequence[Case], recipe: Recipe, workers: int) -> Iterator[list[Outcome]]:
    tasks = list(_tasks(cases))
    if not tasks:
        return
    if workers == 1 or len(tasks) == 1:
        system = systems.build(recipe)
        yield from map(system.answer, tasks)
        return
    for deaths in range(DEATHS + 1):
        try:
            for task, outcomes in _in_processes(tasks, recipe, min(workers, len(tasks))):
                tasks.remove(task)
                yield outcomes
        except BrokenProcessPool:
            if deaths == DEATHS:
                raise RunStopped(
                    f"A worker died {DEATHS + 1} times with {sum(map(len, tasks))} cases left.",
                    "Look for a lack of memory, then run the same command with --resume.",
                ) from None
        else:
            return


def _tasks(cases: Sequence[Case]) -> Iterator[Sequence[Case]]:
    """Pairs in batches, the questions of one world together, everything else alone."""
    pairs = [case for case in cases if isinstance(case, PairCase)]
    yield from (pairs[i : i + BATCH] for i in range(0, len(pairs), BATCH))
    worlds = [case for case in cases if isinstance(case, WorldCase)]
    yield from (list(group) for _, group in groupby(worlds, key=lambda case: case.cluster))
    yield from ([case] for case in cases if not isinstance(case, PairCase | WorldCase))


def _in_processes(
    tasks: Sequence[Sequence[Case]], recipe: Recipe, workers: int
) -> Iterator[tuple[Sequence[Case], list[Outcome]]]:
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(recipe,)
    )
    try:
        waiting: dict[Future[list[str] | Failure], Sequence[Case]] = {
            pool.submit(_work, [case.model_dump_json() for case in task]): task for task in tasks
        }
        while waiting:
            finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                found = future.result()
                task = waiting.pop(future)
                if isinstance(found, Failure):
                    raise SystemFailed(*found)
                yield task, [Outcome.model_validate_json(text) for text in found]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_worker: dict[str, System | Failure] = {}
"""The system of this worker process: built once, used for every task."""


def _begin(recipe: Recipe) -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        _worker["system"] = systems.build(recipe)
    except Exception as error:  # noqa: BLE001  (the worker's last line: the parent tells a person)
        _worker["system"] = _failure(error)


def _end_with_parent() -> None:
    """End this worker when the run is killed: nobody would take its answers any more."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(texts: list[str]) -> list[str] | Failure:
    system = _worker["system"]
    if isinstance(system, Failure):
        return system
    try:
        outcomes = system.answer([CASE.validate_json(text) for text in texts])
    except Exception as error:  # noqa: BLE001  (as above)
        return _failure(error)
    return [outcome.model_dump_json() for outcome in outcomes]


def _failure(error: Exception) -> Failure:
    """A known failure in words; an unknown one keeps its traceback.

    Exceptions do not travel between processes whole, words do.
    """
    if isinstance(error, EvalError):
        return Failure(str(error), 2)
    status = status_of(error)
    if status is None:
        raise error
    return Failure(words_of(error), int(status))


def fingerprint(recipe: Recipe, folders: Sequence[Path], settings: str) -> str:
    """What answers depend on: the code, the library's notes or the pages, and the settings."""
    digest = hashlib.sha256(json.dumps([recipe.spec, settings]).encode())
    for folder in folders:
        files = [folder] if folder.is_file() else sorted(folder.rglob("*"))
        for path in files:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.name}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]

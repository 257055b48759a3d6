"""Answers every case once, in parallel, and can go on where it was stopped."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from evals import systems
from evals.archive import key
from evals.case import Case, PairCase, WorldCase
from evals.errors import RunStopped
from evals.journal import Journal
from evals.outcome import Outcome
from evals.systems import Recipe
from evals.workers import WorkerDied, in_processes

BATCH: Final = 16
"""Pairs judged together."""
DEATHS: Final = 2
"""Times that workers may die before the run stops."""

Progress = Callable[[int, int, str], None]


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
            for task, outcomes in in_processes(tasks, recipe, min(workers, len(tasks))):
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


def _tasks(cases: Sequence[Case]) -> Iterator[Sequence[Case]]:
    """Pairs in batches, the questions of one world together, everything else alone."""
    pairs = [case for case in cases if isinstance(case, PairCase)]
    yield from (pairs[i : i + BATCH] for i in range(0, len(pairs), BATCH))
    worlds = [case for case in cases if isinstance(case, WorldCase)]
    yield from (list(group) for _, group in groupby(worlds, key=lambda case: case.cluster))
    yield from ([case] for case in cases if not isinstance(case, PairCase | WorldCase))


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

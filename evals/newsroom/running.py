"""Draft every question of a suite and hold the pages against the truth."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from agent.types import Insufficient, Page, Question
from evals.newsroom.scoring import MEANING, Marks, marks
from evals.newsroom.world import Asked, World
from evals.statistics.estimate import Estimate, mean
from retrieval.library import Library
from retrieval.ports import Embedder

Draft = Callable[[Question], Page | Insufficient]


class Drafted(NamedTuple):
    """One question with its page and marks."""

    world: World
    asked: Asked
    made: Page | Insufficient
    marks: Marks


def drafted(
    worlds: Iterable[World], embedder: Embedder, desk: Callable[[Library], Draft]
) -> Iterator[Drafted]:
    """Make a library of each world in a temporary folder and draft its questions over it.

    Args:
        worlds: see `evals.newsroom.suite`.
        embedder: of the libraries.
        desk: gives what drafts over a library (`lambda lib: build_desk(settings, lib).draft`).
    """
    for world in worlds:
        with (
            tempfile.TemporaryDirectory(prefix="verdict-newsroom-") as folder,
            world.library(Path(folder), embedder) as library,
        ):
            draft = desk(library)
            for asked in world.questions:
                made = draft(asked.question())
                yield Drafted(world, asked, made, marks(world, asked, made))


def figures(found: Iterable[Drafted]) -> dict[str, Estimate]:
    """Each measure as a share of its marks, with a 95 % interval clustered by world."""
    rows = list(found)
    return {name: _share(rows, name) for name in MEANING}


def _share(rows: Iterable[Drafted], name: str) -> Estimate:
    given = [(mark, row.world.id) for row in rows for mark in row.marks[name]]
    values = [None if mark is None else float(mark) for mark, _ in given]
    return mean(values, [world for _, world in given])

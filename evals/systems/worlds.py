"""The desk over invented worlds: one library a world, made when its first question comes."""

import tempfile
from pathlib import Path

from agent import bootstrap
from agent.settings import Settings
from evals.case import WorldCase
from evals.newsroom import World, marks, suite
from evals.outcome import Outcome
from evals.systems.drafts import Unkept, drafted
from retrieval.library import Library


class Worlds:
    """Keeps the world of the last question open: the cases of one world come together."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._suites: dict[tuple[int, int], list[World]] = {}
        self._open: tuple[str, Library, tempfile.TemporaryDirectory[str]] | None = None

    def answer(self, case: WorldCase) -> Outcome:
        """Draft over the world of the case, and hold the page against what is true there."""
        given = case.seed, case.questions
        if given not in self._suites:
            self._suites[given] = list(suite(*given))
        world = self._suites[given][case.world]
        asked = world.questions[case.number]
        desk = bootstrap.build_desk(self._settings, self._library(world), Unkept())
        outcome, made = drafted(case.id, desk, asked.question())
        return outcome.model_copy(update={"truth": dict(marks(world, asked, made))})

    def _library(self, world: World) -> Library:
        if self._open and self._open[0] == world.id:
            return self._open[1]
        self.close()
        folder = tempfile.TemporaryDirectory(prefix="verdict-world-")
        library = world.library(Path(folder.name), bootstrap.build_embedder(self._settings))
        self._open = world.id, library, folder
        return library

    def close(self) -> None:
        """Close and remove the library that is open."""
        if self._open:
            self._open[1].close()
            self._open[2].cleanup()
            self._open = None

"""Systems under test behind one protocol: the desk, or what any other product wrote."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from evals.case import Case
from evals.errors import EvalError
from evals.outcome import Outcome

FORMS: Final = ("desk", "given", "pages:DIR", "markdown:DIR", "pairs:FILE")


class System(Protocol):
    """Answers cases, in order; a case it has no answer to gets an outcome with its `error`."""

    def answer(self, cases: Sequence[Case]) -> list[Outcome]: ...


class Recipe(NamedTuple):
    """What a worker needs to build a system; cheap to send."""

    spec: str
    """One of `FORMS`."""
    library: Path | None
    """The library that the questions are about; None where no case needs one."""
    threads: int = 1

    @property
    def path(self) -> Path:
        """Folder or file of a system that was written elsewhere."""
        return Path(self.spec.partition(":")[2])


def build_system(recipe: Recipe) -> System:
    """Build a system; heavy imports happen here.

    Raises:
        EvalError: there is no such system, or its folder or file cannot be used.
    """
    kind, _, path = recipe.spec.partition(":")
    if recipe.spec == "desk":
        from evals.systems.desk import DeskSystem  # noqa: PLC0415

        return DeskSystem.open(recipe.library, recipe.threads)
    if recipe.spec == "given":
        from evals.systems.written import GivenTexts  # noqa: PLC0415

        return GivenTexts()
    if kind in {"pages", "markdown"} and path:
        from evals.systems.written import WrittenPages  # noqa: PLC0415

        return WrittenPages(recipe.path, ".json" if kind == "pages" else ".md", recipe.library)
    if kind == "pairs" and path:
        from evals.systems.written import RecordedRulings  # noqa: PLC0415

        return RecordedRulings(recipe.path)
    raise EvalError(f"There is no system {recipe.spec!r}.", f"Systems are {', '.join(FORMS)}.")

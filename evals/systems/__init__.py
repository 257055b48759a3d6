"""Systems under test behind one protocol: the desk, or what any other product wrote."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from evals.case import Case
from evals.errors import EvalError
from evals.outcome import Outcome

FORMS: Final = ("desk", "given", "pages:DIR", "markdown:DIR", "pairs:FILE")


PAGES: Final = {"pages": ".json", "markdown": ".md"}
"""Systems that are a folder with one file a case, and how the files' names end."""


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


def require_pages(recipe: Recipe, cases: Sequence[Case]) -> None:
    """Look for the file of every case, where a system is a folder of pages.

    Raises:
        EvalError: some are missing.
    """
    suffix = PAGES.get(recipe.spec.partition(":")[0])
    if suffix is None or not recipe.path.is_dir():
        return
    names = [f"{case.id.split('/', 1)[1]}{suffix}" for case in cases]
    missing = [name for name in names if not (recipe.path / name).is_file()]
    if missing:
        first = ", ".join(missing[:3]) + (" ..." if len(missing) > 3 else "")
        raise EvalError(
            f"{len(missing)} of {len(names)} pages are not in {recipe.path}: {first}.",
            "Write them, or measure those that are there with --partial; the others are counted "
            "as not scored.",
        )


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
    if kind in PAGES and path:
        from evals.systems.written import WrittenPages  # noqa: PLC0415

        return WrittenPages(recipe.path, PAGES[kind], recipe.library)
    if kind == "pairs" and path:
        from evals.systems.written import RecordedRulings  # noqa: PLC0415

        return RecordedRulings(recipe.path)
    raise EvalError(f"There is no system {recipe.spec!r}.", f"Systems are {', '.join(FORMS)}.")

"""What a run must reach: limits typed on the command line, and a committed baseline."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import BaseModel, Field

from evals.errors import EvalError, MalformedCase
from evals.loaders.rows import text
from evals.scoring.types import Better, Figure

TOLERANCE: Final = 0.02
"""How much worse than its baseline a share may be: noise of another machine, no regression."""
MEASURED: Final = frozenset({"labels", "exact", "truth", "form"})
"""What a baseline holds: not time, and not what another grader would change."""
ENOUGH: Final = 10
"""Units below which one of them is worth more than any tolerance."""


class Kept(BaseModel, frozen=True, extra="forbid"):
    """A figure of a baseline."""

    value: float
    better: Better
    n: int


class Baseline(BaseModel, frozen=True, extra="forbid"):
    """Figures that later runs of the same suite are held against."""

    suite: str
    tolerance: float = Field(default=TOLERANCE, ge=0)
    figures: dict[str, Kept]


class Breach(NamedTuple):
    """A figure on the wrong side of its limit."""

    id: str
    value: float | None
    limit: float
    why: str

    def __str__(self) -> str:
        value = "was not scored" if self.value is None else f"is {self.value:.4f}"
        return f"{self.id} {value}; {self.why} {self.limit:.4f}"


def parse(typed: Sequence[str], known: Mapping[str, Figure]) -> dict[str, float]:
    """Read `metric=value` limits.

    Raises:
        EvalError: not of that form, or there is no such figure in the run.
    """
    found = {}
    for limit in typed:
        name, _, number = limit.partition("=")
        if name not in known:
            near = ", ".join(sorted(known)[:400])
            raise EvalError(f"This run has no figure {name!r}.", f"Figures are {near}.")
        try:
            found[name] = float(number)
        except ValueError:
            raise EvalError(f"{limit!r} is no limit.", f"Write {name}=0.9.") from None
    return found


def beyond(limits: Mapping[str, float], known: Mapping[str, Figure]) -> list[Breach]:
    """Limits that do not hold: a floor where higher is better, a ceiling where lower is."""
    found = []
    for name, limit in limits.items():
        value, lower = known[name].estimate.value, known[name].better == "lower"
        if value is None or (value > limit if lower else value < limit):
            found.append(Breach(name, value, limit, "at most" if lower else "at least"))
    return found


def regressions(baseline: Baseline, known: Mapping[str, Figure]) -> list[Breach]:
    """Figures that are worse than the baseline by more than its tolerance, or are gone."""
    found = []
    for name, kept in baseline.figures.items():
        value = known[name].estimate.value if name in known else None
        worse = (
            None
            if value is None
            else (kept.value - value if kept.better == "higher" else value - kept.value)
        )
        if worse is None or worse > baseline.tolerance + 1e-9:
            found.append(Breach(name, value, kept.value, f"baseline (+-{baseline.tolerance})"))
    return found


def read(path: Path, suite: str) -> Baseline:
    """Read a baseline of a suite.

    Raises:
        MalformedCase: it is no baseline.
        EvalError: it is one of another suite.
    """
    try:
        baseline = Baseline.model_validate_json(text(path))
    except ValueError as error:
        raise MalformedCase(
            f"{path} is no baseline ({str(error).splitlines()[0]}).",
            "Write one with `verdict-eval run … --write-baseline FILE`.",
        ) from None
    if baseline.suite != suite:
        raise EvalError(
            f"{path} is a baseline of the suite {baseline.suite!r}, this is {suite!r}.",
            "Run that suite, or give another baseline.",
        )
    return baseline


def written(suite: str, figures: Sequence[Figure]) -> str:
    """The figures of a run as a baseline: shares with a direction, scored without a grader."""
    kept = {
        f.id: Kept(value=round(f.estimate.value, 4), better=f.better, n=f.estimate.n).model_dump()
        for f in figures
        if f.by in MEASURED
        and f.share
        and f.better != "neither"
        and f.estimate.value is not None
        and f.estimate.n >= ENOUGH
    }
    baseline = {"suite": suite, "tolerance": TOLERANCE, "figures": kept}
    return f"{json.dumps(baseline, indent=1)}\n"

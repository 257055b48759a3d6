"""What a run is held against: limits typed on the command line, a baseline, another run."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import BaseModel, Field

from agent.types import Value
from evals.archive import Summary
from evals.errors import EvalError, MalformedCase
from evals.loaders.rows import read_text
from evals.scoring.types import Better, Figure
from evals.statistics import Comparison, McNemar, compare_paired, holm, mcnemar

TOLERANCE: Final = 0.02
"""How much worse than its baseline a share may be: noise of another machine, no regression."""
BASELINE_SOURCES: Final = frozenset({"labels", "exact", "truth", "form"})
"""What a baseline holds: not time, and not what another grader would change."""
MIN_UNITS: Final = 10
"""Units below which one of them is worth more than any tolerance."""
BINARY: Final = frozenset({0.0, 1.0})
Marks = dict[str, dict[str, float | None]]
Rows = dict[str, tuple[float | None, float | None]]


class BaselineFigure(BaseModel, frozen=True, extra="forbid"):
    """A figure of a baseline."""

    value: float
    better: Better
    n: int


class Baseline(BaseModel, frozen=True, extra="forbid"):
    """Figures that later runs of the same suite are held against."""

    suite: str
    tolerance: float = Field(default=TOLERANCE, ge=0)
    figures: dict[str, BaselineFigure]


class Breach(NamedTuple):
    """A figure on the wrong side of its limit."""

    id: str
    value: float | None
    limit: float
    why: str

    def __str__(self) -> str:
        value = "was not scored" if self.value is None else f"is {self.value:.4f}"
        return f"{self.id} {value}; {self.why} {self.limit:.4f}"


def parse_limits(typed: Sequence[str], known: Mapping[str, Figure]) -> dict[str, float]:
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


def find_breaches(limits: Mapping[str, float], known: Mapping[str, Figure]) -> list[Breach]:
    """Limits that do not hold: a floor where higher is better, a ceiling where lower is."""
    found = []
    for name, limit in limits.items():
        value, lower = known[name].estimate.value, known[name].better == "lower"
        if value is None or (value > limit if lower else value < limit):
            found.append(Breach(name, value, limit, "at most" if lower else "at least"))
    return found


def find_regressions(baseline: Baseline, known: Mapping[str, Figure]) -> list[Breach]:
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


def read_baseline(path: Path, suite: str) -> Baseline:
    """Read a baseline of a suite.

    Raises:
        MalformedCase: it is no baseline.
        EvalError: it is one of another suite.
    """
    try:
        baseline = Baseline.model_validate_json(read_text(path))
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


def dump_baseline(suite: str, figures: Sequence[Figure]) -> str:
    """The figures of a run as a baseline: shares with a direction, scored without a grader."""
    kept = {
        f.id: BaselineFigure(
            value=round(f.estimate.value, 4), better=f.better, n=f.estimate.n
        ).model_dump()
        for f in figures
        if f.by in BASELINE_SOURCES
        and f.share
        and f.better != "neither"
        and f.estimate.value is not None
        and f.estimate.n >= MIN_UNITS
    }
    baseline = {"suite": suite, "tolerance": TOLERANCE, "figures": kept}
    return f"{json.dumps(baseline, indent=1)}\n"


class ComparedFigure(Value):
    """One figure of both runs; differences are first minus second."""

    id: str
    better: Better
    first: float | None
    """Mean over the cases that both have."""
    second: float | None
    comparison: Comparison
    holm: float | None
    """P-value adjusted for the number of figures."""
    mcnemar: McNemar | None = None
    """Where every case is right or wrong."""


class RunComparison(Value):
    """All figures that both runs have."""

    first: str
    second: str
    cases: int
    only_first: int
    only_second: int
    lines: tuple[ComparedFigure, ...]


def compare_summaries(first: Summary, second: Summary, seed: int) -> RunComparison:
    """Compare figure by figure, each a mean over cases that both runs have.

    A case that one of them could not score is counted as unscored, never dropped in silence.

    Raises:
        EvalError: the runs have no case in common.
    """
    one, two = first.scores, second.scores
    common = [case for case in one.clusters if case in two.clusters]
    if not common:
        raise EvalError("The two runs have no case in common.", "Compare runs of one suite.")
    ids = [f for f in one.figures if f.id in one.marks and f.id in two.marks]
    found = [(f, c) for f in ids if (c := _pair_marks(f.id, one.marks, two.marks, common))]
    comparisons = {
        f.id: compare_paired(
            [a for a, _ in rows.values()],
            [b for _, b in rows.values()],
            [one.clusters[case] for case in rows],
            seed,
        )
        for f, rows in found
    }
    adjusted = holm({name: c.p_value for name, c in comparisons.items() if c.p_value is not None})
    lines = tuple(
        ComparedFigure(
            id=f.id,
            better=f.better,
            first=_mean_scored([a for a, b in rows.values() if b is not None]),
            second=_mean_scored([b for a, b in rows.values() if a is not None]),
            comparison=comparisons[f.id],
            holm=adjusted.get(f.id),
            mcnemar=_test_binary(list(rows.values())),
        )
        for f, rows in found
    )
    return RunComparison(
        first=_describe_run(first),
        second=_describe_run(second),
        cases=len(common),
        only_first=len(one.clusters) - len(common),
        only_second=len(two.clusters) - len(common),
        lines=lines,
    )


def _pair_marks(name: str, one: Marks, two: Marks, common: list[str]) -> Rows:
    """Marks of the cases to which the figure applies in either run."""
    cases = [c for c in common if c in one[name] or c in two[name]]
    return {c: (one[name].get(c), two[name].get(c)) for c in cases}


def _mean_scored(values: list[float | None]) -> float | None:
    scored = [v for v in values if v is not None]
    return sum(scored) / len(scored) if scored else None


def _test_binary(rows: list[tuple[float | None, float | None]]) -> McNemar | None:
    if any(v is not None and v not in BINARY for row in rows for v in row):
        return None
    return mcnemar(
        [None if a is None else a == 1 for a, _ in rows],
        [None if b is None else b == 1 for _, b in rows],
    )


def _describe_run(summary: Summary) -> str:
    return f"{summary.run.system} {summary.run.fingerprint[:6]}, {summary.run.started}"

"""Two runs on the same cases: which figures differ by more than chance?"""

from typing import Final

from agent.types import Value
from evals.archive import Summary
from evals.errors import EvalError
from evals.scoring.types import Better
from evals.statistics import Comparison, McNemar, compare, holm, mcnemar


class Line(Value):
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


class Compared(Value):
    """All figures that both runs have."""

    first: str
    second: str
    cases: int
    only_first: int
    only_second: int
    lines: tuple[Line, ...]


BINARY: Final = frozenset({0.0, 1.0})


def compared(first: Summary, second: Summary, seed: int) -> Compared:
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
    found = [(f, c) for f in ids if (c := _paired(f.id, one.marks, two.marks, common))]
    comparisons = {
        f.id: compare(
            [a for a, _ in rows.values()],
            [b for _, b in rows.values()],
            [one.clusters[case] for case in rows],
            seed,
        )
        for f, rows in found
    }
    adjusted = holm({name: c.p_value for name, c in comparisons.items() if c.p_value is not None})
    lines = tuple(
        Line(
            id=f.id,
            better=f.better,
            first=_mean([a for a, b in rows.values() if b is not None]),
            second=_mean([b for a, b in rows.values() if a is not None]),
            comparison=comparisons[f.id],
            holm=adjusted.get(f.id),
            mcnemar=_mcnemar(list(rows.values())),
        )
        for f, rows in found
    )
    return Compared(
        first=_name(first),
        second=_name(second),
        cases=len(common),
        only_first=len(one.clusters) - len(common),
        only_second=len(two.clusters) - len(common),
        lines=lines,
    )


Marks = dict[str, dict[str, float | None]]
Rows = dict[str, tuple[float | None, float | None]]


def _paired(name: str, one: Marks, two: Marks, common: list[str]) -> Rows:
    """Marks of the cases to which the figure applies in either run."""
    cases = [c for c in common if c in one[name] or c in two[name]]
    return {c: (one[name].get(c), two[name].get(c)) for c in cases}


def _mean(values: list[float | None]) -> float | None:
    scored = [v for v in values if v is not None]
    return sum(scored) / len(scored) if scored else None


def _mcnemar(rows: list[tuple[float | None, float | None]]) -> McNemar | None:
    if any(v is not None and v not in BINARY for row in rows for v in row):
        return None
    return mcnemar(
        [None if a is None else a == 1 for a, _ in rows],
        [None if b is None else b == 1 for _, b in rows],
    )


def _name(summary: Summary) -> str:
    return f"{summary.run.system} {summary.run.fingerprint[:6]}, {summary.run.started}"

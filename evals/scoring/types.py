"""Measures, and the figures they give."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from agent.types import Value
from evals.case import Case
from evals.metrics.types import Judge, Score
from evals.outcome import Outcome
from evals.statistics import Agreement, Estimate

Better = Literal["higher", "lower", "neither"]
Source = Literal["grader", "nli", "bearing", "exact", "labels", "truth", "gate", "form", "effort"]


@dataclass(frozen=True)
class Measure:
    """A mean over units (sentences, citations, facts) with the case's cluster for its interval."""

    name: str
    about: str
    mark: Callable[[Case, Outcome, Judge], Score | None]
    """None where the metric does not apply to the case; then the case is no part of n."""
    by: Source
    better: Better = "higher"
    share: bool = True
    """Whether it lies in [0, 1]."""
    rewords: bool = False
    """Whether only a grader that knows a sentence in other words may be asked."""
    unscored: str = ""
    """Why a unit may stay open though the case was answered."""


@dataclass(frozen=True)
class Statistic:
    """A statistic of all cases together that is no mean; its interval is a cluster bootstrap."""

    name: str
    about: str
    unit: Callable[[Case, Outcome], Any]
    """What one case brings; None where it brings nothing."""
    statistic: Callable[[Sequence[Any]], float | None]
    by: Source
    better: Better = "higher"
    share: bool = True


class Figure(Value):
    """One line of a report."""

    id: str
    """`part.name`."""
    part: str
    name: str
    about: str
    by: Source
    better: Better
    share: bool
    estimate: Estimate
    why: str = ""
    """Why units are not scored; empty where all are."""


class Kappa(Value):
    """How far two judges agree on the sentences of a part."""

    part: str
    first: str
    second: str
    agreement: Agreement
    low: float | None = None
    high: float | None = None
    clusters: int = 0


class Scores(Value):
    """All that was measured in one run."""

    figures: tuple[Figure, ...]
    breakdown: dict[str, dict[str, Estimate]]
    """By part, then by how cases were made: share of right decisions, or of right verdicts."""
    kappas: tuple[Kappa, ...]
    marks: dict[str, dict[str, float | None]]
    """By figure, then by case: its value for this case alone. What comparisons are paired by."""
    clusters: dict[str, str]
    """By case."""

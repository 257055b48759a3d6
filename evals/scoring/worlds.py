"""Pages about invented worlds: what the world itself says of them."""

from collections.abc import Callable
from typing import Final

from evals.case import Case, WorldCase
from evals.metrics.types import Judge, Score
from evals.newsroom import MEANING
from evals.outcome import Outcome
from evals.scoring.types import Measure


def _mark(name: str) -> Callable[[Case, Outcome, Judge], Score | None]:
    def mark(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
        if not isinstance(case, WorldCase):
            return None
        if outcome.error:
            return Score.of((None,))
        return Score.of(None if m is None else float(m) for m in outcome.truth.get(name, ()))

    return mark


MEASURES: Final[tuple[Measure, ...]] = tuple(
    Measure(f"truth_{name.replace(' ', '_')}", about, _mark(name), "truth")
    for name, about in MEANING.items()
)

"""Rulings on single sentences, against what a person decided."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from agent.types import Support
from evals.case import Case, PageCase, PairCase
from evals.metrics import abstention, calibration, classification
from evals.metrics.types import Judge, Score
from evals.outcome import Outcome, Spoken
from evals.scoring.types import Measure, Whole


class Ruled(NamedTuple):
    """One sentence: whether it is true to its evidence, whether it was kept, how sure."""

    true: bool
    kept: bool
    score: float | None


def truths(case: Case, outcome: Outcome) -> list[tuple[Spoken, bool | None]]:
    """Each sentence with whether it is true to its evidence; None where nobody decided."""
    if isinstance(case, PairCase):
        true = None if case.label is None else case.label is Support.SUPPORTED
        return [(s, true) for s in outcome.sentences]
    if isinstance(case, PageCase) and case.faults is not None:
        wrong = {_plain(f.sentence) for f in case.faults}
        return [(s, _plain(s.text) not in wrong) for s in outcome.sentences]
    return [(s, None) for s in outcome.sentences]


def ruled(case: Case, outcome: Outcome) -> list[Ruled]:
    """The sentences that were ruled on and whose truth is known."""
    return [
        Ruled(true, s.kept, s.score)
        for s, true in truths(case, outcome)
        if true is not None and s.support is not Support.UNCHECKED
    ]


def _right(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    return _marks(case, outcome, [float(s.kept == t) for s, t in _known(case, outcome)])


def _accepted(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    return _marks(case, outcome, [float(s.kept) for s, t in _known(case, outcome) if not t])


def _over_rejected(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    known = _known(case, outcome)
    if outcome.error:
        return Score.of((None,))
    found = abstention.over_rejection([t for _, t in known], [s.kept for s, _ in known])
    return found if found.marks else None


def _unchecked(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    if outcome.error:
        return Score.of((None,))
    return Score.of(float(s.support is Support.UNCHECKED) for s in outcome.sentences)


def _read(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    """Faulty sentences of a page that were read as sentences at all."""
    if not isinstance(case, PageCase) or case.faults is None:
        return None
    said = {_plain(s.text) for s in outcome.sentences}
    return Score.of(float(_plain(f.sentence) in said) for f in case.faults)


def _known(case: Case, outcome: Outcome) -> list[tuple[Spoken, bool]]:
    return [(s, true) for s, true in truths(case, outcome) if true is not None]


def _marks(case: Case, outcome: Outcome, marks: Sequence[float]) -> Score | None:
    if outcome.error:
        return Score.of((None,))
    return Score.of(marks) if marks else None


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def _rows(units: Sequence[Sequence[Ruled]]) -> list[Ruled]:
    return [row for unit in units for row in unit]


def _balanced(units: Sequence[Sequence[Ruled]]) -> float | None:
    rows = _rows(units)
    return classification.balanced_accuracy(
        [r.true for r in rows], [float(r.kept) for r in rows], 0.5
    )


def _f1(units: Sequence[Sequence[Ruled]]) -> float | None:
    rows = _rows(units)
    return classification.f1_at([r.true for r in rows], [float(r.kept) for r in rows], 0.5)


def _auc(units: Sequence[Sequence[Ruled]]) -> float | None:
    rows = _rows(units)
    return classification.auc([r.true for r in rows], [r.score for r in rows])


def scored(units: Sequence[Sequence[Ruled]]) -> tuple[list[float], list[bool]]:
    """Scores and truths of the sentences that have both."""
    rows = [(r.score, r.true) for r in _rows(units) if r.score is not None]
    return [score for score, _ in rows], [true for _, true in rows]


def _aurc(units: Sequence[Sequence[Ruled]]) -> float | None:
    return abstention.aurc(*scored(units))


def _ece(units: Sequence[Sequence[Ruled]]) -> float | None:
    return calibration.ece(*scored(units))


def _brier(units: Sequence[Sequence[Ruled]]) -> float | None:
    return calibration.brier(*scored(units))


def _unit(case: Case, outcome: Outcome) -> list[Ruled] | None:
    return ruled(case, outcome) or None


MEASURES: Final[tuple[Measure, ...]] = (
    Measure("right", "sentences that were rightly kept or thrown out", _right, "labels"),
    Measure("false_acceptance", "false sentences that were kept", _accepted, "labels", "lower"),
    Measure("over_rejection", "true sentences that were thrown out", _over_rejected, "labels",
            "lower"),
    Measure("unchecked", "sentences that could not be checked", _unchecked, "gate", "lower"),
    Measure("faults_read", "faulty sentences of a page that were read as sentences", _read,
            "labels"),
)  # fmt: skip
WHOLES: Final[tuple[Whole, ...]] = (
    Whole("balanced_accuracy", "mean of the shares of true ones kept and false ones thrown out",
          _unit, _balanced, "labels"),
    Whole("f1", "F1 of keeping true sentences", _unit, _f1, "labels"),
    Whole("auc", "P(a true sentence scores higher than a false one)", _unit, _auc, "labels"),
    Whole("aurc", "mean risk over all retentions", _unit, _aurc, "labels", "lower"),
    Whole("ece", "calibration error of the score, ten bins", _unit, _ece, "labels", "lower"),
    Whole("brier", "mean squared error of the score", _unit, _brier, "labels", "lower"),
)  # fmt: skip

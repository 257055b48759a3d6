"""Rulings on single sentences, against what a person decided."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from agent.types import Support
from evals.case import Case, PageCase, PairCase
from evals.metrics import scores
from evals.metrics.types import Judge, Score
from evals.outcome import AnswerSentence, Outcome
from evals.scoring.types import Measure, Statistic


class RuledSentence(NamedTuple):
    """One sentence: whether it is true to its evidence, whether it was kept, how sure."""

    true: bool
    kept: bool
    score: float | None


def known_truths(case: Case, outcome: Outcome) -> list[tuple[AnswerSentence, bool | None]]:
    """Each sentence with whether it is true to its evidence; None where nobody decided."""
    if isinstance(case, PairCase):
        true = None if case.label is None else case.label is Support.SUPPORTED
        return [(s, true) for s in outcome.sentences]
    if isinstance(case, PageCase) and case.faults is not None:
        wrong = {_normalise(f.sentence) for f in case.faults}
        return [(s, _normalise(s.text) not in wrong) for s in outcome.sentences]
    return [(s, None) for s in outcome.sentences]


def ruled_sentences(case: Case, outcome: Outcome) -> list[RuledSentence]:
    """The sentences that were ruled on and whose truth is known."""
    return [
        RuledSentence(true, s.kept, s.score)
        for s, true in known_truths(case, outcome)
        if true is not None and s.support is not Support.UNCHECKED
    ]


def _mark_right(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    return _score_marks(case, outcome, [float(s.kept == t) for s, t in _with_truth(case, outcome)])


def _mark_false_acceptance(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    return _score_marks(
        case, outcome, [float(s.kept) for s, t in _with_truth(case, outcome) if not t]
    )


def _mark_over_rejection(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    known = _with_truth(case, outcome)
    if outcome.error:
        return Score.of((None,))
    found = scores.over_rejection([t for _, t in known], [s.kept for s, _ in known])
    return found if found.marks else None


def _mark_unchecked(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    if outcome.error:
        return Score.of((None,))
    return Score.of(float(s.support is Support.UNCHECKED) for s in outcome.sentences)


def _mark_faults_read(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    """Faulty sentences of a page that were read as sentences at all."""
    if not isinstance(case, PageCase) or case.faults is None:
        return None
    said = {_normalise(s.text) for s in outcome.sentences}
    return Score.of(float(_normalise(f.sentence) in said) for f in case.faults)


def _with_truth(case: Case, outcome: Outcome) -> list[tuple[AnswerSentence, bool]]:
    return [(s, true) for s, true in known_truths(case, outcome) if true is not None]


def _score_marks(case: Case, outcome: Outcome, marks: Sequence[float]) -> Score | None:
    if outcome.error:
        return Score.of((None,))
    return Score.of(marks) if marks else None


def _normalise(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def _flatten(units: Sequence[Sequence[RuledSentence]]) -> list[RuledSentence]:
    return [row for unit in units for row in unit]


def _balanced_accuracy(units: Sequence[Sequence[RuledSentence]]) -> float | None:
    rows = _flatten(units)
    return scores.balanced_accuracy([r.true for r in rows], [float(r.kept) for r in rows], 0.5)


def _f1(units: Sequence[Sequence[RuledSentence]]) -> float | None:
    rows = _flatten(units)
    return scores.f1_at([r.true for r in rows], [float(r.kept) for r in rows], 0.5)


def _auc(units: Sequence[Sequence[RuledSentence]]) -> float | None:
    rows = _flatten(units)
    return scores.auc([r.true for r in rows], [r.score for r in rows])


def scores_and_truths(units: Sequence[Sequence[RuledSentence]]) -> tuple[list[float], list[bool]]:
    """Scores and truths of the sentences that have both."""
    rows = [(r.score, r.true) for r in _flatten(units) if r.score is not None]
    return [score for score, _ in rows], [true for _, true in rows]


def _aurc(units: Sequence[Sequence[RuledSentence]]) -> float | None:
    return scores.aurc(*scores_and_truths(units))


def _ece(units: Sequence[Sequence[RuledSentence]]) -> float | None:
    return scores.ece(*scores_and_truths(units))


def _brier(units: Sequence[Sequence[RuledSentence]]) -> float | None:
    return scores.brier(*scores_and_truths(units))


def _ruled_unit(case: Case, outcome: Outcome) -> list[RuledSentence] | None:
    return ruled_sentences(case, outcome) or None


PAIR_MEASURES: Final[tuple[Measure, ...]] = (
    Measure("right", "sentences that were rightly kept or thrown out", _mark_right, "labels"),
    Measure("false_acceptance", "false sentences that were kept", _mark_false_acceptance, "labels",
            "lower"),
    Measure("over_rejection", "true sentences that were thrown out", _mark_over_rejection, "labels",
            "lower"),
    Measure("unchecked", "sentences that could not be checked", _mark_unchecked, "gate", "lower"),
    Measure("faults_read", "faulty sentences of a page that were read as sentences",
            _mark_faults_read, "labels"),
)  # fmt: skip
PAIR_STATISTICS: Final[tuple[Statistic, ...]] = (
    Statistic("balanced_accuracy", "mean of the shares of true ones kept and false ones thrown out",
              _ruled_unit, _balanced_accuracy, "labels"),
    Statistic("f1", "F1 of keeping true sentences", _ruled_unit, _f1, "labels"),
    Statistic("auc", "P(a true sentence scores higher than a false one)", _ruled_unit, _auc,
              "labels"),
    Statistic("aurc", "mean risk over all retentions", _ruled_unit, _aurc, "labels", "lower"),
    Statistic("ece", "calibration error of the score, ten bins", _ruled_unit, _ece, "labels",
              "lower"),
    Statistic("brier", "mean squared error of the score", _ruled_unit, _brier, "labels", "lower"),
)  # fmt: skip

"""What fails a run, and what two runs differ in."""

from collections.abc import Sequence

import pytest

from agent.types import Support
from evals import comparison
from evals.case import Case, PairCase
from evals.comparison import compare_summaries
from evals.errors import EvalError
from evals.judges import CachedJudge
from evals.loaders.own import CASES
from evals.outcome import Outcome
from evals.reports import terminal
from evals.scoring.table import Bench, score_run
from evals.scoring.types import Figure
from evals.suite import build_suite
from tests.unit.evals.runs import GOOD, Answered, claim, figures, measured, pair, said, summary


def shifted(baseline: comparison.Baseline, by: float) -> dict[str, Figure]:
    """The figures of a run that is worse than a baseline by so much, everywhere."""
    known = figures(score_run(claim("a", GOOD), Bench.alone(CachedJudge(None)), {}, seed=1))
    some = known["claims.uncited"]
    return {
        name: some.model_copy(
            update={
                "id": name,
                "better": kept.better,
                "estimate": some.estimate.model_copy(
                    update={"value": kept.value + (by if kept.better == "lower" else -by)}
                ),
            }
        )
        for name, kept in baseline.figures.items()
    }


def test_a_regression_of_three_points_breaks_the_committed_baseline() -> None:
    baseline = comparison.read_baseline(CASES / "baseline.json", "smoke")
    assert len(baseline.figures) > 20
    worse = comparison.find_regressions(baseline, shifted(baseline, 0.03))
    assert {breach.id for breach in worse} == set(baseline.figures)
    assert comparison.find_regressions(baseline, shifted(baseline, 0.01)) == []
    assert comparison.find_regressions(baseline, shifted(baseline, -0.1)) == []


def ruled_as_people_do(cases: Sequence[Case], wrong: int) -> Answered:
    """Every pair of a suite ruled as its label says, but for the first so many."""
    made: Answered = []
    for case in cases:
        if isinstance(case, PairCase) and case.label is not None:
            kept = (case.label is Support.SUPPORTED) is (len(made) >= wrong)
            support = Support.SUPPORTED if kept else Support.UNSUPPORTED
            sentence = said(case.claim, kept=kept, support=support, score=float(kept))
            made.append((case, Outcome(case=case.id, sentences=(sentence,))))
    return made


def test_a_regression_of_three_points_planted_in_the_smoke_suite_fails_its_baseline() -> None:
    cases = build_suite("smoke")
    good = ruled_as_people_do(cases, 0)
    baseline = comparison.Baseline.model_validate_json(
        comparison.dump_baseline(
            "smoke", score_run(good, Bench.alone(CachedJudge(None)), {}, seed=1).figures
        )
    )
    assert comparison.find_regressions(baseline, measured(good)) == []
    planted = ruled_as_people_do(cases, round(0.03 * len(good)))
    found = {breach.id for breach in comparison.find_regressions(baseline, measured(planted))}
    assert {"sentences.right", "sentences.balanced_accuracy"} <= found


def test_a_figure_that_is_gone_breaks_a_baseline() -> None:
    baseline = comparison.read_baseline(CASES / "baseline.json", "smoke")
    assert len(comparison.find_regressions(baseline, {})) == len(baseline.figures)
    with pytest.raises(EvalError, match="baseline of the suite 'smoke'"):
        comparison.read_baseline(CASES / "baseline.json", "full")


def test_a_limit_is_a_floor_or_a_ceiling_as_the_figure_is_better() -> None:
    known = measured([*pair("1", true=True, kept=True), *pair("2", true=False, kept=True)])
    typed = ["pairs.a.right=0.4", "pairs.a.false_acceptance=0.4", "pairs.a.auc=0.9"]
    broken = comparison.find_breaches(comparison.parse_limits(typed, known), known)
    assert [b.id for b in broken] == ["pairs.a.false_acceptance", "pairs.a.auc"]
    for wrong in ("pairs.a.right", "pairs.a.right=high", "nothing=1"):
        with pytest.raises(EvalError):
            comparison.parse_limits([wrong], known)


def test_two_runs_are_compared_case_by_case_and_adjusted() -> None:
    names = [str(n) for n in range(12)]
    first = summary([a for n in names for a in pair(n, true=True, kept=True)])
    second = summary([a for n in names for a in pair(n, true=True, kept=int(n) < 6)])
    found = compare_summaries(first, second, seed=1)
    line = next(row for row in found.lines if row.id == "pairs.a.right")
    assert line.comparison.difference.value == 0.5
    assert line.mcnemar
    assert (line.mcnemar.only_first, line.mcnemar.only_second) == (6, 0)
    assert line.comparison.p_value is not None
    assert line.holm is not None
    assert line.comparison.p_value < line.holm <= 1
    assert max(map(len, terminal.format_comparison(found).splitlines())) <= 80
    other = summary(pair("1", true=True, kept=True, part="pairs.b"))
    with pytest.raises(EvalError, match="no case in common"):
        compare_summaries(first, other, seed=1)

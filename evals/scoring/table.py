"""All figures of a run."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from agent.types import Support
from evals.case import Case, ClaimCase, PageCase, PairCase, WorldCase
from evals.console import Progress
from evals.judges import CachedJudge, binary_label, join_evidence
from evals.metrics.types import Score
from evals.outcome import Outcome
from evals.scoring import pages, pairs
from evals.scoring.types import Figure, Kappa, Measure, Scores, Statistic
from evals.statistics import (
    Estimate,
    bootstrap_clusters,
    cohen_kappa,
    estimate_mean,
    estimate_pooled,
)

RESAMPLES: Final = 1000
STATISTICS: Final = (*pairs.PAIR_STATISTICS, *pages.CLAIM_STATISTICS)
Labels = Mapping[tuple[str, str], Support]
AnsweredCase = tuple[Case, Outcome]


def score_run(
    answered: Sequence[AnsweredCase],
    judge: CachedJudge,
    labels: Labels,
    seed: int,
    progress: Progress = lambda _done, _total, _name: None,
) -> Scores:
    """Measure each part of a run.

    The judge is asked in rounds, since what a metric asks next may depend on an answer.

    Args:
        answered: cases with their outcomes.
        judge: of support.
        labels: what people decided, by case id and sentence.
        seed: of the resampling.
        progress: called while the grader works.
    """
    parts = {c.part: [a for a in answered if a[0].part == c.part] for c, _ in answered}
    while _ask_grader(parts, judge, labels):
        judge.settle(progress)
    figures: list[Figure] = []
    marks: dict[str, dict[str, float | None]] = {}
    for part, rows in parts.items():
        for measure in _choose_measures(rows):
            if found := _mark_cases(measure, rows, judge):
                figures.append(_make_figure(part, measure, _pool_marks(measure, found)))
                marks[figures[-1].id] = {case.id: score.value for case, score in found}
        drawn = [(whole, _estimate_statistic(whole, rows, seed)) for whole in STATISTICS]
        figures += [_make_figure(part, whole, e) for whole, e in drawn if e is not None]
    return Scores(
        figures=tuple(figures),
        breakdown={
            part: kinds for part, rows in parts.items() if (kinds := _estimate_by_kind(rows))
        },
        kappas=tuple(
            k
            for part, rows in parts.items()
            for k in _estimate_kappas(part, rows, judge, labels, seed)
        ),
        marks=marks,
        clusters={case.id: case.cluster for case, _ in answered},
    )


def _ask_grader(
    parts: Mapping[str, Sequence[AnsweredCase]], judge: CachedJudge, labels: Labels
) -> bool:
    """Go through everything that asks the grader; whether it lacks an answer."""
    for rows in parts.values():
        for measure in _choose_measures(rows):
            if measure.by == "grader":
                _mark_cases(measure, rows, judge)
        list(_list_decisions(rows, judge, labels))
    return judge.has_questions


def _choose_measures(rows: Sequence[AnsweredCase]) -> tuple[Measure, ...]:
    """What the kinds of case in a part are measured by."""
    cases = [case for case, _ in rows]
    found: list[Measure] = []
    if any(isinstance(case, WorldCase) for case in cases):
        found += pages.WORLD_MEASURES
    if any(isinstance(case, PairCase | PageCase) for case in cases):
        found += pairs.PAIR_MEASURES
    if not all(isinstance(case, PairCase) for case in cases):
        found += pages.CITATION_MEASURES
    if any(isinstance(case, ClaimCase | WorldCase) for case in cases):
        found += pages.CLAIM_MEASURES
    return tuple(found)


def _mark_cases(
    measure: Measure, rows: Sequence[AnsweredCase], judge: CachedJudge
) -> list[tuple[Case, Score]]:
    asked = judge.judge_reworded if measure.rewords else judge
    found = ((case, measure.mark(case, outcome, asked)) for case, outcome in rows)
    return [(case, score) for case, score in found if score is not None and score.marks]


def _pool_marks(measure: Measure, found: Sequence[tuple[Case, Score]]) -> Estimate:
    clusters = [case.cluster for case, _ in found]
    if measure.share:
        return estimate_pooled([score.marks for _, score in found], clusters)
    return estimate_mean([score.value for _, score in found], clusters, share=False)


def _estimate_statistic(
    whole: Statistic, rows: Sequence[AnsweredCase], seed: int
) -> Estimate | None:
    groups: dict[str, list[Any]] = {}
    for case, outcome in rows:
        if (unit := whole.unit(case, outcome)) is not None:
            groups.setdefault(case.cluster, []).append(unit)
    if not groups:
        return None
    found = bootstrap_clusters(list(groups.values()), whole.statistic, seed, RESAMPLES)
    if found.value is None:
        return None
    if found.low == found.high:  # every draw alike: resampling says nothing of the uncertainty
        unknown = {"stderr": None, "low": None, "high": None, "method": ""}
        return Estimate(**{**dict(found), **unknown})
    return found


def _make_figure(part: str, of: Measure | Statistic, estimate: Estimate) -> Figure:
    return Figure(
        id=f"{part}.{of.name}",
        part=part,
        name=of.name,
        about=of.about,
        by=of.by,
        better=of.better,
        share=of.share,
        estimate=estimate,
    )


def _estimate_by_kind(rows: Sequence[AnsweredCase]) -> dict[str, Estimate]:
    """Share of right decisions by how the pairs or the questions were made."""
    kinds: dict[str, list[tuple[float, str]]] = {}
    for case, outcome in rows:
        if isinstance(case, PairCase | WorldCase) and case.how:
            found = kinds.setdefault(case.how, [])
            found += [(mark, case.cluster) for mark in _decision_marks(case, outcome)]
    return {
        kind: estimate_mean([m for m, _ in found], [c for _, c in found])
        for kind, found in sorted(kinds.items())
        if found
    }


def _decision_marks(case: PairCase | WorldCase, outcome: Outcome) -> list[float]:
    """Rightly kept or thrown out, of a pair; the right verdict, of a question about a world."""
    if isinstance(case, PairCase):
        return [float(row.kept == row.true) for row in pairs.ruled_sentences(case, outcome)]
    return [float(mark) for mark in outcome.truth.get("verdict", ()) if mark is not None]


def _list_decisions(
    rows: Sequence[AnsweredCase], judge: CachedJudge, labels: Labels
) -> Iterator[tuple[str, dict[str, str | None]]]:
    """For each cited finding its cluster and what gate, grader and people decided."""
    for case, outcome in rows:
        for said, true in pairs.known_truths(case, outcome):
            words = [c.text for c in said.cited if c.text is not None]
            person = labels.get((case.id, said.text))
            if person is None and true is not None:
                person = Support.SUPPORTED if true else Support.UNSUPPORTED
            if words and said.is_finding:
                yield (
                    case.cluster,
                    {
                        "gate": binary_label(said.support),
                        "grader": binary_label(judge(join_evidence(words), said.text)),
                        "people": binary_label(person),
                    },
                )


def _estimate_kappas(
    part: str, rows: Sequence[AnsweredCase], judge: CachedJudge, labels: Labels, seed: int
) -> Iterator[Kappa]:
    decided = list(_list_decisions(rows, judge, labels))
    for first, second in (("gate", "grader"), ("gate", "people"), ("grader", "people")):
        agreement = cohen_kappa([d[first] for _, d in decided], [d[second] for _, d in decided])
        if not agreement.n:
            continue
        groups: dict[str, list[tuple[str | None, str | None]]] = {}
        for cluster, d in decided:
            groups.setdefault(cluster, []).append((d[first], d[second]))
        drawn = bootstrap_clusters(list(groups.values()), _kappa_of_pairs, seed, RESAMPLES)
        yield Kappa(
            part=part,
            first=first,
            second=second,
            agreement=agreement,
            low=None if drawn.low == drawn.high else drawn.low,
            high=None if drawn.low == drawn.high else drawn.high,
            clusters=len(groups),
        )


def _kappa_of_pairs(pairs: Sequence[tuple[str | None, str | None]]) -> float | None:
    return cohen_kappa([a for a, _ in pairs], [b for _, b in pairs]).kappa

"""All figures of a run."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, Self

from agent.types import Support
from evals.case import Case, ClaimCase, PageCase, PairCase, WorldCase
from evals.console import Progress
from evals.judges import CachedJudge, binary_label, join_evidence
from evals.metrics.types import Score
from evals.outcome import Outcome
from evals.readers import Readers
from evals.scoring import editing, pages, pairs
from evals.scoring.types import Figure, Kappa, Measure, Scores, Source, Statistic
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
Marked = tuple[Case, Outcome, Score]
JUDGED: Final = ("grader", "nli", "bearing")
NOBODY: Final = CachedJudge(None)
NEEDS_MODEL: Final = "no judge that can tell was asked; --grader model can"
UNDECIDED: Final = "the rules of the measure do not decide it"


class Bench(NamedTuple):
    """The judges of a run; each is asked for what it is good at."""

    grader: CachedJudge
    readers: Readers

    @classmethod
    def alone(cls, grader: CachedJudge) -> Self:
        """A grader without readers: what they would be asked stays open."""
        return cls(grader, Readers.absent())

    def source_of(self, measure: Measure) -> Source:
        """Who decides; a grader that knows rewordings takes the place of the reader."""
        reworded = measure.by == "nli" and self.grader.tells_rewording
        return "grader" if reworded else measure.by

    def judge_of(self, measure: Measure) -> CachedJudge:
        if measure.rewords and not self.grader.tells_rewording:
            return NOBODY
        match self.source_of(measure):
            case "nli":
                return self.readers.meaning
            case "bearing":
                return self.readers.bearing
            case _:
                return self.grader

    def settle(self, progress: Progress) -> None:
        """Have every judge answer what it was asked."""
        for judge in (self.grader, *self.readers):
            judge.settle(progress)

    @property
    def has_questions(self) -> bool:
        """Whether one of them was asked what it has not answered."""
        return any(judge.has_questions for judge in (self.grader, *self.readers))


def score_run(
    answered: Sequence[AnsweredCase],
    bench: Bench,
    labels: Labels,
    seed: int,
    progress: Progress = lambda _done, _total, _name: None,
) -> Scores:
    """Measure each part of a run.

    The judges are asked in rounds, since what a metric asks next may depend on an answer.

    Args:
        answered: cases with their outcomes.
        bench: its judges.
        labels: what people decided, by case id and sentence.
        seed: of the resampling.
        progress: called while the judges work.
    """
    parts = {c.part: [a for a in answered if a[0].part == c.part] for c, _ in answered}
    while _ask_judges(parts, bench, labels):
        bench.settle(progress)
    figures: list[Figure] = []
    marks: dict[str, dict[str, float | None]] = {}
    for part, rows in parts.items():
        for measure in _choose_measures(rows):
            if found := _mark_cases(measure, rows, bench):
                by, why = bench.source_of(measure), _say_why_open(measure, found, bench)
                pooled = _pool_marks(measure, found)
                figures.append(_make_figure(part, measure, pooled, by, why))
                marks[figures[-1].id] = {case.id: score.value for case, _, score in found}
        drawn = [(whole, _estimate_statistic(whole, rows, seed)) for whole in STATISTICS]
        figures += [_make_figure(part, s, e, s.by) for s, e in drawn if e is not None]
    return Scores(
        figures=tuple(figures),
        breakdown={
            part: kinds for part, rows in parts.items() if (kinds := _estimate_by_kind(rows))
        },
        kappas=tuple(
            k
            for part, rows in parts.items()
            for k in _estimate_kappas(part, rows, bench.grader, labels, seed)
        ),
        marks=marks,
        clusters={case.id: case.cluster for case, _ in answered},
    )


def _ask_judges(parts: Mapping[str, Sequence[AnsweredCase]], bench: Bench, labels: Labels) -> bool:
    """Go through everything that asks a judge; whether one lacks an answer."""
    for rows in parts.values():
        for measure in _choose_measures(rows):
            if measure.by in JUDGED:
                _mark_cases(measure, rows, bench)
        list(_list_decisions(rows, bench.grader, labels))
    return bench.has_questions


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
        found += editing.EDITING_MEASURES
    return tuple(found)


def _mark_cases(measure: Measure, rows: Sequence[AnsweredCase], bench: Bench) -> list[Marked]:
    judge = bench.judge_of(measure)
    found = ((case, outcome, measure.mark(case, outcome, judge)) for case, outcome in rows)
    return [(c, o, score) for c, o, score in found if score is not None and score.marks]


def _pool_marks(measure: Measure, found: Sequence[Marked]) -> Estimate:
    clusters = [case.cluster for case, _, _ in found]
    if measure.share:
        return estimate_pooled([score.marks for _, _, score in found], clusters)
    return estimate_mean([score.value for _, _, score in found], clusters, share=False)


def _say_why_open(measure: Measure, found: Sequence[Marked], bench: Bench) -> str:
    """Why units of a figure are not scored, each reason once."""
    unanswered = sum(score.unscored for _, outcome, score in found if outcome.error)
    left = sum(score.unscored for _, outcome, score in found) - unanswered
    judged = bench.source_of(measure) in JUDGED
    why = measure.unscored or (bench.judge_of(measure).silence if judged else UNDECIDED)
    if measure.rewords and not bench.grader.tells_rewording:
        why = NEEDS_MODEL
    reasons = [(unanswered, "the case has no answer"), (left, why)]
    return "; ".join(f"{count}: {reason}" for count, reason in reasons if count)


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


def _make_figure(
    part: str, of: Measure | Statistic, estimate: Estimate, by: Source, why: str = ""
) -> Figure:
    return Figure(
        id=f"{part}.{of.name}",
        part=part,
        name=of.name,
        about=of.about,
        by=by,
        better=of.better,
        share=of.share,
        estimate=estimate,
        why=why,
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

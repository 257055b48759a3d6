"""All figures of a run."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from agent.types import Support
from evals.case import Case, ClaimCase, PageCase, PairCase, WorldCase
from evals.judges import Bench, agreed, joined
from evals.metrics.types import Score
from evals.outcome import Outcome
from evals.scoring import citations, claims, pairs, worlds
from evals.scoring.types import Figure, Kappa, Measure, Scores, Whole
from evals.statistics import Estimate, bootstrap, cohen_kappa, mean, pooled

RESAMPLES: Final = 1000
WHOLES: Final = (*pairs.WHOLES, *claims.WHOLES)
Labels = Mapping[tuple[str, str], Support]
Answered = tuple[Case, Outcome]
Progress = Callable[[int, int, str], None]


def score(
    answered: Sequence[Answered],
    bench: Bench,
    labels: Labels,
    seed: int,
    progress: Progress = lambda _done, _total, _name: None,
) -> Scores:
    """Measure each part of a run.

    The judge is asked in rounds, since what a metric asks next may depend on an answer.

    Args:
        answered: cases with their outcomes.
        bench: the judge of support.
        labels: what people decided, by case id and sentence.
        seed: of the resampling.
        progress: called while the grader works.
    """
    parts = {c.part: [a for a in answered if a[0].part == c.part] for c, _ in answered}
    while _ask(parts, bench, labels):
        bench.settle(progress)
    figures: list[Figure] = []
    marks: dict[str, dict[str, float | None]] = {}
    for part, rows in parts.items():
        for measure in _measures(rows):
            if found := _marked(measure, rows, bench):
                figures.append(_figure(part, measure, _pooled(measure, found)))
                marks[figures[-1].id] = {case.id: score.value for case, score in found}
        drawn = [(whole, _whole(whole, rows, seed)) for whole in WHOLES]
        figures += [_figure(part, whole, e) for whole, e in drawn if e is not None]
    return Scores(
        figures=tuple(figures),
        breakdown={part: kinds for part, rows in parts.items() if (kinds := _by_kind(rows))},
        kappas=tuple(
            k for part, rows in parts.items() for k in _kappas(part, rows, bench, labels, seed)
        ),
        marks=marks,
        clusters={case.id: case.cluster for case, _ in answered},
    )


def _ask(parts: Mapping[str, Sequence[Answered]], bench: Bench, labels: Labels) -> bool:
    """Go through everything that asks the grader; whether it lacks an answer."""
    for rows in parts.values():
        for measure in _measures(rows):
            if measure.by == "grader":
                _marked(measure, rows, bench)
        list(_decisions(rows, bench, labels))
    return bench.lacks


def _measures(rows: Sequence[Answered]) -> tuple[Measure, ...]:
    """What the kinds of case in a part are measured by."""
    cases = [case for case, _ in rows]
    found: list[Measure] = []
    if any(isinstance(case, WorldCase) for case in cases):
        found += worlds.MEASURES
    if any(isinstance(case, PairCase | PageCase) for case in cases):
        found += pairs.MEASURES
    if not all(isinstance(case, PairCase) for case in cases):
        found += citations.MEASURES
    if any(isinstance(case, ClaimCase | WorldCase) for case in cases):
        found += claims.MEASURES
    return tuple(found)


def _marked(measure: Measure, rows: Sequence[Answered], bench: Bench) -> list[tuple[Case, Score]]:
    judge = bench.reworded if measure.rewords else bench
    found = ((case, measure.mark(case, outcome, judge)) for case, outcome in rows)
    return [(case, score) for case, score in found if score is not None and score.marks]


def _pooled(measure: Measure, found: Sequence[tuple[Case, Score]]) -> Estimate:
    clusters = [case.cluster for case, _ in found]
    if measure.share:
        return pooled([score.marks for _, score in found], clusters)
    return mean([score.value for _, score in found], clusters, share=False)


def _whole(whole: Whole, rows: Sequence[Answered], seed: int) -> Estimate | None:
    groups: dict[str, list[Any]] = {}
    for case, outcome in rows:
        if (unit := whole.unit(case, outcome)) is not None:
            groups.setdefault(case.cluster, []).append(unit)
    if not groups:
        return None
    found = bootstrap(list(groups.values()), whole.statistic, seed, RESAMPLES)
    if found.value is None:
        return None
    if found.low == found.high:  # every draw alike: resampling says nothing of the uncertainty
        return found.model_copy(update={"stderr": None, "low": None, "high": None, "method": ""})
    return found


def _figure(part: str, of: Measure | Whole, estimate: Estimate) -> Figure:
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


def _by_kind(rows: Sequence[Answered]) -> dict[str, Estimate]:
    """Share of right decisions by how the pairs or the questions were made."""
    kinds: dict[str, list[tuple[float, str]]] = {}
    for case, outcome in rows:
        if isinstance(case, PairCase | WorldCase) and case.how:
            found = kinds.setdefault(case.how, [])
            found += [(mark, case.cluster) for mark in _decided(case, outcome)]
    return {
        kind: mean([m for m, _ in found], [c for _, c in found])
        for kind, found in sorted(kinds.items())
        if found
    }


def _decided(case: PairCase | WorldCase, outcome: Outcome) -> list[float]:
    """Rightly kept or thrown out, of a pair; the right verdict, of a question about a world."""
    if isinstance(case, PairCase):
        return [float(row.kept == row.true) for row in pairs.ruled(case, outcome)]
    return [float(mark) for mark in outcome.truth.get("verdict", ()) if mark is not None]


def _decisions(
    rows: Sequence[Answered], bench: Bench, labels: Labels
) -> Iterator[tuple[str, dict[str, str | None]]]:
    """For each cited finding its cluster and what gate, grader and people decided."""
    for case, outcome in rows:
        for said, true in pairs.truths(case, outcome):
            words = [c.text for c in said.cited if c.text is not None]
            person = labels.get((case.id, said.text))
            if person is None and true is not None:
                person = Support.SUPPORTED if true else Support.UNSUPPORTED
            if words and said.is_finding:
                yield (
                    case.cluster,
                    {
                        "gate": agreed(said.support),
                        "grader": agreed(bench(joined(words), said.text)),
                        "people": agreed(person),
                    },
                )


def _kappas(
    part: str, rows: Sequence[Answered], bench: Bench, labels: Labels, seed: int
) -> Iterator[Kappa]:
    decided = list(_decisions(rows, bench, labels))
    for first, second in (("gate", "grader"), ("gate", "people"), ("grader", "people")):
        agreement = cohen_kappa([d[first] for _, d in decided], [d[second] for _, d in decided])
        if not agreement.n:
            continue
        groups: dict[str, list[tuple[str | None, str | None]]] = {}
        for cluster, d in decided:
            groups.setdefault(cluster, []).append((d[first], d[second]))
        drawn = bootstrap(list(groups.values()), _kappa, seed, RESAMPLES)
        yield Kappa(
            part=part,
            first=first,
            second=second,
            agreement=agreement,
            low=None if drawn.low == drawn.high else drawn.low,
            high=None if drawn.low == drawn.high else drawn.high,
            clusters=len(groups),
        )


def _kappa(pairs: Sequence[tuple[str | None, str | None]]) -> float | None:
    return cohen_kappa([a for a, _ in pairs], [b for _, b in pairs]).kappa

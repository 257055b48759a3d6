"""Drafts for claims, and what their verdicts are worth."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Final

from agent.service import Desk
from agent.types import Insufficient, Question, Value, VerdictLabel
from evals.averitec.shelf import OwnPages
from evals.metrics import verdicts
from evals.retrieval.corpora import Claim
from evals.retrieval.pool import ADDED_ON
from evals.retrieval.scores import clusters
from evals.statistics import Comparison, Estimate, bootstrap, compare, mean
from retrieval.library import Library

LABELS: Final = ("supported", "refuted", "mixed", "nei")
NOTHING: Final = "nei"
"""The verdict that does not commit itself: *unproven*, or the short page."""
SEED: Final = 1


class Answer(Value):
    """The desk's verdict on one claim beside the right one."""

    id: str
    cluster: str
    expected: str
    given: str
    short: bool
    """There was too little to write a page."""
    seconds: float


class Report(Value):
    """What the verdicts of a run are worth."""

    pages: str
    """Which pages the library of a claim holds."""
    accuracy: Estimate
    macro_f1: Estimate
    majority: str
    majority_accuracy: Estimate
    majority_f1: float
    gain: Comparison
    """Accuracy beyond that of the majority class."""
    coverage: Estimate
    """Share of verdicts that commit themselves."""
    precision: Estimate
    """Share of those that are right."""
    exchanged: int
    """Supported given for refuted, or the other way round."""
    short: int
    seconds: float
    """Median of a draft."""
    counts: dict[str, dict[str, int]]
    """Expected, then given."""
    answers: tuple[Answer, ...]


def answers(
    desk: Desk, library: Library, claims: Sequence[Claim], *, own: bool
) -> Iterator[Answer]:
    """Draft for each claim, from its own pages or from all of them."""
    for claim, cluster in zip(claims, clusters(claims), strict=True):
        shelf = OwnPages(library, claim.pages if own else None, claim.day)
        question = Question(text=" ".join(claim.text.split()), asked_on=ADDED_ON)
        start = perf_counter()
        made = replace(desk, library=shelf).draft(question)
        short = isinstance(made, Insufficient)
        label = VerdictLabel.UNPROVEN if isinstance(made, Insufficient) else made.verdict.label
        yield Answer(
            id=claim.id,
            cluster=cluster,
            expected=claim.verdict,
            given=NOTHING if label is VerdictLabel.UNPROVEN else label.value,
            short=short,
            seconds=perf_counter() - start,
        )


def report(found: Sequence[Answer], pages: str) -> Report:
    """Score the verdicts. The majority class is that of the claims drawn."""
    expected, given = [a.expected for a in found], [a.given for a in found]
    names = [a.cluster for a in found]
    right = [float(a.expected == a.given) for a in found]
    committed = [r if g != NOTHING else None for g, r in zip(given, right, strict=True)]
    majority = max(LABELS, key=expected.count)
    constant = [float(e == majority) for e in expected]
    sides = {"supported", "refuted"}
    pairs = verdicts.confusion(expected, given)
    seconds = sorted(a.seconds for a in found)
    return Report(
        pages=pages,
        accuracy=mean(right, names),
        macro_f1=bootstrap(_groups(found), _f1, SEED),
        majority=majority,
        majority_accuracy=mean(constant, names),
        majority_f1=verdicts.macro_f1(expected, [majority] * len(expected)) or 0.0,
        gain=compare(right, constant, names, SEED),
        coverage=mean([float(g != NOTHING) for g in given], names),
        precision=mean(committed, names),
        exchanged=sum(n for pair, n in pairs.items() if set(pair) == sides),
        short=sum(a.short for a in found),
        seconds=seconds[len(seconds) // 2],
        counts={e: {g: pairs[e, g] for g in LABELS} for e in LABELS},
        answers=tuple(found),
    )


def _groups(found: Sequence[Answer]) -> list[list[Answer]]:
    groups: dict[str, list[Answer]] = {}
    for answer in found:
        groups.setdefault(answer.cluster, []).append(answer)
    return list(groups.values())


def _f1(found: list[Answer]) -> float | None:
    return verdicts.macro_f1([a.expected for a in found], [a.given for a in found])

"""Saying nothing rather than something wrong: what is answered, what is kept, at what risk."""

from collections.abc import Sequence
from itertools import groupby

from agent.types import Value
from evals.metrics.types import Score


class Kept(Value):
    """What a gate keeps at one threshold."""

    threshold: float
    retention: float
    """Kept / all; the coverage."""
    precision: float
    """Right ones among the kept; 1 - precision is the selective risk."""
    n: int
    """Kept."""


def coverage(answered: Sequence[bool]) -> Score:
    """Answered / asked."""
    return Score.of(map(float, answered))


def kept_precision_curve(scores: Sequence[float], right: Sequence[bool | None]) -> tuple[Kept, ...]:
    """Precision and retention at every threshold, the strictest first.

    One point for each distinct score, so equal scores are kept or dropped together. Rows whose
    truth is None are left out. Source: El-Yaniv and Wiener 2010 (risk and coverage).
    """
    rows = _ranked(scores, right)
    points: list[Kept] = []
    kept = good = 0
    for threshold, group in groupby(rows, key=lambda row: row[0]):
        marks = [r for _, r in group]
        kept += len(marks)
        good += sum(marks)
        points.append(
            Kept(threshold=threshold, retention=kept / len(rows), precision=good / kept, n=kept)
        )
    return tuple(points)


def aurc(scores: Sequence[float], right: Sequence[bool | None]) -> float | None:
    """Area under the risk-coverage curve: (1/n) sum_{k=1..n} risk of the k highest scores.

    Lower is better; 0 where nothing is wrong, the error rate in expectation for random scores.
    Equal scores get the mean over their orders, so the order of rows changes nothing. None for
    no rows. Source: Geifman and El-Yaniv 2017 (arXiv 1705.08500).
    """
    rows = _ranked(scores, right)
    wrong, total, seen = 0.0, 0.0, 0
    for _, group in groupby(rows, key=lambda row: row[0]):
        marks = [r for _, r in group]
        rate = 1 - sum(marks) / len(marks)
        for _ in marks:
            seen += 1
            wrong += rate
            total += wrong / seen
    return total / seen if seen else None


def over_rejection(true: Sequence[bool | None], kept: Sequence[bool]) -> Score:
    """True sentences that the gate threw out / true sentences. Lower is better.

    Sentences whose truth is None are counted as unscored.
    """
    pairs = zip(true, kept, strict=True)
    return Score.of(None if t is None else float(not k) for t, k in pairs if t is not False)


def _ranked(scores: Sequence[float], right: Sequence[bool | None]) -> list[tuple[float, bool]]:
    rows = [(s, r) for s, r in zip(scores, right, strict=True) if r is not None]
    return sorted(rows, key=lambda row: -row[0])

"""Whole answers: the verdict, what they must say and cite, absences, and what they cost."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from agent.types import Certificate, Usage
from evals.metrics.types import Judge, Response, Score, f1, full_support

MIN_ON_TOPIC: Final = 3
"""Passages on topic without which silence means nothing."""


def verdict_accuracy(expected: Sequence[str], given: Sequence[str | None]) -> Score:
    """Right verdicts / verdicts; None is a run that gave no answer to score.

    "Not enough evidence" is a verdict like any other: pass its label, not None.
    """
    pairs = zip(expected, given, strict=True)
    return Score.of(None if g is None else float(e == g) for e, g in pairs)


def count_verdicts(
    expected: Sequence[str], given: Sequence[str | None]
) -> Counter[tuple[str, str]]:
    """Count (expected, given) pairs; what was not answered is left out."""
    return Counter((e, g) for e, g in zip(expected, given, strict=True) if g is not None)


def macro_f1(expected: Sequence[str], given: Sequence[str | None]) -> float | None:
    """Mean over labels of 2 TP / (2 TP + FP + FN), over labels that were expected or given.

    None where nothing was answered. Source: Opitz and Burst 2019 (arXiv 1911.03347), the mean of
    the F1 scores; as scikit-learn's `f1_score(average="macro")`.
    """
    counts = count_verdicts(expected, given)
    labels = sorted({label for pair in counts for label in pair})
    if not labels:
        return None
    return sum(_label_f1(label, counts) for label in labels) / len(labels)


def _label_f1(label: str, counts: Counter[tuple[str, str]]) -> float:
    right = counts[label, label]
    wanted = sum(n for (e, _), n in counts.items() if e == label)
    said = sum(n for (_, g), n in counts.items() if g == label)
    return f1(right / said if said else 0.0, right / wanted if wanted else 0.0) or 0.0


def must_cite_recall(cited: Collection[str], must_cite: Sequence[str]) -> Score:
    """Sources that must be cited and are / sources that must be cited; ids compared exactly."""
    return Score.of(float(source in cited) for source in must_cite)


def must_not_say_rate(response: Response, forbidden: Sequence[str], judge: Judge) -> Score:
    """Forbidden sentences that a statement of the response entails / forbidden sentences.

    Each statement is judged by itself, so a long answer hides nothing. Lower is better.
    """
    return Score.of(_judge_forbidden(response, sentence, judge) for sentence in forbidden)


def _judge_forbidden(response: Response, sentence: str, judge: Judge) -> float | None:
    marks = [full_support(judge(statement.text, sentence)) for statement in response.statements]
    if 1.0 in marks:
        return 1.0
    return None if None in marks else 0.0


def certified_rate(certificates: Sequence[Certificate | None]) -> Score:
    """Absence sentences whose certificate proves a search / absence sentences.

    Proof: it found nothing, its best score is below its threshold, the planted passage would have
    been found, and at least `MIN_ON_TOPIC` of the searched passages are on topic. Needs no truth.
    """
    return Score.of(float(_proves_search(certificate)) for certificate in certificates)


def _proves_search(certificate: Certificate | None) -> bool:
    if certificate is None or certificate.found:
        return False
    return (
        certificate.best_score < certificate.threshold <= certificate.probe_score
        and MIN_ON_TOPIC <= certificate.on_topic <= certificate.scope.passages
    )


def latency(seconds: Sequence[float | None], share: float) -> float | None:
    """Quantile of wall time in seconds, linear between ranks; None where nothing was timed.

    Args:
        seconds: of each item; None for what was not timed.
        share: 0.5 for the median (p50), 0.95 for p95.

    Raises:
        ValueError: the share is outside [0, 1].
    """
    timed = [s for s in seconds if s is not None]
    if not 0 <= share <= 1:
        raise ValueError("A quantile is a share: give a number between 0 and 1.")
    return float(np.quantile(timed, share)) if timed else None


def count_calls(usage: Usage | None) -> Score:
    """Calls of a language model for one item; not scored where nobody counted."""
    return _score_one(usage.calls if usage else None)


def count_tokens(usage: Usage | None) -> Score:
    """Tokens in and out for one item; not scored where nobody counted."""
    return _score_one(usage.input_tokens + usage.output_tokens if usage else None)


def count_cost(usage: Usage | None) -> Score:
    """US dollars for one item: 0 without a call, not scored where the price is not known."""
    if usage is None:
        return _score_one(None)
    return _score_one(0.0 if usage.calls == 0 else usage.cost)


def _score_one(value: float | None) -> Score:
    return Score.of((None if value is None else float(value),))

"""Verdicts against the expected ones."""

from collections import Counter
from collections.abc import Sequence

from evals.metrics.types import Score, f1


def accuracy(expected: Sequence[str], given: Sequence[str | None]) -> Score:
    """Right verdicts / verdicts; None is a run that gave no answer to score.

    "Not enough evidence" is a verdict like any other: pass its label, not None.
    """
    pairs = zip(expected, given, strict=True)
    return Score.of(None if g is None else float(e == g) for e, g in pairs)


def confusion(expected: Sequence[str], given: Sequence[str | None]) -> Counter[tuple[str, str]]:
    """Count (expected, given) pairs; what was not answered is left out."""
    return Counter((e, g) for e, g in zip(expected, given, strict=True) if g is not None)


def macro_f1(expected: Sequence[str], given: Sequence[str | None]) -> float | None:
    """Mean over labels of 2 TP / (2 TP + FP + FN), over labels that were expected or given.

    None where nothing was answered. Source: Opitz and Burst 2019 (arXiv 1911.03347), the mean of
    the F1 scores; as scikit-learn's `f1_score(average="macro")`.
    """
    counts = confusion(expected, given)
    labels = sorted({label for pair in counts for label in pair})
    if not labels:
        return None
    return sum(_f1(label, counts) for label in labels) / len(labels)


def _f1(label: str, counts: Counter[tuple[str, str]]) -> float:
    right = counts[label, label]
    wanted = sum(n for (e, _), n in counts.items() if e == label)
    said = sum(n for (_, g), n in counts.items() if g == label)
    return f1(right / said if said else 0.0, right / wanted if wanted else 0.0) or 0.0

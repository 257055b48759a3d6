"""Does a probability mean what it says?"""

from collections.abc import Sequence

import numpy as np

from agent.types import Value

BINS = 10


class Bin(Value):
    """One bar of a reliability plot: probabilities in [low, high), the last closed."""

    low: float
    high: float
    n: int
    confidence: float | None
    """Mean probability in the bin; None where it is empty."""
    accuracy: float | None
    """Share of positives in the bin; None where it is empty."""


def reliability(
    probabilities: Sequence[float], labels: Sequence[bool], bins: int = BINS
) -> tuple[Bin, ...]:
    """Compare mean probability with the share of positives in bins of equal width.

    Args:
        probabilities: shape (n,), P(positive) in [0, 1].
        labels: shape (n,), true for the positive class.
        bins: how many.

    Raises:
        ValueError: a probability outside [0, 1], or lengths that differ.
    """
    given = _checked(probabilities, labels)
    truth = np.array(labels, dtype=float)
    place = np.minimum((given * bins).astype(int), bins - 1)
    found = []
    for i in range(bins):
        inside = place == i
        n = int(inside.sum())
        found.append(
            Bin(
                low=i / bins,
                high=(i + 1) / bins,
                n=n,
                confidence=float(given[inside].mean()) if n else None,
                accuracy=float(truth[inside].mean()) if n else None,
            )
        )
    return tuple(found)


def ece(probabilities: Sequence[float], labels: Sequence[bool], bins: int = BINS) -> float | None:
    """Expected calibration error: sum_b (n_b / n) |accuracy_b - confidence_b|; None for n = 0.

    Of P(positive) over both classes. It grows with fewer rows and depends on the bins: compare
    like with like. Source: Naeini et al. 2015; Guo et al. 2017 (arXiv 1706.04599).
    """
    found = reliability(probabilities, labels, bins)
    gaps = (
        b.n * abs(b.accuracy - b.confidence)
        for b in found
        if b.accuracy is not None and b.confidence is not None
    )
    return sum(gaps) / len(labels) if labels else None


def brier(probabilities: Sequence[float], labels: Sequence[bool]) -> float | None:
    """Mean of (p - y)^2, in [0, 1]; None for n = 0. Source: Brier 1950."""
    given = _checked(probabilities, labels)
    return float(np.mean((given - np.array(labels, dtype=float)) ** 2)) if labels else None


def _checked(
    probabilities: Sequence[float], labels: Sequence[bool]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    given = np.array(probabilities, dtype=float)
    if len(given) != len(labels):
        raise ValueError(f"{len(given)} probabilities for {len(labels)} labels: give one for each.")
    if not np.all((given >= 0) & (given <= 1)):
        raise ValueError("A probability lies outside [0, 1]: map the score to one first.")
    return given

"""Two classes told apart by a score: what a checker of support is measured by."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from agent.types import Value

Scores = Sequence[float | None]
Labels = Sequence[bool]


class Confusion(Value):
    """Counts at one threshold; rows whose score is None are `unscored`."""

    true_positives: int
    false_positives: int
    true_negatives: int
    false_negatives: int
    unscored: int = 0

    @property
    def precision(self) -> float | None:
        return _share(self.true_positives, self.false_positives)

    @property
    def recall(self) -> float | None:
        return _share(self.true_positives, self.false_negatives)

    @property
    def specificity(self) -> float | None:
        return _share(self.true_negatives, self.false_positives)


def confusion(labels: Labels, scores: Scores, threshold: float) -> Confusion:
    """Count the four outcomes; positive is a score at or above the threshold.

    Args:
        labels: shape (n,), true for the positive class.
        scores: shape (n,), higher is more positive; None is not scored.
        threshold: on the scale of the scores.
    """
    truth, values, unscored = _scored(labels, scores)
    said = values >= threshold
    return Confusion(
        true_positives=int((said & truth).sum()),
        false_positives=int((said & ~truth).sum()),
        true_negatives=int((~said & ~truth).sum()),
        false_negatives=int((~said & truth).sum()),
        unscored=unscored,
    )


def balanced_accuracy(labels: Labels, scores: Scores, threshold: float) -> float | None:
    """(TPR + TNR) / 2; None where one of the classes is missing.

    Source: Brodersen et al. 2010; the metric of LLM-AggreFact (arXiv 2404.10774).
    """
    counts = confusion(labels, scores, threshold)
    if counts.recall is None or counts.specificity is None:
        return None
    return (counts.recall + counts.specificity) / 2


def f1_at(labels: Labels, scores: Scores, threshold: float) -> float | None:
    """2 TP / (2 TP + FP + FN); None where nothing is positive and nothing was called so."""
    c = confusion(labels, scores, threshold)
    return _share(2 * c.true_positives, c.false_positives + c.false_negatives)


def auc(labels: Labels, scores: Scores) -> float | None:
    """Area under the ROC curve: P(a positive scores higher than a negative), ties count half.

    (R+ - n+ (n+ + 1) / 2) / (n+ n-), R+ the sum of the mid-ranks of the positives; None where
    one of the classes is missing. Source: Hanley and McNeil 1982.
    """
    truth, values, _ = _scored(labels, scores)
    positive = int(truth.sum())
    pairs = positive * (len(truth) - positive)
    if not pairs:
        return None
    ranks = float(np.sum(rankdata(values)[truth]))
    return (ranks - positive * (positive + 1) / 2) / pairs


def _scored(
    labels: Labels, scores: Scores
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64], int]:
    rows = [(y, s) for y, s in zip(labels, scores, strict=True) if s is not None]
    truth = np.array([y for y, _ in rows], dtype=bool)
    return truth, np.array([s for _, s in rows], dtype=float), len(labels) - len(rows)


def _share(part: int, rest: int) -> float | None:
    return part / (part + rest) if part + rest else None

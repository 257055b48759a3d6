"""Balanced accuracy and AUC with intervals by bootstrap over rows that share a passage."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from evals.metrics.classification import auc
from evals.training.logistic import Flags, Floats, balanced_accuracy
from evals.training.support_rows import Measured
from evals.training.train_support_model import labels

Resample = npt.NDArray[np.int64]
_RESAMPLES = 1000


def drawn_rows(rows: Sequence[Measured]) -> list[Resample]:
    """Bootstrap over clusters, the same for every system: rows that share their first passage."""
    random = np.random.default_rng(0)
    clusters = np.array([row.row.cluster for row in rows])
    members = [np.flatnonzero(clusters == c) for c in np.unique(clusters)]
    return [
        np.concatenate([members[d] for d in random.integers(0, len(members), len(members))])
        for _ in range(_RESAMPLES)
    ]


def figures(
    rows: Sequence[Measured], scores: Floats, threshold: float, drawn: Sequence[Resample]
) -> tuple[dict[str, float], Floats]:
    """Balanced accuracy and AUC in percent with 95 % intervals, and the resampled accuracies."""
    truth, said = labels(rows), scores >= threshold
    accuracies = np.array([_accuracy(truth[d], said[d]) for d in drawn])
    areas = [_area(truth[d], scores[d]) for d in drawn]
    low, high = np.nanpercentile(accuracies, [2.5, 97.5])
    auc_low, auc_high = np.nanpercentile(areas, [2.5, 97.5])
    found = {
        "balanced_accuracy": balanced_accuracy(truth, said),
        "low": low,
        "high": high,
        "auc": _area(truth, scores),
        "auc_low": auc_low,
        "auc_high": auc_high,
        "says_supported": 100 * said.mean(),
        "right": 100 * truth[said].mean() if said.any() else float("nan"),
        "threshold": threshold,
    }
    return {k: round(float(v), 2) for k, v in found.items()}, accuracies


def _accuracy(truth: Flags, said: Flags) -> float:
    return balanced_accuracy(truth, said) if 0 < truth.sum() < len(truth) else float("nan")


def _area(truth: Flags, scores: Floats) -> float:
    found = auc(truth.tolist(), scores.tolist())
    return float("nan") if found is None else 100 * found

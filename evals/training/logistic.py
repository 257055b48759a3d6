"""Logistic regression with signs, in numpy: small, deterministic, no further dependency."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_STEPS = 1500


@dataclass(frozen=True)
class Fitted:
    """Weights on standardised features."""

    mean: Floats
    scale: Floats
    weights: Floats
    intercept: float

    def probabilities(self, features: Floats) -> Floats:
        """P(supported) for features of shape (n, k)."""
        logits = ((features - self.mean) / self.scale) @ self.weights + self.intercept
        return np.asarray(1 / (1 + np.exp(-logits)))


def fit(features: Floats, labels: Flags, importance: Floats, never_up: Flags, l2: float) -> Fitted:
    """Minimise the weighted log loss by accelerated projected gradient (Beck & Teboulle, 2009).

    Args:
        features: shape (n, k).
        labels: shape (n,), true where supported.
        importance: shape (n,), weight of each row.
        never_up: shape (k,), features whose weight may not be positive.
        l2: ridge penalty on the standardised weights, not on the intercept.
    """
    share = importance / importance.sum()
    mean = share @ features
    scale = np.sqrt(share @ (features - mean) ** 2) + 1e-9
    design = np.c_[(features - mean) / scale, np.ones(len(features))]
    penalty = np.r_[np.full(features.shape[1], l2), 0.0]
    curvature = np.linalg.eigvalsh((design * share[:, None]).T @ design)[-1] / 4 + l2
    now = ahead = np.zeros(design.shape[1])
    pace = 1.0
    for _ in range(_STEPS):
        error = 1 / (1 + np.exp(-design @ ahead)) - labels
        following = ahead - (design.T @ (share * error) + penalty * ahead) / curvature
        following[:-1][never_up] = np.minimum(following[:-1][never_up], 0.0)
        next_pace = (1 + np.sqrt(1 + 4 * pace**2)) / 2
        ahead = following + (pace - 1) / next_pace * (following - now)
        now, pace = following, next_pace
    return Fitted(mean, scale, now[:-1], float(now[-1]))


def balanced(labels: Flags) -> Floats:
    """Weigh rows so that supported and not supported count the same and sum to one."""
    share = np.where(labels, labels.mean(), 1 - labels.mean())
    return np.asarray(1 / (2 * share * len(labels)))


def balanced_accuracy(labels: Flags, predicted: Flags) -> float:
    """Mean of the hit rates on both classes, in percent."""
    return float(50 * (predicted[labels].mean() + (~predicted[~labels]).mean()))

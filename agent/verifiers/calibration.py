"""From what the judge says to a probability, and the one threshold."""

import math

THRESHOLD = 0.56
"""P(supported) from which a sentence stands, for the page, `check` and `verdict judge` alike."""
SLOPE, OFFSET = 0.4193, -0.1354
"""Platt scaling (1999) of the judge's log odds, fitted on unseen written rows, each class weighing
the same; its error is in the model card."""


def calibrated(probability: float) -> float:
    """P(supported) in (0, 1) of a window whose support the judge gives as `probability`."""
    p = min(max(probability, 1e-6), 1 - 1e-6)
    return 1 / (1 + math.exp(-(SLOPE * math.log(p / (1 - p)) + OFFSET)))

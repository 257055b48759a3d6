"""What an answer cost: time, calls, tokens, money."""

from collections.abc import Sequence

import numpy as np

from agent.types import Usage
from evals.metrics.types import Score


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


def calls(usage: Usage | None) -> Score:
    """Calls of a language model for one item; not scored where nobody counted."""
    return _one(usage.calls if usage else None)


def tokens(usage: Usage | None) -> Score:
    """Tokens in and out for one item; not scored where nobody counted."""
    return _one(usage.input_tokens + usage.output_tokens if usage else None)


def cost(usage: Usage | None) -> Score:
    """US dollars for one item: 0 without a call, not scored where the price is not known."""
    if usage is None:
        return _one(None)
    return _one(0.0 if usage.calls == 0 else usage.cost)


def _one(value: float | None) -> Score:
    return Score.of((None if value is None else float(value),))

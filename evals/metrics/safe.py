"""Long-form factuality: counts of supported facts turned into one figure."""

import math
from collections.abc import Sequence

from evals.metrics.types import Score, f1

GAMMA = 10
"""Facts from which FActScore takes no length penalty."""


def f1_at_k(supported: int, unsupported: int, k: int) -> float:
    """Balance precision with the number of facts that a reader wants.

    P = S / (S + N), R = min(1, S / K), F1@K = 2PR / (P + R); 0 where S = 0.
    Source: SAFE, Wei et al. 2024 (arXiv 2403.18802); VeriScore takes the median number of facts
    for K.

    Raises:
        ValueError: a negative count, or K below 1.
    """
    if min(supported, unsupported) < 0 or k < 1:
        raise ValueError("Counts cannot be negative, and K is 1 or more.")
    if not supported:
        return 0.0
    return f1(supported / (supported + unsupported), min(1.0, supported / k)) or 0.0


def length_penalty(facts: int, gamma: int = GAMMA) -> float:
    """1 where facts > gamma, else exp(1 - gamma / facts); 0 without a fact.

    Source: FActScore, Min et al. 2023 (arXiv 2305.14251), `factscorer.py`.
    """
    if facts == 0:
        return 0.0
    return 1.0 if facts > gamma else math.exp(1 - gamma / facts)


def factscore(supported: Sequence[bool | None], gamma: int = GAMMA) -> Score:
    """Share of atomic facts that are supported, times the penalty for saying little.

    A response without facts is not scored, as in the original, where it leaves the mean and shows
    in the respond ratio; here it shows in `unscored` of the mean over responses. Facts that could
    not be checked count for neither side.
    """
    plain = Score.of(None if s is None else float(s) for s in supported)
    if plain.value is None:
        return plain
    return plain.model_copy(update={"value": plain.value * length_penalty(plain.n, gamma)})

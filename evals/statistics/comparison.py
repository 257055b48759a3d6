"""Two systems on the same items: is the difference more than chance?"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest, permutation_test

from agent.types import Value
from evals.statistics.estimate import Estimate, mean

PERMUTATIONS: Final = 9999
_BATCH: Final = 500


class Comparison(Value):
    """First minus second, item by item."""

    difference: Estimate
    p_value: float | None
    """Two-sided; None where nothing could be paired."""


class McNemar(Value):
    """Items on which two systems disagree."""

    only_first: int
    """Right by the first, wrong by the second."""
    only_second: int
    n: int
    unscored: int
    """Items that one of the two has no result for."""
    p_value: float
    """Two-sided and exact."""


def compare(
    first: Sequence[float | None],
    second: Sequence[float | None],
    clusters: Sequence[str],
    seed: int,
    permutations: int = PERMUTATIONS,
) -> Comparison:
    """Paired permutation test of the mean difference, whole clusters exchanged at once.

    Under the null the two systems are exchangeable in each cluster; exact where there are at most
    `permutations` ways, else drawn. Items that one of them has no mark for are counted as
    unscored. The interval is the clustered t interval of the differences. Source: Fisher 1935;
    `scipy.stats.permutation_test`.

    Args:
        first: shape (n,), marks of the first system; None is not scored.
        second: shape (n,), marks of the second on the same items.
        clusters: shape (n,), the id of each item's cluster.
        seed: of the generator.
        permutations: how many are drawn at most.
    """
    gaps = [None if a is None or b is None else a - b for a, b in zip(first, second, strict=True)]
    difference = Estimate.model_validate(
        mean(gaps, clusters, share=False).model_dump() | {"seed": seed}
    )
    sums: dict[str, float] = {}
    for gap, cluster in zip(gaps, clusters, strict=True):
        if gap is not None:
            sums[cluster] = sums.get(cluster, 0.0) + gap
    if not sums:
        return Comparison(difference=difference, p_value=None)
    totals = np.array(list(sums.values()))
    return Comparison(difference=difference, p_value=_exchanged(totals, seed, permutations))


def mcnemar(first: Sequence[bool | None], second: Sequence[bool | None]) -> McNemar:
    """Exact McNemar test: among the items that only one got right, is it a fair coin?

    Assumes independent items: with several items a cluster use `compare`. Source: McNemar 1947,
    exact binomial form.
    """
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    only_first = sum(a and not b for a, b in pairs)
    only_second = sum(b and not a for a, b in pairs)
    discordant = only_first + only_second
    p_value = float(binomtest(only_first, discordant).pvalue) if discordant else 1.0
    return McNemar(
        only_first=only_first,
        only_second=only_second,
        n=len(pairs),
        unscored=len(first) - len(pairs),
        p_value=p_value,
    )


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjust the p-values of a family of metrics for their number.

    The i-th smallest of m becomes the largest of (m - j + 1) p_j over j <= i, at most 1.
    Source: Holm 1979.
    """
    adjusted: dict[str, float] = {}
    worst = 0.0
    for rank, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p))
        adjusted[name] = worst
    return {name: adjusted[name] for name in p_values}


def _exchanged(totals: npt.NDArray[np.float64], seed: int, permutations: int) -> float:
    """P-value of the sum of cluster differences under exchange within each cluster."""
    if len(totals) < 2:
        return 1.0  # one cluster exchanged or not: both sums are as large

    def statistic(
        a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], axis: int
    ) -> npt.NDArray[np.float64]:
        return np.asarray(np.sum(a - b, axis=axis))

    # Exchanging (d/2, -d/2) turns d into -d, so only the difference of a cluster is needed.
    return float(
        permutation_test(
            (totals / 2, -totals / 2),
            statistic,
            permutation_type="samples",
            vectorized=True,
            n_resamples=permutations,
            batch=_BATCH,
            rng=np.random.default_rng(seed),
        ).pvalue
    )

"""What a figure is worth: intervals that know about clusters, paired comparisons, agreement.

Sentences of one page share their question, library and writer, so they are not independent: the
page is the cluster. Every result carries n, clusters, what was not scored, and the seed where
anything was drawn.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit
from scipy.stats import binomtest, permutation_test

from agent.types import Value

LEVEL: Final = 0.95
RESAMPLES: Final = 2000
UNDEFINED: Final = 0.05
"""Share of resamples without a value above which a bootstrap interval is not given."""

T = TypeVar("T")
PERMUTATIONS: Final = 9999
_BATCH: Final = 500


class Estimate(Value):
    """One figure of a report."""

    value: float | None
    """None where nothing was scored."""
    n: int
    """Units scored."""
    unscored: int = 0
    clusters: int
    """Clusters with at least one scored unit."""
    stderr: float | None = None
    low: float | None = None
    """Ends of the 95 % interval; None for fewer than two clusters."""
    high: float | None = None
    method: str = ""
    """How the interval was made: clustered Wilson, clustered t, cluster bootstrap."""
    seed: int | None = None
    """Where something was drawn."""


def estimate_mean(
    values: Sequence[float | None], clusters: Sequence[str], *, share: bool = True
) -> Estimate:
    """Mean with the clustered standard error and an interval on clusters - 1 degrees of freedom.

    SE = sqrt( C/(C-1) sum_c ( sum_{i in c} (x_i - mean) )^2 ) / n. Source: Miller 2024 (arXiv
    2411.00640, appendix A) with the small-sample factor C/(C-1) of Cameron and Miller 2015, as
    Inspect's `stderr(cluster=...)`. A share gets Wilson's interval for as many trials as its
    variance is worth (see `wilson`), since mean +- t SE is far too narrow near 1; a figure without
    bounds gets mean +- t SE.

    Args:
        values: shape (n,); None is not scored.
        clusters: shape (n,), the id of each value's cluster.
        share: whether the values lie in [0, 1]; not so for seconds, costs and differences.

    Raises:
        ValueError: the lengths differ, or a share has a value outside [0, 1].
    """
    rows = [(v, c) for v, c in zip(values, clusters, strict=True) if v is not None]
    unscored = len(values) - len(rows)
    if not rows:
        return Estimate(value=None, n=0, unscored=unscored, clusters=0)
    given = np.array([v for v, _ in rows], dtype=float)
    if share and not bool(np.all((given >= 0) & (given <= 1))):
        raise ValueError("A value lies outside [0, 1]: this is no share, so pass share=False.")
    value = float(given.mean())
    sums = _cluster_sums(given - value, [c for _, c in rows])
    plain = Estimate(value=value, n=len(rows), unscored=unscored, clusters=len(sums))
    if len(sums) < 2:
        return plain
    stderr = standard_error(sums, len(rows))
    quantile = float(stdtrit(len(sums) - 1, (1 + LEVEL) / 2))
    if share:
        trials = effective_trials(value, stderr, float(given.std()), len(rows), len(sums))
        low, high, method = *wilson(value, trials, quantile), "clustered Wilson"
    else:
        low, high, method = value - quantile * stderr, value + quantile * stderr, "clustered t"
    found = {"stderr": stderr, "low": low, "high": high, "method": method}
    return Estimate.model_validate(plain.model_dump() | found)


def estimate_pooled(marks: Sequence[Sequence[float | None]], clusters: Sequence[str]) -> Estimate:
    """Mean over the units of all items, the interval clustered: a micro average.

    Args:
        marks: for each item the marks of its units (`Score.marks`).
        clusters: for each item the id of its cluster; items that share one stay together.
    """
    units = [(m, c) for item, c in zip(marks, clusters, strict=True) for m in item]
    return estimate_mean([m for m, _ in units], [c for _, c in units])


def bootstrap_clusters(
    groups: Sequence[Sequence[T]],
    statistic: Callable[[list[T]], float | None],
    seed: int,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Percentile interval of any statistic by drawing whole clusters with replacement.

    For what is no mean: F1, AUC, balanced accuracy, AURC, ECE, nuggets by page. A resample in
    which the statistic is None is left out; above a share of `UNDEFINED` no interval is given.
    Source: Davison and Hinkley 1997, section 2.4. (`scipy.stats.bootstrap` gives the same, but
    cannot leave a resample out.)

    Args:
        groups: the units of each cluster.
        statistic: of the units of all drawn clusters together.
        seed: of the generator; the same seed gives the same interval.
        resamples: how many.
    """
    everything = [unit for group in groups for unit in group]
    plain = Estimate(
        value=statistic(everything), n=len(everything), clusters=len(groups), seed=seed
    )
    if plain.value is None or len(groups) < 2:
        return plain
    rng = np.random.default_rng(seed)
    drawn = (rng.integers(len(groups), size=len(groups)) for _ in range(resamples))
    values = [statistic([unit for i in picked for unit in groups[i]]) for picked in drawn]
    defined = np.array([value for value in values if value is not None])
    if len(defined) < (1 - UNDEFINED) * resamples:
        return plain
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    found = {"stderr": float(defined.std(ddof=1)), "low": float(low), "high": float(high)}
    return Estimate.model_validate(plain.model_dump() | found | {"method": "cluster bootstrap"})


def format_estimate(e: Estimate, sign: str = "") -> str:
    """A figure with its interval where it has one; "none" where nothing was scored."""
    if e.value is None:
        return "none"
    if e.low is None or e.high is None:
        return f"{e.value:{sign}.3f}"
    return f"{e.value:{sign}.3f} [{e.low:{sign}.3f} {e.high:{sign}.3f}]"


def standard_error(sums: npt.NDArray[np.float64], n: int) -> float:
    """Clustered standard error of a mean over n units.

    Args:
        sums: shape (clusters,), the sum of each cluster's deviations from the mean.
        n: units in all clusters.
    """
    return math.sqrt(len(sums) / (len(sums) - 1) * float(sums @ sums)) / n


def effective_trials(value: float, stderr: float, deviation: float, n: int, clusters: int) -> float:
    """Independent trials that would tell as much about a share: p (1 - p) / variance.

    Where all clusters are alike by chance the variance of independent values is taken, and where
    all values are the same each cluster counts as one trial. Source: Korn and Graubard 1998.

    Args:
        value: the share.
        stderr: its clustered standard error.
        deviation: standard deviation of the values, divisor n.
        n: values.
        clusters: clusters.
    """
    variance = stderr**2 or deviation**2 / n
    return value * (1 - value) / variance if variance > 0 else float(clusters)


def wilson(value: float, trials: float, quantile: float) -> tuple[float, float]:
    """Wilson's score interval of a share, q being the quantile of t or of the normal.

    ( p + q^2/2n +- q sqrt( p (1 - p) / n + q^2/4n^2 ) ) / (1 + q^2/n). Source: Wilson 1927; with
    effective trials Franco, Little, Louis and Slud 2019.
    """
    extra = quantile**2 / trials
    centre = value + extra / 2
    reach = quantile * math.sqrt(value * (1 - value) / trials + extra / trials / 4)
    return max(0.0, (centre - reach) / (1 + extra)), min(1.0, (centre + reach) / (1 + extra))


def _cluster_sums(
    values: npt.NDArray[np.float64], clusters: Sequence[str]
) -> npt.NDArray[np.float64]:
    places = {name: i for i, name in enumerate(dict.fromkeys(clusters))}
    return np.bincount([places[c] for c in clusters], weights=values).astype(np.float64)


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


def compare_paired(
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
        estimate_mean(gaps, clusters, share=False).model_dump() | {"seed": seed}
    )
    sums: dict[str, float] = {}
    for gap, cluster in zip(gaps, clusters, strict=True):
        if gap is not None:
            sums[cluster] = sums.get(cluster, 0.0) + gap
    if not sums:
        return Comparison(difference=difference, p_value=None)
    totals = np.array(list(sums.values()))
    return Comparison(
        difference=difference, p_value=_permutation_p_value(totals, seed, permutations)
    )


def mcnemar(first: Sequence[bool | None], second: Sequence[bool | None]) -> McNemar:
    """Exact McNemar test: among the items that only one got right, is it a fair coin?

    Assumes independent items: with several items a cluster use `compare_paired`. Source: McNemar
    1947, exact binomial form.
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


def _permutation_p_value(totals: npt.NDArray[np.float64], seed: int, permutations: int) -> float:
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


class Agreement(Value):
    """Two judges on the same items."""

    kappa: float | None
    """None where nothing was paired, or where both gave one and the same label throughout."""
    observed: float | None
    """Share of items with the same label."""
    expected: float | None
    """The same by chance, from each judge's own shares."""
    n: int
    unscored: int
    """Items that one of the two has no label for."""


def cohen_kappa(first: Sequence[str | None], second: Sequence[str | None]) -> Agreement:
    """Kappa = (p_o - p_e) / (1 - p_e), unweighted. Source: Cohen 1960.

    For an interval, pass pairs by cluster to `bootstrap`.
    """
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    n, unscored = len(pairs), len(first) - len(pairs)
    if not n:
        return Agreement(kappa=None, observed=None, expected=None, n=0, unscored=unscored)
    one, two = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    agreed = sum(a == b for a, b in pairs)
    chance = sum(one[label] * two[label] for label in one)
    observed, expected = agreed / n, chance / n**2
    # In whole numbers, so that "all the same label" is told exactly.
    kappa = (n * agreed - chance) / (n**2 - chance) if chance < n**2 else None
    return Agreement(kappa=kappa, observed=observed, expected=expected, n=n, unscored=unscored)

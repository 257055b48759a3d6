"""A figure with its uncertainty."""

import math
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from agent.types import Value

LEVEL: Final = 0.95
RESAMPLES: Final = 2000
UNDEFINED: Final = 0.05
"""Share of resamples without a value above which a bootstrap interval is not given."""

T = TypeVar("T")


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


def mean(
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


def pooled(marks: Sequence[Sequence[float | None]], clusters: Sequence[str]) -> Estimate:
    """Mean over the units of all items, the interval clustered: a micro average.

    Args:
        marks: for each item the marks of its units (`Score.marks`).
        clusters: for each item the id of its cluster; items that share one stay together.
    """
    units = [(m, c) for item, c in zip(marks, clusters, strict=True) for m in item]
    return mean([m for m, _ in units], [c for _, c in units])


def bootstrap(
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

import math

import numpy as np
import pytest
from scipy import stats

from evals.metrics.scores import auc
from evals.statistics import (
    Estimate,
    bootstrap_clusters,
    cohen_kappa,
    compare_paired,
    estimate_mean,
    estimate_pooled,
    holm,
    mcnemar,
)


def clustered_by_hand(values: list[float], clusters: list[str]) -> float:
    """The formula that Inspect documents for `stderr(cluster=...)`, written out."""
    n, names = len(values), sorted(set(clusters))
    centre = math.fsum(values) / n
    variance = 0.0
    for name in names:
        inside = [v for v, c in zip(values, clusters, strict=True) if c == name]
        variance += sum((a - centre) * (b - centre) for a in inside for b in inside)
    return math.sqrt(variance * len(names) / (len(names) - 1)) / n


@pytest.mark.parametrize("seed", range(4))
def test_the_clustered_error_is_the_published_formula(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = [float(v) for v in rng.random(60)]
    clusters = [f"page {c}" for c in rng.integers(0, 9, 60)]
    found = estimate_mean(values, clusters)
    assert found.stderr == pytest.approx(clustered_by_hand(values, clusters), abs=1e-9)
    assert found.value == pytest.approx(np.mean(values))
    assert (found.n, found.clusters) == (60, len(set(clusters)))


def test_with_one_value_a_cluster_it_is_the_plain_t_interval() -> None:
    values = [0.1, 0.5, 0.4, 0.9, 0.7]
    found = estimate_mean(values, list("abcde"), share=False)
    plain = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high))
    assert found.method == "clustered t"


def coverage_of_means(icc: float, runs: int) -> float:
    """Share of intervals, over 40 clusters of 10 normal values, that hold the true mean."""
    rng = np.random.default_rng(20 + round(100 * icc))
    names = [str(i) for i in range(40) for _ in range(10)]
    hits = 0
    for _ in range(runs):
        shared = np.repeat(rng.normal(size=40), 10)
        drawn = np.sqrt(icc) * shared + np.sqrt(1 - icc) * rng.normal(size=400)
        hits += holds(0.0, estimate_mean(drawn.tolist(), names, share=False))
    return hits / runs


def coverage_of_shares(icc: float, runs: int, *, true: float = 0.9, naive: bool = False) -> float:
    """Share of intervals, over 100 clusters of 5 beta-binomial values, that hold the true share."""
    rng = np.random.default_rng(30 + round(100 * icc))
    names = [str(i if naive else i // 5) for i in range(500)]
    spread = (1 - icc) / icc if icc else 0.0
    hits = 0
    for _ in range(runs):
        of_cluster = (
            rng.beta(true * spread, (1 - true) * spread, 100) if icc else np.full(100, true)
        )
        drawn = rng.random(500) < np.repeat(of_cluster, 5)
        hits += holds(true, estimate_mean(drawn.astype(float).tolist(), names))
    return hits / runs


def holds(truth: float, found: Estimate) -> bool:
    assert found.low is not None
    assert found.high is not None
    return found.low <= truth <= found.high


@pytest.mark.parametrize("icc", [0.0, 0.2, 0.5, 0.7])
def test_the_interval_holds_the_truth_as_often_as_it_says(icc: float) -> None:
    assert 0.935 <= coverage_of_means(icc, 1500) <= 0.965
    assert 0.935 <= coverage_of_shares(icc, 1500) <= 0.965


def test_the_interval_of_a_share_near_one_is_not_too_narrow() -> None:
    assert coverage_of_shares(0.2, 600, true=0.97) >= 0.93


def test_an_interval_that_ignores_clusters_holds_the_truth_far_too_seldom() -> None:
    assert coverage_of_shares(0.7, 300, naive=True) < 0.8


def test_what_is_not_scored_is_counted_and_never_averaged() -> None:
    found = estimate_mean([1.0, None, 0.0, None], ["a", "a", "b", "c"])
    assert (found.value, found.n, found.unscored, found.clusters) == (0.5, 2, 2, 2)
    nothing = estimate_mean([None], ["a"])
    assert (nothing.value, nothing.n, nothing.unscored) == (None, 0, 1)


def test_one_cluster_has_no_interval() -> None:
    found = estimate_mean([1.0, 0.0, 1.0], ["a", "a", "a"])
    assert (found.stderr, found.low, found.high) == (None, None, None)


def test_a_perfect_share_is_not_a_certain_one() -> None:
    found = estimate_mean([1.0] * 30, [str(i // 3) for i in range(30)])
    quantile = stats.t.ppf(0.975, 9)
    assert found.low == pytest.approx(10 / (10 + quantile**2))
    assert found.high == 1


def test_clusters_that_happen_to_be_alike_do_not_make_a_share_certain() -> None:
    found = estimate_mean([1.0, 0.0] * 10, [str(i // 2) for i in range(20)])
    assert found.stderr == 0
    assert (found.low, found.high) == pytest.approx((0.28, 0.72), abs=0.01)


@pytest.mark.parametrize("right", [0, 3, 1700, 2000])
def test_many_independent_values_get_the_interval_that_scipy_gives(right: int) -> None:
    values = [1.0] * right + [0.0] * (2000 - right)
    found = estimate_mean(values, [str(i) for i in range(2000)])
    expected = stats.binomtest(right, 2000).proportion_ci(0.95, method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=2e-5)


def test_what_is_no_share_must_say_so() -> None:
    with pytest.raises(ValueError, match="share=False"):
        estimate_mean([1.5, 0.5], ["a", "b"])
    unbounded = estimate_mean([0.9, 1.5], ["a", "b"], share=False)
    assert unbounded.high is not None
    assert unbounded.high > 1.5


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        estimate_mean([1.0, 0.0], ["a"])


def test_units_of_one_item_stay_in_its_cluster() -> None:
    marks = [(1.0, 0.0, None), (1.0,), ()]
    found = estimate_pooled(marks, ["a", "b", "c"])
    assert found == estimate_mean([1.0, 0.0, None, 1.0], ["a", "a", "a", "b"])


def average(units: list[float]) -> float | None:
    return sum(units) / len(units) if units else None


def test_the_bootstrap_of_a_mean_agrees_with_scipys_and_with_the_formula() -> None:
    rng = np.random.default_rng(7)
    groups = [[float(v) for v in rng.random(5) + rng.normal()] for _ in range(40)]
    found = bootstrap_clusters(groups, average, seed=3, resamples=1500)
    theirs = stats.bootstrap(
        ([sum(g) / 5 for g in groups],),
        np.mean,
        n_resamples=1500,
        method="percentile",
        rng=np.random.default_rng(3),
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.03)
    formula = estimate_mean(
        [v for g in groups for v in g], [str(i) for i in range(40) for _ in range(5)], share=False
    )
    assert found.stderr == pytest.approx(formula.stderr, rel=0.1)
    assert found.seed == 3


def test_the_same_seed_draws_the_same_interval_and_another_seed_another() -> None:
    groups = [[float(i % 3), float(i)] for i in range(8)]
    first, again, other = (bootstrap_clusters(groups, average, seed, 200) for seed in (1, 1, 2))
    assert first == again
    assert (first.low, first.high) != (other.low, other.high)


def test_no_interval_where_too_many_resamples_have_no_value() -> None:
    groups = [[(True, 0.9)], [(False, 0.1)]]
    found = bootstrap_clusters(
        groups, lambda rows: auc([y for y, _ in rows], [s for _, s in rows]), 1, 200
    )
    assert found.value == 1
    assert found.low is None


def test_few_clusters_are_exchanged_in_every_way() -> None:
    first = [1.0, 1.0, 1.0, 1.0]
    found = compare_paired(first, [0.0] * 4, list("abcd"), seed=1)
    assert found.p_value == pytest.approx(2 / 2**4)
    assert found.difference.value == 1
    together = compare_paired(first, [0.0] * 4, list("aabb"), seed=1)
    assert together.p_value == pytest.approx(2 / 2**2), "a cluster is exchanged whole"
    assert compare_paired(first, [0.0] * 4, list("aaaa"), seed=1).p_value == 1


def test_two_equal_systems_do_not_differ() -> None:
    values = [float(i % 2) for i in range(40)]
    found = compare_paired(
        values, values, [str(i // 4) for i in range(40)], seed=1, permutations=99
    )
    assert found.difference.value == 0
    assert found.p_value == 1


def test_a_pair_with_a_missing_half_is_counted_apart() -> None:
    found = compare_paired([1.0, None, 1.0], [0.0, 0.0, None], list("abc"), seed=5)
    assert (found.difference.n, found.difference.unscored) == (1, 2)
    assert found.difference.seed == 5
    assert compare_paired([None], [0.0], ["a"], seed=1).p_value is None


def test_a_true_null_is_rejected_about_as_often_as_it_should_be() -> None:
    rng = np.random.default_rng(11)
    clusters = [str(i) for i in range(20) for _ in range(5)]
    rejected = 0
    for run in range(200):
        gap = np.repeat(rng.normal(size=20), 5) + 0.3 * rng.normal(size=100)
        found = compare_paired(gap.tolist(), [0.0] * 100, clusters, seed=run, permutations=199)
        rejected += (found.p_value or 0) <= 0.05
    assert 0.01 <= rejected / 200 <= 0.10


def test_the_exact_test_of_disagreement_by_hand() -> None:
    first = [True] * 8 + [False] * 2 + [True] * 5 + [None]
    second = [False] * 8 + [True] * 2 + [True] * 5 + [True]
    found = mcnemar(first, second)
    assert (found.only_first, found.only_second, found.n, found.unscored) == (8, 2, 15, 1)
    assert found.p_value == pytest.approx(2 * sum(math.comb(10, k) for k in range(3)) / 2**10)
    assert mcnemar([True], [True]).p_value == 1


def test_many_metrics_raise_the_bar_step_by_step() -> None:
    assert holm({"a": 0.04, "b": 0.01, "c": 0.03, "d": 0.005}) == pytest.approx(
        {"a": 0.06, "b": 0.03, "c": 0.06, "d": 0.02}
    )
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
    assert holm({}) == {}


def test_agreement_beyond_chance_by_hand() -> None:
    first = ["yes"] * 25 + ["no"] * 25 + [None]
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15 + ["yes"]
    found = cohen_kappa(first, second)
    assert found.kappa == pytest.approx(0.4)
    assert (found.observed, found.expected) == pytest.approx((0.7, 0.5))
    assert (found.n, found.unscored) == (50, 1)


def test_two_judges_who_only_know_one_answer_agree_on_nothing() -> None:
    assert cohen_kappa(["yes"] * 7, ["yes"] * 7).kappa is None
    assert cohen_kappa(["yes", "no"], ["no", "yes"]).kappa == -1
    assert cohen_kappa([], []).kappa is None

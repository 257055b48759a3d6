"""Metrics of scores and of rankings: classification, calibration, abstention, retrieval."""

from itertools import permutations

import pytest

from evals.metrics.published import recompute_figures
from evals.metrics.scores import (
    auc,
    aurc,
    balanced_accuracy,
    brier,
    confusion,
    ece,
    f1_at,
    ndcg_at_k,
    over_rejection,
    recall_at_k,
    reciprocal_rank,
    reliability_bins,
    retention_curve,
)

LABELS = [True, True, True, False, False, False, False]
SCORES = [0.9, 0.5, 0.2, 0.5, 0.4, 0.1, 0.0]


def test_a_score_at_the_threshold_is_positive() -> None:
    counts = confusion(LABELS, SCORES, 0.5)
    assert (counts.true_positives, counts.false_negatives) == (2, 1)
    assert (counts.false_positives, counts.true_negatives) == (1, 3)
    assert balanced_accuracy(LABELS, SCORES, 0.5) == pytest.approx((2 / 3 + 3 / 4) / 2)
    assert f1_at(LABELS, SCORES, 0.5) == pytest.approx(2 / 3)


def test_the_area_is_the_share_of_pairs_in_order_with_ties_by_half() -> None:
    pairs = [(p, n) for p, y in zip(SCORES, LABELS, strict=True) if y for n in SCORES[3:]]
    by_hand = sum(1.0 if p > n else 0.5 if p == n else 0.0 for p, n in pairs) / len(pairs)
    assert auc(LABELS, SCORES) == pytest.approx(by_hand)


def test_one_answer_for_all_is_worth_half() -> None:
    constant = [0.5] * len(LABELS)
    assert balanced_accuracy(LABELS, constant, 0.5) == 0.5
    assert balanced_accuracy(LABELS, constant, 0.6) == 0.5
    assert auc(LABELS, constant) == 0.5


def test_rows_without_a_score_are_counted_and_left_out() -> None:
    counts = confusion([True, False, True], [0.9, 0.1, None], 0.5)
    assert counts.unscored == 1
    assert balanced_accuracy([True, False, True], [0.9, 0.1, None], 0.5) == 1


def test_a_missing_class_is_not_scored() -> None:
    assert auc([True, True], [0.1, 0.9]) is None
    assert balanced_accuracy([False], [0.1], 0.5) is None
    assert f1_at([False], [0.1], 0.5) is None


def test_published_outputs_are_compared_at_the_threshold_they_were_published_for() -> None:
    rows = [
        {"label": "supported" if y else "not_supported", "score": s}
        for y, s in zip(LABELS, SCORES, strict=True)
    ]
    published = {
        "auc": 10 / 12,
        "f1": {"f1": 4 / 7, "precision": 1 / 2, "recall": 2 / 3, "threshold": 0.4},
        "balanced_accuracy": {"balanced_accuracy": 17 / 24, "threshold": 0.5},
    }
    found = {
        name: (ours, theirs)
        for name, ours, theirs in recompute_figures({"rows": rows, "published": published})
    }
    assert found["balanced accuracy"][0] == pytest.approx(found["balanced accuracy"][1])
    assert found["f1"][0] == pytest.approx(found["f1"][1])
    assert found["precision"][0] == pytest.approx(found["precision"][1])


def test_calibration_by_hand() -> None:
    probabilities = [0.05, 0.15, 0.95, 1.0]
    labels = [False, True, True, False]
    # bins: 0.05|0, 0.15|1, (0.95, 1.0)|(1, 0)
    assert ece(probabilities, labels) == pytest.approx(0.05 / 4 + 0.85 / 4 + 0.475 / 2)
    assert brier(probabilities, labels) == pytest.approx((0.05**2 + 0.85**2 + 0.05**2 + 1) / 4)
    bins = reliability_bins(probabilities, labels)
    assert [b.n for b in bins] == [1, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert bins[2].accuracy is None
    assert ece([], []) is None


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        brier([1.2], [True])
    with pytest.raises(ValueError, match="one for each"):
        brier([0.2], [True, False])


def test_a_perfect_order_has_no_risk_until_the_wrong_ones_come() -> None:
    assert aurc([0.9, 0.8, 0.1], [True, True, False]) == pytest.approx((0 + 0 + 1 / 3) / 3)
    assert aurc([0.1, 0.8, 0.9], [True, True, False]) == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
    assert aurc([], []) is None


def test_equal_scores_give_the_error_rate_in_any_order() -> None:
    for right in set(permutations([True, False, True, True])):
        assert aurc([0.5] * 4, right) == pytest.approx(0.25)


def test_the_curve_has_a_point_for_each_threshold() -> None:
    curve = retention_curve([0.9, 0.5, 0.5, 0.1, 0.3], [True, True, False, False, None])
    assert [(p.threshold, p.retention, p.n) for p in curve] == [
        (0.9, 0.25, 1),
        (0.5, 0.75, 3),
        (0.1, 1.0, 4),
    ]
    assert [p.precision for p in curve] == pytest.approx([1, 2 / 3, 1 / 2])


def test_the_gate_pays_for_true_sentences_that_it_throws_out() -> None:
    score = over_rejection([True, True, False, None], [True, False, False, True])
    assert (score.value, score.n, score.unscored) == (0.5, 2, 1)


def test_a_gate_that_keeps_nothing_rejects_every_true_sentence() -> None:
    assert over_rejection([True, True], [False, False]).value == 1


def test_ranking_by_hand() -> None:
    gains = {"a": 3.0, "b": 2.0, "c": 1.0}
    ideal = 3 + 2 / 1.5849625007211562 + 1 / 2
    found = 2 + 3 / 2
    assert ndcg_at_k(["b", "x", "a"], gains, 10) == pytest.approx(found / ideal)
    assert ndcg_at_k(["a", "b", "c"], gains, 10) == 1
    assert recall_at_k(["b", "x", "a"], gains, 2) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x", "b", "a"], ["a", "b"]) == 0.5
    assert reciprocal_rank(["x"], ["a"]) == 0


def test_an_id_ranked_twice_gains_once() -> None:
    assert ndcg_at_k(["a", "a", "b"], {"a": 1.0, "b": 1.0}, 2) == 1
    assert recall_at_k(["a", "a", "b"], ["a", "b"], 2) == 1


def test_a_query_without_relevant_documents_is_not_scored() -> None:
    assert ndcg_at_k(["a"], {}, 10) is None
    assert recall_at_k(["a"], [], 10) is None
    assert reciprocal_rank(["a"], []) is None

"""Absence, verdicts and long-form factuality."""

import pytest

from agent.types import Certificate
from evals.metrics.answers import (
    certified_rate,
    count_verdicts,
    macro_f1,
    must_cite_recall,
    must_not_say_rate,
    verdict_accuracy,
)
from retrieval.types import Scope
from tests.unit.evals.metrics.judges import answer, judge, statement


def certificate(
    *, best: float = 0.1, probe: float = 0.9, on_topic: int = 5, found: bool = False
) -> Certificate:
    return Certificate(
        proposition="it fell",
        scope=Scope(passages=40, sources=9, origins=8, undated=0),
        on_topic=on_topic,
        best_score=best,
        threshold=0.5,
        probe_score=probe,
        found=found,
    )


@pytest.mark.parametrize(
    "weak",
    [
        pytest.param(None, id="none"),
        pytest.param(certificate(found=True), id="found something"),
        pytest.param(certificate(best=0.6), id="above the threshold"),
        pytest.param(certificate(probe=0.4), id="probe not found"),
        pytest.param(certificate(on_topic=2), id="too few on topic"),
        pytest.param(certificate(on_topic=41), id="more on topic than searched"),
    ],
)
def test_a_certificate_that_proves_no_search_counts_as_none(weak: Certificate | None) -> None:
    assert certified_rate([weak]).value == 0
    assert certified_rate([certificate()]).value == 1


def test_what_must_be_cited_is_looked_up_by_id() -> None:
    assert must_cite_recall({"a", "b"}, ["a", "c"]).value == 0.5
    assert must_cite_recall({"a"}, []).value is None


def test_what_must_not_be_said_is_found_in_any_statement() -> None:
    said = answer(statement("red fox"), statement("blue sea"))
    assert must_not_say_rate(said, ["blue sea", "cold night"], judge).value == 0.5
    assert must_not_say_rate(answer(), ["blue sea"], judge).value == 0
    assert must_not_say_rate(said, ["is it?"], judge).marks == (None,)


def test_verdicts_score_as_a_count_by_hand() -> None:
    expected = ["refuted", "refuted", "mixed", "supported"]
    given = ["refuted", "mixed", "mixed", None]
    assert verdict_accuracy(expected, given).value == pytest.approx(2 / 3)
    assert verdict_accuracy(expected, given).unscored == 1
    assert count_verdicts(expected, given)["refuted", "mixed"] == 1
    # refuted: P 1, R 1/2 -> 2/3; mixed: P 1/2, R 1 -> 2/3; supported was never answered.
    assert macro_f1(expected, given) == pytest.approx(2 / 3)


def test_a_label_that_nobody_expected_lowers_the_macro_average() -> None:
    assert macro_f1(["a", "a"], ["a", "b"]) == pytest.approx((2 / 3 + 0) / 2)
    assert macro_f1(["a"], [None]) is None

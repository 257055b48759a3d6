"""How far the readers of pages err, on sentences that were read twice."""

from evals.bearing import (
    compare_marks,
    measure_agreement,
    measure_asides,
    measure_told,
    read_readings,
    read_told,
)
from evals.judges import CachedJudge
from evals.loaders.own import read_claims
from evals.readers import Readers
from tests.unit.evals.runs import Words

PRECISION, RECALL = 0.7, 0.6
"""What `asides` reaches on pages that its weights have not seen."""


def test_every_row_names_its_page_and_every_fact_is_one_of_the_question() -> None:
    rows, facts = read_readings(), read_told()
    asked = {case.id.removeprefix("claims/"): case for case in read_claims()}
    assert len({r.id for r in rows}) == len(rows) == 166
    assert {r.page for r in rows} == {f.page for f in facts} <= set(asked)
    assert len({r.page for r in rows}) == 10
    for fact in facts:
        assert fact.fact in {f.text for f in asked[fact.page].facts}


def test_two_readings_agree() -> None:
    agreement = measure_agreement(read_readings())
    assert agreement.kappa is not None
    assert agreement.kappa >= 0.9


def test_asides_are_found_on_pages_that_the_weights_have_not_seen() -> None:
    held_out = [r for r in read_readings() if r.held_out]
    found = measure_asides(held_out, Readers.embedded(threads=1).bearing)
    assert found.precision.value is not None
    assert found.recall.value is not None
    assert found.precision.value >= PRECISION
    assert found.recall.value >= RECALL


def test_a_judge_of_common_words_finds_one_told_fact_of_eighteen() -> None:
    found = measure_told(read_told(), read_readings(), CachedJudge(Words()))
    assert (found.n, found.recall.n) == (54, 18)
    assert (found.precision.value, found.recall.value) == (1.0, 1 / 18)


def test_precision_and_recall_are_shares_of_what_was_marked_and_of_what_is_so() -> None:
    found = compare_marks([True, True, False, False], [True, False, True, False], list("abcd"))
    assert (found.precision.value, found.recall.value) == (0.5, 0.5)
    assert (found.right_share.value, found.given_share.value) == (0.5, 0.5)

"""Planted errors: each finding is changed in every typed way, and the verifier rules on each."""

from agent.audit.selftest import self_test, summarize
from agent.types import CheckResult, Outcome, Support
from tests.fakes import ScriptedVerifier, WordVerifier
from tests.unit.agent.pages import page, passage, sentence

TOWER = "The council closed the clock tower of Lauben in March 2021 and sold 3 bells to Oslo."
HELD = passage("tower", TOWER)
PAGE = page(sentence(TOWER, HELD), passages=[HELD])


def test_every_kind_of_change_that_a_sentence_allows_is_planted_once() -> None:
    kinds = [p.kind for p in self_test(PAGE, WordVerifier()).planted]
    assert {"number", "date"} <= set(kinds)
    assert len(kinds) == len(set(kinds))


def test_a_verifier_that_sees_changed_words_catches_changed_numbers_and_dates() -> None:
    found = self_test(PAGE, WordVerifier()).by_kind()
    assert found["number"] == (1, 1)
    assert found["date"] == (1, 1)


def test_what_a_verifier_lets_through_is_shown_word_for_word() -> None:
    result = self_test(PAGE, ScriptedVerifier({}))
    assert len(result.missed) == len(result.planted) > 0
    assert "0 of" in summarize(result)
    assert all(missed.text in summarize(result) for missed in result.missed)


def test_what_could_not_be_checked_did_not_stand() -> None:
    planted = self_test(PAGE, WordVerifier()).planted
    broken = ScriptedVerifier({p.text: Support.UNCHECKED for p in planted})
    assert not self_test(PAGE, broken).missed


def test_the_same_page_gets_the_same_changes() -> None:
    assert self_test(PAGE, WordVerifier()) == self_test(PAGE, WordVerifier())


def test_a_recomputed_statement_is_left_alone() -> None:
    counted = CheckResult(name="ledger", outcome=Outcome.OK)
    made = page(sentence(TOWER, HELD, checks=(counted,)), passages=[HELD])
    assert summarize(self_test(made, WordVerifier())) == (
        "Self-test: no sentence of this page allows a typed change."
    )

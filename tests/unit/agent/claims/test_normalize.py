"""Typos are read as words that the library has, and the reader is told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.claims.normalize import SpellingCorrector, english_words, slips
from agent.pipeline.plan import EmbeddedPlanner
from agent.types import Question
from tests.fakes import FakeShelf, passages, source

HELD = [
    *passages(source("one"), "Aspartame causes no cancer.", "Vaccines and Wakefield, a study."),
    *passages(source("two"), "Some aspartame was tested on mice.", "Wakefield tested vaccines."),
    *passages(source("three"), "The stormwater was measured twice.", "A house burned."),
    *passages(source("four"), "Stormwater ran down.", "The house and Tessen were there."),
]
SPELLER = SpellingCorrector(FakeShelf(HELD).search)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("does aspartme cause cancer", "does aspartame cause cancer"),
        ("does apsartame cause cancer", "does aspartame cause cancer"),
        ("Vacines were tested", "vaccines were tested"),
        ("the stromwaater was measured", "the stormwater was measured"),
        ("was wakefeild heard", "was Wakefield heard"),
        ("teh poeple cuase floods", "the people cause floods"),
    ],
)
def test_a_slip_of_a_word_in_the_library_is_read_as_it(typed: str, read: str) -> None:
    found = SPELLER.correct(typed)
    assert found.text == read
    assert found.changed


@pytest.mark.parametrize(
    "typed",
    [
        "does aspartame cause cancer",
        "can a horse fly",
        "was Wakefeild heard",
        "vaccinate the mice",
        "was the axolotl tested",
        "is ASPARTME safe",
        "asprtm is sweet",
        "the tesen was there",
    ],
)
def test_words_that_are_english_names_or_too_far_off_stay_as_typed(typed: str) -> None:
    assert SPELLER.correct(typed) == (typed, ())


def test_a_word_between_two_others_is_read_as_neither() -> None:
    held = passages(source("s"), "glomus glomes", "glomus glomes again")
    assert SpellingCorrector(FakeShelf(held).search).correct("the glomws there").changed == ()


def test_the_page_can_show_what_was_read_and_what_was_typed_is_searched_too() -> None:
    asked = Question(text="does aspartme cause cancer?", asked_on=date(2026, 11, 22))
    plan = EmbeddedPlanner(SPELLER).plan(asked)
    assert plan.claim.text == "aspartame causes cancer"
    assert plan.claim.notes == ('"aspartme" is read as "aspartame".',)
    assert "aspartme causes cancer" in plan.queries
    assert plan.question == asked


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "abxc", 1), ("abc", "xyz", 3)],
)
def test_slips_are_counted(one: str, other: str, count: int) -> None:
    assert slips(one, other) == count


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_slips_are_the_same_both_ways_and_bounded(one: str, other: str) -> None:
    assert slips(one, other) == slips(other, one) <= max(len(one), len(other))


def test_common_words_are_known() -> None:
    assert {"horse", "vaccine", "mayor", "because"} <= english_words()
    assert not {"vacine", "teh", "goverment"} & english_words()

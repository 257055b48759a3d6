"""The verdict table holds its promises for every tally, not only for the ones we thought of."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.types import (
    CheckedSentence,
    Citation,
    Claim,
    ClaimKind,
    Kind,
    Ruling,
    Stance,
    Support,
    Tally,
    VerdictLabel,
)
from agent.verdict import decide, tally
from tests.fakes import source

CLAIM = Claim(text="the bridge is closed", opposite="it is not true that the bridge is closed")
ORIGINS = st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 3), max_size=5)
TALLIES = st.builds(Tally, supporting=ORIGINS, opposing=ORIGINS, partly=ORIGINS)
LADDER = [VerdictLabel.REFUTED, VerdictLabel.MIXED, VerdictLabel.SUPPORTED]


def said(*sources: str) -> CheckedSentence:
    citations = tuple(Citation(source=s, passage=s, start=0, end=1, quote="x") for s in sources)
    ruling = Ruling(support=Support.SUPPORTED, reason="")
    return CheckedSentence(text="x", kind=Kind.FINDING, citations=citations, ruling=ruling)


@given(TALLIES)
def test_a_supporting_tier_1_origin_never_lowers_support(count: Tally) -> None:
    more = count.model_copy(update={"supporting": count.supporting | {"new": 1}})
    before, after = decide(CLAIM, count).label, decide(CLAIM, more).label
    assert after is not VerdictLabel.REFUTED
    if before in LADDER and after in LADDER:
        assert LADDER.index(after) >= LADDER.index(before)


def test_silence_refutes_nothing() -> None:
    assert decide(CLAIM, Tally()).label is VerdictLabel.UNPROVEN


@given(ORIGINS)
def test_nothing_is_refuted_without_an_origin_that_speaks_against_it(
    supporting: dict[str, int],
) -> None:
    assert decide(CLAIM, Tally(supporting=supporting)).label is not VerdictLabel.REFUTED


@given(TALLIES)
def test_both_sides_make_it_mixed_whatever_their_number(count: Tally) -> None:
    if count.supporting and count.opposing:
        assert decide(CLAIM, count).label is VerdictLabel.MIXED


@given(TALLIES, st.sampled_from([ClaimKind.OPINION, ClaimKind.PREDICTION]))
def test_opinions_and_predictions_get_no_verdict(count: Tally, kind: ClaimKind) -> None:
    claim = Claim(text="jazz is best", opposite="jazz is not best", kind=kind)
    assert decide(claim, count).label is VerdictLabel.UNPROVEN


def test_one_origin_of_the_lowest_tier_decides_nothing() -> None:
    assert decide(CLAIM, Tally(opposing={"forum": 3})).label is VerdictLabel.UNPROVEN
    assert decide(CLAIM, Tally(opposing={"forum": 3, "blog": 3})).label is VerdictLabel.REFUTED


@pytest.mark.parametrize("tier", [1, 2])
def test_one_trusted_origin_decides_and_the_page_says_that_it_is_one(tier: int) -> None:
    alone = decide(CLAIM, Tally(opposing={"paper": tier}))
    assert alone.label is VerdictLabel.REFUTED
    assert alone.scope.endswith("; it is one origin alone")
    assert "alone" not in decide(CLAIM, Tally(opposing={"paper": tier, "other": 3})).scope


def test_reprints_of_one_story_count_once_with_the_best_tier() -> None:
    sources = {s.id: s for s in (source("a", origin="wire", tier=3), source("b", origin="wire"))}
    count = tally([said("a"), said("b")], [(Stance.AGAINST,), (Stance.AGAINST,)], sources)
    assert count.opposing == {"wire": 2}


def test_a_sentence_without_a_stance_does_not_count() -> None:
    sentence = CheckedSentence(**{**dict(said("a")), "kind": Kind.INFERENCE})
    assert tally([sentence], [()], {"a": source("a")}) == Tally()


def test_the_last_word_of_a_publisher_counts() -> None:
    early = source("early", publisher="Ostby Daily", published=date(2025, 3, 1))
    late = source("late", publisher="Ostby Daily", published=date(2025, 4, 1))
    sources = {s.id: s for s in (early, late)}
    count = tally([said("early"), said("late")], [(Stance.FOR,), (Stance.AGAINST,)], sources)
    assert (count.supporting, count.opposing) == ({}, {late.origin: late.tier})


def test_another_publishers_later_word_is_a_conflict() -> None:
    early = source("early", publisher="Ostby Daily", published=date(2025, 3, 1))
    late = source("late", publisher="Harfleet News", published=date(2025, 4, 1))
    sources = {s.id: s for s in (early, late)}
    count = tally([said("early"), said("late")], [(Stance.FOR,), (Stance.AGAINST,)], sources)
    assert decide(CLAIM, count).label is VerdictLabel.MIXED


def test_what_may_be_so_keeps_a_denial_from_deciding_and_decides_nothing_alone() -> None:
    denied = {"court": 1}
    assert decide(CLAIM, Tally(opposing=denied, partly={"a": 2})).label is VerdictLabel.MIXED
    assert decide(CLAIM, Tally(partly={"a": 1, "b": 1})).label is VerdictLabel.UNPROVEN


def test_half_true_counts_on_both_sides() -> None:
    count = tally([said("a")], [(Stance.HALF,)], {"a": source("a")})
    assert (count.opposing, count.partly) == ({"a": 2}, {"a": 2})

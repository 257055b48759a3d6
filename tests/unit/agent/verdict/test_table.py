"""The verdict table holds its promises for every tally, not only for the ones we thought of."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.types import (
    Citation,
    Claim,
    ClaimKind,
    Evidence,
    SourceStance,
    Stance,
    Tally,
    Verdict,
    VerdictLabel,
)
from agent.verdict import alleges_harm, compute_verdict, count_origins, verdict_on
from retrieval.types import Source
from tests.fakes import source
from tests.unit.agent import pages

CLAIM = Claim(text="the bridge is closed", opposite="it is not true that the bridge is closed")
ORIGINS = st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 3), max_size=5)
TALLIES = st.builds(
    Tally, supporting=ORIGINS, opposing=ORIGINS, partly=ORIGINS, grave=st.booleans()
)
LADDER = [VerdictLabel.REFUTED, VerdictLabel.MIXED, VerdictLabel.SUPPORTED]


def decide(count: Tally, claim: Claim = CLAIM) -> Verdict:
    return compute_verdict(claim, (), count)


def stance(where: str, side: Stance, holder: str = "") -> SourceStance:
    words = (Citation(source=where, passage=where, start=0, end=1, quote="x"),)
    return SourceStance(source=where, stance=side, words=words, holder=holder)


def by_id(*sources: Source) -> dict[str, Source]:
    return {s.id: s for s in sources}


@given(TALLIES)
def test_a_supporting_tier_1_origin_never_lowers_support(count: Tally) -> None:
    more = count.model_copy(update={"supporting": count.supporting | {"new": 1}})
    before, after = decide(count).label, decide(more).label
    if before in LADDER:
        assert after in LADDER
        assert LADDER.index(after) >= LADDER.index(before)


@given(ORIGINS, ORIGINS)
def test_a_claim_and_its_opposite_never_get_the_same_side(
    one: dict[str, int], other: dict[str, int]
) -> None:
    asked = Tally(supporting=one, opposing=other)
    turned = Tally(supporting=other, opposing=one)
    both = {decide(asked).label, decide(turned).label}
    assert both not in ({VerdictLabel.SUPPORTED}, {VerdictLabel.REFUTED})


def test_silence_refutes_nothing() -> None:
    assert decide(Tally()).label is VerdictLabel.UNPROVEN


@given(ORIGINS)
def test_nothing_is_refuted_without_an_origin_that_speaks_against_it(
    supporting: dict[str, int],
) -> None:
    assert decide(Tally(supporting=supporting)).label is not VerdictLabel.REFUTED


@given(TALLIES)
def test_one_origin_of_the_lowest_tier_neither_carries_nor_blocks(count: Tally) -> None:
    if any(tier < 3 for tier in count.opposing.values()) and not count.partly:
        without = count.model_copy(update={"supporting": {}})
        beside = count.model_copy(update={"supporting": {"forum": 3}})
        assert decide(without).label is decide(beside).label


@given(TALLIES)
def test_what_is_mixed_has_words_on_both_sides(count: Tally) -> None:
    if decide(count).label is VerdictLabel.MIXED:
        assert count.supporting or count.partly
        assert count.opposing


@given(TALLIES, st.sampled_from([ClaimKind.OPINION, ClaimKind.PREDICTION]))
def test_opinions_and_predictions_get_no_verdict(count: Tally, kind: ClaimKind) -> None:
    claim = Claim(text="jazz is best", opposite="jazz is not best", kind=kind)
    assert decide(count, claim).label is VerdictLabel.UNPROVEN


def test_an_open_question_gets_no_verdict() -> None:
    claim = Claim(text="the bridge cost a sum", opposite="it did not", asks="how much")
    assert decide(Tally(supporting={"a": 1}), claim).label is VerdictLabel.UNPROVEN


def test_one_origin_of_the_lowest_tier_decides_nothing() -> None:
    assert decide(Tally(opposing={"forum": 3})).label is VerdictLabel.UNPROVEN
    assert decide(Tally(opposing={"forum": 3, "blog": 3})).label is VerdictLabel.REFUTED


@pytest.mark.parametrize("tier", [1, 2])
def test_one_trusted_origin_decides_and_the_page_says_that_it_is_one(tier: int) -> None:
    alone = decide(Tally(opposing={"paper": tier}))
    assert alone.label is VerdictLabel.REFUTED
    assert alone.scope.endswith("; it is one origin alone")
    assert "alone" not in decide(Tally(opposing={"paper": tier, "other": 3})).scope


def test_harm_needs_two_origins_or_one_of_tier_1() -> None:
    assert decide(Tally(supporting={"paper": 2}, grave=True)).label is VerdictLabel.UNPROVEN
    assert decide(Tally(supporting={"court": 1}, grave=True)).label is VerdictLabel.SUPPORTED
    two = Tally(supporting={"paper": 2, "other": 3}, grave=True)
    assert decide(two).label is VerdictLabel.SUPPORTED


def test_harm_is_alleged_only_of_somebody() -> None:
    def alleged(text: str) -> bool:
        return alleges_harm(Claim(text=text, opposite=""))

    assert alleged("Mayor Tal Brovik bribed two judges")
    assert not alleged("sugar is bad for teeth")
    assert not alleged("Mayor Tal Brovik opened two schools")


def test_reprints_of_one_story_count_once_with_the_best_tier() -> None:
    held = by_id(source("a", origin="wire", tier=3), source("b", origin="wire"))
    count = count_origins([stance(i, Stance.AGAINST) for i in "ab"], held)
    assert count.opposing == {"wire": 2}


@given(st.permutations("abcd"))
def test_the_order_of_sources_changes_nothing(order: list[str]) -> None:
    held = by_id(*(source(i, origin="wire" if i in "ab" else i) for i in "abcd"))
    sides = {"a": Stance.FOR, "b": Stance.AGAINST, "c": Stance.FOR, "d": Stance.NEITHER}
    count = count_origins([stance(i, sides[i]) for i in order], held)
    sides_of = count.supporting, count.opposing, count.partly
    assert sides_of == ({"c": 2}, {"wire": 2}, {"wire": 2})


def test_what_somebody_is_only_reported_to_hold_counts_for_nobody() -> None:
    count = count_origins([stance("a", Stance.FOR, holder="the mayor")], by_id(source("a")))
    assert count == Tally()


def test_words_that_were_taken_back_count_for_nobody() -> None:
    one = stance("a", Stance.FOR)
    assert count_origins([one], by_id(source("a")), one.words) == Tally()


def test_the_last_word_of_a_publisher_counts() -> None:
    early = source("early", publisher="Ostby Daily", published=date(2025, 3, 1))
    late = source("late", publisher="Ostby Daily", published=date(2025, 4, 1))
    said = [stance("early", Stance.FOR), stance("late", Stance.AGAINST)]
    count = count_origins(said, by_id(early, late))
    assert (count.supporting, count.opposing) == ({}, {late.origin: late.tier})


def test_another_publishers_later_word_is_a_conflict() -> None:
    early = source("early", publisher="Ostby Daily", published=date(2025, 3, 1))
    late = source("late", publisher="Harfleet News", published=date(2025, 4, 1))
    said = [stance("early", Stance.FOR), stance("late", Stance.AGAINST)]
    assert decide(count_origins(said, by_id(early, late))).label is VerdictLabel.MIXED


def test_what_may_be_so_keeps_a_denial_from_deciding_and_decides_nothing_alone() -> None:
    denied = {"court": 1}
    assert decide(Tally(opposing=denied, partly={"a": 2})).label is VerdictLabel.MIXED
    assert decide(Tally(partly={"a": 1, "b": 1})).label is VerdictLabel.UNPROVEN


def test_who_says_both_counts_on_both_sides() -> None:
    count = count_origins([stance("a", Stance.BOTH)], by_id(source("a")))
    assert (count.opposing, count.partly) == ({"a": 2}, {"a": 2})
    assert decide(count).label is VerdictLabel.MIXED


def test_what_its_outlet_took_back_counts_for_nothing_in_the_verdict() -> None:
    report = pages.passage("paper", "The bridge is closed.")
    words = pages.cite(report)
    says_so = SourceStance(source="paper", stance=Stance.FOR, words=(words,))
    found = pages.evidence(report)
    standing = Evidence.model_validate({**dict(found), "stances": (says_so,)})
    taken_back = Evidence.model_validate({**dict(standing), "withdrawn": (words,)})
    assert verdict_on(CLAIM, standing).label is VerdictLabel.SUPPORTED
    assert verdict_on(CLAIM, taken_back).label is VerdictLabel.UNPROVEN


@given(ORIGINS, ORIGINS, ORIGINS)
def test_published_checks_alone_decide_nothing(
    one: dict[str, int], other: dict[str, int], part: dict[str, int]
) -> None:
    checks = tuple({*one, *other, *part})
    count = Tally(supporting=one, opposing=other, partly=part, checks=checks)
    assert decide(count).label is VerdictLabel.UNPROVEN


def test_a_published_check_counts_beside_others() -> None:
    stances = [stance("check", Stance.AGAINST), stance("blog", Stance.AGAINST)]
    known = by_id(source("check", tier=1), source("blog", tier=3))
    alone = count_origins(stances[:1], known, checks={"check"})
    both = count_origins(stances, known, checks={"check"})
    assert decide(alone).label is VerdictLabel.UNPROVEN
    assert decide(both).label is VerdictLabel.REFUTED
    assert decide(count_origins(stances[1:], known)).label is VerdictLabel.UNPROVEN

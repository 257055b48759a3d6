from datetime import date

import pytest

from agent.language.phrases import day, outlet, publisher
from agent.statements import RecordStatements
from agent.types import Claim, ClaimKind, Tally, Verdict, VerdictLabel
from retrieval.types import Source
from tests.fakes import source

CLAIM = Claim(text="the bridge fell", opposite="it is not true that the bridge fell")


def record(
    *sources: Source,
    label: VerdictLabel = VerdictLabel.UNPROVEN,
    claim: Claim = CLAIM,
    **tally: object,
) -> RecordStatements:
    scope = "an opinion gets no verdict"
    verdict = Verdict(label=label, scope=scope, rule="", tally=Tally.model_validate(tally))
    return RecordStatements(claim=claim, sources=sources, verdict=verdict)


def test_the_record_is_counted_by_source_origin_and_date() -> None:
    held = record(
        source("a", published=date(2024, 5, 1)),
        source("b", published=date(2025, 1, 9), origin="a"),
        source("c"),
    )
    assert held.record() == (
        "The record reviewed for this page is three cited sources of two independent origins; one "
        "carries no publication date, and the others were published from May 1, 2024 to January 9, "
        "2025."
    )


def test_a_record_without_dates_says_so() -> None:
    made = record(source("a"), source("b")).record()
    assert made.endswith("none of them carries a publication date.")


def test_one_date_among_many_sources_says_nothing_of_the_others() -> None:
    made = record(source("a", published=date(2024, 5, 1)), source("b")).record()
    assert "only one of them carries a publication date, May 1, 2024" in made


def test_sources_of_one_origin_are_named_in_the_same_words_in_any_order() -> None:
    held = [
        source("a", publisher="Post (copy)", syndicated_from="Wire", origin="wire"),
        source("b", publisher="Daily", origin="wire"),
        source("c"),
    ]
    told = record(*held).copies()
    assert told
    assert "Daily and Post go back to Wire and count as one origin" in told
    assert told == record(*reversed(held)).copies()
    assert record(source("a"), source("c")).copies() is None


@pytest.mark.parametrize("label", list(VerdictLabel))
def test_every_verdict_has_an_answer_and_a_bottom_line(label: VerdictLabel) -> None:
    held = record(source("a"), label=label, supporting={"a": 1}, opposing={"b": 2})
    assert CLAIM.text in held.answer()
    assert label.value in held.bottom_line()
    assert held.answer() in held.statements()


def test_who_says_both_is_named_once() -> None:
    both = {"a": 1}
    told = {"label": VerdictLabel.MIXED, "partly": both, "opposing": both}
    held = record(source("a", publisher="Checker"), **told)
    assert held.answer().endswith(": Checker holds that it is partly so and partly not.")
    assert "one independent origin holds that it is partly so" in held.bottom_line()


def test_what_one_source_of_tier_3_says_is_told_first_though_it_decides_nothing() -> None:
    held = record(source("a", publisher="Harwick Gazette", tier=3), supporting={"a": 3})
    assert held.answer() == (
        'Harwick Gazette says so, which is not enough for a verdict on the claim "the bridge fell".'
    )


def test_a_lone_source_of_tier_3_on_the_other_side_is_named() -> None:
    held = record(
        source("a", publisher="Daily"),
        source("b", publisher="Herald"),
        source("c", publisher="Forum", tier=3),
        label=VerdictLabel.REFUTED,
        opposing={"a": 2, "b": 2},
        supporting={"c": 3},
    )
    assert held.answer().endswith("and Forum, a source of tier 3, says otherwise.")


def test_the_answer_names_who_speaks_for_and_against() -> None:
    held = [
        source("a", publisher="Post (copy)", syndicated_from="Wire", origin="wire"),
        source("b", publisher="Daily"),
        source("c", publisher="Herald"),
    ]
    refuted = record(*held, label=VerdictLabel.REFUTED, opposing={"wire": 3, "b": 2})
    assert refuted.answer() == (
        'Daily and Post (report first published by Wire) contradict the claim "the bridge fell", '
        "and nothing in the other sources reviewed here was read as saying otherwise."
    )
    one_sided = record(*held, opposing={"b": 2})
    assert one_sided.answer().startswith("Daily says that it is not so, which is not enough")


def test_one_origin_is_called_alone_unless_another_holds_a_part_of_it() -> None:
    told = {"label": VerdictLabel.SUPPORTED, "supporting": {"a": 2}}
    assert record(source("a"), **told).answer().startswith("Only Publisher a bears out the claim")
    with_reserve = record(source("a"), source("b"), partly={"b": 2}, **told)
    assert "no other source" not in with_reserve.answer()


def test_many_sides_are_counted_where_they_are_not_named() -> None:
    held = [source(i, publisher=f"Paper {i}") for i in "abcde"]
    told = record(
        *held, label=VerdictLabel.SUPPORTED, supporting=dict.fromkeys("abcde", 2)
    ).answer()
    assert "Paper a, Paper b, Paper c and two more origins bear out the claim" in told


def test_what_gets_no_verdict_is_not_called_unproven() -> None:
    opinion = Claim(text="the bridge is ugly", opposite="", kind=ClaimKind.OPINION)
    held = record(source("a"), claim=opinion)
    assert "No verdict is given here" in held.answer()
    assert "unproven" not in held.bottom_line()


def test_quotation_marks_in_a_claim_do_not_end_its_quotation() -> None:
    said = Claim(text='the "old" bridge fell', opposite="")
    assert "\"the 'old' bridge fell\"" in record(source("a"), claim=said).answer()


def test_other_sources_make_other_statements() -> None:
    assert not set(record(source("a")).statements()) & set(
        record(source("a"), source("b")).statements()
    ) - {record(source("a")).bottom_line()}


def test_names_and_days_are_written_out() -> None:
    assert publisher(source("a", publisher="KOMC (AP report)")) == "KOMC"
    copy = source("a", publisher="KOMC (AP report)", syndicated_from="AP")
    assert outlet(copy) == "KOMC (report first published by AP)"
    assert outlet(source("a", publisher="AP News", syndicated_from="AP")) == "AP News"
    assert outlet(source("a", publisher="Department of Health")) == "the Department of Health"
    assert day(date(2026, 1, 7)) == "January 7, 2026"

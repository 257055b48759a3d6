from datetime import date

import pytest

from agent.ledger import Ledger, day, publisher
from agent.types import Claim, Tally, Verdict, VerdictLabel
from retrieval.types import Source
from tests.fakes import source

CLAIM = Claim(text="the bridge fell", opposite="it is not true that the bridge fell")


def ledger(
    *sources: Source, label: VerdictLabel = VerdictLabel.UNPROVEN, **tally: object
) -> Ledger:
    verdict = Verdict(label=label, scope="", rule="", tally=Tally.model_validate(tally))
    return Ledger(claim=CLAIM, sources=sources, verdict=verdict)


def test_the_record_is_counted_by_source_origin_and_date() -> None:
    held = ledger(
        source("a", published=date(2024, 5, 1)),
        source("b", published=date(2025, 1, 9), origin="a"),
        source("c"),
    )
    assert held.record() == (
        "The record reviewed for this page holds three cited sources of two independent origins; "
        "one of them carries no publication date, and the others were published from May 1, 2024 "
        "to January 9, 2025."
    )


def test_a_record_without_dates_says_so() -> None:
    assert (
        ledger(source("a"), source("b"))
        .record()
        .endswith("none of them carries a publication date.")
    )


def test_sources_of_one_origin_are_named_in_the_same_words_in_any_order() -> None:
    held = [
        source("a", publisher="Post (copy)"),
        source("b", publisher="Wire", origin="a"),
        source("c"),
    ]
    told = ledger(*held).copies()
    assert told
    assert "Post and Wire" in told
    assert told == ledger(*reversed(held)).copies()
    assert ledger(source("a"), source("c")).copies() is None


@pytest.mark.parametrize("label", list(VerdictLabel))
def test_every_verdict_has_an_answer_and_a_bottom_line(label: VerdictLabel) -> None:
    held = ledger(source("a"), label=label, supporting={"a": 1}, opposing={"b": 2})
    assert CLAIM.text in held.answer()
    assert label.value in held.bottom_line()
    assert held.answer() in held.statements()


def test_other_sources_make_other_statements() -> None:
    assert not set(ledger(source("a")).statements()) & set(
        ledger(source("a"), source("b")).statements()
    ) - {ledger(source("a")).bottom_line()}


def test_names_and_days_are_written_out() -> None:
    assert publisher(source("a", publisher="KOMC (AP report)")) == "KOMC"
    assert day(date(2026, 1, 7)) == "January 7, 2026"

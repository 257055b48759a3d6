"""What a page says of its own sources is counted again."""

from datetime import date

import pytest

from agent.types import Certificate
from evals.metrics import record
from evals.metrics.record import Listed, Told
from retrieval.types import Scope

SOURCES = (
    Listed(id="k", publisher="KRDO (AP report)", origin="ap", tier=2,
           published=date(2024, 1, 22), copy_of="AP"),
    Listed(id="o", publisher="KOMC (AP report)", origin="ap", tier=2, copy_of="AP"),
    Listed(id="t", publisher="The Times", origin="the-times", tier=2, published=date(2020, 4, 5)),
    Listed(id="f", publisher="City Office of Statistics", origin="city", tier=1,
           published=date(2026, 2, 1)),
)  # fmt: skip
RECORD = "The record reviewed for this page is {} cited sources of {} independent origins; {}."
DATES = "the others were published from {} to {}"
ENDS = ("April 5, 2020", "February 1, 2026")


def record_of(sources: str, origins: str, undated: str, first: str, last: str) -> str:
    tail = f"{undated} carries no publication date, and {DATES.format(first, last)}"
    return RECORD.format(sources, origins, tail)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        (record_of("four", "three", "one", *ENDS), 1.0),
        (record_of("five", "three", "one", *ENDS), 0.0),
        (record_of("four", "four", "one", *ENDS), 0.0),
        (record_of("four", "three", "two", *ENDS), 0.0),
        (record_of("four", "three", "one", "April 6, 2020", ENDS[1]), 0.0),
        (("Of the four cited sources reviewed here, one is primary, official, peer-reviewed or from"
         " a signatory fact-checker and three are established news or reference."), 1.0),
        (("Of the four cited sources reviewed here, two are primary, official, peer-reviewed or"
         " from a signatory fact-checker and two are established news or reference."), 0.0),
        (("Not all of the record is independent: KOMC and KRDO go back to AP and count as one"
         " origin."), 1.0),
        (("Not all of the record is independent: KOMC and The Times go back to AP and count as one"
         " origin."), 0.0),
        (("Not all of the record is independent: KOMC and KRDO go back to Reuters and count as one"
         " origin."), 0.0),
    ],
)  # fmt: skip
def test_counts_dates_tiers_and_copies_are_those_of_the_list(text: str, mark: float) -> None:
    assert record.record_truth([Told(text=text)], SOURCES, "refuted").marks == (mark,)


ANSWER = 'The sources reviewed here contradict the claim "it rained": {} speak against it.'


@pytest.mark.parametrize(
    ("text", "cites", "verdict", "mark"),
    [
        (ANSWER.format("KRDO and The Times"), ("k", "t"), "refuted", 1.0),
        (ANSWER.format("KRDO and The Times"), ("k", "t"), "mixed", 0.0),
        (ANSWER.format("KRDO"), ("k", "t"), "refuted", 0.0),
        (ANSWER.format("KRDO and one more origin"), ("k", "t"), "refuted", 1.0),
        (('The bottom line is that the claim "it rained" is refuted on the evidence reviewed here:'
         " two independent origins deny it."), ("k", "t"), "refuted", 1.0),
        (('The bottom line is that the claim "it rained" is refuted on the evidence reviewed here:'
         " one independent origin denies it."), ("k", "t"), "refuted", 0.0),
        (('The bottom line is that the claim "it rained" is refuted on the evidence reviewed here:'
         " nine independent origins deny it."), ("k", "t"), "refuted", 0.0),
        (('The bottom line is that the claim "it rained" is unproven on the evidence reviewed here:'
         " the sources report what lies around it."), ("k",), "not_enough_evidence", 1.0),
    ],
)  # fmt: skip
def test_verdicts_and_origins_are_those_of_the_page(
    text: str, cites: tuple[str, ...], verdict: str, mark: float
) -> None:
    told = Told(text=text, cites=cites)
    assert record.record_truth([told], SOURCES, verdict).marks == (mark,)


def test_a_search_is_what_its_certificate_says() -> None:
    text = "A search of all {} passages from 2 sources in the library found none that says it."
    scope = Scope(passages=9, sources=2, origins=2, undated=0)
    proof = Certificate(
        proposition="it rained", scope=scope, found=False, best_score=0.1, threshold=0.5,
        probe_score=0.9, on_topic=3,
    )  # fmt: skip
    told = [
        Told(text=text.format(9), certificate=proof),
        Told(text=text.format(8), certificate=proof),
        Told(text=text.format(9)),
    ]
    assert record.record_truth(told, SOURCES, None).marks == (1.0, 0.0, 0.0)


def test_what_no_rule_reads_is_not_counted() -> None:
    assert record.record_truth([Told(text="It rained.")], SOURCES, None).marks == ()


@pytest.mark.parametrize(
    ("heading", "marks"),
    [
        ("What KRDO and The Times reported", (1.0,)),
        ("What else the City Office of Statistics reported", (1.0,)),
        ("What KRDO and The Guardian reported", (0.0,)),
        ("What other sources reported", ()),
        ("The bridge is shut", ()),
    ],
)
def test_a_heading_names_what_its_section_cites(heading: str, marks: tuple[float, ...]) -> None:
    found = record.heading_truth([(heading, ("k", "t", "f"))], SOURCES)
    assert found.marks == marks


def test_only_a_heading_in_words_of_its_own_says_something() -> None:
    fixed = ("Executive summary", "What KRDO reported", "Bottom line and what to watch next")
    assert not any(map(record.says_something, fixed))
    assert record.says_something("No arrest has been verified")


@pytest.mark.parametrize(
    ("question", "mark"),
    [
        ("What has the city published on rain since February 1, 2026?", 1.0),
        ("What has the city published on rain since March 1, 2026?", 0.0),
        ("What does the original AP report say that KRDO leaves out?", 1.0),
        ("What does the original AP report say that The Times leaves out?", 0.0),
        ("On what date did KOMC publish what it says about rain?", 1.0),
        ("On what date did KRDO publish what it says about rain?", 0.0),
        ("Which documents about rain did the City Office of Statistics rely on for its report?",
         1.0),
        ("Who besides KRDO and The Guardian has looked into rain, with what result?", 0.0),
        ("Is it true that it snowed?", None),
    ],
)  # fmt: skip
def test_a_follow_up_supposes_what_the_list_shows(question: str, mark: float | None) -> None:
    assert record.follow_up_truth([question], SOURCES).marks == (mark,)

"""What stands around the sentences: title, verdict line, headings."""

import pytest

from agent.audit.check import AuditReport, check_text
from agent.audit.frame import CheckedFrame, Place
from agent.audit.reading import read_text
from tests.fakes import FakeShelf, WordsEntailment, WordVerifier, passages, source

FIRST = source("first", title="The first report", publisher="Harbour Office", tier=1)
SECOND = source("second", title="The second report")


class Shelf(FakeShelf):
    def sources(self) -> list[object]:  # type: ignore[override]
        return [FIRST, SECOND]


SHELF = Shelf(
    [
        *passages(FIRST, "The bridge was closed on 3 May 2025 after 14 engineers found cracks."),
        *passages(SECOND, "Mayor Ada Reed called the ferry \u201ca lifeline for us all\u201d."),
    ]
)
TEXT = """# Was the bridge closed?

**Verdict: Unproven** - as far as the cited sources go

## Executive summary

The bridge was closed on 3 May 2025 after 14 engineers found cracks [1].

## 1. What the engineers found in the bridge

The bridge was closed on 3 May 2025 after 14 engineers found cracks [1].

## 2. What the mayor said of the ferry

Mayor Ada Reed called the ferry \u201ca lifeline for us all\u201d [2].

## Sources

1. [The first report](https://first.example.org/story)
2. [The second report](https://second.example.org/story)
"""
ENGINEERS, MAYOR = "What the engineers found in the bridge", "What the mayor said of the ferry"


def checked(text: str, suffix: str = ".md") -> AuditReport:
    return check_text(read_text(text, suffix), SHELF, WordVerifier(), WordsEntailment())  # type: ignore[arg-type]


def fallen(old: str, new: str) -> list[CheckedFrame]:
    assert old in TEXT
    return list(checked(TEXT.replace(old, new)).falling_frame)


def test_title_verdict_and_headings_are_looked_at_in_this_order_with_their_lines() -> None:
    report = checked(TEXT)
    assert [(f.place, f.text, f.line) for f in report.frame] == [
        (Place.TITLE, "Was the bridge closed?", None),
        (Place.VERDICT, "Unproven", None),
        (Place.HEADING, ENGINEERS, 9),
        (Place.HEADING, MAYOR, 13),
    ]
    assert report.falling_frame == ()


@pytest.mark.parametrize(
    ("heading", "why"),
    [
        ("Why 41 engineers closed the bridge", "41"),
        ("How the bridge was closed in June 2024", "2024"),
        ("Engineers call the bridge \u201ca death trap for all\u201d", "death trap"),
        ("What Grace Hopper found in the bridge", "a name"),
        ("The bridge that cost $9 million", "9 million"),
    ],
)
def test_a_heading_with_a_fact_that_its_sentences_do_not_cite_falls(heading: str, why: str) -> None:
    [found] = fallen(ENGINEERS, heading)
    assert (found.place, found.text, found.line) == (Place.HEADING, heading, 9)
    assert why in found.reason


@pytest.mark.parametrize(
    "heading",
    [
        "How 14 engineers closed the bridge in May 2025",
        "What the Harbour Office reported",
        "Bridges, ferries and what is known",
        "Why The Bridge Was Closed And What Came Of It",
    ],
)
def test_a_heading_that_says_what_is_cited_or_nothing_exact_stands(heading: str) -> None:
    assert fallen(ENGINEERS, heading) == []


def test_a_heading_is_held_against_its_own_section() -> None:
    [found] = fallen(MAYOR, "What 14 engineers said of the ferry")
    assert "14" in found.reason


def test_a_heading_over_sentences_that_fall_has_nothing_to_rest_on() -> None:
    text = TEXT.replace("## 1. What the engineers found", "## 1. What 14 engineers found")
    body = text.index("## 1.")
    text = text[:body] + text[body:].replace("14 engineers found cracks [1]", "it sank [1]", 1)
    report = checked(text)
    assert len(report.falling) == 1
    assert [f.text for f in report.falling_frame] == ["What 14 engineers found in the bridge"]


@pytest.mark.parametrize(("title", "falls"), [("Was it 41?", False), ("41 engineers quit", True)])
def test_a_title_that_asks_states_nothing(title: str, *, falls: bool) -> None:
    assert bool(fallen("Was the bridge closed?", title)) is falls


@pytest.mark.parametrize("said", ["Refuted", "Mixed", "REFUTED"])
def test_a_verdict_that_the_sentences_do_not_add_up_to_falls(said: str) -> None:
    [found] = fallen("Unproven", said)
    assert (found.place, found.text) == (Place.VERDICT, said)
    assert "add up to supported" in found.reason


def test_a_verdict_of_another_scale_is_said_to_be_unchecked() -> None:
    report = checked(TEXT.replace("Unproven", "Misleading"))
    [verdict] = [f for f in report.frame if f.place is Place.VERDICT]
    assert not verdict.falls
    assert "not checked" in verdict.reason


def test_a_text_without_them_has_nothing_to_look_at() -> None:
    report = checked("The bridge was closed [1].\n\n[1] A - https://first.example.org/story\n", "")
    assert report.frame == ()

"""What an editor did to a draft, found by comparing two texts."""

import json

import pytest

from agent.audit.check import AuditReport, check_against
from agent.audit.cited_text import CitedText
from agent.audit.comparison import Change, ComparedLine, compare_texts
from agent.audit.reading import read_text
from agent.render import render
from agent.types import Kind, Support
from tests.fakes import FakeShelf, WordsEntailment, WordVerifier, passages, source
from tests.unit.agent.pages import page, passage, sentence

OLD = """# Did the mill burn down?

**Verdict: Refuted** - as far as it goes

## 1. What the fire brigade says

The mill stood on the river in May [1]. The brigade put out a small fire [2]. Nobody was hurt [1].

## 2. What the owner says

The owner sold the mill in June [2].

## Sources

1. [The mill](https://mill.example.org/a)
2. [The fire](https://fire.example.org/b)
"""


def compared(new: str, old: str = OLD) -> list[tuple[Change, str, str]]:
    found = compare_texts(read_text(old), read_text(new))
    return [
        (c.change, c.before.text if c.before else "", c.now.text if c.now else "")
        for c in found.sentences
        if c.change is not Change.KEPT
    ]


def without(words: str) -> str:
    assert words in OLD
    return OLD.replace(words, "")


def test_a_text_is_as_it_was() -> None:
    assert compared(OLD) == []
    assert compare_texts(read_text(OLD), read_text(OLD)).untouched


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("Nobody was hurt", "Nobody  was\nhurt"),
        ("river in", "river\u00a0in"),
        ("[1]. The fire", "[1].  The fire"),
    ],
)
def test_spaces_are_no_change(was: str, now: str) -> None:
    assert compared(OLD.replace(was, now)) == []


def test_typographic_marks_are_no_change_and_figures_are() -> None:
    old = OLD.replace("Nobody was hurt", 'Ann\'s "no" - it rose 2.5%...')
    new = OLD.replace("Nobody was hurt", "Ann\u2019s \u201cno\u201d \u2013 it rose 2.5%\u2026")
    assert compared(new, old) == []
    assert [c for c, *_ in compared(new.replace("2.5", "25"), old)] == [Change.CHANGED]
    assert [c for c, *_ in compared(new.replace("2.5%", "2.5"), old)] == [Change.CHANGED]


def test_changed_words_keep_their_pair() -> None:
    assert compared(OLD.replace("small fire", "large fire")) == [
        (
            Change.CHANGED,
            "The brigade put out a small fire.",
            "The brigade put out a large fire.",
        )
    ]


def test_another_source_is_a_change_and_another_number_is_none() -> None:
    assert [c for c, *_ in compared(OLD.replace("hurt [1]", "hurt [2]"))] == [Change.CHANGED]
    renumbered = (
        OLD.replace("[1]", "[9]").replace("[2]", "[1]").replace("[9]", "[2]")
        .replace("1. [The mill](https://mill.example.org/a)", "1. [Fire](http://fire.example.org/b/)")
        .replace("2. [The fire](https://fire.example.org/b)", "2. [Mill](https://mill.example.org/a#x)")
    )  # fmt: skip
    assert compared(renumbered) == []


def test_removed_added_and_moved_sentences_are_told_apart() -> None:
    assert compared(without("Nobody was hurt [1].")) == [(Change.REMOVED, "Nobody was hurt.", "")]
    added = OLD.replace("## 2.", "It rained all night over Orby [1].\n\n## 2.")
    assert compared(added) == [(Change.ADDED, "", "It rained all night over Orby.")]
    moved = without("Nobody was hurt [1].").replace("June [2].", "June [2]. Nobody was hurt [1].")
    assert compared(moved) == [(Change.MOVED, "Nobody was hurt.", "Nobody was hurt.")]


def test_a_removed_sentence_stands_where_it_was() -> None:
    found = compare_texts(
        read_text(OLD), read_text(without("The brigade put out a small fire [2]."))
    )
    assert [c.change for c in found.sentences] == [
        *(Change.KEPT, Change.REMOVED, Change.KEPT, Change.KEPT)
    ]
    assert [c.place for c in found.sentences] == [0, None, 1, 2]


def test_a_sentence_said_twice_loses_the_copy_that_is_gone() -> None:
    twice = OLD.replace("## 1.", "## Executive summary\n\nNobody was hurt [1].\n\n## 1.")
    found = compare_texts(read_text(twice), read_text(OLD))
    [removed] = [c for c in found.sentences if c.change is not Change.KEPT]
    assert removed.change is Change.REMOVED
    assert removed.before
    assert removed.before.section == "Executive summary"


def test_every_sentence_of_both_texts_is_told_once() -> None:
    new = read_text(OLD.replace("small", "large").replace("Nobody was hurt [1].", "Ann left [2]."))
    old = read_text(OLD)
    found = compare_texts(old, new)
    assert [c.now for c in found.sentences if c.now] == list(new.sentences)
    assert sorted(c.before.text for c in found.sentences if c.before) == sorted(
        s.text for s in old.sentences
    )


def test_title_verdict_and_headings_are_compared() -> None:
    new = (
        OLD.replace("Did the mill burn down?", "Did the mill sink?")
        .replace("Refuted", "Supported")
        .replace("What the owner says", "What the owner did")
    )
    assert compare_texts(read_text(OLD), read_text(new)).lines == (
        ComparedLine(what="title", before="Did the mill burn down?", now="Did the mill sink?"),
        ComparedLine(what="verdict", before="refuted", now="supported"),
        ComparedLine(what="heading", before="What the owner says", now="What the owner did"),
    )


LAKE = passage(
    "lake", "The lake froze in May. Ann Voss left.", url="https://lake.example.org/story"
)
DRAFTED = page(
    sentence("The lake froze in May.", LAKE),
    sentence("Watch what Ann Voss does next.", LAKE, kind=Kind.OUTLOOK),
    passages=[LAKE],
)
SHELF_SOURCE = source("lake", title=LAKE.source.title)


class Shelf(FakeShelf):
    def sources(self) -> list[object]:  # type: ignore[override]
        return [SHELF_SOURCE]


def against(new: CitedText, held: str = LAKE.text) -> AuditReport:
    shelf = Shelf(passages(SHELF_SOURCE, held))
    old = read_text(render(DRAFTED, "json"), ".json")
    return check_against(new, old, shelf, WordVerifier(), WordsEntailment())  # type: ignore[arg-type]


def test_kept_sentences_are_checked_on_the_words_that_the_draft_cited() -> None:
    report = against(read_text(render(DRAFTED, "md")))
    assert report.comparison
    assert report.comparison.untouched
    assert report.falling == ()
    assert all(e.sentence.citations for e in report.examined)


def test_a_kept_sentence_no_longer_stands_where_its_source_changed() -> None:
    report = against(read_text(render(DRAFTED, "md")), held="The lake thawed in May, and Ann left.")
    assert {e.ruling.reason for e in report.falling} == {
        "a quoted span is not in the stored snapshot"
    }


def test_a_changed_sentence_is_checked_anew() -> None:
    text = render(DRAFTED, "md").replace("froze in May", "burned in May")
    report = against(read_text(text))
    assert report.comparison
    changed = report.comparison.of(Change.CHANGED)
    assert len(changed) == 5
    rulings = [report.examined[c.place].ruling.support for c in changed if c.place is not None]
    assert rulings == [Support.UNSUPPORTED] * 5


def test_a_report_is_data_for_programs() -> None:
    told = json.loads(against(read_text(render(DRAFTED, "md"))).model_dump_json())
    assert told["comparison"]["sentences"][0]["change"] == "kept"

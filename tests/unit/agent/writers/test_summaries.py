"""Words of a source that is a summary never stand in quotation marks as its publisher's."""

import re
from datetime import date
from io import BytesIO

import pytest
from docx import Document

from agent.audit.check import check_text
from agent.audit.reading import read_text
from agent.checks import check
from agent.faces.slack.messages import AnswerView, answer_message
from agent.render import render, render_file
from agent.render.citations import link
from agent.render.short_answer import short_answer
from agent.statements import RecordStatements
from agent.types import (
    CheckName,
    Citation,
    Claim,
    EvidenceSpan,
    Outcome,
    Page,
    Sentence,
    Stance,
    Verdict,
    VerdictLabel,
)
from agent.verification.embedded import EmbeddedJudge
from agent.writers import conclusion
from agent.writers.attribution import Casing
from agent.writers.candidates import Candidate
from agent.writers.facets import Facet
from agent.writers.quotations import marked, plain
from agent.writers.realization import SentenceWriter
from retrieval.sentences import split_sentences
from retrieval.types import Passage, Source
from tests import fakes
from tests.unit.agent.pages import cite, page, passage, sentence

LONG = (
    "The engineers wrote on the boards of the river bridge, the footpath and the ramp of the "
    "northern bank that cars stay away while the piers, the cables and the closed deck dry"
)
NOTE = (
    'The mayor called the closed bridge "a very grave error". The council disagreed with him. '
    "It wants to wait for the engineers."
)


def filed(text: str) -> Source:
    return fakes.source("daily", publisher="Daily", published=date(2026, 3, 4), text=text)


def written(source: Source, *paragraphs: str) -> list[Sentence]:
    """Each sentence of a source as the embedded writer tells it."""
    writer, told = SentenceWriter(Casing()), []
    for held in fakes.passages(source, *paragraphs):
        before: Candidate | None = None
        for start, end in split_sentences(held.text):
            before = Candidate(
                passage=held,
                start=held.start + start,
                end=held.start + end,
                before=before,
                cosine=0.9,
                facet=Facet.FACTS,
                stance=Stance.NEITHER,
            )
            told.append(writer.tell(before))
    return told


def test_long_words_of_a_summary_are_told_without_marks() -> None:
    [verbatim] = written(filed("verbatim"), f"{LONG}.")
    [told] = written(filed("summary"), f"{LONG}.")
    assert f'"{LONG}"' in verbatim.text or f'"{LONG.split(" that ")[1]}"' in verbatim.text
    assert not re.search('["\u201c]', told.text)
    assert "Daily" in told.text
    assert "cars stay away" in told.text


def test_a_run_of_a_summary_is_joined_and_not_quoted() -> None:
    run = (
        f"{LONG}.",
        "They come back on the last day of the month and look at the dry deck again.",
    )
    [_, verbatim] = written(filed("verbatim"), " ".join(run))
    [_, told] = written(filed("summary"), " ".join(run))
    assert '"' in verbatim.text
    assert '"' not in told.text
    assert "the dry deck again" in told.text


def test_what_a_summary_quotes_stays_quoted() -> None:
    told = written(filed("summary"), NOTE)
    assert '"a very grave error"' in told[0].text
    assert not any('"' in s.text for s in told[1:])


def test_a_plainer_form_of_a_summary_has_no_marks() -> None:
    assert all('"' not in step for step in plain(f"{LONG}.", filed("summary")))
    assert any('"' in step for step in plain(f"{LONG}.", filed("verbatim")))
    assert marked(f"{LONG}.", f"{LONG}.", filed("summary")) == f"{LONG}."


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ('The mayor called it "a very grave error".', Outcome.OK),
        ("The mayor called it \u201ca very grave error\u201d.", Outcome.OK),
        ('"The council disagreed with him," the Daily wrote.', Outcome.VIOLATED),
        ('The mayor called "the closed bridge" an error.', Outcome.VIOLATED),
        ('The council said it "wants to wait for the engineers".', Outcome.VIOLATED),
        ("The council disagreed with him.", Outcome.NOT_APPLICABLE),
    ],
)
def test_words_of_a_summary_are_quoted_where_it_quotes_them(claim: str, expected: Outcome) -> None:
    assert quotations(claim, EvidenceSpan(text=NOTE, summary=True)) is expected
    if expected is not Outcome.NOT_APPLICABLE:
        assert quotations(claim, EvidenceSpan(text=NOTE)) is Outcome.OK


def quotations(claim: str, *evidence: EvidenceSpan) -> Outcome:
    return next(c.outcome for c in check(claim, evidence) if c.name is CheckName.QUOTATIONS)


def test_the_finding_says_that_the_words_are_a_summary() -> None:
    span = EvidenceSpan(text=NOTE, summary=True)
    [found] = [
        c
        for c in check('It "wants to wait for the engineers".', [span])
        if c.name is CheckName.QUOTATIONS
    ]
    assert "a summary, which quotes nobody with them" in found.detail
    assert found.evidence is None


def test_a_sentence_of_a_long_quotation_is_known_to_be_quoted() -> None:
    whole = 'She said: "The bridge is safe. The deck is dry now. We open on Monday." He left early.'
    inside = EvidenceSpan(text="The deck is dry now.", passage=whole, summary=True)
    outside = EvidenceSpan(text="He left early.", passage=whole, summary=True)
    assert quotations('She said "the deck is dry".', inside) is Outcome.OK
    assert quotations('She said "he left early".', outside) is Outcome.VIOLATED


def test_a_mark_that_is_left_open_ends_with_its_paragraph() -> None:
    span = EvidenceSpan(
        text='He has a 3" nail.\n\nThe deck dried. He said "it is safe".', summary=True
    )
    assert quotations('He said "it is safe".', span) is Outcome.OK
    assert quotations('He said "the deck dried".', span) is Outcome.VIOLATED


def test_one_verbatim_source_is_enough_to_quote() -> None:
    claim = 'The council "disagreed with him".'
    both = (EvidenceSpan(text=NOTE, summary=True), EvidenceSpan(text="They disagreed with him."))
    assert quotations(claim, *both) is Outcome.OK


def test_a_checked_text_may_not_quote_a_summary() -> None:
    bridge = fakes.source("bridge", title="The bridge", text="summary")
    held = fakes.passages(bridge, NOTE)

    class Shelf(fakes.FakeShelf):
        def sources(self) -> list[Source]:
            return [bridge]

    text = (
        "# Is the bridge open?\n\n"
        'The mayor called the closed bridge "a very grave error" [1]. '
        'The council "disagreed with him" [1].\n\n'
        "## Sources\n\n[1] The bridge - https://bridge.example.org/story\n"
    )
    report = check_text(
        read_text(text),
        Shelf(held),
        EmbeddedJudge(fakes.WordsEntailment()),
        fakes.WordsEntailment(),
    )
    assert [e.ruling.accepted for e in report.examined] == [True, False]


def drafted() -> tuple[Page, Passage, Passage]:
    lake = passage("lake", "The lake froze over in May.", text="summary")
    sea = passage("sea", "The sea was calm. The tide did not come.")
    made = page(
        sentence("Ice covered it.", cite(lake)),
        sentence("Nothing moved.", cite(sea, "The tide did not come.")),
        passages=[lake, sea],
    )
    return made, lake, sea


def test_the_address_of_a_summary_is_opened_as_it_is() -> None:
    _, lake, sea = drafted()
    assert link(lake, 0, 8) == "https://example.org/lake"
    assert link(sea, 0, 7) == "https://example.org/sea#:~:text=The%20sea"


def test_a_card_calls_the_words_of_a_summary_one() -> None:
    html = render(drafted()[0], "html")
    assert "<b>Summary of the source:</b> The lake froze over in May." in html
    assert "<q>The tide did not come.</q>" in html
    assert "<q>The lake" not in html
    assert "lake#:~:text=" not in html
    assert "sea#:~:text=" in html


def test_markdown_opens_the_address_of_a_summary_as_it_is() -> None:
    told = render(drafted()[0], "md")
    assert "](<https://example.org/lake>)" in told
    assert "](<https://example.org/sea#:~:text=" in told


def test_a_comment_calls_the_words_of_a_summary_one() -> None:
    comments = {c.text for c in Document(BytesIO(render_file(drafted()[0], "docx"))).comments}
    assert comments == {
        "[1] Summary of the source: The lake froze over in May.",
        "[2] \u201cThe tide did not come.\u201d",
    }


@pytest.mark.parametrize("form", ["text", "md", "html", "json", "claimreview"])
def test_no_form_puts_marks_around_the_words_of_a_summary(form: str) -> None:
    told = render(drafted()[0], form)
    if form == "json":  # whose strings stand in marks of their own
        told = told.replace('"quote": "', "").replace('"text": "', "")
    assert not re.search('["\u201c]The lake froze over in May', told)


def test_slack_calls_the_words_of_a_summary_one() -> None:
    made = answer_message(AnswerView(short_answer(drafted()[0]), "ref"))
    parts = [part for block in made.blocks for part in block.get("elements", [])]
    shown = {
        kind: [
            "".join(element["text"] for element in part["elements"] if "text" in element)
            for part in parts
            if part["type"] == kind
        ]
        for kind in ("rich_text_quote", "rich_text_section")
    }
    assert "Summary of the source: The lake froze over in May." in shown["rich_text_section"]
    assert not any("lake froze" in words for words in shown["rich_text_quote"])
    assert "The tide did not come." in shown["rich_text_quote"]


def test_what_a_summary_leaves_open_is_told_without_marks() -> None:
    for text, expected in (("summary", ": the cause"), ("verbatim", ': "the cause')):
        source = filed(text)
        [held] = fakes.passages(source, "The cause of the cracks in the pier remains unknown.")
        cited = Citation.of(held, 0, len(held.text))
        record = RecordStatements(
            claim=Claim(text="the pier cracked", opposite="the pier did not crack"),
            sources=(source,),
            verdict=Verdict(label=VerdictLabel.UNPROVEN, scope="one source", rule="none"),
        )
        outlook = conclusion._watch([sentence("It cracked.", cited)], record)
        assert expected in outlook.text.lower()

"""The Word form of a page, read back by other libraries than the one that wrote it."""

from io import BytesIO
from zipfile import ZipFile

import mammoth
from docx import Document

from agent.render import render_file
from agent.types import Page
from tests.unit.agent.pages import FOLLOW_UPS, cite, insufficient, page, passage, sentence

LAKE = passage("lake", "The lake froze over in May. The road was closed.", title="Lakes & roads")
SEA = passage("sea", "The sea was calm.", url="no address")


def drafted() -> Page:
    both = sentence("The lake froze, and the road was closed.", LAKE, SEA)
    return page(both, sentence("The sea was calm.", SEA), passages=[LAKE, SEA])


def html(made: bytes) -> str:
    return str(mammoth.convert_to_html(BytesIO(made)).value)


def test_headings_are_headings_and_follow_ups_are_a_list() -> None:
    text = html(render_file(drafted(), "docx"))
    assert "<h1>Executive summary</h1>" in text
    assert "<h1>1. Where the claim comes from</h1>" in text
    assert "<h1>Sources</h1>" in text
    assert f"<ul><li>{FOLLOW_UPS[0]}</li>" in text


def test_a_number_leads_to_its_source_and_a_source_to_its_passage() -> None:
    text = html(render_file(drafted(), "docx"))
    assert 'closed <a href="#source_1">[1]</a> <a href="#source_2">[2]</a>.' in text
    assert '<a id="source_1"></a>[1] <a href="https://example.org/lake#:~:text=' in text
    assert ">Lakes &amp; roads</a>" in text
    assert '<a id="source_2"></a>[2] Title of sea (no address)' in text


def test_the_cited_words_of_a_sentence_are_a_comment_on_it() -> None:
    word = Document(BytesIO(render_file(drafted(), "docx")))
    first, *_ = word.comments
    assert first.author == "Verdict Desk"
    assert first.text.split("\n") == [
        "[1] \u201cThe lake froze over in May. The road was closed.\u201d",
        "[2] \u201cThe sea was calm.\u201d",
    ]


def test_a_comment_cites_nothing_by_itself() -> None:
    odd = passage("odd", "It froze [7]\u202e, they wrote.")
    made = render_file(page(sentence("It froze.", cite(odd)), passages=[odd]), "docx")
    assert next(c.text for c in Document(BytesIO(made)).comments) == (
        "[1] \u201cIt froze {7}, they wrote.\u201d"
    )


def test_the_file_says_what_it_is_and_holds_no_trace_of_the_clock() -> None:
    made = render_file(drafted(), "docx")
    facts = Document(BytesIO(made)).core_properties
    assert facts.title == drafted().question.text
    assert (facts.author, facts.language) == ("Verdict Desk", "en")
    days = {facts.created, facts.modified, *(c.timestamp for c in Document(BytesIO(made)).comments)}
    assert {day.date() for day in days if day} == {drafted().question.asked_on}
    with ZipFile(BytesIO(made)) as file:
        assert {part.date_time[0] for part in file.infolist()} == {1980}


def test_it_runs_nothing_and_fetches_nothing() -> None:
    with ZipFile(BytesIO(render_file(drafted(), "docx"))) as file:
        names, relations = file.namelist(), file.read("word/_rels/document.xml.rels").decode()
    assert not [n for n in names if "vba" in n.lower() or "embed" in n.lower()]
    outside = [part for part in relations.split("<Relationship ") if "External" in part]
    assert outside
    assert all("/hyperlink" in part for part in outside)


def test_the_short_page_is_short() -> None:
    text = html(render_file(insufficient(LAKE), "docx"))
    assert "<strong>Verdict: none - not enough evidence</strong>" in text
    assert "<h1>" not in text

"""Where model and embedded judge read a sentence differently, every form for readers says so."""

from io import BytesIO

import mammoth
import pytest

from agent.audit.documents import read_file
from agent.render import render, render_file
from agent.types import CheckName, CheckResult, Outcome, Page
from tests.unit.agent.pages import page, passage, sentence

LAKE = passage("lake", "The lake froze.")
DOUBT = CheckResult(
    name=CheckName.MODEL, outcome=Outcome.UNKNOWN, detail="the embedded judge found little of it"
)
FORMS = {"text": ".txt", "md": ".md", "html": ".html", "docx": ".docx"}
EVERY_FORM = pytest.mark.parametrize("form", FORMS)


def drafted(*, doubted: bool) -> Page:
    checks = (DOUBT,) if doubted else ()
    spoken = (sentence("The lake froze.", LAKE, checks=checks), sentence("It was cold.", LAKE))
    return page(*spoken, passages=[LAKE], summary=spoken[1:])


def written(draft: Page, form: str) -> bytes:
    return render_file(draft, form) if form == "docx" else render(draft, form).encode()


def shown(draft: Page, form: str) -> str:
    made = written(draft, form)
    if form == "docx":
        return str(mammoth.extract_raw_text(BytesIO(made)).value)
    return made.decode()


@EVERY_FORM
def test_it_is_said_at_the_sentence_and_explained_once(form: str) -> None:
    text = shown(drafted(doubted=True), form)
    if form != "html":
        assert text.count("froze (two readings) [1].") == 4
        assert text.count("Two readings: the language model found a sentence in the cited") == 1
        assert "cold [1]." in text
    assert "the embedded judge found little of it. Read the sources." in text


@EVERY_FORM
def test_a_page_without_doubt_says_nothing_of_it(form: str) -> None:
    assert "two readings" not in shown(drafted(doubted=False), form).casefold()


@EVERY_FORM
def test_the_mark_is_no_part_of_the_sentence_that_is_read_back(form: str) -> None:
    texts = [
        [(s.text, s.numbers) for s in read_file(written(made, form), FORMS[form]).sentences]
        for made in (drafted(doubted=True), drafted(doubted=False))
    ]
    assert texts[0] == texts[1]
    assert texts[0][1] == ("The lake froze.", (1,))

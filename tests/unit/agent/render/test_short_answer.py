from agent.render.short_answer import PLAIN, as_text, short_answer
from agent.types import Claim, VerdictLabel
from tests.unit.agent import pages


def test_the_answer_shows_the_verdict_its_findings_and_what_was_searched() -> None:
    lake, sea = pages.passage("lake", "The lake froze."), pages.passage("sea", "The sea was calm.")
    page = pages.page(
        pages.sentence("The lake froze.", lake),
        pages.sentence("The sea was calm.", sea),
        passages=[lake, sea],
    )
    short = short_answer(page)
    assert short.verdict is page.verdict.label
    assert short.thrown_out == len(page.fallen)
    assert short.searched == page.evidence.scope
    on_page = {s.text for s in page.sentences()}
    assert {p.text for p in short.points} <= on_page
    text = as_text(short)
    assert f"Thrown out by the check: {len(page.fallen)}." in text
    assert all(source.url in text for p in short.points for source in p.sources)


def test_nothing_on_a_topic_is_said_in_plain_words_and_is_no_verdict() -> None:
    short = short_answer(pages.insufficient())
    assert short.verdict is None
    assert short.points == ()
    assert as_text(short).startswith("Not enough evidence. The library has nothing on this.")
    near = as_text(short_answer(pages.insufficient(pages.passage("a", "The pope spoke."))))
    assert "nothing on this" not in near
    assert near.startswith("Not enough evidence. No passage of the library was read as saying it")


def test_an_open_question_that_nothing_answers_says_so() -> None:
    asked = Claim(text="who arrested the pope", opposite="", asks="who")
    near = pages.insufficient(pages.passage("a", "The pope spoke."))
    told = as_text(short_answer(near.model_copy(update={"claim": asked})))
    assert told.startswith("Not enough evidence. No source of the library was found to answer it.")


def test_every_verdict_has_plain_words() -> None:

    assert set(PLAIN) == set(VerdictLabel)


def test_no_words_of_a_source_are_shown_twice() -> None:
    lake, sea = pages.passage("lake", "The lake froze."), pages.passage("sea", "The sea was calm.")
    copy = pages.passage("copy", "The lake froze.")
    page = pages.page(
        pages.sentence("The lake froze.", lake),
        pages.sentence("The lake froze; the sea was calm.", lake, sea),
        pages.sentence("The lake froze, according to a copy.", copy),
        pages.sentence("The lake never froze, according to the sea.", sea),
        passages=[lake, sea, copy],
    )
    shown = [point.text for point in short_answer(page).points]
    assert [text for text in shown if "never" in text]
    assert len([text for text in shown if "never" not in text]) == 1

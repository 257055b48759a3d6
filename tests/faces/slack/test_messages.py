"""What an answer shows on a phone: nothing twice, nothing left out."""

from datetime import date

import pytest

from agent.faces.slack import messages
from agent.faces.slack.messages import (
    AnswerView,
    answer_buttons,
    answer_message,
    repeats_quote,
)
from agent.types import Certificate, Earlier, Page, Question, VerdictLabel
from tests.faces.slack.pictures import drawn
from tests.faces.slack.place import ANSWER, CLAIM, TODAY, page
from tests.faces.slack.rules import words
from tests.unit.agent import pages
from tests.unit.agent.faces.test_slack_messages import body


def told(made: Page, **changes: object) -> str:
    shown = AnswerView.of(made, "ref", ())
    answer = shown.answer.model_copy(update=changes)
    return words(body(answer_message(AnswerView(answer, "ref"))))


def answered() -> Page:
    return page(Question(text=CLAIM, asked_on=TODAY))


def certificate(proposition: str) -> Certificate:
    return Certificate(
        proposition=proposition,
        scope=pages.scope(),
        on_topic=9,
        best_score=0.1,
        threshold=0.5,
        probe_score=0.9,
        found=False,
    )


def test_a_quote_is_shown_where_it_says_more_than_the_sentence() -> None:
    assert repeats_quote("The bridge was closed, according to the Paper.", "The bridge was closed.")
    assert repeats_quote(ANSWER, ANSWER)
    assert not repeats_quote(
        "The bridge was closed.", "On January 8 the council closed it to all cars."
    )


@pytest.mark.parametrize("denial", ["not", "never", "no"])
def test_a_denial_is_never_left_out(denial: str) -> None:
    sentence = "The council said on Monday that the old bridge would be closed to cars."
    assert not repeats_quote(sentence, sentence.replace("would be", f"would {denial} be"))


def test_what_was_searched_for_in_vain_is_said() -> None:
    made = answered()
    claim = AnswerView.of(made, "ref", ()).answer.claim
    assert "No passage says" not in told(made)
    assert "No passage says that it is so." in told(made, certificates=(certificate(claim),))
    other = told(made, certificates=(certificate("the bridge fell"),))
    assert "No passage says:  the bridge fell" in other


def test_how_the_question_was_read_and_what_came_before_are_said() -> None:
    before = Earlier(
        question=CLAIM,
        claim=CLAIM,
        checked_on=date(2026, 8, 1),
        verdict=VerdictLabel.REFUTED,
        scope="what is cited",
    )
    shown = told(answered(), reading=('"the bridge" is read as the old one.',), earlier=(before,))
    assert '"the bridge" is read as the old one.' in shown
    assert "Checked before on August 1, 2026: refuted." in shown


def test_every_message_of_the_desk_can_be_drawn() -> None:
    answer = answer_message(
        AnswerView.of(answered(), "ref", answer_buttons(private=True, editors=True, earlier=True))
    )
    for made in (
        answer,
        messages.choose_claim_notice([CLAIM, "Another."], "ref"),
        messages.progress_message("check"),
        messages.show_answer_notice(CLAIM, "ref"),
        *map(messages.need_notice, messages.Need),
    ):
        assert "Verdict Desk" in drawn(made, private=True)
    assert ANSWER in drawn(answer, private=False)

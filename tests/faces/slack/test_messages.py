"""What an answer shows on a phone: nothing twice, nothing left out."""

from datetime import date

import pytest

from agent.faces.slack import notices
from agent.faces.slack.blocks import Shown, message, offered
from agent.faces.slack.sentences import repeats
from agent.types import Certificate, Earlier, Page, Question, VerdictLabel
from tests.faces.slack.pictures import drawn
from tests.faces.slack.place import ANSWER, CLAIM, TODAY, page
from tests.faces.slack.rules import words
from tests.unit.agent import pages
from tests.unit.agent.test_slack_messages import body


def told(made: Page, **changes: object) -> str:
    shown = Shown.of(made, "ref", ())
    answer = shown.answer.model_copy(update=changes)
    return words(body(message(Shown(answer, "ref"))))


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
    assert repeats("The bridge was closed, according to the Paper.", "The bridge was closed.")
    assert repeats(ANSWER, ANSWER)
    assert not repeats("The bridge was closed.", "On January 8 the council closed it to all cars.")


@pytest.mark.parametrize("denial", ["not", "never", "no"])
def test_a_denial_is_never_left_out(denial: str) -> None:
    sentence = "The council said on Monday that the old bridge would be closed to cars."
    assert not repeats(sentence, sentence.replace("would be", f"would {denial} be"))


def test_what_was_searched_for_in_vain_is_said() -> None:
    made = answered()
    claim = Shown.of(made, "ref", ()).answer.claim
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
    answer = message(Shown.of(answered(), "ref", offered(private=True, editors=True, earlier=True)))
    for made in (
        answer,
        notices.which([CLAIM, "Another."], "ref"),
        notices.plan("check"),
        notices.offer(CLAIM, "ref"),
        *map(notices.needs, notices.Need),
    ):
        assert "Verdict Desk" in drawn(made, private=True)
    assert ANSWER in drawn(answer, private=False)

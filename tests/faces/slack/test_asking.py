"""Every way to ask, as Slack sends it, and what comes back."""

import time
from collections.abc import Callable
from pathlib import Path

from agent.types import Page, Question
from tests.faces.slack.loopback import Slack
from tests.faces.slack.place import ANSWER, CLAIM, Place, opened, page
from tests.faces.slack.rules import buttons, followed, words


def test_a_mention_is_answered_to_the_asker_alone(place: Place) -> None:
    assert place.send(place.mention(CLAIM)).status == 200
    body = place.answer()
    assert (body["channel"], body["user"]) == ("C0NEWS", "U0ANNA")
    assert ANSWER in words(body)
    assert set(buttons(body)) == {"full_draft", "share", "ask_editor"}
    assert followed(body) == ["https://example.org/bridge"]
    place.settled()
    assert place.slack.counted("reactions.add", "reactions.remove") == {
        "reactions.add": 1,
        "reactions.remove": 1,
    }
    assert not place.slack.of("chat.postMessage")


def test_a_direct_message_shows_its_steps_and_ends_as_one_message(place: Place) -> None:
    place.send(place.direct(CLAIM))
    body = place.answer("chat.update")
    [posted] = place.slack.of("chat.postMessage")
    assert posted.body["blocks"][0]["type"] == "plan"
    assert body["ts"] == posted.answer["ts"]
    assert "share" not in buttons(body)


def slowly(first: str, then: str) -> Callable[[Question, Callable[[str], None]], Page]:
    """A draft of two steps that are long enough apart to be shown."""

    def draft(question: Question, on_step: Callable[[str], None]) -> Page:
        on_step(first)
        time.sleep(1.6)
        on_step(then)
        return page(question)

    return draft


def test_the_steps_of_a_slow_draft_are_shown_as_they_come(slack: Slack, tmp_path: Path) -> None:
    with opened(slack, tmp_path / "slow.sqlite3", slowly("plan", "check")) as place:
        place.send(place.direct(CLAIM))
        place.answer("chat.update")
    steps = [c.body["blocks"][0] for c in slack.of("chat.postMessage", "chat.update")]
    assert [b["type"] for b in steps] == ["plan", "plan", "header"]
    assert steps[1]["tasks"][3]["status"] == "in_progress"
    assert len({c.body["ts"] for c in slack.of("chat.update")}) == 1


def test_a_mention_shows_the_step_as_a_status(slack: Slack, tmp_path: Path) -> None:
    with opened(slack, tmp_path / "slow.sqlite3", slowly("plan", "search")) as place:
        place.send(place.mention(CLAIM))
        place.answer()
        place.settled()
    said = [c.body["status"] for c in slack.of("assistant.threads.setStatus")]
    assert said == ["is checking …", "is searching the library …", ""]


def test_the_command_is_answered_through_its_response_address(place: Place) -> None:
    acknowledged = place.send(place.command(CLAIM))
    assert "Checking" in acknowledged.body
    assert ANSWER in words(place.answer("response"))


def test_the_shortcut_works_on_a_message_of_somebody_else(place: Place) -> None:
    place.send(place.shortcut({"text": CLAIM, "user": "U0BEN"}))
    body = place.answer("response")
    assert ANSWER in words(body)
    assert body["response_type"] == "ephemeral"
    assert not place.slack.of("reactions.add"), "nobody else sees that it was asked"


def test_a_link_alone_is_not_opened_but_told_what_it_needs(place: Place) -> None:
    place.send(place.shortcut({"text": "<https://example.com/story>"}))
    place.until(lambda: any("I open no links" in words(m) for m in place.slack.messages()))
    assert place.drafted == []


def test_a_forwarded_message_is_checked_and_named_as_such(place: Place) -> None:
    shared = {"text": "", "attachments": [{"is_share": True, "text": CLAIM}]}
    place.send(place.shortcut(shared))
    assert "forwarded message" in words(place.answer("response"))
    assert place.drafted == [CLAIM]


def test_a_forwarded_picture_is_told_what_it_needs(place: Place) -> None:
    place.send(place.shortcut({"text": "", "attachments": [{"is_share": True}]}))
    place.until(lambda: any("forwarded" in words(m) for m in place.slack.messages()))
    assert place.drafted == []


def test_of_several_claims_one_is_chosen(place: Place) -> None:
    place.send(place.mention("The bridge was closed. The mayor resigned in March."))
    asked = place.until(lambda: place.slack.of("chat.postEphemeral"))[0].body
    assert list(buttons(asked)) == ["choose:0", "choose:1"]
    assert place.drafted == []
    press = place.press("choose:1", buttons(asked)["choose:1"])
    for _ in range(2):  # pressed twice
        assert place.send(press).status == 200
    body = place.answer("response")
    assert body["replace_original"] is True
    place.settled()
    assert place.drafted == ["The mayor resigned in March."]


def test_a_thread_is_read_only_where_a_mention_asks_about_it(place: Place) -> None:
    place.slack.threads["1.0"] = {"text": CLAIM, "user": "U0BEN"}
    place.send(place.mention("is this true?", thread_ts="1.0"))
    assert place.answer()["thread_ts"] == "1.0"
    assert place.drafted == [CLAIM]
    place.send(place.mention("The mayor resigned in March.", thread_ts="1.0"))
    place.answer(number=2)
    assert len(place.slack.of("conversations.replies")) == 1


def test_a_thread_that_may_not_be_read_is_told_what_it_needs(place: Place) -> None:
    place.slack.fail("conversations.replies", "missing_scope")
    place.send(place.mention("is this true?", thread_ts="1.0"))
    place.until(lambda: any("I cannot read" in words(m) for m in place.slack.messages()))


def test_nothing_on_the_topic_is_said_and_no_guess_made(place: Place) -> None:
    place.send(place.mention("Dragons live under the bridge."))
    body = place.answer()
    assert "The library has nothing on this." in words(body)
    assert "Searched: 412 passages of 75 sources." in words(body)
    assert "full_draft" not in buttons(body)


def test_an_opened_conversation_offers_questions(place: Place) -> None:
    opened = place.event("app_home_opened", "", channel="D0ANNA", tab="messages")
    place.send(opened)
    [call] = place.until(lambda: place.slack.of("assistant.threads.setSuggestedPrompts"))
    assert call.body["channel_id"] == "D0ANNA"
    assert len(call.body["prompts"]) == 3


def test_edits_and_messages_of_bots_ask_nothing(place: Place) -> None:
    for fields in ({"subtype": "message_changed"}, {"bot_id": "B1"}, {"user": None}):
        assert place.send(place.direct(CLAIM, **fields)).status == 200
    assert place.desk.context.inbox.find_due(1e12) == []
    assert place.drafted == []

"""What Slack can do to an answer, and how the answer arrives all the same."""

import logging
from itertools import count
from pathlib import Path

import pytest

from agent.faces.slack.inbox import Limits
from agent.faces.slack.responder import MAX_TRIES
from agent.types import Claim, Insufficient, Page, Question
from retrieval.errors import LibraryUnreachable
from tests.faces.slack.loopback import Slack
from tests.faces.slack.place import ANSWER, CLAIM, Place, opened
from tests.faces.slack.rules import words
from tests.fakes import MemoryStore


def shown(place: Place) -> list[dict[str, object]]:
    return [m for m in place.slack.messages() if ANSWER in words(m)]


def test_a_bot_outside_the_channel_answers_in_a_direct_message(place: Place) -> None:
    place.slack.outside.add("C0NEWS")
    place.send(place.mention(CLAIM))
    assert place.answer("chat.postMessage")["channel"] == "D0ANNA"


def test_a_used_up_response_address_is_replaced_by_a_message_to_the_asker(place: Place) -> None:
    place.slack.fail("response", "used_url", times=2, status=404)
    place.send(place.shortcut({"text": CLAIM}))
    body = place.answer()
    assert (body["channel"], body["user"]) == ("C0NEWS", "U0ANNA")


def test_a_rate_limit_is_waited_out_as_long_as_slack_says(place: Place) -> None:
    place.slack.fail("chat.postEphemeral", "ratelimited", status=429, headers={"Retry-After": "1"})
    place.send(place.mention(CLAIM))
    place.answer()
    assert len(shown(place)) == 1
    assert place.drafted == [CLAIM], "the draft is not made twice"


def test_a_deleted_message_with_the_steps_is_replaced_by_a_new_one(place: Place) -> None:
    place.slack.fail("chat.update", "message_not_found", times=9)
    place.send(place.direct(CLAIM))
    assert place.answer("chat.postMessage")["channel"] == "D0ANNA"


def test_a_thread_that_was_deleted_meanwhile_does_not_swallow_the_answer(place: Place) -> None:
    event = place.direct(CLAIM)
    place.slack.deleted.add(event["event"]["ts"])
    place.send(event)
    place.answer("chat.update")
    [posted] = place.slack.of("chat.postMessage")
    assert "thread_ts" not in posted.body


def test_signs_that_slack_refuses_do_not_stop_an_answer(place: Place) -> None:
    for method in ("reactions.add", "reactions.remove", "assistant.threads.setStatus"):
        place.slack.fail(method, "missing_scope", times=9)
    place.send(place.mention(CLAIM))
    place.answer()


def test_blocks_that_slack_does_not_take_are_sent_as_text(place: Place) -> None:
    place.slack.fail("chat.postEphemeral", "invalid_blocks")
    place.send(place.mention(CLAIM))
    sent = place.until(lambda: place.slack.of("chat.postEphemeral"))[0].body
    assert ANSWER in sent["text"]
    assert sent["blocks"] == []


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "invalid_auth"])
def test_a_revoked_token_closes_the_question_and_is_logged(
    place: Place, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    place.slack.fail("reactions.add", code, times=99)
    place.send(place.mention(CLAIM))
    with caplog.at_level(logging.WARNING):
        place.until(lambda: "Install the app there again" in caplog.text)
    place.settled()
    assert shown(place) == []


def test_a_server_that_fails_is_tried_again(place: Place) -> None:
    place.slack.fail(
        "chat.postEphemeral", "internal_error", status=500, headers={"Retry-After": "0"}
    )
    place.send(place.mention(CLAIM))
    place.answer()
    assert [c.answer["error"] for c in place.slack.refused()] == ["internal_error"]


def test_a_question_waits_for_its_database_however_often_it_is_away(
    slack: Slack, tmp_path: Path
) -> None:
    away, hurry = count(), count()

    class Away(MemoryStore):
        def earlier(self, claim: Claim) -> dict[str, Page]:
            if next(away) < 2 * MAX_TRIES:
                raise LibraryUnreachable("The server is away.", "Wait.")
            return super().earlier(claim)

    clock = lambda: 1.8e9 + 10.0 * next(hurry)  # noqa: E731
    with opened(slack, tmp_path / "s.sqlite3", store=Away(), clock=clock) as place:
        place.send(place.mention(CLAIM))
        place.until(lambda: shown(place), 60)
        assert len(shown(place)) == 1


def test_who_asked_is_told_that_a_question_was_given_up(slack: Slack, tmp_path: Path) -> None:
    hurry = count()

    class Broken(MemoryStore):
        def earlier(self, claim: Claim) -> dict[str, Page]:
            raise ValueError("nobody foresaw this")

    clock = lambda: 1.8e9 + 100.0 * next(hurry)  # noqa: E731
    with opened(slack, tmp_path / "s.sqlite3", store=Broken(), clock=clock) as place:
        place.send(place.direct(CLAIM))
        place.until(lambda: any("did not work" in words(m) for m in place.slack.messages()))
        place.settled()
        assert not place.drafted


def test_a_draft_that_fails_is_said_to_have_failed(slack: Slack, tmp_path: Path) -> None:
    def broken(question: Question, on_step: object) -> Page | Insufficient:
        raise OSError("the disk is full <!channel>")

    with opened(slack, tmp_path / "s.sqlite3", broken) as place:
        place.send(place.mention(CLAIM))
        body = place.until(lambda: slack.of("chat.postEphemeral"))[0].body
    assert "could not check" in words(body)
    assert "<!channel>" not in body["text"]


def test_who_asks_too_much_is_told_so_and_not_stored(slack: Slack, tmp_path: Path) -> None:
    with opened(slack, tmp_path / "s.sqlite3", limits=Limits(user=2, channel=9)) as place:
        for n in range(4):
            place.send(place.mention(f"The bridge was closed {n} times."))
        place.until(lambda: sum("within the hour" in words(m) for m in slack.messages()) == 2)
        place.settled()
        assert len(place.drafted) == 2


def test_a_channel_that_asks_too_much_is_told_so(slack: Slack, tmp_path: Path) -> None:
    with opened(slack, tmp_path / "s.sqlite3", limits=Limits(user=9, channel=1)) as place:
        for user in ("U0ANNA", "U0BEN"):
            place.send(place.mention(CLAIM, user=user))
        place.until(lambda: any("This channel has asked 1" in words(m) for m in slack.messages()))


def test_a_workspace_that_is_not_on_the_list_is_not_answered(place: Place) -> None:
    foreign = place.mention(CLAIM) | {"team_id": "T0OTHER"}
    guest = place.mention(CLAIM, user_team="T0OTHER")
    for body in (foreign, guest):
        assert place.send(body).status == 200
    shortcut = place.shortcut({"text": CLAIM}, user={"id": "U0EVE", "team_id": "T0OTHER"})
    place.send(shortcut)
    place.until(lambda: any("does not answer" in words(m) for m in place.slack.messages()))
    assert place.desk.context.inbox.find_due(1e12) == []
    assert place.drafted == []


def test_only_channels_that_opted_in_are_answered_unasked(slack: Slack, tmp_path: Path) -> None:
    with opened(slack, tmp_path / "s.sqlite3", channels=frozenset({"C0DESK"})) as place:
        place.send(place.event("message", CLAIM, channel="C0NEWS"))
        place.send(place.event("message", "ok thanks", channel="C0DESK"))
        place.send(place.event("message", "Dragons live under the bridge.", channel="C0DESK"))
        opted = place.event("message", CLAIM, channel="C0DESK")
        place.send(opted)
        body = place.answer("chat.postMessage")
        place.settled()
    assert (body["channel"], body["thread_ts"]) == ("C0DESK", opted["event"]["ts"])
    assert len(slack.messages()) == 1, "nothing is said where there is nothing to tell"


def test_a_mention_in_a_channel_that_opted_in_is_answered_once(
    slack: Slack, tmp_path: Path
) -> None:
    with opened(slack, tmp_path / "s.sqlite3", channels=frozenset({"C0DESK"})) as place:
        mention = place.mention(CLAIM, channel="C0DESK")
        twin = place.event("message", mention["event"]["text"], channel="C0DESK")
        twin["event"]["ts"] = mention["event"]["ts"]
        place.send(mention)
        place.send(twin)
        place.answer()
        place.settled()
    assert len(place.drafted) == 1


def test_a_payload_that_nobody_can_read_is_acknowledged_and_logged(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """Slack would send it again and again."""
    event = place.mention(CLAIM)
    del event["event"]["ts"]
    strange = [
        event,
        place.direct(CLAIM, attachments=["words"]),
        place.shortcut({"text": CLAIM}, channel=None),
        {**place.command(CLAIM), "trigger_id": None} | {"response_url": None},
        place.press("share", "q1", message_ts=None) | {"container": "none"},
    ]
    del strange[3]["trigger_id"]
    with caplog.at_level(logging.WARNING):
        assert [place.send(body).status for body in strange] == [200] * len(strange)
        place.until(lambda: caplog.text.count("of a form that is not known") == len(strange))
    place.send(place.direct(CLAIM))
    place.answer("chat.update")

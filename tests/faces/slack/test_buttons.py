"""What the buttons under an answer do, once each."""

import json
from datetime import date
from pathlib import Path

import pytest

from agent.faces.slack.messages import Action
from agent.jobs.port import JobsUnavailable
from agent.types import Question
from tests.faces.slack.loopback import Slack
from tests.faces.slack.place import ANSWER, CLAIM, TODAY, Place, opened, page
from tests.faces.slack.rules import buttons, followed, words


def asked(place: Place) -> str:
    """Ask in a channel; return the reference that the buttons carry."""
    place.send(place.mention(CLAIM))
    ref = buttons(place.answer())["share"]
    place.settled()
    return ref


def test_share_shows_the_answer_to_everyone_once(place: Place) -> None:
    ref = asked(place)
    for _ in range(3):
        place.send(place.press("share", ref, thread_ts="1.0"))
    shared = place.until(
        lambda: [m for m in place.slack.messages() if m.get("response_type") == "in_channel"]
    )
    place.until(lambda: any("Shared with everyone" in words(m) for m in place.slack.messages()))
    assert len(shared) == 1
    assert shared[0]["thread_ts"] == "1.0"
    assert ANSWER in words(shared[0])
    assert set(buttons(shared[0])) == {"full_draft"}


def test_the_full_draft_of_a_private_answer_goes_to_its_asker(place: Place) -> None:
    ref = asked(place)
    place.send(place.press("full_draft", ref))
    [done] = place.until(lambda: place.slack.of("files.completeUploadExternal"))
    [file] = place.slack.of("upload")
    assert done.body["channel_id"] == "D0ANNA"
    assert b"<!doctype html>" in file.body["data"].lower()
    assert ANSWER.encode() in file.body["data"]


def test_the_full_draft_of_a_shared_answer_goes_to_its_thread(place: Place) -> None:
    ref = asked(place)
    place.send(place.press("full_draft", ref, private=False, thread_ts="1.0"))
    [done] = place.until(lambda: place.slack.of("files.completeUploadExternal"))
    assert (done.body["channel_id"], done.body["thread_ts"]) == ("C0NEWS", "1.0")


def test_an_editor_is_asked_in_the_channel_of_the_editors(place: Place) -> None:
    ref = asked(place)
    for _ in range(2):
        place.send(place.press("ask_editor", ref))
    [call] = place.until(lambda: place.slack.of("chat.postMessage"))
    assert call.body["channel"] == "C0EDIT"
    assert ANSWER in words(call.body)
    mentioned = [f for f in followed(call.body) if "U0ANNA" in f]
    assert len(mentioned) == 1, "the asker, and nobody else"


def test_feedback_counts_its_last_press(place: Place) -> None:
    ref = asked(place)
    for value in ("good", "bad"):
        place.send(place.press("feedback", f"{ref}:{value}"))
    database = place.desk.context.inbox._database
    with database.write() as connection:
        rows = connection.exec_driver_sql("SELECT question, value FROM feedback").all()
    assert rows == [(ref, "bad")]


def test_an_earlier_check_answers_with_its_day_and_can_be_made_anew(place: Place) -> None:
    day = date(2026, 11, 3)
    place.store.keep(page(Question(text=CLAIM, asked_on=day)))
    place.send(place.mention(CLAIM))
    body = place.answer()
    assert "An earlier check, of November 3, 2026." in words(body)
    assert place.drafted == []
    for _ in range(2):
        place.send(place.press("check_again", buttons(body)["check_again"]))
    again = place.answer("response")
    place.settled()
    assert place.drafted == [CLAIM]
    assert "earlier" not in words(again)


def test_a_check_that_is_too_old_does_not_answer(place: Place) -> None:
    place.store.keep(page(Question(text=CLAIM, asked_on=date(2026, 9, 1))))
    place.store.keep(page(Question(text=CLAIM, asked_on=TODAY, as_of=date(2024, 1, 1))))
    place.send(place.mention(CLAIM))
    place.answer()
    assert place.drafted == [CLAIM]


def test_what_is_no_longer_kept_is_said_to_be_gone(place: Place) -> None:
    for action in ("share", "full_draft", "ask_editor", "check_again", "choose:0"):
        place.send(place.press(action, "unknown:0" if action == "choose:0" else "unknown"))
    told = place.until(
        lambda: (
            gone
            if len(gone := [m for m in place.slack.messages() if "no longer kept" in words(m)]) == 5
            else None
        )
    )
    assert all(m["response_type"] == "ephemeral" for m in told)


def test_a_button_that_failed_may_be_pressed_again(place: Place) -> None:
    ref = asked(place)
    place.slack.fail("files.completeUploadExternal", "internal_error", times=2)
    place.slack.fail("conversations.open", "internal_error", headers={"Retry-After": "0"})
    place.send(place.press("full_draft", ref))
    place.until(lambda: any("did not work" in words(m) for m in place.slack.messages()))
    place.slack.failing.clear()
    place.send(place.press("full_draft", ref))
    place.until(lambda: place.slack.of("files.completeUploadExternal"))


def test_a_button_that_finds_the_drafts_away_works_at_the_next_press(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = asked(place)

    def away(_: str) -> None:
        raise JobsUnavailable("The server is away.")

    with monkeypatch.context() as patched:
        patched.setattr(place.desk.context.lookup.jobs, "get", away)
        place.send(place.press("full_draft", ref))
        place.until(lambda: any("did not work" in words(m) for m in place.slack.messages()))
    place.send(place.press("full_draft", ref))
    place.until(lambda: place.slack.of("files.completeUploadExternal"))


def test_what_a_button_began_before_a_crash_is_done_at_the_next_press(
    slack: Slack, tmp_path: Path
) -> None:
    path = tmp_path / "slack.sqlite3"
    with opened(slack, path, editors="C0EDIT") as place:
        ref = asked(place)
        key = f"{Action.EDITOR}:{ref}:U0ANNA:C0NEWS"
        place.desk.context.inbox.begin_action(key, "U0ANNA", 0.0)  # and then the process is killed
        place.send(place.press("ask_editor", ref))
    assert not slack.of("chat.postMessage"), "somebody is at it"
    with opened(slack, path, store=place.store, editors="C0EDIT") as again:
        again.jobs.submit(Question(text=CLAIM, asked_on=TODAY), f"slack-{ref}")
        again.until(lambda: again.jobs.get(f"slack-{ref}").state.over)
        for _ in range(2):
            again.send(again.press("ask_editor", ref))
        again.until(lambda: slack.of("chat.postMessage"))
    assert len(slack.of("chat.postMessage")) == 1


def test_buttons_carry_no_words_from_outside(place: Place) -> None:
    ref = asked(place)
    body = place.answer()
    assert set(buttons(body).values()) == {ref}
    assert CLAIM not in json.dumps([b for b in body["blocks"] if b["type"] == "actions"])

"""Where the desk has an address, the full draft is a link to it."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from agent.faces.slack.messages import Action, AnswerView, answer_message
from agent.faces.slack.responder import DraftLookup, FoundDraft
from agent.store import DraftStore, draft_id
from agent.types import Question
from tests.faces.slack.loopback import Slack
from tests.faces.slack.place import CLAIM, TODAY, Json, Place, draft, opened, page
from tests.faces.slack.rules import buttons, followed, wrong
from tests.fakes import MemoryStore
from tests.fakes_jobs import MemoryJobs

DESK = "https://desk.example.org/drafts/{draft}?from=slack"
LEADS = re.compile(r"https://desk\.example\.org/drafts/[0-9a-f]{16}\?from=slack")
TO_TODAYS = DESK.replace("{draft}", draft_id(page(Question(text=CLAIM, asked_on=TODAY))))


@pytest.fixture
def desk(slack: Slack, tmp_path: Path) -> Iterator[Place]:
    store = DraftStore.beside(tmp_path)
    options = {"editors": "C0EDIT", "desk_url": DESK}
    with opened(slack, tmp_path / "slack.sqlite3", store=store, **options) as running:
        yield running


def led(body: Json) -> list[str]:
    """Where the buttons of a message lead, or nowhere."""
    elements = (e for b in body["blocks"] if b["type"] == "actions" for e in b["elements"])
    return [e["url"] for e in elements if "url" in e]


def test_a_private_and_a_shared_answer_lead_to_the_draft(desk: Place) -> None:
    desk.send(desk.mention(CLAIM))
    private = desk.answer()
    assert set(buttons(private)) == {"open_draft", "share", "ask_editor"}
    desk.settled()
    for action in ("share", "ask_editor"):
        desk.send(desk.press(action, buttons(private)[action]))
    shared = desk.answer("response")
    [asked] = desk.until(lambda: desk.slack.of("chat.postMessage"))
    assert led(private) == led(shared) == led(asked.body) == [TO_TODAYS]


def test_a_direct_answer_leads_to_the_draft(desk: Place) -> None:
    desk.send(desk.direct(CLAIM))
    assert led(desk.answer("chat.update")) == [TO_TODAYS]


def test_an_earlier_check_leads_to_the_draft_that_is_kept(desk: Place) -> None:
    name = desk.store.keep(page(Question(text=CLAIM, asked_on=date(2026, 11, 3))))
    desk.send(desk.mention(CLAIM))
    body = desk.answer()
    assert led(body) == [DESK.replace("{draft}", name)]
    desk.send(desk.press("share", buttons(body)["share"]))
    assert led(desk.answer("response")) == led(body)


def test_a_draft_that_another_version_kept_has_the_id_it_was_kept_under(
    desk: Place, tmp_path: Path
) -> None:
    for day in (date(2026, 11, 3), TODAY):
        desk.store.keep(page(Question(text=CLAIM, asked_on=day)))
        with sqlite3.connect(tmp_path / "drafts.sqlite3") as database:
            database.execute("UPDATE drafts SET id = 'kept-' || checked_on WHERE id NOT LIKE '%-%'")
    desk.send(desk.mention(CLAIM))  # an earlier check answers
    first = desk.answer()
    desk.send(desk.press("check_again", buttons(first)["check_again"]))  # a job does
    again = desk.answer("response")
    assert led(first) == led(again) == [DESK.replace("{draft}", f"kept-{TODAY}")]


def test_following_the_link_is_acknowledged_and_sends_nothing(desk: Place) -> None:
    desk.send(desk.mention(CLAIM))
    ref = buttons(desk.answer())["open_draft"]
    desk.settled()
    before = len(desk.slack.calls)
    for private in (True, False):
        assert desk.send(desk.press("open_draft", ref, private=private)).status == 200
    desk.connection.app.listener_runner.listener_executor.shutdown()  # waits for what they began
    assert desk.slack.calls[before:] == []


def test_a_file_that_was_offered_before_the_desk_had_an_address_is_still_sent(desk: Place) -> None:
    desk.send(desk.mention(CLAIM))
    ref = buttons(desk.answer())["share"]
    desk.settled()
    desk.send(desk.press("full_draft", ref))
    desk.until(lambda: desk.slack.of("files.completeUploadExternal"))


def test_nothing_leads_anywhere_where_there_is_no_page(desk: Place) -> None:
    desk.send(desk.mention("Dragons lived in the castle."))
    body = desk.answer()
    assert led(body) == []
    assert "open_draft" not in buttons(body)


@pytest.mark.parametrize(
    "claim", ["../../admin?x={draft}#", "<https://evil.example|x> & %00 \u202e", "x" * 2_500]
)
def test_words_from_outside_do_not_reach_the_address(claim: str) -> None:
    found = page(Question(text=claim, asked_on=TODAY))
    with MemoryJobs(draft, limit=1) as jobs:
        link = DraftLookup(jobs, MemoryStore()).draft_url(FoundDraft(found), DESK)
    assert link is not None
    assert LEADS.fullmatch(link)
    told = answer_message(AnswerView.of(found, "ref", (Action.FULL,), link=link))
    body = {"text": told.text, "blocks": list(told.blocks)}
    assert wrong(body) is None
    assert set(followed(body)) - {link} <= {s.url for s in found.evidence.sources}

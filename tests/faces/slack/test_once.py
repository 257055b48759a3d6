"""An answer stands in Slack once, wherever the line breaks and the desk stops."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from agent.faces.slack.client import SlackUnavailable
from agent.faces.slack.messages import UNSURE
from agent.faces.slack.outbox import Delivery
from agent.faces.slack.payloads import Route
from tests.faces.slack.loopback import Json, Slack
from tests.faces.slack.place import ANSWER, CLAIM, Place, opened
from tests.faces.slack.rules import buttons, words


class Fast:
    """A clock that runs a hundred times too fast: what failed is tried again soon."""

    def __init__(self) -> None:
        self._began = time.time()

    def __call__(self) -> float:
        return self._began + 100 * (time.time() - self._began)


@pytest.fixture
def place(slack: Slack, tmp_path: Path) -> Iterator[Place]:
    with opened(slack, tmp_path / "slack.sqlite3", clock=Fast()) as running:
        yield running


@pytest.fixture
def public(slack: Slack, tmp_path: Path) -> Iterator[Place]:
    """A desk that looks at every message of a channel."""
    opted = frozenset({"C0DESK"})
    with opened(slack, tmp_path / "slack.sqlite3", clock=Fast(), channels=opted) as running:
        yield running


def answer(slack: Slack) -> Json:
    """The one answer that stands in the workspace."""
    [found] = slack.answers()
    assert ANSWER in words(found)
    return found


@pytest.mark.parametrize(("method", "times"), [("chat.postMessage", 1), ("chat.update", 2)])
def test_a_direct_message_is_answered_once(place: Place, method: str, times: int) -> None:
    for _ in range(times):
        place.slack.lose(method)
    place.send(place.direct(CLAIM))
    place.until(place.slack.answers)
    place.settled()
    answer(place.slack)
    assert len(place.slack.shown) == 1, "the message with the steps is the answer now"


def test_an_answer_for_everyone_is_posted_once(public: Place) -> None:
    slack = public.slack
    slack.lose("chat.postMessage")
    public.send(public.event("message", CLAIM, channel="C0DESK"))
    public.until(lambda: slack.of("chat.update"))
    public.settled()
    answer(slack)
    assert len(slack.of("chat.postMessage")) == 1
    assert slack.of("conversations.replies"), "it was looked up"


def test_where_the_thread_may_not_be_read_an_answer_is_not_lost(public: Place) -> None:
    slack = public.slack
    slack.fail("conversations.replies", "missing_scope", times=9)
    slack.lose("chat.postMessage")
    public.send(public.event("message", CLAIM, channel="C0DESK"))
    public.until(lambda: len(slack.of("chat.postMessage")) == 2)
    public.settled()
    assert len(slack.answers()) == 2, "the README names the scope for these channels"


Asking = Callable[[Place], Json]


@pytest.mark.parametrize(
    ("asks", "method"),
    [
        pytest.param(lambda p: p.mention(CLAIM), "chat.postEphemeral", id="mention"),
        pytest.param(lambda p: p.command(CLAIM), "response", id="command"),
    ],
)
def test_what_only_the_asker_sees_is_offered_where_it_may_have_arrived(
    place: Place, asks: Asking, method: str
) -> None:
    place.slack.lose(method)
    place.send(asks(place))
    place.until(lambda: [b for b in place.slack.shown.values() if UNSURE in words(b)])
    place.settled()
    answer(place.slack)
    key, offer = next((k, b) for k, b in place.slack.shown.items() if UNSURE in words(b))
    assert CLAIM in words(offer)
    del place.slack.shown[next(k for k, b in place.slack.shown.items() if ANSWER in words(b))]
    sent = len(place.slack.of("response"))
    for _ in range(2):
        place.send(place.press("show_answer", buttons(offer)["show_answer"], on=key))
    place.until(lambda: len(place.slack.of("response")) == sent + 2)
    shown = answer(place.slack)
    assert {"full_draft", "share"} <= set(buttons(shown))
    assert UNSURE not in words(shown)
    assert place.drafted == [CLAIM]


def test_a_line_that_was_never_there_leaves_no_doubt(place: Place) -> None:
    kept: list[Route] = []
    delivery = Delivery(Route("channel", "T", "C", "U"), "ref", kept.append)

    def send() -> None:
        raise SlackUnavailable("nobody listens")

    with suppress(SlackUnavailable):
        delivery.send_ephemeral(send)
    assert [r.posting for r in kept] == ["ref", ""]


def test_what_is_being_sent_is_on_the_disk_before_it_is_sent(slack: Slack, tmp_path: Path) -> None:
    """A desk that stops within the call leaves the mark by which its answer is found."""
    path = tmp_path / "s.sqlite3"
    with opened(slack, path) as place:
        delivery, inbox = _stopped_within_the_call(place), place.desk.context.inbox
        question = inbox.get(inbox.find_due(time.time())[0])
        assert question is not None
        assert question.route == delivery.route
        assert delivery.route.posting
    with opened(slack, path) as place:
        place.until(slack.answers)
        place.settled()
    answer(slack)
    assert len(slack.shown) == 1


def test_a_question_put_off_by_a_clock_that_was_ahead_is_due(slack: Slack, tmp_path: Path) -> None:
    with opened(slack, tmp_path / "s.sqlite3") as place:
        place.desk.responder.stop()
        place.send(place.direct(CLAIM))
        inbox, now = place.desk.context.inbox, time.time()
        [question] = inbox.find_due(now)
        inbox.postpone(question, now, 60)
        assert not inbox.find_due(now)
        inbox.postpone(question, now + 2 * 86_400, 60)
        assert inbox.find_due(now) == [question]


def test_a_question_waits_for_an_hour_where_slack_asks_for_a_day(
    slack: Slack, tmp_path: Path
) -> None:
    with opened(slack, tmp_path / "s.sqlite3") as place:
        place.desk.responder.stop()
        place.send(place.direct(CLAIM))
        inbox, now = place.desk.context.inbox, time.time()
        [question] = inbox.find_due(now)
        inbox.postpone(question, now, 86_400)
        assert not inbox.find_due(now + 3_500)
        assert inbox.find_due(now + 3_600) == [question]


def _stopped_within_the_call(place: Place) -> Delivery:
    """The message with the steps was posted; that it was is not stored."""
    place.desk.responder.stop()
    place.send(place.direct(CLAIM))
    inbox = place.desk.context.inbox
    question = inbox.get(inbox.find_due(time.time())[0])
    assert question is not None
    assert question.route is not None
    delivery = Delivery(question.route, question.id, lambda r: inbox.save_route(question.id, r))
    place.slack.lose("chat.postMessage")
    place.desk.context.outbox.show_received(delivery)
    return delivery

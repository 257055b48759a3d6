"""The desk in Slack is killed while it works: every question is answered all the same, once."""

import json
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.faces.slack.messages import UNSURE
from tests.faces.slack.envelopes import Socket, listening
from tests.faces.slack.loopback import TEAM, Json, Slack, serving
from tests.faces.slack.place import numbered_event
from tests.faces.slack.rules import buttons, words
from tests.faults.slack_desk import started

EVENTS = int(os.environ.get("VERDICT_TEST_SLACK_EVENTS", "40"))
LIBRARY = os.environ.get("VERDICT_TEST_SLACK_LIBRARY", "")
"""Folder of a library: what is in work while events are acknowledged are real drafts."""
PATIENCE = 120 if EVENTS < 1_000 else 600
"""Seconds for what takes a few on a machine that is not loaded."""
KILLS = 2 if EVENTS < 1_000 else 10
RATE = 50.0
"""Events a second."""
DELAY = 0.05
"""Seconds that Slack takes for an answer: the kills come while answers are on their way."""
FAST = 0.5 if EVENTS >= 1_000 else 3.0
"""Seconds in which an event is acknowledged; Slack gives up after three."""


def number(message: Json) -> str:
    """Which claim a message is about."""
    return words(message).split("Claim ")[1].split(" ")[0]


def answered(slack: Slack) -> Counter[str]:
    """How many answers to each claim stand in the workspace."""
    return Counter(map(number, slack.answers()))


def doubted(slack: Slack) -> dict[str, tuple[str, Json]]:
    """Offers of answers that may not have arrived, by the number of their claim."""
    shown = list(slack.shown.items())
    return {number(b): (place, b) for place, b in shown if UNSURE in words(b)}


def until(found: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def feed(socket: Socket, events: int) -> None:
    """Events at their rate, a fifth of them delivered twice."""
    for n in range(events):
        socket.deliver(numbered_event(n))
        if n % 5 == 0:
            socket.deliver(numbered_event(n))
        time.sleep(1 / RATE)


@contextmanager
def desk(slack: Slack, folder: Path, made: object) -> Iterator[None]:
    """A desk that lives until the block ends, and is killed then."""
    process = started(slack.address, folder, made)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def press(slack: Slack, socket: Socket, place: str, offer: Json) -> None:
    """The asker asks to be shown the answer."""
    address = f"press-{place}"
    slack.pressed[address] = place
    action = {"type": "button", "action_id": "show_answer", "block_id": "b"}
    where = {"type": "message", "channel_id": "C0NEWS", "message_ts": "1.0", "is_ephemeral": True}
    pressed = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": "U0ANNA", "team_id": TEAM},
        "container": where,
        "channel": {"id": "C0NEWS"},
        "response_url": f"{slack.address}/response/{address}",
        "actions": [action | {"value": buttons(offer)["show_answer"]}],
    }
    socket.deliver(pressed, "interactive")


def test_whenever_the_desk_is_killed_every_question_is_answered_once(tmp_path: Path) -> None:
    dice = random.Random(7)  # noqa: S311
    left: list[int] = []
    with serving() as slack, listening() as socket:
        slack.socket, slack.delay = socket.address, DELAY
        feeding = threading.Thread(target=feed, args=(socket, EVENTS))
        for _ in range(KILLS):
            goal = len(slack.answers()) + EVENTS // (KILLS + 3)
            with desk(slack, tmp_path, 0.2):
                until(lambda: socket.connections, PATIENCE)
                if not left:
                    feeding.start()
                until(lambda: len(slack.answers()) >= goal, PATIENCE)  # noqa: B023
                time.sleep(dice.uniform(0.0, 0.1))
            left.append(EVENTS - len(slack.answers()))
        with desk(slack, tmp_path, 0.0):
            told = lambda: {**answered(slack), **doubted(slack)}  # noqa: E731
            until(lambda: len(told()) == EVENTS, PATIENCE)
            lost = {n: o for n, o in doubted(slack).items() if n not in answered(slack)}
            for offer in lost.values():
                press(slack, socket, *offer)
            until(lambda: len(answered(slack)) == EVENTS, PATIENCE)
            feeding.join()
            until(lambda: not socket.sent and socket.waiting.empty(), PATIENCE)
    report = {
        "events": EVENTS,
        "open at each kill": left,
        "in doubt": len(doubted(slack)) + len(lost),
        "of these lost": len(lost),
        "looked up": len(slack.of("conversations.replies", "conversations.history")),
    }
    sys.stdout.write(f"{json.dumps(report)}\n")
    assert all(left), "each kill came in the middle of the work"
    assert sorted(answered(slack), key=int) == [str(n) for n in range(EVENTS)]
    assert set(answered(slack).values()) == {1}


def test_events_are_acknowledged_in_time_while_drafts_are_made(tmp_path: Path) -> None:
    with serving() as slack, listening() as socket:
        slack.socket = socket.address
        with desk(slack, tmp_path, LIBRARY or 2.0):  # 20 drafts at once, each of 2 s: all busy
            until(lambda: socket.connections, PATIENCE)
            for n in range(20):
                socket.deliver(numbered_event(10_000 + n))
            until(lambda: len(socket.seconds) == 20, PATIENCE)
            socket.seconds.clear()
            feed(socket, EVENTS)
            until(lambda: not socket.sent and socket.waiting.empty(), PATIENCE)
    late = sorted(socket.seconds)
    p99 = late[int(len(late) * 0.99) - 1]
    report = {"acknowledged": len(late), "p50": late[len(late) // 2], "p99": p99, "max": late[-1]}
    sys.stdout.write(f"{json.dumps(report)}\n")
    assert p99 < FAST

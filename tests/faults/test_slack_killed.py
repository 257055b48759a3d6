"""The desk in Slack is killed while it works: every question is answered all the same."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from tests.faces.slack.envelopes import Socket, listening
from tests.faces.slack.loopback import Slack, serving
from tests.faces.slack.place import numbered_event
from tests.faces.slack.rules import words

ROOT = Path(__file__).parents[2]
EVENTS = int(os.environ.get("VERDICT_TEST_SLACK_EVENTS", "30"))
RATE = 50.0
"""Events a second in the long run."""
DESK = """
import sys, threading, time
from pathlib import Path
from tests.faces.slack.loopback import Slack
from tests.faces.slack.place import draft, opened
from agent.faces.slack.serving import over_socket

def slow(question, on_step):
    time.sleep(float(sys.argv[3]))
    return draft(question, lambda _: None)

with opened(Slack(address=sys.argv[1]), Path(sys.argv[2]), slow, workers=2) as place:
    over_socket(place.connected.app, "xapp-test", threading.Event())
"""


def desk(slack: Slack, path: Path, seconds: float) -> subprocess.Popen[bytes]:
    """The desk as a process of its own; a draft takes it `seconds`."""
    typed = [sys.executable, "-c", DESK, slack.address, str(path), str(seconds)]
    return subprocess.Popen(typed, cwd=ROOT)


def answered(slack: Slack) -> Counter[str]:
    """How often each claim was answered, by its number."""
    shown = [c.body for c in slack.of("chat.postEphemeral", "chat.update", "chat.postMessage")]
    told = [words(b) for b in shown if b["blocks"][0]["type"] == "header"]
    return Counter(t.split("Claim ")[1].split(" ")[0] for t in told)


def until(found: object, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not found():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def feed(socket: Socket, first: int, last: int) -> None:
    for n in range(first, last):
        socket.deliver(numbered_event(n))
        if n % 5 == 0:
            socket.deliver(numbered_event(n))  # delivered twice
        time.sleep(1 / RATE)


def test_after_a_kill_every_question_is_answered_and_none_anew(tmp_path: Path) -> None:
    path = tmp_path / "slack.sqlite3"
    with serving() as slack, listening() as socket:
        slack.socket = socket.address
        feeding = threading.Thread(target=feed, args=(socket, 0, EVENTS))
        first = desk(slack, path, 0.2)
        try:
            until(lambda: socket.connections, 60)
            feeding.start()
            until(lambda: len(answered(slack)) >= EVENTS // 4, 60 + EVENTS)
        finally:
            first.kill()
            first.wait()
        before = answered(slack)
        second = desk(slack, path, 0.0)
        try:
            until(lambda: len(answered(slack)) == EVENTS, 120 + EVENTS)
            feeding.join()
            until(lambda: not socket.sent and socket.waiting.empty(), 60)
        finally:
            second.kill()
            second.wait()
    after = answered(slack)
    assert len(before) < EVENTS, "the kill came in the middle of the work"
    repeated = {n: times for n, times in after.items() if times > 1}
    late = sorted(socket.seconds)
    told = {
        "events": EVENTS,
        "answered before the kill": len(before),
        "answered twice": repeated,
        "acknowledged, p99 in s": round(late[int(len(late) * 0.99) - 1], 3),
    }
    sys.stdout.write(f"{json.dumps(told)}\n")
    assert sorted(after, key=int) == [str(n) for n in range(EVENTS)]
    assert len(repeated) <= 2, "one of each worker, on its way at the kill, may come again"

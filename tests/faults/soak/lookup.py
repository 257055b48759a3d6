"""After a soak: is everything that was acknowledged there, once?"""

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from agent.faces.exit_codes import BY_NAME
from agent.faces.slack.messages import UNSURE
from tests.faces.slack.envelopes import Socket
from tests.faces.slack.loopback import TEAM, Slack, is_answer
from tests.faces.slack.rules import buttons, words
from tests.faults.postgres import connected
from tests.faults.soak.clients import Door, Ledger, Unanswered

Json = dict[str, Any]
OVER = {"done", "failed", "cancelled"}
QUIET = 36
"""Looks, five seconds apart, without an open job: what Slack has not been told by then is lost."""
TRACE = "Traceback (most recent call last)"
CHAINED = ("The above exception was the direct cause", "During handling of the above exception")


@dataclass
class Found:
    """What became of what was acknowledged."""

    outcomes: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    """Acknowledged and not there, there twice, or broken."""


def settle(door: Door, slack: Slack, seconds: float) -> None:
    """Wait until no draft is open and every question in Slack is answered, or nothing moves."""
    deadline = time.monotonic() + seconds
    open_jobs, ledger = set(door.ledger.drafts), door.ledger
    still = 0
    while time.monotonic() < deadline and still < QUIET:
        open_jobs = {key for key in open_jobs if _state(door, key) not in OVER}
        answered = sum(
            any(is_answer(body) or UNSURE in words(body) for _, body in held)
            for held in _shown(slack).values()
        )
        if not open_jobs and answered >= len(ledger.events):
            return
        still = 0 if open_jobs or _busy(door) else still + 1
        time.sleep(5)


def press_offers(slack: Slack, socket: Socket) -> int:
    """Every asker who is offered an answer that may not have arrived, and sees none, presses."""
    pressed = 0
    for number, held in _shown(slack).items():
        offers = [(place, body) for place, body in held if UNSURE in words(body)]
        if not offers or any(is_answer(body) for _, body in held):
            continue
        place, offer = offers[0]
        slack.pressed[f"press-{number}"] = place
        action = {"type": "button", "action_id": "show_answer", "block_id": "b"}
        where = {"type": "message", "channel_id": "C0NEWS", "message_ts": "1.0"}
        told = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": f"U{number}", "team_id": TEAM},
            "container": where | {"is_ephemeral": True},
            "channel": {"id": "C0NEWS"},
            "response_url": f"{slack.address}/response/press-{number}",
            "actions": [action | {"value": buttons(offer)["show_answer"]}],
        }
        socket.deliver(told, "interactive")
        pressed += 1
    return pressed


def look_up_slack(slack: Slack, ledger: Ledger, found: Found) -> None:
    """Each question has one answer, or one message that says why not."""
    shown = _shown(slack)
    for number in ledger.events:
        held = [body for _, body in shown.get(number, [])]
        answers = sum(map(is_answer, held))
        if answers == 1:
            found.outcomes["slack: answered once"] += 1
        elif answers:
            found.lost.append(f"slack {number} was answered {answers} times")
        elif held:
            said = words(held[-1]) or str(held[-1].get("text"))
            found.outcomes[f"slack: told instead: {said[:90]}"] += 1
            found.lost.append(f"slack {number} got no answer: {said[:160]}")
        else:
            found.lost.append(f"slack {number} heard nothing")


def look_up_drafts(door: Door, database: str, found: Found) -> None:
    """Each job is over, its log ends once, its page is kept once; each comment is there once."""
    ledger = door.ledger
    with connected(database) as connection:
        heads = Counter(connection.scalars(sa.text("SELECT job FROM review_heads")))
        kept = set(connection.scalars(sa.text("SELECT id FROM drafts")))
        said = Counter(
            (str(draft), str(text))
            for draft, text in connection.execute(
                sa.text("SELECT draft, text FROM review_comments")
            )
        )
    for key, question in ledger.drafts.items():
        job = _job(door, key)
        state = job.get("state", "unknown")
        if state != "done" or job["question"] != question:
            found.lost.append(f"draft {key} is {state}: {job.get('error')}")
        elif job["insufficient"]:
            found.outcomes["drafts: finished, too little in the library"] += 1
        elif heads[key] == 1 and job["draft"] in kept:
            found.outcomes["drafts: finished and kept once"] += 1
        else:
            found.lost.append(f"draft {key} is under review {heads[key]} times: {job['draft']}")
        _check_log(door, key, found)
    for draft, text in ledger.comments:
        if said[draft, text] == 1:
            found.outcomes["comments: there once"] += 1
        else:
            found.lost.append(f"{draft} has {text!r} {said[draft, text]} times")


def _check_log(door: Door, key: str, found: Found) -> None:
    """The events of a job are numbered without a gap and end once."""
    text = door.patiently(lambda: door.send("GET", f"/api/v1/jobs/{key}/events")).text
    numbers = [int(line[4:]) for line in text.splitlines() if line.startswith("id: ")]
    ends = sum(f'"state":"{state}"' in text.replace(" ", "") for state in OVER)
    if numbers != list(range(1, len(numbers) + 1)) or ends != 1:
        found.lost.append(f"the log of {key} has {numbers} and {ends} ends")


def _shown(slack: Slack) -> dict[str, list[tuple[str, Json]]]:
    """What stands in Slack, by number of the person who asked."""
    with slack._lock:
        shown = list(slack.shown.items())
    held: dict[str, list[tuple[str, Json]]] = {}
    for place, body in shown:
        channel = str(body.get("channel", ""))
        asker = channel[1:] if channel.startswith("D") else str(body.get("user", "?"))[1:]
        held.setdefault(asker, []).append((place, body))
    return held


def _job(door: Door, key: str) -> Json:
    made: Json | None = door.patiently(lambda: door.send("GET", f"/api/v1/jobs/{key}").json())
    return made or {}


def _busy(door: Door) -> bool:
    """Whether any job is open, those of Slack among them."""
    try:
        jobs = door.send("GET", "/api/v1/jobs?limit=200").json()
    except Unanswered:
        return True
    return any(job["state"] not in OVER for job in jobs)


def _state(door: Door, key: str) -> str:
    try:
        return str(door.send("GET", f"/api/v1/jobs/{key}").json()["state"])
    except Unanswered:
        return "out of reach"


def nameless_traces(log: Path) -> Counter[str]:
    """How often each failure that has no name of ours left its traceback in a log."""
    found: Counter[str] = Counter()
    last = ""
    lines = log.read_text("utf-8", "replace").splitlines()
    for n, line in enumerate(lines):
        if not line.startswith(TRACE):
            continue
        chained = any(before.startswith(CHAINED) for before in lines[max(0, n - 2) : n])
        if not chained and last:
            found[last] += 1
        told = next((one for one in lines[n + 1 :] if one[:1].strip()), "")
        known = told.partition(":")[0].rpartition(".")[2] in BY_NAME
        last = "" if known else told[:160]
    found[last] += 1
    del found[""]
    return found

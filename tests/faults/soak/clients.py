"""People and programs that ask at every door, and the ledger of what they were promised."""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from retrieval.sentences import split_sentences
from tests.faces.slack.envelopes import Socket
from tests.faces.slack.loopback import BOT, TEAM
from tests.faults.soak.machines import Machine

Json = dict[str, Any]
TRIES: Final = 60
"""Times that a client asks before it gives up."""
PAUSE: Final = 4.0
"""Seconds between two of them at most."""
NUMBERS: Final = re.compile(r"\b[0-9a-f]{8}\b|\d+(?:\.\d+)?")
ASIDE: Final = re.compile(r"\s*\((?:[^()]|\([^()]*\))*\)")
"""What a server said, within the product's own words."""
HELPFUL: Final = re.compile(
    r"\b(check|ask again|try again|give|set|wait|restore|free|choose|run|start|send|limit|busy)\b",
    re.IGNORECASE,
)
"""What to do next, as the product's messages say it."""


def claims_in(note: Path) -> list[str]:
    """The sentences of a note that can be asked about, as it words them."""
    body = " ".join(note.read_text("utf-8").split("---", 2)[2].split())
    return [body[a:b] for a, b in split_sentences(body) if 40 < b - a < 180]


@dataclass
class Ledger:
    """What was asked, what was acknowledged, what went wrong. Safe from any thread."""

    asked: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    given_up: list[str] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    """Failures that say what happened, by door and words."""
    nameless: Counter[str] = field(default_factory=Counter)
    """Failures that do not: tracebacks, empty answers, silence without a cause."""
    drafts: dict[str, str] = field(default_factory=dict)
    """Question by key of the drafts that were accepted."""
    comments: list[tuple[str, str]] = field(default_factory=list)
    """Draft and words of each comment that was accepted."""
    events: dict[str, str] = field(default_factory=dict)
    """Envelope by number of the questions that Slack sent."""
    seconds: list[float] = field(default_factory=list)
    """That answers took, the repeated attempts among them."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(self, door: str, words: str, *, named: bool) -> None:
        short = NUMBERS.sub("N", ASIDE.sub("", " ".join(words.split())))[:160]
        kind = f"{door}: {short}"
        with self.lock:
            (self.errors if named else self.nameless)[kind] += 1

    def take(self, door: str, seconds: float) -> None:
        with self.lock:
            self.answered[door] += 1
            self.seconds.append(seconds)


class Unanswered(Exception):
    """An attempt that may be repeated; it is in the ledger."""


@dataclass(frozen=True)
class Door:
    """The HTTP clients of one machine."""

    name: str
    address: str
    machine: Machine
    ledger: Ledger
    client: httpx.Client

    def patiently(self, attempt: Callable[[], Any]) -> Any:  # noqa: ANN401
        """What an attempt gives, repeated as a client would; None where it is given up."""
        for n in range(TRIES):
            with suppress(Unanswered):
                return attempt()
            time.sleep(min(PAUSE, 0.5 * (n + 1)))
        with self.ledger.lock:
            self.ledger.given_up.append(f"{self.name}: no answer after {TRIES} attempts")
        return None

    def send(self, method: str, path: str, **sent: Any) -> httpx.Response:  # noqa: ANN401
        """One request; raises where there is no answer, after a look at whether it has a name.

        Raises:
            Unanswered: with what was wrong in the ledger.
        """
        try:
            response = self.client.request(method, f"{self.address}{path}", **sent)
        except httpx.TransportError as error:
            excused = self.machine.excused()
            words = f"{type(error).__name__} {'while it was down' if excused else 'out of nothing'}"
            self.ledger.fail(self.name, words, named=excused)
            raise Unanswered from error
        self.machine.reached = self.machine.starts
        if response.status_code < 400:
            return response
        self._note(response)
        raise Unanswered

    def _note(self, response: httpx.Response) -> None:
        try:
            said = str(response.json()["detail"])
        except (ValueError, KeyError, TypeError):
            said = response.text[:200]
            self.ledger.fail(self.name, f"{response.status_code} {said}", named=False)
            return
        named = response.status_code in {409, 429, 502, 503} and bool(HELPFUL.search(said))
        self.ledger.fail(self.name, f"{response.status_code} {said}", named=named)


def ask_desk(door: Door, text: str) -> None:
    """One short answer over the API."""
    began = time.monotonic()
    made = door.patiently(lambda: door.send("POST", "/api/v1/ask", json={"question": text}).json())
    if made is not None:
        known = isinstance(made, dict) and "question" in made
        door.ledger.take(door.name, time.monotonic() - began)
        if not known:
            door.ledger.fail(door.name, f"an answer of another form: {made}", named=False)


def ask_assistant(door: Door, text: str) -> None:
    """One short answer over MCP."""
    began = time.monotonic()
    if door.patiently(lambda: _call_tool(door, text)) is not None:
        door.ledger.take(door.name, time.monotonic() - began)


def _call_tool(door: Door, text: str) -> Json:
    call = {"name": "check_claim", "arguments": {"claim": text}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    headers = {
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2025-06-18",
    }
    raw = door.send("POST", "/mcp", json=body, headers=headers).text
    lines = [line.removeprefix("data: ") for line in raw.splitlines() if line.startswith("data: {")]
    told = [json.loads(line) for line in lines or [raw]]
    result: Json | None = next((t["result"] for t in told if "result" in t), None)
    if result is None:
        door.ledger.fail(door.name, f"no result: {raw[:200]}", named=False)
        raise Unanswered
    if result.get("isError"):
        said = str(result["content"][0]["text"])
        door.ledger.fail(door.name, said, named=bool(HELPFUL.search(said)))
        raise Unanswered
    return result


def ask_draft(door: Door, number: int, text: str) -> None:
    """One draft job; a tenth of the requests are sent twice."""
    key, began = f"soak-{number}", time.monotonic()

    def attempt() -> str:
        header = {"idempotency-key": key}
        sent = door.send("POST", "/api/v1/drafts", json={"question": text}, headers=header)
        return str(sent.json()["id"])

    for _ in range(1 + (number % 10 == 0)):
        job = door.patiently(attempt)
        if job is not None:
            with door.ledger.lock:
                door.ledger.drafts[key] = text
            if job != key:
                door.ledger.fail(door.name, f"another job: {job}", named=False)
    if key in door.ledger.drafts:
        door.ledger.take("drafts", time.monotonic() - began)


def comment_on(door: Door, draft: str, words: str) -> None:
    """An editor's comment on a draft."""
    body = {"do": "comment", "text": words}
    path = f"/api/v1/drafts/{draft}/actions"
    try:
        door.send("POST", path, json=body)
    except Unanswered:
        return
    with door.ledger.lock:
        door.ledger.comments.append((draft, words))


def deliver(socket: Socket, ledger: Ledger, number: int, text: str) -> None:
    """One question in Slack, from a person of its own; a fifth of the events come twice."""
    direct = number % 3 != 0
    said = {"user": f"U{number:05}", "ts": f"1690000001.{number:06}", "text": text}
    where = (
        {"type": "message", "channel": f"D{number:05}", "channel_type": "im"}
        if direct
        else {"type": "app_mention", "channel": "C0NEWS", "text": f"<@{BOT}> {text}"}
    )
    event = {
        "type": "event_callback",
        "team_id": TEAM,
        "event_id": f"EvS{number}",
        "event": said | where,
        "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
    }
    with ledger.lock:
        ledger.events[f"{number:05}"] = socket.deliver(event)
    if number % 5 == 0:
        socket.deliver(event)


def paced(
    name: str, ledger: Ledger, acts: Iterator[Callable[[], None]], count: int, seconds: float
) -> threading.Thread:
    """A thread that spreads so many acts over a time, several at once where one takes long.

    What a slow machine did not come to by the end of that time is left out.
    """

    def run() -> None:
        began, at_once = time.monotonic(), threading.Semaphore(4)

        def act(one: Callable[[], None]) -> None:
            try:
                one()
            except Exception as error:  # noqa: BLE001  (a fault of the soak itself, told by name)
                ledger.fail(name, f"the client broke: {error!r}", named=False)
            finally:
                at_once.release()

        with ThreadPoolExecutor(4, name) as pool:
            for n, one in enumerate(acts):
                time.sleep(max(0.0, began + n * seconds / count - time.monotonic()))
                at_once.acquire()
                if time.monotonic() > began + seconds:
                    return
                with ledger.lock:
                    ledger.asked[name] += 1
                pool.submit(act, one)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread

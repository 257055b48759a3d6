"""Slack on loopback: the Web API with the limits that Slack documents, every body kept."""

import json
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs

from tests.faces.slack.rules import wrong

Json = dict[str, Any]
TEAM = "T0DESK"
BOT = "U0BOT"
POSTS = {"chat.postMessage", "chat.postEphemeral", "chat.update"}
READS = {"conversations.history", "conversations.replies"}
"""Slack takes no JSON for these."""


@dataclass(frozen=True)
class Call:
    """One call that was made."""

    method: str
    body: Json
    token: str
    answer: Json


def is_answer(body: Json) -> bool:
    """Answers have a headline; no other message of the desk has one."""
    return any(b["type"] == "header" for b in body.get("blocks") or [])


@dataclass
class Slack:
    """What a workspace knows, and what was asked of it."""

    address: str = ""
    socket: str = ""
    outside: set[str] = field(default_factory=set)
    """Channels that the bot is not in."""
    deleted: set[str] = field(default_factory=set)
    """`ts` of messages that are gone."""
    threads: dict[str, Json] = field(default_factory=dict)
    shown: dict[str, Json] = field(default_factory=dict)
    """What stands in the workspace now: posted, changed, whispered, and not replaced since."""
    pressed: dict[str, str] = field(default_factory=dict)
    """By response address: the message (of `shown`) whose button was pressed."""
    losing: Counter[str] = field(default_factory=Counter)
    """Calls, by method, that are done and whose answer gets lost."""
    calls: list[Call] = field(default_factory=list)
    failing: dict[str, deque[Json]] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds that each answer takes."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(self, method: str, error: str, *, times: int = 1, **more: object) -> None:
        """Let the next calls of a method fail; `status` and `headers` may be given."""
        failures = self.failing.setdefault(method, deque())
        failures.extend({"error": error, **more} for _ in range(times))

    def of(self, *methods: str) -> list[Call]:
        """The calls of some methods that Slack did."""
        with self._lock:
            return [c for c in self.calls if c.method in methods and c.answer.get("ok")]

    def refused(self) -> list[Call]:
        with self._lock:
            return [c for c in self.calls if not c.answer.get("ok")]

    def lose(self, method: str) -> None:
        """Do the next call of a method, and break the line instead of answering."""
        self.losing[method] += 1

    def answers(self) -> list[Json]:
        """Bodies of the answers that stand in the workspace now."""
        with self._lock:
            return [b for b in self.shown.values() if is_answer(b)]

    def messages(self) -> list[Json]:
        """Bodies of all messages that were shown, those through response addresses too."""
        return [c.body for c in self.of(*POSTS, "response") if "text" in c.body]

    def do(self, method: str, body: Json, token: str) -> tuple[int, Json, dict[str, str]]:
        """Answer one call: status, body, headers."""
        time.sleep(self.delay / 2)
        answered = self._do(method, body, token)
        time.sleep(self.delay / 2)
        return answered

    def _do(self, method: str, body: Json, token: str) -> tuple[int, Json, dict[str, str]]:
        with self._lock:
            queue = self.failing.get(method)
            if queue:
                failure = queue.popleft()
                answer: Json = {"ok": False, "error": failure["error"]}
                self.calls.append(Call(method, body, token, answer))
                return failure.get("status", 200), answer, failure.get("headers", {})
            answer = self._answer(method, body, token)
            self.calls.append(Call(method, body, token, answer))
        return 200 if method != "response" or answer["ok"] else 404, answer, {}

    def _answer(self, method: str, body: Json, token: str) -> Json:
        if not token.startswith(("xoxb-", "xapp-")) and method != "response":
            return {"ok": False, "error": "invalid_auth"}
        if body.pop("json", False) and method in READS:
            return {"ok": False, "error": "invalid_arguments"}
        known: dict[str, Callable[[Json], Json]] = {
            "auth.test": lambda _: {"team_id": TEAM, "user_id": BOT, "bot_id": "B0BOT"},
            "apps.connections.open": lambda _: {"url": self.socket},
            "conversations.open": lambda b: {"channel": {"id": f"D{b['users'][1:]}"}},
            "conversations.replies": self._replies,
            "conversations.history": lambda b: {"messages": self._held(b["channel"], "")[::-1]},
            "files.getUploadURLExternal": lambda _: {
                "upload_url": f"{self.address}/upload/F1",
                "file_id": "F1",
            },
            "files.completeUploadExternal": lambda _: {"files": [{"id": "F1"}]},
        }
        if method in POSTS or (method == "response" and "text" in body):
            return self._say(method, body)
        if method in {"reactions.add", "reactions.remove"} and body["timestamp"] in self.deleted:
            return {"ok": False, "error": "message_not_found"}
        return {"ok": True} | (known[method](body) if method in known else {})

    def _say(self, method: str, body: Json) -> Json:
        if error := wrong(body):
            return {"ok": False, "error": error}
        if method == "chat.update" and body["ts"] in self.deleted:
            return {"ok": False, "error": "message_not_found"}
        if body.get("thread_ts") in self.deleted:
            return {"ok": False, "error": "thread_not_found"}
        if body.get("channel") in self.outside:
            return {"ok": False, "error": "not_in_channel"}
        ts = body.get("ts") or f"1700000000.{next(self._numbers):06}"
        if method == "chat.update" and (body["channel"], ts) not in self._posted():
            return {"ok": False, "error": "message_not_found"}
        self._show(method, body, ts)
        key = "message_ts" if method == "chat.postEphemeral" else "ts"
        return {"ok": True, key: ts, "channel": body.get("channel", "")}

    def _show(self, method: str, body: Json, ts: str) -> None:
        """Slack replaces a message through the address of a button in it, and of nothing else."""
        place = f"{body.get('channel')}:{ts}" if method != "response" else f"response:{ts}"
        if body.get("replace_original"):
            place = self.pressed.get(body["address"], place)
        before = self.shown.get(place, {})
        self.shown[place] = {**before, **body, "ts": ts, "by": before.get("by", method)}

    def _posted(self) -> set[tuple[str, str]]:
        return {(b["channel"], b["ts"]) for b in self.shown.values() if b["by"] in POSTS}

    def _held(self, channel: str, thread: str) -> list[Json]:
        posted = [b for b in self.shown.values() if b["by"] == "chat.postMessage"]
        return [b for b in posted if b["channel"] == channel and b.get("thread_ts", "") == thread]

    def _replies(self, body: Json) -> Json:
        if body["ts"] in self.deleted:
            return {"ok": False, "error": "thread_not_found"}
        first = [self.threads[body["ts"]]] if body["ts"] in self.threads else []
        found = first + self._held(body["channel"], body["ts"])
        return {"messages": found} if found else {"ok": False, "error": "missing_scope"}

    def counted(self, *methods: str) -> Counter[str]:
        return Counter(c.method for c in self.of(*methods))


class Handler(BaseHTTPRequestHandler):
    """Takes the calls of the Web API, the uploads and what comes to response addresses."""

    protocol_version = "HTTP/1.1"
    slack: Slack

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        part, _, name = self.path.split("?")[0].lstrip("/").partition("/")
        if part == "upload":
            self.slack.calls.append(Call("upload", {"data": raw}, "", {"ok": True}))
            self._reply(200, b"OK", {})
            return
        body, token = self._read(raw)
        method = "response" if part == "response" else name
        if method == "response":
            body["address"] = name
        status, answer, headers = self.slack.do(method, body, token)
        if self.slack.losing[method] > 0:
            self.slack.losing[method] -= 1
            self.close_connection = True
            return
        self._reply(status, json.dumps(answer).encode(), headers)

    def _read(self, raw: bytes) -> tuple[Json, str]:
        """The body and the token of a call."""
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if "json" in (self.headers.get("Content-Type") or ""):
            body: Json = {"json": True} | json.loads(raw or b"{}")
        else:
            query = self.path.partition("?")[2]
            pairs = parse_qs(raw.decode() + ("&" + query if query else ""))
            body = {key: values[0] for key, values in pairs.items()}
        return body, token or body.pop("token", "")

    def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        with suppress(ConnectionError):  # who asked may have been killed meanwhile
            self._send(status, body, headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        kind = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        for name, value in (kind | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def serving() -> Iterator[Slack]:
    """Slack at an address of its own, until the block ends."""
    slack = Slack()
    answering = type("Answering", (Handler,), {"slack": slack})
    server = ThreadingHTTPServer(("127.0.0.1", 0), answering)
    server.daemon_threads = True
    slack.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield slack
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

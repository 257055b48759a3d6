"""Slack on loopback: the Web API with the limits that Slack documents, every body kept."""

import json
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@dataclass(frozen=True)
class Call:
    """One call that was made."""

    method: str
    body: Json
    token: str
    answer: Json


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

    def messages(self) -> list[Json]:
        """Bodies of all messages that were shown, those through response addresses too."""
        return [c.body for c in self.of(*POSTS, "response") if "text" in c.body]

    def do(self, method: str, body: Json, token: str) -> tuple[int, Json, dict[str, str]]:
        """Answer one call: status, body, headers."""
        time.sleep(self.delay)
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
        known: dict[str, Callable[[Json], Json]] = {
            "auth.test": lambda _: {"team_id": TEAM, "user_id": BOT, "bot_id": "B0BOT"},
            "apps.connections.open": lambda _: {"url": self.socket},
            "conversations.open": lambda b: {"channel": {"id": f"D{b['users'][1:]}"}},
            "conversations.replies": self._replies,
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
        key = "message_ts" if method == "chat.postEphemeral" else "ts"
        return {"ok": True, key: ts, "channel": body.get("channel", "")}

    def _replies(self, body: Json) -> Json:
        first = self.threads.get(body["ts"])
        return {"messages": [first]} if first else {"ok": False, "error": "missing_scope"}

    def counted(self, *methods: str) -> Counter[str]:
        return Counter(c.method for c in self.of(*methods))


@contextmanager
def serving() -> Iterator[Slack]:
    """Slack at an address of its own, until the block ends."""
    slack = Slack()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            part, _, name = self.path.split("?")[0].lstrip("/").partition("/")
            if part == "upload":
                slack.calls.append(Call("upload", {"data": raw}, "", {"ok": True}))
                self._reply(200, b"OK", {})
                return
            body = self._body(raw)
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            token = token or body.pop("token", "")
            method = "response" if part == "response" else name
            if method == "response":
                body["address"] = name
            status, answer, headers = slack.do(method, body, token)
            self._reply(status, json.dumps(answer).encode(), headers)

        def _body(self, raw: bytes) -> Json:
            if "json" in (self.headers.get("Content-Type") or ""):
                body: Json = json.loads(raw or b"{}")
                return body
            query = self.path.partition("?")[2]
            pairs = parse_qs(raw.decode() + ("&" + query if query else ""))
            return {key: values[0] for key, values in pairs.items()}

        def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            kind = {"Content-Type": "application/json", "Content-Length": str(len(body))}
            for name, value in (kind | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
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

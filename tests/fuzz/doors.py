"""Targets behind a door: requests to the API, what Slack sends, messages of assistants."""

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from agent.faces.slack.payloads import (
    UnreadablePayload,
    parse_button,
    parse_command,
    parse_event,
    parse_shortcut,
)
from agent.faces.slack.transport import RequestVerifier, create_asgi_app, has_valid_signature
from retrieval import Library
from tests.fakes_retrieval import WordsEmbedder, fill
from tests.fuzz.mutation import json_of, text_of
from tests.fuzz.running import Run, Target, plainly
from tests.fuzz.texts import TEXT

Json = dict[str, Any]
TEAM: Final = "T0DESK"
SECRET: Final = b"secret"
NOW: Final = 1_790_000_000.0
MESSAGE: Final = {
    "type": "app_mention",
    "user": "U0ANNA",
    "channel": "C0NEWS",
    "ts": "1690000000.000001",
    "text": "<@U0BOT> is it true that &gt; *the bridge* <https://example.org|fell> ~on~ May 3? :a:",
    "blocks": [{"type": "rich_text", "elements": []}],
    "attachments": [{"is_share": True, "text": "The bridge fell.", "fallback": "x", "title": "y"}],
}
EVENT: Final = {
    "type": "event_callback",
    "team_id": TEAM,
    "event_id": "Ev1",
    "event": MESSAGE,
    "authorizations": [{"team_id": TEAM, "user_id": "U0BOT", "is_bot": True}],
}
DIRECT: Final = {
    **EVENT,
    "event": {**MESSAGE, "type": "message", "channel": "D0ANNA", "channel_type": "im"},
}
CHANNEL: Final = {**EVENT, "event": {**MESSAGE, "type": "message", "channel": "C0DESK"}}
SHORTCUT: Final = {
    "type": "message_action",
    "callback_id": "is_this_true",
    "trigger_id": "t1",
    "team": {"id": TEAM},
    "user": {"id": "U0ANNA", "team_id": TEAM},
    "channel": {"id": "C0NEWS"},
    "message": {**MESSAGE, "type": "message"},
    "response_url": "http://127.0.0.1:9/response/1",
}
COMMAND: Final = {
    "command": "/istrue",
    "text": "the bridge fell",
    "trigger_id": "t2",
    "team_id": TEAM,
    "user_id": "U0ANNA",
    "channel_id": "C0NEWS",
    "response_url": "http://127.0.0.1:9/response/2",
}
PRESS: Final = {
    "type": "block_actions",
    "team": {"id": TEAM},
    "user": {"id": "U0ANNA", "team_id": TEAM},
    "trigger_id": "t3",
    "container": {
        "type": "message",
        "channel_id": "C0NEWS",
        "message_ts": "1690000000.000002",
        "is_ephemeral": True,
    },
    "channel": {"id": "C0NEWS"},
    "response_url": "http://127.0.0.1:9/response/3",
    "actions": [{"type": "button", "action_id": "share", "value": "q1:0", "block_id": "b"}],
}
PARSERS: Final[dict[str, Callable[[Json], object]]] = {
    "event_callback": lambda body: parse_event(body, frozenset({"C0DESK"})),
    "message_action": parse_shortcut,
    "block_actions": parse_button,
}
KEYS: Final = ("type", "event", "team", "user", "channel", "message", "text", "actions", "ts")


def _coded(*values: Json) -> Callable[[], Sequence[bytes]]:
    return lambda: [json.dumps(value).encode() for value in values]


def _payload(data: bytes) -> object:
    """What reaches the app: an object in JSON."""
    try:
        body = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    kind = body.get("type")
    parser = PARSERS.get(kind) if isinstance(kind, str) else None
    return (parser or parse_command)(body)


def _gate(data: bytes) -> object:
    """A request to the gate: lines of headers, an empty one, the body."""
    head, _, body = data.partition(b"\n\n")
    pairs = [line.partition(b": ")[::2] for line in head.split(b"\n")]
    reached: list[bytes] = []

    async def app(_scope: Json, receive: Callable[[], Any], _send: object) -> None:
        reached.append((await receive()).get("body", b""))

    headers = [(name.lower(), value) for name, value in pairs]
    told = _ask(RequestVerifier(app, SECRET.decode(), lambda: NOW), headers, body)
    if reached:
        signed = has_valid_signature(SECRET, dict(headers), body, NOW)
        assert signed, "it let an unsigned request through"
    else:  # a length that was declared too large is refused though it is signed
        assert told[0]["status"] in {401, 413}
    return None


def _ask(app: Any, headers: list[tuple[bytes, bytes]], body: bytes) -> list[Json]:  # noqa: ANN401
    """What an ASGI app sends back to one request of Slack."""
    told: list[Json] = []

    async def receive() -> Json:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Json) -> None:
        told.append(message)

    where = {"path": "/slack/events", "root_path": "", "query_string": b""}
    scope = {"type": "http", "method": "POST", "headers": headers, **where}
    asyncio.run(app(scope, receive, send))
    return told


def _requests() -> Sequence[bytes]:
    from tests.faces.slack.served import signed  # noqa: PLC0415

    body = json.dumps(EVENT).encode()
    headers = signed(body, NOW, SECRET.decode()) | {"Content-Length": str(len(body))}
    head = "\n".join(f"{name}: {value}" for name, value in headers.items())
    return [head.encode() + b"\n\n" + body]


@contextmanager
def _slack() -> Iterator[Run]:
    """The app itself, with a Slack of its own: an event is stored, and answered with a status."""
    from tests.faces.slack.loopback import serving  # noqa: PLC0415
    from tests.faces.slack.place import opened  # noqa: PLC0415
    from tests.faces.slack.served import signed  # noqa: PLC0415

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        slack = stack.enter_context(serving())
        place = stack.enter_context(opened(slack, folder / "slack.sqlite3"))
        place.desk.responder.stop()

        app = create_asgi_app(place.connection.app, SECRET.decode())

        def run(data: bytes) -> object:
            headers = [
                (name.lower().encode(), value.encode())
                for name, value in signed(data, time.time(), SECRET.decode()).items()
            ]
            told = _ask(app, headers, data)
            assert told[0]["status"] < 500, told
            return None

        yield run


REQUESTS: Final[tuple[Json, ...]] = (
    {"method": "POST", "path": "/api/v1/plan", "json": {"question": "Is the bridge closed?"}},
    {"method": "POST", "path": "/api/v1/drafts", "json": {"question": "nothing", "key": "k1"}},
    {"method": "GET", "path": "/api/v1/jobs?limit=5"},
    {"method": "GET", "path": "/api/v1/jobs/k1"},
    {"method": "GET", "path": "/api/v1/drafts?status=draft&limit=3"},
    {"method": "GET", "path": "/api/v1/drafts/{draft}?version=1"},
    {"method": "GET", "path": "/api/v1/drafts/{draft}/versions"},
    {"method": "GET", "path": "/api/v1/drafts/{draft}/compare?old=1&new=1"},
    {"method": "GET", "path": "/api/v1/drafts/{draft}/trail?after=0"},
    {"method": "GET", "path": "/api/v1/drafts/{draft}/passages?q=bridge"},
    {"method": "GET", "path": "/api/v1/drafts/{draft}/export/md"},
    {
        "method": "POST",
        "path": "/api/v1/drafts/{draft}/actions",
        "headers": {"if-match": '"1"'},
        "json": {"action": {"type": "comment", "line": "s1", "text": "Who says so?"}},
    },
    {
        "method": "POST",
        "path": "/api/v1/drafts/{draft}/actions",
        "json": {"action": {"type": "edit_line", "line": "s2", "text": "It is closed."}},
    },
    {"method": "GET", "path": "/api/v1/search?q=bridge&k=3"},
    {"method": "POST", "path": "/api/v1/check", "json": {"text": TEXT}},
    {
        "method": "POST",
        "path": "/api/v1/check",
        "headers": {"content-type": "text/markdown"},
        "body": TEXT,
    },
    {"method": "GET", "path": "/api/v1/sources?publisher=The%20Paper"},
    {"method": "GET", "path": "/api/v1/sources/bridge"},
    {"method": "POST", "path": "/login", "body": "name=Ada&password=x&csrf=1"},
    {"method": "GET", "path": "/drafts/{draft}"},
    {"method": "GET", "path": "/login?next=/drafts%3Fstatus=draft"},
    {"method": "GET", "path": "/sources?q=bridge"},
)


@contextmanager
def _small_library() -> Iterator[Library]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder) / "library", WordsEmbedder(), create=True) as library,
    ):
        fill(library)
        yield library


@contextmanager
def _api() -> Iterator[Run]:
    """A desk of one person over a small library, in this process."""
    from agent import bootstrap  # noqa: PLC0415
    from agent.settings import Settings  # noqa: PLC0415
    from tests.faces.web.place import site  # noqa: PLC0415
    from tests.fakes_jobs import MemoryJobs, drafted  # noqa: PLC0415
    from tests.unit.review.desks import Bench, page_on  # noqa: PLC0415

    with ExitStack() as stack:
        library = stack.enter_context(_small_library())
        folder = library.directory.parent
        built = bootstrap.build_desk(Settings(library=library.directory, threads=1), library)
        jobs = stack.enter_context(
            MemoryJobs(lambda question, step: drafted(question), limit=10**6)
        )
        found = stack.enter_context(site(folder, library, built, jobs, web_user_hourly=10**6))
        draft = found.services.reviews.adopt(page_on(Bench()))
        client = found.program()

        def run(data: bytes) -> object:
            request = _request_in(data)
            if request is None:
                return None
            method, path, sent = request
            answer = client.request(method, path.replace("{draft}", draft), **sent)
            assert answer.status_code != 500, f"{method} {path}: {answer.text[:200]}"
            return None

        yield run


def _request_in(data: bytes) -> tuple[str, str, Json] | None:
    """A request that can be sent at all; None where the client itself could not."""
    try:
        said = json.loads(data.decode("utf-8"))
        method, path = str(said.get("method")), str(said.get("path"))
        sent: Json = {"headers": {}}
        if isinstance(said.get("headers"), dict):
            sent["headers"] = {
                str(name): str(value).encode("ascii", "ignore").decode()
                for name, value in said["headers"].items()
            }
        if "json" in said:
            sent["content"] = json.dumps(said["json"]).encode()
            sent["headers"].setdefault("content-type", "application/json")
        elif "body" in said:
            sent["content"] = str(said["body"]).encode("utf-8", "replace")
    except (ValueError, RecursionError, AttributeError):
        return None
    names = [*sent["headers"], *sent["headers"].values()]
    if not method.isascii() or not method.isalpha() or any("\n" in n or "\r" in n for n in names):
        return None
    if any(not n.isascii() or not n or "\x00" in n for n in sent["headers"]):
        return None
    quoted = "".join(c if c.isascii() and c.isprintable() and c != " " else "%41" for c in path)
    return method.upper()[:10], f"/{quoted.lstrip('/')}"[:4_000], sent


TOOLS: Final[dict[str, Json]] = {
    "verify_draft": {"text": TEXT},
    "search": {"query": "bridge"},
    "fetch": {"id": "bridge"},
    "check_claim": {"claim": "Is the bridge closed?", "as_of": "2026-01-01"},
}
CALLS: Final[tuple[Json, ...]] = (
    *(
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": n, "arguments": a}}
        for n, a in TOOLS.items()
    ),
    {"jsonrpc": "2.0", "id": 9, "method": "tools/list", "params": {}},
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
)


@contextmanager
def _mcp() -> Iterator[Run]:
    """The server over HTTP in this process; faults of its tools are kept."""
    from starlette.testclient import TestClient  # noqa: PLC0415

    from agent.faces.exit_codes import status_of  # noqa: PLC0415
    from agent.faces.mcp.answers import Tools  # noqa: PLC0415
    from agent.faces.mcp.server import build  # noqa: PLC0415
    from agent.settings import Settings  # noqa: PLC0415

    faults: list[Exception] = []

    class Watched(Tools):
        """Keeps what a tool raises that is no named error."""

        def __getattribute__(self, name: str) -> Any:  # noqa: ANN401
            found = super().__getattribute__(name)
            if name not in {"check_claim", "verify_draft", "search", "fetch"}:
                return found

            def watched(*given: object) -> object:
                try:
                    return found(*given)
                except Exception as error:
                    if status_of(error) is None:
                        faults.append(error)
                    raise

            return watched

    with ExitStack() as stack:
        library = stack.enter_context(_small_library())
        server = build(Watched(library, Settings(library=library.directory, threads=1)))
        app = server.streamable_http_app(
            streamable_http_path="/mcp", stateless_http=True, json_response=True
        )
        client = stack.enter_context(TestClient(app, base_url="http://127.0.0.1:8765"))
        accepted = {"accept": "application/json, text/event-stream"}
        headers = {**accepted, "content-type": "application/json"}

        def run(data: bytes) -> object:
            faults.clear()
            client.post("/mcp", content=data[:50_000], headers=headers)
            if faults:
                raise faults[0]
            return None

        yield run


TARGETS: Final = (
    Target(
        "slack-payloads",
        150,
        _coded(EVENT, DIRECT, CHANNEL, SHORTCUT, COMMAND, PRESS),
        plainly(_payload),
        json_of(*KEYS),
        (UnreadablePayload,),
    ),
    Target("slack-gate", 85, _requests, plainly(_gate), text_of("\n\n", "X-Slack-Signature: ")),
    Target("slack-app", 7, _coded(EVENT, DIRECT, SHORTCUT, COMMAND, PRESS), _slack, json_of(*KEYS)),
    Target(
        "api",
        3,
        _coded(*REQUESTS),
        _api,
        json_of("method", "path", "headers", "json", "body", "question", "text"),
    ),
    Target("mcp", 0.8, _coded(*CALLS), _mcp, json_of("jsonrpc", "id", "method", "params", "name")),
)

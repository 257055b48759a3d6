"""What is too large or not signed by Slack is turned away before anything of it is parsed."""

import asyncio
import json
import os
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from agent.faces.slack.transport import MAX_BYTES, WINDOW, RequestVerifier
from tests.faces.slack.loopback import Slack
from tests.faces.slack.place import CLAIM, Place, opened
from tests.faces.slack.served import SECRET, listening_http, post, signed

MEGABYTES = int(os.environ.get("VERDICT_TEST_SLACK_MEGABYTES", "20"))
"""Of a body that is too large; 200 for the long run."""
PIECE = 64 * 1024
ROOM = 4 * MAX_BYTES
"""Bytes that turning a request away may take."""
NOW = 1_790_000_000.0
BODY = b'{"type": "event_callback"}'
LENGTH = "Content-Length"
STAMP = "X-Slack-Request-Timestamp"
SIGNATURE = "X-Slack-Signature"
Message = dict[str, Any]


class Client:
    """Sends one request to a gate in pieces, and keeps what comes of it."""

    def __init__(
        self,
        *pieces: bytes,
        headers: dict[str, str] = {},
        method: str = "POST",
        endless: bool = False,
    ) -> None:
        self.pieces, self.endless, self.given = list(pieces), endless, 0
        raw = [(k.lower().encode(), v.encode("latin-1")) for k, v in headers.items()]
        self.scope: Message = {"type": "http", "method": method, "headers": raw}
        self.behind: list[bytes] = []
        """Bodies that reached what is behind the gate."""
        self.answers: list[Message] = []

    @property
    def status(self) -> int:
        return int(self.answers[0]["status"])

    async def receive(self) -> Message:
        if not self.pieces:
            return {"type": "http.disconnect"}
        piece = self.pieces[0] if self.endless else self.pieces.pop(0)
        self.given += len(piece)
        return {"type": "http.request", "body": piece, "more_body": bool(self.pieces)}

    async def send(self, message: Message) -> None:
        self.answers.append(message)

    async def app(self, scope: Message, receive: Any, send: Any) -> None:  # noqa: ANN401
        self.behind.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 200})

    def knock(self) -> "Client":
        gate = RequestVerifier(self.app, SECRET, clock=lambda: NOW)
        asyncio.run(gate(self.scope, self.receive, self.send))
        return self


@contextmanager
def little_memory() -> Iterator[None]:
    """The block takes no more than `ROOM` bytes at any time."""
    tracemalloc.start()
    try:
        yield
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken < ROOM, f"{taken:,} bytes"


def test_what_is_signed_passes_whole() -> None:
    client = Client(BODY[:5], BODY[5:], headers=signed(BODY, NOW)).knock()
    assert client.behind == [BODY]
    assert client.status == 200


def test_a_length_that_is_too_large_is_refused_before_a_byte_is_read() -> None:
    for length in (str(MAX_BYTES + 1), "200000000", "9" * 5_000):
        client = Client(BODY, headers=signed(BODY, NOW) | {LENGTH: length}).knock()
        assert client.status == 413
        assert client.given == 0
        assert not client.behind


def test_a_body_without_a_length_is_read_to_the_bound_and_no_further() -> None:
    with little_memory():
        client = Client(b"x" * PIECE, endless=True).knock()
    assert client.status == 413
    assert MAX_BYTES < client.given <= MAX_BYTES + PIECE
    assert not client.behind
    assert b"smaller" in client.answers[1]["body"]


def test_the_bound_itself_is_allowed() -> None:
    whole = b"x" * MAX_BYTES
    assert Client(whole, headers=signed(whole, NOW) | {LENGTH: str(MAX_BYTES)}).knock().behind == [
        whole
    ]
    over = whole + b"x"
    assert Client(over, headers=signed(over, NOW)).knock().status == 413


@pytest.mark.parametrize("at", [NOW - WINDOW - 1, NOW + WINDOW + 1, 0], ids=["late", "early", "0"])
def test_a_signature_of_another_time_is_refused(at: float) -> None:
    client = Client(BODY, headers=signed(BODY, at)).knock()
    assert (client.status, client.behind) == (401, [])


@pytest.mark.parametrize("at", [NOW - WINDOW, NOW + WINDOW])
def test_a_signature_at_the_edge_of_the_window_passes(at: float) -> None:
    assert Client(BODY, headers=signed(BODY, at)).knock().status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {STAMP: ""},
        {STAMP: "now"},
        {STAMP: f"{NOW}"},
        {STAMP: f"-{NOW:.0f}"},
        {STAMP: f"{NOW:.0f} "},
        {STAMP: "9" * 5_000},
        {STAMP: "\xb2"},
        {SIGNATURE: ""},
        {SIGNATURE: "v0="},
        {SIGNATURE: "v0=" + "0" * 64},
        {SIGNATURE: "\xe9\xff"},
    ],
    ids=repr,
)
def test_a_stamp_or_a_signature_of_any_other_form_is_refused(wrong: dict[str, str]) -> None:
    client = Client(BODY, headers=signed(BODY, NOW) | wrong).knock()
    assert (client.status, client.behind) == (401, [])
    assert b"VERDICT_SLACK_SIGNING_SECRET" in client.answers[1]["body"]


def test_a_body_that_was_changed_or_is_no_text_is_refused_like_any_other() -> None:
    for body in (BODY + b" ", b"\xff\xfe", b"", b"[" * 100_000):
        client = Client(body, headers=signed(BODY, NOW)).knock()
        assert (client.status, client.behind) == (401, [])


def test_with_another_method_no_body_passes() -> None:
    client = Client(b"x" * PIECE, method="GET", endless=True).knock()
    assert (client.behind, client.given) == ([b""], 0)


def test_a_request_that_breaks_off_is_not_answered() -> None:
    client = Client(endless=True, headers=signed(BODY, NOW)).knock()
    assert (client.answers, client.behind) == ([], [])


def test_without_a_secret_there_is_no_gate() -> None:
    with pytest.raises(ValueError, match="Set VERDICT_SLACK_SIGNING_SECRET"):
        RequestVerifier(Client().app, " ")


def test_a_huge_body_without_a_signature_costs_the_server_next_to_nothing(place: Place) -> None:
    with listening_http(place) as port, little_memory():
        for declared in (True, False):
            assert poured(port, declared=declared) < MEGABYTES * 10**6
    with listening_http(place) as port:
        asked = json.dumps(place.mention(CLAIM)).encode()
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        assert post(connection, asked, signed(asked, time.time())) == 200
        connection.close()
    assert place.answer()


def poured(port: int, *, declared: bool) -> int:
    """Bytes of a large unsigned body that were sent before the server had enough."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest("POST", "/slack/events")
    name = (
        ("Content-Length", str(MEGABYTES * 10**6)) if declared else ("Transfer-Encoding", "chunked")
    )
    connection.putheader(*name)
    connection.endheaders()
    piece = b"x" * PIECE
    chunk = piece if declared else b"%x\r\n%s\r\n" % (PIECE, piece)
    sent = 0
    with suppress(OSError):  # the server hangs up
        while sent < MEGABYTES * 10**6:
            connection.send(chunk)
            sent += PIECE
    connection.close()
    return sent


def test_who_declares_too_much_is_told_so(place: Place) -> None:
    with listening_http(place) as port:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.putrequest("POST", "/slack/events")
        connection.putheader("Content-Length", str(MEGABYTES * 10**6))
        connection.endheaders()
        answer = connection.getresponse()
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        connection.close()


KINDS: tuple[Message, ...] = (
    {"event": {"type": "something_new", "user": "U0ANNA", "text": CLAIM}},
    {"event": {"type": "assistant_thread_started"}},
    {"event": {"type": "reaction_added", "item": {"type": "message"}}},
    {"event": {}},
    {"type": "app_rate_limited", "minute_rate_limited": 1},
    {"type": "something_new"},
)


def test_an_event_of_another_kind_is_acknowledged_and_nothing_else_happens(
    slack: Slack, tmp_path: Path
) -> None:
    with opened(slack, tmp_path / "s.sqlite3") as place, listening_http(place) as port:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        for kind in KINDS:
            raw = json.dumps(place.mention(CLAIM) | kind).encode()
            assert post(connection, raw, signed(raw, time.time())) == 200, kind
            flipped = raw.replace(b"U0", b"U1")
            assert post(connection, flipped, signed(raw, time.time())) == 401, kind
        connection.close()
        assert {call.method for call in slack.calls} <= {"auth.test"}
        assert not place.drafted
        assert not place.desk.context.inbox.find_due(time.time() + 10_000)


def test_an_event_of_another_kind_is_acknowledged_over_a_socket_too(place: Place) -> None:
    said = place.mention(CLAIM) | KINDS[0]
    assert place.send(said).status == 200


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"{", b'{"a": \xff}'])
def test_what_is_signed_and_cannot_be_read_is_a_bad_request(place: Place, raw: bytes) -> None:
    with listening_http(place) as port:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        assert post(connection, raw, signed(raw, time.time())) == 400
        connection.close()

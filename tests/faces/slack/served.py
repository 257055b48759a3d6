"""The desk over HTTP, and Slack that signs what it sends."""

import hashlib
import hmac
import socket as sockets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import uvicorn

from agent.faces.slack.transport import create_asgi_app
from tests.faces.slack.place import Place
from tests.security.canaries import SIGNING_SECRET as SECRET


@contextmanager
def listening_http(place: Place) -> Iterator[int]:
    """The desk over HTTP, as `verdict slack` serves it."""
    with sockets.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    config = uvicorn.Config(
        create_asgi_app(place.connection.app, SECRET), port=port, log_level="error"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    place.until(lambda: server.started)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join()


def signed(body: bytes, at: float, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(at))
    told = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={told.hexdigest()}",
        "Content-Type": "application/json",
    }


def post(connection: HTTPConnection, body: bytes, headers: dict[str, str]) -> int:
    connection.request("POST", "/slack/events", body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status

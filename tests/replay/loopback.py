"""An embedding endpoint on this machine that answers, and fails, as it is told to."""

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What to answer to one request; `body` None stands for the right answer."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    """Silence before the answer."""


@dataclass
class Endpoint:
    """A running endpoint: its address, and the requests (bodies and headers) it has had."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    """Of each request, names in lower case."""


def embedding(text: str, dimension: int = 8) -> list[float]:
    """Numbers made from the text, not of unit length."""
    return [byte - 127.5 for byte in sha256(text.encode()).digest()[:dimension]]


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Answer as the schema says, rows last first: a client must go by their index."""
    dimension = request.get("dimensions", 8)
    rows = [
        {"object": "embedding", "index": i, "embedding": embedding(text, dimension)}
        for i, text in enumerate(request["input"])
    ]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return {"object": "list", "model": request["model"], "data": rows[::-1], "usage": usage}


@contextmanager
def endpoint(replies: Iterable[Reply] = (), port: int = 0) -> Iterator[Endpoint]:
    """Serve `replies` in turn, and right answers after them, on 127.0.0.1."""
    script = iter(replies)
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            running.requests.append(request)
            running.headers.append({k.lower(): v for k, v in self.headers.items()})
            reply = next(script, Reply())
            closing.wait(reply.seconds)
            body = answer(request) if reply.body is None else reply.body
            content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(reply.status)
            for name, value in {"content-type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: the tests look at `requests`."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        running = Endpoint(f"http://127.0.0.1:{server.server_port}/v1")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield running
        finally:
            closing.set()
            server.shutdown()
            thread.join()

"""A model endpoint on this machine: it speaks the published schema, and fails as it is told to.

Answers are built from the types that the SDK generates from the provider's OpenAPI description.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response

from agent.llm.dialect import MEMORY, SCHEMA
from retrieval.tokens import count

Asked = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """An answer and what goes wrong with it."""

    text: str = ""
    status: int = 200
    raw: bytes | None = None
    """Sent as it is in the place of a well-formed answer."""
    headers: dict[str, str] = field(default_factory=dict)
    finish: str | None = "stop"
    refusal: str | None = None
    choices: bool = True
    model: str | None = None
    usage: object = True
    """True: as billed; False: none; anything else is sent in the place of the figures."""
    cached: int = 0
    silence: float = 0.0
    """Seconds before the first byte."""
    drip: float = 0.0
    """Seconds between pieces of 64 bytes."""
    cut: int | None = None
    """Bytes after which the connection ends as if all had been sent."""
    reset: bool = False
    """End with a reset instead."""


@dataclass
class Endpoint:
    """A running endpoint: its address, and what it was asked."""

    url: str
    requests: list[Asked] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    """With their queries."""
    tokens: int = 0
    """That it has billed."""
    lock: threading.Lock = field(default_factory=threading.Lock)


def messages(asked: Asked) -> tuple[str, str]:
    """Instructions and first message of a request, of either interface; a schema is left out."""
    if "messages" in asked:
        instructions, text = (m["content"] for m in asked["messages"][:2])
    else:
        instructions, text = asked["instructions"], asked["input"][0]["content"]
    return instructions.partition(f"\n\n{SCHEMA}")[0], text


def counted(asked: Asked, said: Said) -> tuple[int, int]:
    """Tokens in and out as this endpoint bills them; what is out is limited by what was asked."""
    texts = [m["content"] for m in asked.get("messages") or asked["input"]]
    texts += [asked["instructions"]] if "instructions" in asked else []
    names = ("max_completion_tokens", "max_tokens", "max_output_tokens")
    most = next(asked[name] for name in names if name in asked)
    schema = asked.get("response_format", asked.get("text"))
    texts += [json.dumps(schema.get("json_schema", schema))] if schema else []
    return sum(count(text) for text in texts), min(count(said.text[:20_000]), most)


def refusing(*refused: str, status: int = 400) -> Callable[[Asked], Said | None]:
    """A server that takes no request with these in it, and says which it is; None: it takes it.

    Args:
        refused: Parameters, `json_schema`, `json_object`, or `system` for the role.
        status: What it answers.
    """

    def answer(asked: Asked) -> Said | None:
        form = asked.get("response_format") or asked.get("text", {}).get("format") or {}
        system = [m for m in asked.get("messages", ()) if m["role"] == "system"]
        sent = {*asked, form.get("type")} | ({"system"} if system else set())
        sent -= set() if asked["stream"] else {"stream"}
        name = next((name for name in refused if name in sent), None)
        return None if name is None else Said(status=status, raw=_refusal(name))

    return answer


def _refusal(name: str) -> bytes:
    said = {
        "json_schema": "This response_format type is not available.",
        "json_object": "'response_format.type' must be 'text'.",
        "system": "System role not supported.",
    }
    error = {"message": said.get(name, f"Unsupported parameter: {name!r}."), "code": None}
    return _json({"error": error})


def body(asked: Asked, said: Said, path: str) -> bytes:
    """The bytes of an answer, whole or as a stream."""
    if said.raw is not None:
        return said.raw
    if path.partition("?")[0].endswith("/responses"):
        value = _figured(_response(asked, said), said)
        return _streamed_response(value, said) if asked["stream"] else _json(value)
    if asked["stream"]:
        return _streamed_completion(asked, said)
    return _json(_figured(_completion(asked, said), said))


def _figured(value: dict[str, Any], said: Said) -> dict[str, Any]:
    """The same answer with the figures that `said` wants, well-formed or not."""
    return value if said.usage is True else value | {"usage": said.usage or None}


def _completion(asked: Asked, said: Said) -> dict[str, Any]:
    read, wrote = counted(asked, said)
    message = {"role": "assistant", "content": said.text, "refusal": said.refusal}
    value = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": said.model or asked["model"],
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": said.finish or "stop",
                "logprobs": None,
            }
        ]
        if said.choices
        else [],
        "usage": {
            "prompt_tokens": read,
            "completion_tokens": wrote,
            "total_tokens": read + wrote,
            "prompt_tokens_details": {"cached_tokens": said.cached},
        },
    }
    return ChatCompletion.model_validate(value).model_dump(mode="json", exclude_unset=True)


def _streamed_completion(asked: Asked, said: Said) -> bytes:
    pieces = [said.text[i : i + 400] for i in range(0, len(said.text), 400)]
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": p} for p in pieces]
    if said.refusal:
        deltas.append({"refusal": said.refusal})
    choices: list[list[dict[str, Any]]] = [
        [{"index": 0, "delta": d, "finish_reason": None}] for d in deltas
    ]
    if said.finish:
        choices.append([{"index": 0, "delta": {}, "finish_reason": said.finish}])
    shared = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": said.model or asked["model"],
    }
    chunks: list[dict[str, Any]] = [{**shared, "choices": c} for c in choices if said.choices]
    if said.usage is not False and asked.get("stream_options"):
        chunks.append({**shared, "choices": [], "usage": _completion(asked, said)["usage"]})
    known = [ChatCompletionChunk.model_validate(c) for c in chunks]
    dumped = [c.model_dump(mode="json", exclude_unset=True) for c in known]
    lines = [json.dumps(_figured(d, said) if d.get("usage") else d) for d in dumped]
    lines += ["[DONE]"] if said.finish else []
    return "".join(f"data: {line}\n\n" for line in lines).encode()


def _response(asked: Asked, said: Said) -> dict[str, Any]:
    read, wrote = counted(asked, said)
    part: dict[str, Any] = {"type": "output_text", "text": said.text, "annotations": []}
    if said.refusal:
        part = {"type": "refusal", "refusal": said.refusal}
    why = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(said.finish or "")
    value = {
        "id": "resp_1",
        "object": "response",
        "created_at": 0,
        "status": "incomplete" if why else "completed",
        "incomplete_details": {"reason": why} if why else None,
        "model": said.model or asked["model"],
        "output": [
            {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "content": [part],
            }
        ]
        if said.choices
        else [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": read,
            "input_tokens_details": {"cached_tokens": said.cached, "cache_write_tokens": 0},
            "output_tokens": wrote,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": read + wrote,
        },
    }
    return Response.model_validate(value).model_dump(mode="json", exclude_unset=True)


def _streamed_response(value: dict[str, Any], said: Said) -> bytes:
    shared = {"item_id": "msg_1", "output_index": 0, "content_index": 0, "logprobs": []}
    events: list[dict[str, Any]] = [
        {"type": "response.output_text.delta", "sequence_number": n, "delta": piece, **shared}
        for n, piece in enumerate(said.text[i : i + 400] for i in range(0, len(said.text), 400))
    ]
    if said.finish:
        kind = f"response.{value['status']}"
        events.append({"type": kind, "sequence_number": len(events), "response": value})
    return "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events).encode()


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


@contextmanager
def model_endpoint(answer: Callable[[Asked], Said], port: int = 0) -> Iterator[Endpoint]:
    """Serve what `answer` says to each request, on 127.0.0.1."""
    with _Server(("127.0.0.1", port), _Handler) as server:
        server.answer = answer
        server.running = Endpoint(f"http://127.0.0.1:{server.server_port}/v1")
        MEMORY.forget(server.running.url)  # a port may have been another test's
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.running
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    answer: Callable[[Asked], Said]
    running: Endpoint

    def __init__(self, address: tuple[str, int], handler: type["_Handler"]) -> None:
        self.closing = threading.Event()
        super().__init__(address, handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        said = self.server.answer(asked)
        running = self.server.running
        with running.lock:
            running.requests.append(asked)
            running.paths.append(self.path)
            running.headers.append({k.lower(): v for k, v in self.headers.items()})
            running.tokens += sum(counted(asked, said)) if said.status == 200 else 0
        self.server.closing.wait(said.silence)
        try:
            self._send(asked, said)
        except OSError:
            self.close_connection = True  # the client had enough

    def _send(self, asked: Asked, said: Said) -> None:
        content = body(asked, said, self.path)
        self.send_response(said.status)
        for name, value in {"content-type": _content_type(asked, said), **said.headers}.items():
            self.send_header(name, value)
        if said.cut is None and not said.reset:
            self.send_header("content-length", str(len(content)))
        self.send_header("connection", "close")
        self.end_headers()
        sent = content if said.cut is None else content[: said.cut]
        step = 64 if said.drip else len(sent) or 1
        for i in range(0, len(sent), step):
            self.wfile.write(sent[i : i + step])
            self.wfile.flush()
            if said.drip and self.server.closing.wait(said.drip):
                return
        if said.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the tests look at `requests`."""


def _content_type(asked: Asked, said: Said) -> Literal["text/event-stream", "application/json"]:
    streams = asked.get("stream") and said.status == 200
    return "text/event-stream" if streams else "application/json"

"""Slack's end of Socket Mode on loopback: sends envelopes, waits for each to be acknowledged."""

import json
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

Json = dict[str, Any]


@dataclass
class Socket:
    """What was sent, what was acknowledged and how fast."""

    address: str = ""
    waiting: "queue.Queue[tuple[str, str, Json]]" = field(default_factory=queue.Queue)
    sent: dict[str, tuple[float, str, Json]] = field(default_factory=dict)
    """Not yet acknowledged: when, type and payload by envelope."""
    seconds: list[float] = field(default_factory=list)
    """From envelope to acknowledgement."""
    answers: dict[str, Json] = field(default_factory=dict)
    connections: int = 0
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def deliver(self, payload: Json, kind: str = "events_api") -> str:
        """Send as soon as a client is there; sent again to the next one until acknowledged."""
        envelope = f"env{next(self._numbers)}"
        self.waiting.put((envelope, kind, payload))
        return envelope

    def handle(self, connection: ServerConnection) -> None:
        self.connections += 1
        connection.send(json.dumps({"type": "hello", "num_connections": 1}))
        reader = threading.Thread(target=self._read, args=(connection,), daemon=True)
        reader.start()
        while reader.is_alive():
            try:
                envelope, kind, payload = self.waiting.get(timeout=0.02)
            except queue.Empty:
                continue
            self.sent[envelope] = (time.monotonic(), kind, payload)
            said = {"type": kind, "envelope_id": envelope, "payload": payload}
            with suppress(ConnectionClosed):
                connection.send(json.dumps(said))
        for envelope, (_, kind, payload) in list(self.sent.items()):
            del self.sent[envelope]
            self.waiting.put((envelope, kind, payload))

    def _read(self, connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            for raw in connection:
                told = json.loads(raw)
                begun = self.sent.pop(told["envelope_id"], None)
                if begun:
                    self.seconds.append(time.monotonic() - begun[0])
                    self.answers[told["envelope_id"]] = told.get("payload") or {}


@contextmanager
def listening() -> Iterator[Socket]:
    """A socket at an address of its own, until the block ends."""
    socket = Socket()
    with serve(socket.handle, "127.0.0.1", 0) as server:
        socket.address = f"ws://127.0.0.1:{server.socket.getsockname()[1]}/link"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield socket
        server.shutdown()
        thread.join()

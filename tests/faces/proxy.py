"""A proxy on this machine that connects nobody and remembers who asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer


@dataclass(frozen=True)
class Proxy:
    """A running proxy: its address, and the first line of each connection it has had."""

    url: str
    asked: list[str] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, str]:
        """What leads a process here, in the spellings that are read."""
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        return {spelt: self.url for name in names for spelt in (name, name.lower())}


@contextmanager
def proxy() -> Iterator[Proxy]:
    class Handler(StreamRequestHandler):
        timeout = 10

        def handle(self) -> None:
            running.asked.append(self.rfile.readline(1_000).decode("utf-8", "replace").strip())
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        running = Proxy(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            thread.join()

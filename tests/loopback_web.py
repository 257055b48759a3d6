"""A web on this machine: names that lead to one small server, through the fetcher's own seams.

The names resolve to public addresses, which are never dialled: `dial` notes each address and goes
to the server instead. So every guard of the fetcher is in force, and every address that would have
been connected to is known.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore2

from retrieval.vetting import Publisher, VettingList
from retrieval.web.fetching import Fetcher, FetchLimits

PUBLIC = "93.184.215.14"
HTML = {"Content-Type": "text/html; charset=utf-8"}
QUICK = FetchLimits(seconds=20.0, pause=0.0)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FILLER = (
    "The engineers of the city walked over the bridge with lamps and wrote down what they saw. "
    "Their report names every beam and every bolt, and the office keeps a copy of it in the hall. "
)
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Web:
    """Pages by address, what was asked of them, and who would have been connected to."""

    port: int = 0
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    dialled: list[str] = field(default_factory=list)
    now: datetime = START

    def put(self, url: str, body: str | bytes = b"", status: int = 200, **headers: str) -> None:
        """Have an address answer so from now on; underscores of names stand for hyphens."""
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        fields = {**(HTML if "Content-Type" not in named else {}), **named}

        def answer(handler: BaseHTTPRequestHandler) -> None:
            etag = fields.get("ETag")
            if etag and handler.headers.get("If-None-Match") == etag:
                handler.send_response(304)
                handler.end_headers()
                return
            handler.send_response(status)
            for name, value in fields.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data)

        self.pages[url] = answer

    def article(self, url: str, title: str, *paragraphs: str, **told: str) -> None:
        """Have an address show an article with enough text to be one."""
        self.put(url, article(title, *paragraphs, **told))

    def resolve(self, host: str, port: int) -> list[str]:
        found = self.names.get(host, [PUBLIC])
        if not found:
            raise OSError(f"no such name: {host}")
        return found

    def dial(self, address: str, port: int, seconds: float) -> httpcore2.NetworkStream:
        self.dialled.append(address)
        return httpcore2.SyncBackend().connect_tcp("127.0.0.1", self.port, timeout=seconds)

    def fetcher(self, limits: FetchLimits = QUICK) -> Fetcher:
        return Fetcher(
            limits,
            resolve=self.resolve,
            dial=self.dial,
            sleep=lambda _: None,
            now=lambda: self.now,
        )

    def pass_days(self, days: float) -> None:
        self.now += timedelta(days=days)


def article(
    title: str, *paragraphs: str, published: str = "2026-03-01", head: str = "", site: str = ""
) -> str:
    """A page as a publisher makes it."""
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f"<html><head><title>{title}</title><meta property='og:site_name' content='{site}'>"
        f"<meta property='article:published_time' content='{published}'>{head}</head><body>"
        f"<article><h1>{title}</h1>{body}<p>{FILLER * 6}</p></article></body></html>"
    )


def feed(*entries: tuple[str, str], date: str = "Sun, 01 Mar 2026 08:00:00 GMT") -> str:
    """RSS of (address, title)."""
    items = "".join(
        f"<item><title>{title}</title><link>{url}</link><pubDate>{date}</pubDate></item>"
        for url, title in entries
    )
    head = "<?xml version='1.0'?><rss version='2.0'><channel><title>News</title>"
    return f"{head}{items}</channel></rss>"


def vetted(*feeds: str, domain: str = "harbour-paper.org") -> VettingList:
    """A list of two publishers, the first with feeds."""
    paper = Publisher(name="The Harbour Paper", domains=(domain,), feeds=feeds, tier=2, reason="r")
    city = Publisher(name="City Engineer", domains=("city.example.org",), tier=1, reason="r")
    return VettingList(publisher=(paper, city))


@contextmanager
def loopback_web() -> Iterator[Web]:
    """The web, running."""
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        timeout = 10
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = f"http://{self.headers.get('Host')}{self.path}"
            web.asked[url] += 1
            web.headers[url] = dict(self.headers)
            answer = web.pages.get(url)
            self.close_connection = True
            if answer is None:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            try:
                answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        web.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield web
        finally:
            server.shutdown()
            thread.join()

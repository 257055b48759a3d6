"""A desk that is served for tests, a browser that visits it, and a cable that can be cut."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60.0
"""Seconds for a draft; the embedded writer takes about two."""
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Desk:
    """Where it is served, and what programs ask of it."""

    address: str
    library: Path

    def draft(self, question: str, as_of: str | None = None) -> str:
        """Ask as a program does, wait, and give the draft's id."""
        job = self.ask("POST", "/api/v1/drafts", {"question": question, "as_of": as_of})
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = self.ask("GET", f"/api/v1/jobs/{job['id']}")
            if found.get("draft"):
                return str(found["draft"])
            assert found["state"] not in {"failed", "cancelled"}, found
            time.sleep(0.1)
        raise TimeoutError(question)

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self.address + path, data, headers, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            return json.load(answer)


@contextmanager
def served(library: Path, **settings: str) -> Iterator[Desk]:
    """`verdict serve` on a free port, ended with the block."""
    with _running(library, "serve", "--no-open", "--port", "0", **settings) as process:
        assert process.stderr is not None
        told = ""
        for line in process.stderr:
            told += line
            if found := re.search(r"http://\S+", told):
                break
        else:
            raise AssertionError(told)
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield Desk(found[0], library)


@contextmanager
def working(library: Path, **settings: str) -> Iterator[None]:
    """`verdict worker`, which makes the drafts of a desk that makes none itself."""
    with _running(library, "worker", **settings):
        yield


@contextmanager
def _running(library: Path, *command: str, **settings: str) -> Iterator["subprocess.Popen[str]"]:
    root = Path(__file__).parents[2]
    environment = {**os.environ, **settings, "PYTHONPATH": str(root)}
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", *command, "--library", str(library)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@contextmanager
def chromium() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (an extra)

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


@dataclass
class Visit:
    """A page in a browser, and what went wrong in it."""

    page: "Page"
    address: str
    faults: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def of(
        cls,
        browser: "Browser",
        address: str,
        *,
        phone: bool = False,
        **context: Any,  # noqa: ANN401
    ) -> Iterator["Visit"]:
        size = PHONE if phone else WIDE
        opened = browser.new_context(
            viewport=size, is_mobile=phone, has_touch=phone, base_url=address, **context
        )
        visit = cls(opened.new_page(), address)
        visit.page.on("console", lambda said: visit._console(said.type, said.text))
        visit.page.on("pageerror", lambda error: visit.faults.append(str(error)))
        visit.page.on("request", visit._request)
        visit.page.set_default_timeout(15_000)
        try:
            yield visit
        finally:
            opened.close()

    def open(self, path: str) -> "Page":
        self.page.goto(path)
        return self.page

    def told(self) -> str:
        """What the page says an action came to, once it says it."""
        said = self.page.locator("#said:not(:empty)").filter(has_not_text="Checking …")
        said.wait_for()
        return said.inner_text()

    def _console(self, kind: str, text: str) -> None:
        refused = "Failed to load resource: the server responded with a status of 4" in text
        lost = "net::ERR_" in text  # the tests that cut the cable
        if kind == "error" and not refused and not lost:
            self.faults.append(text)

    def _request(self, request: "Request") -> None:
        if not request.url.startswith((self.address, "data:")):
            self.faults.append(f"asked for {request.url}")


class Cable:
    """A connection between a browser and a desk that can be cut and mended."""

    def __init__(self, desk: Desk) -> None:
        self._port = int(desk.address.rsplit(":", 1)[1])
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._whole = True
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection, and let no other come through."""
        with self._lock:
            self._whole = False
            while self._open:
                one = self._open.pop()
                with suppress(OSError):  # it ended by itself
                    one.shutdown(socket.SHUT_RDWR)
                one.close()

    def mend(self) -> None:
        self._whole = True

    def close(self) -> None:
        self.cut()
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:  # closed
                return
            with self._lock:
                if not self._whole:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._port))
                self._open += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=(one, other), daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # the cable was cut
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)

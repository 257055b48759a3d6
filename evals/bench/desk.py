"""The desk in a browser: pages and edits of many editors, while drafts are in work.

Over loopback, from processes of their own: the server has its cores to itself as far as there are.
"""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from evals.bench import corpus
from evals.bench.measure import Report, Spread

EDITORS: Final = 30
DRAFTS: Final = 8
EDITED: Final = 6
"""Drafts that the editors share, made before."""
ROUNDS: Final = 4
"""Turns of each editor: a list, a draft, its versions, a change that is verified again."""
PAUSE: Final = 5.0
"""Seconds between what one editor does, as somebody who reads."""
PATIENCE: Final = 300.0
STALE: Final = 412


def bench_desk(folder: Path, runs: int, _: tuple[int, ...]) -> Report:
    """Thirty editors read and change drafts while eight drafts are made; `runs` times as long."""
    place, asked = corpus.build_demonstration(folder), corpus.read_questions()
    with _served(place) as address:
        desk = _Client(address)
        drafts = [
            d for n, text in enumerate(asked[:EDITED]) if (d := desk.draft(text, f"read-{n}"))
        ]
        for n, text in enumerate(islice(cycle(asked), DRAFTS)):
            desk.post("/drafts", {"question": text}, {"Idempotency-Key": f"load-{n}"})
        with ThreadPoolExecutor(EDITORS) as pool:
            turns = [
                pool.submit(_edit, _Client(address), drafts[n % len(drafts)], n, runs)
                for n in range(EDITORS)
            ]
            pages, edits = zip(*(turn.result() for turn in turns), strict=True)
        left = sum(desk.get(f"/jobs/load-{n}")["state"] != "done" for n in range(DRAFTS))
    return Report(
        benchmark="desk",
        spreads=(
            Spread.of("page, as a browser asks for it", [t for one in pages for t in one]),
            Spread.of("a sentence changed and verified again", [t for one in edits for t in one]),
        ),
        facts={"editors": EDITORS, "drafts": DRAFTS, "drafts in work at the end": left},
    )


def _edit(desk: "_Client", draft: str, editor: int, runs: int) -> tuple[list[float], list[float]]:
    """Seconds of each page and each change of one editor."""
    time.sleep(PAUSE * editor / EDITORS)
    pages, edits = [], []
    lines = [
        line
        for part in desk.get(f"/drafts/{draft}")["document"]["sections"]
        for line in part["lines"]
    ]
    line = lines[editor % len(lines)]
    for turn in range(ROUNDS * runs):
        for path in ("/", f"/drafts/{draft}", f"/drafts/{draft}/versions", "/library"):
            pages.append(_time(lambda path=path: desk.page(path)))  # type: ignore[misc]
            time.sleep(PAUSE / 4)
        text = line["text"] if turn % 2 else f"Reports say: {line['text']}"
        body = {"do": "edit", "line": line["id"], "text": text}
        edits.append(_time(lambda body=body: desk.act(draft, body)))  # type: ignore[misc]
    return pages, edits


class _Client:
    """Asks one desk, as a program does."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get(self, path: str) -> Any:  # noqa: ANN401
        return json.loads(self._ask(f"/api/v1{path}"))

    def page(self, path: str) -> bytes:
        return self._ask(path)

    def post(self, path: str, body: object, headers: dict[str, str] | None = None) -> Any:  # noqa: ANN401
        sent = {"Content-Type": "application/json", **(headers or {})}
        return json.loads(self._ask(f"/api/v1{path}", json.dumps(body).encode(), sent))

    def act(self, draft: str, body: object) -> None:
        """Change a draft; where somebody was faster, again, as an editor would."""
        while True:
            try:
                self.post(f"/drafts/{draft}/actions", body)
            except urllib.error.HTTPError as error:
                if error.code != STALE:
                    raise
            else:
                return

    def draft(self, question: str, key: str) -> str:
        """Id of a draft, once it is made; "" where there is not enough evidence."""
        self.post("/drafts", {"question": question}, {"Idempotency-Key": key})
        _wait(lambda: self.get(f"/jobs/{key}")["state"] == "done")
        made: str = self.get(f"/jobs/{key}")["draft"]
        return made

    def answers(self) -> bool:
        try:
            return bool(self.get("/health"))
        except urllib.error.URLError:
            return False

    def _ask(
        self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> bytes:
        asked = urllib.request.Request(f"{self._address}{path}", body, headers or {})  # noqa: S310
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310  # loopback
            content: bytes = answer.read()
            return content


@contextmanager
def _served(place: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    typed = ("serve", "--no-open", "--port", str(port), "--library", str(place))
    process = subprocess.Popen([sys.executable, "-m", "agent", *typed])  # noqa: S603  # ourselves
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(_Client(address).answers)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait(holds: Callable[[], bool]) -> None:
    deadline = perf_counter() + PATIENCE
    while not holds():
        if perf_counter() > deadline:
            raise TimeoutError("the desk took too long; look at what it wrote to stderr")
        time.sleep(0.1)


def _time(call: Callable[[], object]) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start

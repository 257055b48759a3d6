"""The desk in the browser, killed while people edit and drafts are in work.

python -m tests.faults.desk_kill [KILLS] [LIBRARY]   50 kills by default, of a copy of a library
"""

import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from agent import bootstrap
from agent.settings import Settings
from tests.faults.postgres import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 240.0
"""Seconds for what takes a few on a machine that is not loaded."""
EDITORS = 3
SETTLED = 5
"""Kills after which the drafts in work are waited for."""
QUESTIONS = (
    "Are nyc cops taking down I.C.E. agents?",
    "Is the Great Wall of China visible from space?",
    "Do vaccines cause autism?",
)


@dataclass
class Acknowledged:
    """What the desk said that it had done."""

    headings: list[tuple[str, int, str]] = field(default_factory=list)
    """Draft, version and words of each change."""
    comments: list[tuple[str, str]] = field(default_factory=list)
    jobs: dict[str, str] = field(default_factory=dict)
    """Question by key."""


class Killed:
    """A desk of one library, at one port, that is started again whenever it was killed."""

    def __init__(self, library: Path) -> None:
        self.library = library
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.told = Acknowledged()
        self.drafts: list[str] = []
        self._numbers = iter(range(1_000_000))
        self._stopping = threading.Event()

    @contextmanager
    def alive(self) -> Iterator[subprocess.Popen[bytes]]:
        """A process that serves, killed when the block ends."""
        typed = ("serve", "--no-open", "--port", str(self.port), "--library", str(self.library))
        process = subprocess.Popen([sys.executable, "-m", "agent", *typed], cwd=ROOT)
        try:
            self._until(self._answers)
            yield process
        finally:
            process.kill()
            process.wait()

    def work(self) -> list[threading.Thread]:
        """Editors who change headings and comment, until told to stop; they outlive the kills."""
        self._stopping.clear()
        threads = [threading.Thread(target=self._edit, args=(n,)) for n in range(EDITORS)]
        for thread in threads:
            thread.start()
        return threads

    def stop(self, threads: list[threading.Thread]) -> None:
        self._stopping.set()
        for thread in threads:
            thread.join()

    def ask(self, text: str) -> None:
        """Ask for a draft; nothing is noted where the desk died before it answered."""
        key = f"kill-{next(self._numbers)}"
        sent = self._send("POST", "/drafts", {"question": text}, {"idempotency-key": key})
        if sent is not None and sent.status_code == 202:
            self.told.jobs[key] = text

    def settle(self) -> None:
        """Wait for every draft: one whose worker dies too often is given up, by design."""
        for key in self.told.jobs:
            self._until(lambda key=key: self._over(key))  # type: ignore[misc]

    def find_lost(self) -> list[str]:
        """What was acknowledged and is not there, or is there twice; empty where all is well."""
        lost = []
        for draft, version, words in self.told.headings:
            held = self._get(f"/drafts/{draft}?version={version}")["document"]["sections"]
            if words not in {section["heading"] for section in held}:
                lost.append(f"version {version} of {draft} lacks {words!r}")
        for draft, words in self.told.comments:
            said = [c["text"] for c in self._get(f"/drafts/{draft}")["comments"]]
            if said.count(words) != 1:
                lost.append(f"{draft} has {words!r} {said.count(words)} times")
        for draft in self.drafts:
            numbers = [row["version"] for row in self._get(f"/drafts/{draft}/versions")["versions"]]
            if sorted(numbers) != list(range(1, len(numbers) + 1)):
                lost.append(f"{draft} has a gap in its versions: {numbers}")
            if (broken := self._get(f"/drafts/{draft}/trail")["broken_at"]) is not None:
                lost.append(f"the trail is broken at {broken}")
        self.settle()
        for key, question in self.told.jobs.items():
            job = self._get(f"/jobs/{key}")
            if job["state"] != "done" or job["question"] != question:
                lost.append(f"job {key} is {job['state']}: {job['error']}")
        return lost

    def _edit(self, editor: int) -> None:
        while not self._stopping.is_set():
            draft = self.drafts[editor % len(self.drafts)]
            number = next(self._numbers)
            words = f"What editor {editor} found, number {number}"
            body = {"do": "heading", "section": "section-1", "text": words}
            sent = self._send("POST", f"/drafts/{draft}/actions", body)
            if sent is not None and sent.status_code == 200:
                self.told.headings.append((draft, sent.json()["version"], words))
            body = {"do": "comment", "text": words}
            sent = self._send("POST", f"/drafts/{draft}/actions", body)
            if sent is not None and sent.status_code == 200:
                self.told.comments.append((draft, words))
            time.sleep(0.02 if sent is not None else 0.2)

    def _send(
        self, method: str, path: str, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> httpx.Response | None:
        try:
            return httpx.request(
                method, f"{self.address}/api/v1{path}", json=body, headers=headers, timeout=60
            )
        except httpx.TransportError:
            return None

    def _get(self, path: str) -> Any:  # noqa: ANN401
        answer = httpx.get(f"{self.address}/api/v1{path}", timeout=60)
        answer.raise_for_status()
        return answer.json()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}/api/v1/health", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def _over(self, key: str) -> bool:
        return self._get(f"/jobs/{key}")["state"] in {"done", "failed", "cancelled"}

    @staticmethod
    def _until(holds: Any) -> None:  # noqa: ANN401
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.1)


def kill(library: Path, kills: int, seed: int = 7) -> Killed:
    """Kill a desk of this library so often; return it with what it acknowledged, not running."""
    chance = random.Random(seed)  # noqa: S311  (when a process is killed)
    desk = Killed(library)
    with desk.alive():
        desk.ask(QUESTIONS[0])
        (key,) = desk.told.jobs
        desk._until(lambda: desk._over(key))
        desk.drafts = [desk._get(f"/jobs/{key}")["draft"]]
    threads = desk.work()
    try:
        for n in range(kills):
            with desk.alive():
                desk.ask(QUESTIONS[n % len(QUESTIONS)])
                time.sleep(chance.uniform(0.1, 3.0))
                if n % SETTLED == SETTLED - 1:
                    desk.settle()
    finally:
        desk.stop(threads)
    return desk


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with tempfile.TemporaryDirectory(prefix="verdict-kills-") as folder:
        place = Path(folder) / "library"
        if len(sys.argv) > 2:
            shutil.copytree(sys.argv[2], place)
        else:
            bootstrap.open_library(Settings.model_validate({"library": place})).close()
        desk = kill(place, kills)
        with desk.alive():
            lost = desk.find_lost()
    told = desk.told
    sys.stdout.write(
        f"{kills} kills; acknowledged: {len(told.headings)} changes, {len(told.comments)} "
        f"comments, {len(told.jobs)} drafts; lost or doubled: {len(lost)}\n"
    )
    sys.stdout.write("".join(f"  {line}\n" for line in lost))
    return 1 if lost else 0


if __name__ == "__main__":
    raise SystemExit(main())

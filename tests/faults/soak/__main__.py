"""Hours of work at every door while everything fails in turn; see ../README.md.

python -m tests.faults.soak --minutes 120 --asks 5000 --drafts 300 [--seed 7] [--report FILE]
"""

import argparse
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx

from retrieval import demonstration
from tests.faces.slack.envelopes import Socket, listening
from tests.faces.slack.loopback import Slack, serving
from tests.faults.postgres import free_port
from tests.faults.soak.clients import (
    Door,
    Ledger,
    ask_assistant,
    ask_desk,
    ask_draft,
    claims_in,
    comment_on,
    deliver,
    paced,
)
from tests.faults.soak.faults import Model, Weather
from tests.faults.soak.lookup import (
    Found,
    look_up_drafts,
    look_up_slack,
    nameless_traces,
    press_offers,
    settle,
)
from tests.faults.soak.machines import Town
from tests.faults.soak.memory import Memory
from tests.replay.chatting import Endpoint, model_endpoint

SHARES = {"web": 0.45, "mcp": 0.2, "slack": 0.35}
"""Of the asks, by door."""
CLAIMS = 120
"""Different claims that are asked about, others for each seed. A process has seen most of them
within half an hour: what grows after that is no cache that fills. In Slack an earlier check answers
again."""
SAMPLE = 10.0
REPORT = 300.0
SETTLE = 480.0


def questions(dice: random.Random) -> Iterator[str]:
    """`CLAIMS` claims as the notes word them: a third are from a few that everybody asks about."""
    notes = sorted(demonstration.find_notes().glob("*/*.md"))
    known = [claim for note in notes for claim in claims_in(note)]
    dice.shuffle(known)
    while True:
        yield dice.choice(known[:30] if dice.random() < 1 / 3 else known[:CLAIMS])


class Soak:
    """All of it: machines, doors, faults, and the table at the end."""

    def __init__(self, typed: argparse.Namespace, folder: Path, stack: ExitStack) -> None:
        self.typed, self.seconds, self.stack = typed, typed.minutes * 60.0, stack
        self.ledger, self.dice = Ledger(), random.Random(typed.seed)  # noqa: S311
        self.town = Town(folder)
        stack.callback(self.town.close)
        self.slack: Slack = stack.enter_context(serving())
        self.socket: Socket = stack.enter_context(listening())
        self.slack.socket = self.socket.address
        self.model = Model(self.dice)
        self.endpoint: Endpoint = stack.enter_context(model_endpoint(self.model.answer))
        self.memory = {name: Memory() for name in self._place()}
        self.began = time.monotonic()
        self.found: Found | None = None

    def _place(self) -> list[str]:
        model = {
            "VERDICT_BASE_URL": self.endpoint.url,
            "VERDICT_MODEL": "soak",
            "VERDICT_CALL_SECONDS": "3",
            "VERDICT_MODEL_SECONDS": "10",
            "VERDICT_DAY_TOKENS": str(10**12),
        }
        town, self.ports = self.town, (free_port(), free_port())
        town.add(
            "web", "agent", "serve", "--no-open", "--port", str(self.ports[0]),
            VERDICT_WORKERS="0", VERDICT_WEB_USER_HOURLY="1000000", VERDICT_WEB_NAME="Soak",
        )  # fmt: skip
        town.add("mcp", "agent", "mcp", "--http", f"127.0.0.1:{self.ports[1]}", **model)
        address = self.slack.address
        town.add("slack", "tests.faults.slack_desk", address, "-", "own", VERDICT_WORKERS="1")
        town.add("worker-1", "agent", "worker", "--workers", "1")
        town.add("worker-2", "agent", "worker", "--workers", "1", **model)
        return list(town.machines)

    def run(self) -> int:
        town = self.town
        town.machines["web"].start()  # brings the notes into the database
        self._until_up()
        town.machines["web"].stop()
        town.open()
        self._until_up()
        self.began = time.monotonic()
        weather = Weather(
            town, self.model, self.slack, self.dice, half=self.began + self.seconds / 2
        )
        gap = max(6.0, min(45.0, self.seconds / 30))
        self.stack.callback(weather.stopping.set)
        dealing = threading.Thread(target=weather.run, args=(gap,), daemon=True)
        dealing.start()
        threads = self._work()
        self._watch(weather, lambda: any(t.is_alive() for t in threads))
        weather.stopping.set()
        dealing.join()
        self.worked = time.monotonic() - self.began
        settle(self.doors["web"], self.slack, SETTLE)
        if press_offers(self.slack, self.socket):
            time.sleep(15)
        self.found = Found()
        look_up_slack(self.slack, self.ledger, self.found)
        look_up_drafts(self.doors["web"], town.postgres.url, self.found)
        faults = self._faults()
        self._write(weather, faults)
        return 1 if faults else 0

    def _until_up(self) -> None:
        deadline = time.monotonic() + 180
        address = f"http://127.0.0.1:{self.ports[0]}/api/v1/health"
        while time.monotonic() < deadline:
            try:
                if httpx.get(address, timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.5)
        raise TimeoutError("the desk does not come up")

    def _work(self) -> list[threading.Thread]:
        machines, ledger = self.town.machines, self.ledger
        client = httpx.Client(timeout=120, trust_env=False)
        self.doors = {
            name: Door(name, f"http://127.0.0.1:{port}", machines[name], ledger, client)
            for name, port in zip(("web", "mcp"), self.ports, strict=True)
        }
        web, mcp = self.doors["web"], self.doors["mcp"]
        asked = questions(self.dice)
        typed, seconds = self.typed, self.seconds
        counts = {door: round(typed.asks * share) for door, share in SHARES.items()}

        def acts(count: int, make: Callable[[int, str], None]) -> Iterator[Callable[[], None]]:
            for n in range(count):
                with ledger.lock:
                    text = next(asked)
                yield lambda n=n, text=text: make(n, text)  # type: ignore[misc]

        made: dict[str, tuple[int, Callable[[int, str], None]]] = {
            "web": (counts["web"], lambda _, text: ask_desk(web, text)),
            "mcp": (counts["mcp"], lambda _, text: ask_assistant(mcp, text)),
            "slack": (counts["slack"], lambda n, text: deliver(self.socket, ledger, n, text)),
            "drafts": (typed.drafts, lambda n, text: ask_draft(web, n, text)),
        }
        return [
            paced(name, ledger, acts(count, make), count, seconds)
            for name, (count, make) in made.items()
        ]

    def _watch(self, weather: Weather, working: Callable[[], bool]) -> None:
        """Sample memory, let an editor comment, and report, while the work goes on."""
        commented: set[str] = set()
        written = 0.0
        while working():
            time.sleep(SAMPLE)
            now = time.monotonic() - self.began
            for name, machine in self.town.machines.items():
                if (held := machine.megabytes()) is not None:
                    self.memory[name].add(machine.starts, now, held)
            self._comment(commented)
            self.endpoint.requests.clear()
            self.endpoint.headers.clear()
            if now - written >= min(REPORT, self.seconds / 6):
                self._write(weather, None)
                written = now

    def _comment(self, commented: set[str]) -> None:
        """Comment on the drafts that are under review and have no comment yet."""
        web = self.doors["web"]
        try:
            rows = httpx.get(f"{web.address}/api/v1/drafts?limit=20", timeout=20).json()["drafts"]
        except (httpx.TransportError, ValueError, KeyError):
            return
        for row in rows:
            if row["id"] not in commented:
                commented.add(row["id"])
                comment_on(web, row["id"], f"Read at number {len(commented)}")

    def _faults(self) -> list[str]:
        """Everything that must not be."""
        ledger, found = self.ledger, self.found
        faults = [f"{n} x no name: {words}" for words, n in ledger.nameless.items()]
        faults += ledger.given_up
        faults += found.lost if found else []
        for name, machine in self.town.machines.items():
            faults += machine.nameless
            traces = nameless_traces(machine.log)
            faults += [f"{name}: {n} x traceback of {words}" for words, n in traces.items()]
            slope = self.memory[name].slope(self.worked / 2, self.worked)
            if slope and not slope.flat:
                faults.append(f"{name} grows by {slope.per_hour:.1f} MB an hour")
        return faults

    def _write(self, weather: Weather, faults: list[str] | None) -> None:
        lines = list(self._table(weather))
        if faults is not None:
            lines += ["", f"What must not be: {len(faults)}", *(f"  {f}" for f in faults[:200])]
            lines.append("FAILED" if faults else "HELD")
        text = "\n".join(lines) + "\n"
        if self.typed.report:
            self.typed.report.write_text(text, "utf-8")
        if faults is not None or not self.typed.report:
            sys.stdout.write(text)
            sys.stdout.flush()

    def _table(self, weather: Weather) -> Iterator[str]:
        ledger, now = self.ledger, time.monotonic() - self.began
        yield f"Soak of {self.typed.minutes} minutes, seed {self.typed.seed}; {now / 60:.1f} gone"
        clocks = self.town.shim is not None
        disks = self.town.disk.mounted and self.town.storage.mounted
        yield f"at {datetime.now(UTC):%H:%M:%S} UTC; clocks jump: {clocks}; disks fill: {disks}"
        with ledger.lock:
            late = sorted(ledger.seconds)
            yield f"asked {dict(ledger.asked)}, answered {dict(ledger.answered)}"
            yield f"slack: {len(ledger.events)} sent, {len(self.socket.answers)} acknowledged"
            yield f"comments acknowledged: {len(ledger.comments)}; given up: {len(ledger.given_up)}"
            if late:
                at = (late[len(late) // 2], late[int(len(late) * 0.99)], late[-1])
                yield "seconds to an answer: p50 {:.1f}, p99 {:.1f}, most {:.1f}".format(*at)
            errors, nameless = ledger.errors.most_common(60), ledger.nameless.most_common(60)
        yield f"model: {self.model.asked} calls, {self.model.failed} of them failed"
        yield f"faults dealt: {sum(weather.dealt.values())}"
        yield from (f"  {n:4} {name}" for name, n in sorted(weather.dealt.items()))
        yield f"PostgreSQL started again {self.town.restarts} times"
        yield "machine     starts  ended by itself  MB now  most   MB an hour, warming up left out"
        for name, machine in self.town.machines.items():
            held = self.memory[name]
            slope = held.slope(now / 2, now)
            grows = "not up for long enough"
            if slope:
                grows = f"{slope.per_hour:+.1f} ± {slope.error:.1f}, n {slope.blocks}"
                grows += f", after {slope.warming:.0f} MB of warming up" if slope.warming else ""
            yield (
                f"{name:12}{machine.starts:6}{len(machine.ends):17}{held.last:8.0f}{held.most:6.0f}"
                f"   {grows}"
            )
            yield from (f"      {end}" for end in machine.ends[-3:])
        yield f"errors with a name: {sum(n for _, n in errors)}"
        yield from (f"  {n:5} {words}" for words, n in errors)
        yield f"errors without: {sum(n for _, n in nameless)}"
        yield from (f"  {n:5} {words}" for words, n in nameless)
        if self.found:
            yield "looked up:"
            yield from (f"  {n:5} {what}" for what, n in self.found.outcomes.most_common(40))
            yield f"lost or doubled: {len(self.found.lost)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--asks", type=int, default=5_000)
    parser.add_argument("--drafts", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--report", type=Path)
    parser.add_argument("--keep", type=Path, help="Where logs are copied at the end.")
    typed = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended
    folder = Path(tempfile.mkdtemp(prefix="verdict-soak-"))
    folder.chmod(0o711)
    try:
        with ExitStack() as stack:
            if typed.keep:
                stack.callback(_copy_logs, folder, typed.keep)
            return Soak(typed, folder, stack).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_logs(folder: Path, to: Path) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        shutil.copy(log, to)


if __name__ == "__main__":
    raise SystemExit(main())

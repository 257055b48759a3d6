"""What goes wrong in a soak, and when: a seeded deck of faults, dealt again and again."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tests.faces.slack.loopback import Slack
from tests.faults.soak.machines import Disk, Town
from tests.replay.chatting import Asked, Said, messages
from tests.scripted import honest, request_of

HOUR: Final = 3_600
JUMPS: Final = (-24 * HOUR, -2 * HOUR, -90, 90, 2 * HOUR, 24 * HOUR)
MODEL: Final[dict[str, Callable[[str, random.Random], Said]]] = {
    "500": lambda _, r: Said(status=r.choice((500, 502, 503, 529)), raw=b"<html>down</html>"),
    "429": lambda _, r: Said(status=429, raw=b"{}", headers={"retry-after": r.choice("013")}),
    "silence": lambda good, _: Said(good, silence=30.0),
    "garbage": lambda good, r: r.choice(
        (
            Said("I think that 4711 agents were arrested by Zorblatt."),
            Said(good[: len(good) // 2]),
            Said(raw=b'{"id": "1", "choices": [{"message": {"con'),
            Said(good, cut=r.randint(1, 400), reset=True),
            Said(choices=False),
        )
    ),
}


@dataclass
class Model:
    """An honest model behind a service that fails now and then, and at times nearly always."""

    dice: random.Random
    trouble: str = ""
    asked: int = 0
    failed: int = 0

    def answer(self, asked: Asked) -> Said:
        good = honest(request_of(*messages(asked)))
        kind = self.trouble or self.dice.choice(list(MODEL))
        fails = self.dice.random() < (0.9 if self.trouble else 0.05)
        self.asked += 1
        self.failed += fails
        return MODEL[kind](good, self.dice) if fails else Said(good)


@dataclass
class Weather:
    """Deals faults until stopped, and undoes each."""

    town: Town
    model: Model
    slack: Slack
    dice: random.Random
    half: float
    """When (monotonic) only what leaves the long-lived processes alone is dealt."""
    dealt: Counter[str] = field(default_factory=Counter)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, gap: float) -> None:
        """Deal one fault after the other, `gap` seconds between two."""
        while not self.stopping.is_set():
            deck = self._deck()
            self.dice.shuffle(deck)
            for name, fault in deck:
                if self.stopping.wait(gap * self.dice.uniform(0.6, 1.4)):
                    return
                self.dealt[name] += 1
                fault()

    def _deck(self) -> list[tuple[str, Callable[[], None]]]:
        town = self.town
        deck: list[tuple[str, Callable[[], None]]] = [
            ("PostgreSQL restarted", self._restart),
            ("PostgreSQL killed -9", self._kill_database),
            ("PostgreSQL away for 20 s", self._stop_database),
            ("disk of the machines full", self._fill_machines),
            ("disk of PostgreSQL full", self._fill_storage),
            ("clock of one machine jumps", self._jump_one),
            ("clock of all machines jumps", self._jump_all),
            ("Slack limits calls", self._limit_slack),
            ("worker killed -9", town.machines["worker-2"].kill),
        ]
        deck += [(f"model: {kind}", lambda kind=kind: self._upset(kind)) for kind in MODEL]  # type: ignore[misc]
        if time.monotonic() < self.half:
            mortal = [name for name in town.machines if name != "worker-2"]
            name = self.dice.choice(mortal)
            deck.append((f"{name} killed -9", town.machines[name].kill))
        return deck

    def _upset(self, kind: str) -> None:
        self.model.trouble = kind
        self.stopping.wait(30)
        self.model.trouble = ""

    def _restart(self) -> None:
        self.town.disturb()
        self.town.postgres.stop("fast")

    def _kill_database(self) -> None:
        self.town.disturb()
        self.town.postgres.kill()

    def _stop_database(self) -> None:
        self.town.down = True
        self._restart()
        self.stopping.wait(20)
        self.town.disturb()
        self.town.down = False

    def _fill_machines(self) -> None:
        self._fill(self.town.disk, 30)

    def _fill_storage(self) -> None:
        self._fill(self.town.storage, 20)

    def _fill(self, disk: Disk, seconds: float) -> None:
        self.town.disturb()
        disk.fill()
        self.stopping.wait(seconds)
        disk.clear()
        self.town.disturb()

    def _jump_one(self) -> None:
        self._jump([self.dice.choice(list(self.town.machines))])

    def _jump_all(self) -> None:
        self._jump(list(self.town.machines))

    def _jump(self, names: list[str]) -> None:
        seconds = self.dice.choice(JUMPS)
        for name in names:
            self.town.machines[name].move_clock(seconds)
        self.stopping.wait(40)
        for name in names:
            self.town.machines[name].move_clock(0)

    def _limit_slack(self) -> None:
        for method in ("chat.postMessage", "chat.postEphemeral", "chat.update"):
            late = {"Retry-After": "2"}
            self.slack.fail(method, "ratelimited", times=3, status=429, headers=late)

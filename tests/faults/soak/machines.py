"""The processes of the product, each as on a machine of its own, with one PostgreSQL for all."""

import os
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from agent.faces.exit_codes import BY_NAME, Exit
from tests.faults.postgres import Server

ROOT: Final = Path(__file__).parents[3]
NAMED: Final = frozenset({*BY_NAME.values(), Exit.INTERRUPTED})
"""Exit statuses of known failures."""
AGAIN: Final = 3.0
"""Seconds after which a process that ended is started again."""
HEALTHY: Final = 90.0
"""Seconds after a disturbance in which a machine may be out of reach."""


def built_clock(folder: Path) -> Path | None:
    """What moves the clock of a process that it is preloaded into; None without a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    made = folder / "clock.so"
    source = Path(__file__).with_name("clock.c")
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", made, source], check=True)
    return made


class Disk:
    """A small file system of its own, that can be filled; a plain folder where none is mounted."""

    def __init__(self, at: Path, megabytes: int) -> None:
        self.at, self._image = at, at.with_suffix(".img")
        at.mkdir(parents=True)
        with self._image.open("wb") as file:
            file.truncate(megabytes << 20)
        made = subprocess.run(
            ["mkfs.ext4", "-q", "-m", "0", "-E", "root_owner=0:0", self._image], check=False
        )
        mount = ["mount", "-o", "loop", self._image, at]
        self.mounted = not made.returncode and not subprocess.run(mount, check=False).returncode
        shutil.rmtree(at / "lost+found", ignore_errors=True)

    def fill(self) -> None:
        """Leave no byte free."""
        if not self.mounted:
            return
        with (self.at / "full").open("wb") as file:
            for block in (1 << 20, 4096, 1):
                with suppress(OSError):
                    while True:
                        os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), block)

    def clear(self) -> None:
        (self.at / "full").unlink(missing_ok=True)

    def close(self) -> None:
        if self.mounted:
            subprocess.run(["umount", "--lazy", self.at], check=False)
        self._image.unlink(missing_ok=True)


@dataclass
class Machine:
    """One process of the product with a home, a clock and a log, started again when it ends."""

    name: str
    typed: tuple[str, ...]
    home: Path
    notes: Path
    """Folder of its log and its clock, on another disk than its home."""
    settings: dict[str, str]
    shim: Path | None
    """What moves its clock; None where it cannot be moved."""
    ends: list[str] = field(default_factory=list)
    """How it ended when nobody killed it."""
    nameless: list[str] = field(default_factory=list)
    """Those of these ends that have no exit status of ours."""
    starts: int = 0
    reached: int = 0
    """The start since which somebody had an answer of it."""
    disturbed: float = -1e9
    """When it was last killed, or what it needs was taken away."""
    process: subprocess.Popen[bytes] | None = None
    _killed: bool = False
    _again: float = 0.0

    @property
    def log(self) -> Path:
        return self.notes / f"{self.name}.log"

    @property
    def clock(self) -> Path:
        return self.notes / f"{self.name}.clock"

    def start(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        if not self.clock.exists():
            self.move_clock(0)
        self._killed = False
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.typed],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.starts += 1

    def watch(self, now: float) -> None:
        """Start it again where it ended, and keep how."""
        if self.process is None or self.process.poll() is None:
            return
        if not self._again:
            self._again = now + AGAIN
            if not self._killed:
                self._note(self.process.returncode)
        elif now >= self._again:
            self._again = 0.0
            self.start()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.disturbed, self._killed = time.monotonic(), True
        if self.process:
            self.process.kill()

    def end(self) -> None:
        """Ask it to stop."""
        self._killed = True
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Ask it to stop, and see that it does."""
        self.end()
        if self.process:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
            self.process.kill()
            self.process.wait()

    def move_clock(self, seconds: int) -> None:
        """Let its clock differ from ours."""
        with self.clock.open("r+b" if self.clock.exists() else "wb") as file:
            file.write(struct.pack("q", seconds))

    def excused(self) -> bool:
        """Whether it may be out of reach now: it is coming up, or was disturbed lately."""
        return self.reached != self.starts or time.monotonic() - self.disturbed < HEALTHY

    def megabytes(self) -> float | None:
        """Its memory; None where it does not run."""
        if self.process is None or self.process.poll() is not None:
            return None
        with suppress(OSError, StopIteration):
            status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
            line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
            return int(line.split()[1]) / 1024
        return None

    def _note(self, status: int) -> None:
        self.disturbed = time.monotonic()
        last = deque(self.log.read_text("utf-8", "replace").splitlines(), 1)
        said = f"exit status {status}: {' '.join(last)[:300]}"
        self.ends.append(said)
        if status not in NAMED:
            self.nameless.append(f"{self.name}: {said}")

    def _environment(self) -> dict[str, str]:
        own = {
            "HOME": str(self.home),
            "XDG_DATA_HOME": str(self.home / "data"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "PYTHONPATH": str(ROOT),
            "VERDICT_THREADS": "1",
        }
        clock = {"LD_PRELOAD": str(self.shim), "SOAK_CLOCK": str(self.clock)} if self.shim else {}
        known = {k: v for k, v in os.environ.items() if not k.startswith(("VERDICT_", "XDG_"))}
        return known | own | clock | self.settings


class Town:
    """All machines, their disks and their database, looked after until closed."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.shim = folder, built_clock(folder)
        self.disk = Disk(folder / "machines", 600)
        self.storage = Disk(folder / "storage", 6_000)
        data = self.storage.at / "postgres"
        data.mkdir()
        self.postgres = Server(data, "max_wal_size=256MB")
        assert self.postgres.start(), "PostgreSQL does not start"
        self.postgres.create()
        self.machines: dict[str, Machine] = {}
        self.down = False
        """The database is being kept from running."""
        self.restarts = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def add(self, name: str, *typed: str, **settings: str) -> None:
        known = {"VERDICT_DATABASE_URL": self.postgres.url, **settings}
        home = self.disk.at / name
        self.machines[name] = Machine(name, typed, home, self._folder, known, self.shim)

    def open(self) -> None:
        for machine in self.machines.values():
            machine.start()
        self._thread.start()

    def disturb(self) -> None:
        """What all machines need was taken away, or comes back only now."""
        for machine in self.machines.values():
            machine.disturbed = time.monotonic()

    def close(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        for machine in self.machines.values():
            machine.end()
        for machine in self.machines.values():
            machine.stop()
        self.postgres.stop()
        self.disk.close()
        self.storage.close()

    def _watch(self) -> None:
        looks = 0
        while not self._stopping.wait(0.5):
            for machine in list(self.machines.values()):
                machine.watch(time.monotonic())
            looks += 1
            if looks % 4 == 0 and not self.down and not self.postgres.runs():
                self.disturb()
                self.restarts += self.postgres.start()

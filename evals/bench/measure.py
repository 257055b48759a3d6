"""How benchmarks measure and what they report."""

import os
import platform
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from time import perf_counter
from typing import NamedTuple, Self

import numpy as np
from pydantic import BaseModel

PACKAGES = ("verdict-desk", "chromadb", "numpy", "onnxruntime", "sqlalchemy", "tokenizers")
KIB = 1024
_STARTER = """
import os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
took, cpu = time.perf_counter() - start, used.ru_utime + used.ru_stime
print(took, cpu, used.ru_maxrss, os.waitstatus_to_exitcode(status))
"""
"""Linux counts what the starting process held as memory of the started one, so a small one starts
it."""


class Spread(BaseModel, frozen=True, extra="forbid"):
    """A quantity measured several times."""

    what: str
    unit: str
    runs: int
    median: float
    low: float
    high: float
    p95: float

    @classmethod
    def of(cls, what: str, samples: Sequence[float], unit: str = "s") -> Self:
        """Sum up `samples`, of which there is at least one."""
        return cls(
            what=what,
            unit=unit,
            runs=len(samples),
            median=statistics.median(samples),
            low=min(samples),
            high=max(samples),
            p95=float(np.percentile(samples, 95)),
        )

    def __str__(self) -> str:
        spread = f"{self.low:.4g} to {self.high:.4g}, p95 {self.p95:.4g}, n {self.runs}"
        return f"{self.what:<58} {self.median:>8.4g} {self.unit:<6} ({spread})"


class Ratio(BaseModel, frozen=True, extra="forbid"):
    """Two medians of one run: noise of the machine is in both."""

    what: str
    value: float

    @classmethod
    def of(cls, over: Spread, under: Spread) -> Self:
        return cls(what=f"{over.what} / {under.what}", value=over.median / under.median)

    def __str__(self) -> str:
        return f"{self.what:<88} {self.value:>6.3g}"


class Report(BaseModel, frozen=True, extra="forbid"):
    """What one benchmark found."""

    benchmark: str
    spreads: tuple[Spread, ...]
    ratios: tuple[Ratio, ...] = ()
    facts: dict[str, int | float | str] = {}

    def __str__(self) -> str:
        rows = [str(row) for row in (*self.spreads, *self.ratios)]
        rows += [f"{what}: {value}" for what, value in self.facts.items()]
        return "\n".join([self.benchmark, *(f"  {row}" for row in rows)])


class ProcessRun(NamedTuple):
    """One whole process."""

    seconds: float
    cpu_seconds: float
    """Of all its threads: what is left of it on an idle machine, at most."""
    peak_mb: float


def time_call(work: Callable[[], object]) -> float:
    """Wall time of `work`."""
    start = perf_counter()
    work()
    return perf_counter() - start


def run_process(command: Sequence[str]) -> ProcessRun:
    """Run `command` with its output thrown away.

    Raises:
        RuntimeError: it did not end well; its figures would mean nothing.
    """
    done = subprocess.run(  # noqa: S603  # our own commands
        [sys.executable, "-S", "-c", _STARTER, *command],
        capture_output=True,
        text=True,
        check=True,
    )
    took, cpu, peak, status = done.stdout.split()
    if status != "0":
        raise RuntimeError(f"{' '.join(command)} ended with status {status}: {done.stderr[-500:]}")
    return ProcessRun(float(took), float(cpu), int(peak) / KIB)


def peak_mb() -> float:
    """Most memory that this process has held, in MiB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB, 1)


def describe_machine() -> dict[str, object]:
    """What the figures depend on."""
    return {
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }

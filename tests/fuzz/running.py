"""Inputs are run in a child process, one after the other; what goes wrong at one is found.

A finding is an exception that is no named error of the product, more than `SLOW` seconds of
processor time, or more than `BULKY` bytes of memory for one input.
"""

import logging
import mmap
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from agent.faces.exit_codes import status_of
from tests.fuzz.mutation import mutate

SLOW: Final = 5.0
"""Seconds of processor time for one input."""
BULKY: Final = 500_000_000
"""Bytes by which one input may raise the memory of the process."""
ROOM: Final = 4_000_000_000
"""Bytes of memory that the child may have."""
DRAWN: Final = 0.02
"""Share of the inputs that Hypothesis makes from nothing."""
SEEDS: Final = Path(__file__).parent / "seeds"
ROOT: Final = str(Path(__file__).parents[2])
_HELD: Final = 1_000_000

Run = Callable[[bytes], object]


@dataclass(frozen=True)
class Target:
    """Something that reads what others wrote."""

    name: str
    weight: float
    """Inputs of a million, in thousands: cheap ones have more, so that a million takes minutes."""
    seeds: Callable[[], Sequence[bytes]]
    """Valid inputs, which are changed."""
    opened: Callable[[], AbstractContextManager[Run]]
    """Sets up, in the child, what takes an input: it returns, or raises."""
    drawn: st.SearchStrategy[bytes]
    """Inputs from nothing."""
    named: tuple[type[BaseException], ...] = ()
    """Named errors beside those that a command maps to an exit status."""


def plainly(run: Run) -> Callable[[], AbstractContextManager[Run]]:
    """For a target that needs nothing set up."""
    return lambda: nullcontext(run)


@dataclass
class Finding:
    """One kind of fault, and an input that shows it."""

    kind: str
    where: str
    data: bytes = field(repr=False)
    trace: str = field(default="", repr=False)


@dataclass
class Report:
    """What came of a run over one target."""

    inputs: int = 0
    drawn: int = 0
    seconds: float = 0.0
    named: Counter[str] = field(default_factory=Counter)
    findings: dict[str, Finding] = field(default_factory=dict)


def kept_inputs(target: Target) -> list[Path]:
    """Inputs that once were findings."""
    return sorted((SEEDS / target.name).glob("*"))


def judge_input(target: Target, run: Run, data: bytes) -> Finding | str:
    """Run one input: the name of its outcome, or what is wrong."""
    before, began = _peak(), time.process_time()
    outcome, trace = "result", ""
    try:
        run(data)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        outcome = type(error).__name__
        if not isinstance(error, target.named) and status_of(error) is None:
            return Finding(outcome, _place(error), data, traceback.format_exc(limit=-8))
    took, grew = time.process_time() - began, _peak() - before
    if took > SLOW:
        return Finding("slow", f"{took:.1f} s", data, trace)
    if grew > BULKY:
        return Finding("bulky", f"{grew // 1_000_000} MB", data, trace)
    return outcome


def _peak() -> int:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1_024


def _place(error: BaseException) -> str:
    """The innermost line of the product on the way of an exception."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if f.filename.startswith(ROOT) and "/tests/" not in f.filename]
    ours = [f for f in ours if "/.venv/" not in f.filename]
    frame = (ours or list(frames))[-1]
    return f"{frame.filename.removeprefix(ROOT)}:{frame.lineno} {frame.name}"


class _Board:
    """What the child is at, for the parent to see: number and bytes of the input."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _HELD + 16)

    def write(self, number: int, data: bytes) -> None:
        data = data[:_HELD]
        self._memory[16 : 16 + len(data)] = data
        self._memory[:16] = number.to_bytes(8, "big") + len(data).to_bytes(8, "big")

    @property
    def number(self) -> int:
        return int.from_bytes(self._memory[:8], "big")

    @property
    def data(self) -> bytes:
        return self._memory[16 : 16 + int.from_bytes(self._memory[8:16], "big")]


def numbered_input(seeds: Sequence[bytes], target: str, run: int, number: int) -> bytes:
    """Input `number` of a run: the same whenever it is asked for."""
    return mutate(seeds, random.Random(f"{run}/{target}/{number}"))  # noqa: S311


def run_target(target: Target, inputs: int, run: int, until: float = 1e12) -> Report:
    """Run so many inputs, each in a child that is ended where it hangs.

    Args:
        target: what takes them.
        inputs: how many.
        run: number of the run: another one has other inputs.
        until: reading of the monotonic clock after which no more are begun.
    """
    report, began = Report(), time.monotonic()
    seeds = [*target.seeds(), *(path.read_bytes() for path in kept_inputs(target))]
    report.drawn = int(inputs * DRAWN)
    done = 0
    while done < inputs and time.monotonic() < until:
        done = _run_child(target, seeds, report, done, inputs, run, until)
    report.inputs = done
    report.seconds = time.monotonic() - began
    return report


def _run_child(  # noqa: PLR0917
    target: Target,
    seeds: Sequence[bytes],
    report: Report,
    first: int,
    inputs: int,
    run: int,
    until: float,
) -> int:
    """Run inputs from `first` on; return the number of the next one that was not run."""
    board = _Board()
    board.write(first, b"")
    told = tempfile.TemporaryFile("w+")  # noqa: SIM115  (a pipe would be full with one finding)
    child = os.fork()
    if child == 0:  # pragma: no cover  (another process)
        status = 1
        try:
            with told:
                _be_child(target, seeds, board, (first, inputs, report.drawn, run, until), told)
            status = 0
        except BaseException:  # noqa: BLE001
            traceback.print_exc()
        finally:
            os._exit(status)
    hung = _watch(child, board)
    with told:
        told.seek(0)
        for line in told:
            kind, _, rest = line.rstrip("\n").partition("\t")
            if kind == "found":
                name, where, data, trace = rest.split("\t")
                found = Finding(name, where, bytes.fromhex(data))
                found.trace = bytes.fromhex(trace).decode()
                report.findings.setdefault(f"{name} {where}", found)
            else:
                report.named[kind] += int(rest)
    if hung is None:
        return board.number
    report.findings.setdefault(hung, Finding(hung, "?", board.data))
    return board.number + 1


def _watch(child: int, board: _Board) -> str | None:
    """Wait for the end of the child; end it where one input takes too long. What went wrong."""
    at, since = board.number, 0.0
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return None if code == 0 else f"crash ({code})"
        used = _processor_time(child)
        if board.number != at:
            at, since = board.number, used
        if used - since > 4 * SLOW:  # it measures itself, unless it never comes back
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "hang"
        time.sleep(0.05)


def _processor_time(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _be_child(
    target: Target,
    seeds: Sequence[bytes],
    board: _Board,
    which: tuple[int, int, int, int, float],
    out: object,
) -> None:
    first, inputs, drawn, run, until = which
    logging.disable(logging.CRITICAL)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # libraries talk of what they cannot read
    with suppress(ValueError, OSError):
        resource.setrlimit(
            resource.RLIMIT_DATA, (ROOM, resource.getrlimit(resource.RLIMIT_DATA)[1])
        )
    named: Counter[str] = Counter()
    known: set[str] = set()
    with target.opened() as take:

        def look(number: int, data: bytes) -> None:
            board.write(number, data)
            found = judge_input(target, take, data)
            if isinstance(found, str):
                named[found] += 1
                return
            named["finding"] += 1
            if (key := f"{found.kind} {found.where}") not in known and len(known) < 30:
                known.add(key)
                less = minimise(target, take, found)
                fields = [found.kind, found.where, less.hex(), found.trace.encode().hex()]
                print("found", *fields, sep="\t", file=out, flush=True)  # type: ignore[call-overload]

        for number, data in _inputs(target, seeds, (first, inputs, drawn, run), look):
            look(number, data)
            if time.monotonic() > until:
                board.write(number + 1, b"")
                break
        else:
            board.write(inputs, b"")
    for outcome, count in named.items():
        print(outcome, count, sep="\t", file=out, flush=True)  # type: ignore[call-overload]


def _inputs(
    target: Target,
    seeds: Sequence[bytes],
    which: tuple[int, int, int, int],
    look: Callable[[int, bytes], None],
) -> Iterator[tuple[int, bytes]]:
    """First what Hypothesis draws, which it hands to `look` itself; then changed seeds."""
    first, inputs, drawn, run = which
    number = first
    if number < drawn:

        @seed(run * 1_000_003 + first)
        @settings(
            max_examples=drawn - first,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(target.drawn)
        def draw(data: bytes) -> None:
            nonlocal number
            if number < drawn:
                look(number, data)
                number += 1

        draw()
    for n in range(number, inputs):  # where few can be drawn, more are made of seeds
        yield n, numbered_input(seeds, target.name, run, n)


def minimise(target: Target, run: Run, found: Finding) -> bytes:
    """A shorter input with the same fault: halves, quarters, … are left out while it stays."""
    data = found.data
    if found.kind in {"slow", "bulky"}:
        return data
    size, tries, until = len(data) // 2, 400, time.process_time() + SLOW
    while size and tries:
        at = 0
        while at < len(data) and tries:
            tries = tries - 1 if time.process_time() < until else 0
            less = data[:at] + data[at + size :]
            again = judge_input(target, run, less)
            same = isinstance(again, Finding) and (again.kind, again.where) == (
                found.kind,
                found.where,
            )
            if same:
                data = less
            else:
                at += size
        size //= 2
    return data

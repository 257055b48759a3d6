"""Talk to a person on stderr, hand the page to stdout, and wrap it only where a person reads it."""

import logging
import os
import re
import shutil
import sys
import textwrap
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from agent.faces.exit_codes import BadInput

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

STEPS = {
    "plan": "Reading the question",
    "search": "Searching the library",
    "draft": "Drafting",
    "check": "Checking every sentence against its citations",
    "verdict": "Counting origins for the verdict",
    "conclude": "Writing and checking the summary and limits",
}

MARK = re.compile(r" *(?:- |\[\d+\] |\d{1,2}\. )?")
"""What a paragraph hangs under: its indent, its dash, its number in a list."""

QUIET_SECONDS: Final = 60.0
"""In which one kind of warning is written once."""
KINDS: Final = 1_000
"""Kinds of warnings that are remembered."""


STEERING: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that move a cursor, colour, rename or turn a line; a line feed and a tab may stay."""


def harmless(text: str) -> str:
    """A text as a terminal may be given it: words from outside cannot steer it."""
    return STEERING.sub("", text)


def say(text: str) -> None:
    """A line of talk, wrapped on a terminal."""
    text = harmless(text)
    sys.stderr.write(f"{wrapped(text, width()) if sys.stderr.isatty() else text}\n")


def width() -> int:
    """Columns of the terminal, at most as many as are good to read."""
    return min(shutil.get_terminal_size().columns, 96)


def stdin() -> TextIO:
    """What is piped in, as UTF-8 whatever the locale; a person who types is told how to end."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="strict")
    if sys.stdin.isatty():
        say("Reading from the terminal; end with Ctrl-D on a line of its own.")
    return sys.stdin


def deliver(text: str, out: Path | None = None, *, prose: bool = False) -> None:
    """Write to `out`, or to stdout; on a terminal prose is wrapped and nothing steers it.

    A file or a pipe gets the text as it is.

    Raises:
        BadInput: `out` cannot be written.
    """
    if out is not None:
        deliver_file((text if text.endswith("\n") else f"{text}\n").encode(), out)
        return
    if sys.stdout.isatty():
        text = wrapped(harmless(text), width()) if prose else harmless(text)
    try:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise BadInput(f"The page cannot be written to stdout: {error.strerror}.") from error


def deliver_file(content: bytes, out: Path) -> None:
    """Write a file and say where it is.

    Raises:
        BadInput: `out` cannot be written.
    """
    try:
        if out.exists() and not out.is_file():  # a pipe or a device
            out.write_bytes(content)
        else:
            write_whole(content, out.resolve())
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}.") from error
    say(f"Written to {out}")


def write_whole(content: bytes, path: Path) -> None:
    """Write a file whole or not at all, whenever the process dies or the disk is full.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        with suppress(OSError):  # the first error is told
            part.unlink(missing_ok=True)
        raise


def wrapped(text: str, columns: int) -> str:
    """Each paragraph broken at words, hanging under its text; addresses stay whole."""
    return "\n".join(_filled(line, columns) if line.strip() else "" for line in text.split("\n"))


def fitted(line: str) -> str:
    """One row of a table: cut where the terminal ends, whole in a pipe."""
    columns = shutil.get_terminal_size().columns
    cut = sys.stdout.isatty() and len(line) > columns
    return f"{line[: columns - 1]}…" if cut else line


def _filled(line: str, columns: int) -> str:
    mark = MARK.match(line)
    return textwrap.fill(
        line,
        columns,
        subsequent_indent=" " * (mark.end() if mark else 0),
        break_long_words=False,
        break_on_hyphens=False,
    )


def require_folder_of(out: Path | None) -> None:
    """Say before the work, not after it, that there is no place for its result.

    Raises:
        BadInput: the folder of `out` does not exist, or `out` is a folder.
    """
    if out is not None and out.is_dir():
        raise BadInput(f"{out} is a folder. Give the name of a file after --out.")
    if out is not None and not out.parent.is_dir():
        raise BadInput(f"There is no folder {out.parent}. Make it, or write somewhere else.")


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A spinner that names the step, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415  (only a terminal pays for it)

    with Console(stderr=True).status("Opening the library") as status:
        yield lambda step: status.update(STEPS.get(step, step))


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar (done, total, name), on a terminal only and once there is progress."""
    if not sys.stderr.isatty():
        yield lambda _done, _total, _name: None
        return
    with ExitStack() as stack:

        @cache
        def begun() -> tuple["Progress", "TaskID"]:
            from rich.console import Console  # noqa: PLC0415
            from rich.progress import Progress  # noqa: PLC0415

            shown = stack.enter_context(Progress(console=Console(stderr=True), transient=True))
            return shown, shown.add_task(what, total=None)

        def step(done: int, total: int, name: str) -> None:
            shown, task = begun()
            shown.update(task, completed=done, total=total, description=f"{what} {name[:40]}")

        yield step


def counted(number: int, noun: str) -> str:
    """`1 sentence`, `2 sentences`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def set_up_log() -> None:
    """Warnings and errors of a server on stderr, with their time."""
    handler = logging.StreamHandler()
    handler.addFilter(Sparing())
    form = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(level=logging.WARNING, format=form, handlers=[handler])


class Sparing(logging.Filter):
    """Lets each kind of warning through once a minute, with the count of those left out.

    A service that refuses every call must not fill the disk. Errors all pass: each is looked up.

    Args:
        clock: seconds that only go up.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock, self._lock = clock, threading.Lock()
        self._seen: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is written."""
        if record.levelno >= logging.ERROR:
            return True
        kind, now = (record.name, str(record.msg)), self._clock()
        with self._lock:
            written, left = self._seen.get(kind, (now - QUIET_SECONDS, 0))
            if now - written < QUIET_SECONDS:
                self._seen[kind] = written, left + 1
                return False
            self._seen[kind] = now, 0
            self._seen.move_to_end(kind)
            if len(self._seen) > KINDS:
                self._seen.popitem(last=False)
        if left:
            record.msg = f"{record.getMessage()} ({left:,} more of this kind before)"
            record.args = None
        return True

"""Talk to a person on stderr, hand the page to stdout, and wrap it only where a person reads it."""

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.faces.failures import BadInput

STEPS = {
    "plan": "Reading the question",
    "search": "Searching the library",
    "draft": "Drafting",
    "check": "Checking every sentence against its citations",
    "verdict": "Counting origins for the verdict",
    "conclude": "Writing and checking the summary and limits",
}


def say(text: str) -> None:
    """One line of talk."""
    sys.stderr.write(f"{text}\n")


def deliver(text: str, out: Path | None, *, prose: bool) -> None:
    """Write to `out`, or to stdout; prose is wrapped on a terminal and left alone in a pipe.

    Raises:
        BadInput: `out` cannot be written.
    """
    if out is not None:
        try:
            out.write_text(text if text.endswith("\n") else f"{text}\n", "utf-8")
        except OSError as error:
            raise BadInput(f"{out} cannot be written: {error.strerror}.") from error
        say(f"Written to {out}")
        return
    if prose and sys.stdout.isatty():
        text = wrapped(text, min(shutil.get_terminal_size().columns, 96))
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def wrapped(text: str, width: int) -> str:
    """Each paragraph broken at words; addresses stay whole."""
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) if line else ""
        for line in text.split("\n")
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
    """A progress bar (done, total, name), on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _done, _total, _name: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=None)

        def step(done: int, total: int, name: str) -> None:
            shown.update(task, completed=done, total=total, description=f"{what} {name[:40]}")

        yield step

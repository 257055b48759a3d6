"""What a person sees of an evaluation: lines, results, progress, and failures in words."""

import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from evals.errors import USAGE, EvalError

Progress = Callable[[int, int, str], None]
"""Called with what is done, what there is in all, and a name."""

MODEL_FAILED: Final = 5
LIBRARY: Final = 6
WIDEST: Final = 96
"""Columns of a line that is good to read."""
BY_NAME: Final = {
    "SourceUnreadable": USAGE,
    "SourceRefused": USAGE,
    "UnreadableText": USAGE,
    "EmbeddingFailed": MODEL_FAILED,
    "ChatError": MODEL_FAILED,
    "CouldNotCheck": MODEL_FAILED,
    "TokenizerMissing": MODEL_FAILED,
    "LibraryError": LIBRARY,
}
"""Exit status by the name of an exception or of its base."""


def say(text: str) -> None:
    """Write a line to stderr, wrapped on a terminal."""
    if sys.stderr.isatty():
        width = min(shutil.get_terminal_size().columns, WIDEST)
        text = textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)
    sys.stderr.write(f"{text}\n")


def deliver(text: str, out: Path | None = None) -> None:
    """Write a result to `out`, or to stdout.

    Raises:
        EvalError: it cannot be written.
    """
    content = text if text.endswith("\n") else f"{text}\n"
    try:
        if out is None:
            sys.stdout.write(content)
            sys.stdout.flush()
        elif out.exists() and not out.is_file():  # a pipe or a device
            out.write_text(content, "utf-8")
        else:
            write_whole(content, out.resolve())
    except BrokenPipeError:
        raise
    except OSError as error:
        place = out or "stdout"
        raise EvalError(f"{place} cannot be written: {error.strerror}.", "Check it.") from error
    if out is not None:
        say(f"Written to {out}")


def write_whole(content: str, path: Path) -> None:
    """Write a file whole or not at all, whenever the process dies or the disk is full.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        with suppress(OSError):  # the first error is told
            part.unlink(missing_ok=True)
        raise


@contextmanager
def bar(what: str) -> Iterator[Progress]:
    """Show a progress bar (done, total, name), on a terminal only and once there is progress."""
    if not sys.stderr.isatty():
        yield lambda _done, _total, _name: None
        return
    from rich.console import Console  # noqa: PLC0415  (only a terminal pays for it)
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=None, visible=False)

        def step(done: int, total: int, name: str) -> None:
            described = f"{what} {name[:40]}"
            shown.update(task, completed=done, total=total, description=described, visible=True)

        yield step


def show_progress(done: int, total: int, what: str) -> None:
    """Say how far the work is, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r{done}/{total} {what:<40.40}", end="", file=sys.stderr)


def exit_status(error: BaseException) -> int | None:
    """The exit status of a known failure; None for a fault of ours, which keeps its traceback."""
    if isinstance(error, EvalError):
        return error.status
    if type(error).__name__ == "IngestionStopped" and error.__cause__ is not None:
        return exit_status(error.__cause__)
    if isinstance(error, OSError) and error.filename:
        return LIBRARY  # files that a person names are looked at before
    names = (cls.__name__ for cls in type(error).__mro__)
    return next((BY_NAME[name] for name in names if name in BY_NAME), None)


def describe_failure(error: BaseException) -> str:
    """What a person reads about a known failure."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be used: {error.strerror}. Check the path and its rights."
    return str(error)

"""What every face begins with: its settings, its library, and the question that was asked."""

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Final

from pydantic import ValidationError

from agent import bootstrap
from agent.faces.exit_codes import BadInput
from agent.faces.terminal import bar
from agent.settings import Settings
from agent.types import Question
from retrieval import Library, LibraryError

MOST: Final = 4_000
"""Characters of a question; longer texts belong in a file for `verdict check`."""
HEAPS: Final = 2
"""Heaps that the threads of a server share."""
_ARENA_MAX: Final = -8
"""Their number, as `mallopt` of glibc names it."""


def question_of(text: str, as_of: date | None = None) -> Question:
    """The question that a text asks, on today's date.

    Raises:
        BadInput: it is empty or too long.
    """
    if not text.strip():
        raise BadInput(
            'The question is empty. Ask for example "Is the Great Wall visible from space?"'
        )
    if len(text) > MOST:
        raise BadInput(
            f"The question has {len(text)} characters; at most {MOST} are read. Ask one claim, or "
            "put the text in a file and run `verdict check`."
        )
    return Question(text=" ".join(text.split()), asked_on=bootstrap.today(), as_of=as_of)


def read_settings(**typed: str | None) -> Settings:
    """The settings, with what was typed on the command line before all else.

    Raises:
        BadInput: one of them cannot be what it is set to; the message names it.
    """
    try:
        return Settings.model_validate({k: v for k, v in typed.items() if v is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(map(str, ("VERDICT", *first["loc"]))).upper()
        raise BadInput(f"{name} (or config.toml) is wrong: {first['msg']}.") from None
    except ValueError as error:  # the file is no TOML
        raise BadInput(f"config.toml cannot be read: {error}.") from None


def share_heaps() -> None:
    """Let the threads of a server share `HEAPS` heaps, where glibc would give most their own.

    What one thread frees in a heap of its own the others cannot use: with the dozens of threads
    of a desk in Slack, ever more memory lies idle. Other C libraries have no such heaps.
    """
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(_ARENA_MAX, HEAPS)


def read_models_ahead(settings: Settings) -> None:
    """Begin to read the embedded models in a thread, while library and desk are opened.

    What fails there fails again, and is told, where a model is first used.
    """
    embedder = None if settings.embedding_base_url else bootstrap.build_embedder(settings)
    nli = bootstrap.build_nli_model(settings.threads)

    def read() -> None:
        with suppress(LibraryError):
            if embedder is not None:
                embedder.embed(["."])
            nli.probabilities([(".", ".")])

    Thread(target=read, name="models").start()


@contextmanager
def open_library(directory: Path | None, *, create: bool = False) -> Iterator[Library]:
    """The library, opened and closed; made from the demonstration notes on first use."""
    with bar("Filling the library") as step:
        library = bootstrap.open_library(read_settings(), directory, create=create, progress=step)
    with library:
        yield library

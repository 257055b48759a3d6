"""A loader that does what the first word of a file says, for good or ill. It is named, not patched:
the process that reads files imports it as it imports the real one."""

import os
import sys
import time
from collections.abc import Callable
from typing import Never

from retrieval.loaders import Document, RawFile, load
from retrieval.loaders.document import make_document
from retrieval.loaders.frontmatter import FrontMatter


class Odd(Exception):
    """What no loader should raise."""


def behave(raw: RawFile) -> tuple[Document, ...]:
    word = raw.data[:100].decode().split()[0]
    return DEEDS[word](raw) if word in DEEDS else load(raw)


def _raise(raw: RawFile) -> Never:
    raise Odd("a screw\u200b is\nloose")


def _take_time(raw: RawFile) -> Never:
    while True:
        pass


def _wait(raw: RawFile) -> Never:
    time.sleep(600)
    raise Odd


def _take_memory(raw: RawFile) -> Never:
    held = bytearray(4_000_000_000)  # at once: taking it bit by bit takes time too
    raise Odd(len(held))


def _break(raw: RawFile) -> Never:
    os._exit(3)


def _talk(raw: RawFile) -> tuple[Document, ...]:
    print("said by a library")  # noqa: T201
    sys.stdout.flush()
    return load(raw)


def _say_where(raw: RawFile) -> tuple[Document, ...]:
    return (make_document(raw, FrontMatter(), f"process {os.getpid()}"),)


DEEDS: dict[str, Callable[[RawFile], tuple[Document, ...]]] = {
    "RAISE": _raise,
    "TIME": _take_time,
    "WAIT": _wait,
    "MEMORY": _take_memory,
    "BREAK": _break,
    "TALK": _talk,
    "WHERE": _say_where,
}

"""Every list of English words that the agent knows, by name, and patterns made from them.

The lists stand in the TOML files beside this module: a table a list, with what it holds, where it
comes from and since when. An entry is a word or phrase; where the list says `inflected = true`, it
may be a small regular expression ("claims?").
"""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

from pydantic import BaseModel, ConfigDict

PLACE: Final = re.compile(r"\{([a-z]+(?:\.[a-z_]+)+)\}")
"""A list's name between braces in a pattern: "{negation.words}"."""


class WordList(BaseModel):
    """One list: its entries, and how they came to be listed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    """What the entries have in common."""
    source: str
    """Who listed them, or which work they are taken from."""
    date: str
    """Year and month of the last change."""
    inflected: bool = False
    """Entries are small regular expressions, not plain words."""
    words: tuple[str, ...]


@cache
def word_list(name: str) -> WordList:
    """The list with a name, "FILE.LIST".

    Raises:
        KeyError: no file has such a list.
    """
    return _lists()[name]


@cache
def words(name: str) -> frozenset[str]:
    """The entries of a list."""
    return frozenset(word_list(name).words)


@cache
def any_of(*names: str) -> str:
    """A regular expression, in a group of its own, for any entry of the lists; longest first."""
    found = dict.fromkeys(entry for name in names for entry in _entries(name))
    return f"(?:{'|'.join(sorted(found, key=len, reverse=True))})"


@cache
def pattern(template: str, flags: int = 0) -> re.Pattern[str]:
    """Compile a regular expression in which "{FILE.LIST}" stands for any entry of that list.

    Raises:
        KeyError: it names a list that no file has.
    """
    return re.compile(PLACE.sub(lambda name: any_of(name[1]), template), flags)


@cache
def spellings(name: str) -> dict[str, str]:
    """Each word of the entries of a list, to the first word of its entry."""
    rows = (row.split() for row in word_list(name).words)
    return {word: row[0] for row in rows for word in row}


def _entries(name: str) -> tuple[str, ...]:
    found = word_list(name)
    return found.words if found.inflected else tuple(re.escape(w) for w in found.words)


@cache
def _lists() -> dict[str, WordList]:
    here = files(__name__)
    found: dict[str, WordList] = {}
    for file in here.iterdir():
        if file.name.endswith(".toml"):
            for name, table in tomllib.loads(file.read_text("utf-8")).items():
                found[f"{file.name.removesuffix('.toml')}.{name}"] = WordList.model_validate(table)
    return found

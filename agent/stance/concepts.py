"""Words as ideas: "cops" and "policemen" are one, "rose" is the opposite of "fell".

For telling whether two sentences speak of the same thing, never for letting one stand on the other:
what is nearly the same is not the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from agent.words import STOP, stem, tokens

_LONGEST: Final = 6
"""Words in the longest phrase that is looked up."""
_KEPT: Final = frozenset({"up", "down", "over", "under", "more", "all", "any", "before", "after"})
"""Stop words that carry an idea of their own in the thesaurus."""


@dataclass(frozen=True)
class Idea:
    """One idea in a text: its name and which tokens say it, `start` to `end`."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Thesaurus:
    """Stems of a word or phrase to the names of its ideas; an idea's name to its opposite's."""

    names: Mapping[tuple[str, ...], tuple[str, ...]]
    opposites: Mapping[str, str]


@cache
def thesaurus() -> Thesaurus:
    """Read the table that ships with the package."""
    names: dict[tuple[str, ...], tuple[str, ...]] = {}
    opposites: dict[str, str] = {}
    for line in files("agent.stance").joinpath("thesaurus.txt").read_text("utf-8").splitlines():
        said, _, several = line.partition("#")[0].partition("=")
        if several:
            names[_stems(said.strip())] = tuple(several.split())
            continue
        sides = [side.split() for side in said.split("|") if side.strip()]
        for side in sides:
            names |= {_stems(word): (side[0],) for word in side}
        if len(sides) == 2:
            here, there = sides[0][0], sides[1][0]
            opposites |= {here: there, there: here}
    return Thesaurus(names, opposites)


def _stems(phrase: str) -> tuple[str, ...]:
    return tuple(stem(part) for part in phrase.split("_"))


def ideas(text: str) -> list[Idea]:
    """The ideas of a text in order, the longest phrase first; stop words say nothing."""
    return list(_ideas(tokens(text)))


def _ideas(words: list[str]) -> Iterator[Idea]:
    table = thesaurus().names
    stems = [stem(word) for word in words]
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            names = table.get(tuple(stems[at : at + length]))
            if names and (length > 1 or words[at] not in STOP or words[at] in _KEPT):
                break
        else:
            length, names = 1, () if words[at] in STOP else (stems[at],)
        for name in names or ():
            yield Idea(name, at, at + length)
        at += length


def opposite(name: str) -> str | None:
    """The idea that means the opposite, where one is known."""
    return thesaurus().opposites.get(name)


def is_act(name: str) -> bool:
    """Whether the thesaurus knows the idea: then it may be what a sentence says of its subject."""
    return (name,) in thesaurus().names or name in thesaurus().opposites

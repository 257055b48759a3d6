"""Concepts of a text: lemmas, synonyms and opposites, compounds under other names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from agent.language.text import STOP, lemma, tokens

_LONGEST: Final = 6
"""Words in the longest phrase that is looked up."""
_GAP: Final = 6
"""Words that may stand in the gap of a phrase ("take … to court")."""
_WHO: Final = re.compile(r"\bWHO\b")
"""The body, not the pronoun, where not every word is in capitals."""
_SILENT: Final = STOP | {"say", "said", "says", "get", "got", "really", "right", "true", "like"}
_KEPT: Final = frozenset({"up", "down", "over", "under", "more", "all", "any", "before", "after"})
"""Stop words that carry an idea of their own in the thesaurus."""


@dataclass(frozen=True)
class Concept:
    """One idea in a text: its name and which tokens say it, `start` to `end`."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Thesaurus:
    """Lemmas of a word or phrase to the names of its ideas; an idea's name to its opposite's."""

    names: Mapping[tuple[str, ...], tuple[str, ...]]
    opposites: Mapping[str, str]
    gapped: Mapping[tuple[str, tuple[str, ...]], str]
    """First word and the words behind the gap of a phrase, to the name of its idea."""


@cache
def thesaurus() -> Thesaurus:
    """Read the table that ships with the package."""
    names: dict[tuple[str, ...], tuple[str, ...]] = {}
    opposites: dict[str, str] = {}
    gapped: dict[tuple[str, tuple[str, ...]], str] = {}
    for line in files("agent.stance").joinpath("thesaurus.txt").read_text("utf-8").splitlines():
        said, _, several = line.partition("#")[0].partition("=")
        if several:
            names[_stems(said.strip())] = tuple(several.split())
            continue
        sides = [side.split() for side in said.split("|") if side.strip()]
        for side in sides:
            names |= {_stems(word): (side[0],) for word in side if "…" not in word}
            for first, _, behind in (word.partition("_…_") for word in side if "…" in word):
                gapped[lemma(first), _stems(behind)] = side[0]
        if len(sides) == 2:
            here, there = sides[0][0], sides[1][0]
            opposites |= {here: there, there: here}
    return Thesaurus(names, opposites, gapped)


def _stems(phrase: str) -> tuple[str, ...]:
    return tuple(lemma(part) for part in phrase.split("_"))


@lru_cache(maxsize=8192)
def concepts(text: str) -> tuple[Concept, ...]:
    """The ideas of a text in order, the longest phrase first; stop words say nothing."""
    shouted = text.isupper() and len(text.split()) > 1
    return tuple(_ideas(tokens(text if shouted else _WHO.sub("worldhealthorganization", text))))


def _ideas(words: list[str]) -> Iterator[Concept]:
    table = thesaurus().names
    lemmas = [lemma(word) for word in words]
    ends: set[int] = set()
    at = 0
    while at < len(words):
        if gap := _gapped(lemmas, at):
            name, behind = gap
            yield Concept(name, at, at + 1)
            ends |= set(behind)
            at += 1
            continue
        if at in ends:
            at += 1
            continue
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            names = table.get(tuple(lemmas[at : at + length]))
            if names and (length > 1 or words[at] not in _SILENT or words[at] in _KEPT):
                break
        else:
            length, names = 1, () if words[at] in _SILENT else (lemmas[at],)
        for name in names or ():
            yield Concept(name, at, at + length)
        at += length


def _gapped(lemmas: Sequence[str], at: int) -> tuple[str, range] | None:
    """The phrase with a gap that begins at a word, and the places of the words behind the gap."""
    for (first, behind), name in thesaurus().gapped.items():
        if lemmas[at] != first:
            continue
        for start in range(at + 2, min(len(lemmas), at + 2 + _GAP)):
            if tuple(lemmas[start : start + len(behind)]) == behind:
                return name, range(start, start + len(behind))
    return None


def opposite(name: str) -> str | None:
    """The idea that means the opposite, where one is known."""
    return thesaurus().opposites.get(name)


def is_act(name: str) -> bool:
    """Whether the thesaurus knows the idea: then it may be what a sentence says of its subject."""
    return name in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(name for names in thesaurus().names.values() for name in names)

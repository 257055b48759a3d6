"""The names of a claim, to be looked for in what a source says."""

from functools import lru_cache
from typing import Final

from agent.checks.names import LINKS, TITLES, names
from agent.stance.concepts import ideas
from agent.stance.cues import MONTHS

Party = frozenset[str]
COUNTRIES: Final = frozenset({"us", "britain", "eu"})
"""What a paper of the country does not say: "violent crime fell" is crime in its country."""


@lru_cache(maxsize=8192)
def parties(text: str) -> tuple[tuple[Party, int], ...]:
    """Every name of a text as the ideas of its words, with its first character; titles left out.

    One word with a capital at the start is as often no name.
    """
    found = []
    for name in names(text):
        told = {i.name for i in ideas(text[name.start : name.end])} - TITLES - LINKS - MONTHS
        if told and not (
            name.opens and len(name.tokens) == 1 and text[name.start : name.end].istitle()
        ):
            found.append((frozenset(told), name.start))
    return tuple(found)


def met(wanted: Party, around: set[str]) -> bool:
    """Whether a name is among the ideas of a text, with half of its words at least."""
    return 2 * len(wanted & around) >= len(wanted)


def mistaken(wanted: Party, text: str) -> bool:
    """Whether a text names somebody else by a part of a name: another Building Office.

    One who bears it all, or a part of it and nothing else, is the same.
    """
    told = [party for party, _ in parties(text) if party & wanted]
    return bool(told) and all(wanted - party and party - wanted for party in told)

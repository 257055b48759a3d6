"""Names that exist nowhere: coined from syllables, each once in a world."""

from random import Random
from typing import Final

_HEADS: Final = (
    "Ask", "Bram", "Crel", "Dorv", "Esk", "Fal", "Grun", "Hasp", "Ilv", "Jask", "Kelv", "Lomb",
    "Morv", "Nask", "Ombr", "Prel", "Quil", "Rask", "Stav", "Tress", "Ulm", "Velg", "Wend", "Yarv",
    "Zell", "Skel", "Brund", "Thorv", "Glim", "Pesk",
)  # fmt: skip
_MIDDLES: Final = ("a", "e", "i", "o", "u", "ara", "ela", "ino", "oru", "imi", "evo", "ula")
_OF_PERSONS: Final = ("nde", "rrish", "ssel", "quist", "mbry", "lk", "vane", "tsk", "ndrel", "x")
_OF_PLACES: Final = ("stad", "mere", "wick", "ford", "dal", "haven", "burgh", "minster", "sund")
_OF_FIRMS: Final = ("rin", "vim", "dex", "tor", "lane", "mark", "nis", "col")
_OF_FIRST: Final = ("n", "l", "ra", "na", "th", "sa", "ric", "len", "da", "mo")

_TRADES: Final = (
    "Foods", "Energy", "Rail", "Shipping", "Pharma", "Cement", "Telecom", "Textiles", "Insurance",
    "Breweries", "Glassworks", "Logistics",
)  # fmt: skip
_OFFICES: Final = (
    "Water Board", "Harbor Authority", "Transit Office", "Health Directorate", "Building Office",
    "Market Inspectorate", "Energy Commission", "Food Agency",
)  # fmt: skip


class Names:
    """Draws names; the same generator gives the same names."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._given: set[str] = set()

    def _coined(self, ends: tuple[str, ...]) -> str:
        while True:
            r = self._random
            name = r.choice(_HEADS) + r.choice(_MIDDLES) + r.choice(ends)
            if name not in self._given:
                self._given.add(name)
                return name

    def person(self) -> str:
        return f"{self._coined(_OF_FIRST)} {self._coined(_OF_PERSONS)}"

    def place(self) -> str:
        return self._coined(_OF_PLACES)

    def firm(self) -> str:
        return f"{self._coined(_OF_FIRMS)} {self._random.choice(_TRADES)}"

    def office(self, place: str) -> str:
        """A public body of a place; drawn again where the world has it already."""
        while (name := f"{place} {self._random.choice(_OFFICES)}") in self._given:
            continue
        self._given.add(name)
        return name

    def structure(self, place: str) -> str:
        kind = self._random.choice(("Bridge", "Tunnel", "Pier", "Ferry Terminal", "Reservoir"))
        return f"{self._coined(_OF_PERSONS)} {kind} in {place}"

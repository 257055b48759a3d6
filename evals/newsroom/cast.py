"""Who and what a story is about, what is always true of them, and who writes."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from evals.newsroom.facts import Fact
from evals.newsroom.names import Names

GOODS: Final = (
    "single-use foil trays", "night deliveries by truck", "open coal stoves", "leaf blowers",
    "lead fishing weights", "rental scooters", "street fireworks", "plastic ice bags",
)  # fmt: skip
QUARRELS: Final = (
    "unpaid storage fees", "a leaking oil tank", "spoiled grain", "a late delivery of turbines",
    "copied floor plans", "wrong meter readings", "untested brake pads", "a broken supply contract",
)  # fmt: skip
COUNTS: Final = (
    "pipe leaks", "ferry delays", "work accidents", "illegal landfills", "power cuts",
    "unlicensed stalls", "false fire alarms", "cases of marsh fever",
)  # fmt: skip
ACCIDENTS: Final = (
    "tram derailment", "warehouse fire", "ferry collision", "scaffold collapse", "gas explosion",
    "crane accident",
)  # fmt: skip
FIRST_DAY: Final = date(2023, 1, 9)


@dataclass(frozen=True)
class Outlet:
    """Who publishes."""

    name: str
    tier: int
    kind: str


@dataclass(frozen=True)
class Press:
    """The outlets of a world."""

    register: Outlet
    checker: Outlet
    papers: tuple[Outlet, ...]
    """Four that report for themselves."""
    wire: Outlet
    blog: Outlet
    copyists: tuple[Outlet, ...]
    """Two that copy what the forum has."""

    @classmethod
    def of(cls, names: Names, place: str) -> "Press":
        papers = (
            f"The {names.place()} Courier",
            f"{names.place()} Daily",
            f"{names.place()} Public Radio",
            f"The {names.place()} Observer",
        )
        return cls(
            register=Outlet(f"Public Register of {place}", 1, "official"),
            checker=Outlet(f"{place} Fact Desk", 1, "fact-check"),
            papers=tuple(Outlet(name, 2, "news") for name in papers),
            wire=Outlet(f"{names.place()} Press Agency", 2, "news"),
            blog=Outlet(f"{names.place()} Forum", 3, "opinion"),
            copyists=(
                Outlet(f"{place} Talk", 3, "opinion"),
                Outlet(f"{place} Notice Board", 3, "opinion"),
            ),
        )


@dataclass(frozen=True)
class Cast:
    """The parties of one story."""

    place: str
    office: str
    firm: str
    other_firm: str
    person: str
    witness: str
    matter: str
    day: date

    @classmethod
    def of(cls, names: Names, random: Random, place: str) -> "Cast":
        return cls(
            place=place,
            office=names.office(place),
            firm=names.firm(),
            other_firm=names.firm(),
            person=names.person(),
            witness=names.person(),
            matter=random.choice(QUARRELS),
            day=FIRST_DAY + timedelta(days=random.randrange(900)),
        )


def event(relation: str, cast: Cast, names: Names, random: Random) -> Fact:
    """Draw an event of a relation among the cast.

    Raises:
        KeyError: there is no such relation.
    """
    figure, large = str(random.randrange(3, 97)), str(random.randrange(140, 980))
    when, matter, office = said(cast.day), cast.matter, cast.office
    slots = {
        "sued": {"a": cast.firm, "b": cast.other_firm, "what": matter},
        "fined": {"a": office, "b": cast.firm, "n": figure, "what": matter},
        "bought": {"a": cast.firm, "b": cast.other_firm, "n": figure},
        "counted": {
            "a": office,
            "n": large,
            "what": f"{random.choice(COUNTS)} in {cast.day.year}",
        },
        "hurt": {"n": figure, "what": f"{names.place()} {random.choice(ACCIDENTS)}"},
        "closed": {"a": office, "what": names.structure(cast.place), "when": when},
        "banned": {"a": office, "what": random.choice(GOODS), "when": when},
        "dismissed": {"a": office, "p": cast.person, "when": when},
    }
    return Fact.of(relation, **slots[relation])


def other(value: str, random: Random) -> str:
    """Another figure, or another date, than `value`."""
    if value.isdigit():
        shift = random.choice((7, 11, 19, 23))
        return str(int(value) + shift)
    return said(FIRST_DAY + timedelta(days=900 + random.randrange(120)))


def said(day: date) -> str:
    """March 3, 2024."""
    return f"{day:%B} {day.day}, {day.year}"

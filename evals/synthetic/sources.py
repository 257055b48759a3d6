"""Who a story is about, who publishes, and the sources they write: every line with what it says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from evals.synthetic import wordings
from evals.synthetic.wordings import RELATIONS, fill_wording, fits_wording
from evals.synthetic.world import Fact, Line, Saying, SyntheticSource, slugify

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
AROUND: Final = (
    "{firm} was founded in {year} and employs {staff} people in {place}.",
    "{firm} has its seat in {place} and runs {sites} sites along the coast.",
    "{office} has {few} staff and answers to the council of {place}.",
    "{office} meets in public every second {weekday}.",
    "{other_firm} opened its first branch in {place} in {year}.",
    "{other_firm} did not answer questions about {firm}.",
    "{witness} sits on the council of {place} and asked {office} for all papers.",
    "{person} joined {office} in {year}.",
    "A speaker for {firm} declined to comment on {matter}.",
    "{office} wants to publish a full report on {firm} within {sites} weeks.",
    "Residents of {place} collected {staff} signatures for a public hearing on {firm}.",
    "The council of {place} heard {firm} and {office} behind closed doors.",
    "{person} and {witness} met at the town hall of {place} to speak about {firm}.",
    "Shop owners in {place} followed the affair around {firm} closely.",
    "Minutes of {office} run to {few} pages and name {firm} {sites} times.",
    "Lawyers in {place} expect that {office} and {firm} will meet again.",
    "{other_firm} and {firm} share a warehouse near the harbor of {place}.",
    "Neither {person} nor {witness} could be reached by telephone.",
)
"""What is said beside the events; none of it says that one happened."""
TITLES: Final = (
    "{office} and {firm}: what is known",
    "Notes from {place}: {firm} and {office}",
    "The affair around {firm}",
    "{place}: questions to {office}",
    "{firm}, {office} and the council of {place}",
)
_WEEKDAYS: Final = ("Monday", "Tuesday", "Thursday", "Friday")


class Names:
    """Draws names; the same generator gives the same names."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._given: set[str] = set()

    def _coin(self, ends: tuple[str, ...]) -> str:
        while True:
            r = self._random
            name = r.choice(_HEADS) + r.choice(_MIDDLES) + r.choice(ends)
            if name not in self._given:
                self._given.add(name)
                return name

    def person(self) -> str:
        return f"{self._coin(_OF_FIRST)} {self._coin(_OF_PERSONS)}"

    def place(self) -> str:
        return self._coin(_OF_PLACES)

    def firm(self) -> str:
        return f"{self._coin(_OF_FIRMS)} {self._random.choice(_TRADES)}"

    def office(self, place: str) -> str:
        """A public body of a place; drawn again where the world has it already."""
        while (name := f"{place} {self._random.choice(_OFFICES)}") in self._given:
            continue
        self._given.add(name)
        return name

    def structure(self, place: str) -> str:
        kind = self._random.choice(("Bridge", "Tunnel", "Pier", "Ferry Terminal", "Reservoir"))
        return f"{self._coin(_OF_PERSONS)} {kind} in {place}"


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


def draw_event(relation: str, cast: Cast, names: Names, random: Random) -> Fact:
    """Draw an event of a relation among the cast.

    Raises:
        KeyError: there is no such relation.
    """
    figure, large = str(random.randrange(3, 97)), str(random.randrange(140, 980))
    when, matter, office = spell_date(cast.day), cast.matter, cast.office
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


def change_value(value: str, random: Random) -> str:
    """Another figure, or another date, than `value`."""
    if value.isdigit():
        shift = random.choice((7, 11, 19, 23))
        return str(int(value) + shift)
    return spell_date(FIRST_DAY + timedelta(days=900 + random.randrange(120)))


def spell_date(day: date) -> str:
    """March 3, 2024."""
    return f"{day:%B} {day.day}, {day.year}"


@dataclass
class Writer:
    """Writes the sources of one story; never two the same way."""

    cast: Cast
    random: Random
    topic: str
    written: list[SyntheticSource] = field(default_factory=list)

    def source(
        self,
        outlet: Outlet,
        days: int,
        *told: Line,
        late: Iterable[Line] = (),
    ) -> SyntheticSource:
        """Write one source and keep it.

        Args:
            outlet: who publishes it.
            days: days after the story's day on which it is published.
            told: lines that open the first paragraphs, one each.
            late: lines at its end.
        """
        around = self._background_lines()
        paragraphs = [(line, *(next(around) for _ in range(2))) for line in told]
        while len(paragraphs) < 2:
            paragraphs.append(tuple(next(around) for _ in range(3)))
        paragraphs.append((next(around), *late, next(around)))
        published = self.cast.day + timedelta(days=days)
        name = f"{self.topic}-{len(self.written) + 1}-{slugify(outlet.name)}"
        source = SyntheticSource(
            id=name,
            title=self._fill_template(self.random.choice(TITLES)),
            publisher=outlet.name,
            url=f"https://www.{slugify(outlet.name).replace('-', '')}.example.org/{name}",
            published=published,
            kind=outlet.kind,
            tier=outlet.tier,
            paragraphs=tuple(paragraphs),
        )
        self.written.append(source)
        return source

    def reprint(self, source: SyntheticSource, outlet: Outlet, days: int = 1) -> SyntheticSource:
        """The same words under another name, its end cut off."""
        name = f"{self.topic}-{len(self.written) + 1}-{slugify(outlet.name)}"
        copy = SyntheticSource(
            id=name,
            title=source.title,
            publisher=outlet.name,
            url=f"https://www.{slugify(outlet.name).replace('-', '')}.example.org/{name}",
            published=source.published + timedelta(days=days),
            kind=outlet.kind,
            tier=outlet.tier,
            paragraphs=source.paragraphs[:-1],
            syndicated_from=source.publisher,
        )
        self.written.append(copy)
        return copy

    def line(self, saying: Saying) -> Line:
        """Write a saying plainly, denied, or in its speaker's mouth."""
        pool = wordings.SPOKEN_FRAMES if saying.speaker else wordings.PLAIN_FRAMES
        wording = self.random.choice(pool)
        clause = self.clause(saying)
        if not (saying.holds or saying.speaker) and self.random.random() < 0.3:
            wording, clause = (
                self.random.choice(wordings.DENIED_FRAMES),
                self.clause(_affirm(saying)),
            )
        return self._frame_clause(wording, clause, frozenset({saying}), p=saying.speaker or "")

    def retraction(self, saying: Saying, outlet: Outlet, day: date) -> Line:
        """A retraction of what an outlet reported on a day."""
        wording = self.random.choice(wordings.RETRACTED_FRAMES)
        says = frozenset({_negate(saying)})
        clause = self.clause(saying)
        return self._frame_clause(wording, clause, says, publisher=outlet.name, day=spell_date(day))

    def correction(self, saying: Saying) -> Line:
        """That a figure of an earlier edition is no longer right."""
        wording = self.random.choice(wordings.CORRECTED_FRAMES)
        return self._frame_clause(wording, self.clause(saying), frozenset({_negate(saying)}))

    def clause(self, saying: Saying) -> str:
        """One of the wordings that has a place for every value."""
        relation = RELATIONS[saying.fact.relation]
        wordings = relation.says if saying.holds else relation.denies
        fitting = [w for w in wordings if fits_wording(w, saying.fact)]
        return fill_wording(self.random.choice(fitting), saying.fact)

    def _frame_clause(
        self, wording: str, clause: str, says: frozenset[Saying], **also: str
    ) -> Line:
        text = wording.format(c=clause, place=self.cast.place, **also)
        return Line(f"{text[0].upper()}{text[1:]}", says)

    def _background_lines(self) -> Iterator[Line]:
        texts = self.random.sample(AROUND, len(AROUND))
        return iter([Line(self._fill_template(text)) for text in texts])

    def _fill_template(self, text: str) -> str:
        """With the story's own figures: the same wherever the sentence is used."""
        known = Random(f"{self.topic} {text}")
        figures = {
            "year": str(known.randrange(1931, 2016)),
            "staff": f"{known.randrange(1_020, 9_800):,}",
            "few": str(known.randrange(40, 400)),
            "sites": str(known.randrange(4, 30)),
            "weekday": known.choice(_WEEKDAYS),
        }
        return text.format(**vars(self.cast), **figures)


def _negate(saying: Saying) -> Saying:
    return Saying(saying.fact, not saying.holds, saying.speaker)


def _affirm(saying: Saying) -> Saying:
    return Saying(saying.fact, holds=True, speaker=saying.speaker)

"""Sources of a story: paragraphs in varied wording, every line with what it says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from evals.newsroom import frames
from evals.newsroom.cast import Cast, Outlet, said
from evals.newsroom.facts import Saying
from evals.newsroom.relations import RELATIONS, filled, fits
from evals.newsroom.world import Line, Written, slug

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


@dataclass
class Writer:
    """Writes the sources of one story; never two the same way."""

    cast: Cast
    random: Random
    topic: str
    written: list[Written] = field(default_factory=list)

    def source(
        self,
        outlet: Outlet,
        days: int,
        *told: Line,
        late: Iterable[Line] = (),
    ) -> Written:
        """Write one source and keep it.

        Args:
            outlet: who publishes it.
            days: days after the story's day on which it is published.
            told: lines that open the first paragraphs, one each.
            late: lines at its end.
        """
        around = self._around()
        paragraphs = [(line, *(next(around) for _ in range(2))) for line in told]
        while len(paragraphs) < 2:
            paragraphs.append(tuple(next(around) for _ in range(3)))
        paragraphs.append((next(around), *late, next(around)))
        published = self.cast.day + timedelta(days=days)
        name = f"{self.topic}-{len(self.written) + 1}-{slug(outlet.name)}"
        source = Written(
            id=name,
            title=self._filled(self.random.choice(TITLES)),
            publisher=outlet.name,
            url=f"https://www.{slug(outlet.name).replace('-', '')}.example.org/{name}",
            published=published,
            kind=outlet.kind,
            tier=outlet.tier,
            paragraphs=tuple(paragraphs),
        )
        self.written.append(source)
        return source

    def reprint(self, source: Written, outlet: Outlet, days: int = 1) -> Written:
        """The same words under another name, its end cut off."""
        name = f"{self.topic}-{len(self.written) + 1}-{slug(outlet.name)}"
        copy = Written(
            id=name,
            title=source.title,
            publisher=outlet.name,
            url=f"https://www.{slug(outlet.name).replace('-', '')}.example.org/{name}",
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
        pool = frames.SPOKEN if saying.speaker else frames.PLAIN
        wording = self.random.choice(pool)
        clause = self.clause(saying)
        if not (saying.holds or saying.speaker) and self.random.random() < 0.3:
            wording, clause = self.random.choice(frames.DENIED), self.clause(_affirmed(saying))
        return self._framed(wording, clause, frozenset({saying}), p=saying.speaker or "")

    def withdrawn(self, saying: Saying, outlet: Outlet, day: date) -> Line:
        """A retraction of what an outlet reported on a day."""
        wording = self.random.choice(frames.RETRACTED)
        says = frozenset({_denied(saying)})
        clause = self.clause(saying)
        return self._framed(wording, clause, says, publisher=outlet.name, day=said(day))

    def corrected(self, saying: Saying) -> Line:
        """That a figure of an earlier edition is no longer right."""
        wording = self.random.choice(frames.CORRECTED)
        return self._framed(wording, self.clause(saying), frozenset({_denied(saying)}))

    def clause(self, saying: Saying) -> str:
        """One of the wordings that has a place for every value."""
        relation = RELATIONS[saying.fact.relation]
        wordings = relation.says if saying.holds else relation.denies
        fitting = [w for w in wordings if fits(w, saying.fact)]
        return filled(self.random.choice(fitting), saying.fact)

    def _framed(self, wording: str, clause: str, says: frozenset[Saying], **also: str) -> Line:
        text = wording.format(c=clause, place=self.cast.place, **also)
        return Line(f"{text[0].upper()}{text[1:]}", says)

    def _around(self) -> Iterator[Line]:
        texts = self.random.sample(AROUND, len(AROUND))
        return iter([Line(self._filled(text)) for text in texts])

    def _filled(self, text: str) -> str:
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


def _denied(saying: Saying) -> Saying:
    return Saying(saying.fact, not saying.holds, saying.speaker)


def _affirmed(saying: Saying) -> Saying:
    return Saying(saying.fact, holds=True, speaker=saying.speaker)

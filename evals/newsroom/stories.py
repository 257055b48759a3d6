"""What can become of a report: stories with sources, questions and what is true."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from evals.newsroom.cast import Cast, Press, event, other
from evals.newsroom.facts import Fact, Saying
from evals.newsroom.names import Names
from evals.newsroom.relations import RELATIONS
from evals.newsroom.writing import Writer

OF_TWO: Final = ("sued", "fined", "bought")
WITH_FIGURE: Final = ("counted", "hurt", "bought", "fined")
EVENTS: Final = ("sued", "bought", "closed", "banned", "dismissed", "fined")


WITHOUT_EVENT: Final = ("counted", "hurt")
"""Their figure is all that they say."""


@dataclass
class Story:
    """One story while it is written."""

    cast: Cast
    press: Press
    names: Names
    random: Random
    writer: Writer
    claims: list[tuple[str, Saying]] = field(default_factory=list)
    """How a question is made, and what it asks."""
    stale: set[Saying] = field(default_factory=set)
    matters: set[str] = field(default_factory=set)

    def event(self, relations: tuple[str, ...]) -> Fact:
        fact = event(self.random.choice(relations), self.cast, self.names, self.random)
        self.matters |= {fact.get("what") or self.cast.matter}
        return fact

    def other_value(self, fact: Fact) -> Fact:
        """The same event with another figure or date."""
        slot = RELATIONS[fact.relation].value or ""
        return fact.but(**{slot: other(fact.get(slot) or "", self.random)})

    def papers(self) -> list[int]:
        """The four papers in any order, so that none is always the one that errs."""
        return self.random.sample(range(4), 4)


def plain(story: Story) -> None:
    """An event on the register and in two papers, one of them reprinted."""
    fact = story.event(OF_TWO)
    told, (one, two, three, _) = Saying(fact), story.papers()
    write, papers = story.writer, story.press.papers
    write.source(story.press.register, 2, write.line(told), write.line(told))
    first = write.source(papers[one], 3, write.line(told), late=[write.line(told)])
    write.source(papers[two], 5, write.line(Saying(_open(fact))), write.line(told))
    write.reprint(first, papers[three])
    story.claims += [("plain", told), ("denied", Saying(_open(fact), holds=False))]
    story.claims.append(("swapped", Saying(_swapped(fact))))
    if RELATIONS[fact.relation].value:
        story.claims.append(("other value", Saying(story.other_value(fact))))
    for relation in ("dismissed", "bought", "sued"):
        if relation != fact.relation:
            absent = event(relation, story.cast, story.names, story.random)
            story.matters |= {absent.get("what") or story.cast.matter}
            story.claims.append(("absent", Saying(absent.but(when="", n=""))))


def swap_denied(story: Story) -> None:
    """As `plain`, and the register says that it was not the other way round."""
    fact = story.event(OF_TWO)
    told, (one, two, _, _) = Saying(fact), story.papers()
    never = Saying(_open(_swapped(fact)), holds=False)
    write, papers = story.writer, story.press.papers
    write.source(story.press.register, 2, write.line(told), write.line(never))
    write.source(papers[one], 3, write.line(told), write.line(never))
    write.source(papers[two], 4, write.line(told))
    story.claims += [("plain", told), ("swapped and denied", Saying(_open(_swapped(fact))))]


def superseded(story: Story) -> None:
    """A first figure, copied by a paper, and a later edition that corrects it."""
    fact = story.event(WITH_FIGURE)
    now, old = Saying(fact), Saying(story.other_value(fact))
    (one, two, _, _) = story.papers()
    write, papers = story.writer, story.press.papers
    write.source(story.press.register, 1, write.line(old), write.line(old))
    write.source(papers[one], 2, write.line(old))
    write.source(story.press.register, 60, write.line(now), write.corrected(old))
    write.source(papers[two], 62, write.line(now), late=[write.corrected(old)])
    story.stale.add(old)
    third = Saying(story.other_value(old.fact))
    story.claims += [("current", now), ("superseded", old), ("other value", third)]


def retracted(story: Story) -> None:
    """A paper reports what did not happen, another copies it; it is taken back and denied."""
    fact = story.event(EVENTS)
    wrong, never = Saying(fact), Saying(_open(fact), holds=False)
    (one, two, three, _) = story.papers()
    write, papers = story.writer, story.press.papers
    report = write.source(papers[one], 1, write.line(wrong), write.line(wrong))
    write.reprint(report, papers[two])
    taken_back = write.withdrawn(Saying(_open(fact)), papers[one], report.published)
    write.source(papers[one], 6, taken_back, write.line(never))
    write.source(story.press.checker, 8, write.line(never), late=[taken_back])
    write.source(papers[three], 9, write.line(never))
    story.stale |= {wrong, Saying(_open(fact))}
    story.claims += [("retracted", wrong), ("denied and true", never)]


def contradicted(story: Story) -> None:
    """Two papers report it, two report that it did not happen, and nothing settles it."""
    fact = story.event(EVENTS)
    told, never = Saying(fact), Saying(_open(fact), holds=False)
    (one, two, three, four) = story.papers()
    write, papers = story.writer, story.press.papers
    write.source(papers[one], 2, write.line(told), write.line(told))
    write.source(papers[two], 3, write.line(Saying(_open(fact))))
    write.source(papers[three], 3, write.line(never), write.line(never))
    write.source(papers[four], 4, write.line(never))
    story.claims += [("contradicted", Saying(_open(fact))), ("contradicted, denied", never)]


def attributed(story: Story) -> None:
    """A council member says it; nobody reports it as a fact."""
    fact = _open(story.event(EVENTS))
    heard = Saying(fact, speaker=story.cast.witness)
    (one, two, three, _) = story.papers()
    write, papers = story.writer, story.press.papers
    write.source(papers[one], 1, write.line(heard), write.line(heard))
    write.source(papers[two], 2, write.line(heard))
    write.source(papers[three], 3)
    story.claims += [("said", heard), ("said is no fact", Saying(fact))]


def thin(story: Story) -> None:
    """One forum says it, others copy it, and papers report on the parties without it."""
    told = Saying(_open(story.event(EVENTS)))
    (one, two, _, _) = story.papers()
    write = story.writer
    said = write.source(story.press.blog, 1, write.line(told))
    for copyist in story.press.copyists:
        write.reprint(said, copyist)
    write.source(story.press.papers[one], 4)
    write.source(story.press.papers[two], 5)
    story.claims.append(("one weak source, copied", told))


def reprinted(story: Story) -> None:
    """One wire report, in three papers word for word: one origin."""
    told = Saying(_open(story.event(EVENTS)))
    (one, two, three, _) = story.papers()
    write, papers = story.writer, story.press.papers
    report = write.source(story.press.wire, 1, write.line(told), write.line(told))
    for paper in (one, two, three):
        write.reprint(report, papers[paper])
    story.claims.append(("one origin, reprinted", told))


ALL: Final[tuple[Callable[[Story], None], ...]] = (
    plain, superseded, retracted, contradicted, attributed, swap_denied, thin, reprinted,
)  # fmt: skip


def _open(fact: Fact) -> Fact:
    """Without figure and date, as far as the relation can be told without."""
    slot = RELATIONS[fact.relation].value
    if slot is None or fact.relation in WITHOUT_EVENT:
        return fact
    return fact.but(**{slot: ""})


def _swapped(fact: Fact) -> Fact:
    return fact.but(a=fact.get("b") or "", b=fact.get("a") or "")

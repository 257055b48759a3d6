"""Stories, the questions about them, and worlds made of both by seed.

A story is what can become of a report, with sources, questions and what is true. The same seed
gives the same worlds, word for word.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Final

from evals.synthetic.sources import Cast, Names, Press, Writer, change_value, draw_event
from evals.synthetic.wordings import RELATIONS, fill_wording, fits_wording
from evals.synthetic.world import Fact, Saying, World, WorldQuestion

STATED_FORMS: Final = (
    "Is it true that {c}?",
    "{c}.",
    'is this true? "{c}."',
    "{c} - true?",
    "Is it correct that {c}?",
)
SPOKEN_FORMS: Final = (
    "Did {p} say that {c}?",
    "Is it true that {p} said that {c}?",
    "{p} said that {c}.",
)
FOREIGN_FORMS: Final = (
    "Did the {x} Orchestra win the {y} Prize for its recording of sea songs?",
    "Does tea of {x} root cure the {y} fever in horses?",
    "Is it true that the planet {x} has a ring of ice around its equator?",
    "Was the {x} chess championship decided by a coin toss?",
    "Do {x} parrots live longer than {y} tortoises?",
    "Is the {x} cheese of {y} made without milk?",
)
"""About things that no source of any world speaks of."""
OF_TWO: Final = ("sued", "fined", "bought")
WITH_FIGURE: Final = ("counted", "hurt", "bought", "fined")
EVENTS: Final = ("sued", "bought", "closed", "banned", "dismissed", "fined")
WITHOUT_EVENT: Final = ("counted", "hurt")
"""Their figure is all that they say."""
QUESTIONS_A_WORLD: Final = 20
"""Questions a world answers: one index, many questions."""
PLACES: Final = 3
"""Towns of a world: several stories share one, so that names are near each other."""
FOREIGN_A_WORLD: Final = 2
"""Questions a world about what no source of it speaks of."""


def phrase_claim(claim: Saying, random: Random) -> str:
    """Put a claim as a question, a statement, or pasted from a chat."""
    if claim.speaker:
        clause = _phrase_clause(claim.fact, random)
        return random.choice(SPOKEN_FORMS).format(p=claim.speaker, c=clause)
    if claim.holds and random.random() < 0.5:
        fitting = [w for w in RELATIONS[claim.fact.relation].asks if fits_wording(w, claim.fact)]
        return _capitalise(fill_wording(random.choice(fitting), claim.fact))
    clause = _phrase_clause(claim.fact, random, holds=claim.holds)
    return _capitalise(random.choice(STATED_FORMS).format(c=clause))


def phrase_foreign(random: Random, x: str, y: str) -> str:
    """A question that the library cannot know anything about."""
    return random.choice(FOREIGN_FORMS).format(x=x, y=y)


def _phrase_clause(fact: Fact, random: Random, *, holds: bool = True) -> str:
    relation = RELATIONS[fact.relation]
    wordings = relation.says if holds else relation.denies
    return fill_wording(random.choice([w for w in wordings if fits_wording(w, fact)]), fact)


def _capitalise(text: str) -> str:
    """With a capital, unless it begins as people type in a chat."""
    return text if text.startswith("is this") else f"{text[0].upper()}{text[1:]}"


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
        fact = draw_event(self.random.choice(relations), self.cast, self.names, self.random)
        self.matters |= {fact.get("what") or self.cast.matter}
        return fact

    def other_value(self, fact: Fact) -> Fact:
        """The same event with another figure or date."""
        slot = RELATIONS[fact.relation].value or ""
        return fact.but(**{slot: change_value(fact.get(slot) or "", self.random)})

    def papers(self) -> list[int]:
        """The four papers in any order, so that none is always the one that errs."""
        return self.random.sample(range(4), 4)


def tell_plain(story: Story) -> None:
    """An event on the register and in two papers, one of them reprinted."""
    fact = story.event(OF_TWO)
    told, (one, two, three, _) = Saying(fact), story.papers()
    write, papers = story.writer, story.press.papers
    write.source(story.press.register, 2, write.line(told), write.line(told))
    first = write.source(papers[one], 3, write.line(told), late=[write.line(told)])
    write.source(papers[two], 5, write.line(Saying(_drop_value(fact))), write.line(told))
    write.reprint(first, papers[three])
    story.claims += [("plain", told), ("denied", Saying(_drop_value(fact), holds=False))]
    story.claims.append(("swapped", Saying(_swap_parties(fact))))
    if RELATIONS[fact.relation].value:
        story.claims.append(("other value", Saying(story.other_value(fact))))
    for relation in ("dismissed", "bought", "sued"):
        if relation != fact.relation:
            absent = draw_event(relation, story.cast, story.names, story.random)
            story.matters |= {absent.get("what") or story.cast.matter}
            story.claims.append(("absent", Saying(absent.but(when="", n=""))))


def tell_swap_denied(story: Story) -> None:
    """As `tell_plain`, and the register says that it was not the other way round."""
    fact = story.event(OF_TWO)
    told, (one, two, _, _) = Saying(fact), story.papers()
    never = Saying(_drop_value(_swap_parties(fact)), holds=False)
    write, papers = story.writer, story.press.papers
    write.source(story.press.register, 2, write.line(told), write.line(never))
    write.source(papers[one], 3, write.line(told), write.line(never))
    write.source(papers[two], 4, write.line(told))
    story.claims += [
        ("plain", told),
        ("swapped and denied", Saying(_drop_value(_swap_parties(fact)))),
    ]


def tell_superseded(story: Story) -> None:
    """A first figure, copied by a paper, and a later edition that corrects it."""
    fact = story.event(WITH_FIGURE)
    now, old = Saying(fact), Saying(story.other_value(fact))
    (one, two, _, _) = story.papers()
    write, papers = story.writer, story.press.papers
    write.source(story.press.register, 1, write.line(old), write.line(old))
    write.source(papers[one], 2, write.line(old))
    write.source(story.press.register, 60, write.line(now), write.correction(old))
    write.source(papers[two], 62, write.line(now), late=[write.correction(old)])
    story.stale.add(old)
    third = Saying(story.other_value(old.fact))
    story.claims += [("current", now), ("superseded", old), ("other value", third)]


def tell_retracted(story: Story) -> None:
    """A paper reports what did not happen, another copies it; it is taken back and denied."""
    fact = story.event(EVENTS)
    wrong, never = Saying(fact), Saying(_drop_value(fact), holds=False)
    (one, two, three, _) = story.papers()
    write, papers = story.writer, story.press.papers
    report = write.source(papers[one], 1, write.line(wrong), write.line(wrong))
    write.reprint(report, papers[two])
    taken_back = write.retraction(Saying(_drop_value(fact)), papers[one], report.published)
    write.source(papers[one], 6, taken_back, write.line(never))
    write.source(story.press.checker, 8, write.line(never), late=[taken_back])
    write.source(papers[three], 9, write.line(never))
    story.stale |= {wrong, Saying(_drop_value(fact))}
    story.claims += [("retracted", wrong), ("denied and true", never)]


def tell_contradicted(story: Story) -> None:
    """Two papers report it, two report that it did not happen, and nothing settles it."""
    fact = story.event(EVENTS)
    told, never = Saying(fact), Saying(_drop_value(fact), holds=False)
    (one, two, three, four) = story.papers()
    write, papers = story.writer, story.press.papers
    write.source(papers[one], 2, write.line(told), write.line(told))
    write.source(papers[two], 3, write.line(Saying(_drop_value(fact))))
    write.source(papers[three], 3, write.line(never), write.line(never))
    write.source(papers[four], 4, write.line(never))
    story.claims += [("contradicted", Saying(_drop_value(fact))), ("contradicted, denied", never)]


def tell_attributed(story: Story) -> None:
    """A council member says it; nobody reports it as a fact."""
    fact = _drop_value(story.event(EVENTS))
    heard = Saying(fact, speaker=story.cast.witness)
    (one, two, three, _) = story.papers()
    write, papers = story.writer, story.press.papers
    write.source(papers[one], 1, write.line(heard), write.line(heard))
    write.source(papers[two], 2, write.line(heard))
    write.source(papers[three], 3)
    story.claims += [("said", heard), ("said is no fact", Saying(fact))]


def tell_thin(story: Story) -> None:
    """One forum says it, others copy it, and papers report on the parties without it."""
    told = Saying(_drop_value(story.event(EVENTS)))
    (one, two, _, _) = story.papers()
    write = story.writer
    said = write.source(story.press.blog, 1, write.line(told))
    for copyist in story.press.copyists:
        write.reprint(said, copyist)
    write.source(story.press.papers[one], 4)
    write.source(story.press.papers[two], 5)
    story.claims.append(("one weak source, copied", told))


def tell_reprinted(story: Story) -> None:
    """One wire report, in three papers word for word: one origin."""
    told = Saying(_drop_value(story.event(EVENTS)))
    (one, two, three, _) = story.papers()
    write, papers = story.writer, story.press.papers
    report = write.source(story.press.wire, 1, write.line(told), write.line(told))
    for paper in (one, two, three):
        write.reprint(report, papers[paper])
    story.claims.append(("one origin, reprinted", told))


STORIES: Final[tuple[Callable[[Story], None], ...]] = (
    tell_plain, tell_superseded, tell_retracted, tell_contradicted, tell_attributed,
    tell_swap_denied, tell_thin, tell_reprinted,
)  # fmt: skip


def _drop_value(fact: Fact) -> Fact:
    """Without figure and date, as far as the relation can be told without."""
    slot = RELATIONS[fact.relation].value
    if slot is None or fact.relation in WITHOUT_EVENT:
        return fact
    return fact.but(**{slot: ""})


def _swap_parties(fact: Fact) -> Fact:
    return fact.but(a=fact.get("b") or "", b=fact.get("a") or "")


def make_worlds(seed: int, questions: int) -> Iterator[World]:
    """Worlds with `questions` questions between them.

    Args:
        seed: of everything that is drawn.
        questions: at least 1; a world has up to 20 of them.

    Raises:
        ValueError: fewer than one question.
    """
    if questions < 1:
        raise ValueError("ask for at least one question")
    left = questions
    for number in count(1):
        made = make_world(seed, number, min(left, QUESTIONS_A_WORLD))
        yield made
        left -= len(made.questions)
        if left <= 0:
            return


def make_world(seed: int, number: int, questions: int = QUESTIONS_A_WORLD) -> World:
    """One world, with all eight kinds of story."""
    random = Random(f"{seed} {number}")
    names = Names(random)
    places = [names.place() for _ in range(PLACES)]
    press = Press.of(names, places[0])
    told = [_tell_story(places[n % PLACES], press, names, random, n) for n in range(len(STORIES))]
    asked = _ask_questions(told, names, random, f"{seed}-{number}")
    return World(
        id=f"{seed}-{number}",
        sources=tuple(source for story in told for source in story.writer.written),
        questions=tuple(asked[:questions]),
        names=tuple(n for s in told for n in (s.cast.office, s.cast.firm, s.cast.other_firm)),
        persons=tuple(n for s in told for n in (s.cast.person, s.cast.witness)),
        matters=tuple({m: None for s in told for m in (*sorted(s.matters), s.cast.matter)}),
        stale=frozenset(saying for story in told for saying in story.stale),
    )


def _tell_story(place: str, press: Press, names: Names, random: Random, number: int) -> Story:
    cast = Cast.of(names, random, place)
    writer = Writer(cast, random, f"story-{number + 1}")
    story = Story(cast, press, names, random, writer)
    STORIES[number](story)
    return story


def _ask_questions(
    told: list[Story], names: Names, random: Random, world_id: str
) -> list[WorldQuestion]:
    """Every claim once, in any order, so that a part of a world is a fair sample of it."""
    claims = [claim for story in told for claim in story.claims]
    made = [(kind, phrase_claim(claim, random), claim) for kind, claim in claims]
    foreign = [
        ("off topic", phrase_foreign(random, names.place(), names.place()), None)
        for _ in range(FOREIGN_A_WORLD)
    ]
    everything = [*made, *foreign]
    random.shuffle(everything)
    return [
        WorldQuestion(id=f"{world_id}-{n + 1:02}", text=text, kind=kind, claim=claim)
        for n, (kind, text, claim) in enumerate(everything)
    ]

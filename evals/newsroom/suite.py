"""Worlds by seed: the same seed gives the same worlds, word for word."""

from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Final

from evals.newsroom import asking, stories
from evals.newsroom.cast import Cast, Press
from evals.newsroom.names import Names
from evals.newsroom.stories import Story
from evals.newsroom.world import Asked, World
from evals.newsroom.writing import Writer

PER_WORLD: Final = 20
"""Questions a world answers: one index, many questions."""
PLACES: Final = 3
"""Towns of a world: several stories share one, so that names are near each other."""
ELSEWHERE: Final = 2
"""Questions a world about what no source of it speaks of."""


def suite(seed: int, questions: int) -> Iterator[World]:
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
        made = world(seed, number, min(left, PER_WORLD))
        yield made
        left -= len(made.questions)
        if left <= 0:
            return


def world(seed: int, number: int, questions: int = PER_WORLD) -> World:
    """One world, with all eight kinds of story."""
    random = Random(f"{seed} {number}")
    names = Names(random)
    places = [names.place() for _ in range(PLACES)]
    press = Press.of(names, places[0])
    told = [_told(places[n % PLACES], press, names, random, n) for n in range(len(stories.ALL))]
    asked = _asked(told, names, random, f"{seed}-{number}")
    return World(
        id=f"{seed}-{number}",
        sources=tuple(source for story in told for source in story.writer.written),
        questions=tuple(asked[:questions]),
        names=tuple(n for s in told for n in (s.cast.office, s.cast.firm, s.cast.other_firm)),
        persons=tuple(n for s in told for n in (s.cast.person, s.cast.witness)),
        matters=tuple({m: None for s in told for m in (*sorted(s.matters), s.cast.matter)}),
        stale=frozenset(saying for story in told for saying in story.stale),
    )


def _told(place: str, press: Press, names: Names, random: Random, number: int) -> Story:
    cast = Cast.of(names, random, place)
    writer = Writer(cast, random, f"story-{number + 1}")
    story = Story(cast, press, names, random, writer)
    stories.ALL[number](story)
    return story


def _asked(told: list[Story], names: Names, random: Random, world_id: str) -> list[Asked]:
    """Every claim once, in any order, so that a part of a world is a fair sample of it."""
    claims = [claim for story in told for claim in story.claims]
    made = [(kind, asking.put(claim, random), claim) for kind, claim in claims]
    foreign = [
        ("off topic", asking.elsewhere(random, names.place(), names.place()), None)
        for _ in range(ELSEWHERE)
    ]
    everything = [*made, *foreign]
    random.shuffle(everything)
    return [
        Asked(id=f"{world_id}-{n + 1:02}", text=text, kind=kind, claim=claim)
        for n, (kind, text, claim) in enumerate(everything)
    ]

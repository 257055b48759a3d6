"""Nouns with the word before them: "hate crime" is not "violent crime"."""

from collections.abc import Sequence
from itertools import pairwise

from agent.stance.concepts import Idea, ideas
from agent.stance.proposition import Proposition


def otherwise_named(claimed: Proposition, here: Sequence[Idea]) -> bool:
    """Whether a sentence has a noun of the claim's subject, and another word than its own before.

    "Hate crime fell" says nothing of violent crime. A sentence that has both words somewhere, or
    the noun without any, may speak of the same.
    """
    told = {idea.name for idea in here}
    return any(
        word not in told and any(_other(claimed, noun, pair) for pair in pairwise(here))
        for word, noun in _compounds(claimed)
    )


def _compounds(claimed: Proposition) -> list[tuple[str, str]]:
    """Neighbours of the claim's subject."""
    return [
        (one.name, two.name)
        for one, two in pairwise(ideas(claimed.text))
        if one.end == two.start and {one.name, two.name} <= claimed.before
    ]


def _other(claimed: Proposition, noun: str, pair: tuple[Idea, Idea]) -> bool:
    one, two = pair
    return two.name == noun and one.end == two.start and one.name not in claimed.ideas

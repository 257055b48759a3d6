"""Who does it to whom: the sides of an act may not change places."""

from collections.abc import Sequence
from typing import Final

from agent.stance.concepts import Idea

NEAR: Final = 3
"""Words before the second party in which "by" or "to" stands, its article and title between."""
PASSIVE: Final = frozenset("is are was were be been being".split())  # noqa: SIM905
GIVEN: Final = frozenset(
    "sold pay pays paid paying owe owes owed lost awarded handed given".split()  # noqa: SIM905
)
"""What these do "to" somebody is done by that somebody: "was sold to", "pays a fine to"."""
GOT: Final = frozenset("got gets received receives".split())  # noqa: SIM905
"""The same "from" somebody."""


def acts(words: Sequence[str], one: Idea, other: Idea, head: Idea) -> bool:
    """Whether the party `one` acts on the party `other` in a sentence that names both.

    Whoever stands first acts, unless the words between turn it round: "was sued by", "faces a
    lawsuit by", "was sold to", "must pay a fine to". `head` is what is done.
    """
    first, then = sorted((one, other), key=lambda idea: idea.start)
    between = words[first.end : then.start]
    near = between[-NEAR:]
    turned = (
        ("by" in near and bool(PASSIVE & set(between) or "by" in words[head.end : head.end + 1]))
        or ("to" in near and bool(GIVEN & set(between)))
        or ("from" in near and bool(GOT & set(between)))
    )
    return (first is one) != turned


def nearest(found: Sequence[Idea], party: frozenset[str], head: Idea) -> Idea | None:
    """The mention of a party that stands nearest to what is said of it."""
    told = [idea for idea in found if idea.name in party]
    return min(told, key=lambda idea: abs(idea.start - head.start), default=None)

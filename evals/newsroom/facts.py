"""What can be true in an invented world, and what a sentence says of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


@dataclass(frozen=True)
class Fact:
    """One relation between named things; a slot that is missing is left open."""

    relation: str
    slots: tuple[tuple[str, str], ...]
    """Sorted by name."""

    @classmethod
    def of(cls, relation: str, **slots: str) -> Self:
        return cls(relation, tuple(sorted(slots.items())))

    def but(self, **slots: str) -> "Fact":
        """The same with other values; an empty value leaves a slot open."""
        changed = {**dict(self.slots), **slots}
        return Fact.of(self.relation, **{name: text for name, text in changed.items() if text})

    def get(self, name: str) -> str | None:
        return dict(self.slots).get(name)


@dataclass(frozen=True)
class Saying:
    """A fact as a sentence puts it."""

    fact: Fact
    holds: bool = True
    """False where the sentence denies it."""
    speaker: str | None = None
    """The person in whose mouth it is put; None where the sentence says it itself."""


class Side(StrEnum):
    """What a saying does to a claim."""

    FOR = "for"
    AGAINST = "against"
    NEITHER = "neither"


VALUES = frozenset({"n", "when"})
"""Slots that can have one value only: another figure or date contradicts."""


def side(said: Saying, claim: Saying) -> Side:
    """What `said` does to `claim`, by the meaning of the relation alone.

    The same event in the same polarity speaks for it, in the opposite polarity against it, with
    another figure or date against it too. Other people, another order of them, another speaker, or
    a figure that is left open decide nothing.
    """
    if said.speaker != claim.speaker or said.fact.relation != claim.fact.relation:
        return Side.NEITHER
    had, asked = dict(said.fact.slots), dict(claim.fact.slots)
    if any(had.get(name) != text for name, text in asked.items() if name in had.keys() - VALUES):
        return Side.NEITHER
    if asked.keys() - VALUES - had.keys():
        return Side.NEITHER
    differ = any(had[name] != asked[name] for name in VALUES & had.keys() & asked.keys())
    lacking = bool(VALUES & asked.keys() - had.keys())
    if said.holds:
        return _of_event(claim, differ=differ, lacking=lacking)
    if differ or (VALUES & had.keys() and not VALUES & asked.keys()):
        return Side.NEITHER  # that it was not 40 million does not say what it was
    return Side.AGAINST if claim.holds else Side.FOR


def _of_event(claim: Saying, *, differ: bool, lacking: bool) -> Side:
    """What it does to a claim that the event took place, with such figures."""
    if differ:
        return Side.AGAINST if claim.holds else Side.FOR
    if lacking:
        return Side.NEITHER
    return Side.FOR if claim.holds else Side.AGAINST


def carries(known: Saying, said: Saying) -> bool:
    """Whether whoever said `known` said `said` too: all of it, or less detail of it."""
    if (known.speaker, known.holds) != (said.speaker, said.holds):
        return False
    if known.fact.relation != said.fact.relation:
        return False
    had, claimed = set(known.fact.slots), set(said.fact.slots)
    return claimed <= had if known.holds else claimed >= had

"""An invented world: its facts, its sources, its questions, and what is true of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Self

from agent.types import Question, VerdictLabel
from retrieval.library import Library
from retrieval.types import Embedder
from retrieval.vetting import Voucher

VALUES = frozenset({"n", "when"})
"""Slots that can have one value only: another figure or date contradicts."""
TODAY = date(2026, 1, 27)
EDITOR = "the editor of an invented newsroom"


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


def side_on(said: Saying, claim: Saying) -> Side:
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
        return _side_on_event(claim, differ=differ, lacking=lacking)
    if differ or (VALUES & had.keys() and not VALUES & asked.keys()):
        return Side.NEITHER  # that it was not 40 million does not say what it was
    return Side.AGAINST if claim.holds else Side.FOR


def _side_on_event(claim: Saying, *, differ: bool, lacking: bool) -> Side:
    """What it does to a claim that the event took place, with such figures."""
    if differ:
        return Side.AGAINST if claim.holds else Side.FOR
    if lacking:
        return Side.NEITHER
    return Side.FOR if claim.holds else Side.AGAINST


def entails(known: Saying, said: Saying) -> bool:
    """Whether whoever said `known` said `said` too: all of it, or less detail of it."""
    if (known.speaker, known.holds) != (said.speaker, said.holds):
        return False
    if known.fact.relation != said.fact.relation:
        return False
    had, claimed = set(known.fact.slots), set(said.fact.slots)
    return claimed <= had if known.holds else claimed >= had


_DECISIVE = (Side.FOR, Side.AGAINST)


@dataclass(frozen=True)
class Line:
    """One sentence of a source, and all that it says of the world's events."""

    text: str
    says: frozenset[Saying] = frozenset()


@dataclass(frozen=True)
class SyntheticSource:
    """One source. Its file is a note with front matter."""

    id: str
    title: str
    publisher: str
    url: str
    published: date
    kind: str
    tier: int
    paragraphs: tuple[tuple[Line, ...], ...]
    syndicated_from: str | None = None

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for paragraph in self.paragraphs for line in paragraph)

    @property
    def origin(self) -> str:
        """Whose words these are: the outlet's, or those of the one that it reprints."""
        return self.syndicated_from or self.publisher

    @property
    def body(self) -> str:
        """The text as a library stores it."""
        return "\n\n".join(" ".join(line.text for line in lines) for lines in self.paragraphs)

    def lines_with_offsets(self) -> Iterator[tuple[int, Line]]:
        """Every line with its offset in the body."""
        start = 0
        for lines in self.paragraphs:
            for line in lines:
                yield start, line
                start += len(line.text) + 1
            start += 1

    def markdown(self) -> str:
        head = {
            "id": self.id,
            "title": f'"{self.title}"',
            "publisher": self.publisher,
            "url": self.url,
            "published": self.published.isoformat(),
            "kind": self.kind,
            "tier": str(self.tier),
            "syndicated_from": self.syndicated_from,
        }
        matter = "\n".join(f"{name}: {value}" for name, value in head.items() if value)
        return f"---\n{matter}\n---\n\n{self.body}\n"


@dataclass(frozen=True)
class WorldQuestion:
    """A question and what is known of it."""

    id: str
    text: str
    kind: str
    """How it was made: plain, denied, swapped, other value, superseded, retracted, …"""
    claim: Saying | None
    """What it asks; None for a question about something that the world does not have."""

    def question(self) -> Question:
        return Question(text=self.text, asked_on=TODAY)


@dataclass(frozen=True)
class World:
    """A closed world. What its sources do not say did not happen as far as anyone can know."""

    id: str
    sources: tuple[SyntheticSource, ...]
    questions: tuple[WorldQuestion, ...]
    names: tuple[str, ...]
    """Every organisation and person, to recognise sentences by."""
    persons: tuple[str, ...]
    matters: tuple[str, ...]
    """Every value of a slot `what`."""
    stale: frozenset[Saying]
    """What some source says that was corrected or retracted later."""

    @cached_property
    def by_id(self) -> dict[str, SyntheticSource]:
        return {source.id: source for source in self.sources}

    def says(self, claim: Saying) -> bool:
        """Whether any source says it, corrected later or not: then no absence may be claimed."""
        said = (saying for source in self.sources for line in source.lines for saying in line.says)
        return any(side_on(saying, claim) is Side.FOR for saying in said)

    def verdict(self, claim: Saying | None) -> VerdictLabel | None:
        """The right verdict by the printed table, over what still stands; None for silence.

        Mixed: origins on both sides. Refuted, supported: on one side two origins, or one of
        tier 1 or 2. Else unproven.
        """
        if claim is None:
            return None
        held, opposed = (self._origins(claim, s) for s in (Side.FOR, Side.AGAINST))
        if held and opposed:
            return VerdictLabel.MIXED
        if _is_decisive(opposed):
            return VerdictLabel.REFUTED
        return VerdictLabel.SUPPORTED if _is_decisive(held) else VerdictLabel.UNPROVEN

    def must_cite(self, claim: Saying | None) -> tuple[frozenset[str], ...]:
        """Groups of sources; of each, one has to be cited: those for the claim, those against."""
        groups = [frozenset(s.id for s in self._sources(claim, at)) for at in _DECISIVE if claim]
        return tuple(group for group in groups if group)

    def _origins(self, claim: Saying, at: Side) -> dict[str, int]:
        """Origins on one side, with their best tier."""
        tiers: dict[str, int] = {}
        for source in self._sources(claim, at):
            tiers[source.origin] = min(source.tier, tiers.get(source.origin, source.tier))
        return tiers

    def _sources(self, claim: Saying | None, at: Side) -> list[SyntheticSource]:
        """Sources with a line that still stands and is on that side."""
        if claim is None:
            return []
        return [
            source
            for source in self.sources
            if any(side_on(s, claim) is at for line in source.lines for s in line.says - self.stale)
        ]

    def library(self, folder: Path, embedder: Embedder) -> Library:
        """Make a library of the sources in `folder`; the caller closes it.

        Raises:
            RuntimeError: a source was refused, so the world would not be whole.
        """
        notes = folder / "notes"
        notes.mkdir(parents=True)
        for source in self.sources:
            (notes / f"{source.id}.md").write_text(source.markdown(), "utf-8")
        library = Library.open(folder / "library", embedder, create=True)
        report = library.add([notes], Voucher(person=EDITOR), today=TODAY)
        if len(report.added) != len(self.sources):
            raise RuntimeError(f"{self.id}: not every source was added: {report}")
        return library


def _is_decisive(tiers: dict[str, int]) -> bool:
    return len(tiers) >= 2 or any(tier <= 2 for tier in tiers.values())


def slugify(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))


def alternation(texts: Sequence[str]) -> str:
    """An expression of any of the texts, the longest first."""
    ordered = sorted(texts, key=lambda text: (-len(text), text))
    return "|".join(re.escape(text) for text in ordered) or "(?!)"

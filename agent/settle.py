"""Rule, repair, rule again; what still does not stand falls and is kept with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.ledger import Ledger
from agent.ports import Drafter
from agent.types import (
    CheckedSection,
    CheckedSentence,
    Citation,
    Fallen,
    Kind,
    Ruling,
    Section,
    Sentence,
)
from agent.verification import Court

ROUNDS = 2
"""Repairs a sentence may have before it falls."""


@dataclass(frozen=True)
class _Item:
    place: str
    sentence: Sentence
    ruling: Ruling | None = None
    tried: tuple[str, ...] = ()
    given_up: bool = False


def settle(
    sections: Sequence[Section], court: Court, drafter: Drafter, ledger: Ledger | None = None
) -> tuple[tuple[CheckedSection, ...], tuple[Fallen, ...]]:
    """Return the sections with the sentences that stand, and those that fell."""
    items = [_Item(s.heading, sentence) for s in sections for sentence in s.sentences]
    items = _ruled(items, court, ledger)
    for _ in range(ROUNDS):
        repaired = _repaired(items, court, drafter)
        if repaired == items:
            break
        items = _ruled(repaired, court, ledger)
    items = _ruled([_trimmed(item, court) for item in items], court, ledger)
    if ledger is None:  # what is written on top of the body has been reviewed in it
        items = _reviewed(items, court)
    return _standing(sections, items), tuple(_fallen(i, court) for i in items if not _stands(i))


def _ruled(items: Sequence[_Item], court: Court, ledger: Ledger | None) -> list[_Item]:
    """Rule on what has no ruling yet, in one batch."""
    open_ = [item.sentence for item in items if item.ruling is None]
    rulings = iter(court.rule(open_, ledger))
    return [i if i.ruling is not None else replace(i, ruling=next(rulings)) for i in items]


def _repaired(items: Sequence[_Item], court: Court, drafter: Drafter) -> list[_Item]:
    """Ask once for all that fell and were not given up."""
    rejected = [(i.sentence, i.ruling) for i in items if i.ruling and _open(i)]
    revised = iter(drafter.revise(rejected, court.evidence) if rejected else ())
    return [_mended(i, next(revised)) if _open(i) else i for i in items]


def _mended(item: _Item, better: Sentence | None) -> _Item:
    if better is None or better == item.sentence:
        return replace(item, given_up=True)
    return _Item(item.place, better, None, (*item.tried, item.sentence.text))


def _open(item: _Item) -> bool:
    return not _stands(item) and not item.given_up


def _trimmed(item: _Item, court: Court) -> _Item:
    """Without the citations that a finding does not need; the rest is ruled on again."""
    several = len(item.sentence.citations) > 1 and item.sentence.kind is Kind.FINDING
    if not several or not _stands(item):
        return item
    fewer = court.needed(item.sentence)
    return item if fewer == item.sentence else replace(item, sentence=fewer, ruling=None)


def _reviewed(items: Sequence[_Item], court: Court) -> list[_Item]:
    """After the second opinion, which can only let more fall."""
    standing = [i for i in items if i.ruling and i.ruling.stands]
    rulings = court.review([i.sentence for i in standing], [i.ruling for i in standing if i.ruling])
    later = iter(rulings)
    return [replace(i, ruling=next(later)) if _stands(i) else i for i in items]


def _stands(item: _Item) -> bool:
    return item.ruling is not None and item.ruling.stands


def _standing(sections: Sequence[Section], items: Sequence[_Item]) -> tuple[CheckedSection, ...]:
    rest = iter(items)
    checked = []
    for section in sections:
        mine = [next(rest) for _ in section.sentences]
        kept = tuple(
            CheckedSentence.of(i.sentence, i.ruling) for i in mine if i.ruling and i.ruling.stands
        )
        if kept:
            checked.append(CheckedSection(heading=section.heading, sentences=kept))
    return tuple(checked)


def _fallen(item: _Item, court: Court) -> Fallen:
    if item.ruling is None:
        raise AssertionError("every sentence has been ruled on")
    return Fallen(
        sentence=CheckedSentence.of(item.sentence, item.ruling),
        place=item.place,
        nearest=_nearest(item, court),
        tried=item.tried,
    )


def _nearest(item: _Item, court: Court) -> Citation | None:
    """The passage an editor should look at first: the certificate's, or the first that resolves."""
    if item.ruling and item.ruling.certificate:
        return item.ruling.certificate.nearest
    known = (c for c in item.sentence.citations if court.evidence.passage(c.passage))
    return next(known, None)

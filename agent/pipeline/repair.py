"""Rule, repair, rule again; what still does not stand falls and is kept with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.ports import Writer
from agent.statements import RecordStatements
from agent.types import (
    CheckedSection,
    CheckedSentence,
    Citation,
    Kind,
    RejectedSentence,
    Section,
    Sentence,
    Verification,
)
from agent.verification.gate import CitationGate

ROUNDS = 2
"""Repairs a sentence may have before it falls."""


@dataclass(frozen=True)
class _Item:
    place: str
    sentence: Sentence
    ruling: Verification | None = None
    tried: tuple[str, ...] = ()
    given_up: bool = False


def verify_and_repair(
    sections: Sequence[Section],
    gate: CitationGate,
    writer: Writer,
    record: RecordStatements | None = None,
) -> tuple[tuple[CheckedSection, ...], tuple[RejectedSentence, ...]]:
    """Return the sections with the sentences that stand, and those that fell."""
    items = [_Item(s.heading, sentence) for s in sections for sentence in s.sentences]
    items = _ruled(items, gate, record)
    for _ in range(ROUNDS):
        repaired = _repaired(items, gate, writer)
        if repaired == items:
            break
        items = _ruled(repaired, gate, record)
    items = _ruled([_trimmed(item, gate) for item in items], gate, record)
    if record is None:  # what is written on top of the body has been reviewed in it
        items = _reviewed(items, gate)
    return _standing(sections, items), tuple(_fallen(i, gate) for i in items if not _stands(i))


def _ruled(
    items: Sequence[_Item], gate: CitationGate, record: RecordStatements | None
) -> list[_Item]:
    """Rule on what has no ruling yet, in one batch."""
    open_ = [item.sentence for item in items if item.ruling is None]
    verifications = iter(gate.verify(open_, record))
    return [i if i.ruling is not None else replace(i, ruling=next(verifications)) for i in items]


def _repaired(items: Sequence[_Item], gate: CitationGate, writer: Writer) -> list[_Item]:
    """Ask once for all that fell and were not given up."""
    rejected = [(i.sentence, i.ruling) for i in items if i.ruling and _open(i)]
    revised = iter(writer.revise(rejected, gate.evidence) if rejected else ())
    return [_mended(i, next(revised)) if _open(i) else i for i in items]


def _mended(item: _Item, better: Sentence | None) -> _Item:
    if better is None or better == item.sentence:
        return replace(item, given_up=True)
    return _Item(item.place, better, None, (*item.tried, item.sentence.text))


def _open(item: _Item) -> bool:
    return not _stands(item) and not item.given_up


def _trimmed(item: _Item, gate: CitationGate) -> _Item:
    """Without the citations that a finding does not need; the rest is ruled on again."""
    several = len(item.sentence.citations) > 1 and item.sentence.kind is Kind.FINDING
    if not several or not _stands(item):
        return item
    fewer = gate.needed(item.sentence)
    return item if fewer == item.sentence else replace(item, sentence=fewer, ruling=None)


def _reviewed(items: Sequence[_Item], gate: CitationGate) -> list[_Item]:
    """After the second opinion, which can only let more fall."""
    standing = [i for i in items if i.ruling and i.ruling.accepted]
    verifications = gate.review(
        [i.sentence for i in standing], [i.ruling for i in standing if i.ruling]
    )
    later = iter(verifications)
    return [replace(i, ruling=next(later)) if _stands(i) else i for i in items]


def _stands(item: _Item) -> bool:
    return item.ruling is not None and item.ruling.accepted


def _standing(sections: Sequence[Section], items: Sequence[_Item]) -> tuple[CheckedSection, ...]:
    rest = iter(items)
    checked = []
    for section in sections:
        mine = [next(rest) for _ in section.sentences]
        kept = tuple(
            CheckedSentence.of(i.sentence, i.ruling) for i in mine if i.ruling and i.ruling.accepted
        )
        if kept:
            checked.append(CheckedSection(heading=section.heading, sentences=kept))
    return tuple(checked)


def _fallen(item: _Item, gate: CitationGate) -> RejectedSentence:
    if item.ruling is None:
        raise AssertionError("every sentence has been ruled on")
    return RejectedSentence(
        sentence=CheckedSentence.of(item.sentence, item.ruling),
        place=item.place,
        nearest=_nearest(item, gate),
        tried=item.tried,
    )


def _nearest(item: _Item, gate: CitationGate) -> Citation | None:
    """The passage an editor should look at first: the certificate's, or the first that resolves."""
    if item.ruling and item.ruling.certificate:
        return item.ruling.certificate.nearest
    known = (c for c in item.sentence.citations if gate.evidence.passage(c.passage))
    return next(known, None)

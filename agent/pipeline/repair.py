"""Verify, repair, verify again; what is still rejected is kept with its reason."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from agent.llm.context import find_words
from agent.ports import Writer
from agent.statements import RecordStatements
from agent.types import (
    CheckedSentence,
    CheckName,
    CheckResult,
    Citation,
    Kind,
    Outcome,
    RejectedSentence,
    Section,
    Sentence,
    Support,
    Verification,
)
from agent.verification.gate import CitationGate
from agent.writers.anaphora import LEANS

CONNECTIVE: Final = re.compile(r"^(?:By|In) contrast\b|^(?:Instead|However|Similarly|Likewise)\b")
DEFINITE: Final = re.compile(r"^The [a-z]")
"""Something that the sentence before may have brought in ("The survey ...")."""
Checked = tuple[CheckedSentence | None, ...]
"""The sentences of a section, None for each that was rejected."""


@dataclass(frozen=True)
class _Item:
    place: str
    sentence: Sentence
    ruling: Verification | None = None
    tried: tuple[str, ...] = ()
    given_up: bool = False

    @property
    def accepted(self) -> bool:
        return self.ruling is not None and self.ruling.accepted

    @property
    def open(self) -> bool:
        return not self.accepted and not self.given_up


def verify_and_repair(
    sections: Sequence[Section],
    gate: CitationGate,
    writer: Writer,
    record: RecordStatements | None = None,
) -> tuple[list[Checked], tuple[RejectedSentence, ...]]:
    """Verify every sentence, have the writer repair what is rejected, and verify again.

    Args:
        sections: what was written.
        gate: decides.
        writer: repairs, up to `writer.rounds` times.
        record: statements that are recomputed; without it there are none.

    Returns:
        For each section its sentences in order, None for each that was rejected; and those.
    """
    items = [_Item(s.heading, sentence) for s in sections for sentence in s.sentences]
    items = _verified(items, gate, record)
    for _ in range(writer.rounds):
        repaired = _repaired(items, gate, writer)
        if repaired == items:
            break
        items = _verified(repaired, gate, record)
    items = _verified([_cited_anew(item, gate) for item in items], gate, record)
    items = _without_dangling(items)
    rest = iter(items)
    checked = [tuple(_checked(next(rest)) for _ in section.sentences) for section in sections]
    return checked, tuple(_rejected(i, gate) for i in items if not i.accepted)


def _verified(
    items: Sequence[_Item], gate: CitationGate, record: RecordStatements | None
) -> list[_Item]:
    """Verify what was not verified yet, in one batch."""
    open_ = [item.sentence for item in items if item.ruling is None]
    verifications = iter(gate.verify(open_, record) if open_ else ())
    return [i if i.ruling is not None else replace(i, ruling=next(verifications)) for i in items]


def _repaired(items: Sequence[_Item], gate: CitationGate, writer: Writer) -> list[_Item]:
    """Ask once for all that was rejected and not given up."""
    rejected = [(i.sentence, i.ruling) for i in items if i.ruling and i.open]
    revised = iter(writer.revise(rejected, gate.evidence) if rejected else ())
    made: list[_Item] = []
    for item in items:
        one = _with_repair(item, next(revised)) if item.open else item
        made.append(_behind(one, made[-1].sentence.text) if made else one)
    return made


def _behind(item: _Item, before: str) -> _Item:
    """What leans on the sentence in front of it is verified anew where that was rewritten."""
    if not item.sentence.before or item.sentence.before == before:
        return item
    again = item.ruling is None or _leans(item.sentence)
    sentence = Sentence(**{**dict(item.sentence), "before": before})
    return replace(item, sentence=sentence, ruling=None if again else item.ruling)


def _leans(sentence: Sentence) -> bool:
    """Whether it cannot be understood without the sentence before it."""
    return any(found.match(sentence.text) for found in (LEANS, CONNECTIVE, DEFINITE))


def _with_repair(item: _Item, better: Sentence | None) -> _Item:
    if better is None or better == item.sentence:
        return replace(item, given_up=True)
    return _Item(item.place, better, None, (*item.tried, item.sentence.text))


def _cited_anew(item: _Item, gate: CitationGate) -> _Item:
    """Cite the words that the judge named; or, without such words, only what is needed."""
    if not item.accepted or item.sentence.kind is not Kind.FINDING or item.ruling is None:
        return item
    if item.ruling.quotes:
        found = find_quoted(item.sentence, item.ruling, gate)
        return replace(item, sentence=_citing(item.sentence, found)) if found else item
    if len(item.sentence.citations) < 2:
        return item
    kept = _carrying(item.sentence, item.ruling, gate)
    fewer = gate.needed(item.sentence) if len(kept) < len(item.sentence.citations) else None
    if fewer is None or fewer == item.sentence:
        return item
    cited = [c for c in item.sentence.citations if c in kept or c in fewer.citations]
    if len(cited) == len(item.sentence.citations):
        return item
    return replace(item, sentence=_citing(item.sentence, cited), ruling=None)


def _carrying(sentence: Sentence, ruling: Verification, gate: CitationGate) -> list[Citation]:
    """The citations that carry a part of the sentence, or alone the whole of it.

    What a second origin says as well is no needless citation.
    """
    named = {n for clause in ruling.clauses for n in clause.citations}
    rest = [n for n in range(len(sentence.citations)) if n not in named]
    alone = [_citing(sentence, (sentence.citations[n],)) for n in rest]
    rulings = gate.without_model().verify(alone)
    named |= {n for n, one in zip(rest, rulings, strict=True) if one.accepted}
    return [c for n, c in enumerate(sentence.citations) if n in named]


def _citing(sentence: Sentence, citations: Sequence[Citation]) -> Sentence:
    return Sentence(**{**dict(sentence), "citations": tuple(citations), "offered": 0})


def find_quoted(sentence: Sentence, ruling: Verification, gate: CitationGate) -> list[Citation]:
    """The sentences of the sources that hold the words which the judge named, each once."""
    found: list[Citation] = []
    for quote in ruling.quotes:
        passage = gate.evidence.passage(sentence.citations[quote.evidence].passage)
        cited = find_words(quote.words, passage) if passage else None
        if cited and not any(cited.overlaps(known) for known in found):
            found.append(cited)
    return found


def _without_dangling(items: Sequence[_Item]) -> list[_Item]:
    """Reject what leans on a sentence that was rejected: nobody could tell what it speaks of."""
    kept: list[_Item] = []
    for item in items:
        one = item
        leans = item.accepted and bool(item.sentence.before) and _leans(item.sentence)
        if leans and not (kept and kept[-1].accepted):
            reason = "it leans on a sentence that was rejected"
            check = CheckResult(name=CheckName.FORM, outcome=Outcome.VIOLATED, detail=reason)
            ruling = Verification(support=Support.UNSUPPORTED, reason=reason, checks=(check,))
            one = replace(item, ruling=ruling)
        kept.append(one)
    return kept


def _checked(item: _Item) -> CheckedSentence | None:
    if not item.accepted or item.ruling is None:
        return None
    return CheckedSentence.of(item.sentence, item.ruling)


def _rejected(item: _Item, gate: CitationGate) -> RejectedSentence:
    if item.ruling is None:
        raise AssertionError("every sentence has been verified")
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

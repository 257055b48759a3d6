"""The rules a sentence must pass, by kind. The writer has no say in any of them.

Citation rules need no model and come first; then a finding goes to the verifier, an absence to its
certificate, a statement of the ledger is recomputed, an outlook may name no new fact.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from agent import absence
from agent.ledger import Ledger
from agent.ports import Reviewer, Shelf, Verifier
from agent.types import (
    Certificate,
    Check,
    Citation,
    Evidence,
    Extract,
    Kind,
    Outcome,
    Pair,
    Ruling,
    Sentence,
    Support,
)
from agent.words import content
from retrieval.types import Filters

FOREIGN: Final = re.compile(
    r"\[\d+\]|https?://|www\.|[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]"
)
WATCH: Final = re.compile(r"\b(?:watch|monitor|still open|next)\b", re.IGNORECASE)
AHEAD: Final = re.compile(
    r"^(?:what|developments?|results?|indicators?|points?)\b[^.]{0,60}\bto (?:watch|monitor)\b",
    re.IGNORECASE,
)
HARD: Final = frozenset({"numbers", "dates", "money", "percentages", "names", "quotations"})
FRAME: Final = frozenset(
    content("watch next monitor open question point leave still development new publication any")
)


def kind_of(text: str) -> Kind:
    """The kind of a sentence whose writer did not say: by its grammar."""
    if absence.is_absence(text):
        return Kind.ABSENCE
    return Kind.OUTLOOK if AHEAD.match(text) else Kind.FINDING


@dataclass(frozen=True)
class Court:
    """Rules on sentences against one evidence pack."""

    verifier: Verifier
    shelf: Shelf
    evidence: Evidence
    filters: Filters = field(default_factory=Filters)
    reviewer: Reviewer | None = None
    """Looks at findings only: in a search for absence, lower support would let more stand."""
    searched: dict[str, Certificate] = field(default_factory=dict, repr=False, compare=False)
    """What was searched for already: the evidence of one draft does not change."""

    def rule(self, sentences: Sequence[Sentence], ledger: Ledger | None = None) -> list[Ruling]:
        """Rule on each sentence, in order; findings are judged in one batch."""
        self._search_for(sentences)
        settled: dict[int, Ruling] = {}
        judged: list[int] = []
        for i, sentence in enumerate(sentences):
            ruling = self._cited(sentence) or self._by_kind(sentence, ledger)
            if ruling is None:
                judged.append(i)
            else:
                settled[i] = ruling
        rulings = self.verifier.judge([self._pair(sentences[i]) for i in judged])
        settled |= dict(zip(judged, rulings, strict=True))
        return [settled[i] for i in range(len(sentences))]

    def review(self, sentences: Sequence[Sentence], rulings: Sequence[Ruling]) -> list[Ruling]:
        """The rulings after a second opinion on the findings that stand, where one is asked for."""
        judged = [i for i, s in enumerate(sentences) if s.kind is Kind.FINDING]
        reviewed = list(rulings)
        if self.reviewer is None or not judged:
            return reviewed
        pairs = [self._pair(sentences[i]) for i in judged]
        lowered = self.reviewer.review(pairs, [rulings[i] for i in judged])
        for i, ruling in zip(judged, lowered, strict=True):
            reviewed[i] = ruling if reviewed[i].stands else reviewed[i]
        return reviewed

    def needed(self, sentence: Sentence) -> Sentence:
        """The sentence with only the citations it needs: without any of them it would fall.

        Leave-one-out, last citation first, as ALCE counts citation precision (Gao et al. 2023).
        """
        kept = sentence
        for citation in reversed(sentence.citations):
            rest = tuple(c for c in kept.citations if c != citation)
            fewer = Sentence(text=sentence.text, kind=sentence.kind, citations=rest)
            if rest and self.rule([fewer])[0].stands:
                kept = fewer
        return kept

    def _cited(self, sentence: Sentence) -> Ruling | None:
        """The rules of citation; None where they are kept."""
        if sentence.fault:
            return _falls(sentence.fault, "citations")
        if not sentence.citations:
            return _falls("it cites nothing", "citations")
        for citation in sentence.citations:
            passage = self.evidence.passage(citation.passage)
            if passage is None or passage.source.id != citation.source:
                return _falls(
                    f"it cites {citation.source!r}, which is not in its evidence", "citations"
                )
            start, end = citation.start - passage.start, citation.end - passage.start
            if start < 0 or passage.text[start:end] != citation.quote:
                return _falls("a quoted span is not in the stored snapshot", "citations")
        if foreign := FOREIGN.search(sentence.text):
            return _falls(f"it carries {foreign[0]!r}, which only the renderer may write", "form")
        return None

    def _by_kind(self, sentence: Sentence, ledger: Ledger | None) -> Ruling | None:
        """Rule by the sentence's kind; None for a finding, which the verifier judges."""
        if ledger and sentence.text in ledger.statements():
            return self._recomputed(sentence, ledger)
        if sentence.kind is Kind.ABSENCE or absence.is_absence(sentence.text):
            return self._absent(sentence)
        if sentence.kind is Kind.INFERENCE:
            return _falls("what sources add up to is only said as the ledger says it", "ledger")
        if sentence.kind is Kind.OUTLOOK:
            return self._watched(sentence)
        return None

    def _recomputed(self, sentence: Sentence, ledger: Ledger) -> Ruling:
        known = {source.id for source in ledger.sources}
        if strangers := [c.source for c in sentence.citations if c.source not in known]:
            return _falls(f"it cites {strangers[0]!r}, which the page does not use", "ledger")
        check = Check(name="ledger", outcome=Outcome.OK, detail="recomputed from the cited sources")
        return Ruling(
            support=Support.SUPPORTED,
            score=1.0,
            reason="it follows from the ledger",
            checks=(check,),
        )

    def _search_for(self, sentences: Sequence[Sentence]) -> None:
        """Certify what absence sentences deny, all in one pass over the library."""
        claims = (absence.denied(s.text) for s in sentences if s.citations)
        new = [c for c in dict.fromkeys(claims) if c is not None and c not in self.searched]
        if new:
            found = absence.certify(new, self.shelf, self.verifier, self.filters)
            self.searched.update(zip(new, found, strict=True))

    def _absent(self, sentence: Sentence) -> Ruling:
        only_searched = absence.searched_for(sentence.text)
        claimed = absence.denied(sentence.text)
        if claimed is None:
            return _falls(
                "it speaks of absence but does not say of what, so nothing was searched", "absence"
            )
        certificate = self.searched[claimed]
        reason = None if only_searched else absence.shortfall(certificate)
        if reason is None and not absence.scopes(sentence.text, certificate):
            reason = "the search it describes is not the search that was made"
        return Ruling(
            support=Support.UNSUPPORTED if reason else Support.SUPPORTED,
            score=None if reason else 1.0 - certificate.best_score,
            reason=reason or f"{certificate.scope.passages} passages were searched for it",
            certificate=certificate,
            verifier=self.verifier.name,
        )

    def _watched(self, sentence: Sentence) -> Ruling:
        """Stands where it is framed as something to watch and names no new fact."""
        if not WATCH.search(sentence.text):
            return _falls("an outlook must say that it is something to watch", "outlook")
        pair = self._pair(sentence)
        [whole] = self.verifier.judge([pair])
        if whole.support is Support.UNCHECKED:
            return whole
        if violated := _violations(whole):
            return _falls(violated[0].detail, "outlook")
        known = {w for e in pair.evidence for w in content(f"{e.text} {e.publisher or ''}")} | FRAME
        words = set(content(sentence.text))
        if words - known:
            return _falls("it names things that the cited passages do not", "outlook")
        return Ruling(
            support=Support.SUPPORTED,
            reason="it names only what the cited passages name",
            checks=whole.checks,
            verifier=self.verifier.name,
        )

    def _pair(self, sentence: Sentence) -> Pair:
        return Pair(
            claim=sentence.text, evidence=tuple(self._extract(c) for c in sentence.citations)
        )

    def _extract(self, citation: Citation) -> Extract:
        passage = self.evidence.passage(citation.passage)
        if passage is None:
            raise LookupError(citation.passage)
        return Extract.of(citation.quote, passage.source)


def _violations(ruling: Ruling) -> list[Check]:
    return [c for c in ruling.checks if c.name in HARD and c.outcome is Outcome.VIOLATED]


def _falls(reason: str, check: str) -> Ruling:
    return Ruling(
        support=Support.UNSUPPORTED,
        reason=reason,
        checks=(Check(name=check, outcome=Outcome.VIOLATED, detail=reason),),
    )

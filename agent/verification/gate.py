"""The rules a sentence must pass, by kind. The writer has no say in any of them.

Citation rules need no model and come first; then a finding goes to the verifier, an absence to its
certificate, a statement of the ledger is recomputed, an outlook may name no new fact.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from agent.checks import EXACT
from agent.language import absences
from agent.language.orders import without_orders
from agent.language.text import content
from agent.ports import Judge, PassageStore
from agent.statements import RecordStatements
from agent.types import (
    Certificate,
    CheckName,
    CheckResult,
    Citation,
    ClaimEvidence,
    Evidence,
    EvidenceSpan,
    Kind,
    Outcome,
    Sentence,
    Support,
    Verification,
)
from agent.verification import absence
from retrieval.types import Filters

FOREIGN: Final = re.compile(
    r"\[\d+\]|https?://|www\.|[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]"
)
PARTS: Final = re.compile(
    r"(?:verdict|disclaimer|executive summary|sources?|bottom line)\s*:|checked on\b", re.IGNORECASE
)
"""How the parts of a page begin that are not sentences of sources."""
WATCH: Final = re.compile(r"\b(?:watch|monitor|still open|next)\b", re.IGNORECASE)
AHEAD: Final = re.compile(
    r"^(?:what|developments?|results?|indicators?|points?)\b[^.]{0,60}\bto (?:watch|monitor)\b",
    re.IGNORECASE,
)
FRAME: Final = frozenset(
    content("watch next monitor open question point leave still development new publication any")
)


def kind_of(text: str) -> Kind:
    """The kind of a sentence whose writer did not say: by its grammar."""
    if absences.is_absence(text):
        return Kind.ABSENCE
    return Kind.OUTLOOK if AHEAD.match(text) else Kind.FINDING


@dataclass(frozen=True)
class CitationGate:
    """Rules on sentences against one evidence pack."""

    judge: Judge
    library: PassageStore
    evidence: Evidence
    filters: Filters = field(default_factory=Filters)
    searcher: Judge | None = None
    """Reads the library for a certificate of absence; by default `judge` does."""
    searched: dict[str, Certificate] = field(default_factory=dict, repr=False, compare=False)
    """What was searched for already: the evidence of one draft does not change."""

    def verify(
        self, sentences: Sequence[Sentence], record: RecordStatements | None = None
    ) -> list[Verification]:
        """Rule on each sentence, in order; findings are judged in one batch."""
        self._search_for(sentences)
        settled: dict[int, Verification] = {}
        judged: list[int] = []
        for i, sentence in enumerate(sentences):
            verification = self._cited(sentence) or self._by_kind(sentence, record)
            if verification is None:
                judged.append(i)
            else:
                settled[i] = verification
        verifications = self.judge.verify([self._pair(sentences[i]) for i in judged])
        settled |= dict(zip(judged, verifications, strict=True))
        return [settled[i] for i in range(len(sentences))]

    def without_model(self) -> "CitationGate":
        """The same gate with the embedded judge alone, for what code wrote."""
        return replace(self, judge=self.searcher or self.judge)

    def needed(self, sentence: Sentence) -> Sentence:
        """The sentence with only the citations it needs: without any of them it would fall.

        Leave-one-out, last citation first, as ALCE counts citation precision (Gao et al. 2023).
        """
        kept = sentence
        for citation in reversed(sentence.citations):
            rest = tuple(c for c in kept.citations if c != citation)
            fewer = Sentence(text=sentence.text, kind=sentence.kind, citations=rest)
            if rest and self.without_model().verify([fewer])[0].accepted:
                kept = fewer
        return kept

    def _cited(self, sentence: Sentence) -> Verification | None:
        """The rules of citation; None where they are kept."""
        if sentence.fault:
            return _falls(sentence.fault, CheckName.CITATIONS)
        if not sentence.citations:
            return _falls("it cites nothing", CheckName.CITATIONS)
        for citation in sentence.citations:
            passage = self.evidence.passage(citation.passage)
            if passage is None or passage.source.id != citation.source:
                return _falls(
                    f"it cites {citation.source!r}, which is not in its evidence",
                    CheckName.CITATIONS,
                )
            if not citation.is_in(passage):
                return _falls("a quoted span is not in the stored snapshot", CheckName.CITATIONS)
        if foreign := FOREIGN.search(sentence.text) or PARTS.match(sentence.text):
            return _falls(
                f"it carries {foreign[0]!r}, which only the renderer may write", CheckName.FORM
            )
        return None

    def _by_kind(self, sentence: Sentence, record: RecordStatements | None) -> Verification | None:
        """Rule by the sentence's kind; None for a finding, which the verifier judges."""
        if record and sentence.text in record.statements():
            return self._recomputed(sentence, record)
        if sentence.kind is Kind.ABSENCE or absences.is_absence(sentence.text):
            return self._absent(sentence)
        if sentence.kind is Kind.INFERENCE:
            return _falls(
                "what sources add up to is computed from them, and that says something else",
                CheckName.LEDGER,
            )
        if sentence.kind is Kind.OUTLOOK:
            return self._watched(sentence)
        return None

    def _recomputed(self, sentence: Sentence, record: RecordStatements) -> Verification:
        known = {source.id for source in record.sources}
        if strangers := [c.source for c in sentence.citations if c.source not in known]:
            return _falls(
                f"it cites {strangers[0]!r}, which the page does not use", CheckName.LEDGER
            )
        check = CheckResult(
            name=CheckName.LEDGER, outcome=Outcome.OK, detail="recomputed from the cited sources"
        )
        return Verification(
            support=Support.SUPPORTED,
            score=1.0,
            reason="it follows from the ledger",
            checks=(check,),
        )

    def _search_for(self, sentences: Sequence[Sentence]) -> None:
        """Certify what absence sentences deny, all in one pass over the library."""
        claims = (absences.denied(s.text) for s in sentences if s.citations)
        new = [c for c in dict.fromkeys(claims) if c is not None and c not in self.searched]
        if new:
            found = absence.certify(new, self.library, self.searcher or self.judge, self.filters)
            self.searched.update(zip(new, found, strict=True))

    def _absent(self, sentence: Sentence) -> Verification:
        only_searched = absences.searched_for(sentence.text)
        claimed = absences.denied(sentence.text)
        if claimed is None:
            return _falls(
                "it speaks of absence but does not say of what, so nothing was searched",
                CheckName.ABSENCE,
            )
        certificate = self.searched[claimed]
        reason = None if only_searched else absence.shortfall(certificate)
        if reason is None and not absence.scopes(sentence.text, certificate):
            reason = "the search it describes is not the search that was made"
        return Verification(
            support=Support.UNSUPPORTED if reason else Support.SUPPORTED,
            score=None if reason else 1.0 - certificate.best_score,
            reason=reason or f"{certificate.scope.passages} passages were searched for it",
            certificate=certificate,
            verifier=self.judge.name,
        )

    def _watched(self, sentence: Sentence) -> Verification:
        """Stands where it is framed as something to watch and names no new fact."""
        if not WATCH.search(sentence.text):
            return _falls("an outlook must say that it is something to watch", CheckName.OUTLOOK)
        pair = self._pair(sentence)
        [whole] = (self.searcher or self.judge).verify([pair])
        if whole.support is Support.UNCHECKED:
            return whole
        if violated := _violations(whole):
            return _falls(violated[0].detail, CheckName.OUTLOOK)
        known = {w for e in pair.evidence for w in content(f"{e.text} {e.publisher or ''}")} | FRAME
        words = set(content(sentence.text))
        if words - known:
            return _falls("it names things that the cited passages do not", CheckName.OUTLOOK)
        return Verification(
            support=Support.SUPPORTED,
            reason="it names only what the cited passages name",
            checks=whole.checks,
            verifier=self.judge.name,
        )

    def _pair(self, sentence: Sentence) -> ClaimEvidence:
        return ClaimEvidence(
            claim=sentence.text,
            evidence=tuple(
                self._extract(c, offered=n >= len(sentence.citations) - sentence.offered)
                for n, c in enumerate(sentence.citations)
            ),
            context=sentence.before,
        )

    def _extract(self, citation: Citation, *, offered: bool = False) -> EvidenceSpan:
        passage = self.evidence.passage(citation.passage)
        if passage is None:
            raise LookupError(citation.passage)
        said = without_orders(citation.quote)
        span = EvidenceSpan.of(said, passage.source, without_orders(passage.text))
        return EvidenceSpan(
            **{**dict(span), "offered": offered, "title": without_orders(passage.source.title)}
        )


def _violations(verification: Verification) -> list[CheckResult]:
    return [c for c in verification.checks if c.name in EXACT and c.outcome is Outcome.VIOLATED]


def _falls(reason: str, check: CheckName) -> Verification:
    return Verification(
        support=Support.UNSUPPORTED,
        reason=reason,
        checks=(CheckResult(name=check, outcome=Outcome.VIOLATED, detail=reason),),
    )

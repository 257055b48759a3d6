"""What a change is checked with, and what follows from it elsewhere in the document.

After every change the verdict is computed again, the statements that code makes of the record are
written again, and a sentence that leans on one that changed is verified again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol

from agent.language.text import content
from agent.llm.budget import Budget
from agent.pipeline.repair import CONNECTIVE, DEFINITE, find_quoted
from agent.pipeline.retrieve import scope_of
from agent.ports import Judge, PassageStore, StanceReader, Writer
from agent.review.document import changed, checked_sentence, line_with, page_lines, with_section
from agent.review.port import NotAllowed, UnknownDraft
from agent.review.types import BOTTOM_LINE, LIMITS, SUMMARY, Document, Line, StanceRuling
from agent.stance import retracted_citations
from agent.statements import RecordStatements
from agent.types import (
    CheckedSection,
    CheckName,
    CheckResult,
    Citation,
    Evidence,
    Kind,
    Outcome,
    Plan,
    Sentence,
    SourceStance,
    Stance,
    Support,
    Verdict,
    Verification,
)
from agent.verdict import verdict_on
from agent.verification.gate import CitationGate, kind_of
from agent.writers.anaphora import points_back
from agent.writers.model_output import nearest_words
from retrieval.types import Hit, Passage, Source

RECORD: Final = "The record reviewed"
COPIES: Final = "Not all of the record"
"""How these statements of `agent.statements` begin; a third begins otherwise."""


class Shelf(PassageStore, Protocol):
    """The library as the review desk sees it."""

    def passage(self, passage_id: str) -> Passage | None: ...

    def sources(self) -> list[Source]: ...


@dataclass(frozen=True)
class Tools:
    """What checks and writes: the fields of `agent.service.Desk` of the same names."""

    library: Shelf
    writer: Writer
    judge: Judge
    stances: StanceReader
    spare: Writer | None = None
    searcher: Judge | None = None
    budget: Budget = field(default_factory=Budget)

    def gate(self, document: Document) -> CitationGate:
        """Rules on sentences that cite the evidence of a document."""
        filters = scope_of(plan_of(document))
        return CitationGate(self.judge, self.library, document.evidence, filters, self.searcher)

    def verify(self, document: Document, sentences: Sequence[Sentence]) -> list[Verification]:
        """Rule on sentences of a document, in order."""
        return self.gate(document).verify(sentences, record_of(document))

    def check(self, document: Document, *forms: Sentence) -> tuple[Sentence, Verification]:
        """The first form of a sentence that stands, citing the words that the judge named.

        Where none stands, the first and why it falls.
        """
        gate = self.gate(document)
        tried = list(zip(forms, gate.verify(forms, record_of(document)), strict=True))
        said, ruling = next((one for one in tried if one[1].accepted), tried[0])
        quoted = find_quoted(said, ruling, gate) if ruling.accepted else []
        return Sentence(**{**dict(said), "citations": tuple(quoted) or said.citations}), ruling


def plan_of(document: Document) -> Plan:
    """The plan that the draft was made by."""
    return Plan(question=document.question, claim=document.claim, queries=document.evidence.queries)


def record_of(document: Document) -> RecordStatements | None:
    """The sources that the standing findings of body and summary cite, and what they add up to.

    None where no finding stands.
    """
    ordered = sorted(document.sections, key=lambda s: s.id == SUMMARY)  # as a draft counts them
    body = []
    for section in ordered:
        kept = [x for x in section.lines if not (x.note or x.red) and x.kind is not Kind.INFERENCE]
        if kept and section.id not in {LIMITS, BOTTOM_LINE}:
            sentences = tuple(checked_sentence(line) for line in kept)
            body.append(CheckedSection(heading=section.heading, sentences=sentences))
    if not body:
        return None
    return RecordStatements.of(document.claim, document.evidence, body, document.verdict)


def sentence_of(line: Line, before: str = "") -> Sentence:
    """A line as the gate rules on it, behind the sentence `before`."""
    return Sentence(text=line.text, kind=line.kind, citations=line.citations, before=before)


def kind_in(text: str, document: Document) -> Kind:
    """What a sentence does: one of the record's statements, else by its grammar."""
    record = record_of(document)
    return Kind.INFERENCE if record and text in record.statements() else kind_of(text)


def refused(reason: str, check: CheckName = CheckName.CITATIONS) -> Verification:
    """The ruling on a sentence that fell without being read."""
    found = CheckResult(name=check, outcome=Outcome.VIOLATED, detail=reason)
    return Verification(support=Support.UNSUPPORTED, reason=reason, checks=(found,))


def find_passages(document: Document, passages: Sequence[str], tools: Tools) -> list[Passage]:
    """Passages by id, from the evidence or the library.

    Raises:
        UnknownDraft: there is none of an id.
        NotAllowed: one is out of the scope of the question, or of another state of a source.
    """
    return [_find_passage(document, i, tools) for i in dict.fromkeys(passages)]


def _find_passage(document: Document, passage_id: str, tools: Tools) -> Passage:
    known = document.evidence.passage(passage_id)
    if known is not None:
        return known
    found = tools.library.passage(passage_id)
    if found is None:
        raise UnknownDraft(f"There is no passage {passage_id!r}. Search the library again.")
    as_of, published = document.question.as_of, found.source.published
    if as_of is not None and (published is None or published > as_of):
        raise NotAllowed(
            f"{found.source.title!r} was not surely published by {as_of}, the date that the "
            "question asks about. Cite an older source."
        )
    if clashes(document, found.source):
        raise NotAllowed(
            f"{found.source.title!r} changed in the library since it was cited here. Check the "
            "draft again first, then cite it."
        )
    return found


def clashes(document: Document, source: Source) -> bool:
    """Whether the evidence has another text of the source."""
    return any(s.id == source.id and s.sha256 != source.sha256 for s in document.evidence.sources)


def with_passages(document: Document, passages: Sequence[Passage], tools: Tools) -> Document:
    """The document with more evidence; the stance of each new source is read."""
    old = document.evidence
    known, sources = {p.id for p in old.passages}, {s.id for s in old.sources}
    new = [p for p in passages if p.id not in known]
    if not new:
        return document
    strangers = dict.fromkeys(p.source.id for p in new if p.source.id not in sources)
    whole = [p for source in strangers for p in tools.library.passages(source)]
    read = tools.stances.read(document.claim, whole) if whole else ()
    return changed(document, evidence=extended(old, new, read, whole))


def extended(
    old: Evidence,
    new: Sequence[Passage],
    stances: Sequence[SourceStance],
    whole: Sequence[Passage],
) -> Evidence:
    """Evidence with more passages and stances, and with the passages that those rest on.

    Args:
        old: what was there.
        new: what is added, behind it.
        stances: of sources that had none.
        whole: every passage that the stances were read from.
    """
    decisive = {cited.passage for stance in stances for cited in stance.words}
    known = {p.id for p in old.passages}
    added = {p.id: p for p in (*new, *(p for p in whole if p.id in decisive)) if p.id not in known}
    hits = (*old.hits, *(Hit(passage=p, score=0, lexical=0, dense=0) for p in added.values()))
    back = retracted_citations([hit.passage for hit in hits])
    return Evidence(
        hits=hits,
        scope=old.scope,
        queries=old.queries,
        stances=(*old.stances, *stances),
        withdrawn=tuple(dict.fromkeys((*old.withdrawn, *back))),
        checks=old.checks,
    )


def verdict_of(document: Document) -> Verdict:
    """The verdict over the stances of the evidence, the editors' rulings in place of their own."""
    evidence = document.evidence
    rulings = {r.source: r for r in document.rulings}
    known = {s.source for s in evidence.stances}
    every = (*evidence.stances, *(_neither(i) for i in rulings if i not in known))
    stances = tuple(
        _ruled(stance, rulings[stance.source], document) if stance.source in rulings else stance
        for stance in every
    )
    ruled = Evidence(**{**dict(evidence), "stances": stances})
    return verdict_on(document.claim, ruled, document.question.as_of)


def _neither(source: str) -> SourceStance:
    return SourceStance(source=source, stance=Stance.NEITHER)


def _ruled(computed: SourceStance, ruling: StanceRuling, document: Document) -> SourceStance:
    """The editor's reading over the deciding words, or over those that are nearest to the claim."""
    if ruling.stance is Stance.NEITHER:
        return _neither(ruling.source)
    words = computed.words or (_nearest_to_claim(ruling.source, document),)
    return SourceStance(source=ruling.source, stance=ruling.stance, words=words)


def _nearest_to_claim(source: str, document: Document) -> Citation:
    claim = document.claim.text
    wanted = set(content(claim))
    cited = [nearest_words(claim, p) for p in document.evidence.passages if p.source.id == source]
    return max(cited, key=lambda c: len(wanted & set(content(c.quote))))


def settle(old: Document, new: Document, tools: Tools) -> Document:
    """What follows from a change: leaning sentences, the verdict, statements of the record.

    Args:
        old: before the change.
        new: with the change.
        tools: what verifies.
    """
    leaning = _lean_again(old, new, tools)
    verdict = verdict_of(leaning)
    before = leaning.verdict
    keep = (verdict.label, verdict.tally) == (before.label, before.tally)
    judged = changed(leaning, verdict=verdict, reason=leaning.reason if keep else "")
    return _state_again(judged, tools)


def _lean_again(old: Document, new: Document, tools: Tools) -> Document:
    """Verify again what leans on a sentence that changed, fell or went."""
    was = {line.id: (line, front) for line, front in _fronts(old)}
    found = new
    for line, front in _fronts(new):
        known = was.get(line.id)
        leans = any(find(line.text) for find in (points_back, CONNECTIVE.match, DEFINITE.match))
        if known is None or known[0] != line or known[1] == front or not leans or line.note:
            continue
        ruling = refused("it leans on a sentence that was changed or taken off", CheckName.FORM)
        if front or not (points_back(line.text) or CONNECTIVE.match(line.text)):
            [ruling] = tools.verify(found, [sentence_of(line, front)])
        found = _with_ruling(found, line, ruling)
    return found


def _fronts(document: Document) -> list[tuple[Line, str]]:
    """Each line with the standing sentence in front of it; "" where there is none."""
    found = []
    for section in document.sections:
        front = ""
        for line in section.lines:
            found.append((line, front))
            if not line.note:
                front = "" if line.red else line.text
    return found


def _with_ruling(document: Document, line: Line, ruling: Verification) -> Document:
    if ruling == line.verification:
        return document
    keep = line.accepted_by if ruling.accepted == line.verification.accepted else ""
    return _replaced(document, line_with(line, verification=ruling, accepted_by=keep))


def _replaced(document: Document, line: Line | None, line_id: str = "") -> Document:
    """The document with another line, or without the one of an id."""
    wanted = line.id if line else line_id
    for section in document.sections:
        if any(one.id == wanted for one in section.lines):
            kept = ((line if one.id == wanted else one) for one in section.lines)
            return with_section(document, section.id, lines=tuple(x for x in kept if x))
    return document


def _state_again(document: Document, tools: Tools) -> Document:
    """Write every statement of the record again, from the record as it is now."""
    record, found = record_of(document), document
    for section in document.sections:
        for line in section.lines:
            if line.kind is Kind.INFERENCE and not line.note:
                found = _restated(found, section.id, line, record, tools)
    return found


def _restated(
    document: Document, section: str, line: Line, record: RecordStatements | None, tools: Tools
) -> Document:
    if record is None:  # nothing stands that it could be about
        return _with_ruling(document, line, refused("no sentence stands", CheckName.LEDGER))
    text = _statement(line.text, section, record)
    if not text:  # no source of the page is a copy any more
        return _replaced(document, None, line.id)
    said = Sentence(text=text, kind=Kind.INFERENCE, citations=_cites(line, text, record, document))
    [ruling] = tools.gate(document).verify([said], record)
    if (text, said.citations, ruling) == (line.text, line.citations, line.verification):
        return document
    keep = line.accepted_by if text == line.text else ""
    fields = {"text": text, "citations": said.citations, "verification": ruling}
    return _replaced(document, line_with(line, **fields, accepted_by=keep))


def _statement(text: str, section: str, record: RecordStatements) -> str:
    """The statement that stands in the place of an older one now; "" where there is none."""
    if section == SUMMARY:
        return record.answer()
    if section == BOTTOM_LINE:
        return record.bottom_line()
    if text.startswith(COPIES):
        return record.copies() or ""
    return record.record() if text.startswith(RECORD) else record.tiers()


def _cites(
    line: Line, text: str, record: RecordStatements, document: Document
) -> tuple[Citation, ...]:
    """The words that decided, for a statement on them; else its own citations that the page has."""
    known = {s.id for s in record.sources}
    kept = tuple(c for c in line.citations if c.source in known)
    decided = {record.answer(): record.deciding(), record.bottom_line(): record.deciding()[:2]}
    every = (c for one in page_lines(document) for c in one.citations if c.source in known)
    return decided.get(text) or kept or record.deciding() or tuple(islice(every, 1))

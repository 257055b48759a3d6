"""Check a cited text that a person or another model wrote, or what became of a draft."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from agent.audit.cited_text import CitedSentence, CitedSource, CitedText
from agent.audit.comparison import Comparison, compare_texts, with_known_spans
from agent.audit.frame import CheckedFrame, check_frame
from agent.audit.lookup import Entry, look_up
from agent.claims import read_claim
from agent.language.phrases import day
from agent.ports import Judge, NliModel, PassageStore
from agent.stance import retracted_citations
from agent.statements import RecordStatements
from agent.types import (
    CheckedSentence,
    CheckName,
    Citation,
    Claim,
    Evidence,
    EvidenceSpan,
    Kind,
    Sentence,
    Support,
    Value,
    Verification,
)
from agent.verdict import read_stances, verdict_on
from agent.verification.absence import cite_whole
from agent.verification.gate import CitationGate, kind_of
from retrieval.types import Hit, Passage, Source

WHOLE: Final = "whole"
"""Stands in for a passage: a text that cites by number cites the whole source."""


class SourceStore(PassageStore, Protocol):
    """A library that can list what it holds."""

    def sources(self) -> Sequence[Source]: ...


class AuditedSentence(Value):
    """One sentence of the text and what was ruled."""

    sentence: CitedSentence
    ruling: Verification
    nearest: Citation | None = None
    idle: tuple[str, ...] = ()
    """What it cites in vain: it stands without it, and nothing of it stands on that alone."""


class AuditReport(Value):
    """What the check of a whole text found."""

    title: str
    examined: tuple[AuditedSentence, ...]
    unknown_sources: tuple[int, ...] = ()
    """Numbers of the list whose source is not in the library."""
    frame: tuple[CheckedFrame, ...] = ()
    """Title, verdict line and headings."""
    sources: tuple[CitedSource, ...] = ()
    """What the text cites: its list, and the addresses that it links to."""
    remarks: tuple[str, ...] = ()
    """What a reader should know of the list; nothing falls by it."""
    comparison: Comparison | None = None
    """What changed since the draft, where it was compared with one."""

    @property
    def falling(self) -> tuple[AuditedSentence, ...]:
        return tuple(e for e in self.examined if not e.ruling.accepted)

    def name_of(self, number: int) -> str:
        """`[2]`, or the address where the text links."""
        return next((s.name for s in self.sources if s.number == number), f"[{number}]")

    @property
    def falling_frame(self) -> tuple[CheckedFrame, ...]:
        return tuple(f for f in self.frame if f.falls)


def check_text(text: CitedText, library: SourceStore, judge: Judge, nli: NliModel) -> AuditReport:
    """Hold every sentence of `text` against the library's copy of what it cites."""
    sources = library.sources()
    listed = look_up(text.sources, sources)
    held = {s.id: s for s in sources}
    cited = dict.fromkeys(c.source for s in text.sentences for c in s.citations if c.source in held)
    found = (e.source for e in listed.values() if e.source)
    used = {s.id: s for s in [*found, *(held[i] for i in cited)]}
    snapshots = {i: _as_passage(s, library.snapshot(i)) for i, s in used.items()}
    hits = tuple(Hit(passage=p, score=1, lexical=0, dense=0) for p in snapshots.values())
    evidence = Evidence(hits=hits, scope=library.scope(), queries=())
    gate = CitationGate(judge, library, evidence)
    sentences = [_sentence(s, listed, snapshots) for s in text.sentences]
    verifications, record = _rulings(text, sentences, listed, gate, nli)
    idle = _idle(sentences, verifications, gate)
    names = {e.source.id: e.name for e in listed.values() if e.source}
    standing = [
        (said.section, [EvidenceSpan.of(c.quote, used[c.source]) for c in s.citations])
        for said, s, verification in zip(text.sentences, sentences, verifications, strict=True)
        if verification.accepted
    ]
    return AuditReport(
        title=text.title,
        examined=tuple(
            AuditedSentence(
                sentence=s,
                ruling=r,
                nearest=r.certificate.nearest if r.certificate else None,
                idle=tuple(names.get(source, source) for source in vain),
            )
            for s, r, vain in zip(text.sentences, verifications, idle, strict=True)
        ),
        frame=check_frame(text, standing, record.verdict if record else None),
        unknown_sources=tuple(n for n, entry in listed.items() if entry.unknown),
        sources=text.sources,
        remarks=(*(e.remark for e in listed.values() if e.remark), *_noticed(library, names)),
    )


def _noticed(library: SourceStore, names: Mapping[str, str]) -> list[str]:
    """What a publisher or a register says of the sources that are cited.

    Args:
        library: knows it.
        names: how the text calls each source, by id.
    """
    return [
        f"{names[one.source_id]} has a notice ({one.kind}, {day(one.noticed)}, {one.given_by}): "
        f"\u201c{one.words}\u201d" + "; rest nothing on it" * one.takes_back
        for one in library.notices(list(names))
    ]


def check_against(
    text: CitedText, draft: CitedText, library: SourceStore, judge: Judge, nli: NliModel
) -> AuditReport:
    """Check a text that was a draft once, and say what changed since.

    A sentence that did not change is held against the very words that the draft cited.
    """
    comparison = compare_texts(draft, text)
    report = check_text(with_known_spans(text, comparison), library, judge, nli)
    return AuditReport(**{**dict(report), "comparison": comparison})


def _rulings(
    text: CitedText,
    sentences: Sequence[Sentence],
    listed: Mapping[int, Entry],
    gate: CitationGate,
    nli: NliModel,
) -> tuple[list[Verification], RecordStatements | None]:
    """Findings first; statements of the ledger are then recomputed from those that stand."""
    bad = [_unresolved(s, listed) for s in text.sentences]
    good = [i for i, verification in enumerate(bad) if verification is None]
    ruled = dict(zip(good, gate.verify([sentences[i] for i in good]), strict=True))
    standing = [
        CheckedSentence.of(sentences[i], ruled[i])
        for i in good
        if ruled[i].accepted and sentences[i].kind is Kind.FINDING
    ]
    record = _record(read_claim(text.title) if text.title else None, standing, gate, nli)
    again = [i for i in good if not ruled[i].accepted]
    if record and again:
        ruled |= zip(again, gate.verify([sentences[i] for i in again], record), strict=True)
    return [verification or ruled[i] for i, verification in enumerate(bad)], record


def _record(
    claim: Claim | None,
    standing: Sequence[CheckedSentence],
    gate: CitationGate,
    nli: NliModel,
) -> RecordStatements | None:
    if claim is None or not standing:
        return None
    passages = [p for s in gate.evidence.sources for p in gate.library.passages(s.id)]
    read_too = {
        "stances": read_stances(claim, passages, nli),
        "withdrawn": retracted_citations(passages),
    }
    verdict = verdict_on(claim, Evidence(**{**dict(gate.evidence), **read_too}))
    return RecordStatements(claim=claim, sources=gate.evidence.sources, verdict=verdict)


def _unresolved(sentence: CitedSentence, listed: Mapping[int, Entry]) -> Verification | None:
    """A citation that leads nowhere settles it before anything is read."""
    if dead := [n for n in sentence.numbers if n not in listed]:
        return Verification(
            support=Support.UNSUPPORTED,
            reason=f"it cites [{dead[0]}], which is not in the list of sources",
        )
    entries = [listed[n] for n in sentence.numbers]
    # Spans say themselves which source they are of.
    if lost := [e for e in entries if e.source is None and (e.unknown or not sentence.citations)]:
        return Verification(support=Support.UNCHECKED, reason=f"could not check: {lost[0].trouble}")
    return None


def _idle(
    sentences: Sequence[Sentence], verifications: Sequence[Verification], gate: CitationGate
) -> list[tuple[str, ...]]:
    """The sources that each finding that stands cites in vain.

    Without one of them the finding stands as well, and no clause of it stands on that one alone.
    """
    asked: list[tuple[int, str, Sentence, Sentence]] = []
    for i, (sentence, ruling) in enumerate(zip(sentences, verifications, strict=True)):
        cited = dict.fromkeys(c.source for c in sentence.citations)
        computed = any(c.name is CheckName.LEDGER for c in ruling.checks)
        if len(cited) > 1 and ruling.accepted and sentence.kind is Kind.FINDING and not computed:
            asked += [
                (i, s, _citing(sentence, [s]), _citing(sentence, [o for o in cited if o != s]))
                for s in cited
            ]
    ruled = gate.without_model().verify([s for *_, alone, rest in asked for s in (alone, rest)])
    idle: list[tuple[str, ...]] = [()] * len(sentences)
    for (i, source, *_), alone, rest in zip(asked, ruled[::2], ruled[1::2], strict=True):
        parts = {alone.support, *(c.support for c in alone.clauses)}
        if rest.accepted and not parts & {Support.SUPPORTED, Support.PARTIAL}:
            idle[i] += (source,)
    return idle


def _citing(sentence: Sentence, sources: Sequence[str]) -> Sentence:
    kept = tuple(c for c in sentence.citations if c.source in sources)
    return Sentence(text=sentence.text, kind=sentence.kind, citations=kept)


def _sentence(
    said: CitedSentence, listed: Mapping[int, Entry], snapshots: Mapping[str, Passage]
) -> Sentence:
    if said.citations:
        spans = [Citation(**{**dict(c), "passage": WHOLE + c.source}) for c in said.citations]
    else:
        entries = [e for n in dict.fromkeys(said.numbers) if (e := listed.get(n))]
        spans = [cite_whole(snapshots[e.source.id]) for e in entries if e.source]
    kind = said.kind or kind_of(said.text)
    return Sentence(text=said.text, kind=kind, citations=tuple(spans))


def _as_passage(source: Source, snapshot: str) -> Passage:
    return Passage(id=WHOLE + source.id, source=source, start=0, end=len(snapshot), text=snapshot)

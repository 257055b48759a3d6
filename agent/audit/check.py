"""Check a cited text that a person or another model wrote."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, Protocol

from agent.audit.cited_text import CitedSentence, CitedSource, CitedText, comparable
from agent.checks import EXACT, run
from agent.checks.evidence_text import EvidenceText
from agent.checks.names import share_named
from agent.claims import read_claim
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
    Outcome,
    Sentence,
    Support,
    Value,
    Verdict,
    VerdictLabel,
    Verification,
)
from agent.verdict import read_stances, verdict_on
from agent.verification.absence import cite_whole
from agent.verification.gate import CitationGate, kind_of
from retrieval.types import Hit, Passage, Source

FACTS: Final = EXACT - {CheckName.NAMES, CheckName.NEGATION, CheckName.ROLES}
"""Checkers whose finding does not need a whole sentence; names are looked up by themselves."""
SHORT: Final = 4
"""Letters below which a word may be small in a heading that capitalises every word."""


class Place(StrEnum):
    TITLE = "title"
    VERDICT = "verdict line"
    HEADING = "heading"


class CheckedFrame(Value):
    """One line around the sentences and what was found of it."""

    place: Place
    text: str
    line: int | None = None
    falls: bool
    reason: str


def check_frame(
    text: CitedText, cited: Sequence[tuple[str, Sequence[EvidenceSpan]]], verdict: Verdict | None
) -> tuple[CheckedFrame, ...]:
    """Rule on title, verdict line and headings, in this order.

    Args:
        text: the text as it was read.
        cited: section and cited words of each sentence that stands.
        verdict: what these sentences add up to; None where the title is no claim or none stands.
    """
    found: list[CheckedFrame] = []
    if text.title and not text.asked:
        found.append(_title(text.title, [e for _, extracts in cited for e in extracts]))
    if text.verdict:
        found.append(_verdict(text.verdict, verdict))
    for heading in text.headings:
        words = [e for section, extracts in cited if section == heading.text for e in extracts]
        falls, reason = _facts(heading.text, words)
        found.append(
            CheckedFrame(
                place=Place.HEADING,
                text=heading.text,
                line=heading.line,
                falls=falls,
                reason=reason,
            )
        )
    return tuple(found)


def _title(title: str, words: Sequence[EvidenceSpan]) -> CheckedFrame:
    falls, reason = (False, "a question states nothing")
    if not title.rstrip("\"'\u201d\u2019) ").endswith("?"):
        falls, reason = _facts(title, words)
    return CheckedFrame(place=Place.TITLE, text=title, falls=falls, reason=reason)


def _verdict(said: str, verdict: Verdict | None) -> CheckedFrame:
    """Unproven claims nothing, so it may always be said."""
    known = said.casefold()
    if known not in set(VerdictLabel):
        falls, reason = False, "it is none of the verdicts that can be computed; not checked"
    elif known == VerdictLabel.UNPROVEN:
        falls, reason = False, "it claims nothing"
    elif verdict is None:
        falls, reason = True, "no sentence that stands bears on a claim in the title"
    else:
        falls = verdict.label != known
        reason = f"the sentences that stand add up to {verdict.label} ({verdict.rule})"
    return CheckedFrame(place=Place.VERDICT, text=said, falls=falls, reason=reason)


def _facts(words: str, cited: Sequence[EvidenceSpan]) -> tuple[bool, str]:
    """Whether a line has a hard fact that the cited words do not have, and which."""
    reading = EvidenceText(cited)
    found = (c for c in run(words, reading) if c.name in FACTS)
    wrong = [c.detail for c in found if c.outcome is Outcome.VIOLATED]
    if not _capitalises_every_word(words.split()) and share_named(words, reading) < 1:
        wrong.append("it has a name that the cited text does not have")
    if wrong:
        return True, wrong[0].replace("the sentence", "it")
    return False, "it has no figure, date, name or quotation that its sentences do not cite"


def _capitalises_every_word(words: Iterable[str]) -> bool:
    """Title case or capitals, in which a name cannot be told from any other word."""
    long = [w for w in words if len(w) >= SHORT and w[0].isalpha()]
    return len(long) > 1 and all(w[0].isupper() for w in long)


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


class AuditReport(Value):
    """What the check of a whole text found."""

    title: str
    examined: tuple[AuditedSentence, ...]
    unknown_sources: tuple[int, ...] = ()
    """Numbers of the list whose source is not in the library."""
    frame: tuple[CheckedFrame, ...] = ()
    """Title, verdict line and headings."""

    @property
    def falling(self) -> tuple[AuditedSentence, ...]:
        return tuple(e for e in self.examined if not e.ruling.accepted)

    @property
    def falling_frame(self) -> tuple[CheckedFrame, ...]:
        return tuple(f for f in self.frame if f.falls)


def check_text(text: CitedText, library: SourceStore, judge: Judge, nli: NliModel) -> AuditReport:
    """Hold every sentence of `text` against the library's copy of what it cites."""
    sources = library.sources()
    listed = {s.number: _find(s, sources) for s in text.sources}
    held = {s.id: s for s in sources}
    cited = dict.fromkeys(c.source for s in text.sentences for c in s.citations if c.source in held)
    used = {s.id: s for s in [*filter(None, listed.values()), *(held[i] for i in cited)]}
    snapshots = {i: _as_passage(s, library.snapshot(i)) for i, s in used.items()}
    hits = tuple(Hit(passage=p, score=1, lexical=0, dense=0) for p in snapshots.values())
    evidence = Evidence(hits=hits, scope=library.scope(), queries=())
    gate = CitationGate(judge, library, evidence)
    sentences = [_sentence(s, listed, snapshots) for s in text.sentences]
    verifications, record = _rulings(text, sentences, listed, gate, nli)
    standing = [
        (said.section, [EvidenceSpan.of(c.quote, used[c.source]) for c in s.citations])
        for said, s, verification in zip(text.sentences, sentences, verifications, strict=True)
        if verification.accepted
    ]
    return AuditReport(
        title=text.title,
        examined=tuple(
            AuditedSentence(
                sentence=s, ruling=r, nearest=r.certificate.nearest if r.certificate else None
            )
            for s, r in zip(text.sentences, verifications, strict=True)
        ),
        frame=check_frame(text, standing, record.verdict if record else None),
        unknown_sources=tuple(n for n, source in listed.items() if source is None),
    )


def _rulings(
    text: CitedText,
    sentences: Sequence[Sentence],
    listed: Mapping[int, Source | None],
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


def _unresolved(
    sentence: CitedSentence, listed: Mapping[int, Source | None]
) -> Verification | None:
    """A citation that leads nowhere settles it before anything is read."""
    if dead := [n for n in sentence.numbers if n not in listed]:
        return Verification(
            support=Support.UNSUPPORTED,
            reason=f"it cites [{dead[0]}], which is not in the list of sources",
        )
    if missing := [n for n in sentence.numbers if listed[n] is None]:
        return Verification(
            support=Support.UNCHECKED,
            reason=f"could not check: source [{missing[0]}] is not in the library",
        )
    return None


def _sentence(
    said: CitedSentence, listed: Mapping[int, Source | None], snapshots: Mapping[str, Passage]
) -> Sentence:
    if said.citations:
        spans = [Citation(**{**dict(c), "passage": WHOLE + c.source}) for c in said.citations]
    else:
        sources = [s for n in dict.fromkeys(said.numbers) if (s := listed.get(n))]
        spans = [cite_whole(snapshots[s.id]) for s in sources]
    kind = said.kind or kind_of(said.text)
    return Sentence(text=said.text, kind=kind, citations=tuple(spans))


def _as_passage(source: Source, snapshot: str) -> Passage:
    return Passage(id=WHOLE + source.id, source=source, start=0, end=len(snapshot), text=snapshot)


def _find(listed: CitedSource, library: Sequence[Source]) -> Source | None:
    """By id, else by address, else by title."""
    address = comparable(listed.url) if listed.url else None
    for source in library:
        if listed.id == source.id or address == comparable(source.url):
            return source
    title = listed.title.casefold().strip()
    return next((s for s in library if title and s.title.casefold() == title), None)

"""Rule on a text that a person or another model wrote: the same court, the same rules."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol
from urllib.parse import urlsplit

from agent.absence import whole
from agent.claims import read
from agent.framing import Framed, frame
from agent.ledger import Ledger
from agent.ports import Entailment, Shelf, Verifier
from agent.reading import CitedSentence, CitedSource, CitedText
from agent.stance import taken_back
from agent.types import (
    CheckedSentence,
    Citation,
    Claim,
    Evidence,
    Extract,
    Kind,
    Ruling,
    Sentence,
    Support,
    Value,
)
from agent.verdict import read_stances, verdict_on
from agent.verification import Court, kind_of
from retrieval.types import Hit, Passage, Source

WHOLE: Final = "whole"
"""Stands in for a passage: a text that cites by number cites the whole source."""


class Shelves(Shelf, Protocol):
    """A library that can list what it holds."""

    def sources(self) -> Sequence[Source]: ...


class Examined(Value):
    """One sentence of the text and what was ruled."""

    sentence: CitedSentence
    ruling: Ruling
    nearest: Citation | None = None


class Report(Value):
    """What the check of a whole text found."""

    title: str
    examined: tuple[Examined, ...]
    unknown_sources: tuple[int, ...] = ()
    """Numbers of the list whose source is not in the library."""
    frame: tuple[Framed, ...] = ()
    """Title, verdict line and headings."""

    @property
    def falling(self) -> tuple[Examined, ...]:
        return tuple(e for e in self.examined if not e.ruling.stands)

    @property
    def falling_frame(self) -> tuple[Framed, ...]:
        return tuple(f for f in self.frame if f.falls)


def check(text: CitedText, shelf: Shelves, verifier: Verifier, entailment: Entailment) -> Report:
    """Hold every sentence of `text` against the library's copy of what it cites."""
    library = shelf.sources()
    listed = {s.number: _find(s, library) for s in text.sources}
    held = {s.id: s for s in library}
    cited = dict.fromkeys(c.source for s in text.sentences for c in s.citations if c.source in held)
    used = {s.id: s for s in [*filter(None, listed.values()), *(held[i] for i in cited)]}
    snapshots = {i: _as_passage(s, shelf.snapshot(i)) for i, s in used.items()}
    hits = tuple(Hit(passage=p, score=1, lexical=0, dense=0) for p in snapshots.values())
    evidence = Evidence(hits=hits, scope=shelf.scope(), queries=())
    court = Court(verifier, shelf, evidence)
    sentences = [_sentence(s, listed, snapshots) for s in text.sentences]
    rulings, ledger = _rulings(text, sentences, listed, court, entailment)
    standing = [
        (said.section, [Extract.of(c.quote, used[c.source]) for c in s.citations])
        for said, s, ruling in zip(text.sentences, sentences, rulings, strict=True)
        if ruling.stands
    ]
    return Report(
        title=text.title,
        examined=tuple(
            Examined(sentence=s, ruling=r, nearest=r.certificate.nearest if r.certificate else None)
            for s, r in zip(text.sentences, rulings, strict=True)
        ),
        frame=frame(text, standing, ledger.verdict if ledger else None),
        unknown_sources=tuple(n for n, source in listed.items() if source is None),
    )


def _rulings(
    text: CitedText,
    sentences: Sequence[Sentence],
    listed: Mapping[int, Source | None],
    court: Court,
    entailment: Entailment,
) -> tuple[list[Ruling], Ledger | None]:
    """Findings first; statements of the ledger are then recomputed from those that stand."""
    bad = [_unresolved(s, listed) for s in text.sentences]
    good = [i for i, ruling in enumerate(bad) if ruling is None]
    ruled = dict(zip(good, court.rule([sentences[i] for i in good]), strict=True))
    standing = [
        CheckedSentence.of(sentences[i], ruled[i])
        for i in good
        if ruled[i].stands and sentences[i].kind is Kind.FINDING
    ]
    ledger = _ledger(read(text.title) if text.title else None, standing, court, entailment)
    again = [i for i in good if not ruled[i].stands]
    if ledger and again:
        ruled |= zip(again, court.rule([sentences[i] for i in again], ledger), strict=True)
    return [ruling or ruled[i] for i, ruling in enumerate(bad)], ledger


def _ledger(
    claim: Claim | None,
    standing: Sequence[CheckedSentence],
    court: Court,
    entailment: Entailment,
) -> Ledger | None:
    if claim is None or not standing:
        return None
    passages = court.evidence.passages
    read_too = {
        "stances": read_stances(claim, passages, entailment),
        "withdrawn": taken_back(passages),
    }
    verdict = verdict_on(claim, Evidence(**{**dict(court.evidence), **read_too}))
    return Ledger(claim=claim, sources=court.evidence.sources, verdict=verdict)


def _unresolved(sentence: CitedSentence, listed: Mapping[int, Source | None]) -> Ruling | None:
    """A citation that leads nowhere settles it before anything is read."""
    if dead := [n for n in sentence.numbers if n not in listed]:
        return Ruling(
            support=Support.UNSUPPORTED,
            reason=f"it cites [{dead[0]}], which is not in the list of sources",
        )
    if missing := [n for n in sentence.numbers if listed[n] is None]:
        return Ruling(
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
        spans = [whole(snapshots[s.id]) for s in sources]
    kind = said.kind or kind_of(said.text)
    return Sentence(text=said.text, kind=kind, citations=tuple(spans))


def _as_passage(source: Source, snapshot: str) -> Passage:
    return Passage(id=WHOLE + source.id, source=source, start=0, end=len(snapshot), text=snapshot)


def _find(listed: CitedSource, library: Sequence[Source]) -> Source | None:
    """By id, else by address, else by title."""
    for source in library:
        if listed.id == source.id or (listed.url and _address(listed.url) == _address(source.url)):
            return source
    title = listed.title.casefold().strip()
    return next((s for s in library if title and s.title.casefold() == title), None)


def _address(url: str) -> tuple[str, str, str]:
    """An address without scheme, "www.", fragment and final slash."""
    parts = urlsplit(url.strip())
    return parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/"), parts.query

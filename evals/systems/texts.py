"""A cited text, the documents that its numbers stand for, and those as a library in memory."""

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from agent.audit.cited_text import CitedSentence, CitedSource, CitedText, comparable
from agent.language.phrases import day
from agent.types import Citation
from evals.case import Document
from evals.metrics.types import Cited
from evals.outcome import AnswerSentence
from retrieval.types import (
    EVERYTHING,
    Embedder,
    Filters,
    Hit,
    Notice,
    Passage,
    Passages,
    Scope,
    Source,
    Vectors,
)

_PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*")


class ResolvedText(NamedTuple):
    """A text whose list of sources is the documents at hand, and no other."""

    text: CitedText
    documents: dict[int, Document]

    def resolve(self, sentence: CitedSentence) -> tuple[Cited, ...]:
        """What a sentence cites, one citation a source; what resolves to nothing is dead."""
        if not sentence.citations:
            return tuple(self._resolve_number(n) for n in dict.fromkeys(sentence.numbers))
        names = dict.fromkeys(c.source for c in sentence.citations)
        return tuple(
            self._resolve_spans(name, [c for c in sentence.citations if c.source == name])
            for name in names
        )

    def to_sentences(self) -> tuple[AnswerSentence, ...]:
        """Every sentence, taken as it stands."""
        return tuple(
            AnswerSentence(text=s.text, section=s.section, kind=s.kind, cited=self.resolve(s))
            for s in self.text.sentences
        )

    def _resolve_number(self, number: int) -> Cited:
        document = self.documents.get(number)
        if document is None or not document.text.strip():
            return Cited(id=str(number), text=None)
        return Cited(
            id=str(number),
            title=document.title,
            text=add_head(document, document.text),
            origin=document.origin,
        )

    def _resolve_spans(self, name: str, citations: Sequence[Citation]) -> Cited:
        source = next((s for s in self.text.sources if s.id == name), None)
        document = self.documents.get(source.number) if source else None
        held = document is not None and all(
            c.quote == document.text[c.start : c.end] for c in citations
        )
        if document is None or not held:
            return Cited(id=name, text=None)
        words = " ".join(c.quote for c in citations)
        return Cited(
            id=name,
            title=document.title,
            text=add_head(document, words),
            origin=document.origin,
        )


def resolve_sources(text: CitedText, documents: Sequence[Document]) -> ResolvedText:
    """The text with these documents behind its numbers, whatever its own list says."""
    known = {s.number: s for s in text.sources}
    sources = tuple(
        CitedSource(
            number=d.n,
            title=d.title,
            url=d.url or None,
            id=(known[d.n].id if d.n in known else None) or f"source-{d.n}",
        )
        for d in documents
    )
    whole = CitedText(title=text.title, sentences=text.sentences, sources=sources)
    return ResolvedText(whole, {d.n: d for d in documents})


def add_head(document: Document | Source, words: str) -> str:
    """The words of a citation as a reader sees them: who says it, when, under which title."""
    parts = [
        document.publisher,
        day(document.published) if document.published else "",
        document.title,
    ]
    head = ", ".join(part for part in parts if part)
    return f"{head}\n{words}" if head else words


def find_document(source: CitedSource, documents: dict[str, Document]) -> Document | None:
    """The document of one entry of a list: by id, else by address, else by title."""
    if source.id in documents:
        return documents[source.id]
    for document in documents.values():
        if source.url and document.url and comparable(source.url) == comparable(document.url):
            return document
    title = source.title.casefold().strip()
    return next((d for d in documents.values() if title and d.title.casefold() == title), None)


class PageLibrary:
    """The sources of one page; search compares every passage. Filters leave nothing out."""

    def __init__(self, documents: Sequence[Document], embedder: Embedder, today: date) -> None:
        self._texts = {_source_id(d): d.text for d in documents}
        self._sources = [_to_source(d, today) for d in documents]
        self._passages = [
            Passage(
                id=f"{source.id}#{found.start()}",
                source=source,
                start=found.start(),
                end=found.end(),
                text=found[0],
            )
            for source in self._sources
            for found in _PARAGRAPH.finditer(self._texts[source.id])
        ]
        self._embedder = embedder
        self._vectors = self.embed([p.text for p in self._passages])

    def sources(self) -> list[Source]:
        return self._sources

    def passages(self, source_id: str) -> list[Passage]:
        return [p for p in self._passages if p.source.id == source_id]

    def digests(self, source_ids: Sequence[str]) -> dict[str, str]:
        return {s.id: s.sha256 for s in self._sources if s.id in source_ids}

    def notices(self, source_ids: Collection[str]) -> list[Notice]:
        return []

    def snapshot(self, source_id: str) -> str:
        return self._texts[source_id]

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.embed(texts)

    def vectors(self, passage_ids: Sequence[str]) -> Vectors:
        places = {p.id: i for i, p in enumerate(self._passages)}
        return self._vectors[[places[i] for i in passage_ids]]

    def scan(self, filters: Filters = EVERYTHING) -> Iterator[tuple[Passages, Vectors]]:
        yield Passages.of(self._passages), self._vectors

    def search(self, query: str, k: int = 8, filters: Filters = EVERYTHING) -> list[Hit]:
        if not self._passages:
            return []
        cosines = self._vectors @ self.embed([query])[0]
        best = np.argsort(-cosines, kind="stable")[:k]
        return [
            Hit(
                passage=self._passages[i],
                score=float(np.clip(cosines[i], 0, 1)),
                lexical=0.0,
                dense=float(np.clip(cosines[i], -1, 1)),
            )
            for i in best
        ]

    def scope(self, filters: Filters = EVERYTHING) -> Scope:
        dated = sorted(s.published for s in self._sources if s.published)
        return Scope(
            passages=len(self._passages),
            sources=len(self._sources),
            origins=len(self._sources),
            undated=len(self._sources) - len(dated),
            earliest=dated[0] if dated else None,
            latest=dated[-1] if dated else None,
        )


def _source_id(document: Document) -> str:
    return f"source-{document.n}"


def _to_source(document: Document, today: date) -> Source:
    return Source(
        id=_source_id(document),
        title=document.title or f"Source {document.n}",
        publisher=document.publisher or document.title or f"Source {document.n}",
        url=document.url,
        published=document.published,
        accessed=today,
        tier=3,
        origin=_source_id(document),
        vetted_by="the page that lists it",
        sha256=hashlib.sha256(document.text.encode()).hexdigest(),
    )

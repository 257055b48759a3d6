"""What a written page lists as its sources, as a library in memory."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from evals.case import Document
from retrieval.ports import Embedder, Vectors
from retrieval.types import EVERYTHING, Filters, Hit, Passage, Passages, Scope, Source

_PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*")


class PageShelf:
    """The sources of one page; search compares every passage. Filters leave nothing out."""

    def __init__(self, documents: Sequence[Document], embedder: Embedder, today: date) -> None:
        self._texts = {_id(d): d.text for d in documents}
        self._sources = [_source(d, today) for d in documents]
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


def _id(document: Document) -> str:
    return f"source-{document.n}"


def _source(document: Document, today: date) -> Source:
    return Source(
        id=_id(document),
        title=document.title or f"Source {document.n}",
        publisher=document.publisher or document.title or f"Source {document.n}",
        url=document.url,
        published=document.published,
        accessed=today,
        tier=3,
        origin=_id(document),
        vetted_by="the page that lists it",
        sha256=hashlib.sha256(document.text.encode()).hexdigest(),
    )

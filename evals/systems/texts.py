"""A cited text and the documents that its numbers stand for."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from agent.audit.cited_text import CitedSentence, CitedSource, CitedText
from agent.types import Citation
from evals.case import Document
from evals.metrics.types import Cited
from evals.outcome import Spoken
from retrieval.types import Source


class Read(NamedTuple):
    """A text whose list of sources is the documents at hand, and no other."""

    text: CitedText
    documents: dict[int, Document]

    def cited(self, sentence: CitedSentence) -> tuple[Cited, ...]:
        """What a sentence cites, one citation a source; what resolves to nothing is dead."""
        if not sentence.citations:
            return tuple(self._numbered(n) for n in dict.fromkeys(sentence.numbers))
        names = dict.fromkeys(c.source for c in sentence.citations)
        return tuple(
            self._spans(name, [c for c in sentence.citations if c.source == name]) for name in names
        )

    def spoken(self) -> tuple[Spoken, ...]:
        """Every sentence, taken as it stands."""
        return tuple(
            Spoken(text=s.text, section=s.section, kind=s.kind, cited=self.cited(s))
            for s in self.text.sentences
        )

    def _numbered(self, number: int) -> Cited:
        document = self.documents.get(number)
        if document is None or not document.text.strip():
            return Cited(id=str(number), text=None)
        return Cited(id=str(number), title=document.title, text=headed(document, document.text))

    def _spans(self, name: str, citations: Sequence[Citation]) -> Cited:
        source = next((s for s in self.text.sources if s.id == name), None)
        document = self.documents.get(source.number) if source else None
        held = document is not None and all(
            c.quote == document.text[c.start : c.end] for c in citations
        )
        if document is None or not held:
            return Cited(id=name, text=None)
        words = " ".join(c.quote for c in citations)
        return Cited(id=name, title=document.title, text=headed(document, words))


def listed(text: CitedText, documents: Sequence[Document]) -> Read:
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
    return Read(whole, {d.n: d for d in documents})


def headed(document: Document | Source, words: str) -> str:
    """The words of a citation as a reader sees them: who says it, when, under which title."""
    day = document.published
    parts = [
        document.publisher,
        f"{day:%B} {day.day}, {day.year}" if day else "",
        document.title,
    ]
    head = ", ".join(part for part in parts if part)
    return f"{head}\n{words}" if head else words


def find(source: CitedSource, documents: dict[str, Document]) -> Document | None:
    """The document of one entry of a list: by id, else by address, else by title."""
    if source.id in documents:
        return documents[source.id]
    for document in documents.values():
        if source.url and document.url and _address(source.url) == _address(document.url):
            return document
    title = source.title.casefold().strip()
    return next((d for d in documents.values() if title and d.title.casefold() == title), None)


def _address(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url.strip())
    return parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/"), parts.query

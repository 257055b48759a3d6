"""Citation numbers: by first appearance, one per source, without gaps. They exist only here."""

from collections.abc import Iterable
from typing import Self

from agent.types import CheckedSentence, Citation, Evidence, Page, Value
from retrieval.types import Passage, Source


class Numbering(Value):
    """The sources of one page in the order of their numbers; the first has number 1."""

    sources: tuple[Source, ...]

    @classmethod
    def of(cls, page: Page) -> Self:
        """Number the sources that a page cites.

        Raises:
            ValueError: a citation does not hold the words of its passage.
        """
        cited = (c for sentence in page.sentences() for c in sentence.citations)
        sources = {p.source.id: p.source for p in (resolve(c, page.evidence) for c in cited)}
        return cls(sources=tuple(sources.values()))

    def __getitem__(self, source_id: str) -> int:
        """Number of a source. Raises KeyError for a source that the page does not cite."""
        for number, source in enumerate(self.sources, 1):
            if source.id == source_id:
                return number
        raise KeyError(source_id)

    def group(self, citations: Iterable[Citation]) -> tuple[int, ...]:
        """The numbers of one sentence in the order of its citations, each once."""
        return tuple(dict.fromkeys(self[c.source] for c in citations))

    def marked(self, sentence: CheckedSentence) -> str:
        """`[2] [5]`."""
        return " ".join(f"[{n}]" for n in self.group(sentence.citations))


def resolve(citation: Citation, evidence: Evidence) -> Passage:
    """The passage that a citation points into, after holding the quote against its text.

    Raises:
        ValueError: no such passage in the evidence, or other words stand at the span.
    """
    passage = evidence.passage(citation.passage)
    if passage is None or passage.source.id != citation.source:
        raise ValueError(
            f"{citation.source}/{citation.passage} is not in the evidence of this page. "
            "Draft the question again."
        )
    start, end = citation.start - passage.start, citation.end - passage.start
    if start < 0 or passage.text[start:end] != citation.quote:
        raise ValueError(
            f"The passage {citation.passage} does not hold the quote {citation.quote!r} at its "
            "span. Draft the question again; `verdict library verify` tests the library."
        )
    return passage

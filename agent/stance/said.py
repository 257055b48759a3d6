"""A sentence of a source with what stands around it."""

from dataclasses import dataclass
from typing import Self

from retrieval.sentences import sentences
from retrieval.types import Passage


@dataclass(frozen=True)
class Said:
    """A sentence of a source.

    Attributes:
        text: the sentence.
        source: title and publisher.
        context: the sentence of the source before the words cited.
        passage: the words around them.
        year: of publication, or nothing.
        kind: of source.
    """

    text: str
    source: str = ""
    context: str = ""
    passage: str = ""
    year: str = ""
    kind: str = ""

    @classmethod
    def of(cls, text: str, passage: Passage, start: int) -> Self:
        """What a passage says with some of its words; `start` is their place in the snapshot."""
        before = passage.text[: max(0, start - passage.start)].rsplit("\n", 1)[-1]
        spans = sentences(before)
        source = passage.source
        return cls(
            text=text,
            source=f"{source.title} {source.publisher}",
            context=before[spans[-1][0] :] if spans else "",
            passage=passage.text,
            year=str(source.published.year) if source.published else "",
            kind=source.kind,
        )

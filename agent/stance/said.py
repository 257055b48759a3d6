"""What a page says on the strength of one citation."""

import re
from dataclasses import dataclass
from typing import Final, Self

from agent.types import CheckedSentence, Citation, Evidence
from agent.words import content
from retrieval.sentences import sentences
from retrieval.types import Passage

JOINT: Final = re.compile(r"; ")
"""Where the parts of a sentence that rest on different citations meet."""


@dataclass(frozen=True)
class Said:
    """What a page says on the strength of one citation.

    Attributes:
        text: the sentence, or the part of it that the citation carries.
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
        """What is said with words of a passage; `start` is their place in the snapshot."""
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


def said_by(sentence: CheckedSentence, evidence: Evidence) -> list[Said]:
    """Take a sentence apart by its citations, in their order."""
    return [_said(sentence.text, citation, evidence) for citation in sentence.citations]


def _said(text: str, citation: Citation, evidence: Evidence) -> Said:
    passage = evidence.passage(citation.passage)
    if passage is None:
        return Said(text)
    words = set(content(citation.quote))
    part = max(JOINT.split(text), key=lambda p: len(words & set(content(p))))
    return Said.of(part, passage, citation.start)

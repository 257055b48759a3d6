"""What stands, what fell, and what it adds up to."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Self

from pydantic import Field, model_validator

from agent.types.asking import Claim, Question
from agent.types.base import Earlier, Usage, Value, VerdictLabel
from agent.types.evidence import Citation, Evidence, SourceStance
from agent.types.verification import Verification
from agent.types.writing import Kind, Sentence
from retrieval.types import Source


class CheckedSentence(Value):
    """A sentence with its ruling."""

    text: str
    kind: Kind
    citations: tuple[Citation, ...]
    ruling: Verification

    @classmethod
    def of(cls, sentence: Sentence, verification: Verification) -> Self:
        return cls(
            text=sentence.text,
            kind=sentence.kind,
            citations=sentence.citations,
            ruling=verification,
        )


class RejectedSentence(Value):
    """A sentence that did not stand: why, what was nearest, what was tried."""

    sentence: CheckedSentence
    place: str
    """Heading of the section it was meant for."""
    nearest: Citation | None = None
    tried: tuple[str, ...] = ()


class CheckedSection(Value):
    heading: str
    sentences: tuple[CheckedSentence, ...] = Field(min_length=1)


class Tally(Value):
    """Who speaks for and against the claim, and for it in part or with reserve.

    Counted by origin: origin -> best tier. Who says both counts in part and against.
    """

    supporting: dict[str, int] = Field(default_factory=dict)
    opposing: dict[str, int] = Field(default_factory=dict)
    partly: dict[str, int] = Field(default_factory=dict)
    grave: bool = False
    """Whether the claim alleges harm or crime of somebody: then a report alone is not enough."""
    checks: tuple[str, ...] = ()
    """Origins that speak by a published check alone: they count beside others."""

    @property
    def own(self) -> frozenset[str]:
        """Origins that speak in other words than those of a published check."""
        return frozenset({*self.supporting, *self.opposing, *self.partly} - {*self.checks})

    @property
    def alone(self) -> bool:
        """Whether one origin speaks to the claim and no other does."""
        return not self.partly and len(self.supporting) + len(self.opposing) == 1


class Verdict(Value):
    """Computed from the stances of sources by the table in agent/README.md."""

    label: VerdictLabel
    scope: str
    """What the label is about and what it rests on, in one line."""
    rule: str
    """The row of the table that decided."""
    tally: Tally = Tally()
    stances: tuple[SourceStance, ...] = ()
    """The sources that say something of the claim, with their words."""

    def deciding(self, sources: Iterable[Source]) -> tuple[Citation, ...]:
        """The strongest words of each origin that takes a side, in the order of the stances.

        Where none counts, those that are only reported to be held by somebody.
        """
        origins = {source.id: source.origin for source in sources}
        counted = [s for s in self.stances if s.counts] or list(self.stances)
        first: dict[str, Citation] = {}
        for stance in counted:
            if stance.source in origins:
                first.setdefault(origins[stance.source], stance.words[0])
        return tuple(first.values())

    def rests_on(self, citation: Citation) -> bool:
        """Whether a citation has words that took a side."""
        return any(citation.overlaps(words) for s in self.stances for words in s.words)


class Page(Value):
    """The finished draft. A page holding a sentence that does not stand cannot be built."""

    question: Question
    claim: Claim
    verdict: Verdict
    summary: tuple[CheckedSentence, ...] = Field(min_length=1)
    sections: tuple[CheckedSection, ...] = Field(min_length=1)
    follow_ups: tuple[str, ...]
    fallen: tuple[RejectedSentence, ...] = ()
    evidence: Evidence
    reason: str = ""
    """The answer in few words, for the verdict line; it stood the check. Empty: there is none."""
    earlier: tuple[Earlier, ...] = ()
    """Earlier drafts about the same claim, newest first."""
    usage: Usage = Usage()
    timings: dict[str, float] = Field(default_factory=dict)
    """Seconds by step."""

    def sentences(self) -> Iterator[CheckedSentence]:
        """Every sentence of the page in reading order."""
        yield from self.summary
        for section in self.sections:
            yield from section.sentences

    @model_validator(mode="after")
    def _only_what_stands(self) -> Self:
        for sentence in self.sentences():
            if not sentence.ruling.accepted:
                raise ValueError(f"does not stand: {sentence.text!r}")
            if not sentence.citations:
                raise ValueError(f"cites nothing: {sentence.text!r}")
            for citation in sentence.citations:
                self._resolves(citation)
        for check in self.evidence.checks:
            self._resolves(check.claim)
            self._resolves(check.rating)
        return self

    def _resolves(self, citation: Citation) -> None:
        passage = self.evidence.passage(citation.passage)
        if passage is None or passage.source.id != citation.source:
            raise ValueError(
                f"cites what is not in its evidence: {citation.source}/{citation.passage}"
            )
        if not citation.is_in(passage):
            raise ValueError(f"quotes what is not in the snapshot: {citation.quote!r}")


def draft_id(page: Page) -> str:
    """The id under which a page is kept: 16 hexadecimal digits, of the page as it is written now.

    A later version may write the same page otherwise; a page that is kept keeps its id.
    """
    return hashlib.sha256(page.model_dump_json().encode()).hexdigest()[:16]

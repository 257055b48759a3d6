"""What was found, a span of it, and what each source says of the claim."""

from enum import StrEnum
from typing import Self

from pydantic import Field

from agent.types.asking import Claim, Plan, Question
from agent.types.base import Earlier, Usage, Value
from retrieval.types import Hit, Notice, Passage, Scope, Source


class Citation(Value):
    """A span of a source's snapshot: `snapshot[start:end] == quote`."""

    source: str
    passage: str
    start: int
    end: int
    quote: str = Field(min_length=1)

    @classmethod
    def of(cls, passage: Passage, start: int, end: int) -> Self:
        """Cite characters `start` to `end` of a passage's own text."""
        return cls(
            source=passage.source.id,
            passage=passage.id,
            start=passage.start + start,
            end=passage.start + end,
            quote=passage.text[start:end],
        )

    def is_in(self, passage: Passage) -> bool:
        """Whether a passage holds the quote at this very span of its source."""
        start, end = self.start - passage.start, self.end - passage.start
        within = start >= 0 and end <= len(passage.text)
        return within and passage.text[start:end] == self.quote

    def overlaps(self, other: Self) -> bool:
        """Whether both cite some of the same words."""
        same = self.source == other.source
        return same and self.start < other.end and other.start < self.end


class Stance(StrEnum):
    """What a source says of the claim."""

    FOR = "for"
    AGAINST = "against"
    PARTLY = "partly"
    """It says that the claim may be so."""
    BOTH = "both"
    """It has words for the claim and words against it, or rules that it is half true."""
    NEITHER = "neither"


class SourceStance(Value):
    """What one source says of the claim, and the words that say it."""

    source: str
    stance: Stance
    words: tuple[Citation, ...] = ()
    """The deciding words, the strongest first; two where two sentences make it *both*."""
    holder: str = ""
    """Whose view it is where the source only reports it; empty where it is the publisher's."""
    score: float | None = Field(default=None, ge=-1, le=1)
    """How far the judge leans to the claim (1) or to its opposite (-1) over the first words."""

    disputed: bool = False
    """Whether two readings of the source are opposite; then it is shown and counts for nobody."""

    @property
    def takes_a_side(self) -> bool:
        return self.stance is not Stance.NEITHER

    @property
    def counts(self) -> bool:
        """Whether the verdict counts it: what somebody is reported to hold counts for nobody."""
        return self.takes_a_side and not self.holder and not self.disputed


class PublishedCheck(Value):
    """A check of this very claim that others published: shown first, evidence among others."""

    source: Source
    claim: Citation
    """The claim as they checked it, in stored words."""
    rating: Citation
    """What they found, in stored words."""


class SourceNotice(Value):
    """What its publisher or a register says of a source that was found."""

    source: Source
    notice: Notice


class Evidence(Value):
    """The only passages this draft may cite, best first, and what was searched to find them."""

    hits: tuple[Hit, ...]
    scope: Scope
    queries: tuple[str, ...]
    stances: tuple[SourceStance, ...] = ()
    """What each source says of the claim, in the order of `sources`."""
    withdrawn: tuple[Citation, ...] = ()
    """Words that their source, or the one that it copies, took back later."""
    checks: tuple[PublishedCheck, ...] = ()
    """Checks of this claim that others published; their passages are among the hits."""
    notices: tuple[SourceNotice, ...] = ()
    """What is said of these sources, and of those that were left out since they are taken back."""

    def passage(self, passage_id: str) -> Passage | None:
        """Look a passage up by id."""
        return next((h.passage for h in self.hits if h.passage.id == passage_id), None)

    @property
    def ranked(self) -> tuple[Hit, ...]:
        """What the search found; the rest of a source's text has no score of its own."""
        return tuple(hit for hit in self.hits if hit.score > 0)

    @property
    def passages(self) -> tuple[Passage, ...]:
        return tuple(h.passage for h in self.hits)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Each source once, in order of its best passage."""
        return tuple({p.source.id: p.source for p in self.passages}.values())


class Insufficient(Value):
    """The evidence does not bear on the question: a page of five lines, not an error."""

    question: Question
    claim: Claim
    reason: str
    scope: Scope
    silent: bool = False
    """Whether no passage of the library is on the subject of the claim."""
    nearest: tuple[Hit, ...] = ()
    checks: tuple[PublishedCheck, ...] = ()
    """Checks of this claim that others published."""
    notices: tuple[SourceNotice, ...] = ()
    """What is said of sources that were left out since they are taken back."""
    earlier: tuple[Earlier, ...] = ()
    """Earlier drafts about the same claim, newest first."""
    usage: Usage = Usage()

    @classmethod
    def of(cls, plan: Plan, evidence: Evidence, reason: str, *, silent: bool = False) -> Self:
        """Too little of what was found can be written down."""
        return cls(
            question=plan.question,
            claim=plan.claim,
            reason=reason,
            silent=silent,
            scope=evidence.scope,
            nearest=evidence.hits[:3],
            checks=evidence.checks,
            notices=evidence.notices,
        )

    def after(self, usage: Usage, earlier: tuple[Earlier, ...] = ()) -> Self:
        """The same, with what was spent before it was clear and what was found out before."""
        return type(self)(**{**dict(self), "usage": usage, "earlier": earlier})

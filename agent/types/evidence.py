"""What was found, and a span of it."""

from typing import Self

from pydantic import Field

from agent.types.asking import Claim, Plan, Question
from agent.types.base import Value
from agent.types.earlier import Earlier
from agent.types.usage import Usage
from retrieval.types import Hit, Passage, Scope, Source


class Evidence(Value):
    """The only passages this draft may cite, best first, and what was searched to find them."""

    hits: tuple[Hit, ...]
    scope: Scope
    queries: tuple[str, ...]

    def passage(self, passage_id: str) -> Passage | None:
        """Look a passage up by id."""
        return next((h.passage for h in self.hits if h.passage.id == passage_id), None)

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
    nearest: tuple[Hit, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    """Earlier drafts about the same claim, newest first."""
    usage: Usage = Usage()

    @classmethod
    def of(cls, plan: Plan, evidence: Evidence, reason: str) -> Self:
        """Too little of what was found can be written down."""
        return cls(
            question=plan.question,
            claim=plan.claim,
            reason=reason,
            scope=evidence.scope,
            nearest=evidence.hits[:3],
        )

    def after(self, usage: Usage, earlier: tuple[Earlier, ...] = ()) -> Self:
        """The same, with what was spent before it was clear and what was found out before."""
        return type(self)(**{**dict(self), "usage": usage, "earlier": earlier})


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

    def overlaps(self, other: Self) -> bool:
        """Whether both cite some of the same words."""
        same = self.source == other.source
        return same and self.start < other.end and other.start < self.end

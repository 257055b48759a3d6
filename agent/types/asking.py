"""What was asked, how it is read, what will be looked for."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from agent.types.base import Value


class Question(Value):
    """What was asked, verbatim."""

    text: str = Field(min_length=1)
    asked_on: date
    as_of: date | None = None
    """Evidence published later is out of scope."""
    queries: tuple[str, ...] = Field(default=(), max_length=12)
    """What an editor wants searched for, in place of what the planner would; empty leaves it."""


class ClaimKind(StrEnum):
    """Only `FACTUAL` claims get a verdict."""

    FACTUAL = "factual"
    OPINION = "opinion"
    PREDICTION = "prediction"
    UNCLEAR = "unclear"


class Claim(Value):
    """The one positive, checkable statement a question asks about, and its opposite."""

    text: str
    opposite: str
    kind: ClaimKind = ClaimKind.FACTUAL
    asks: str | None = None
    """The wh-word of a question that asks for a missing piece ("who", "how many"), else None."""
    others: tuple[str, ...] = ()
    """Further claims found in the same text; they become follow-ups."""
    actors: tuple[str, ...] = ()
    """Names in the claim that are no places, in order."""
    places: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    """Dates as they stand in the claim; what "last week" was read as is in the notes."""
    notes: tuple[str, ...] = ()
    """What was done to the question on the way to the claim, in sentences for the reader."""

    @property
    def gets_verdict(self) -> bool:
        """Whether it can be true or false: no opinion, no prediction, no open question."""
        return self.kind is ClaimKind.FACTUAL and self.asks is None


class Plan(Value):
    """What will be looked for."""

    question: Question
    claim: Claim
    queries: tuple[str, ...]

"""What every type builds on, and small values that pages and evidence share."""

from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, Field


class Value(BaseModel, frozen=True, extra="forbid"):
    """Frozen, closed: a step returns a new value."""


EMBEDDED: Final = "embedded"
"""Stands for a model where none answered."""


class Usage(Value):
    """What the language model cost; all zero for the embedded writer."""

    model: str = EMBEDDED
    """Every model that answered, as its endpoint names it; `EMBEDDED` where none did."""
    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    """Of the input, what the provider had from an earlier call."""
    output_tokens: int = 0
    uncounted: int = 0
    """Calls whose tokens the endpoint did not count, or not credibly: those are estimated here."""
    cost: float | None = None
    """US dollars; None where there was no call, or a price or a count is not known."""
    seconds: float = 0.0
    """Spent waiting for the model."""
    prompts: dict[str, str] = Field(default_factory=dict)
    """Fingerprint by name of each prompt that was sent."""
    notes: tuple[str, ...] = ()
    """What a reader must know of how the page was made: what failed and what stood in for it."""
    stood_in: bool = False
    """Whether the embedded writer wrote the body in the model's place."""


class VerdictLabel(StrEnum):
    SUPPORTED = "supported"
    MIXED = "mixed"
    REFUTED = "refuted"
    UNPROVEN = "unproven"


class Earlier(Value):
    """An earlier draft about the same claim: shown to the reader, never evidence."""

    question: str
    claim: str
    checked_on: date
    as_of: date | None = None
    verdict: VerdictLabel
    scope: str

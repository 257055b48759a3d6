"""What a draft cost, and how it was made."""

from typing import Final

from pydantic import Field

from agent.types.base import Value

EMBEDDED: Final = "embedded"
"""Stands for a model where none answered."""


class Usage(Value):
    """What the language model cost; all zero for the embedded drafter."""

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
    """Whether the embedded drafter wrote the body in the model's place."""

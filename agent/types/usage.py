"""What a draft cost, and how it was made."""

from pydantic import Field

from agent.types.base import Value


class Usage(Value):
    """What the language model cost; all zero for the embedded drafter."""

    model: str = "embedded"
    """Every model that answered, as its endpoint names it."""
    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    """Of the input, what the provider had from an earlier call."""
    output_tokens: int = 0
    cost: float | None = None
    """US dollars; None where there was no call or a price is not known."""
    seconds: float = 0.0
    """Spent waiting for the model."""
    prompts: dict[str, str] = Field(default_factory=dict)
    """Fingerprint by name of each prompt that was sent."""
    notes: tuple[str, ...] = ()
    """What a reader must know of how the page was made: what failed and what stood in for it."""

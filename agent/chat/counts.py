"""What an endpoint says that a call took, read so that no figure of it can do harm.

A count that cannot be (negative, of another type, more than any model holds) is as good as none:
whoever pays for the call counts for itself then, and says so.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

MOST: Final = 10_000_000
"""Tokens of one call; no model reads or writes as many."""


class Counts(BaseModel, frozen=True):
    """Tokens as the endpoint counted them; None where it did not, or not in numbers that can be."""

    input_tokens: int | None = None
    cached_tokens: int = 0
    """Of the input, what the provider had from an earlier call; 0 where it does not say."""
    output_tokens: int | None = None


def read(usage: object) -> Counts:
    """Read a `usage` of Chat Completions or of Responses, whatever it is; nothing is raised."""
    found = _object(usage)
    details = _object(_either(found, "prompt_tokens_details", "input_tokens_details"))
    return Counts(
        input_tokens=_count(_either(found, "prompt_tokens", "input_tokens")),
        cached_tokens=_count(details.get("cached_tokens")) or 0,
        output_tokens=_count(_either(found, "completion_tokens", "output_tokens")),
    )


def _either(found: Mapping[str, Any], one: str, other: str) -> object:
    """The two interfaces have a name each for the same thing."""
    return found.get(other) if found.get(one) is None else found[one]


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(value: object) -> int | None:
    """A whole number of tokens, also where it is written as 12.0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value <= MOST and value == int(value) else None

"""The answer to `stance.md`."""

from typing import Literal

from prompts.base import Answer


class Reading(Answer):
    """What one source says of the claim; the words first, then what they amount to."""

    source: str
    words: list[str]
    holder: str
    """Who says so where the source only reports it."""
    stance: Literal["for", "against", "partly", "both", "neither"]


class StanceAnswer(Answer):
    stances: list[Reading]

"""The answer to `opinion.md`."""

from typing import Literal

from prompts.base import Answer


class Opinion(Answer):
    number: int
    support: Literal["full", "part", "none"]
    reason: str


class OpinionAnswer(Answer):
    opinions: list[Opinion]

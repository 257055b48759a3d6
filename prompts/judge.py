"""The answer to `judge.md`."""

from typing import Literal

from prompts.base import Answer, Quote


class Part(Answer):
    part: str
    """One statement of the sentence."""
    quotes: list[Quote]


class Ruling(Answer):
    """Words first: the model must find what carries a part before it rules."""

    number: int
    parts: list[Part]
    support: Literal["supported", "partial", "contradicted", "unsupported"]
    missing: str
    """What is not carried, and why."""


class JudgeAnswer(Answer):
    rulings: list[Ruling]

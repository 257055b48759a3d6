"""The answer to `repair.md`."""

from typing import Literal

from prompts.base import Answer, Quote


class Repair(Answer):
    number: int
    action: Literal["weaken", "recite", "drop"]
    quotes: list[Quote]
    text: str


class RepairAnswer(Answer):
    sentences: list[Repair]

"""The answer to `repair.md`."""

from typing import Literal

from prompts.base import Answer


class Repair(Answer):
    number: int
    action: Literal["rewrite", "drop"]
    text: str
    passages: list[str]


class RepairAnswer(Answer):
    sentences: list[Repair]

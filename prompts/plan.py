"""The answer to `plan.md`."""

from typing import Literal

from prompts.base import Answer


class PlanAnswer(Answer):
    claim: str
    opposite: str
    kind: Literal["factual", "opinion", "prediction", "unclear"]
    queries: list[str]

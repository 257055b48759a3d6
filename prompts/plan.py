"""The answer to `plan.md`."""

from typing import Literal

from prompts.base import Answer, Facet


class Query(Answer):
    facet: Facet
    text: str


class PlanAnswer(Answer):
    claim: str
    opposite: str
    kind: Literal["factual", "opinion", "prediction", "unclear"]
    queries: list[Query]
    expected: list[str]
    """What would be on record if the claim were true: positive statements without "that"."""

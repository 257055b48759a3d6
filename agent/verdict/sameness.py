"""Whether two claims are the same: each follows from the other."""

from typing import Final

from agent.ports import Entailment

SAME: Final = 0.5
"""P(carried), either way, from which two claims are the same."""


def same_claim(one: str, other: str, entailment: Entailment) -> bool:
    """Whether each claim carries the other, by the judge; equal words are the same claim.

    Raises:
        EmbeddingFailed: the judge cannot be read or run.
    """
    if one.casefold().rstrip(".?! ") == other.casefold().rstrip(".?! "):
        return True
    read = entailment.probabilities([(one, other), (other, one)])
    return bool(read[:, 0].min() >= SAME)

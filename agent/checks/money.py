"""Every sum of money of a claim must be in its evidence, in the same currency."""

from agent.checks.amounts import compare
from agent.checks.quantities import Measure
from agent.checks.reading import Reading
from agent.types import Check

NAME = "money"
_KINDS = frozenset({Measure.MONEY})


def check(claim: str, reading: Reading) -> Check:
    """Hold the sums of the claim against those of the evidence."""
    return compare(NAME, claim, reading, _KINDS)

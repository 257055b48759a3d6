"""Every number, fraction and ordinal of a claim must be in its evidence."""

from agent.checks.amounts import compare
from agent.checks.quantities import Measure
from agent.checks.reading import Reading
from agent.types import Check

NAME = "numbers"
_KINDS = frozenset({Measure.NUMBER, Measure.ORDINAL, Measure.RATIO, Measure.VAGUE})


def check(claim: str, reading: Reading) -> Check:
    """Hold the numbers of the claim, in digits or words, against those of the evidence."""
    return compare(NAME, claim, reading, _KINDS)

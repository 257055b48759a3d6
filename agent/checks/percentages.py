"""Every percentage of a claim must be in its evidence, and percent are not percentage points."""

from agent.checks.amounts import compare
from agent.checks.quantities import Measure
from agent.checks.reading import Reading
from agent.types import Check

NAME = "percentages"
_KINDS = frozenset({Measure.PERCENT, Measure.POINTS})


def check(claim: str, reading: Reading) -> Check:
    """Hold the percentages of the claim against the percentages and ratios of the evidence."""
    return compare(NAME, claim, reading, _KINDS)

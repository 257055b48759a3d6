"""Exact checkers: small rules that hold a claim against the words that it cites."""

from collections.abc import Callable, Sequence

from agent.checks import (
    attribution,
    causation,
    dating,
    modality,
    money,
    naming,
    negation,
    numeric,
    percentages,
    quotations,
    roles,
)
from agent.checks.reading import Reading
from agent.types import Check, Extract

Checker = Callable[[str, Reading], Check]

HARD: tuple[Checker, ...] = (
    numeric.check,
    percentages.check,
    money.check,
    dating.check,
    naming.check,
    quotations.check,
    negation.check,
    roles.check,
)
"""Facts that must be in the cited words: a violation decides."""

SOFT: tuple[Checker, ...] = (
    modality.check,
    attribution.check,
    causation.check,
)
"""How a thing is said: a claim may not be stronger than its evidence."""

_HARD_MODULES = (
    *(numeric, percentages, money, dating, naming),
    *(quotations, negation, roles),
)
HARD_NAMES = frozenset(module.NAME for module in _HARD_MODULES)


def run(claim: str, reading: Reading) -> tuple[Check, ...]:
    """Run every checker on a claim whose evidence has been read."""
    return tuple(checker(claim, reading) for checker in (*HARD, *SOFT))


def check(claim: str, extracts: Sequence[Extract]) -> tuple[Check, ...]:
    """Run every checker on a claim and the extracts it cites."""
    return run(claim, Reading(extracts))

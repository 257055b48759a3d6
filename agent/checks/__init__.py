"""Exact checks: what a sentence says precisely must be in the words that it cites.

One table names them all. `EXACT` decide by themselves; the others say how sure, by whom and why,
and keep a sentence from being stronger than its evidence.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from agent.checks.amounts import check_amounts
from agent.checks.attribution import check_attribution
from agent.checks.causation import check_causation
from agent.checks.dates import check_dates
from agent.checks.evidence_text import EvidenceText
from agent.checks.modality import check_modality
from agent.checks.names import check_names, check_roles
from agent.checks.negation import check_negation
from agent.checks.quotations import check_quotations
from agent.types import CheckName, CheckResult, EvidenceSpan

CHECKS: Final[Mapping[CheckName, Callable[[str, EvidenceText], CheckResult]]] = {
    CheckName.NUMBERS: partial(check_amounts, CheckName.NUMBERS),
    CheckName.PERCENTAGES: partial(check_amounts, CheckName.PERCENTAGES),
    CheckName.MONEY: partial(check_amounts, CheckName.MONEY),
    CheckName.DATES: check_dates,
    CheckName.NAMES: check_names,
    CheckName.QUOTATIONS: check_quotations,
    CheckName.NEGATION: check_negation,
    CheckName.ROLES: check_roles,
    CheckName.MODALITY: check_modality,
    CheckName.ATTRIBUTION: check_attribution,
    CheckName.CAUSATION: check_causation,
}
"""Every check of a claim against its evidence, in the order in which they run."""

EXACT: Final = frozenset(CHECKS) - {
    CheckName.MODALITY,
    CheckName.ATTRIBUTION,
    CheckName.CAUSATION,
}
"""Facts that must be in the cited words: a violation decides."""


def run(claim: str, reading: EvidenceText) -> tuple[CheckResult, ...]:
    """Run every check on a claim whose evidence has been parsed."""
    return tuple(check(claim, reading) for check in CHECKS.values())


def check(claim: str, extracts: Sequence[EvidenceSpan]) -> tuple[CheckResult, ...]:
    """Run every check on a claim and the words it cites."""
    return run(claim, EvidenceText(extracts))

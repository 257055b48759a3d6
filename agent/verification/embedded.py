"""The verifier that needs no service: a judge that reads meaning, and exact checks with a veto."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from agent.checks import EXACT
from agent.ports import NliModel, Probabilities
from agent.types import CheckResult, ClaimEvidence, ClauseSupport, Support, Verification
from agent.verification.cross_encoder import THRESHOLD, calibrated
from agent.verification.units import ScoredClause, split_into_clauses
from retrieval.errors import EmbeddingFailed

VERSION = 8
"""Of checks, threshold and calibration; it stamps every ruling."""
VERBATIM = 0.99
"""Score of a sentence that its evidence has word for word."""
VETO = 0.2
"""Factor on the score of what a check refused: it stays ordered and below the threshold."""
LONGEST = 20_000
"""Characters of a sentence that is read; the time of the exact checks grows faster than it."""
MOST_FIGURES = 100
"""Figures of one: each is held against each of the evidence."""
_FIGURE = re.compile(r"\d+")
CLAUSE = 0.5
"""Share of the threshold that a clause must reach: it is read without the rest of its sentence."""
_SAYS_LESS = frozenset({"modality", "attribution"})
"""Checks whose violation leaves a weaker sentence that the evidence would carry."""
_CARRIES = 0.8
"""Share of the best extract's words of a clause from which on another one carries it too."""


@dataclass(frozen=True)
class _Finding:
    unit: ScoredClause
    support: Support
    score: float
    reason: str


class EmbeddedJudge:
    """P(supported) by a cross-encoder over windows of the evidence; deterministic, no service.

    A hard fact that the cited words do not have, or have otherwise, refuses a sentence whatever
    the judge makes of it. All faults that were found are in the reason.

    Args:
        nli: reads windows of the evidence beside what is said.
        ignored: names of checks that refuse nothing; what they find is only told.
    """

    def __init__(self, nli: NliModel, *, ignored: Collection[str] = ()) -> None:
        self._nli, self._ignored = nli, frozenset(ignored)

    @property
    def name(self) -> str:
        """Name and version of rules and judge."""
        return f"embedded/{VERSION}/{self._nli.id}"

    @property
    def threshold(self) -> float:
        """Probability of support from which a sentence that no check refuses is carried."""
        return THRESHOLD

    def verify(self, pairs: Sequence[ClaimEvidence]) -> list[Verification]:
        """Rule on each pair, in order.

        Where the model fails, every pair is `UNCHECKED`: nothing that was not checked stands.
        """
        unread = [is_no_sentence(pair.claim) for pair in pairs]
        prepared = [
            [] if skip else split_into_clauses(pair)
            for pair, skip in zip(pairs, unread, strict=True)
        ]
        asked = list(dict.fromkeys(p for units in prepared for unit in units for p in unit.pairs))
        try:
            read = self._nli.probabilities(asked) if asked else np.empty((0, 3))
        except EmbeddingFailed as error:
            reason = f"could not check: {error}"
            unchecked = Verification(support=Support.UNCHECKED, reason=reason, verifier=self.name)
            return [unchecked for _ in pairs]
        seen = dict(zip(asked, read, strict=True))
        return [
            self._refuse_long(pair) if skip else self._rule(units, seen)
            for pair, units, skip in zip(pairs, prepared, unread, strict=True)
        ]

    def _refuse_long(self, pair: ClaimEvidence) -> Verification:
        reason = (
            f"could not check: a sentence of {len(pair.claim):,} characters is not read; "
            f"{LONGEST:,} characters and {MOST_FIGURES} figures at most: write it as several"
        )
        return Verification(support=Support.UNCHECKED, reason=reason, verifier=self.name)

    def _rule(
        self, units: Sequence[ScoredClause], seen: dict[tuple[str, str], Probabilities]
    ) -> Verification:
        if not units:
            reason = "it cites no text"
            return Verification(
                support=Support.UNSUPPORTED, score=0.0, reason=reason, verifier=self.name
            )
        whole = self._find(units[0], seen)
        parts = [self._find(clause, seen, CLAUSE) for clause in units[1:]]
        support, reason = _decide(whole, parts)
        return Verification(
            support=support,
            score=round(min(finding.score for finding in (whole, *parts)), 4),
            reason=reason,
            clauses=tuple(_record(finding) for finding in parts or [whole]),
            checks=units[0].checks,
            verifier=self.name,
        )

    def _find(
        self, unit: ScoredClause, seen: dict[tuple[str, str], Probabilities], share: float = 1.0
    ) -> _Finding:
        """Score a unit; one that is held to a share of the threshold gets so much more."""
        if unit.is_near_copy:
            score, denied = VERBATIM, False
        else:
            read = [seen[pair] for pair in unit.pairs]
            best = max(read, key=lambda row: float(row[0]))
            score = min(1.0, calibrated(float(best[0])) / share)
            denied = score < THRESHOLD and max(float(row[1]) for row in read) > 0.5
        if violated := [c for c in unit.violated if c.name not in self._ignored]:
            ordered = sorted(violated, key=_weight)
            reason = "; ".join(dict.fromkeys(check.detail for check in ordered))
            carried = score >= THRESHOLD
            return _Finding(unit, _refusal(violated, carried=carried), score * VETO, reason)
        if score < THRESHOLD:
            support = Support.CONTRADICTED if denied else Support.UNSUPPORTED
            words = "says otherwise" if denied else "does not carry it"
            return _Finding(unit, support, score, f"the cited text {words}")
        said = "word for word" if unit.is_near_copy else "in other words"
        return _Finding(unit, Support.SUPPORTED, score, f"the cited text says it {said}")


def is_no_sentence(claim: str) -> bool:
    """Whether it is too much for one sentence: a table without stops, or a file."""
    return len(claim) > LONGEST or len(_FIGURE.findall(claim)) > MOST_FIGURES


def _weight(check: CheckResult) -> tuple[bool, bool]:
    """Order findings: a hard one first, and first of all one that shows what is said instead."""
    return check.name not in EXACT, check.evidence is None


def _refusal(violated: Sequence[CheckResult], *, carried: bool) -> Support:
    hard = [check for check in violated if check.name in EXACT]
    if any(check.evidence for check in hard):
        return Support.CONTRADICTED
    if hard or not carried or any(c.name not in _SAYS_LESS for c in violated):
        return Support.UNSUPPORTED
    return Support.PARTIAL


def _decide(whole: _Finding, parts: Sequence[_Finding]) -> tuple[Support, str]:
    """Let a sentence stand only where it and every clause of it do."""
    fallen = [f for f in (whole, *parts) if f.support is not Support.SUPPORTED]
    if not fallen:
        return Support.SUPPORTED, whole.reason
    if any(f.support is Support.CONTRADICTED for f in fallen):
        first = sorted(fallen, key=lambda f: f.support is not Support.CONTRADICTED)
        return Support.CONTRADICTED, _all(f.reason for f in first)
    broken = [f for f in parts if f.support is not Support.SUPPORTED]
    if broken and len(broken) < len(parts):
        return Support.PARTIAL, _all(f'"{f.unit.claim}": {f.reason}' for f in broken)
    return fallen[0].support, _all(f.reason for f in fallen)


def _all(reasons: Iterable[str]) -> str:
    """Each reason once, so that a repair can mend all faults together."""
    return "; ".join(dict.fromkeys(reasons))


def _record(finding: _Finding) -> ClauseSupport:
    unit = finding.unit
    shares = unit.shares()
    alone = tuple(n for n, share in enumerate(shares) if share >= _CARRIES * max(shares) > 0)
    return ClauseSupport(
        text=unit.claim,
        start=unit.span[0],
        end=unit.span[1],
        support=finding.support,
        score=round(finding.score, 4),
        citations=alone,
    )

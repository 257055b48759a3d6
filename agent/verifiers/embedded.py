"""The verifier that needs no service: exact checkers and a small logistic model."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.checks import HARD_NAMES
from agent.ports import Entailment
from agent.types import Check, Clause, Outcome, Pair, Ruling, Support
from agent.verifiers.features import Rarity
from agent.verifiers.model import SupportModel, load_model, load_rarity
from agent.verifiers.seen import Embed, Seen, see
from agent.verifiers.units import Unit, prepare
from retrieval.errors import EmbeddingFailed

VERBATIM = 0.99
"""Score of a sentence that its evidence has word for word."""
VETO = 0.2
"""Factor on the score of what a checker refused: it stays ordered and below every threshold."""
CLAUSE = 0.7
"""Share of the threshold that a clause of a sentence must reach: alone it is read without the rest,
and of several scores the lowest is lower than any."""
_SAYS_LESS = frozenset({"modality", "attribution"})
"""Checkers whose violation leaves a weaker sentence that the evidence would carry."""
_CARRIES = 0.8
"""Share of the best extract's coverage of a clause from which on another one carries it too."""


@dataclass(frozen=True)
class _Finding:
    unit: Unit
    support: Support
    score: float
    reason: str


class EmbeddedVerifier:
    """Rules by exact checkers and a logistic model; deterministic, local, no service.

    Args:
        embed: texts to unit vectors, shape (n, dimension).
        entailment: reads windows of the evidence beside what is said.
        model: the weights; by default those shipped.
        rarity: stem to inverse document frequency; by default the table shipped.
    """

    def __init__(
        self,
        embed: Embed,
        entailment: Entailment,
        model: SupportModel | None = None,
        rarity: Rarity | None = None,
    ) -> None:
        self._embed = embed
        self._entailment = entailment
        self._model = model or load_model()
        self._rarity = rarity or load_rarity()

    @property
    def name(self) -> str:
        """Name and version of model and rules."""
        return f"embedded/{self._model.version}"

    @property
    def threshold(self) -> float:
        """Probability of support from which a sentence that no rule refuses is carried."""
        return self._model.threshold

    def judge(self, pairs: Sequence[Pair]) -> list[Ruling]:
        """Rule on each pair, in order.

        Where a model fails, every pair is `UNCHECKED`: nothing that was not checked stands.
        """
        prepared = [prepare(pair, self._rarity) for pair in pairs]
        try:
            seen = self._seen([unit for units in prepared for unit in units])
        except EmbeddingFailed as error:
            reason = f"could not check: {error}"
            unchecked = Ruling(support=Support.UNCHECKED, reason=reason, verifier=self.name)
            return [unchecked for _ in pairs]
        return [self._rule(units, seen) for units in prepared]

    def _seen(self, units: Sequence[Unit]) -> Seen:
        """Embed each text and read each pair once."""
        return see(
            (text for unit in units for text in unit.texts),
            (pair for unit in units for pair in unit.pairs),
            self._embed,
            self._entailment,
        )

    def _rule(self, units: Sequence[Unit], seen: Seen) -> Ruling:
        if not units:
            reason = "it cites no text"
            return Ruling(support=Support.UNSUPPORTED, score=0.0, reason=reason, verifier=self.name)
        whole = self._find(units[0], seen)
        parts = [self._find(clause, seen, CLAUSE) for clause in units[1:]]
        support, reason = _decide(whole, parts)
        return Ruling(
            support=support,
            score=round(min(finding.score for finding in (whole, *parts)), 4),
            reason=reason,
            clauses=tuple(_ledger(finding) for finding in parts or [whole]),
            checks=units[0].checks,
            verifier=self.name,
        )

    def _find(self, unit: Unit, seen: Seen, share: float = 1.0) -> _Finding:
        """Score a unit; one that is held to a share of the threshold gets so much more."""
        features = {} if unit.verbatim else seen.features(unit.comparison, unit.checks)
        score = VERBATIM if unit.verbatim else min(1.0, self._model.probability(features) / share)
        carried = score >= self._model.threshold
        if refused := unit.refused(features):
            reason = min(refused, key=_weight).detail
            return _Finding(unit, _refusal(refused, carried=carried), score * VETO, reason)
        if not carried:
            return _Finding(unit, Support.UNSUPPORTED, score, _missing(unit.checks))
        said = "word for word" if unit.verbatim else "in other words"
        return _Finding(unit, Support.SUPPORTED, score, f"the cited text says it {said}")


def _missing(checks: Sequence[Check]) -> str:
    """Say why it is not carried: by what could not be told, if anything."""
    unsure = [check.detail for check in checks if check.outcome is Outcome.UNKNOWN]
    return unsure[-1] if unsure else "the cited text does not carry it"


def _weight(check: Check) -> tuple[bool, bool]:
    """Order findings: a hard one first, and first of all one that shows what is said instead."""
    return check.name not in HARD_NAMES, check.evidence is None


def _refusal(violated: Sequence[Check], *, carried: bool) -> Support:
    hard = [check for check in violated if check.name in HARD_NAMES]
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
    refuted = [f for f in fallen if f.support is Support.CONTRADICTED]
    if refuted:
        return Support.CONTRADICTED, refuted[0].reason
    some_stand = any(f.support is Support.SUPPORTED for f in parts)
    if some_stand and any(f.support is not Support.SUPPORTED for f in parts):
        clause = next(f for f in parts if f.support is not Support.SUPPORTED)
        return Support.PARTIAL, f'"{clause.unit.comparison.claim}": {clause.reason}'
    return fallen[0].support, fallen[0].reason


def _ledger(finding: _Finding) -> Clause:
    unit = finding.unit
    covers = unit.comparison.contribution()
    alone = tuple(n for n, share in enumerate(covers) if share >= _CARRIES * max(covers) > 0)
    return Clause(
        text=unit.comparison.claim,
        start=unit.span[0],
        end=unit.span[1],
        support=finding.support,
        score=round(finding.score, 4),
        citations=alone,
    )

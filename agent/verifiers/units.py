"""What of a pair is scored: the sentence and, where it is long, each of its clauses."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.checks import (
    DOUBTS,
    HARD_NAMES,
    attribution,
    causation,
    detail,
    naming,
    negation,
    order,
    run,
    wording,
)
from agent.checks.frames import frames, reaches_back
from agent.checks.reading import Reading
from agent.clauses import clauses
from agent.types import Check, Outcome, Pair
from agent.verifiers.features import Comparison, Rarity
from agent.verifiers.verbatim import unframed, verbatim

SURE = math.log(0.7 / 0.3)
"""Log odds of the cross-encoder from which on a near copy may differ in a word: a synonym."""
BRIEF = 10
"""Words of a sentence up to which it stands only where the cross-encoder finds it more likely than
not. Few words have hardly any that could be missing, so the words in common tell little, and
sentences of that length are what the cross-encoder has read most of."""
_NOT_LIKELY = Check(
    name="entailment", outcome=Outcome.UNKNOWN, detail="the cited text does not carry it"
)


@dataclass(frozen=True)
class Unit:
    """A sentence or clause beside its evidence, and what the exact checkers found."""

    comparison: Comparison
    checks: tuple[Check, ...]
    span: tuple[int, int]
    """Characters of the sentence."""
    verbatim: bool
    brief: bool = False
    """A whole sentence of a few words."""

    @property
    def violated(self) -> list[Check]:
        return [check for check in self.checks if check.outcome is Outcome.VIOLATED]

    def refused(self, features: Mapping[str, float]) -> list[Check]:
        """Findings that decide: violations, and what the cross-encoder would have to make good.

        That is what is new where it is not sure, and few words where it finds them unlikely.
        """
        if self.verbatim or features["entailed"] >= SURE:
            return self.violated
        unsure = (check for check in self.checks if check.outcome is Outcome.UNKNOWN)
        doubts = [check for check in unsure if check.name in DOUBTS]
        if self.brief and features["entailed"] < 0:
            doubts.append(_NOT_LIKELY)
        return [*self.violated, *doubts]

    @property
    def texts(self) -> tuple[str, ...]:
        """What must be embedded to score it: what is said, then its windows."""
        return () if self.verbatim else (self.comparison.said, *self.comparison.windows)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What the cross-encoder must read to rule: nothing where a hard fact decides already."""
        decided = self.verbatim or any(check.name in HARD_NAMES for check in self.violated)
        return [] if decided else self.comparison.pairs


def prepare(pair: Pair, rarity: Rarity) -> list[Unit]:
    """Give the sentence first, then its clauses if it has several; nothing without evidence."""
    reading = Reading(pair.evidence)
    if not reading.lines:
        return []
    whole = _unit(pair.claim, (0, len(pair.claim)), reading, rarity)
    whole = replace(whole, brief=len(whole.comparison.said.split()) <= BRIEF)
    spans = clauses(pair.claim)
    if len(spans) == 1 or whole.verbatim:
        return [whole]
    parts = [_unit(pair.claim[start:end], (start, end), reading, rarity) for start, end in spans]
    told = frames(pair.claim)
    all_of_it = any(reaches_back(frame, pair.claim) for frame in told)
    first = min((frame.start for frame in told), default=len(pair.claim))
    covered = [all_of_it or first < part.span[1] for part in parts]
    cleared = (_without_attribution(p) if c else p for p, c in zip(parts, covered, strict=True))
    return [whole, *cleared]


def _unit(claim: str, span: tuple[int, int], reading: Reading, rarity: Rarity) -> Unit:
    said = unframed(claim, reading)
    comparison = Comparison(claim, said, reading, rarity)
    whole = verbatim(claim, reading) or verbatim(said, reading)
    return Unit(comparison, _checks(claim, said, reading), span, whole)


def _checks(claim: str, said: str, reading: Reading) -> tuple[Check, ...]:
    """Run the checkers; who publishes a text need not be named in it."""
    found = run(claim, reading)
    if said == claim:
        return found
    again = (negation, order, wording, detail, attribution, causation)
    own = {c.NAME: _moved(c.check(said, reading), claim.find(said)) for c in again}
    if naming.check(said, reading).outcome is not Outcome.VIOLATED:
        own[naming.NAME] = Check(name=naming.NAME, outcome=Outcome.OK)
    return tuple(own.get(check.name, check) for check in found)


def _moved(check: Check, by: int) -> Check:
    """Give a finding on a part of the claim that begins at `by`; -1 for one that is not in it."""
    if check.span is None:
        return check
    start, end = check.span
    span = (start + by, end + by) if by >= 0 else None
    return Check.model_validate({**check.model_dump(), "span": span})


def _without_attribution(part: Unit) -> Unit:
    """Drop a finding that is none where the sentence names elsewhere who says so."""
    return replace(part, checks=tuple(c for c in part.checks if c.name != attribution.NAME))

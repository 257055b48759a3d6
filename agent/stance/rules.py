"""The stance of a sentence where rules can tell it."""

from collections.abc import Sequence
from typing import Final

from agent.checks import check
from agent.stance.bearing import bearing, reversed_in
from agent.stance.concepts import ideas
from agent.stance.cues import DENIAL, DENIED, DOUBT, FIGURE, FIGURES, NEGATION, NOTHING, SILENCE
from agent.stance.proposition import Proposition, names_of
from agent.stance.said import Said
from agent.types import Check, Claim, Extract, Outcome, Stance
from agent.words import content, tokens

NAMED: Final = 0.50
"""Share of the claim's ideas that a denial must name to be a denial of it, its head among them."""
ALMOST: Final = 0.75
"""The same without the head."""
LEAST: Final = 3
"""Words beside the figure that make a claim recognisable."""


def by_rule(claim: Claim, known: Proposition | None, said: Said) -> Stance | None:
    """What the rules make of it; None where they leave it open."""
    if SILENCE.search(said.text):
        return Stance.NEITHER
    if _denies(claim, known, said.text):
        return Stance.AGAINST
    side = bearing(known, said) if known else None
    if side is Stance.AGAINST:
        return side
    checks = violated(claim, said.text) if side is Stance.FOR or FIGURE.search(claim.text) else []
    if _other_figure(claim, said.text, checks):
        return Stance.AGAINST
    if side is Stance.FOR:
        differs = any(c.name in FIGURES | {"roles"} for c in checks)
        return Stance.NEITHER if differs else side
    return None


def violated(claim: Claim, text: str) -> list[Check]:
    """What of the claim the exact checkers miss in the sentence."""
    found = check(claim.text, (Extract(text=text),))
    return [c for c in found if c.outcome is Outcome.VIOLATED]


def _other_figure(claim: Claim, text: str, checks: Sequence[Check]) -> bool:
    """The whole claim, but for a figure: the same thing cannot have two (dates may differ)."""
    if not checks or any(c.name not in FIGURES or c.evidence is None for c in checks):
        return False
    rest = {w for w in content(claim.text) if not FIGURE.search(w)}
    alike = bool(NEGATION.search(claim.text)) == bool(NEGATION.search(text))
    return alike and len(rest) >= LEAST and rest <= set(content(text)) and not _denial(text)


def _denial(text: str) -> bool:
    return bool(DENIAL.search(text) or NOTHING.search(text))


def _denies(claim: Claim, known: Proposition | None, text: str) -> bool:
    denied = DENIED.search(text)
    if known is None or denied is None or not _denial(text):
        return False
    if DOUBT.search(claim.text) or NEGATION.search(claim.text):
        return False
    found = ideas(denied["what"])
    what = names_of(found)
    heads = [idea for idea in found if idea.name == known.head]
    words = tokens(denied["what"])
    if any(reversed_in(known, words, found, head) for head in heads) or not known.figures <= what:
        return False
    return len(known.ideas & what) >= (NAMED if heads else ALMOST) * len(known.ideas)

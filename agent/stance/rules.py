"""The stance of a sentence where rules can tell it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from agent.checks import check
from agent.claims import read
from agent.stance.bearing import SAYS, bearing, of_the_time, one_persons_word, reversed_in, stranger
from agent.stance.concepts import ideas
from agent.stance.cues import (
    CHANGE,
    DENIAL,
    DENIED,
    DOUBT,
    FIGURE,
    FIGURES,
    HALF,
    NEGATION,
    NOTHING,
    PERCENT,
    SILENCE,
    SPEAKER,
    YEAR,
)
from agent.stance.denying import denied
from agent.stance.proposition import Proposition, dated, figure, names_of, proposition
from agent.stance.said import Said
from agent.types import Check, Claim, Extract, Outcome, Stance
from agent.words import tokens

NAMED: Final = 0.50
"""Share of the claim's ideas that a denial must name to be a denial of it, its head among them."""
ALMOST: Final = 0.75
"""The same without the head."""
TURNED: Final = {
    Stance.FOR: Stance.AGAINST,
    Stance.AGAINST: Stance.FOR,
    Stance.PARTLY: Stance.NEITHER,
    Stance.NEITHER: Stance.NEITHER,
}
"""What it is to deny what takes a side."""
LEAST: Final = 3
"""Words beside the figure that make a claim recognisable."""


def by_rule(claim: Claim, known: Proposition | None, said: Said) -> Stance | None:
    """What the rules make of it; None where they leave it open."""
    if SILENCE.search(said.text):
        return Stance.NEITHER
    if heard := SPEAKER.search(claim.text):
        return _of_a_speaker(heard, said)
    if turned := denied(said.text):
        return _turned(claim, known, replace(said, text=turned.what))
    if known and _half(known, said):
        return Stance.BOTH
    if _denies(claim, known, said):
        return Stance.AGAINST
    return _plain(claim, known, said)


def _half(known: Proposition, said: Said) -> bool:
    """Whether a fact-check of this claim rules that it is half true."""
    about = names_of(ideas(f"{said.source} {said.text}"))
    checks = said.kind == "fact-check" and bool(HALF.search(said.text))
    if not checks or known.head not in about or not of_the_time(known, said):
        return False
    return known.share(about) >= SAYS


def _of_a_speaker(heard: re.Match[str], said: Said) -> Stance | None:
    """Of a claim that somebody said something: only what that person is told to have said."""
    found = SPEAKER.search(said.text)
    if not (heard["what"] and found and found["what"]):
        return Stance.NEITHER
    if not set(tokens(heard["name"])) & set(tokens(found["name"])):
        return Stance.NEITHER
    inner = read(heard["what"])
    side = _plain(inner, proposition(inner), replace(said, text=found["what"]))
    return side or Stance.NEITHER


def _turned(claim: Claim, known: Proposition | None, said: Said) -> Stance:
    """Of a sentence that denies a statement: the other side than the statement's own."""
    if known is None:
        return Stance.NEITHER
    whole = any(figure(i.name) for i in ideas(said.text))
    side = bearing(known if whole else known.bare(), said)
    if side is Stance.FOR and whole and _differs(violated(claim, said.text)):
        return Stance.NEITHER
    return TURNED[side]


def _plain(claim: Claim, known: Proposition | None, said: Said) -> Stance | None:
    side = bearing(known, said) if known else None
    if side in {Stance.AGAINST, Stance.PARTLY}:
        return side
    checks = violated(claim, said.text) if side is Stance.FOR or FIGURE.search(claim.text) else []
    if known and _other_figure(known, said, checks):
        return Stance.AGAINST
    if side is Stance.FOR:
        return Stance.NEITHER if _differs(checks) else side
    return Stance.NEITHER if one_persons_word(said, claim.text) else None


def _differs(checks: Sequence[Check]) -> bool:
    return any(c.name in FIGURES | {"roles"} for c in checks)


def violated(claim: Claim, text: str) -> list[Check]:
    """What of the claim the exact checkers miss in the sentence."""
    found = check(claim.text, (Extract(text=text),))
    return [c for c in found if c.outcome is Outcome.VIOLATED]


def _other_figure(known: Proposition, said: Said, checks: Sequence[Check]) -> bool:
    """The whole claim, but for a figure: the same thing cannot have two at one time."""
    figures = [c for c in checks if c.name in FIGURES]
    words, here = tokens(said.text), ideas(said.text)
    own = names_of(here)
    theirs = {i.name for i in here if figure(i.name) and not dated(words, i)}
    one_each = len(known.figures) == len(theirs) == 1
    if not figures or not (one_each or all(c.evidence is not None for c in figures)):
        return False
    rest = known.ideas - known.figures
    if not _of_one_kind(known, said.text, own):
        return False
    alike = bool(NEGATION.search(known.text)) == bool(NEGATION.search(said.text))
    same = alike and len(rest) >= LEAST and rest <= own and not _denial(said.text)
    return same and not stranger(known, said.text, own) and not reversed_in(known, words, here)


def _of_one_kind(known: Proposition, text: str, own: set[str]) -> bool:
    """Whether its figures may be of the same thing: no change or year that the claim lacks."""
    dated_only_here = bool(YEAR.search(text)) and not YEAR.search(known.text)
    change_only_here = bool(CHANGE & own) and not CHANGE & known.ideas
    same_unit = bool(PERCENT.search(text)) == bool(PERCENT.search(known.text))
    return same_unit and not dated_only_here and not change_only_here


def _denial(text: str) -> bool:
    return bool(DENIAL.search(text) or NOTHING.search(text))


def _denies(claim: Claim, known: Proposition | None, said: Said) -> bool:
    text = said.text
    about = DENIED.search(text)
    if known is None or about is None or not _denial(text):
        return False
    if DOUBT.search(claim.text) or NEGATION.search(claim.text):
        return False
    found = ideas(about["what"])
    what = names_of(found)
    around = names_of(ideas(f"{text} {said.source} {said.passage}"))
    if reversed_in(known, tokens(about["what"]), found) or not known.figures <= what:
        return False
    least = NAMED if known.head in what else ALMOST
    return len(known.ideas & what) >= least * len(known.ideas) and not stranger(known, text, around)

"""Does the page speak for or against the claim?

What a sentence says with each of its citations is read by rules: it speaks *for* the claim where
it says it in the same or other words (`bearing`), *against* it where it says the opposite, says
that the claim is false, or gives another figure for the same thing. Where no rule can tell, and
the sentence has half of the claim's ideas and no other parties, the cross-encoder reads it beside
the claim and beside its opposite; only where both readings agree and are sure does it count.
Everything else speaks for neither side: what cannot be told is not guessed.
"""

from collections.abc import Sequence
from typing import Final

from agent.ports import Entailment, Shelf
from agent.stance.bearing import reversed_in, stranger, told_of
from agent.stance.concepts import ideas
from agent.stance.cues import NEGATION
from agent.stance.proposition import Proposition, proposition
from agent.stance.rules import by_rule, violated
from agent.stance.said import Said, said_by
from agent.stance.saying import says
from agent.stance.withdrawn import Withdrawal, withdrawals, withdrawn
from agent.types import CheckedSentence, Claim, Evidence, Kind, Stance
from agent.words import tokens

__all__ = [
    "NEGATION",
    "Said",
    "Withdrawal",
    "by_rule",
    "lean",
    "proposition",
    "says",
    "sides",
    "stances",
    "withdrawals",
    "withdrawn",
]

SUBJECT: Final = 0.50
"""Cosine from which the cross-encoder is asked about a sentence."""
KINDRED: Final = 0.5
"""Share of the claim's ideas without which the cross-encoder is not asked."""
SURE: Final = 0.85
"""How far the cross-encoder must lean to either side, in [0, 1], to be followed."""


def stances(
    claim: Claim, said: Sequence[Said], shelf: Shelf, entailment: Entailment
) -> list[Stance]:
    """Read the stance of each towards the claim, in order."""
    known = proposition(claim)
    found = [by_rule(claim, known, one) for one in said]
    open_ = [
        one.text
        for one, side in zip(said, found, strict=True)
        if side is None and known is not None and _kindred(known, one)
    ]
    leans = _leans(claim, open_, shelf, entailment)
    return [
        side if side is not None else _by_reading(claim, one, leans.get(one.text, 0.0))
        for one, side in zip(said, found, strict=True)
    ]


def sides(
    claim: Claim,
    page: Sequence[CheckedSentence],
    evidence: Evidence,
    shelf: Shelf,
    entailment: Entailment,
) -> list[tuple[Stance, ...]]:
    """Read the stance of each sentence, one for each of its citations; only findings have any.

    What its source, or the source it copies, took back later speaks for neither side.
    """
    findings = [s for s in page if s.kind is Kind.FINDING]
    said = [one for s in findings for one in said_by(s, evidence)]
    sources = {s.id: s for s in evidence.sources}
    cited = [sources[c.source] for s in findings for c in s.citations]
    back = withdrawals(evidence.passages)
    read = iter(
        Stance.NEITHER if withdrawn(one, source, back) else stance
        for one, source, stance in zip(
            said, cited, stances(claim, said, shelf, entailment), strict=True
        )
    )
    return [tuple(next(read) for _ in s.citations) if s.kind is Kind.FINDING else () for s in page]


def _leans(
    claim: Claim, texts: Sequence[str], shelf: Shelf, entailment: Entailment
) -> dict[str, float]:
    """Ask the cross-encoder about what is near the claim."""
    if not texts:
        return {}
    vectors = shelf.embed([claim.text, *texts])
    near = [t for t, c in zip(texts, vectors[1:] @ vectors[0], strict=True) if c >= SUBJECT]
    return dict(zip(near, lean(claim, near, entailment), strict=True))


def lean(claim: Claim, texts: Sequence[str], entailment: Entailment) -> list[float]:
    """How far each sentence leans to the claim (1) or against it (-1).

    The mean of two readings: P(supported) - P(contradicted) of the claim, and the same with the
    sign turned of its opposite. A model that reads the subject and not the negation gives 0.
    """
    if not texts:
        return []
    asked = [(text, said) for text in texts for said in (claim.text, claim.opposite)]
    read = entailment.probabilities(asked).reshape(-1, 2, 3)
    both = read[:, :, 0] - read[:, :, 1]
    return [float(side) for side in (both[:, 0] - both[:, 1]) / 2]


def _kindred(known: Proposition, said: Said) -> bool:
    """Whether it may speak of the claim at all: half of its ideas, and the same parties."""
    here = ideas(said.text)
    around = {i.name for i in (*here, *ideas(f"{said.source} {said.passage}"))}
    swapped = reversed_in(known, tokens(said.text), here)
    same = not swapped and not stranger(known, said.text, around)
    return same and known.share({i.name for i in here}) >= KINDRED


def _by_reading(claim: Claim, said: Said, leaning: float) -> Stance:
    """Follow the cross-encoder where it is sure, and no fact of the claim differs."""
    if leaning >= SURE and not violated(claim, said.text) and not told_of(said, claim.text):
        return Stance.FOR
    return Stance.AGAINST if leaning <= -SURE else Stance.NEITHER

"""A claim taken apart, to be looked for in sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from agent.claims.verbs import base_of
from agent.stance.concepts import Idea, ideas, is_act
from agent.stance.cues import ALL, ASPECT, BE, CUE, HARMLESS, LIGHT, MONTHS, WEAK, YEAR
from agent.types import Claim
from agent.words import tokens

LEAST: Final = 2
"""Ideas below which a claim says too little to be recognised."""


@dataclass(frozen=True)
class Proposition:
    """A claim to be looked for: its ideas, the one it says of the others, its polarity."""

    text: str
    ideas: frozenset[str]
    head: str
    before: frozenset[str]
    after: frozenset[str]
    negated: bool
    sweeping: bool

    @property
    def figures(self) -> frozenset[str]:
        """Numbers in it, dates apart: another number is another claim."""
        return frozenset(name for name in self.ideas if name[:1].isdigit())

    def share(self, names: set[str]) -> float:
        """Share of the claim's ideas among `names`; the head or its opposite is taken as there."""
        return len(self.ideas & (names | {self.head})) / len(self.ideas)


def proposition(claim: Claim) -> Proposition | None:
    """Take a claim apart; None where too little can be told of it."""
    found = ideas(claim.text)
    head = _head(claim, found)
    names = {i.name for i in found if i.name == head or not _weak(i.name)} - (LIGHT - {head})
    if len(names) + len(set(YEAR.findall(claim.text))) < LEAST or not head:
        return None
    at = next(n for n, idea in enumerate(found) if idea.name == head)
    first, then = names_of(found[:at]) & names, names_of(found[at:]) & names - {head}
    words = tokens(claim.text)
    if turned_round(words, found[at]):
        first, then = then, first
    return Proposition(
        text=claim.text,
        ideas=frozenset(names),
        head=head,
        before=frozenset(first - then),
        after=frozenset(then - first),
        negated=len(denials(words, found)) % 2 == 1,
        sweeping=any(i.name in ALL for i in found),
    )


def _weak(name: str) -> bool:
    """Dates are compared apart, and words that deny are counted."""
    dated = bool(YEAR.fullmatch(name)) or name in MONTHS
    return dated or name in WEAK | ALL or CUE.fullmatch(name) is not None


def names_of(found: Iterable[Idea]) -> set[str]:
    return {idea.name for idea in found}


def _head(claim: Claim, found: Sequence[Idea]) -> str:
    """The first idea where claim and opposite part ways: there stands what is said."""
    mine, theirs = tokens(claim.text), tokens(claim.opposite)
    changes = SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes()
    at = next((start for tag, start, *_ in changes if tag != "equal"), 0)
    if at == 0:  # "it is not true that ..."
        verbs = [n for n, word in enumerate(mine) if n and BE.fullmatch(word)]
        verbs = verbs or [n for n, word in enumerate(mine) if n and base_of(word)]
        at = verbs[0] if verbs else 0
    after = [i for i in found if i.end > at and i.name not in ASPECT and not CUE.fullmatch(i.name)]
    told = [i for i in after if i.name not in LIGHT]
    if after and after[0].name in LIGHT:
        told = [i for i in told if is_act(i.name)] or told
    return (told or after or found)[0].name if found else ""


def turned_round(words: Sequence[str], head: Idea) -> bool:
    """Whether who acts stands behind the head: "was sued by", "was sold to"."""
    behind = words[head.end : head.end + 2]
    return "by" in behind or (words[head.start] == "sold" and "to" in behind)


def denials(words: Sequence[str], found: Sequence[Idea]) -> list[int]:
    """Places of the words that deny, those within a phrase ("not guilty") left out."""
    within = {n for idea in found if idea.end - idea.start > 1 for n in range(idea.start, idea.end)}
    return [
        n
        for n, word in enumerate(words)
        if CUE.fullmatch(word)
        and n not in within
        and not (n + 1 < len(words) and words[n + 1] in HARMLESS)
    ]

"""What a claim says, in parts: agent, head, object, figures, dates, names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import Final

from agent.language import lexicon
from agent.language.names import LINKS, TITLES, names
from agent.language.text import lemma, tokens
from agent.language.verbs import base_of
from agent.stance.concepts import Concept, concepts, is_act
from agent.stance.cues import ALL, ASPECT, BE, CUE, HARMLESS, LIGHT, MONTHS, UNITS, WEAK, YEAR
from agent.types import Claim

NEAR: Final = 3
"""Words before the second party in which "by" or "to" stands, its article and title between."""
PASSIVE: Final = lexicon.words("core.be")
GIVEN: Final = frozenset(map(lemma, ("sell", "pay", "owe", "lose", "award")))
"""What these do "to" somebody is done by that somebody: "was sold to", "pays a fine to"."""
GOT: Final = frozenset("got gets received receives".split())  # noqa: SIM905
"""The same "from" somebody."""


def acts(words: Sequence[str], one: Concept, other: Concept, head: Concept) -> bool:
    """Whether the party `one` acts on the party `other` in a sentence that names both.

    Whoever stands first acts, unless the words between turn it round: "was sued by", "faces a
    lawsuit by", "was sold to", "must pay a fine to". `head` is what is done.
    """
    first, then = sorted((one, other), key=lambda idea: idea.start)
    between = words[first.end : then.start]
    near = between[-NEAR:]
    turned = (
        ("by" in near and bool(PASSIVE & set(between) or "by" in words[head.end : head.end + 1]))
        or ("to" in near and bool(GIVEN & set(map(lemma, between))))
        or ("from" in near and bool(GOT & set(between)))
    )
    return (first is one) != turned


def nearest(found: Sequence[Concept], party: frozenset[str], head: Concept) -> Concept | None:
    """The mention of a party that stands nearest to what is said of it."""
    told = [idea for idea in found if idea.name in party]
    return min(told, key=lambda idea: abs(idea.start - head.start), default=None)


Party = frozenset[str]
COUNTRIES: Final = frozenset({"us", "britain", "eu"})
"""What a paper of the country does not say: "violent crime fell" is crime in its country."""


@lru_cache(maxsize=8192)
def parties(text: str) -> tuple[tuple[Party, int], ...]:
    """Every name of a text as the ideas of its words, with its first character; titles left out.

    One word with a capital at the start is as often no name.
    """
    found = []
    for name in names(text):
        told = {i.name for i in concepts(text[name.start : name.end])} - TITLES - LINKS - MONTHS
        if told and not (
            name.opens and len(name.tokens) == 1 and text[name.start : name.end].istitle()
        ):
            found.append((frozenset(told), name.start))
    return tuple(found)


def party_is_named(wanted: Party, around: set[str]) -> bool:
    """Whether a name is among the ideas of a text, with half of its words at least."""
    return 2 * len(wanted & around) >= len(wanted)


def names_another_party(wanted: Party, text: str) -> bool:
    """Whether a text names somebody else by a part of a name: another Building Office.

    One who bears it all, or a part of it and nothing else, is the same.
    """
    told = [party for party, _ in parties(text) if party & wanted]
    return bool(told) and all(wanted - party and party - wanted for party in told)


LEAST: Final = 2
"""Ideas below which a claim says too little to be recognised."""


@dataclass(frozen=True)
class Proposition:
    """A claim to be looked for: its ideas, the one it says of the others, its polarity."""

    text: str
    concepts: frozenset[str]
    head: str
    before: frozenset[str]
    after: frozenset[str]
    negated: bool
    sweeping: bool
    actor: Party
    """Who acts, as far as the claim shows it; empty where it does not."""
    target: Party
    """Whom or what it is done to."""
    named: tuple[Party, ...]
    """Every name of the claim."""

    @property
    def figures(self) -> frozenset[str]:
        """Numbers in it, dates apart: another number is another claim."""
        return frozenset(filter(is_figure, self.concepts))

    def bare(self) -> "Proposition":
        """The same without its figures: whoever denies the whole denies it with every figure."""
        return replace(self, concepts=self.concepts - self.figures - UNITS)

    def share(self, names: set[str]) -> float:
        """Share of the claim's ideas among `names`; the head or its opposite is taken as there."""
        return len(self.concepts & (names | {self.head})) / len(self.concepts)


def proposition(claim: Claim) -> Proposition | None:
    """Take a claim apart; None where too little can be told of it."""
    words = tokens(claim.text)
    found = [i for i in concepts(claim.text) if not _day(words, i)]
    head = _head(claim, found)
    names = {i.name for i in found if i.name == head or not _weak(i.name)} - (LIGHT - {head})
    if len(names) + len(set(YEAR.findall(claim.text))) < LEAST or not head:
        return None
    at = next(n for n, idea in enumerate(found) if idea.name == head)
    first, then = names_of(found[:at]) & names, names_of(found[at:]) & names - {head}
    if is_passive(words, found[at]):
        first, then = then, first
    actor, target = _sides(
        claim, words, found[at], (frozenset(first - then), frozenset(then - first))
    )
    return Proposition(
        text=claim.text,
        concepts=frozenset(names),
        head=head,
        before=frozenset(first - then),
        after=frozenset(then - first),
        negated=_negated(words, found, found[at]),
        sweeping=any(i.name in ALL for i in found),
        actor=actor,
        target=target,
        named=tuple(party for party, _ in parties(claim.text)),
    )


def _sides(
    claim: Claim, words: Sequence[str], head: Concept, around: tuple[Party, Party]
) -> tuple[Party, Party]:
    """Who acts and on whom: the names on either side of the verb, else what stands there."""
    pairs = enumerate(zip(claim.text, claim.opposite, strict=False))
    verb = next((n for n, (mine, theirs) in pairs if mine != theirs), len(claim.opposite))
    told = parties(claim.text)
    before = next((n for n, (_, start) in enumerate(told) if start < verb), None)
    behind = next((n for n, (_, start) in enumerate(told) if start >= verb), None)
    if before is None or behind is None:
        return around
    one, other = _own(told, before), _own(told, behind)
    found = concepts(claim.text)
    mine, theirs = nearest(found, one, head), nearest(found, other, head)
    if mine is None or theirs is None:
        return around
    return (one, other) if acts(words, mine, theirs, head) else (other, one)


def _own(told: Sequence[tuple[Party, int]], at: int) -> Party:
    """What only this name of the claim has: two bodies of one town share its name."""
    others = [party for n, (party, _) in enumerate(told) if n != at]
    return told[at][0].difference(*others)


def is_dated(words: Sequence[str], idea: Concept) -> bool:
    """Whether a number is a year or the day of a month: dates are compared apart."""
    return bool(YEAR.fullmatch(idea.name)) or _day(words, idea)


def _day(words: Sequence[str], idea: Concept) -> bool:
    beside = (*words[max(0, idea.start - 1) : idea.start], *words[idea.end : idea.end + 1])
    return words[idea.start].isdigit() and any(word in MONTHS for word in beside)


def is_figure(name: str) -> bool:
    """Whether an idea is a number."""
    return name[:1].isdigit()


def _weak(name: str) -> bool:
    """Dates are compared apart, and words that deny are counted."""
    is_dated = bool(YEAR.fullmatch(name)) or name in MONTHS
    return is_dated or name in WEAK | ALL or CUE.fullmatch(name) is not None


def names_of(found: Iterable[Concept]) -> set[str]:
    return {idea.name for idea in found}


def _head(claim: Claim, found: Sequence[Concept]) -> str:
    """The first idea where claim and opposite part ways: there stands what is said."""
    mine, theirs = tokens(claim.text), tokens(claim.opposite)
    changes = SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes()
    at = next((start for tag, start, *_ in changes if tag != "equal"), 0)
    if at == 0:  # "it is not true that ..."
        verbs = [n for n, word in enumerate(mine) if n and BE.fullmatch(word)]
        verbs = verbs or [n for n, word in enumerate(mine) if n and base_of(word)]
        at = verbs[0] if verbs else 0
    after = [i for i in found if i.end > at and i.name not in ASPECT and not CUE.fullmatch(i.name)]
    acts_before = [i for i in found if i.end <= at and is_act(i.name)]
    told = [i for i in after if i.name not in LIGHT and not i.name[:1].isdigit()]
    if after and after[0].name in LIGHT:  # "put a ban on", "a ban was issued by"
        told = [i for i in told if is_act(i.name)] or acts_before[:1] or told
    told = told or acts_before[-1:]  # "the number that was counted was 9"
    return (told or after or found)[0].name if found else ""


def is_passive(words: Sequence[str], head: Concept) -> bool:
    """Whether who acts stands behind the head: "was sued by", "was sold to"."""
    behind = words[head.end : head.end + 2]
    return "by" in behind or (words[head.start] == "sold" and "to" in behind)


def _negated(words: Sequence[str], found: Sequence[Concept], head: Concept) -> bool:
    """Whether what is said is denied; "he said that it did not" says that he did say it."""
    cues = [n for n in denials(words, found) if n < head.end or words[n] == "without"]
    return len(cues) % 2 == 1


def denials(words: Sequence[str], found: Sequence[Concept]) -> list[int]:
    """Places of the words that deny, those within a phrase ("not guilty") left out."""
    within = {n for idea in found if idea.end - idea.start > 1 for n in range(idea.start, idea.end)}
    return [
        n
        for n, word in enumerate(words)
        if CUE.fullmatch(word)
        and n not in within
        and not (n + 1 < len(words) and words[n + 1] in HARMLESS)
    ]


def names_another_kind(claimed: Proposition, here: Sequence[Concept]) -> bool:
    """Whether a sentence has a noun of the claim's subject, and another word than its own before.

    "Hate crime fell" says nothing of violent crime. A sentence that has both words somewhere, or
    the noun without any, may speak of the same.
    """
    told = {idea.name for idea in here}
    return any(
        word not in told and any(_other(claimed, noun, pair) for pair in pairwise(here))
        for word, noun in _compounds(claimed)
    )


def _compounds(claimed: Proposition) -> list[tuple[str, str]]:
    """Neighbours of the claim's subject."""
    return [
        (one.name, two.name)
        for one, two in pairwise(concepts(claimed.text))
        if one.end == two.start and {one.name, two.name} <= claimed.before
    ]


def _other(claimed: Proposition, noun: str, pair: tuple[Concept, Concept]) -> bool:
    one, two = pair
    return two.name == noun and one.end == two.start and one.name not in claimed.concepts

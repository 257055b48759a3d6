"""Which sentences of the sources a page is made of."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np

from agent.checks.evidence_text import amounts_of
from agent.language.dates import dates
from agent.language.text import content, expanded
from agent.stance import NEGATION
from agent.writers.anaphora import leans_back
from agent.writers.attribution import about_itself, names_publisher
from agent.writers.candidates import Candidate
from agent.writers.facets import Facet
from agent.writers.follow_ups import speaks_of_a_gap
from agent.writers.reading import Reader
from retrieval.types import Vectors

PER_SECTION: Final = 4
PER_ORIGIN: Final = 2
"""Sentences of one origin in one section."""
MORE: Final = 0.04
"""Taken off a sentence for each that its origin has on the page already: breadth before depth."""
BEARS: Final = (0.20, 0.40)
"""Nearness below which a sentence is only on the topic and does not bear on the claim: between
these, so much as the best sentences leave."""
OF_THE_BEST: Final = 0.6
"""Share of the mean nearness of the best sentences, which a sentence must reach."""
BEST: Final = 5
"""Sentences that this mean is of."""
READ: Final = 0.30
"""Share of the cross-encoder in the nearness of a sentence; the rest is cosine."""
ELSEWHEN: Final = 0.15
"""Taken off a sentence about other years than those that the claim names."""
TOPIC: Final = 0.45
"""Cosine of a source's best sentence to the middle of the topic, below which it is off it."""
MIDDLE: Final = 12
"""Sentences nearest to the claim whose mean is the middle of the topic."""
IN_COMMON: Final = 2
"""Words of the claim, figures aside, that a source has which makes up the middle of the topic."""
LACKING: Final = 0.05
"""Added to `TOPIC` for each of these words that a source lacks."""
PARAGRAPH: Final = 0.5
"""Weight of the nearest sentence of its paragraph in the nearness of a sentence: what follows a
sentence on the claim is about it, though it does not name it again."""
WITNESSES: Final = 3
"""Origins that are heard for, and against, the claim even where they say the same."""
REPEATS: Final = 0.80
"""Cosine from which two sentences of different sources say the same: the second is left out."""
AGAIN: Final = 0.75
"""The same for two sentences of one origin."""
PERHAPS: Final = 0.60
"""Cosine from which two sentences are read for whether each says what the other says."""
OTHER_FIGURES: Final = 0.10
"""Added to both where either has a figure that the other has not."""
BEYOND: Final = 3
"""Sentences that may stand beyond the length of the page, each of a source not heard so far."""
LEADS: Final = 0.05
"""Added to the first sentence of a source: reports put first what matters most."""
DECISIVE: Final = 0.25
"""Added to a sentence that speaks for or against the claim: that is what was asked."""
DANGLES: Final = 0.10
"""Taken off a sentence about "the clip" that no sentence before it has named."""
INTRODUCES: Final = 0.10
"""Taken off a sentence whose subject is its own source: it introduces more than it says."""
SAYS_SOMETHING: Final = 4
"""Words with a meaning of their own that a sentence has at least."""
INTRODUCTION: Final = re.compile(
    r"^[^,;:]{3,90}?\b(?:looks? (?:at|into)|looked (?:at|into)|describes?|described|follows"
    r"|carries|summariz\w+|discuss\w*|presents?|covers?|collects?|tells? of"
    r"|(?:reported|reports|wrote|writes)(?: on [A-Z][a-z]+ \d+, \d{4},?)? (?:on|about))\b"
    r"(?! that\b)"
)
"""Who publishes and on what, without what it says."""


def choose(
    found: Sequence[Candidate], vectors: Vectors, claim: str, reader: Reader, most: int
) -> tuple[list[Candidate], list[Candidate]]:
    """Best first, at most `PER_ORIGIN` an origin and facet, without saying the same thing twice.

    Args:
        found: what there is.
        vectors: of each; shape (len(found), dimension).
        claim: what everything is about.
        reader: tells what says the same in other words.
        most: how many to choose; a few more may be chosen so that each near source is heard.

    Returns:
        What was chosen, and what bears on the claim, too, and repeats nothing of it.
    """
    choice = _Choice(found, vectors, claim, reader, most)
    chosen = [_near_the_claim(c) for c in choice.made()]
    return chosen, choice.spare()


def _near_the_claim(one: Candidate) -> Candidate:
    """What speaks for or against the claim is no wider context."""
    around = one.decisive and one.facet is Facet.CONTEXT
    return replace(one, facet=Facet.FACTS) if around else one


class _Choice:
    """One pass over the candidates, best first."""

    def __init__(
        self,
        found: Sequence[Candidate],
        vectors: Vectors,
        claim: str,
        reader: Reader,
        most: int,
    ) -> None:
        self._found, self._vectors, self._reader, self._most = found, vectors, reader, most
        near = _on_topic(found, vectors, claim)
        asked, spoken = years(claim), set(content(claim))
        self._worth = [_worth(c) - ELSEWHEN * _elsewhen(c, asked) for c in found]
        order = sorted(range(len(found)), key=lambda i: (-self._worth[i], i))
        fit = [i for i in order if found[i].source.id in near and says(found[i]) and found[i].run()]
        clear = [i for i in fit if not found[i].dangles(spoken)]
        witnesses = sum(found[i].decisive for i in clear)
        if witnesses >= WITNESSES:
            fit = clear
        else:
            fit = [i for i in fit if found[i].decisive or i in clear]
        best = [self._worth[i] for i in fit[:BEST]]
        self.least = min(max(OF_THE_BEST * sum(best) / max(1, len(best)), BEARS[0]), BEARS[1])
        self._order = [i for i in fit if found[i].decisive or self._worth[i] >= self.least]
        self._chosen: list[int] = []
        self._used: set[tuple[str, int]] = set()

    def made(self) -> list[Candidate]:
        """Take the best of what there is room for; then of each source that was not heard."""
        left = list(self._order)
        while left and len(self._chosen) < self._most:
            i = max(left, key=self._value)
            left.remove(i)
            if self._room(self._found[i]) or self._another_witness(i):
                self._take(i)
        for i in self._order:
            heard = {self._found[j].source.id for j in self._chosen}
            room = len(self._chosen) < self._most + min(BEYOND, self._most // 4)
            if room and self._found[i].source.id not in heard:
                self._take(i)
        return [self._found[i] for i in self._chosen]

    def spare(self) -> list[Candidate]:
        """What could be added without saying anything again, best first."""
        left = [i for i in self._order if not self._used & {c.key for c in self._found[i].run()}]
        return [self._found[i] for i in left if not self._repeats(i)]

    def _value(self, i: int) -> float:
        origin = self._found[i].source.origin
        taken = sum(self._found[j].source.origin == origin for j in self._chosen)
        return self._worth[i] - MORE * taken

    def _room(self, one: Candidate) -> bool:
        facet = [c for c in map(self._found.__getitem__, self._chosen) if c.facet is one.facet]
        mine = [c for c in facet if c.source.origin == one.source.origin]
        return len(facet) < PER_SECTION and len(mine) < PER_ORIGIN

    def _take(self, i: int) -> None:
        keys = {c.key for c in self._found[i].run()}
        if self._used & keys or (not self._another_witness(i) and self._repeats(i)):
            return
        self._chosen.append(i)
        self._used |= keys

    def _another_witness(self, i: int) -> bool:
        """Whether it is the first word of its origin on a side of the claim that has few others."""
        one = self._found[i]
        side = [c for c in map(self._found.__getitem__, self._chosen) if c.stance is one.stance]
        heard = {c.source.origin for c in side}
        return one.decisive and one.source.origin not in heard and len(heard) < WITNESSES

    def _repeats(self, i: int) -> bool:
        """The same again; a sentence that denies what another says is not the same.

        What is near enough to one that was chosen needs no reading; the others are read together.
        """
        one, perhaps = self._found[i], list[str]()
        for j in self._chosen:
            other = self._found[j]
            cosine = float(self._vectors[i] @ self._vectors[j])
            if cosine < PERHAPS or _denies(one.text) != _denies(other.text):
                continue
            if cosine >= _least(one, other):
                return True
            perhaps.append(other.text)
        return self._reader.restates(one.text, perhaps)


def _denies(text: str) -> bool:
    return bool(NEGATION.search(text))


def _least(one: Candidate, other: Candidate) -> float:
    """Cosine from which two sentences say the same without being read."""
    least = AGAIN if one.source.origin == other.source.origin else REPEATS
    differ = figures(one) != figures(other) or years(one.text) != years(other.text)
    return least + OTHER_FIGURES if differ else least


def figures(one: Candidate) -> frozenset[tuple[float, str]]:
    """The amounts that a sentence gives, dates aside."""
    return frozenset((a.value, str(a.measure)) for a in amounts_of(one.text))


@lru_cache(maxsize=4096)
def years(text: str) -> frozenset[int]:
    """Years spoken of; figures of different years are different figures."""
    return frozenset(found.year for found in dates(text) if found.year)


def nearness(one: Candidate) -> float:
    """How near it is to the claim: cosine, some of it lent by its paragraph, and what is read."""
    cosine = one.cosine + PARAGRAPH * (one.paragraph - one.cosine)
    return (1 - READ) * cosine + READ * one.bearing


def _elsewhen(one: Candidate, asked: frozenset[int]) -> bool:
    """Whether it speaks of years, and of none that the claim names."""
    spoken = years(one.text)
    return bool(asked and spoken) and not asked & spoken


def _worth(one: Candidate) -> float:
    """Nearness, for a sentence that says something of its own."""
    dangles = leans_back(one.text, one.source) and len(one.run()) == 1
    return (
        nearness(one)
        + DECISIVE * one.decisive
        + LEADS * (one.start == 0)
        - INTRODUCES * about_itself(one.text, one.source)
        - DANGLES * dangles
    )


def says(one: Candidate) -> bool:
    """Whether it says something, and not what its source does not say or is only about."""
    if len(content(one.text)) < SAYS_SOMETHING:
        return False
    return one.decisive or not (speaks_of_a_gap(one.text, one.source) or _introduces(one))


def _introduces(one: Candidate) -> bool:
    """Whether it only says what its source is about: "the report looks at two clips"."""
    opens = INTRODUCTION.match(one.text)
    mine = opens and (about_itself(one.text, one.source) or names_publisher(opens[0], one.source))
    return bool(mine)


def _on_topic(found: Sequence[Candidate], vectors: Vectors, claim: str) -> set[str]:
    """Sources of which a sentence is near the middle of the topic.

    The middle is that of sources which have words of the claim; who has fewer must come nearer.
    """
    held: dict[str, set[str]] = {}
    for one in found:
        held.setdefault(one.source.id, set(content(one.source.title))).update(content(one.text))
    asked = {w for w in expanded(claim) if not w.isdigit()}
    shared = {id_: len(words & asked) for id_, words in held.items()}
    ranked = sorted(range(len(found)), key=lambda i: -found[i].cosine)
    top = [i for i in ranked if shared[found[i].source.id] >= IN_COMMON] or ranked
    middle = vectors[top[:MIDDLE]].mean(axis=0) if top else vectors.sum(axis=0)
    near = vectors @ (middle / max(float(np.linalg.norm(middle)), 1e-9))
    needed = min(IN_COMMON, len(asked))
    return {
        c.source.id
        for c, cosine in zip(found, near, strict=True)
        if cosine >= TOPIC + LACKING * max(0, needed - shared[c.source.id])
    }


ALIKE: Final = 0.6
"""Share of the shorter sentence's words in the other, figures and dates aside, from which both
speak of the same figure."""
LEAST: Final = 5
"""Words in common without which that share means nothing."""
DAYS: Final = 7
"""Between two publications: reports of one week are one state of knowledge."""
COUNT: Final = 100
"""Plain numbers below which a number counts what is before the reader."""
DIGITS: Final = re.compile(r"\d")


def rival(one: Candidate, found: Sequence[Candidate]) -> Candidate | None:
    """The nearest sentence of another origin and time that gives the same thing another figure."""
    if one.source.published is None or not _figures(one.text):
        return None
    others = [(o, _alike(one, o)) for o in found if nearness(o) >= BEARS[0] and _comparable(one, o)]
    best = max(others, key=lambda other: other[1], default=None)
    return best[0] if best and best[1] >= ALIKE else None


def in_order(one: Candidate, other: Candidate) -> tuple[Candidate, Candidate]:
    """The later and the earlier of two sentences whose sources carry a date."""
    first, second = one.source.published, other.source.published
    if first is None or second is None:
        raise AssertionError("only dated sources supersede each other")
    return (one, other) if first > second else (other, one)


def _comparable(one: Candidate, other: Candidate) -> bool:
    first, second = one.source.published, other.source.published
    if first is None or second is None or abs((first - second).days) < DAYS:
        return False
    if any('"' in c.text for c in (one, other)):
        return False  # what somebody says is not what is counted
    if one.source.origin == other.source.origin or len(other.run()) != 1 or len(one.run()) != 1:
        return False
    mine, theirs = _figures(one.text), _figures(other.text)
    spoken = years(one.text), years(other.text)
    same = bool(spoken[0] & spoken[1]) or not (spoken[0] or spoken[1])
    return same and bool(mine and theirs) and mine[0] != theirs[0] and mine[0][1:] == theirs[0][1:]


@lru_cache(maxsize=4096)
def _figures(text: str) -> tuple[tuple[float, str, str], ...]:
    """The figures of a sentence in order: value, measure, unit; small counts are no figures."""
    found = ((q.value, str(q.measure), q.unit) for q in amounts_of(text))
    return tuple(f for f in found if f[1] != "number" or f[2] or f[0] >= COUNT)


def _alike(one: Candidate, other: Candidate) -> float:
    mine, theirs = ({w for w in content(c.text) if not DIGITS.search(w)} for c in (one, other))
    common = len(mine & theirs)
    return common / min(len(mine), len(theirs)) if common >= LEAST else 0.0

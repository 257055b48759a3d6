"""Which sentences of the evidence a page could be made of, and which of them are chosen.

Relevance is closeness to the claim and to the middle of what lies closest to the claim
(pseudo-relevance feedback, Rocchio 1971): a sentence near the claim by a chance word is far from
the rest of the topic.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from agent.drafters.facets import Facet, facet_of
from agent.drafters.gaps import speaks_of_a_gap
from agent.drafters.phrasing import about_itself, fit, leans_back, points_back
from agent.stance import NEGATION, Said, by_rule, proposition, withdrawals, withdrawn
from agent.types import Citation, Evidence, Plan, Stance
from agent.words import content, expanded
from retrieval.ports import Vectors
from retrieval.sentences import sentences
from retrieval.types import Passage, Source

Embed = Callable[[Sequence[str]], Vectors]

PER_SECTION: Final = 6
PER_ORIGIN: Final = 2
"""Sentences of one origin in one section: breadth before depth."""
RUN: Final = 3
"""Sentences of a run in which each leans on the one before; longer ones are left out."""
LONGEST: Final = 52
"""Words of a run, which is written as one sentence."""
RELEVANT: Final = 0.30
"""Cosine to the claim below which a sentence is not worth an editor's time."""
TOPIC: Final = 0.45
"""Cosine of a source's best sentence to the middle of the topic, below which it is off it."""
MIDDLE: Final = 12
"""Sentences nearest to the claim whose mean is the middle of the topic."""
FACETS: Final = 3
"""Facets below which none is given up."""
LONELY: Final = frozenset({Facet.ORIGIN, Facet.RULES, Facet.INQUIRY})
GAP: Final = 2
"""Characters between two sentences that follow each other: a space, or a blank line."""
WITNESSES: Final = 3
"""Origins that are heard for, and against, the claim even where they say the same."""
REPEATS: Final = 0.80
"""Cosine from which two sentences of different sources say the same: the second is left out."""
AGAIN: Final = 0.70
"""The same for two sentences of one origin."""
HEARD: Final = 0.38
"""Cosine from which a source on the topic is heard with its best sentence, wherever there is room
or not."""
LEADS: Final = 0.05
"""Added to the first sentence of a source: reports put first what matters most."""
DECISIVE: Final = 0.25
"""Added to a sentence that speaks for or against the claim: that is what was asked."""
DANGLES: Final = 0.10
"""Taken off a sentence about "the clip" that no sentence before it has named."""
INTRODUCES: Final = 0.05
"""Taken off a sentence whose subject is its own source: it introduces more than it says."""


THE_THING: Final = re.compile(r"^The (?:short )?([a-z-]+)")


@dataclass(frozen=True, eq=False)
class Candidate:
    """A sentence of a passage; offsets in the snapshot, in characters."""

    passage: Passage
    start: int
    end: int
    before: "Candidate | None"
    cosine: float
    facet: Facet
    stance: Stance = Stance.NEITHER
    """Whether it speaks for or against the claim, as far as rules can tell."""
    withdrawn: bool = False
    """Whether its source, or the one that it copies, took it back later."""

    @property
    def decisive(self) -> bool:
        return self.stance is not Stance.NEITHER

    @property
    def text(self) -> str:
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]

    @property
    def key(self) -> tuple[str, int]:
        return self.passage.id, self.start

    @property
    def source(self) -> Source:
        return self.passage.source

    def leans(self) -> bool:
        """Whether it needs the sentence before it."""
        return leans_back(self.text, self.source, self.before.text if self.before else None)

    def run(self) -> "tuple[Candidate, ...]":
        """The sentence after those it leans on; nothing where it leans on too many, or on none."""
        run = [self]
        while run[0].leans():
            if run[0].before is None and not points_back(run[0].text):
                break  # "the order" opens its paragraph; attribution says whose
            if run[0].before is None or len(run) == RUN:
                return ()
            run.insert(0, run[0].before)
        words = sum(len(c.text.split()) for c in run)
        whole = all(fit(c.text) and not (c.doubtful() or c.withdrawn) for c in run)
        whole = whole and (len(run) == 1 or words <= LONGEST)
        return tuple(run) if whole else ()

    def doubtful(self) -> bool:
        """Whether "the report" may be another one, which the paragraph has brought in before."""
        own = THE_THING.match(self.text) if about_itself(self.text, self.source) else None
        told = self.passage.text[: self.start - self.passage.start]
        return bool(
            own and re.search(rf"\b(?:an?|its|their|new|\w+'s) (?:[\w-]+ ){{0,3}}{own[1]}\b", told)
        )

    def citation(self) -> Citation:
        """Cite the sentence."""
        return Citation(
            source=self.passage.source.id,
            passage=self.passage.id,
            start=self.start,
            end=self.end,
            quote=self.text,
        )


def candidates(plan: Plan, evidence: Evidence, embed: Embed) -> tuple[list[Candidate], Vectors]:
    """Every sentence of the evidence in the order of its source, with its unit vector."""
    order = {s.id: n for n, s in enumerate(evidence.sources)}
    read = sorted(evidence.passages, key=lambda p: (order[p.source.id], p.start))
    spans = [(p, start, end) for p in read for start, end in sentences(p.text)]
    texts = [p.text[start:end] for p, start, end in spans]
    claim = plan.claim.text
    vectors = embed([claim, " ".join(expanded(claim)), *texts])
    cosines = (vectors[2:] @ vectors[:2].T).max(axis=1)
    found: list[Candidate] = []
    known, back = proposition(plan.claim), withdrawals(evidence.passages)
    for (passage, start, end), text, cosine in zip(spans, texts, cosines, strict=True):
        before = _just_before(found, passage, passage.start + start)
        leans = before is not None and leans_back(text, passage.source, before.text)
        facet = facet_of(text, passage.source, float(cosine))
        said = Said.of(text, passage, passage.start + start)
        one = Candidate(
            passage=passage,
            start=passage.start + start,
            end=passage.start + end,
            before=before,
            cosine=float(cosine),
            facet=before.facet if before and leans else facet,
            stance=by_rule(plan.claim, known, said) or Stance.NEITHER,
            withdrawn=withdrawn(said, passage.source, back),
        )
        found.append(one)
    return found, vectors[2:]


def choose(found: Sequence[Candidate], vectors: Vectors) -> list[Candidate]:
    """Best first, at most `PER_ORIGIN` an origin and facet, without saying the same thing twice.

    A facet that is left with one sentence goes up in another, while there are enough.
    """
    chosen = _chosen(found, vectors)
    counts = Counter(c.facet for c in chosen)
    for facet in [f for f, n in counts.items() if n == 1 and f in LONELY]:
        if len(counts) > FACETS:
            del counts[facet]
            home = Facet.FACTS if Facet.FACTS in counts else Facet.CONTEXT
            chosen = [replace(c, facet=home) if c.facet is facet else c for c in chosen]
    return chosen


def _chosen(found: Sequence[Candidate], vectors: Vectors) -> list[Candidate]:
    near = _on_topic(found, vectors)
    order = sorted(range(len(found)), key=lambda i: (-_worth(found[i]), i))
    order = [i for i in order if found[i].source.id in near and _says(found[i]) and found[i].run()]
    chosen: list[int] = []
    used: set[tuple[str, int]] = set()

    def take(i: int, *, room: bool) -> None:
        one = found[i]
        keys = {c.key for c in one.run()}
        facet = [found[j] for j in chosen if found[j].facet is one.facet]
        mine = [c for c in facet if c.source.origin == one.source.origin]
        full = room and (len(facet) >= PER_SECTION or len(mine) >= PER_ORIGIN)
        if used & keys:
            return
        again = any(_repeats(one, found[j], float(vectors[i] @ vectors[j])) for j in chosen)
        if (full or again) and not _another_witness(one, [found[j] for j in chosen]):
            return
        chosen.append(i)
        used.update(keys)

    for i in order:
        take(i, room=True)
    for i in order:
        heard = {found[j].source.id for j in chosen}
        if found[i].source.id not in heard and _worth(found[i]) >= HEARD:
            take(i, room=False)
    return [found[i] for i in chosen]


def _another_witness(one: Candidate, chosen: Sequence[Candidate]) -> bool:
    """Whether it is the first word of its origin on a side of the claim that has few others."""
    heard = {c.source.origin for c in chosen if c.stance is one.stance}
    return one.decisive and one.source.origin not in heard and len(heard) < WITNESSES


def _worth(one: Candidate) -> float:
    """Closeness to the claim, for a sentence that says something of its own."""
    dangles = leans_back(one.text, one.source) and len(one.run()) == 1
    return (
        one.cosine
        + DECISIVE * one.decisive
        + LEADS * (one.start == 0)
        - INTRODUCES * about_itself(one.text, one.source)
        - DANGLES * dangles
    )


def _says(one: Candidate) -> bool:
    enough = (one.decisive or one.cosine >= RELEVANT) and len(content(one.text)) >= 4
    return enough and (one.decisive or not speaks_of_a_gap(one.text, one.source))


def _on_topic(found: Sequence[Candidate], vectors: Vectors) -> set[str]:
    """Sources of which a sentence is near the middle of the topic."""
    if not found:
        return set()
    top = sorted(range(len(found)), key=lambda i: -found[i].cosine)[:MIDDLE]
    middle = vectors[top].mean(axis=0)
    near = vectors @ (middle / max(float(np.linalg.norm(middle)), 1e-9))
    return {c.source.id for c, cosine in zip(found, near, strict=True) if cosine >= TOPIC}


def _just_before(found: Sequence[Candidate], passage: Passage, start: int) -> Candidate | None:
    """The sentence that ends where this one begins; one from elsewhere would join strangers."""
    last = found[-1] if found else None
    if last is None or last.passage.source.id != passage.source.id:
        return None
    return last if 0 <= start - last.end <= GAP else None


def _repeats(one: Candidate, other: Candidate, cosine: float) -> bool:
    """The same again; a sentence that denies what another says is not the same."""
    negated = [bool(NEGATION.search(c.text)) for c in (one, other)]
    least = AGAIN if one.source.origin == other.source.origin else REPEATS
    return cosine >= least and negated[0] == negated[1]

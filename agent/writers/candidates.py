"""The sentences of the evidence that a page could be made of; `selection` takes some of them."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from agent.language.lexicon import pattern
from agent.language.text import content, expanded, lemma
from agent.types import Citation, Evidence, Plan, SourceStance, Stance
from agent.writers.anaphora import DANGLING, KNOWN, fit, leans_back, points_back
from agent.writers.attribution import FRAME, about_itself, capitalise_first, names_authors
from agent.writers.facets import Facet, facet_of
from agent.writers.reading import Reader
from retrieval.sentences import split_sentences
from retrieval.types import Passage, Source, Vectors

Embed = Callable[[Sequence[str]], Vectors]

RUN: Final = 3
"""Sentences of a run in which each leans on the one before; longer ones are left out."""
LONGEST: Final = 52
"""Words of a run, which is written as one sentence."""
READ: Final = 44
"""Sentences of one draft that the cross-encoder reads beside the claim, nearest first."""
UNREAD: Final = 0.15
"""Taken for how far a sentence speaks to the claim that was not read beside it."""
RELEVANT: Final = 0.25
"""Nearness, half its own and half its paragraph's, below which a sentence is not read at all."""
GAP: Final = 2
"""Characters between two sentences that follow each other: a space, or a blank line."""
DEFINITE: Final = pattern(
    r"\b[Tt]he ([a-z][a-z-]{2,})\b(?!-)(?! (?:of|that|who|which|in|on|for|to|from|at|by|behind)\b)"
)
"""A thing that is spoken of as known, without words behind it that say which."""
INTRODUCED: Final = r"\b(?:an?|one|two|three|another|its|their|his|her|new|some|\w+'s) "
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
    paragraph: float = 0.0
    """The cosine of the nearest sentence of its passage."""
    bearing: float = 0.0
    """How far it speaks to the claim, for or against, by the cross-encoder; in [0, 1]."""
    stance: Stance = Stance.NEITHER
    """The side that its source takes with these words."""
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
        if self.before and any(
            _introduced(noun[1], self.before.text) for noun in DEFINITE.finditer(self.text)
        ):
            return True
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

    def dangles(self, known: Collection[str] = ()) -> bool:
        """Whether a reader cannot tell which thing it speaks of: "the panel", never named.

        Args:
            known: words that the page has from the start, as `content` gives them.
        """
        run = self.run()
        told = self.passage.text[: run[0].start - self.passage.start] if run else ""
        shown = set(known)
        if len(run) == 1 and points_back(capitalise_first(FRAME.sub("", self.text))):
            return True
        for one in run:
            for noun in DEFINITE.finditer(one.text):
                word = noun[1]
                if word in KNOWN or any(w.endswith(lemma(word)) for w in shown):
                    continue  # "the call" is a robocall that was spoken of
                led = one.text[: noun.start()] in {"", "According to "}
                opens = led or bool(DANGLING.match(one.text[: noun.end()]))
                itself = about_itself(one.text, one.source) or names_authors(one.text, one.source)
                named = itself and opens
                if not named and (opens or _introduced(word, told)):
                    return True
            shown |= set(content(one.text))
        return False

    def doubtful(self) -> bool:
        """Whether "the report" may be another one, which the paragraph has brought in before."""
        own = THE_THING.match(self.text) if about_itself(self.text, self.source) else None
        told = self.passage.text[: self.start - self.passage.start]
        return bool(
            own and re.search(rf"\b(?:an?|its|their|new|\w+'s) (?:[\w-]+ ){{0,3}}{own[1]}\b", told)
        )

    def citation(self) -> Citation:
        """Cite the sentence."""
        first = self.passage.start
        return Citation.of(self.passage, self.start - first, self.end - first)


def _introduced(noun: str, text: str) -> bool:
    """Whether a text brings a thing in: "a panel of experts"."""
    before = rf"{INTRODUCED}(?:[\w-]+ ){{0,3}}?{re.escape(noun)}\b"
    return noun in text and bool(re.search(before, text, re.IGNORECASE))


def candidates(
    plan: Plan, evidence: Evidence, embed: Embed, reader: Reader
) -> tuple[list[Candidate], Vectors]:
    """Every sentence of the evidence in the order of its source, with its unit vector.

    Those near enough to the claim are read beside it, too.
    """
    order = {s.id: n for n, s in enumerate(evidence.sources)}
    ordered = sorted(evidence.passages, key=lambda p: (order[p.source.id], p.start))
    spans = [(p, start, end) for p in ordered for start, end in split_sentences(p.text)]
    texts = [p.text[start:end] for p, start, end in spans]
    claim = plan.claim.text
    vectors = embed([claim, " ".join(expanded(claim)), *texts])
    cosines = (vectors[2:] @ vectors[:2].T).max(axis=1).tolist()
    near: dict[str, float] = {}
    for (passage, _, _), cosine in zip(spans, cosines, strict=True):
        near[passage.id] = max(near.get(passage.id, -1.0), cosine)
    lent = [c + near[passage.id] for (passage, _, _), c in zip(spans, cosines, strict=True)]
    nearest = sorted(range(len(lent)), key=lambda n: (-lent[n], n))[:READ]
    close = [n for n in nearest if lent[n] >= 2 * RELEVANT]
    read = reader.bearings(claim, [texts[n] for n in close])
    bearings = dict(zip(close, read, strict=True))
    facets = {p.id: facet_of(p.text, p.source, near[p.id]) for p, _, _ in spans}
    found: list[Candidate] = []
    for n, ((passage, start, end), cosine) in enumerate(zip(spans, cosines, strict=True)):
        cited = Citation.of(passage, start, end)
        one = Candidate(
            passage=passage,
            start=passage.start + start,
            end=passage.start + end,
            before=_just_before(found, passage, passage.start + start),
            cosine=cosine,
            paragraph=near[passage.id],
            bearing=bearings.get(n, UNREAD),
            facet=facets[passage.id],
            stance=_side(cited, evidence.stances),
            withdrawn=any(cited.overlaps(gone) for gone in evidence.withdrawn),
        )
        found.append(one)
    return found, vectors[2:]


def _side(cited: Citation, stances: Sequence[SourceStance]) -> Stance:
    """The side that a source takes with these words."""
    mine = (s for s in stances if s.takes_a_side and any(cited.overlaps(w) for w in s.words))
    return next((s.stance for s in mine), Stance.NEITHER)


def _just_before(found: Sequence[Candidate], passage: Passage, start: int) -> Candidate | None:
    """The sentence that ends where this one begins; one from elsewhere would join strangers."""
    last = found[-1] if found else None
    if last is None or last.passage.source.id != passage.source.id:
        return None
    return last if 0 <= start - last.end <= GAP else None

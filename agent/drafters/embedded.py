"""An extractive drafter: it says only what passages say, in sentences that stand alone.

No language model. Sentences are picked by closeness to the claim, kept in the order of their
source, attributed, and grouped by facet; a pronoun brings the sentence before it along.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from agent.absence import proposition, searched
from agent.drafters.conclusion import conclude
from agent.drafters.facets import Facet, facet_of, heading
from agent.drafters.phrasing import fit, leans_back, points_back, standing_alone
from agent.ledger import Ledger
from agent.stance import NEGATION
from agent.types import (
    CheckedSection,
    Citation,
    Conclusion,
    Evidence,
    Kind,
    Plan,
    Ruling,
    Section,
    Sentence,
)
from agent.words import content, expanded
from retrieval.ports import Vectors
from retrieval.sentences import sentences
from retrieval.types import Passage

Embed = Callable[[Sequence[str]], Vectors]

PER_SECTION: Final = 6
PER_SOURCE: Final = 2
"""Sentences of one source in one section: breadth before depth."""
RUN: Final = 3
"""Sentences of a run in which each leans on the one before; longer ones are left out."""
RELEVANT: Final = 0.30
"""Cosine to the claim below which a sentence is not worth an editor's time."""
GAP: Final = 2
"""Characters between two sentences that follow each other: a space, or a blank line."""
REPEATS: Final = 0.80
"""Cosine from which two sentences of different sources say the same: the second is left out."""


@dataclass(frozen=True)
class _Candidate:
    passage: Passage
    start: int
    end: int
    before: "_Candidate | None"
    cosine: float
    facet: Facet

    @property
    def text(self) -> str:
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]

    @property
    def key(self) -> tuple[str, int]:
        return self.passage.id, self.start

    def run(self) -> "tuple[_Candidate, ...]":
        """The sentence after those it leans on; nothing where it leans on too many, or on none."""
        run = [self]
        while leans_back(run[0].text):
            if run[0].before is None and not points_back(run[0].text):
                break  # "the order" opens its paragraph; attribution says whose
            if run[0].before is None or len(run) == RUN:
                return ()
            run.insert(0, run[0].before)
        return tuple(run) if all(fit(c.text) for c in run) else ()

    def citation(self) -> Citation:
        return Citation(
            source=self.passage.source.id,
            passage=self.passage.id,
            start=self.start,
            end=self.end,
            quote=self.text,
        )


class EmbeddedDrafter:
    """Drafts from passages alone."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    @property
    def name(self) -> str:
        return "embedded"

    def draft(self, plan: Plan, evidence: Evidence) -> tuple[Section, ...]:
        candidates, vectors = self._candidates(plan, evidence)
        chosen = _choose(candidates, vectors)
        used: set[tuple[str, int]] = set()
        claim = plan.claim.text
        sections = [_section(f, [c for c in chosen if c.facet is f], used, claim) for f in Facet]
        return tuple(s for s in sections if s.sentences)

    def conclude(
        self, plan: Plan, evidence: Evidence, body: Sequence[CheckedSection], ledger: Ledger
    ) -> Conclusion:
        return conclude(plan, evidence, body, ledger)

    def revise(
        self, rejected: Sequence[tuple[Sentence, Ruling]], evidence: Evidence
    ) -> list[Sentence | None]:
        """Go back to the source's own words, or to the search that an absence came from."""
        return [
            _searched(sentence, evidence) if sentence.kind is Kind.ABSENCE else _plain(sentence)
            for sentence, _ in rejected
        ]

    def _candidates(self, plan: Plan, evidence: Evidence) -> tuple[list[_Candidate], Vectors]:
        order = {s.id: n for n, s in enumerate(evidence.sources)}
        read = sorted(evidence.passages, key=lambda p: (order[p.source.id], p.start))
        spans = [(p, start, end) for p in read for start, end in sentences(p.text)]
        texts = [p.text[start:end] for p, start, end in spans]
        claim = plan.claim.text
        vectors = self._embed([claim, " ".join(expanded(claim)), *texts])
        cosines = (vectors[2:] @ vectors[:2].T).max(axis=1)
        found: list[_Candidate] = []
        for (passage, start, end), text, cosine in zip(spans, texts, cosines, strict=True):
            before = _just_before(found, passage, passage.start + start)
            found.append(
                _Candidate(
                    passage=passage,
                    start=passage.start + start,
                    end=passage.start + end,
                    before=before,
                    cosine=float(cosine),
                    facet=before.facet
                    if before and leans_back(text)
                    else facet_of(text, passage.source, float(cosine)),
                )
            )
        return found, vectors[2:]


def _searched(sentence: Sentence, evidence: Evidence) -> Sentence | None:
    """That a search was made: what is left of an absence that no certificate carries."""
    claimed = proposition(sentence.text)
    if claimed is None:
        return None
    text = searched(evidence.scope, claimed)
    return Sentence(text=text, kind=sentence.kind, citations=sentence.citations)


def _plain(sentence: Sentence) -> Sentence | None:
    if len(sentence.citations) != 1 or sentence.citations[0].quote == sentence.text:
        return None
    plain = sentence.citations[0].quote
    return Sentence(text=plain, kind=sentence.kind, citations=sentence.citations)


def _choose(candidates: Sequence[_Candidate], vectors: Vectors) -> list[_Candidate]:
    """Best first, at most `PER_SOURCE` a source and facet, without saying the same thing twice."""
    order = sorted(range(len(candidates)), key=lambda i: (-candidates[i].cosine, i))
    chosen: list[int] = []
    for i in order:
        one = candidates[i]
        if one.cosine < RELEVANT or len(content(one.text)) < 4 or not one.run():
            continue
        facet = [candidates[j] for j in chosen if candidates[j].facet is one.facet]
        mine = [c for c in facet if c.passage.source.id == one.passage.source.id]
        if len(facet) >= PER_SECTION or len(mine) >= PER_SOURCE:
            continue
        if any(_repeats(one, candidates[j], float(vectors[i] @ vectors[j])) for j in chosen):
            continue
        chosen.append(i)
    return [candidates[i] for i in chosen]


def _just_before(found: Sequence[_Candidate], passage: Passage, start: int) -> _Candidate | None:
    """The sentence that ends where this one begins; one from elsewhere would join strangers."""
    last = found[-1] if found else None
    if last is None or last.passage.source.id != passage.source.id:
        return None
    return last if 0 <= start - last.end <= GAP else None


def _repeats(one: _Candidate, other: _Candidate, cosine: float) -> bool:
    """The same again; a sentence that denies what another says is not the same."""
    negated = [bool(NEGATION.search(c.text)) for c in (one, other)]
    return cosine >= REPEATS and negated[0] == negated[1]


def _section(
    facet: Facet, chosen: Sequence[_Candidate], used: set[tuple[str, int]], claim: str
) -> Section:
    """Group by source, nearest source first, each source's sentences in its own order."""
    sources = list(dict.fromkeys(c.passage.source.id for c in chosen))
    ordered = sorted(chosen, key=lambda c: (sources.index(c.passage.source.id), c.start))
    told: list[_Candidate] = []
    for candidate in ordered:
        told += [c for c in candidate.run() if c.key not in used]
        used |= {c.key for c in candidate.run()}
    written = tuple(
        Sentence(text=standing_alone(c.text, c.passage.source), citations=(c.citation(),))
        for c in told
    )
    title = heading(facet, [s.text for s in written], [c.passage.source for c in told], claim)
    return Section(heading=title, sentences=written)

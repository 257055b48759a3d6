"""An extractive writer: it says only what passages say, in sentences that stand alone.

No language model. Sentences are picked by closeness to the claim, grouped by facet and source,
attributed, and joined with what they lean on; see `selection` for the choice and
`realization` for the words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agent.language.absences import proposition, searched
from agent.language.text import content
from agent.settings import Length
from agent.statements import RecordStatements
from agent.types import (
    CheckedSection,
    Conclusion,
    Draft,
    Evidence,
    Kind,
    Plan,
    Section,
    Sentence,
    Stance,
    Verdict,
    VerdictLabel,
    Verification,
)
from agent.writers.anaphora import Explainer, points_back
from agent.writers.attribution import FRAME, Casing
from agent.writers.candidates import Candidate, Embed, candidates
from agent.writers.conclusion import conclude
from agent.writers.facets import Facet, heading
from agent.writers.headings import bare, find_headings
from agent.writers.quotations import plain
from agent.writers.reading import Reader
from agent.writers.realization import SentenceWriter
from agent.writers.sections import APART, SECTIONS, Composer, Key, group
from agent.writers.selection import choose, in_order, rival
from retrieval.sentences import split_sentences
from retrieval.types import Vectors

SAME: Final = 0.80
"""Cosine from which a sentence of another origin may say the same; the judge decides."""
SHARE: Final = 0.6
"""Share of a sentence's words that another one must have for that."""
LEAD: Final = 2
"""Findings that open the summary."""
FEW: Final = 4
"""Sentences below which nothing is taken out of the body for the summary."""
TRIES: Final = 14
"""Sentences whose short forms are tried for headings, best first."""
SPEAKS: Final = 0.15
"""How far a finding must speak to the claim to head a section."""
HEADS: Final[dict[Length, int]] = {"short": 2, "standard": 3, "full": 6}
"""Sections of a body, by length."""
SIDES: Final = {
    VerdictLabel.REFUTED: (Stance.AGAINST, Stance.BOTH),
    VerdictLabel.SUPPORTED: (Stance.FOR, Stance.BOTH),
    VerdictLabel.MIXED: (Stance.FOR, Stance.PARTLY, Stance.BOTH, Stance.AGAINST),
    VerdictLabel.UNPROVEN: (Stance.FOR, Stance.AGAINST, Stance.BOTH, Stance.PARTLY),
}
"""Whose words open the summary, by verdict."""
CHOSEN: Final[dict[Length, int]] = {"short": 5, "standard": 12, "full": 22}
"""Sentences of sources that a page of a length is made of."""


class EmbeddedWriter:
    """Drafts from passages alone.

    Args:
        embed: texts as unit vectors.
        reader: whether a sentence bears on the claim, is carried, or says what another one says.
        length: how much to write.
    """

    rounds = 2

    def __init__(self, embed: Embed, reader: Reader, length: Length = "standard") -> None:
        self._embed, self._reader, self._length = embed, reader, length

    @property
    def name(self) -> str:
        return "embedded"

    def draft(self, plan: Plan, evidence: Evidence, verdict: Verdict) -> Draft:
        """The findings that open the summary, and the body; the rest is concluded later."""
        ranked = Evidence(**{**dict(evidence), "hits": evidence.ranked})
        found, vectors = candidates(plan, ranked, self._embed, self._reader)
        vector = {c.key: v for c, v in zip(found, vectors, strict=True)}
        most = CHOSEN[self._length]
        chosen, spare = choose(found, vectors, plan.claim.text, self._reader, most)
        lead = _lead(chosen, verdict)
        teller = SentenceWriter(Casing.of(p.text for p in evidence.passages))
        used: set[Key] = set()
        summary: list[Sentence] = []
        for one in lead:
            teller.turn()
            used |= {r.key for r in one.run()}
            other = rival(one, found)
            if other is not None and other.key not in used:
                used.add(other.key)
                summary.append(teller.change(*in_order(one, other)))
            else:
                summary.append(self._backed(teller.tell(one), one, found, vector, evidence))
        rest = [c for c in chosen if c.key not in used]
        heads = self._heads([*rest, *spare], plan, evidence, vector)
        desk = Composer(found, teller, used)
        parts: list[_Part] = []
        for title, facet, mine in group(rest, heads, vector):
            told = desk.written(mine)
            if told:
                parts.append(_Part(facet, told, title))
        explainer = Explainer(evidence)
        opening = tuple(explainer.explain(s) for s in summary)
        sections = [
            Section(
                heading=_title(p, plan, evidence),
                sentences=tuple(map(explainer.explain, p.sentences)),
            )
            for p in parts
        ]
        return Draft(
            writer=self.name,
            sections=tuple(sections),
            headings=tuple(p.heading for p in parts),
            summary=opening,
        )

    def _heads(
        self,
        ranked: Sequence[Candidate],
        plan: Plan,
        evidence: Evidence,
        vector: Mapping[Key, Vectors],
    ) -> dict[Key, tuple[Candidate, Sentence]]:
        """Sentences that are findings short enough to head a section, on different matters."""
        [middle] = self._embed([plan.claim.text])

        def near(texts: Sequence[str]) -> list[float]:
            return [float(c) for c in self._embed(texts) @ middle]

        alone = [c for c in ranked if len(c.run()) == 1]
        first = [c for c in alone if c.bearing >= SPEAKS][:TRIES]
        heads: dict[Key, tuple[Candidate, Sentence]] = {}
        for tried in (first, [c for c in alone if c not in first]):
            if len(heads) >= SECTIONS:
                break
            whole = [Sentence(text=c.text, citations=(c.citation(),)) for c in tried]
            found = find_headings(whole, evidence, self._reader, near)
            for one, title in zip(tried, found, strict=True):
                apart = all(
                    float(vector[one.key] @ vector[key]) < APART and c.passage.id != one.passage.id
                    for key, (c, _) in heads.items()
                )
                if title and apart and len(heads) < HEADS[self._length]:
                    heads[one.key] = one, title
        return heads

    def _backed(
        self,
        told: Sentence,
        one: Candidate,
        found: Sequence[Candidate],
        vector: Mapping[Key, Vectors],
        evidence: Evidence,
    ) -> Sentence:
        """The sentence with words of another origin that carry it alone, where there are any."""
        words = set(content(bare(one.text)))
        near = [
            c
            for c in found
            if c.source.origin != one.source.origin
            and not c.withdrawn
            and float(vector[one.key] @ vector[c.key]) >= SAME
            and len(words & set(content(c.text))) >= SHARE * len(words)
        ]
        alone = [Sentence(text=f"{bare(one.text)}.", citations=(c.citation(),)) for c in near]
        carried = self._reader.carried(alone, evidence)
        others = [s.citations[0] for s, fits in zip(alone, carried, strict=True) if fits]
        return Sentence(text=told.text, citations=(*told.citations, *others[:1]))

    def conclude(
        self,
        plan: Plan,
        evidence: Evidence,
        body: Sequence[CheckedSection],
        record: RecordStatements,
    ) -> Conclusion:
        texts = [s.text for section in body for s in section.sentences]
        vectors = self._embed([plan.claim.text, *texts])
        near = dict(zip(texts, map(float, vectors[1:] @ vectors[0]), strict=True))
        return conclude(plan, evidence, body, record, near)

    def revise(
        self, rejected: Sequence[tuple[Sentence, Verification]], evidence: Evidence
    ) -> list[Sentence | None]:
        """Go back to the source's own words, or to the search that an absence came from."""
        return [
            _searched(sentence, evidence)
            if sentence.kind is Kind.ABSENCE
            else _plainer(sentence, evidence)
            for sentence, _ in rejected
        ]


@dataclass(frozen=True)
class _Part:
    """A section in the making."""

    facet: Facet
    sentences: tuple[Sentence, ...]
    heading: Sentence | None


def _title(part: _Part, plan: Plan, evidence: Evidence) -> str:
    """What a section is about: it asserts nothing, and stands where no finding heads it."""
    cited = {c.source for s in part.sentences for c in s.citations}
    return heading(
        part.facet,
        [FRAME.sub("", " ".join(c.quote for c in s.citations)) for s in part.sentences],
        [s for s in evidence.sources if s.id in cited],
        plan.claim.text,
    )


def _lead(chosen: Sequence[Candidate], verdict: Verdict) -> list[Candidate]:
    """The findings that answer: of the side that the verdict is on, each of another origin."""
    sides = SIDES[verdict.label]
    decisive = [c for c in chosen if c.stance in sides]
    if verdict.label is VerdictLabel.MIXED:
        decisive.sort(key=lambda c: c.stance is Stance.AGAINST)
        against = next((c for c in decisive if c.stance is Stance.AGAINST), None)
        first = next((c for c in decisive if c is not against), None)
        picked = [c for c in (first, against) if c]
    else:
        picked = []
    for one in (*decisive, *chosen):
        if len(picked) < LEAD and all(p.source.origin != one.source.origin for p in picked):
            picked.append(one)
    return picked[: max(0, min(LEAD, len(chosen) - FEW))]


def _searched(sentence: Sentence, evidence: Evidence) -> Sentence | None:
    """That a search was made: what is left of an absence that no certificate carries."""
    claimed = proposition(sentence.text)
    if claimed is None:
        return None
    text = searched(evidence.scope, claimed)
    return Sentence(text=text, kind=sentence.kind, citations=sentence.citations)


def _plainer(sentence: Sentence, evidence: Evidence) -> Sentence | None:
    """The first cited sentence in its source's words: attributed, then bare; else nothing."""
    if not sentence.citations or sentence.kind is not Kind.FINDING:
        return None
    citation = sentence.citations[0]
    passage = evidence.passage(citation.passage)
    spans = split_sentences(citation.quote)
    if passage is None or not spans:
        return None
    start, end = spans[0]
    words = citation.quote[start:end]
    if points_back(words):
        return None
    cited = citation.model_validate(
        {
            **dict(citation),
            "start": citation.start + start,
            "end": citation.start + end,
            "quote": words,
        }
    )
    ladder = plain(words, passage.source)
    steps = ladder[ladder.index(sentence.text) + 1 :] if sentence.text in ladder else ladder
    if not steps:
        return None
    explainer = Explainer(evidence, only=sentence.text)
    return explainer.explain(Sentence(text=steps[0], citations=(cited,)))

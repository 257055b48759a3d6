"""An extractive writer: it says only what passages say, in sentences that stand alone.

No language model. Sentences are picked by closeness to the claim, grouped by facet and source,
attributed, and joined with what they lean on; see `selection` for the choice and
`realization` for the words.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from agent.language.absences import proposition, searched
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
    Verdict,
    Verification,
)
from agent.writers.anaphora import Explainer, points_back
from agent.writers.attribution import FRAME, Casing
from agent.writers.candidates import Candidate, Embed, candidates
from agent.writers.conclusion import conclude
from agent.writers.facets import Facet, heading
from agent.writers.headings import find_heading
from agent.writers.quotations import plain
from agent.writers.realization import SentenceWriter
from agent.writers.selection import choose, in_order, rival
from retrieval.sentences import split_sentences
from retrieval.types import Source, Vectors

RELATED: Final = 0.60
"""Cosine from which two short sentences of different origins are told in one."""
FURTHER: Final = 2
"""Sentences of a paragraph that are told with its first."""
Key = tuple[str, int]
Pair = tuple[Candidate, Candidate | None]


class EmbeddedWriter:
    """Drafts from passages alone."""

    rounds = 2

    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    @property
    def name(self) -> str:
        return "embedded"

    def draft(self, plan: Plan, evidence: Evidence, verdict: Verdict) -> Draft:
        ranked = Evidence(**{**dict(evidence), "hits": evidence.ranked})
        found, vectors = candidates(plan, ranked, self._embed)
        vector = {c.key: v for c, v in zip(found, vectors, strict=True)}
        chosen = choose(found, vectors, plan.claim.text)
        teller = SentenceWriter(Casing.of(p.text for p in evidence.passages))
        explainer = Explainer(evidence)
        used: set[Key] = set()
        sections: list[Section] = []
        headings: list[Sentence | None] = []
        for facet in Facet:
            pairs = _pairs([c for c in chosen if c.facet is facet], vector)
            told = _written(pairs, found, teller, used)
            written = tuple(explainer.explain(s) for s in told)
            if written:
                title = heading(
                    facet,
                    [FRAME.sub("", " ".join(c.quote for c in s.citations)) for s in written],
                    _most_cited(written, evidence),
                    plan.claim.text,
                    [s.heading for s in sections],
                )
                sections.append(Section(heading=title, sentences=written))
                headings.append(find_heading(written, plan.claim.text))
        return Draft(writer=self.name, sections=tuple(sections), headings=tuple(headings))

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


def _pairs(chosen: Sequence[Candidate], vector: Mapping[Key, Vectors]) -> list[Pair]:
    """A section in order: by source, nearest first; beside a sentence the nearest of another.

    Each sentence is in one pair, alone or with a partner of another origin.
    """
    sources = list(dict.fromkeys(c.source.id for c in chosen))
    rest = sorted(chosen, key=lambda c: (sources.index(c.source.id), c.start))
    pairs: list[Pair] = []
    while rest:
        one = rest.pop(0)
        others = [
            c
            for n, c in enumerate(rest)
            if c.source.origin != one.source.origin
            and not any(b.passage.id == c.passage.id for b in rest[:n])
        ]
        near = {c.key: float(vector[one.key] @ vector[c.key]) for c in others}
        best = max(others, key=lambda c: near[c.key], default=None)
        if best is not None and near[best.key] >= RELATED:
            rest.remove(best)
            pairs.append((one, best))
        else:
            pairs.append((one, None))
    return pairs


def _written(
    pairs: Sequence[Pair], found: Sequence[Candidate], teller: SentenceWriter, used: set[Key]
) -> tuple[Sentence, ...]:
    """Tell the pairs of a section, in one sentence each where that stays readable."""
    teller.turn()
    written: list[Sentence] = []
    rest = [c for pair in pairs for c in pair if c]
    for pair in pairs:
        told: list[Sentence] = []
        for one in (c for c in pair if c and not used & {r.key for r in c.run()}):
            used |= {r.key for r in one.run()}
            other = rival(one, found)
            if other is not None and other.key not in used:
                used.add(other.key)
                told.append(teller.change(*in_order(one, other)))
            else:
                told.append(teller.tell(one, *_more(one, rest, teller, used)))
        apart = len(told) < 2 or any(c and c.decisive for c in pair)  # a witness stands alone
        both = None if apart else teller.together(*told)
        written += [both] if both else told
    return tuple(written)


def _most_cited(written: Sequence[Sentence], evidence: Evidence) -> list[Source]:
    """The sources of a section, the one with most of its sentences first."""
    counts = Counter(i for s in written for i in {c.source: None for c in s.citations})
    by_id = {s.id: s for s in evidence.sources}
    return [by_id[i] for i, _ in counts.most_common()]


def _more(
    one: Candidate, rest: Sequence[Candidate], teller: SentenceWriter, used: set[Key]
) -> list[Candidate]:
    """What else of its paragraph is told with a sentence; it counts as used.

    What speaks for or against the claim is told alone, so that its citation is its own.
    """
    more: list[Candidate] = []
    words = sum(len(r.text.split()) for r in one.run())
    plain_ones = [] if one.decisive else [c for c in rest if c.key not in used and not c.decisive]
    for after in sorted(plain_ones, key=lambda c: c.start):
        if len(more) < FURTHER and teller.follows(after, (one, *more)[-1], words):
            more.append(after)
            words += len(after.text.split())
            used.add(after.key)
    return more


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

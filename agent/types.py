"""The words this product speaks. No behaviour beyond what a value can say of itself."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, Field, model_validator

from retrieval.types import Hit, Passage, Scope, Source


class Value(BaseModel, frozen=True, extra="forbid"):
    """Frozen, closed: a step returns a new value."""


class Question(Value):
    """What was asked, verbatim."""

    text: str = Field(min_length=1)
    asked_on: date
    as_of: date | None = None
    """Evidence published later is out of scope."""


class ClaimKind(StrEnum):
    """Only `FACTUAL` claims get a verdict."""

    FACTUAL = "factual"
    OPINION = "opinion"
    PREDICTION = "prediction"
    UNCLEAR = "unclear"


class Claim(Value):
    """The one positive, checkable statement a question asks about, and its opposite."""

    text: str
    opposite: str
    kind: ClaimKind = ClaimKind.FACTUAL
    asks: str | None = None
    """The wh-word of a question that asks for a missing piece ("who", "how many"), else None."""
    others: tuple[str, ...] = ()
    """Further claims found in the same text; they become follow-ups."""


class Plan(Value):
    """What will be looked for."""

    question: Question
    claim: Claim
    queries: tuple[str, ...]


class Evidence(Value):
    """The only passages this draft may cite, best first, and what was searched to find them."""

    hits: tuple[Hit, ...]
    scope: Scope
    queries: tuple[str, ...]

    def passage(self, passage_id: str) -> Passage | None:
        """Look a passage up by id."""
        return next((h.passage for h in self.hits if h.passage.id == passage_id), None)

    @property
    def passages(self) -> tuple[Passage, ...]:
        return tuple(h.passage for h in self.hits)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Each source once, in order of its best passage."""
        return tuple({p.source.id: p.source for p in self.passages}.values())


class Insufficient(Value):
    """The evidence does not bear on the question: a page of five lines, not an error."""

    question: Question
    claim: Claim
    reason: str
    scope: Scope
    nearest: tuple[Hit, ...] = ()

    @classmethod
    def of(cls, plan: Plan, evidence: Evidence, reason: str) -> Self:
        """Too little of what was found can be written down."""
        return cls(
            question=plan.question,
            claim=plan.claim,
            reason=reason,
            scope=evidence.scope,
            nearest=evidence.hits[:3],
        )


class Citation(Value):
    """A span of a source's snapshot: `snapshot[start:end] == quote`."""

    source: str
    passage: str
    start: int
    end: int
    quote: str = Field(min_length=1)


class Kind(StrEnum):
    """What a sentence does; each kind has its own rule (see `agent.verification`)."""

    FINDING = "finding"
    """A source says it."""
    INFERENCE = "inference"
    """What findings do not amount to, or what the ledger of sources adds up to."""
    ABSENCE = "absence"
    """No passage in scope says it; stands on a certificate."""
    OUTLOOK = "outlook"
    """What to watch; names no new fact."""


class Sentence(Value):
    """Prose without markers. `[n]` is drawn by the renderer, never stored."""

    text: str
    kind: Kind = Kind.FINDING
    citations: tuple[Citation, ...] = ()


class Section(Value):
    heading: str
    sentences: tuple[Sentence, ...]


class Conclusion(Value):
    """What is written once the body stands: summary, limits, bottom line, follow-ups."""

    summary: tuple[Sentence, ...]
    limits: Section
    bottom_line: Section
    follow_ups: tuple[str, ...]


class Support(StrEnum):
    """Five outcomes, never fewer."""

    SUPPORTED = "supported"
    PARTIAL = "partial"
    CONTRADICTED = "contradicted"
    UNSUPPORTED = "unsupported"
    UNCHECKED = "unchecked"
    """Could not check: never counts as support, never as refutation."""


class Outcome(StrEnum):
    """What one exact checker says."""

    OK = "ok"
    VIOLATED = "violated"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class Check(Value):
    """The finding of one checker, with the words it is about."""

    name: str
    outcome: Outcome
    detail: str = ""
    span: tuple[int, int] | None = None
    """Characters of the sentence that the finding is about."""
    evidence: str | None = None
    """The words of the evidence that it was held against."""


class Clause(Value):
    """One clause of a sentence and what carries it."""

    text: str
    start: int
    end: int
    support: Support
    score: float | None = None
    citations: tuple[int, ...] = ()
    """Positions in the sentence's citations that carry this clause."""


class Certificate(Value):
    """Proof of a search for a proposition over every passage in scope."""

    proposition: str
    scope: Scope
    on_topic: int
    """Passages that speak about the subject of the proposition."""
    best_score: float
    """Highest support found for the proposition, in [0, 1]."""
    threshold: float
    nearest: Citation | None = None
    probe_score: float
    """Support that a planted passage saying the proposition would have had."""
    found: bool
    """True where a passage does say it: then the absence sentence falls."""


class Ruling(Value):
    """The verifier's decision on one sentence."""

    support: Support
    score: float | None = None
    """P(supported) in [0, 1]; None where nothing was scored."""
    reason: str
    clauses: tuple[Clause, ...] = ()
    checks: tuple[Check, ...] = ()
    certificate: Certificate | None = None
    verifier: str = ""
    """Name and version of what ruled."""

    @property
    def stands(self) -> bool:
        return self.support is Support.SUPPORTED


class Extract(Value):
    """Evidence as the verifier sees it: the words of one cited span and who published them when."""

    text: str
    title: str | None = None
    publisher: str | None = None
    published: date | None = None


class Pair(Value):
    """One thing to rule on: a claim (sentence or clause) and the extracts it cites."""

    claim: str
    evidence: tuple[Extract, ...]
    context: str = ""
    """Previous sentence or title: may resolve a pronoun, is never evidence."""


class CheckedSentence(Value):
    """A sentence with its ruling."""

    text: str
    kind: Kind
    citations: tuple[Citation, ...]
    ruling: Ruling

    @classmethod
    def of(cls, sentence: Sentence, ruling: Ruling) -> Self:
        return cls(
            text=sentence.text, kind=sentence.kind, citations=sentence.citations, ruling=ruling
        )


class Fallen(Value):
    """A sentence that did not stand: why, what was nearest, what was tried."""

    sentence: CheckedSentence
    place: str
    """Heading of the section it was meant for."""
    nearest: Citation | None = None
    tried: tuple[str, ...] = ()


class CheckedSection(Value):
    heading: str
    sentences: tuple[CheckedSentence, ...] = Field(min_length=1)


class Stance(StrEnum):
    """What a sentence does to the claim."""

    FOR = "for"
    AGAINST = "against"
    NEITHER = "neither"


class Tally(Value):
    """Who speaks for and against the claim, counted by origin: origin -> best tier."""

    supporting: dict[str, int] = Field(default_factory=dict)
    opposing: dict[str, int] = Field(default_factory=dict)


class VerdictLabel(StrEnum):
    SUPPORTED = "supported"
    MIXED = "mixed"
    REFUTED = "refuted"
    UNPROVEN = "unproven"


class Verdict(Value):
    """Computed from checked sentences, tiers and origins by the table in the README."""

    label: VerdictLabel
    scope: str
    """What the label is about and what it rests on, in one line."""
    rule: str
    """The row of the table that decided."""
    tally: Tally = Tally()
    decisive: tuple[str, ...] = ()
    """The sentences that took a side, in order of the page."""


class Usage(Value):
    """What the language model cost; all zero for the embedded drafter."""

    model: str = "embedded"
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


class Page(Value):
    """The finished draft. A page holding a sentence that does not stand cannot be built."""

    question: Question
    claim: Claim
    verdict: Verdict
    summary: tuple[CheckedSentence, ...] = Field(min_length=1)
    sections: tuple[CheckedSection, ...] = Field(min_length=1)
    follow_ups: tuple[str, ...]
    fallen: tuple[Fallen, ...] = ()
    evidence: Evidence
    usage: Usage = Usage()
    timings: dict[str, float] = Field(default_factory=dict)
    """Seconds by step."""

    def sentences(self) -> Iterator[CheckedSentence]:
        """Every sentence of the page in reading order."""
        yield from self.summary
        for section in self.sections:
            yield from section.sentences

    @model_validator(mode="after")
    def _only_what_stands(self) -> Self:
        for sentence in self.sentences():
            if not sentence.ruling.stands:
                raise ValueError(f"does not stand: {sentence.text!r}")
            if not sentence.citations:
                raise ValueError(f"cites nothing: {sentence.text!r}")
            for citation in sentence.citations:
                self._resolves(citation)
        return self

    def _resolves(self, citation: Citation) -> None:
        passage = self.evidence.passage(citation.passage)
        if passage is None or passage.source.id != citation.source:
            raise ValueError(
                f"cites what is not in its evidence: {citation.source}/{citation.passage}"
            )
        offset = citation.start - passage.start
        if offset < 0 or passage.text[offset : citation.end - passage.start] != citation.quote:
            raise ValueError(f"quotes what is not in the snapshot: {citation.quote!r}")

"""What a verifier sees and what it decides."""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field

from agent.types.base import Value
from agent.types.evidence import Citation
from retrieval.types import Scope, Source


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


class CheckName(StrEnum):
    """What a check looks at; `agent.checks.EXACT` says which of them decide by themselves."""

    NUMBERS = "numbers"
    PERCENTAGES = "percentages"
    MONEY = "money"
    DATES = "dates"
    NAMES = "names"
    QUOTATIONS = "quotations"
    NEGATION = "negation"
    ROLES = "roles"
    MODALITY = "modality"
    ATTRIBUTION = "attribution"
    CAUSATION = "causation"
    CITATIONS = "citations"
    FORM = "form"
    LEDGER = "ledger"
    """A statement that code makes of the record, computed again."""
    ABSENCE = "absence"
    OUTLOOK = "outlook"
    MODEL = "model"
    """What a language model reads; where it differs strongly from the embedded judge, unknown."""


class CheckResult(Value):
    """The finding of one checker, with the words it is about."""

    name: CheckName
    outcome: Outcome
    detail: str = ""
    span: tuple[int, int] | None = None
    """Characters of the sentence that the finding is about."""
    evidence: str | None = None
    """The words of the evidence that it was held against."""


class ClauseSupport(Value):
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
    """Highest support found for the proposition, in [0, 1], `explained` passages left out."""
    threshold: float
    """Support that would have counted: the verifier's."""
    nearest: Citation | None = None
    probe_score: float
    """Support that a planted passage saying the proposition would have had."""
    explained: int = 0
    """Passages that the verifier took for it and a rule reads as something else: the opposite,
    another figure, the parties the other way round."""
    unread: int = Field(default=0, ge=0)
    """Passages that came near and were not read; where one says it, reading ended there."""
    found: bool
    """True where a passage does say it: then the absence sentence falls."""


class QuotedWords(Value):
    """Words of the evidence that carry a part of a sentence, as the judge copied them."""

    evidence: int
    """Position in the evidence of the pair."""
    words: str


class Verification(Value):
    """The verifier's decision on one sentence."""

    support: Support
    score: float | None = None
    """P(supported) in [0, 1]; None where nothing was scored."""
    reason: str
    clauses: tuple[ClauseSupport, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    certificate: Certificate | None = None
    verifier: str = ""
    """Name and version of what ruled."""
    quotes: tuple[QuotedWords, ...] = ()
    """Words that a language model found to carry the sentence; each occurs in the evidence."""

    @property
    def accepted(self) -> bool:
        return self.support is Support.SUPPORTED

    @property
    def doubt(self) -> str:
        """Why an editor should look: where the model and the embedded judge differ strongly."""
        marks = (c for c in self.checks if c.name is CheckName.MODEL)
        return next((c.detail for c in marks if c.outcome is Outcome.UNKNOWN), "")


class EvidenceSpan(Value):
    """Evidence as the verifier sees it: the words of one cited span and who published them when."""

    text: str
    title: str | None = None
    publisher: str | None = None
    published: date | None = None
    offered: bool = False
    """Not named by the writer: it counts only where the judge quotes it."""
    passage: str = ""
    """The whole passage around the words, for a judge that reads it."""
    summary: bool = False
    """Whether the words are an account of what was published: only what stands in quotation marks
    in them was printed or said."""

    @classmethod
    def of(cls, text: str, source: Source, passage: str = "") -> Self:
        """Words of a source, and the passage that they stand in."""
        return cls(
            text=text,
            title=source.title,
            publisher=source.publisher,
            published=source.published,
            passage=passage,
            summary=source.is_summary,
        )


class ClaimEvidence(Value):
    """One thing to rule on: a claim (sentence or clause) and the extracts it cites."""

    claim: str
    evidence: tuple[EvidenceSpan, ...]
    context: str = ""
    """Previous sentence or title: may resolve a pronoun, is never evidence."""

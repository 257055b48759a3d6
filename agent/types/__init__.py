"""The words this product speaks. No behaviour beyond what a value can say of itself."""

from agent.types.asking import Claim, ClaimKind, Plan, Question
from agent.types.base import EMBEDDED, Earlier, Usage, Value, VerdictLabel
from agent.types.evidence import (
    Citation,
    Evidence,
    Insufficient,
    PublishedCheck,
    SourceStance,
    Stance,
)
from agent.types.page import (
    CheckedSection,
    CheckedSentence,
    Page,
    RejectedSentence,
    Tally,
    Verdict,
    draft_id,
)
from agent.types.verification import (
    Certificate,
    CheckName,
    CheckResult,
    ClaimEvidence,
    ClauseSupport,
    EvidenceSpan,
    Outcome,
    QuotedWords,
    Support,
    Verification,
)
from agent.types.writing import Conclusion, Draft, Kind, Section, Sentence

__all__ = [
    "EMBEDDED",
    "Certificate",
    "CheckName",
    "CheckResult",
    "CheckedSection",
    "CheckedSentence",
    "Citation",
    "Claim",
    "ClaimEvidence",
    "ClaimKind",
    "ClauseSupport",
    "Conclusion",
    "Draft",
    "Earlier",
    "Evidence",
    "EvidenceSpan",
    "Insufficient",
    "Kind",
    "Outcome",
    "Page",
    "Plan",
    "PublishedCheck",
    "Question",
    "QuotedWords",
    "RejectedSentence",
    "Section",
    "Sentence",
    "SourceStance",
    "Stance",
    "Support",
    "Tally",
    "Usage",
    "Value",
    "Verdict",
    "VerdictLabel",
    "Verification",
    "draft_id",
]

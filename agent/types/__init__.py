"""The words this product speaks. No behaviour beyond what a value can say of itself."""

from agent.types.asking import Claim, ClaimKind, Plan, Question
from agent.types.base import Value
from agent.types.earlier import Earlier, VerdictLabel
from agent.types.evidence import Citation, Evidence, Insufficient, SourceStance, Stance
from agent.types.page import (
    CheckedSection,
    CheckedSentence,
    Fallen,
    Page,
    Tally,
    Verdict,
)
from agent.types.ruling import Certificate, Check, Clause, Extract, Outcome, Pair, Ruling, Support
from agent.types.usage import EMBEDDED, Usage
from agent.types.writing import Conclusion, Kind, Section, Sentence

__all__ = [
    "EMBEDDED",
    "Certificate",
    "Check",
    "CheckedSection",
    "CheckedSentence",
    "Citation",
    "Claim",
    "ClaimKind",
    "Clause",
    "Conclusion",
    "Earlier",
    "Evidence",
    "Extract",
    "Fallen",
    "Insufficient",
    "Kind",
    "Outcome",
    "Page",
    "Pair",
    "Plan",
    "Question",
    "Ruling",
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
]

"""What was found out about the same claim before."""

from datetime import date
from enum import StrEnum

from agent.types.base import Value


class VerdictLabel(StrEnum):
    SUPPORTED = "supported"
    MIXED = "mixed"
    REFUTED = "refuted"
    UNPROVEN = "unproven"


class Earlier(Value):
    """An earlier draft about the same claim: shown to the reader, never evidence."""

    question: str
    claim: str
    checked_on: date
    as_of: date | None = None
    verdict: VerdictLabel
    scope: str

"""What the verifier learns from: one row, and the rows that belong together."""

from dataclasses import dataclass
from typing import Any

SUPPORTED, CONTRADICTED, NEITHER = range(3)
LABELS = {
    "supported": SUPPORTED,
    "contradicted": CONTRADICTED,
    "unsupported": NEITHER,
    "partial": NEITHER,
}
WINDOW = 115
"""Words of evidence, about 160 tokens."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """One row to train on.

    Attributes:
        evidence: window of text.
        claim: sentence.
        label: `SUPPORTED`, `CONTRADICTED` or `NEITHER`.
        kind: where it comes from, such as "vitaminc" or "copies/number".
        original: what `claim` is an edit of: the words that differ are those at fault.
    """

    evidence: str
    claim: str
    label: int
    kind: str
    original: str | None = None


Group = tuple[Example, ...]

"""Absence discipline: "no source says it" needs a certificate, and it must be right."""

from collections.abc import Sequence

from agent.types import Certificate, Value
from evals.metrics.types import Score

COVERED = 3
"""Passages on topic without which silence means nothing."""


class Absence(Value):
    """A sentence that says that the record does not hold something."""

    certificate: Certificate | None
    holds: bool | None
    """Whether the record does hold it, by truth; None where that is not known."""


def certified_rate(sentences: Sequence[Absence]) -> Score:
    """Absence sentences whose certificate proves a search / absence sentences.

    Proof: it found nothing, its best score is below its threshold, the planted passage would have
    been found, and at least `COVERED` of the searched passages are on topic. Needs no truth.
    """
    return Score.of(float(_proves(s.certificate)) for s in sentences)


def absence_accuracy(sentences: Sequence[Absence]) -> Score:
    """Absence sentences that are certified and true / absence sentences whose truth is known."""
    return Score.of(
        None if s.holds is None else float(_proves(s.certificate) and not s.holds)
        for s in sentences
    )


def false_absence_rate(sentences: Sequence[Absence]) -> Score:
    """Absence sentences about what the record does hold / those whose truth is known.

    Lower is better; certificates do not excuse.
    """
    return Score.of(None if s.holds is None else float(s.holds) for s in sentences)


def _proves(certificate: Certificate | None) -> bool:
    if certificate is None or certificate.found:
        return False
    return (
        certificate.best_score < certificate.threshold <= certificate.probe_score
        and COVERED <= certificate.on_topic <= certificate.scope.passages
    )

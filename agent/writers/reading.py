"""What the writer asks of the models: does it bear on the claim, is it carried, is it the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agent.ports import Judge, NliModel
from agent.types import ClaimEvidence, Evidence, EvidenceSpan, Sentence

SAME: Final = 0.5
"""P(supported), each way, from which two sentences say the same."""


@dataclass(frozen=True)
class Reader:
    """Reads sentences beside each other, by meaning.

    Args:
        nli: what one stretch of text says of another.
        judge: whether cited words carry a sentence; a hard fact that they lack refuses it.
    """

    nli: NliModel
    judge: Judge

    def bearings(self, claim: str, texts: Sequence[str]) -> list[float]:
        """How far each text speaks to the claim, for or against: 1 - P(neither), in [0, 1].

        Raises:
            EmbeddingFailed: the model cannot be read or run.
        """
        if not texts:
            return []
        return [1.0 - float(row[2]) for row in self.nli.probabilities([(t, claim) for t in texts])]

    def kept(self, whole: str, shorter: Sequence[str]) -> list[float]:
        """How much of a sentence each shorter form keeps: P(whole | form), in [0, 1]."""
        if not shorter:
            return []
        return [float(row[0]) for row in self.nli.probabilities([(s, whole) for s in shorter])]

    def carried(self, sentences: Sequence[Sentence], evidence: Evidence) -> list[bool]:
        """Whether the words that each sentence cites carry it, by the judge."""
        pairs = [ClaimEvidence(claim=s.text, evidence=spans_of(s, evidence)) for s in sentences]
        return [ruling.accepted for ruling in self.judge.verify(pairs)] if pairs else []

    def restates(self, one: str, others: Sequence[str]) -> bool:
        """Whether a sentence says what another one says: each supports the other."""
        if not others:
            return False
        there = self.nli.probabilities([(o, one) for o in others])
        held = [o for o, row in zip(others, there, strict=True) if float(row[0]) >= SAME]
        back = self.nli.probabilities([(one, o) for o in held]) if held else ()
        return any(float(row[0]) >= SAME for row in back)


def spans_of(sentence: Sentence, evidence: Evidence) -> tuple[EvidenceSpan, ...]:
    """The cited words as the judge sees them.

    Raises:
        LookupError: a passage is not in the evidence.
    """
    found: list[EvidenceSpan] = []
    for citation in sentence.citations:
        passage = evidence.passage(citation.passage)
        if passage is None:
            raise LookupError(citation.passage)
        found.append(EvidenceSpan.of(citation.quote, passage.source, passage.text))
    return tuple(found)

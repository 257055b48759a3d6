"""Judges of what a page is about, beside the grader of what it cites.

Neither is asked what the gate decided, whether cited words carry a sentence, but whether a page
tells a fact, says a thing twice, keeps to its subject. How far they err: `python -m evals.bearing`.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, Self

import numpy as np

from agent.language.text import expanded
from agent.ports import NliModel
from agent.types import ClaimEvidence
from agent.verification.cross_encoder import THRESHOLD, calibrated
from evals.archive import Journal
from evals.grader.features import Embed, Idf
from evals.grader.forest import IdfTable, load_weights
from evals.grader.text import stem
from evals.judges import CachedJudge

WEIGHTS: Final = (2.7, 0.75, -1.23)
"""Of common words, of likeness, and the offset: fitted on five pages of `cases/bearing.jsonl`."""


class NliGrader:
    """See `evals.judges.Grader`: whether one sentence says another, in whatever words.

    The embedded cross-encoder, without the checks of the gate that it also serves.
    """

    partial = None
    threshold = THRESHOLD
    tells_rewording = True

    def __init__(self, model: NliModel) -> None:
        self.name = f"nli {model.id}"
        self._model = model

    def supports(self, pairs: Sequence[ClaimEvidence]) -> list[float]:
        """P(supported) of each pair, in (0, 1)."""
        found = self._model.probabilities([(_premise(p), p.claim) for p in pairs])
        return [calibrated(float(row[0])) for row in found]


class BearingGrader:
    """See `evals.judges.Grader`: whether a sentence bears on a claim, for or against it.

    A logistic score of two things: the share of the claim's words that the sentence has, rare ones
    weighing more, and how near the two are in meaning (cosine of their embeddings). What the
    cross-encoder says of the pair was tried beside them and got a weight of 0.01.
    """

    partial = None
    threshold = 0.5
    tells_rewording = True

    def __init__(self, embed: Embed, idf: Idf) -> None:
        self.name = f"bearing 1 {WEIGHTS}"
        self._embed, self._idf = embed, idf

    def supports(self, pairs: Sequence[ClaimEvidence]) -> list[float]:
        """P(bears on it) of each pair, in (0, 1)."""
        texts = [(_premise(p), p.claim) for p in pairs]
        vectors = self._embed([text for pair in texts for text in pair])
        likeness = (vectors[0::2] * vectors[1::2]).sum(axis=1)
        common = np.array([self._share_common(said, claim) for said, claim in texts])
        of_common, of_likeness, offset = WEIGHTS
        scores = of_common * common + of_likeness * likeness + offset
        return [float(p) for p in 1 / (1 + np.exp(-scores))]

    def _share_common(self, said: str, claim: str) -> float:
        wanted, had = ({stem(word) for word in expanded(text)} for text in (claim, said))
        whole = sum(map(self._idf, wanted))
        return sum(map(self._idf, wanted & had)) / whole if whole else 0.0


class Readers(NamedTuple):
    """The two judges of a run."""

    meaning: CachedJudge
    bearing: CachedJudge

    @classmethod
    def absent(cls) -> Self:
        """Nobody: whatever they would be asked stays open."""
        return cls(CachedJudge(None), CachedJudge(None))

    @classmethod
    def embedded(cls, threads: int, journal: Journal | None = None) -> Self:
        """Over the models of this installation; what they say is kept in `journal`.

        Raises:
            EvalError: the second grader's file, which has the rarity of words, is damaged.
        """
        from agent import bootstrap  # noqa: PLC0415 - heavy
        from retrieval.embedding import CachedEmbedder, MiniLM  # noqa: PLC0415 - loads the model

        embed = CachedEmbedder(MiniLM(threads=threads)).embed
        bearing = BearingGrader(embed, IdfTable.of(load_weights()[0]))
        return cls(
            CachedJudge(NliGrader(bootstrap.build_nli_model(threads)), journal),
            CachedJudge(bearing, journal),
        )


def _premise(pair: ClaimEvidence) -> str:
    return "\n".join(e.text for e in pair.evidence)

"""The second grader: whether words carry a sentence, by a model that the gate has no part in.

Other data, other labels, other measures, another kind of model than the verifier that lets
sentences stand; the two have the embedder in common. `README.md` is its card.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from agent.types import ClaimEvidence
from evals.errors import EvalError
from evals.grader.features import FEATURES, Embed, measure_pairs
from evals.grader.forest import WEIGHTS, Forest, IdfTable, load_weights

PAIRS_A_BATCH: Final = 32
"""Pairs measured together: what they have in common is embedded once."""


class SecondGrader:
    """See `evals.judges.Grader`."""

    partial = None
    """It tells support from the rest, and no part from none."""
    tells_rewording = False
    """On sentences in other words it is near chance: see its card."""

    def __init__(self, embed: Embed, path: Path = WEIGHTS) -> None:
        """Read the weights.

        Raises:
            EvalError: they are missing, damaged, or of another version.
        """
        weights, digest = load_weights(path)
        if weights.features != FEATURES:
            raise EvalError(
                f"The second grader's file {path} is of another version.",
                "Make it again with `python -m evals.training.train_grader`.",
            )
        self.name = f"{weights.version} ({digest[:8]})"
        self.threshold = weights.threshold
        self._embed, self._forest = embed, Forest.of(weights)
        self._idf = IdfTable.of(weights)

    def supports(self, pairs: Sequence[ClaimEvidence]) -> list[float]:
        """P(supported) of each pair, in [0, 1]; evidence that is empty carries nothing."""
        texts = [(p.claim, "\n".join(e.text for e in p.evidence)) for p in pairs]
        return [
            score
            for at in range(0, len(texts), PAIRS_A_BATCH)
            for score in self._scores(texts[at : at + PAIRS_A_BATCH])
        ]

    def _scores(self, texts: Sequence[tuple[str, str]]) -> list[float]:
        measured = measure_pairs(texts, self._embed, self._idf)
        rows = np.array([[found[name] for name in FEATURES] for found in measured])
        scores = self._forest.probabilities(rows)
        return [float(s) if e.strip() else 0.0 for s, (_, e) in zip(scores, texts, strict=True)]


def load_grader(path: Path = WEIGHTS) -> SecondGrader:
    """The grader of this installation, over the embedded embedder.

    Raises:
        EvalError: its file is missing or damaged.
    """
    from retrieval.embedding import CachedEmbedder, MiniLM  # noqa: PLC0415 - loads the model

    return SecondGrader(CachedEmbedder(MiniLM()).embed, path)

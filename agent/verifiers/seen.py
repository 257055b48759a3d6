"""What the two models make of texts: computed once for all units of a batch."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agent.ports import Entailment, Probabilities
from agent.types import Check
from agent.verifiers.features import Comparison
from retrieval.ports import Vectors

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class Seen:
    """Vectors of texts, shape (dimension,), and entailment of (window, claim), shape (3,)."""

    vectors: Mapping[str, Vectors]
    entailment: Mapping[tuple[str, str], Probabilities]

    def features(self, comparison: Comparison, checks: Sequence[Check]) -> dict[str, float]:
        """Everything that `agent.verifiers.features.FEATURES` names.

        A pair that was not read says nothing.
        """
        read = [self.entailment[pair] for pair in comparison.pairs if pair in self.entailment]
        return comparison.features(
            self.vectors[comparison.said],
            np.array([self.vectors[window] for window in comparison.windows]),
            np.array(read).reshape(-1, 3),
            checks,
        )


def see(
    texts: Iterable[str], pairs: Iterable[tuple[str, str]], embed: Embed, model: Entailment
) -> Seen:
    """Embed each text and read each pair once."""
    wanted, asked = list(dict.fromkeys(texts)), list(dict.fromkeys(pairs))
    vectors = embed(wanted) if wanted else ()
    read = model.probabilities(asked) if asked else ()
    return Seen(dict(zip(wanted, vectors, strict=True)), dict(zip(asked, read, strict=True)))

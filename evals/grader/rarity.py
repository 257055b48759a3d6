"""How rare a stem is, by counts over passages."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from evals.grader.forest import Weights
from evals.grader.text import plain, stem, tokens

COMMONEST: Final = 12_000
"""Stems that are listed; all others are as rare as can be."""
STEP: Final = 0.25
"""Rarities are kept to a quarter of a nat: the table stays small, the coverage does not change."""


@dataclass(frozen=True)
class Table:
    """Stem to inverse document frequency, in nats."""

    unknown: float
    known: dict[str, float]

    def __call__(self, stem: str) -> float:
        return self.known.get(stem, self.unknown)

    @classmethod
    def of(cls, weights: Weights) -> Self:
        known = {s: float(r) for r, stems in weights.rarity.items() for s in stems.split()}
        return cls(weights.unknown, known)

    @classmethod
    def counted(cls, passages: Iterable[str]) -> Self:
        """Count in how many passages each stem occurs."""
        distinct = sorted(set(passages))
        counts = Counter(s for p in distinct for s in {stem(plain(w)) for w in tokens(p)})
        kept = sorted(counts, key=lambda s: (-counts[s], s))[:COMMONEST]
        known = {
            s: round(math.log((len(distinct) + 1) / (counts[s] + 0.5)) / STEP) * STEP for s in kept
        }
        return cls(max(known.values(), default=0.0) + STEP, known)

    def listed(self) -> dict[str, str]:
        """The table as it is kept: stems by rarity."""
        found: dict[str, list[str]] = {}
        for s in sorted(self.known):
            found.setdefault(f"{self.known[s]:.2f}", []).append(s)
        return {rarity: " ".join(found[rarity]) for rarity in sorted(found, key=float)}

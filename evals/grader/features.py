"""What the second grader measures of a claim and its evidence."""

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final

import numpy as np

from evals.grader.text import (
    HEDGES,
    STOP,
    has_denial,
    read_sentences,
    read_text,
    read_windows,
    split_clauses,
    stem,
)
from retrieval.types import Vectors

Idf = Callable[[str], float]
"""Stem to inverse document frequency, in nats."""
Embed = Callable[[Sequence[str]], Vectors]

NEAR: Final = 4
"""Sentences of the evidence that are embedded: those that share most with the claim."""
WORDS: Final = 40
"""Words of the nearest window that a missing word may stand for."""

UP: Final = (
    "coverage", "sentence", "window", "bigrams", "grams", "sequence", "cosine", "cosine_window",
    "cosine_part", "soft",
)  # fmt: skip
"""Measures that may only raise support."""
DOWN: Final = (
    "rarest_missing", "missing", "missing_run", "figures_missing", "figures_near", "names_missing",
    "names_near", "denial_differs", "hedge_lost",
)  # fmt: skip
"""Measures that may only lower it."""
FREE: Final = (
    "denial_claim", "denial_evidence", "claim_length", "evidence_length", "density",
    "cosine_second", "soft_worst",
)  # fmt: skip
FEATURES: Final = (*UP, *DOWN, *FREE)
"""In the order of the columns that the trees read."""


class Features:
    """One claim beside its evidence, before anything is embedded."""

    def __init__(self, claim: str, evidence: str, idf: Idf) -> None:
        self.claim = read_text(claim)
        self.sentences = read_sentences(evidence)
        self._idf = idf
        self.wanted = list(dict.fromkeys(self.claim.content))
        self._weight = {s: idf(s) for s in self.wanted}
        shares = [self.share(s.known) for s in self.sentences]
        order = sorted(range(len(shares)), key=lambda i: (-shares[i], i))
        self.near = [self.sentences[i] for i in order[:NEAR]]
        self.windows = read_windows(evidence)
        self.best = max(self.windows, key=lambda w: self.share(w.known), default=read_text(""))

    def share(self, known: frozenset[str]) -> float:
        """Share of the claim's content, by rarity, that is among these stems."""
        total = sum(self._weight.values())
        return sum(w for s, w in self._weight.items() if s in known) / total if total else 0.0

    @cached_property
    def everything(self) -> frozenset[str]:
        return frozenset(s for sentence in self.sentences for s in sentence.known)

    @cached_property
    def missing(self) -> list[str]:
        """Content words of the claim, as written, that the nearest window lacks."""
        found = zip(self.claim.plain, self.claim.stems, strict=True)
        lacked = [p for p, s in found if s in self._weight and s not in self.best.known]
        return [word for word in dict.fromkeys(lacked) if word.isalpha()]

    @cached_property
    def offered(self) -> list[str]:
        """Content words of the nearest window that the claim does not have."""
        found = zip(self.best.plain, self.best.stems, strict=True)
        others = [p for p, s in found if p not in STOP and s not in self.claim.known]
        return [word for word in dict.fromkeys(others) if word.isalpha()][:WORDS]

    @property
    def texts(self) -> list[str]:
        """Everything that has to be embedded."""
        near = [s.text for s in self.near]
        return [
            *(self.claim.text, self.best.text),
            *near, *split_clauses(self.claim.text), *self.missing, *self.offered,
        ]  # fmt: skip

    def lexical(self) -> dict[str, float]:
        """What words, figures and names tell."""
        claim, best = self.claim, self.best
        lacked = [w for s, w in self._weight.items() if s not in self.everything]
        figures, names = claim.numbers, claim.names
        given = frozenset(n for s in self.sentences for n in s.numbers)
        return {
            "coverage": self.share(self.everything),
            "sentence": max((self.share(s.known) for s in self.sentences), default=0.0),
            "window": self.share(best.known),
            "bigrams": _share_found(
                claim.bigrams, frozenset().union(*(s.bigrams for s in self.windows))
            ),
            "grams": max((_share_found(claim.grams, s.grams) for s in self.windows), default=0.0),
            "sequence": max(
                (_common_subsequence(claim.stems, s.stems) for s in self.near), default=0.0
            ),
            "rarest_missing": max(lacked, default=0.0),
            "missing": float(len(lacked)),
            "missing_run": self._longest_missing_run(),
            "figures_missing": float(len(figures - given)),
            "figures_near": float(len(figures - best.numbers)),
            "names_missing": float(len(names - self.everything)),
            "names_near": float(len(names - best.known)),
            "denial_claim": float(has_denial(set(claim.plain))),
            "denial_evidence": float(has_denial(set(best.plain))),
            "denial_differs": float(has_denial(set(claim.plain)) != has_denial(set(best.plain))),
            "hedge_lost": float(bool(HEDGES & set(best.plain)) and not HEDGES & set(claim.plain)),
            "claim_length": math.log1p(len(self.wanted)),
            "evidence_length": math.log1p(sum(len(s.stems) for s in self.sentences)),
            "density": len(self.wanted) / (1 + len(set(best.content))),
        }

    def dense(self, vector: dict[str, Vectors]) -> dict[str, float]:
        """What closeness of meaning tells, from the vectors of `texts`."""
        claim = vector[self.claim.text]
        near = [float(vector[s.text] @ claim) for s in self.near]
        parts = [
            max((float(vector[s.text] @ vector[part]) for s in self.near), default=0.0)
            for part in split_clauses(self.claim.text)
        ]
        soft = {word: self._stand_in(word, vector) for word in self.missing}
        gained = sum(self._weight[stem(w)] * max(0.0, c) for w, c in soft.items())
        total = sum(self._weight.values())
        return {
            "cosine": max(near, default=0.0),
            "cosine_second": sorted(near)[-2] if len(near) > 1 else 0.0,
            "cosine_window": float(vector[self.best.text] @ claim),
            "cosine_part": min(parts),
            "soft": self.share(self.best.known) + (gained / total if total else 0.0),
            "soft_worst": min(soft.values(), default=1.0),
        }

    def _stand_in(self, word: str, vector: dict[str, Vectors]) -> float:
        """How near the nearest other word of the window comes to a word of the claim."""
        return max((float(vector[other] @ vector[word]) for other in self.offered), default=0.0)

    def _longest_missing_run(self) -> float:
        """Longest run of content words in a row that the evidence lacks."""
        longest = now = 0
        for s in self.claim.content:
            now = 0 if s in self.everything else now + 1
            longest = max(longest, now)
        return float(longest)


def measure_pairs(
    pairs: Sequence[tuple[str, str]], embed: Embed, idf: Idf
) -> list[dict[str, float]]:
    """Measure (claim, evidence) pairs; every text is embedded once."""
    measured = [Features(claim, evidence, idf) for claim, evidence in pairs]
    texts = list(dict.fromkeys(text for m in measured for text in m.texts))
    vectors = dict(zip(texts, embed(texts), strict=True)) if texts else {}
    return [m.lexical() | m.dense(vectors) for m in measured]


def _share_found(wanted: frozenset[object], had: frozenset[object]) -> float:
    return len(wanted & had) / len(wanted) if wanted else 1.0


def _common_subsequence(claim: Sequence[str], evidence: Sequence[str]) -> float:
    """Longest common subsequence as a share of the claim."""
    row = np.zeros(len(evidence) + 1, dtype=np.int32)
    there = np.array(evidence, dtype=object)
    for word in claim:
        same = np.append(0, row[:-1] + (there == word)) if len(evidence) else row
        row = np.maximum.accumulate(np.maximum(row, same))
    return float(row[-1]) / len(claim) if claim else 0.0

"""Rows of labelled pairs, and what the support model sees of them."""

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from agent.ports import Entailment
from agent.types import Extract, Pair
from agent.verifiers.embedded import CLAUSE, VERBATIM, VETO
from agent.verifiers.features import FEATURES, Rarity
from agent.verifiers.seen import Embed, see
from agent.verifiers.units import prepare
from evals.training.logistic import Flags, Floats

_BATCH = 32


@dataclass(frozen=True)
class Row:
    """One labelled pair; rows of one cluster share their first passage and are not independent."""

    claim: str
    evidence: tuple[str, ...]
    supported: bool
    cluster: int

    @property
    def pair(self) -> Pair:
        return Pair(claim=self.claim, evidence=tuple(Extract(text=t) for t in self.evidence))


@dataclass(frozen=True)
class Measured:
    """A row's units as numbers: the sentence first, then its clauses."""

    row: Row
    features: Floats
    """Shape (units, features)."""
    vetoed: Flags
    verbatim: Flags

    def scores(self, probabilities: Floats) -> Floats:
        """Give the score of each unit as the verifier does, from the model's probabilities."""
        share = np.where(np.arange(len(probabilities)), CLAUSE, 1.0)
        scores = np.where(self.verbatim, VERBATIM, np.minimum(1.0, probabilities / share))
        return np.asarray(np.where(self.vetoed, scores * VETO, scores))


def read(path: Path, limit: int | None = None) -> list[Row]:
    """Read rows `{"claim", "evidence": [passage, ...], "label"}` from gzipped JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [_row(json.loads(line)) for line in islice(lines, limit)]


def measure(
    rows: Sequence[Row], embed: Embed, entailment: Entailment, rarity: Rarity
) -> list[Measured]:
    """Measure every unit of every row that has evidence."""
    return [
        m
        for at in range(0, len(rows), _BATCH)
        for m in _block(rows[at : at + _BATCH], embed, entailment, rarity)
    ]


def _block(
    rows: Iterable[Row], embed: Embed, entailment: Entailment, rarity: Rarity
) -> Iterator[Measured]:
    prepared = [(row, prepare(row.pair, rarity)) for row in rows]
    compared = [u.comparison for _, units in prepared for u in units]  # also what is verbatim
    seen = see(
        (text for c in compared for text in (c.said, *c.windows)),
        (pair for c in compared for pair in c.pairs),
        embed,
        entailment,
    )
    for row, units in prepared:
        if units:
            found = [seen.features(unit.comparison, unit.checks) for unit in units]
            yield Measured(
                row,
                np.array([[f[name] for name in FEATURES] for f in found]),
                np.array([bool(u.refused(f)) for u, f in zip(units, found, strict=True)]),
                np.array([unit.verbatim for unit in units]),
            )


def _row(found: dict[str, Any]) -> Row:
    passages = tuple(found["evidence"])
    digest = hashlib.sha256(passages[0].encode() if passages else b"").digest()
    return Row(
        found["claim"],
        passages,
        found["label"] == "supported",
        int.from_bytes(digest[:6], "big"),
    )

"""What `weights.json` holds: boosted trees, run in numpy, and how rare each stem is."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evals.errors import EvalError
from evals.grader.text import normalise, stem, tokenise

WEIGHTS: Final = Path(__file__).with_name("weights.json")
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
COMMONEST: Final = 12_000
"""Stems that are listed; all others are as rare as can be."""
STEP: Final = 0.25
"""Rarities are kept to a quarter of a nat: the table stays small, the coverage does not change."""


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Tree(_Form):
    """Node 0 is the root; `left` where a feature is at most the threshold; a leaf has itself."""

    feature: tuple[Annotated[int, Field(ge=0)], ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]
    """Log odds that a leaf adds; 0 for other nodes."""

    @model_validator(mode="after")
    def _grows_downwards(self) -> Self:
        size = len(self.value)
        columns = (self.feature, self.threshold, self.left, self.right)
        whole = size > 0 and all(len(column) == size for column in columns)
        for side in (self.left, self.right):
            if not whole or any(not at <= child < size for at, child in enumerate(side)):
                raise ValueError("a tree is broken")
        return self


class Weights(_Form):
    """All that the grader knows: `weights.json`."""

    version: str
    threshold: float = Field(gt=0, lt=1)
    features: tuple[str, ...]
    base: float
    """Log odds before the first tree."""
    trees: tuple[Tree, ...] = Field(min_length=1)
    unknown: float
    """Rarity of a stem that is in no list, in nats."""
    rarity: dict[str, str]
    """Stems, divided by spaces, by their rarity."""


@dataclass(frozen=True)
class Forest:
    """The trees as arrays."""

    base: float
    trees: tuple[tuple[Ints, Floats, Ints, Ints, Floats], ...]

    @classmethod
    def of(cls, weights: Weights) -> Self:
        return cls(
            weights.base,
            tuple(
                (
                    np.array(t.feature),
                    np.array(t.threshold),
                    np.array(t.left),
                    np.array(t.right),
                    np.array(t.value),
                )
                for t in weights.trees
            ),
        )

    def probabilities(self, rows: Floats) -> Floats:
        """P(supported) of rows of shape (n, features)."""
        odds = np.full(len(rows), self.base)
        every = np.arange(len(rows))
        for feature, threshold, left, right, value in self.trees:
            at = np.zeros(len(rows), dtype=np.int64)
            while True:
                lower = rows[every, feature[at]] <= threshold[at]
                following = np.where(lower, left[at], right[at])
                if (following == at).all():
                    break
                at = following
            odds += value[at]
        return np.asarray(1 / (1 + np.exp(-odds)))


def load_weights(path: Path = WEIGHTS) -> tuple[Weights, str]:
    """Read the weights; return them with the digest of what was read.

    Raises:
        EvalError: the file is missing, or is not what the recipe wrote.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
        stated = found.pop("sha256")
        weights = Weights.model_validate(found)
    except OSError as error:
        raise _damage_error(path, f"cannot be opened: {error.strerror}") from None
    except ValidationError as error:
        raise _damage_error(path, f"is damaged ({error.errors()[0]['msg']})") from None
    except (ValueError, KeyError, AttributeError, TypeError):
        raise _damage_error(path, "is damaged: it does not hold weights") from None
    if digest_weights(weights) != stated:
        raise _damage_error(path, "is damaged: its checksum differs")
    return weights, stated


def dump_weights(weights: Weights) -> str:
    """The weights as a file."""
    found = weights.model_dump() | {"sha256": digest_weights(weights)}
    return f"{json.dumps(found, ensure_ascii=False, separators=(',', ':'))}\n"


def digest_weights(weights: Weights) -> str:
    return hashlib.sha256(weights.model_dump_json().encode()).hexdigest()


def _damage_error(path: Path, what: str) -> EvalError:
    return EvalError(
        f"The second grader's file {path} {what}.",
        "Restore it (reinstall, or check the file out again), or run with --grader none.",
    )


@dataclass(frozen=True)
class IdfTable:
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
    def count(cls, passages: Iterable[str]) -> Self:
        """Count in how many passages each stem occurs."""
        distinct = sorted(set(passages))
        counts = Counter(s for p in distinct for s in {stem(normalise(w)) for w in tokenise(p)})
        kept = sorted(counts, key=lambda s: (-counts[s], s))[:COMMONEST]
        known = {
            s: round(math.log((len(distinct) + 1) / (counts[s] + 0.5)) / STEP) * STEP for s in kept
        }
        return cls(max(known.values(), default=0.0) + STEP, known)

    def group_by_value(self) -> dict[str, str]:
        """The table as it is kept: stems by rarity."""
        found: dict[str, list[str]] = {}
        for s in sorted(self.known):
            found.setdefault(f"{self.known[s]:.2f}", []).append(s)
        return {rarity: " ".join(found[rarity]) for rarity in sorted(found, key=float)}

"""The support model's numbers, as shipped: a logistic regression and a table of word rarity."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError, model_validator

from agent.verifiers.features import FEATURES, LOWER_ONLY

FOLDER = Path(__file__).parent
MODEL_FILE = "support_model.json"
RARITY_FILE = "word_rarity.json"
_RESTORE = "Restore it: reinstall Verdict Desk, or check the file out again."


class ModelUnreadable(Exception):
    """A file of the support model is missing or is not what it must be."""


class Weight(BaseModel, frozen=True, extra="forbid"):
    """One feature's standardisation and weight."""

    mean: float
    scale: float = Field(gt=0)
    weight: float


class SupportModel(BaseModel, frozen=True, extra="forbid"):
    """P(supported) of a claim from its features; see `agent.verifiers.features`."""

    version: str
    threshold: float = Field(gt=0, lt=1)
    """Score from which on a sentence, or a clause of a long one, stands."""
    intercept: float
    weights: dict[str, Weight]

    @model_validator(mode="after")
    def _fits_the_features(self) -> "SupportModel":
        if tuple(self.weights) != FEATURES:
            raise ValueError(f"has the features {list(self.weights)}, not {list(FEATURES)}")
        raising = [name for name in LOWER_ONLY if self.weights[name].weight > 0]
        if raising:
            raise ValueError(f"lets a finding raise support: {raising}")
        return self

    def probability(self, features: Mapping[str, float]) -> float:
        """Give P(supported) in (0, 1)."""
        logit = self.intercept + sum(
            w.weight * (features[name] - w.mean) / w.scale for name, w in self.weights.items()
        )
        return 1 / (1 + math.exp(-logit))


@dataclass(frozen=True)
class Rarity:
    """Inverse document frequency of word stems, in nats; an unknown stem is the rarest."""

    of_stem: Mapping[str, float]
    unknown: float

    def __call__(self, stem: str) -> float:
        return self.of_stem.get(stem, self.unknown)


def load_model(folder: Path = FOLDER) -> SupportModel:
    """Read the weights.

    Raises:
        ModelUnreadable: the file is missing, damaged or made for other features.
    """
    path = folder / MODEL_FILE
    try:
        return SupportModel.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ModelUnreadable(f"The support model {path} cannot be used. {_RESTORE}") from error


@lru_cache(maxsize=4)
def load_rarity(folder: Path = FOLDER) -> Rarity:
    """Read the table of word rarity.

    Raises:
        ModelUnreadable: the file is missing or damaged.
    """
    path = folder / RARITY_FILE
    try:
        table: dict[str, Any] = json.loads(path.read_bytes())
        of_stem = {
            stem: float(value) for value, stems in table["stems"].items() for stem in stems.split()
        }
        return Rarity(of_stem, float(table["unknown"]))
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise ModelUnreadable(f"The word table {path} cannot be used. {_RESTORE}") from error

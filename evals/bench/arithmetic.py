"""How much arithmetic the embedded model needs for a text."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tokenizers import Tokenizer

from evals.bench.limit import GIGA
from retrieval.embedding import MODEL_FOLDER, TOKENIZER_FILE
from retrieval.ports import Embedder, Vectors

LAYERS, WIDTH, INNER = 6, 384, 1_536
"""Of all-MiniLM-L6-v2 (its config.json)."""


@dataclass
class Counted:
    """The embedder, with the texts that really went through its model."""

    model: Embedder
    texts: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.model.id

    @property
    def dimension(self) -> int:
        return self.model.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return self.model.embed(texts)


def lengths(texts: Sequence[str]) -> list[int]:
    """Tokens of each text as the model reads it, cut where it stops reading."""
    tokenizer = Tokenizer.from_file(str(MODEL_FOLDER / TOKENIZER_FILE))
    return [len(encoded.ids) for encoded in tokenizer.encode_batch(list(texts))]


def operations(tokens: int) -> float:
    """Billion operations for one text: its matrix products, two operations a multiplication.

    A layer has four products of width x width, two of width x inner, and two between all tokens.
    """
    a_token = 4 * WIDTH**2 + 2 * WIDTH * INNER + 2 * tokens * WIDTH
    return 2 * LAYERS * tokens * a_token / GIGA

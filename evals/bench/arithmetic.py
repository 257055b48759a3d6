"""How much arithmetic the embedded model needs for a text."""

from collections.abc import Sequence

from tokenizers import Tokenizer

from evals.bench.limit import GIGA
from retrieval.embedding import MODEL_FOLDER, TOKENIZER_FILE

LAYERS, WIDTH, INNER = 6, 384, 1_536
"""Of all-MiniLM-L6-v2 (its config.json)."""


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

"""The seams of the library."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Shape (n, dimension), each row of unit length."""


class Embedder(Protocol):
    """Text to unit vectors."""

    @property
    def id(self) -> str:
        """Names model and version; a library remembers it and refuses another."""

    @property
    def dimension(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts`; shape (len(texts), dimension), float32, unit length.

        Raises:
            EmbeddingFailed: the model file or the endpoint did not answer as it must.
        """

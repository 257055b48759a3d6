"""An embedder that remembers: a draft embeds the same sentences several times."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np
import numpy.typing as npt

from retrieval.ports import Embedder, Vectors

REMEMBERED = 20_000
"""Texts kept, least recently used first out: 30 MB at 384 dimensions."""


class CachedEmbedder:
    """Any embedder, with the vectors of recent texts at hand. Safe to use from several threads."""

    def __init__(self, embedder: Embedder, remembered: int = REMEMBERED) -> None:
        self._embedder, self._remembered = embedder, remembered
        self._known: OrderedDict[str, npt.NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    @property
    def id(self) -> str:
        return self._embedder.id

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed`; only texts not seen lately are computed."""
        with self._lock:
            found = {t: self._known[t] for t in texts if t in self._known}
        new = [t for t in dict.fromkeys(texts) if t not in found]
        if new:
            found |= zip(new, self._embedder.embed(new), strict=True)
        with self._lock:
            for text in dict.fromkeys(texts):
                self._known[text] = found[text]
                self._known.move_to_end(text)
            while len(self._known) > self._remembered:
                self._known.popitem(last=False)
        return np.array([found[t] for t in texts], dtype=np.float32).reshape(-1, self.dimension)

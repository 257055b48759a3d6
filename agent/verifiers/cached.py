"""An entailment model that remembers: a draft asks about the same pairs several times."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np

from agent.ports import Entailment, Probabilities

REMEMBERED = 50_000
"""Pairs kept, least recently used first out: about 30 MB with their texts."""


class CachedEntailment:
    """Any `Entailment`, with recent answers at hand. Safe to use from several threads."""

    def __init__(self, model: Entailment, remembered: int = REMEMBERED) -> None:
        self._model, self._remembered = model, remembered
        self._known: OrderedDict[tuple[str, str], Probabilities] = OrderedDict()
        self._lock = Lock()

    @property
    def id(self) -> str:
        return self._model.id

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        """See `Entailment.probabilities`; only pairs not seen lately are computed."""
        with self._lock:
            found = {pair: self._known[pair] for pair in pairs if pair in self._known}
        new = [pair for pair in dict.fromkeys(pairs) if pair not in found]
        if new:
            found |= zip(new, self._model.probabilities(new), strict=True)
        with self._lock:
            for pair in found:
                self._known[pair] = found[pair]
                self._known.move_to_end(pair)
            while len(self._known) > self._remembered:
                self._known.popitem(last=False)
        return np.array([found[pair] for pair in pairs], dtype=np.float32).reshape(-1, 3)

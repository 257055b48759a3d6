from collections.abc import Sequence

import numpy as np

from retrieval.cached import CachedEmbedder
from retrieval.ports import Vectors
from tests.fakes import DIMENSION, embed


class Counting:
    id = "counting/1"
    dimension = DIMENSION

    def __init__(self) -> None:
        self.seen: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        return embed(texts)


def test_a_text_is_embedded_once_and_its_vector_stays_the_same() -> None:
    counting = Counting()
    cached = CachedEmbedder(counting)
    first = cached.embed(["a bridge", "a road", "a bridge"])
    second = cached.embed(["a road", "a bridge"])
    assert counting.seen == ["a bridge", "a road"]
    assert np.array_equal(first, embed(["a bridge", "a road", "a bridge"]))
    assert np.array_equal(second, first[[1, 0]])


def test_it_forgets_what_was_not_used_for_longest() -> None:
    counting = Counting()
    cached = CachedEmbedder(counting, remembered=2)
    cached.embed(["a", "b"])
    cached.embed(["a", "c"])
    cached.embed(["a", "b"])
    assert counting.seen == ["a", "b", "c", "b"]


def test_no_texts_give_no_vectors() -> None:
    assert CachedEmbedder(Counting()).embed([]).shape == (0, DIMENSION)

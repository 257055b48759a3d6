"""What was read lately is not read again, and nothing else changes."""

import gc
import weakref
from collections.abc import Sequence

import numpy as np

from agent.ports import Probabilities
from agent.verification.cross_encoder import CachedNliModel
from tests.fakes import WordsEntailment

PAIRS = [("The lake froze.", "The lake froze."), ("The lake froze.", "Bread rose.")]


class Counting(WordsEntailment):
    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        self.asked += pairs
        return super().probabilities(pairs)


def test_answers_are_those_of_the_model_in_order_and_with_repeats() -> None:
    asked = [*PAIRS, PAIRS[0]]
    found = CachedNliModel(Counting()).probabilities(asked)
    assert np.array_equal(found, WordsEntailment().probabilities(asked))


def test_a_pair_is_read_once() -> None:
    model = Counting()
    cached = CachedNliModel(model)
    for _ in range(3):
        cached.probabilities([*PAIRS, *PAIRS])
    assert model.asked == PAIRS


def test_it_forgets_what_was_not_asked_lately() -> None:
    model = Counting()
    cached = CachedNliModel(model, remembered=1)
    for pair in (PAIRS[0], PAIRS[1], PAIRS[0]):
        cached.probabilities([pair])
    assert model.asked == [PAIRS[0], PAIRS[1], PAIRS[0]]


def test_a_remembered_pair_keeps_its_own_answer_and_not_the_batch_it_came_with() -> None:
    batches: list[weakref.ref[Probabilities]] = []

    class Noting(Counting):
        def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
            made = super().probabilities(pairs).copy()
            batches.append(weakref.ref(made))
            return made

    cached = CachedNliModel(Noting(), remembered=1)
    cached.probabilities(PAIRS)
    gc.collect()
    assert [batch() for batch in batches] == [None]


def test_no_pairs_give_no_rows() -> None:
    assert CachedNliModel(Counting()).probabilities([]).shape == (0, 3)

from collections.abc import Sequence

import numpy as np
import pytest

from agent.ports import Probabilities
from agent.writers.reading import Reader
from tests.fakes import WordVerifier

A, B, C = "The pool is shut.", "The pool is closed.", "The pool is old and shut."


class OneWay:
    """Says which text carries which; remembers what it was asked."""

    id = "one way/1"

    def __init__(self, *carried: tuple[str, str]) -> None:
        self._carried, self.asked = carried, list[tuple[str, str]]()

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        self.asked += pairs
        rows = [[1, 0, 0] if pair in self._carried else [0, 0, 1] for pair in pairs]
        return np.array(rows, dtype=np.float32).reshape(-1, 3)


@pytest.mark.parametrize(
    ("carried", "same"),
    [
        ([], False),
        ([(A, B)], False),
        ([(B, A)], False),
        ([(C, B), (B, A)], False),
        ([(A, B), (B, A)], True),
    ],
)
def test_two_sentences_say_the_same_where_each_carries_the_other(
    carried: list[tuple[str, str]], *, same: bool
) -> None:
    assert Reader(OneWay(*carried), WordVerifier()).restates(B, [C, A]) is same


def test_what_does_not_carry_a_sentence_is_not_read_the_other_way_round() -> None:
    nli = OneWay((A, B))
    Reader(nli, WordVerifier()).restates(B, [C, A])
    assert nli.asked == [(C, B), (A, B), (B, A)]

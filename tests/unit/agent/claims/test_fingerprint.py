"""A draft is an earlier one of the same claim only where each claim follows from the other."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from agent.ports import Probabilities
from agent.verdict import same_claim

CLOSED = "the pool is closed"


class Follows:
    """P(carried) by (premise, claim); 0 for all others."""

    id = "follows/1"

    def __init__(self, carried: Mapping[tuple[str, str], float]) -> None:
        self._carried = carried

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        read = [self._carried.get(pair, 0.0) for pair in pairs]
        return np.array([(p, 0, 1 - p) for p in read], dtype=np.float32).reshape(-1, 3)


def test_equal_words_are_the_same_claim_without_a_judge() -> None:
    assert same_claim("The pool is closed.", CLOSED, Follows({}))


@pytest.mark.parametrize(
    ("there", "back", "same"),
    [(0.9, 0.9, True), (0.9, 0.1, False), (0.1, 0.9, False), (0.0, 0.0, False)],
    ids=["each from the other", "one is more general", "one is narrower", "neither"],
)
def test_other_words_are_the_same_claim_where_each_follows(
    there: float, back: float, *, same: bool
) -> None:
    other = "the council shut the pool"
    judge = Follows({(CLOSED, other): there, (other, CLOSED): back})
    assert same_claim(CLOSED, other, judge) is same

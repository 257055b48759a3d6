"""What every verifier owes the desk. A new one joins by a line."""

from collections.abc import Callable

import pytest

from agent.ports import Verifier
from agent.types import Extract, Pair, Support
from agent.verifiers.embedded import EmbeddedVerifier
from tests.fakes import WordsEntailment, WordVerifier

VERIFIERS: dict[str, Callable[[], Verifier]] = {
    "embedded": lambda: EmbeddedVerifier(WordsEntailment()),
    "words": WordVerifier,
}
EVERY_VERIFIER = pytest.mark.parametrize("make", VERIFIERS.values(), ids=VERIFIERS.keys())
LAKE = Extract(text="The lake froze in January. The harbor stayed open all winter.")


def pair(claim: str, *evidence: Extract) -> Pair:
    return Pair(claim=claim, evidence=evidence)


PAIRS = [
    pair("The harbor stayed open all winter.", LAKE),
    pair("Penguins elected a parliament.", LAKE),
    pair("The harbor stayed open all winter."),
]


@EVERY_VERIFIER
def test_each_pair_gets_one_ruling_in_order(make: Callable[[], Verifier]) -> None:
    found = [r.support for r in make().judge(PAIRS)]
    assert found == [Support.SUPPORTED, Support.UNSUPPORTED, Support.UNSUPPORTED]


@EVERY_VERIFIER
def test_no_pairs_get_no_rulings(make: Callable[[], Verifier]) -> None:
    assert make().judge([]) == []


@EVERY_VERIFIER
def test_every_ruling_gives_a_reason(make: Callable[[], Verifier]) -> None:
    assert all(r.reason for r in make().judge(PAIRS))


@EVERY_VERIFIER
def test_a_ruling_does_not_depend_on_its_neighbours(make: Callable[[], Verifier]) -> None:
    verifier = make()
    together = verifier.judge(PAIRS)
    assert [verifier.judge([p])[0] for p in PAIRS] == together
    assert verifier.judge(PAIRS[::-1])[::-1] == together


@EVERY_VERIFIER
def test_a_score_is_a_probability_or_absent(make: Callable[[], Verifier]) -> None:
    assert all(r.score is None or 0 <= r.score <= 1 for r in make().judge(PAIRS))


@EVERY_VERIFIER
def test_what_is_supported_reaches_the_threshold(make: Callable[[], Verifier]) -> None:
    verifier = make()
    scores = [r.score for r in verifier.judge(PAIRS) if r.support is Support.SUPPORTED]
    assert scores
    assert all(s is not None and s >= verifier.threshold for s in scores)


@EVERY_VERIFIER
def test_it_says_what_it_is_and_in_which_version(make: Callable[[], Verifier]) -> None:
    assert "/" in make().name

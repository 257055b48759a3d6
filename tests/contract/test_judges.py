"""What every judge owes the desk. A new one joins by a line."""

from collections.abc import Callable

import pytest

from agent.ports import Judge
from agent.types import ClaimEvidence, EvidenceSpan, Support
from agent.verification.embedded import EmbeddedJudge
from agent.verification.model import ModelJudge
from tests.fakes import WordsEntailment, WordVerifier
from tests.scripted import ScriptedChat, honest

JUDGES: dict[str, Callable[[], Judge]] = {
    "embedded": lambda: EmbeddedJudge(WordsEntailment()),
    "model": lambda: ModelJudge(ScriptedChat(honest), EmbeddedJudge(WordsEntailment())),
    "words": WordVerifier,
}
EVERY_JUDGE = pytest.mark.parametrize("make", JUDGES.values(), ids=JUDGES.keys())
LAKE = EvidenceSpan(text="The lake froze in January. The harbor stayed open all winter.")


def pair(claim: str, *evidence: EvidenceSpan) -> ClaimEvidence:
    return ClaimEvidence(claim=claim, evidence=evidence)


PAIRS = [
    pair("The harbor stayed open all winter.", LAKE),
    pair("Penguins elected a parliament.", LAKE),
    pair("The harbor stayed open all winter."),
]


@EVERY_JUDGE
def test_each_pair_gets_one_ruling_in_order(make: Callable[[], Judge]) -> None:
    found = [r.support for r in make().verify(PAIRS)]
    assert found == [Support.SUPPORTED, Support.UNSUPPORTED, Support.UNSUPPORTED]


@EVERY_JUDGE
def test_no_pairs_get_no_rulings(make: Callable[[], Judge]) -> None:
    assert make().verify([]) == []


@EVERY_JUDGE
def test_every_ruling_gives_a_reason(make: Callable[[], Judge]) -> None:
    assert all(r.reason for r in make().verify(PAIRS))


@EVERY_JUDGE
def test_a_ruling_does_not_depend_on_its_neighbours(make: Callable[[], Judge]) -> None:
    judge = make()
    together = judge.verify(PAIRS)
    assert [judge.verify([p])[0] for p in PAIRS] == together
    assert judge.verify(PAIRS[::-1])[::-1] == together


@EVERY_JUDGE
def test_a_score_is_a_probability_or_absent(make: Callable[[], Judge]) -> None:
    assert all(r.score is None or 0 <= r.score <= 1 for r in make().verify(PAIRS))


@EVERY_JUDGE
def test_what_is_supported_reaches_the_threshold(make: Callable[[], Judge]) -> None:
    judge = make()
    scores = [r.score for r in judge.verify(PAIRS) if r.support is Support.SUPPORTED]
    assert scores
    assert all(s is not None and s >= judge.threshold for s in scores)


@EVERY_JUDGE
def test_it_says_what_it_is_and_in_which_version(make: Callable[[], Judge]) -> None:
    assert "/" in make().name

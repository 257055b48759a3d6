"""A second opinion lets sentences fall and never lets one stand."""

import json
from collections.abc import Callable

import pytest

from agent.llm.budget import Budget
from agent.llm.errors import KeyRefused, ServiceBusy
from agent.types import ClaimEvidence, EvidenceSpan, Support, Verification
from agent.verification.model import BORDERLINE, SecondOpinion
from prompts import Request
from tests.scripted import ScriptedChat, records

PAIR = ClaimEvidence(
    claim="The bridge fell.", evidence=(EvidenceSpan(text="The bridge may fall."),)
)


def ruled(support: Support, score: float = 0.6) -> Verification:
    return Verification(support=support, score=score, reason="first", verifier="first/1")


def saying(support: str) -> Callable[[Request], str]:
    def answer(request: Request) -> str:
        opinions = [
            {"number": r["number"], "support": support, "reason": "may fall"}
            for r in records(request)
        ]
        return json.dumps({"opinions": opinions})

    return answer


@pytest.mark.parametrize(
    ("said", "then"),
    [
        ("full", Support.SUPPORTED),
        ("part", Support.PARTIAL),
        ("none", Support.UNSUPPORTED),
    ],
)
def test_a_borderline_ruling_is_kept_or_lowered_and_disagreement_is_shown(
    said: str, then: Support
) -> None:
    [after] = SecondOpinion(ScriptedChat(saying(said))).review([PAIR], [ruled(Support.SUPPORTED)])
    assert after.support is then
    assert after.checks[-1].name == "second opinion"
    assert (said == "full") is ("may fall" not in after.reason)


@pytest.mark.parametrize("support", [s for s in Support if s is not Support.SUPPORTED])
def test_what_has_fallen_is_not_asked_about(support: Support) -> None:
    chat = ScriptedChat(saying("full"))
    assert SecondOpinion(chat).review([PAIR], [ruled(support)]) == [ruled(support)]
    assert not chat.requests


def test_what_stands_clearly_is_not_asked_about() -> None:
    chat = ScriptedChat(saying("none"))
    clear = ruled(Support.SUPPORTED, BORDERLINE)
    assert SecondOpinion(chat).review([PAIR], [clear]) == [clear]
    assert not chat.requests


def test_all_borderline_sentences_go_into_one_call() -> None:
    chat = ScriptedChat(saying("full"))
    SecondOpinion(chat).review([PAIR] * 9, [ruled(Support.SUPPORTED)] * 9)
    assert len(chat.requests) == 1


@pytest.mark.parametrize("said", [ServiceBusy("Busy."), '{"opinions": []}'])
def test_an_opinion_that_was_asked_for_and_not_had_closes_the_gate(said: str | Exception) -> None:
    with Budget().open():
        [after] = SecondOpinion(ScriptedChat(lambda _: said)).review(
            [PAIR], [ruled(Support.SUPPORTED)]
        )
    assert after.support is Support.UNCHECKED


def test_a_key_that_is_refused_is_for_a_person_to_mend() -> None:
    with Budget().open(), pytest.raises(KeyRefused):
        SecondOpinion(ScriptedChat(lambda _: KeyRefused("No."))).review(
            [PAIR], [ruled(Support.SUPPORTED)]
        )

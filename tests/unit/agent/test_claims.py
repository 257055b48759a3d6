import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.claims import read
from agent.types import ClaimKind


@pytest.mark.parametrize(
    ("asked", "claim"),
    [
        (
            "Are wind farms killing whales off New Jersey?",
            "wind farms are killing whales off New Jersey",
        ),
        ("Is Paris the capital of France?", "Paris is the capital of France"),
        ("Was the tower closed by the mayor", "the tower was closed by the mayor"),
        ("Has the king abdicated?", "the king has abdicated"),
        ("Did inflation rise in 2024?", "inflation rose in 2024"),
        ("Does coffee cause cancer?", "coffee causes cancer"),
        ("do vaccines cause autism", "vaccines cause autism"),
        ("Can you see the pyramids from orbit?", "you can see the pyramids from orbit"),
        ("Is it true that the bridge is closed?", "the bridge is closed"),
        ("The bridge is closed, right?", "the bridge is closed"),
        ("Was there really a flood?", "there was a flood"),
    ],
)
def test_a_yes_no_question_becomes_a_positive_statement(asked: str, claim: str) -> None:
    assert read(asked).text == claim


def test_what_slack_wraps_in_is_this_true_is_unwrapped() -> None:
    assert read('is this true? "The bridge is closed!!"').text == "the bridge is closed"


def test_the_fullest_of_several_statements_is_the_claim_and_the_rest_are_kept() -> None:
    claim = read("This is how it is done. Police arrested four federal agents in the subway today.")
    assert claim.text == "Police arrested four federal agents in the subway today"
    assert claim.others == ("This is how it is done.",)


def test_an_open_question_is_told_from_an_organisation_called_who() -> None:
    assert read("Who paid for the study?").asks == "who"
    assert read("WHO bans a sweetener").asks is None


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ("Is jazz better than rock?", ClaimKind.OPINION),
        ("Should voting be compulsory?", ClaimKind.OPINION),
        ("Will prices fall next year?", ClaimKind.PREDICTION),
        ("hm", ClaimKind.UNCLEAR),
        ("Did prices fall last year?", ClaimKind.FACTUAL),
    ],
)
def test_opinions_and_predictions_are_named_as_such(asked: str, kind: ClaimKind) -> None:
    assert read(asked).kind is kind


@given(st.text(min_size=1).filter(str.strip))
def test_whatever_is_typed_is_read(text: str) -> None:
    claim = read(text)
    assert claim.text.strip() == claim.text
    assert claim.opposite

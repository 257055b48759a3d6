"""When a library says a claim, or comes too near to be told from saying it."""

import pytest

from agent.stance import passages_that_entail
from tests.unit.agent import pages

CLAIM = "Tellus Group sued Norvik Bank over unpaid fees"


def said(text: str, support: float = 0.0, claim: str = CLAIM) -> bool:
    return passages_that_entail(claim, [pages.passage("paper", text)], [support]) == [True]


def test_other_words_for_it_are_found_without_the_verifier() -> None:
    assert said("Norvik Bank faces a lawsuit by Tellus Group over unpaid fees.")


@pytest.mark.parametrize(
    "text",
    [
        "Norvik Bank sued Tellus Group over unpaid fees.",
        "Tellus Group did not sue Norvik Bank over unpaid fees.",
    ],
)
def test_what_a_rule_explains_is_not_the_claim_whatever_the_verifier_makes_of_it(
    text: str,
) -> None:
    assert not said(text, support=0.95)


def test_words_spread_over_sentences_do_not_say_it() -> None:
    assert not said(
        "Tellus Group has unpaid fees. Norvik Bank opened in 1931. A law was sued over."
    )


def test_a_sure_verifier_is_followed_and_an_unsure_one_needs_the_claims_own_word() -> None:
    text = "Tellus Group and Norvik Bank met before a judge."
    assert said(text, support=0.95)
    assert not said(text, support=0.75)
    assert said(f"{text} The lawsuit goes on.", support=0.75)

import pytest

from agent.drafters.phrasing import fit, leans_back, standing_alone
from tests.fakes import source

PAPER = source("paper", publisher="The Daily Bridge (copy of a Wire report)")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            "The article says that the bridge fell.",
            "The Daily Bridge article says that the bridge fell.",
        ),
        (
            "This report also adds that it rained.",
            "The Daily Bridge report also adds that it rained.",
        ),
        ("The post is about tolls.", "The Daily Bridge post is about tolls."),
        (
            "The visible text names no date.",
            "The visible text from The Daily Bridge names no date.",
        ),
        ("The bridge fell in May.", "The bridge fell in May, according to The Daily Bridge."),
        ("The mayor said that the bridge fell.", "The mayor said that the bridge fell."),
        (
            'It carries "no cars at all."',
            'According to The Daily Bridge, It carries "no cars at all."',
        ),
    ],
)
def test_a_sentence_names_who_reports_it(said: str, written: str) -> None:
    assert standing_alone(said, PAPER) == written


def test_a_number_in_brackets_cannot_be_taken_for_a_citation() -> None:
    said = "The mayor said the bridge (12 meters wide) fell (2 dead)."
    assert standing_alone(said, PAPER) == "The mayor said the bridge, 12 meters wide, fell, 2 dead."


@pytest.mark.parametrize(
    "said",
    [
        "It fell.",
        "In it, cars were banned.",
        "The second fell.",
        "Under the order, cars are banned.",
    ],
)
def test_a_pronoun_or_a_thing_named_before_leans_on_the_sentence_before(said: str) -> None:
    assert leans_back(said)


@pytest.mark.parametrize(
    "said", ["Cars are banned.", "The FCC fined him.", "The article says so.", "The world warmed."]
)
def test_a_sentence_with_its_own_subject_leans_on_nothing(said: str) -> None:
    assert not leans_back(said)


@pytest.mark.parametrize(
    "said", ["I saw it.", "The end!", "Who paid?", "We are not sure, he said."]
)
def test_a_speakers_own_voice_is_not_the_voice_of_a_page(said: str) -> None:
    assert not fit(said)


def test_plain_sentences_are_fit() -> None:
    assert fit("Officers of the I.C.E. said that the bridge fell.")

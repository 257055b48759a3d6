"""Sentences of news, as exact spans."""

from hypothesis import given
from hypothesis import strategies as st

from retrieval.sentences import split_sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


def test_sentences_of_news_are_found() -> None:
    expected = [
        "Gov. Kathy Hochul met Rep. Dan Goldman at 3 p.m. Eastern on Nov. 12.",
        "The vote was at 10 a.m.",
        "The mayor spoke of Local Law No. 5 of 2014.",
        "“It is safe,” said Lt. Col. Doe of the U.S. Army.",
        "(It was not.)",
        "Prices rose 2.5 percent to $4.2 million.",
        "amNewYork reported it.",
    ]
    assert split(" ".join(expected)) == expected


def test_an_answer_is_a_sentence_and_a_number_is_not() -> None:
    assert split("Climate.gov says no. Climate.gov adds that no. 5 is open.") == [
        "Climate.gov says no.",
        "Climate.gov adds that no. 5 is open.",
    ]
    assert split("No. Inflation fell. See No. 10 Downing St. for more.") == [
        "No.",
        "Inflation fell.",
        "See No. 10 Downing St. for more.",
    ]
    assert split("1. First item. 2. Second item.") == ["1. First item.", "2. Second item."]


def test_a_blank_line_ends_a_sentence() -> None:
    assert split("What it cost\n\nit cost much.") == ["What it cost", "it cost much."]


@given(st.text())
def test_sentences_are_exact_and_lose_no_word(text: str) -> None:
    at = 0
    for start, end in split_sentences(text):
        assert at <= start < end
        assert text[start:end] == text[start:end].strip()
        assert not text[at:start].strip()
        at = end
    assert not text[at:].strip()


def test_pieces_that_run_on_for_long_are_one_sentence() -> None:
    text = "He met Dr. " + "x. " * 2_000 + "at 3 p.m. Eastern."
    assert split_sentences(text) == [(0, len(text))]

"""Tokens are counted without a network or a trace in the environment; requests are filled."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.tokens import count, split_into_requests, truncate

SENTENCE = "Officers arrested 38 people near 26 Federal Plaza on January 12, 2026."


def test_tokens_are_counted_as_the_model_counts_them() -> None:
    # Counts published with the encodings: "antidisestablishmentarianism" and "お誕生日おめでとう".
    assert count("antidisestablishmentarianism", "gpt-4") == 6
    assert count("antidisestablishmentarianism", "gpt-4o") == 6
    assert count("お誕生日おめでとう", "gpt-4") == 9
    assert count("お誕生日おめでとう", "gpt-4o") == 8


def test_an_unknown_model_is_counted_as_o200k() -> None:
    assert count(SENTENCE, "a-model-nobody-knows") == count(SENTENCE) == count(SENTENCE, "gpt-4o")


def test_a_known_model_whose_vocabulary_is_not_installed_is_counted_as_o200k() -> None:
    assert count("お誕生日おめでとう", "text-davinci-003") == 8


def test_words_that_look_like_control_tokens_are_text() -> None:
    assert count("<|endoftext|>") > 1


@pytest.mark.disable_socket
def test_the_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "/nowhere")
    before = dict(os.environ)
    assert count(SENTENCE, "gpt-4") > 0
    assert dict(os.environ) == before


def test_a_short_text_is_not_touched() -> None:
    assert truncate(SENTENCE, 100) == SENTENCE


@pytest.mark.parametrize("limit", [0, 1, 7])
def test_a_long_text_is_cut_to_the_limit(limit: int) -> None:
    cut = truncate(SENTENCE * 20, limit)
    assert count(cut) == limit
    assert SENTENCE.startswith(cut)


def test_a_cut_inside_a_character_drops_the_character() -> None:
    text = "🦩" * 10
    cuts = {truncate(text, limit) for limit in range(1, 20)}
    assert cuts <= {"🦩" * n for n in range(11)}
    assert len(cuts) > 3


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.integers(min_value=0, max_value=40))
def test_what_is_left_is_the_beginning_of_the_text(text: str, limit: int) -> None:
    assert text.startswith(truncate(text, limit))


@pytest.mark.parametrize(
    ("sizes", "requests"),
    [
        ([], []),
        ([1, 1, 1, 1], [[0, 1, 2], [3]]),
        ([6, 4, 1], [[0, 1], [2]]),
        ([1, 99, 1], [[0], [1], [2]]),
    ],
    ids=["nothing", "too many texts", "too much text", "one text too large"],
)
def test_texts_are_divided_into_requests_in_order(
    sizes: list[int], requests: list[list[int]]
) -> None:
    assert [list(group) for group in split_into_requests(sizes, most=3, room=10)] == requests

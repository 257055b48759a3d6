import random

from evals.training.verifier.dev import nearest_windows
from evals.training.verifier.examples import (
    Neighbours,
    are_alike,
    frame_sentence,
    pad_window,
    shorten_sentence,
)


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - no secret depends on it


PASSAGES = [
    "The harbour bridge opened to traffic in 1932.",
    "The harbour tunnel opened sixty years later.",
    "Bread prices rose in spring.",
]


def test_neighbours_come_by_rare_words_nearest_first() -> None:
    near = Neighbours(PASSAGES)
    assert near.near("The harbour bridge closed", 2, overlap=1.0) == PASSAGES[:2]


def test_a_passage_that_may_carry_the_claim_is_no_neighbour() -> None:
    near = Neighbours(PASSAGES)
    assert PASSAGES[0] not in near.near("The harbour bridge opened to traffic in 1932.", 3)


def test_padding_never_drops_what_is_needed_and_stops_at_the_limit() -> None:
    needed = ("one two three",)
    window = pad_window(needed, ["four five", "six seven eight nine"], 6, chance(0))
    assert sorted(window.split()) == ["five", "four", "one", "three", "two"]


def test_a_sentence_is_shortened_and_never_changed_otherwise() -> None:
    sentence = "The mayor (a Democrat) signed the bill on Monday, and the council applauded him."
    for seed in range(20):
        words = shorten_sentence(sentence, chance(seed)).replace(",", "").replace(".", "").split()
        rest = iter(sentence.replace(",", "").replace(".", "").split())
        assert all(word in rest for word in words)


def test_a_frame_lowers_the_article_and_leaves_names_alone() -> None:
    assert (
        frame_sentence("The ship sank.", "The report says that {}")
        == "The report says that the ship sank."
    )
    assert (
        frame_sentence("Paris fell.", "The report says that {}")
        == "The report says that Paris fell."
    )


def test_passages_are_alike_when_they_share_most_words() -> None:
    assert are_alike("the ship sank at noon", "the ship sank at dusk")
    assert not are_alike(PASSAGES[0], PASSAGES[2])


def test_long_evidence_is_read_where_it_is_nearest_to_the_claim() -> None:
    filler = "Nothing of note happened on that day in town. " * 40
    evidence = [f"{filler}The harbour bridge opened in 1932. {filler}"]
    windows = nearest_windows(evidence, "The harbour bridge opened in 1932.")
    assert any("harbour bridge" in window for window in windows)
    assert all(len(window.split()) <= 110 for window in windows)


def test_short_evidence_is_read_whole() -> None:
    assert nearest_windows(PASSAGES, "Bread") == [" ".join(PASSAGES)]

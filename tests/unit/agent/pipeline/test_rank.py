"""The order of evidence: what is weighed, who is read, what breaks a tie."""

from collections.abc import Sequence

import numpy as np
import pytest

from agent.pipeline.retrieve import (
    AN_ORIGIN,
    READ,
    RELEVANCE,
    in_order,
    rank,
    relevance,
    rerank,
)
from agent.ports import Probabilities
from retrieval.types import Hit, Passage
from tests.fakes import passages, source


class Knowing:
    """Says that evidence with the word "answers" speaks to a claim; keeps what it was asked."""

    id = "knowing/1"

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        self.asked += pairs
        rows = [[0.1, 0.8, 0.1] if "answers" in text else [0.1, 0.0, 0.9] for text, _ in pairs]
        return np.array(rows, dtype=np.float32).reshape(-1, 3)


def hit(passage: Passage) -> Hit:
    return Hit(passage=passage, score=0.5, lexical=0.0, dense=0.0)


def held(*texts: str, **changes: object) -> list[Passage]:
    """A source of its own for each text."""
    return [p for n, text in enumerate(texts) for p in passages(source(f"s{n}", **changes), text)]


def order(
    found: Sequence[tuple[float, Passage]], words: dict[str, float] | None = None
) -> list[str]:
    related = [(cosine, hit(passage)) for cosine, passage in found]
    return [h.passage.text for h in rank("It is so", related, words or {}, Knowing())]


def test_a_passage_that_denies_the_claim_is_as_relevant_as_one_that_says_it() -> None:
    told = relevance("It is so", held("It answers.", "It sings."), Knowing())
    assert list(told.values()) == pytest.approx([0.9, 0.1])


def test_what_speaks_to_the_claim_passes_what_is_a_little_nearer_and_no_more() -> None:
    sings, answers = held("It sings.", "It answers.")
    assert order([(0.50, sings), (0.45, answers)]) == ["It answers.", "It sings."]
    assert order([(0.90, sings), (0.30, answers)]) == ["It sings.", "It answers."]


def test_words_count_beside_meaning() -> None:
    one, other = held("It sings.", "It dances.")
    assert order([(0.50, one), (0.49, other)], {other.id: 1.0}) == ["It dances.", "It sings."]


def test_only_the_best_are_read_and_the_others_stay_behind_them() -> None:
    many = held(*(f"Song {n}." for n in range(READ)), "It answers, far away.")
    found = [(0.9 - n / 100, passage) for n, passage in enumerate(many)]
    model = Knowing()
    texts = [h.passage.text for h in rank("It is so", [(c, hit(p)) for c, p in found], {}, model)]
    assert len(model.asked) == READ
    assert {claim for _, claim in model.asked} == {"It is so"}
    assert texts[-1] == "It answers, far away."


def test_a_share_of_nothing_is_the_order_of_fusion() -> None:
    fused = {"a": 0.9, "b": 0.8, "c": 0.1}
    scores = rerank(fused, {"a": 0.0, "b": 1.0}, share=0.0)
    assert sorted(scores, key=lambda p: -scores[p]) == ["a", "b", "c"]
    assert rerank(fused, {"b": 1.0})["b"] == pytest.approx((1 - RELEVANCE) * 0.8 + RELEVANCE)


def test_where_scores_are_as_good_as_equal_the_better_tier_comes_first() -> None:
    (blog,) = passages(source("blog", tier=3), "It sings.")
    (court,) = passages(source("court", tier=1), "It sings too.")
    hits = [hit(blog), hit(court)]
    tied = in_order(hits, {blog.id: 0.7012, court.id: 0.7008})
    assert [h.passage.source.tier for h in tied] == [1, 3]
    apart = in_order(hits, {blog.id: 0.72, court.id: 0.70})
    assert [h.passage.source.tier for h in apart] == [3, 1]


def test_one_origin_does_not_fill_the_front() -> None:
    wire = [hit(p) for p in passages(source("wire"), *(f"Line {n}." for n in range(AN_ORIGIN + 2)))]
    (other,) = (hit(p) for p in passages(source("other"), "Another view."))
    scores = {h.passage.id: 0.9 for h in wire} | {other.passage.id: 0.1}
    found = in_order([*wire, other], scores)
    assert found.index(other) == AN_ORIGIN
    assert len(found) == len(wire) + 1

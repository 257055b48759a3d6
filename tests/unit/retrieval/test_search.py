from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.library import Library
from retrieval.record import match_expression
from retrieval.search import DENSE_WEIGHT, fuse_scores
from retrieval.types import Filters
from tests.fakes_retrieval import NOTES, WordsEmbedder, put


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Holds `NOTES`; the index stays out of it."""
    with Library.open(tmp_path, WordsEmbedder(), create=True) as library:
        for source_id, paragraphs in NOTES.items():
            put(library._record, source_id, *paragraphs)
        yield library


def found(library: Library, query: str, k: int = 8, **filters: object) -> list[str]:
    hits = library.search(query, k, Filters.model_validate(filters))
    return [hit.passage.text for hit in hits]


def test_the_passage_that_answers_comes_first(library: Library) -> None:
    assert found(library, "Who planted the trees at the school?", 1) == [NOTES["school"][0]]


def test_words_match_in_any_form_and_without_their_accents(library: Library) -> None:
    put(library._record, "café", "The cafés were closing early.")
    for query in ("cafe", "CAFÉS", "close"):
        hits = {hit.passage.source.id: hit.lexical for hit in library.search(query)}
        assert hits["café"] > 0


def test_an_acronym_is_found_with_dots_and_without(library: Library) -> None:
    hits = library.search("What did I.C.E. do?")
    with_words = {hit.passage.text for hit in hits if hit.lexical > 0}
    assert with_words == set(NOTES["ice"])


def test_a_title_counts_for_every_passage_of_its_source(library: Library) -> None:
    put(library._record, "x", "Nobody was hurt.", title="Gasometer fire")
    assert found(library, "gasometer", 1) == ["Nobody was hurt."]


def test_each_hit_carries_the_scores_it_was_ranked_by(library: Library) -> None:
    hits = library.search("old bridge", 20)
    query = library.embed(["old bridge"])[0]
    cosines = {hit.passage.id: hit.dense for hit in hits}
    for hit in hits:
        assert hit.dense == pytest.approx(library.embed([hit.passage.text])[0] @ query, abs=1e-5)
        searched = f"{hit.passage.source.title} {hit.passage.text}".lower()
        assert (hit.lexical > 0) == ("bridge" in searched or "old" in searched.split())
        dense = (hit.dense + 1) / (max(cosines.values()) + 1)
        expected = DENSE_WEIGHT * dense + (1 - DENSE_WEIGHT) * hit.lexical
        assert hit.score == pytest.approx(expected)
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert max(h.lexical for h in hits) == 1.0


def test_the_weight_shifts_a_search_between_meaning_and_words(library: Library) -> None:
    by_words = library.search("bridge flood", 1, dense_weight=0.0)[0]
    assert by_words.lexical == by_words.score == 1.0
    by_meaning = library.search("bridge flood", 20, dense_weight=1.0)
    assert [h.dense for h in by_meaning] == sorted((h.dense for h in by_meaning), reverse=True)


def test_equal_scores_go_by_tier_then_id(library: Library) -> None:
    for source_id, tier in (("z", 1), ("y", 3), ("w", 3)):
        put(library._record, source_id, "An identical wire story.", title="Same", tier=tier)
    hits = library.search("identical wire story", 3)
    assert len({hit.score for hit in hits}) == 1
    assert [hit.passage.source.tier for hit in hits] == [1, 3, 3]
    assert hits[1].passage.id < hits[2].passage.id


def test_an_origin_gives_no_more_than_its_share(library: Library) -> None:
    for n in range(6):
        put(library._record, f"copy{n}", f"Bridge story copy {n}.", origin="the-wire")
    hits = library.search("bridge story copy", 4, per_origin=2)
    origins = [hit.passage.source.origin for hit in hits]
    assert len(hits) == 4
    assert origins.count("the-wire") == 2


def test_filters_hold_for_words_and_for_meaning(library: Library) -> None:
    put(library._record, "late", "The bridge opened again.", published=date(2026, 2, 1))
    put(library._record, "undated", "A bridge somewhere.", published=None, tier=3)
    in_time = found(library, "bridge", 20, published_to=date(2025, 12, 31))
    assert "The bridge opened again." not in in_time
    assert "A bridge somewhere." in in_time
    assert found(library, "bridge", 20, published_from=date(2026, 1, 1), dated_only=True) == [
        "The bridge opened again."
    ]
    assert found(library, "bridge", 20, tiers=(3,)) == ["A bridge somewhere."]
    assert found(library, "bridge", 20, publishers=("Nobody",)) == []


def test_nothing_asked_finds_nothing(library: Library) -> None:
    assert library.search("  \n") == []
    assert library.search("bridge", 0) == []


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_nothing_that_can_be_typed_breaks_a_search(library: Library, query: str) -> None:
    assert len(library.search(query, 3)) == (3 if query.strip() else 0)


@pytest.mark.parametrize(
    "query", ['"', "bridge AND", "NEAR(a b)", "title:bridge", "a* OR", "-x (", "__", "\0", "' ; --"]
)
def test_no_character_is_an_operator(library: Library, query: str) -> None:
    assert library.search(query, 3)


def test_stop_words_are_dropped_unless_there_is_nothing_else() -> None:
    assert match_expression("Is it true that the bridge fell?") == '"bridge" OR "fell"'
    assert match_expression("to be or not to be") == '"to" OR "be" OR "or" OR "not"'
    assert match_expression("?!") is None


def test_a_very_long_text_is_searched_by_its_first_words(library: Library) -> None:
    long = " ".join(f"word{n}" for n in range(5_000)) + " bridge"
    assert len((match_expression("bridge " + long) or "").split(" OR ")) == 64
    assert library.search(long, 1)


@given(
    st.dictionaries(st.text(max_size=3), st.floats(-1, 1), min_size=1),
    st.dictionaries(st.text(max_size=3), st.floats(0, 50)),
    st.floats(0, 1),
)
def test_fused_scores_lie_between_nought_and_one(
    dense: dict[str, float], lexical: dict[str, float], weight: float
) -> None:
    fused = fuse_scores({k: v for k, v in lexical.items() if k in dense}, dense, weight)
    assert fused.keys() == dense.keys()
    assert all(0 <= f.score <= 1 and 0 <= f.lexical <= 1 for f in fused.values())


def test_a_scan_gives_every_passage_in_scope_with_its_vector(library: Library) -> None:
    put(library._record, "late", "Much later.", published=date(2026, 2, 1))
    filters = Filters(published_to=date(2025, 12, 31))
    blocks = list(library.scan(filters))
    texts = [p.text for passages, _ in blocks for p in passages]
    assert texts == [text for paragraphs in NOTES.values() for text in paragraphs]
    np.testing.assert_array_equal(np.concatenate([v for _, v in blocks]), library.embed(texts))
    scope = library.scope(filters)
    assert (scope.passages, scope.sources, scope.origins, scope.undated) == (7, 4, 4, 0)
    assert (scope.earliest, scope.latest) == (date(2025, 5, 1), date(2025, 5, 1))


def test_the_scope_counts_sources_without_a_date(library: Library) -> None:
    put(library._record, "x", "Text.", "More.", published=None, origin="ice")
    scope = library.scope()
    assert (scope.passages, scope.sources, scope.origins, scope.undated) == (9, 5, 4, 1)

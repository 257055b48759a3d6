from collections.abc import Sequence
from datetime import date

import pytest

from agent.pipeline.plan import EmbeddedPlanner
from agent.pipeline.retrieve import retrieve_evidence
from agent.types import Claim, Evidence, Insufficient, Plan, Question, SourceStance
from agent.verdict.stance import EmbeddedStances
from agent.writers.facets import SOUGHT, Facet
from retrieval.tokens import count
from retrieval.types import Filters, Hit, Passage, Source
from tests.fakes import FakeShelf, SilentEntailment, WordsEntailment, passages, source

ASKED = date(2026, 6, 30)
HELD = [
    *passages(
        source("old", published=date(2020, 1, 1)),
        "The river bridge was closed to cars for repairs.",
        "Cars returned to the river bridge after repairs.",
    ),
    *passages(
        source("new", published=date(2026, 6, 1)),
        "The river bridge is open to cars again.",
        "Engineers inspect the river bridge for cars every year.",
    ),
    *passages(source("tunnel"), "Mushrooms grow in the northern railway tunnel at night."),
]


def found_for(question: str, as_of: date | None = None) -> Evidence | Insufficient:
    plan = EmbeddedPlanner().plan(Question(text=question, asked_on=ASKED, as_of=as_of))
    return retrieved(plan, FakeShelf(HELD))


def retrieved(plan: Plan, shelf: FakeShelf, room: int = 0) -> Evidence | Insufficient:
    nli = WordsEntailment()
    return retrieve_evidence(plan, shelf, nli, EmbeddedStances(nli), room)


def test_what_bears_on_the_claim_is_evidence_and_what_does_not_is_left() -> None:
    found = found_for("Is the river bridge closed to cars?")
    assert isinstance(found, Evidence)
    assert {s.id for s in found.sources} == {"old", "new"}
    assert found.scope.sources == 3


def test_a_library_that_is_silent_on_a_claim_says_so() -> None:
    found = found_for("Does aspartame cause cancer?")
    assert isinstance(found, Insufficient)
    assert found.reason == "no passage in the library is close enough to this claim"
    assert found.scope.passages == 5


def test_an_open_question_needs_a_source_that_names_everything_it_asks_about() -> None:
    found = found_for("Who funded the river bridge repairs for cars?")
    assert isinstance(found, Insufficient)
    assert "funded" in found.reason


def test_the_piece_that_is_asked_for_need_not_be_named() -> None:
    assert isinstance(found_for("How many cars returned to the river bridge?"), Evidence)


def test_nothing_published_after_the_as_of_date_is_evidence() -> None:
    found = found_for("Is the river bridge closed to cars?", as_of=date(2021, 1, 1))
    assert isinstance(found, Evidence)
    assert found.scope.sources == 1
    assert {s.id for s in found.sources} == {"old"}


def test_few_passages_are_evidence_only_where_one_says_something_of_the_claim() -> None:
    held = passages(source("a"), "The river bridge was closed to cars for repairs.")
    plan = EmbeddedPlanner().plan(Question(text="Is the river bridge closed?", asked_on=ASKED))
    assert isinstance(retrieved(plan, FakeShelf(held)), Evidence)
    other = EmbeddedPlanner().plan(Question(text="Was the river bridge sold?", asked_on=ASKED))
    silent = retrieved(other, FakeShelf(held))
    assert isinstance(silent, Insufficient)
    assert silent.reason == (
        "only 1 passage in the library may be on it, and nothing in them says or denies it"
    )


def test_an_empty_library_never_reaches_a_writer() -> None:
    plan = EmbeddedPlanner().plan(Question(text="Is the bridge closed?", asked_on=ASKED))
    assert isinstance(retrieved(plan, FakeShelf([])), Insufficient)


class Watched(FakeShelf):
    """Keeps what it was asked for; finds `hidden` only where the word "policy" is asked."""

    def __init__(self, held: Sequence[Passage], hidden: Sequence[Passage]) -> None:
        super().__init__([*held, *hidden])
        self.asked: list[str] = []
        self._hidden = {p.id for p in hidden}

    def search(self, query: str, k: int = 8, filters: Filters = Filters()) -> list[Hit]:  # noqa: B008
        if not filters.kinds:  # published checks are looked for apart
            self.asked.append(query)
        found = super().search(query, k, filters)
        if query.endswith(SOUGHT[Facet.RULES]):
            return found
        return [hit for hit in found if hit.passage.id not in self._hidden]


RULES = passages(source("council"), "Rules ban cars from the river bridge during repairs.")
PLAIN = [
    *passages(source("a"), "Posts show cars on the river bridge. It is closed to cars in winter."),
    *passages(source("b"), "Data show 40 cars on the river bridge, closed to cars or not."),
    *passages(source("c"), "Cars queue where the river bridge is closed to cars."),
    *passages(source("d"), "The closed river bridge has no cars."),
]
PLAN = EmbeddedPlanner().plan(Question(text="Is the river bridge closed to cars?", asked_on=ASKED))


def test_the_opposite_and_each_facet_are_searched_for() -> None:
    queries = " / ".join(PLAN.queries)
    assert PLAN.claim.opposite in PLAN.queries
    for word in ("fact check", "rules", "studies"):
        assert word in queries


def test_a_facet_that_nothing_speaks_to_is_searched_for_once_more() -> None:
    shelf = Watched(PLAIN, RULES)
    found = retrieved(PLAN, shelf)
    assert isinstance(found, Evidence)
    again, corrections = shelf.asked[len(PLAN.queries) :]
    assert again.startswith(PLAN.claim.text)
    assert again.endswith(SOUGHT[Facet.RULES])
    assert found.queries == (*PLAN.queries, again, corrections)
    assert found.hits[-1].passage == RULES[0]


def test_where_every_facet_has_something_nothing_is_searched_again() -> None:
    shelf = Watched([*PLAIN, *RULES], [])
    found = retrieved(PLAN, shelf)
    assert isinstance(found, Evidence)
    assert found.queries[:-1] == PLAN.queries
    assert found.queries == tuple(shelf.asked)


def test_a_second_search_adds_nothing_that_is_off_the_claim() -> None:
    strange = passages(source("zoo"), "Policy and law order penguins to walk.")
    found = retrieved(PLAN, Watched(PLAIN, strange))
    assert isinstance(found, Evidence)
    assert "zoo" not in {s.id for s in found.sources}
    assert len(found.queries) == len(PLAN.queries) + 2


def test_what_takes_back_something_that_was_found_is_evidence_and_its_words_are_marked() -> None:
    told = "Harbour Rail was fined $83 million for its late trains."
    back = f"An earlier report wrongly said that {told[0].lower()}{told[1:]}"
    shelf = FakeShelf(
        [
            *passages(source("a", published=date(2026, 1, 1)), told),
            *passages(source("b", published=date(2026, 2, 1)), back),
        ]
    )
    plan = EmbeddedPlanner().plan(Question(text="Was Harbour Rail fined?", asked_on=ASKED))
    found = retrieved(plan, shelf)
    assert isinstance(found, Evidence)
    assert [gone.quote for gone in found.withdrawn] == [told]


LONG = [
    *passages(
        source("whole"),
        "The river bridge is closed to cars. Cars queue at the river bridge.",
        "Penguins walked to the zoo in the rain.",
        "Bakers sold less bread than in other years.",
        "A choir sang in the old town hall.",
    ),
    *PLAIN,
    *passages(source("far"), "Mushrooms grow in the northern railway tunnel at night."),
]
REST = LONG[1:4]


def whole(room: int) -> Evidence:
    found = retrieved(PLAN, FakeShelf(LONG), room)
    assert isinstance(found, Evidence)
    return found


def test_without_room_there_is_only_what_was_ranked() -> None:
    found = whole(0)
    assert not set(REST) & set(found.passages)
    assert found.ranked == found.hits


def test_with_room_the_sources_on_the_topic_are_read_whole_after_what_was_ranked() -> None:
    ranked, found = whole(0), whole(10_000)
    assert found.hits[: len(ranked.hits)] == ranked.hits
    assert set(REST) <= set(found.passages)
    assert len({hit.passage.id for hit in found.hits}) == len(found.hits)


def test_the_rest_of_a_text_has_no_score_of_its_own_and_is_not_ranked() -> None:
    found = whole(10_000)
    added = [hit for hit in found.hits if hit.passage in REST]
    assert {(h.score, h.lexical, h.dense) for h in added} == {(0, 0, 0)}
    assert not set(REST) & {hit.passage for hit in found.ranked}


@pytest.mark.parametrize("room", [1, 60, 80, 90, 100, 110, 10_000])
def test_whole_texts_keep_to_the_room_and_no_passage_is_cut(room: int) -> None:
    ranked, found = whole(0), whole(room)
    held = sum(count(p.text) for p in ranked.passages)
    assert sum(count(p.text) for p in found.passages) <= max(room, held)
    assert set(found.passages) <= set(LONG)


def test_what_was_published_after_the_as_of_date_is_not_read_whole() -> None:
    late = source("late", published=date(2026, 6, 1))
    held = [*PLAIN, *passages(late, "Cars queue at the river bridge.", "Penguins walked.")]
    early = [Passage(**{**dict(p), "source": _dated(p)}) for p in held]
    as_of = Question(text=PLAN.question.text, asked_on=ASKED, as_of=date(2026, 1, 1))
    found = retrieved(EmbeddedPlanner().plan(as_of), FakeShelf(early), 10_000)
    assert isinstance(found, Evidence)
    assert "late" not in {s.id for s in found.sources}


def _dated(passage: Passage) -> Source:
    """The source of a passage, dated where it was not."""
    known = passage.source.published or date(2025, 1, 1)
    return Source(**{**dict(passage.source), "published": known})


def test_the_reader_of_stances_is_given_the_whole_texts() -> None:
    class Reader:
        def read(self, claim: Claim, passages: Sequence[Passage]) -> tuple[SourceStance, ...]:
            seen.extend(passages)
            return ()

    seen: list[Passage] = []
    retrieve_evidence(PLAN, FakeShelf(LONG), SilentEntailment(), Reader(), 10_000)
    assert set(REST) <= set(seen)

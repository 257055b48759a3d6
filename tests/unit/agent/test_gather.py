from collections.abc import Sequence
from datetime import date

from agent.pipeline.plan import EmbeddedPlanner
from agent.pipeline.retrieve import retrieve_evidence
from agent.types import Evidence, Insufficient, Question
from agent.writers.facets import SOUGHT, Facet
from retrieval.types import Filters, Hit, Passage
from tests.fakes import FakeShelf, WordsEntailment, passages, source

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


def gathered(question: str, as_of: date | None = None) -> Evidence | Insufficient:
    plan = EmbeddedPlanner().plan(Question(text=question, asked_on=ASKED, as_of=as_of))
    return retrieve_evidence(plan, FakeShelf(HELD), WordsEntailment())


def test_what_bears_on_the_claim_is_gathered_and_what_does_not_is_left() -> None:
    found = gathered("Is the river bridge closed to cars?")
    assert isinstance(found, Evidence)
    assert {s.id for s in found.sources} == {"old", "new"}
    assert found.scope.sources == 3


def test_a_library_that_is_silent_on_a_claim_says_so() -> None:
    found = gathered("Does aspartame cause cancer?")
    assert isinstance(found, Insufficient)
    assert found.reason == "no passage in the library is close enough to this claim"
    assert found.scope.passages == 5


def test_an_open_question_needs_a_source_that_names_everything_it_asks_about() -> None:
    found = gathered("Who funded the river bridge repairs for cars?")
    assert isinstance(found, Insufficient)
    assert "funded" in found.reason


def test_the_piece_that_is_asked_for_need_not_be_named() -> None:
    assert isinstance(gathered("How many cars returned to the river bridge?"), Evidence)


def test_nothing_published_after_the_as_of_date_is_evidence() -> None:
    found = gathered("Is the river bridge closed to cars?", as_of=date(2021, 1, 1))
    assert isinstance(found, Evidence)
    assert found.scope.sources == 1
    assert {s.id for s in found.sources} == {"old"}


def test_few_passages_are_evidence_only_where_one_says_something_of_the_claim() -> None:
    held = passages(source("a"), "The river bridge was closed to cars for repairs.")
    plan = EmbeddedPlanner().plan(Question(text="Is the river bridge closed?", asked_on=ASKED))
    assert isinstance(retrieve_evidence(plan, FakeShelf(held), WordsEntailment()), Evidence)
    other = EmbeddedPlanner().plan(Question(text="Was the river bridge sold?", asked_on=ASKED))
    silent = retrieve_evidence(other, FakeShelf(held), WordsEntailment())
    assert isinstance(silent, Insufficient)
    assert silent.reason == (
        "only 1 passage in the library may be on it, and nothing in them says or denies it"
    )


def test_an_empty_library_never_reaches_a_drafter() -> None:
    plan = EmbeddedPlanner().plan(Question(text="Is the bridge closed?", asked_on=ASKED))
    assert isinstance(retrieve_evidence(plan, FakeShelf([]), WordsEntailment()), Insufficient)


class Watched(FakeShelf):
    """Keeps what it was asked for; finds `hidden` only where the word "policy" is asked."""

    def __init__(self, held: Sequence[Passage], hidden: Sequence[Passage]) -> None:
        super().__init__([*held, *hidden])
        self.asked: list[str] = []
        self._hidden = {p.id for p in hidden}

    def search(self, query: str, k: int = 8, filters: Filters = Filters()) -> list[Hit]:  # noqa: B008
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
    found = retrieve_evidence(PLAN, shelf, WordsEntailment())
    assert isinstance(found, Evidence)
    again, corrections = shelf.asked[len(PLAN.queries) :]
    assert again.startswith(PLAN.claim.text)
    assert again.endswith(SOUGHT[Facet.RULES])
    assert found.queries == (*PLAN.queries, again, corrections)
    assert found.hits[-1].passage == RULES[0]


def test_where_every_facet_has_something_nothing_is_searched_again() -> None:
    shelf = Watched([*PLAIN, *RULES], [])
    found = retrieve_evidence(PLAN, shelf, WordsEntailment())
    assert isinstance(found, Evidence)
    assert found.queries[:-1] == PLAN.queries
    assert found.queries == tuple(shelf.asked)


def test_a_second_search_adds_nothing_that_is_off_the_claim() -> None:
    strange = passages(source("zoo"), "Policy and law order penguins to walk.")
    found = retrieve_evidence(PLAN, Watched(PLAIN, strange), WordsEntailment())
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
    found = retrieve_evidence(plan, shelf, WordsEntailment())
    assert isinstance(found, Evidence)
    assert [gone.quote for gone in found.withdrawn] == [told]

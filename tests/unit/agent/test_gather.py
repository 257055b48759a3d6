from datetime import date

from agent.gather import gather
from agent.planner import EmbeddedPlanner
from agent.types import Evidence, Insufficient, Question
from tests.fakes import FakeShelf, passages, source

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
    return gather(plan, FakeShelf(HELD))


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


def test_nothing_published_after_the_as_of_date_is_evidence() -> None:
    found = gathered("Is the river bridge closed to cars?", as_of=date(2021, 1, 1))
    assert isinstance(found, Insufficient)
    assert found.scope.sources == 1
    assert found.reason == "only 2 passages in the library are on it, too few for a page"


def test_an_empty_library_never_reaches_a_drafter() -> None:
    plan = EmbeddedPlanner().plan(Question(text="Is the bridge closed?", asked_on=ASKED))
    assert isinstance(gather(plan, FakeShelf([])), Insufficient)

import pytest

from agent.render.citations import Numbering, resolve
from agent.types import CheckedSentence, Page
from tests.unit.agent.pages import cite, evidence, page, passage, sentence

RIVER = passage("river", "The river rose two metres. The bridge was closed.", at=100)
LAKE = passage("lake", "The lake froze.")
SEA = passage("sea", "The sea was calm.")
RIVER_LATER = passage("river", "The bridge opened again.", at=900)


def test_numbers_follow_first_appearance_and_leave_no_gap() -> None:
    first = sentence("The lake froze.", LAKE)
    second = sentence("The sea was calm and the lake froze.", SEA, LAKE)
    third = sentence("The river rose.", RIVER)
    numbering = Numbering.of(page(first, second, third, passages=[RIVER, SEA, LAKE]))
    assert [s.id for s in numbering.sources] == ["lake", "sea", "river"]
    assert [numbering.group(s.citations) for s in (first, second, third)] == [(1,), (2, 1), (3,)]


def test_two_passages_of_one_source_share_its_number() -> None:
    both = sentence("The bridge was closed and opened again.", RIVER, RIVER_LATER)
    numbering = Numbering.of(page(both, passages=[RIVER, RIVER_LATER]))
    assert len(numbering.sources) == 1
    assert numbering.marked(both) == "[1]"


def test_a_source_that_only_a_fallen_sentence_could_cite_gets_no_number() -> None:
    numbering = Numbering.of(page(sentence("The lake froze.", LAKE), passages=[LAKE, SEA]))
    with pytest.raises(KeyError):
        numbering["sea"]


def test_a_quote_is_found_at_its_offset_in_the_snapshot() -> None:
    citation = cite(RIVER, "The bridge was closed.")
    assert (citation.start, citation.end) == (127, 149)
    assert resolve(citation, evidence(RIVER)) == RIVER


@pytest.mark.parametrize(
    "change",
    [
        {"quote": "The bridge was open.."},
        {"start": 126, "end": 148},
        {"start": 0, "end": 22},
        {"passage": "river@900"},
        {"source": "lake"},
    ],
)
def test_a_quote_that_is_not_in_its_passage_stops_every_number(change: dict[str, object]) -> None:
    altered = cite(RIVER, "The bridge was closed.").model_copy(update=change)
    with pytest.raises(ValueError, match="Draft the question again"):
        Numbering.of(_unchecked(sentence("The bridge was closed.", altered)))


def _unchecked(altered: CheckedSentence) -> Page:
    """A page built past its own validator: the renderer does not rely on it."""
    sound = page(sentence("The river rose two metres.", RIVER), passages=[RIVER, LAKE])
    return sound.model_copy(update={"summary": (altered,)})

"""What was taken back speaks for nothing any more, whoever has copied it."""

from datetime import date

import pytest

from agent.stance import SourceSentence, find_retractions, is_retracted
from retrieval.types import Passage
from tests.unit.agent import pages

TOLD = "Tellus Group sued Norvik Bank over a leaking oil tank."
TAKEN_BACK = "Ostby Daily has retracted its report that Norvik Bank was sued by Tellus Group."


def report(text: str, publisher: str, day: int, copied: str | None = None) -> Passage:
    return pages.passage(
        f"{publisher} {day}",
        text,
        publisher=publisher,
        published=date(2025, 3, day),
        syndicated_from=copied,
    )


def is_withdrawn(passage: Passage, *others: Passage) -> bool:
    said = SourceSentence.of(passage.text, passage, passage.start)
    return is_retracted(said, passage.source, find_retractions([passage, *others]))


BACK = report(TAKEN_BACK, "Ostby Daily", 9)


def test_a_report_that_its_outlet_took_back_is_withdrawn() -> None:
    assert is_withdrawn(report(TOLD, "Ostby Daily", 2), BACK)


def test_it_does_not_matter_who_says_that_it_was_taken_back() -> None:
    assert is_withdrawn(report(TOLD, "Ostby Daily", 2), report(TAKEN_BACK, "Harfleet Fact Desk", 9))


def test_so_is_a_copy_of_it() -> None:
    assert is_withdrawn(report(TOLD, "Harfleet News", 3, copied="Ostby Daily"), BACK)


@pytest.mark.parametrize(
    "other",
    [
        report(TOLD, "Harfleet News", 3),
        report(TOLD, "Ostby Daily", 12),
        report("Tellus Group bought Norvik Bank.", "Ostby Daily", 2),
        report("Norvik Bank sued Tellus Group.", "Ostby Daily", 2),
        BACK,
    ],
    ids=["another outlet's", "told later", "another act", "the other way round", "the retraction"],
)
def test_what_was_not_taken_back_stands(other: Passage) -> None:
    assert not is_withdrawn(other, BACK)


CORRECTED = report(
    "An earlier edition stated wrongly that the Ostby Water Board counted 689 power cuts.",
    "Ostby Daily",
    9,
)


def test_a_corrected_figure_is_withdrawn_whoever_gave_it_before() -> None:
    old = "The Ostby Water Board registered 689 power cuts."
    assert is_withdrawn(report(old, "Harfleet News", 3), CORRECTED)
    new = "The Ostby Water Board registered 670 power cuts."
    assert not is_withdrawn(report(new, "Harfleet News", 3), CORRECTED)

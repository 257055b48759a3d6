"""Near copies: which differences are found, and which are none."""

import pytest

from agent.checks.reading import Reading
from agent.checks.wording import changes, check
from agent.types import Extract, Outcome

LINE = (
    "In May the council of Springfield apparently asked Ann Lee to repair the old harbor bridge"
    " before the ships of the Northern Line arrived."
)


def found(claim: str, evidence: str = LINE) -> list[str]:
    return [
        change.word or change.given for change in changes(claim, Reading([Extract(text=evidence)]))
    ]


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("arrived", "departed", "departed"),
        ("before", "after", "after"),
        ("apparently ", "", "apparently"),
        ("harbor bridge", "harbor bridge with two cranes", "two"),
        ("repair", "paint", "paint"),
        ("Northern Line", "Southern Line", "southern"),
    ],
)
def test_an_exchanged_added_or_dropped_word_is_found(old: str, new: str, word: str) -> None:
    assert word in found(LINE.replace(old, new))


def test_names_that_change_places_are_found() -> None:
    assert found(
        "Paul Holm met Ann Lee of Springfield at noon on the old harbor bridge.",
        "Ann Lee met Paul Holm of Springfield at noon on the old harbor bridge.",
    )


@pytest.mark.parametrize(
    "claim",
    [
        LINE,
        LINE.replace(" of Springfield", ""),
        LINE.replace("In May the", "The").replace(" arrived.", " arrived, in May."),
        LINE.replace("asked", "was asking"),
        "Nothing of this is about a bridge or a harbor at all, and nobody was asked.",
    ],
)
def test_what_is_shorter_turned_or_told_anew_is_no_change(claim: str) -> None:
    assert found(claim) == []


def test_a_pronoun_may_be_resolved() -> None:
    evidence = "She asked the council of Springfield to repair the old harbor bridge."
    assert (
        found("Ann Lee asked the council of Springfield to repair the old harbor bridge.", evidence)
        == []
    )


def test_the_finding_says_both_words_and_cannot_tell() -> None:
    result = check(LINE.replace("arrived", "painted"), Reading([Extract(text=LINE)]))
    assert result.outcome is Outcome.UNKNOWN
    assert result.detail == 'the sentence says "painted" where the cited text says "arrived"'


ADOPTED = (
    "The council adopted the plan on March 2 and released the map on March 8 in the town hall."
)
REPLACED = "The new rules replaced the old rules of the council for bridges and harbors."


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        (ADOPTED.replace("2", "x").replace("8", "2").replace("x", "8"), ADOPTED),
        (REPLACED.replace("replaced", "were replaced by"), REPLACED),
        (REPLACED, REPLACED.replace("replaced", "were later replaced by")),
        (ADOPTED.replace("adopted", "rejected"), ADOPTED.replace("adopted", "approved")),
    ],
)
def test_exchanged_figures_a_turned_verb_and_an_opposite_are_violations(
    claim: str, evidence: str
) -> None:
    assert check(claim, Reading([Extract(text=evidence)])).outcome is Outcome.VIOLATED


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        (
            "The old rules of the council for bridges and harbors were replaced by the new rules.",
            REPLACED,
        ),
        (
            "The map was released on March 8 in the town hall, the plan adopted on March 2.",
            ADOPTED,
        ),
        (REPLACED.replace("replaced", "have replaced"), REPLACED),
        (ADOPTED.replace("adopted", "endorsed"), ADOPTED.replace("adopted", "approved")),
        (ADOPTED.replace("adopted", "did not reject"), ADOPTED.replace("adopted", "approved")),
    ],
)
def test_a_passive_with_its_sides_turned_and_another_order_are_none(
    claim: str, evidence: str
) -> None:
    assert check(claim, Reading([Extract(text=evidence)])).outcome is not Outcome.VIOLATED

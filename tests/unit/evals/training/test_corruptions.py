import random

import pytest

from agent.audit.corruptions import KINDS, Edit, edits

CONTEXT = "Mayor Adams met Governor Hochul in Albany, on 3 May 2019, about 412 new beds."


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - no secret depends on it


def made(sentence: str, kind: str, seed: int = 0) -> Edit:
    found = {e.kind: e for e in edits(sentence, CONTEXT, chance(seed))}
    return found[kind]


def kinds(sentence: str, context: str = CONTEXT) -> set[str]:
    return {e.kind for e in edits(sentence, context, chance(0))}


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        pytest.param(
            "modality", "The bridge may close.", "The bridge will close.", id="modal verb"
        ),
        pytest.param(
            "modality", "Officers allegedly took bribes.", "Officers took bribes.", id="allegation"
        ),
        pytest.param(
            "attribution",
            "The union said the plant would close in June.",
            "The plant would close in June.",
            id="attribution",
        ),
        pytest.param(
            "quantifier", "Residents often complain.", "Residents always complain.", id="quantifier"
        ),
        pytest.param(
            "cause",
            "The drop coincided with the ban.",
            "The drop was caused by the ban.",
            id="cause",
        ),
        pytest.param(
            "order", "He resigned before the vote.", "He resigned after the vote.", id="order"
        ),
        pytest.param("opposite", "Prices rose.", "Prices fell.", id="opposite"),
        pytest.param("negation", "The court did not rule.", "The court did rule.", id="negation"),
        pytest.param(
            "roles", "At home Chelsea beat Arsenal.", "At home Arsenal beat Chelsea.", id="roles"
        ),
    ],
)
def test_each_kind_changes_what_its_name_says(kind: str, before: str, after: str) -> None:
    assert made(before, kind).text == after


def test_a_number_keeps_its_shape_and_changes_its_value() -> None:
    for seed in range(20):
        text = made("It cost 1,250 dollars.", "number", seed).text
        number = text.removeprefix("It cost ").removesuffix(" dollars.")
        assert number != "1,250"
        assert number.replace(",", "").isdigit()
        assert not number.startswith("0")


def test_a_year_is_a_date_and_not_a_number() -> None:
    assert kinds("She died in 1987.") == {"date", "detail"}
    assert made("She died in 1987.", "date").text != "She died in 1987."


def test_a_name_is_exchanged_for_one_of_the_context() -> None:
    text = made("The order came from Washington.", "name").text
    assert text.removeprefix("The order came from ").removesuffix(".") in CONTEXT


def test_a_detail_comes_from_the_context_and_stands_at_the_end() -> None:
    text = made("The council voted.", "detail").text
    assert text.startswith("The council voted ")
    assert text.removeprefix("The council voted ").removesuffix(".") in CONTEXT


def test_only_an_edit_that_is_its_own_mirror_image_is_marked_as_one() -> None:
    assert made("Prices rose.", "opposite").mirror
    assert not made("The bridge may close.", "modality").mirror
    assert not made("The council voted.", "detail").mirror


def test_only_another_fact_contradicts_and_a_surer_one_merely_lacks_support() -> None:
    assert made("Prices rose.", "opposite").contradicts
    assert not made("The bridge may close.", "modality").contradicts


def test_a_sentence_without_anything_to_edit_gives_nothing() -> None:
    assert kinds("Birds sing", "") == set()


def test_the_same_chance_makes_the_same_edits() -> None:
    sentence = "In 2019 Mayor Adams said that some 40 schools were closed before June."
    first, second = (list(edits(sentence, CONTEXT, chance(7))) for _ in range(2))
    assert first == second
    assert {e.kind for e in first} <= set(KINDS)


def test_no_edit_returns_the_sentence_it_was_given() -> None:
    sentence = "In 2019 Mayor Adams said that some 40 schools were closed before June."
    for seed in range(50):
        assert all(e.text != sentence for e in edits(sentence, CONTEXT, chance(seed)))

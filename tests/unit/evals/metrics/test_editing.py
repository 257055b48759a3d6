"""What an editor looks for: origins, attribution, key facts, asides, repeats."""

import pytest

from evals.metrics import editing
from evals.metrics.types import Cited, Statement
from tests.unit.evals.metrics.judges import answer, judge, statement

AP = Cited(id="krdo", text="x", origin="ap")
COPY = Cited(id="komc", text="x", origin="ap")
OTHER = Cited(id="times", text="x", origin="times")


@pytest.mark.parametrize(
    ("cited", "mark"),
    [
        ((AP,), 0.0),
        ((AP, COPY), 0.0),
        ((AP, OTHER), 1.0),
        ((AP, Cited(id="gone", text=None, origin="times")), 0.0),
        ((Cited(id="a", text="x"), Cited(id="b", text="x")), 1.0),
        ((), 0.0),
    ],
)
def test_reprints_of_one_story_are_one_origin(cited: tuple[Cited, ...], mark: float) -> None:
    told = answer(Statement(text="It rained.", citations=cited))
    assert editing.several_origins(told).marks == (mark,)


@pytest.mark.parametrize(
    ("said", "mark"),
    [
        ("According to the mayor, the bridge is shut.", 1.0),
        ("The Times reported on May 3, 2025 that the bridge is shut.", 1.0),
        ("The bridge is shut, according to the Times.", 1.0),
        ("The bridge is shut, the mayor said.", 1.0),
        ("The bridge is shut; it leads to the old town.", 0.0),
        ("Crimes that nobody reports are left out.", 0.0),
        ("The report on the bridge lies with the council.", 0.0),
    ],
)
def test_a_finding_says_who_says_so_or_does_not(said: str, mark: float) -> None:
    assert editing.attributed(answer(statement(said, "x"))).marks == (mark,)


def test_a_key_fact_is_told_by_one_statement_and_not_by_pieces_of_several() -> None:
    page = answer(statement("the old bridge is shut"), statement("the tunnel is open"))
    facts = ("bridge is shut", "tunnel is shut", "is it ?")
    assert editing.told_facts(facts, page, judge).marks == (1.0, 0.0, None)
    assert editing.told_facts(facts, answer(), judge).marks == (0.0, 0.0, 0.0)


def test_an_aside_bears_on_neither_side_of_the_claim() -> None:
    page = answer(statement("the old bridge is shut"), statement("bakers sold less bread"))
    assert editing.asides(page, "bridge shut", judge).marks == (0.0, 1.0)
    assert editing.asides(page, "bridge shut ?", judge).marks == (None, None)


@pytest.mark.parametrize(
    ("first", "second", "mark"),
    [
        ("The old bridge is shut.", "Shut is the old bridge.", 1.0),
        ("The old bridge is shut.", "The old bridge is shut to heavy lorries.", 0.0),
        ("The old bridge is shut.", "The new tunnel is open.", 0.0),
    ],
)
def test_what_entails_each_other_is_said_twice(first: str, second: str, mark: float) -> None:
    page = answer(statement(first, "one"), statement(second, "two"))
    assert editing.repeats(page, judge).marks == (0.0, mark)


def test_a_sentence_within_another_of_the_same_source_adds_nothing() -> None:
    longer, shorter = "The old bridge is shut; the tunnel stays open.", "The old bridge is shut."
    for order in ((longer, shorter), (shorter, longer)):
        same = answer(*(statement(text, "note") for text in order))
        assert editing.repeats(same, judge).marks == (0.0, 1.0)
    apart = answer(statement(longer, "note"), statement(shorter, "other"))
    assert editing.repeats(apart, judge).marks == (0.0, 0.0)

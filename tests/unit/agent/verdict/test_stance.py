"""What a source says of a claim is read from its own words, and nothing else counts."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pytest

from agent.claims import read_claim
from agent.ports import Probabilities
from agent.types import SourceStance, Stance
from agent.verdict import read_stances
from agent.verdict.stance import holder_of
from retrieval.types import Passage
from tests.fakes import SilentEntailment
from tests.unit.agent import pages

CLAIM: Final = "the council of Ostby closed the ferry"
SAID: Final = "The council of Ostby closed the ferry."
DENIED: Final = "The council of Ostby never closed the ferry."


class Reader:
    """Finds what it is told to find: text -> P(supported) - P(contradicted)."""

    id = "reader/1"

    def __init__(self, leans: Mapping[str, float]) -> None:
        self._leans = leans

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        return np.array([self._row(window) for window, _ in pairs], dtype=np.float32).reshape(-1, 3)

    def _row(self, window: str) -> tuple[float, float, float]:
        lean = next((v for text, v in self._leans.items() if text in window), 0.0)
        return max(lean, 0.0), max(-lean, 0.0), 1 - abs(lean)


def stance(claim: str, text: str, leans: Mapping[str, float] | None = None) -> SourceStance:
    judge = Reader(leans) if leans else SilentEntailment()
    [found] = read_stances(read_claim(claim), [pages.passage("a", text)], judge)
    return found


def test_a_source_takes_the_side_of_its_words_and_shows_them() -> None:
    found = stance(CLAIM, f"It rained. {SAID} It snowed.")
    assert (found.stance, [w.quote for w in found.words]) == (Stance.FOR, [SAID])
    assert stance(CLAIM, DENIED).stance is Stance.AGAINST
    assert stance(CLAIM, "It rained.").words == ()


def test_a_claim_and_its_denial_are_not_on_one_side() -> None:
    for text, side, other in ((SAID, "for", "against"), (DENIED, "against", "for")):
        assert stance(CLAIM, text).stance == side
        assert stance("the council of Ostby did not close the ferry", text).stance == other
        assert (
            stance("it is not true that the council of Ostby closed the ferry", text).stance
            == other
        )


def test_what_the_judge_finds_contradicted_does_not_speak_for_it() -> None:
    assert stance(CLAIM, SAID, {SAID: -0.2}).stance is Stance.FOR
    assert stance(CLAIM, SAID, {SAID: -0.4}).stance is Stance.NEITHER


def test_what_has_the_opposite_polarity_does_not_speak_for_it() -> None:
    claim = "agencies of Ostby voluntarily help the guard"
    text = "Under the rule, agencies of Ostby do not voluntarily help the guard."
    assert stance(claim, text).stance is not Stance.FOR


def test_who_says_both_holds_both_unless_the_judge_finds_one_stronger() -> None:
    text = f"{SAID} It rained. {DENIED}"
    both = stance(CLAIM, text)
    assert (both.stance, len(both.words)) == (Stance.BOTH, 2)


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("Duncan Hunt sued Norvik Bank", "Duncan Hunter sued Norvik Bank."),
        ("Norvik Bank sued Tellus Group", "Tellus Group sued Norvik Bank."),
        (CLAIM, "The council of Ostby painted the ferry."),
    ],
    ids=["another name", "the other way round", "another act"],
)
def test_words_about_something_else_do_not_speak_for_it(claim: str, text: str) -> None:
    assert stance(claim, text).stance is not Stance.FOR


def test_another_figure_for_the_same_thing_speaks_against_it() -> None:
    claim = "the collapse of the river bridge cost 30 million euros"
    found = stance(claim, "The collapse of the river bridge cost 20 million euros.")
    assert found.stance is Stance.AGAINST


def test_every_source_has_a_stance_in_the_order_of_its_first_passage() -> None:
    held: list[Passage] = [
        pages.passage(i, t) for i, t in (("b", SAID), ("a", DENIED), ("c", "It rained."))
    ]
    found = read_stances(read_claim(CLAIM), held, SilentEntailment())
    assert [(s.source, s.stance) for s in found] == [
        ("b", Stance.FOR),
        ("a", Stance.AGAINST),
        ("c", Stance.NEITHER),
    ]


def test_an_open_question_has_no_sides() -> None:
    assert stance("Who closed the ferry of Ostby?", SAID).stance is Stance.NEITHER


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("The ferry was closed.", ""),
        ("The report says that the ferry was closed.", ""),
        ("The court found that the ferry was closed.", ""),
        ("According to the WMO, the ferry was closed.", ""),
        ("Officials in Ostby confirmed that the ferry was closed.", ""),
        ("Mayor Tal Brovik said that the ferry was closed.", "Mayor Tal Brovik"),
        ("The ferry was closed, Tal Brovik said.", "Tal Brovik"),
        ("They say that the ferry was closed.", "They"),
        ("The council claims that the ferry was closed.", "The council"),
        ("Harbour News wrote that the ferry was closed.", ""),
        ("The claim that the ferry was closed is false.", ""),
        ("Rumours that the ferry was closed are wrong, this page says.", ""),
        ("The claim that the ferry was closed went round the town.", "somebody"),
        ("Two skippers claim that the report is false.", "Two skippers"),
    ],
)
def test_what_somebody_only_says_is_held_by_that_somebody(text: str, holder: str) -> None:
    assert holder_of(text, pages.source("a", publisher="Harbour News")) == holder


def test_the_words_of_a_person_are_told_but_do_not_count() -> None:
    told = "Mayor Tal Brovik wrote that Norvik Bank sued Tellus Group."
    found = stance("Norvik Bank sued Tellus Group", told)
    assert (found.stance, found.holder, found.counts) == (Stance.FOR, "Mayor Tal Brovik", False)

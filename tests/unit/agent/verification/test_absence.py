from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.language import absences
from agent.language.text import content
from agent.ports import Judge
from agent.types import Certificate, ClaimEvidence, Support, Verification
from agent.verification import absence
from retrieval.types import Filters
from tests.fakes import FakeShelf, ScriptedVerifier, WordVerifier, passages, source

TOPIC = [
    "The bridge over the river was painted in June.",
    "Engineers measured the bridge over the river in July.",
    "The bridge over the river carries four lanes of cars.",
    "The bridge over the river opened in 1931.",
]
SHELF = FakeShelf(passages(source("a"), *TOPIC))


def certified(claim: str, shelf: FakeShelf, judge: Judge) -> Certificate:
    [found] = absence.certify([claim], shelf, judge, Filters())
    return found


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("No source reviewed here says that the bridge fell.", "the bridge fell"),
        ("None of the 12 sources reviewed reports that the bridge fell.", "the bridge fell"),
        ("The sources reviewed do not report that the bridge fell.", "the bridge fell"),
        (
            "A search of all 4 passages in the library found none that says that the bridge fell.",
            "the bridge fell",
        ),
    ],
)
def test_what_is_denied_is_taken_from_the_sentence(text: str, claimed: str) -> None:
    assert absences.proposition(text) == claimed
    assert absences.is_absence(text)


def test_a_source_that_denies_something_is_not_an_absence() -> None:
    assert not absences.is_absence("The mayor said that no bridge had fallen.")
    assert not absences.is_absence("The press release does not say that anybody was hurt.")


def test_a_search_that_finds_nothing_certifies_it_with_its_scope() -> None:
    found = certified("the bridge over the river fell", SHELF, WordVerifier())
    assert absence.shortfall(found) is None
    assert (found.scope.passages, found.on_topic, found.probe_score) == (4, 4, 1.0)
    assert found.best_score < found.threshold == WordVerifier().threshold


def test_a_passage_that_says_it_takes_the_certificate_away() -> None:
    shelf = FakeShelf(passages(source("a"), *TOPIC, "The bridge over the river fell in May."))
    found = certified("the bridge over the river fell", shelf, WordVerifier())
    assert absence.shortfall(found) == (
        "a passage in the library says it, or comes too near to be told from saying it"
    )
    assert found.nearest
    assert found.nearest.quote.endswith("fell in May.")


def test_a_passage_with_nearly_all_its_words_is_too_near_for_silence() -> None:
    near = "The bridge over the river, it was claimed, almost fell in a storm of May."
    shelf = FakeShelf(passages(source("a"), *TOPIC, near))
    blind = ScriptedVerifier({near: Support.UNSUPPORTED})
    claimed = "the bridge over the river fell"
    assert "too near" in (absence.shortfall(certified(claimed, shelf, blind)) or "")


def test_what_a_rule_reads_as_the_opposite_is_left_out_and_counted() -> None:
    denial = "The bridge over the river never fell."
    shelf = FakeShelf(passages(source("a"), *TOPIC, denial))
    lenient = ScriptedVerifier({})  # takes every passage for it
    found = certified("the bridge over the river fell", shelf, lenient)
    assert found.explained == 1
    assert found.found
    assert found.nearest
    assert found.nearest.quote != denial


def test_silence_of_a_library_that_does_not_cover_the_topic_means_nothing() -> None:
    found = certified("aspartame causes cancer in mice", SHELF, WordVerifier())
    assert "silence" in (absence.shortfall(found) or "")


def test_nothing_is_certified_when_a_planted_passage_would_be_missed() -> None:
    claimed = "the bridge over the river fell"
    blind = ScriptedVerifier({claimed: Support.UNSUPPORTED})
    found = certified(claimed, SHELF, blind)
    assert "planted" in (absence.shortfall(found) or "")


def test_a_check_that_could_not_be_made_certifies_nothing() -> None:
    claimed = "the bridge over the river fell"
    broken = ScriptedVerifier({claimed: Support.UNCHECKED})
    assert certified(claimed, SHELF, broken).found


def test_the_printed_numbers_must_be_those_of_the_search() -> None:
    found = certified("the bridge over the river fell", SHELF, WordVerifier())
    assert absence.scopes("A search of 4 passages found none that says that the bridge …", found)
    assert not absence.scopes(
        "A search of 9000 passages found none that says that the bridge over the river fell.", found
    )


@given(st.lists(st.sampled_from(("I.C.E.", "cities", "tried", "fell,", "RIVER's", "4.5"))))
def test_words_are_never_missed_by_the_quick_look(said: list[str]) -> None:
    text = " ".join(said) or "nothing"
    shelf = FakeShelf(passages(source("a"), *TOPIC, text))
    assert certified(text, shelf, WordVerifier()).found == bool(content(text))


def test_several_claims_are_searched_for_in_one_pass() -> None:
    claims = ["the bridge over the river fell", "the bridge over the river was sold"]
    together = absence.certify(claims, SHELF, WordVerifier(), Filters())
    assert together == [certified(claim, SHELF, WordVerifier()) for claim in claims]


CLAIMED = "the bridge over the river fell"
SAYS_IT = "The bridge over the river fell."
DECOYS = [f"The bridge over the river was painted on day {n}." for n in range(150)]
"""Nearer to a claim about the bridge, by their number, than one long note that says it."""


class _Reads(ScriptedVerifier):
    """Finds a claim in the texts it is given and in no other."""

    def __init__(self, *texts: str) -> None:
        super().__init__({})
        self._texts = texts

    def verify(self, pairs: Sequence[ClaimEvidence]) -> list[Verification]:
        found = [pair.evidence[0].text in self._texts for pair in pairs]
        yes = Verification(support=Support.SUPPORTED, score=0.9, reason="read")
        no = Verification(support=Support.UNSUPPORTED, score=0.1, reason="read")
        return [yes if one else no for one in found]


def test_a_passage_of_a_later_block_is_found() -> None:
    shelf = FakeShelf(passages(source("a"), *TOPIC, *DECOYS[:20], SAYS_IT), block=8)
    assert certified(CLAIMED, shelf, WordVerifier()).found


def test_a_passage_is_found_by_its_words_where_its_vector_tells_nothing() -> None:
    shelf = FakeShelf(passages(source("a"), *TOPIC, SAYS_IT), far={SAYS_IT})
    assert certified(CLAIMED, shelf, WordVerifier()).found


def test_a_passage_behind_very_many_nearer_ones_is_found() -> None:
    decoys = [text.replace("The", "The old stone", 1) for text in DECOYS]
    says_it = "In a storm what crossed the river, a bridge, came down on the water."
    shelf = FakeShelf(passages(source("a"), *decoys, says_it), far={says_it})
    claimed = "the old stone bridge over the river fell into the water"
    found = certified(claimed, shelf, _Reads(says_it, f"The {claimed[4:]}."))
    assert (found.found, found.unread) == (True, 0)
    assert found.nearest
    assert found.nearest.quote == says_it


def test_where_not_all_that_come_near_were_read_the_sentence_falls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(absence, "AT_MOST", 100)
    shelf = FakeShelf(passages(source("a"), *DECOYS))
    found = certified("the bridge over the river was sold", shelf, WordVerifier())
    assert (found.found, found.unread) == (False, len(DECOYS) - 128)
    assert absence.shortfall(found) == "22 more passages come near it and were not read"


def test_reading_ends_with_the_first_passages_that_say_it() -> None:
    shelf = FakeShelf(passages(source("a"), SAYS_IT, *DECOYS))
    found = certified(CLAIMED, shelf, WordVerifier())
    assert found.found
    assert found.unread > 0

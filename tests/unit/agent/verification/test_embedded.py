"""The embedded verifier through its port, with the model that ships and a small embedder."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from agent.ports import Probabilities
from agent.types import ClaimEvidence, EvidenceSpan, Outcome, Support, Verification
from agent.verification.cross_encoder import THRESHOLD, CrossEncoder
from agent.verification.embedded import EmbeddedJudge
from retrieval.errors import EmbeddingFailed
from retrieval.sentences import split_sentences
from tests.fakes import WordsEntailment

SEEDS = Path(__file__).parents[4] / "seeds"
TOWER = "Engineers of the city council closed the clock tower in March 2021 after a stone fell."
BELL = "The bell of the clock tower was sold to a museum in Oslo for 40,000 euros."
WEATHER = "Rain is expected in the valley on most days of the coming week."


def judge() -> EmbeddedJudge:
    return EmbeddedJudge(WordsEntailment())


def rule(claim: str, *evidence: str, **fields: object) -> Verification:
    return judge().verify([pair(claim, *evidence, **fields)])[0]


def pair(claim: str, *evidence: str, **fields: object) -> ClaimEvidence:
    extracts = tuple(EvidenceSpan.model_validate({"text": text} | fields) for text in evidence)
    return ClaimEvidence(claim=claim, evidence=extracts)


def test_a_sentence_of_the_evidence_stands_word_for_word() -> None:
    verification = rule(TOWER, f"{WEATHER} {TOWER}")
    assert verification.accepted
    assert verification.score == 0.99


def test_a_light_edit_of_the_evidence_stands() -> None:
    assert rule("City council engineers closed the clock tower in March 2021.", TOWER).accepted


def test_a_frame_with_a_date_hides_no_negation() -> None:
    told = "Dye has been in use since the 1980s."
    claim = "Lake News reported on July 14, 2023 that dye has not been in use since the 1980s."
    verification = rule(claim, told, publisher="Lake News")
    assert verification.support is Support.CONTRADICTED


def test_what_the_evidence_does_not_speak_of_falls() -> None:
    verification = rule("The council built a swimming pool beside the river.", TOWER)
    assert verification.support is Support.UNSUPPORTED
    assert verification.reason == "the cited text does not carry it"


@pytest.mark.parametrize(
    "evidence",
    [
        "The mayor denied that engineers of the council had closed the old clock tower.",
        "It is false that engineers of the council had closed the old clock tower.",
        "A reader asked whether engineers of the council had closed the old clock tower.",
        "If engineers of the council had closed the old clock tower, it would stand.",
        "Engineers of the council had closed the old clock tower, critics allege.",
    ],
)
def test_words_cut_out_of_a_denial_or_a_doubt_do_not_stand(evidence: str) -> None:
    assert not rule("Engineers of the council had closed the old clock tower.", evidence).accepted


def test_words_cut_out_of_a_list_of_facts_stand() -> None:
    evidence = (
        "A stone fell in May; engineers of the council closed the old clock tower, and rain came."
    )
    assert rule("Engineers of the council closed the old clock tower.", evidence).accepted


def test_naming_the_publisher_as_the_one_who_reports_changes_nothing() -> None:
    for claim in (
        f"The Daily Lake reported that {TOWER}",
        f"According to the Daily Lake, {TOWER}",
        f"{TOWER[:-1]}, the Daily Lake reported.",
    ):
        assert rule(claim, TOWER, publisher="The Daily Lake").accepted, claim


def test_a_publisher_may_stand_for_what_a_text_calls_itself() -> None:
    text = f"The article describes two towers. {WEATHER} {BELL}"
    claim = "The Daily Lake describes two towers."
    assert rule(claim, text, publisher="The Daily Lake").accepted
    assert not rule(claim, text, publisher="The Morning Post").accepted
    assert not rule(
        "The Daily Lake describes five towers.", text, publisher="The Daily Lake"
    ).accepted


def test_naming_another_publisher_falls() -> None:
    verification = rule(
        f"The Morning Post reported that {TOWER}", TOWER, publisher="The Daily Lake"
    )
    assert not verification.accepted
    assert "Morning Post" in verification.reason


SPOKEN = "Engineer Dora Lindqvist said that the old clock tower leans towards the river."


def test_naming_the_publisher_does_not_stand_for_naming_who_spoke() -> None:
    for claim in (
        "The old clock tower leans towards the river, according to the Daily Lake.",
        "According to the Daily Lake, the old clock tower leans towards the river.",
    ):
        verification = rule(claim, SPOKEN, publisher="The Daily Lake")
        assert not verification.accepted, claim
        assert 'attributes this ("said")' in verification.reason


def test_naming_the_publisher_stands_for_what_the_text_says_itself() -> None:
    for by in ("the report", "the article", "the city survey"):
        text = f"According to {by}, the old clock tower leans towards the river."
        claim = "According to the Daily Lake, the old clock tower leans towards the river."
        assert rule(claim, text, publisher="The Daily Lake").accepted, by


def test_a_later_cue_does_not_stand_for_the_one_in_front() -> None:
    text = (
        "The mayor said that the council had closed the tower; she told visitors to keep away from"
        " the square."
    )
    kept = rule(text, text)
    lost = rule(
        "The council had closed the tower; she told visitors to keep away from the square.", text
    )
    assert kept.accepted
    assert not lost.accepted


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (
            "The Clock Society said that the numbers came from the National Clock Census.",
            "The numbers came from the National Clock Census.",
        ),
        (
            "Dora Lindqvist said that the inspection shows cracks in the tower's north wall.",
            "The inspection shows cracks in the tower's north wall.",
        ),
        (
            "Mayor Ada Holm said the tower had lost a stone, and accused its builders of haste.",
            "The tower had lost a stone, and accused its builders of haste.",
        ),
    ],
)
def test_a_cue_of_what_was_said_does_not_stand_for_who_said_it(text: str, claim: str) -> None:
    assert rule(text, text).accepted
    verification = rule(claim, text)
    assert verification.support is Support.PARTIAL
    assert "attributes this" in verification.reason


def test_a_semicolon_divides_where_one_side_has_a_verb_that_is_not_known() -> None:
    text = "The guide describes the tower's bell. It does not describe any way up to the roof."
    claim = "The guide describes the tower's bell; it does describe any way up to the roof."
    verification = rule(claim, text)
    assert [c.support for c in verification.clauses] == [Support.SUPPORTED, Support.CONTRADICTED]


def test_a_changed_number_is_contradicted_and_both_values_are_named() -> None:
    verification = rule(BELL.replace("40,000", "60,000"), BELL)
    assert verification.support is Support.CONTRADICTED
    assert verification.reason == "the sentence says 60,000 euros; the cited text says 40,000 euros"
    assert verification.score is not None
    assert verification.score < THRESHOLD


def test_a_number_that_the_evidence_lacks_is_unsupported() -> None:
    verification = rule("Engineers of the city council closed the clock tower for 17 days.", TOWER)
    assert verification.support is Support.UNSUPPORTED


def test_a_lost_attribution_leaves_it_partly_supported() -> None:
    evidence = "According to the owner, engineers of the council closed the clock tower in March."
    claim = "Engineers of the council closed the clock tower in March."
    assert rule(claim, evidence).support is Support.PARTIAL


@pytest.mark.parametrize("evidence", [(), ("",), ("  \n",)])
def test_without_evidence_nothing_stands(evidence: tuple[str, ...]) -> None:
    verification = rule(TOWER, *evidence)
    assert verification.support is Support.UNSUPPORTED
    assert verification.reason == "it cites no text"


class FailingEntailment(WordsEntailment):
    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        raise EmbeddingFailed("The model file is gone.", "Reinstall.")


def test_a_failing_judge_leaves_every_pair_unchecked() -> None:
    pairs = [pair(TOWER, TOWER), pair("The tower was closed by engineers.", TOWER)]
    verifications = EmbeddedJudge(FailingEntailment()).verify(pairs)
    assert [r.support for r in verifications] == [Support.UNCHECKED, Support.UNCHECKED]
    assert all("The model file is gone." in r.reason for r in verifications)
    assert all(r.score is None for r in verifications)


LONG = (
    "Engineers of the city council closed the clock tower in March 2021 after a stone fell, and the"
    " bell of the clock tower was sold to a museum in Oslo for 40,000 euros."
)


def test_each_clause_of_a_long_sentence_names_the_citation_that_carries_it() -> None:
    verification = rule(LONG, TOWER, BELL)
    assert verification.accepted
    assert [clause.citations for clause in verification.clauses] == [(0,), (1,)]
    assert [LONG[c.start : c.end] for c in verification.clauses] == [
        c.text for c in verification.clauses
    ]


def test_a_long_sentence_of_which_one_clause_falls_is_partial() -> None:
    verification = rule(LONG, TOWER)
    assert verification.support is Support.PARTIAL
    assert [c.support for c in verification.clauses] == [Support.SUPPORTED, Support.UNSUPPORTED]
    assert "Oslo" in verification.reason


def test_the_same_pair_is_always_ruled_the_same() -> None:
    claim = "City council engineers closed the clock tower in March 2021."
    assert rule(claim, TOWER, BELL) == rule(claim, TOWER, BELL)


def test_every_check_of_the_sentence_is_in_the_ruling() -> None:
    outcomes = {c.name: c.outcome for c in rule(TOWER, TOWER).checks}
    assert outcomes["dates"] is Outcome.OK
    assert {"numbers", "money", "percentages", "names", "quotations", "negation"} <= outcomes.keys()
    assert {"modality", "attribution", "causation"} <= outcomes.keys()


def test_every_sentence_of_a_note_stands_on_its_note() -> None:
    embedded = judge()
    for path in sorted((SEEDS / "nh-biden-robocall").glob("*.md")):
        front, text = path.read_text("utf-8").split("\n---\n", 1)
        publisher = re.search(r"^publisher: (.+)$", front, re.MULTILINE)
        assert publisher
        said = [text[start:end] for start, end in split_sentences(text)]
        verifications = embedded.verify(
            [pair(s, text, publisher=publisher[1].strip('"')) for s in said]
        )
        fallen = [(s, r.reason) for s, r in zip(said, verifications, strict=True) if not r.accepted]
        assert not fallen, path.name


@pytest.mark.parametrize("claim", ["", "...", "\u200b", "7", "“”", "a " * 400])
@pytest.mark.parametrize("evidence", ["...", "\u200b", "7", "–", TOWER])
def test_odd_texts_get_a_ruling(claim: str, evidence: str) -> None:
    assert rule(claim, evidence, WEATHER).reason
    assert not rule(claim, TOWER).accepted


def test_a_missing_cross_encoder_leaves_every_pair_unchecked(tmp_path: Path) -> None:
    broken = EmbeddedJudge(CrossEncoder(tmp_path))
    [verification] = broken.verify([pair("The tower of the city was sold.", TOWER)])
    assert verification.support is Support.UNCHECKED
    assert "reinstall" in verification.reason.casefold()


def test_a_later_says_who_does_not_cover_an_earlier_clause() -> None:
    evidence = (
        "According to the mayor, masked men took four people out of cars near the harbor bridge. "
        "The police chief said that the officers left the harbor bridge at noon."
    )
    lost = (
        "Masked men took four people out of cars near the harbor bridge; the police chief said "
        "that the officers left the harbor bridge at noon."
    )
    told = lost.replace("Masked", "According to the mayor, masked")
    assert rule(lost, evidence).support is not Support.SUPPORTED
    assert rule(told, evidence).support is Support.SUPPORTED


class ScriptedEntailment:
    """Gives the same row for every pair whose claim begins with a word; else supported."""

    id = "scripted/1"

    def __init__(self, **rows: tuple[float, float, float]) -> None:
        self._rows = rows

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        rows = [self._rows.get(claim.split()[0], (0.9, 0.05, 0.05)) for _, claim in pairs]
        return np.array(rows, dtype=np.float32).reshape(-1, 3)


def test_a_sentence_in_other_words_stands_where_the_judge_finds_it_entailed() -> None:
    claim = "Masonry coming loose made officials shut the landmark."
    assert EmbeddedJudge(ScriptedEntailment()).verify([pair(claim, TOWER)])[0].accepted


def test_what_the_judge_finds_contradicted_falls_whatever_words_are_shared() -> None:
    judging = EmbeddedJudge(ScriptedEntailment(Visitors=(0.1, 0.8, 0.1)))
    claim = "Visitors could climb the clock tower after a stone fell in March 2021."
    verification = judging.verify([pair(claim, TOWER)])[0]
    assert verification.support is Support.CONTRADICTED
    assert verification.reason == "the cited text says otherwise"


def test_all_faults_of_a_sentence_are_told_at_once() -> None:
    claim = "Engineers of the village council of Bergen closed the clock tower in March 1987."
    verification = EmbeddedJudge(ScriptedEntailment()).verify([pair(claim, TOWER)])[0]
    assert "1987" in verification.reason
    assert "Bergen" in verification.reason


@pytest.mark.parametrize(
    ("heading", "word_for_word"),
    [
        ("Ruling on the quarry", True),
        ("Myths of the quarry", False),
        ("What people say", False),
        ("We looked at these statements:", False),
    ],
)
def test_a_heading_without_a_stop_ends_before_what_stands_below(
    heading: str, *, word_for_word: bool
) -> None:
    sentence = "The harbour court ordered the quarry of Ostby to pay 59,000 crowns."
    reason = rule(sentence, f"{heading}\n\n{sentence}").reason
    assert reason.endswith("word for word") is word_for_word


@pytest.mark.parametrize("last", ["opens at 7 p.m.", "lies in Lunde, N.H.", "lies in the U.K."])
def test_a_sentence_that_ends_with_initials_ends_there(last: str) -> None:
    sentence = f"The slate quarry beside the harbour of Ostby {last}"
    below = "\n\nTrucks wait for it on the pier."
    assert rule(sentence, f"{sentence}{below}").reason.endswith("word for word")
    denied = f"Critics deny that the slate quarry beside the harbour of Ostby {last}"
    assert not rule(sentence, f"{denied}{below}").reason.endswith("word for word")


@pytest.mark.parametrize("more", ["very " * 5_000, "12 of 14, " * 60])
def test_a_sentence_too_long_to_be_read_is_unchecked_and_says_so(more: str) -> None:
    told = rule(f"{TOWER[:-1]} and {more}late.", TOWER)
    assert told.support is Support.UNCHECKED
    assert "20,000 characters and 100 figures at most" in told.reason

"""The embedded verifier through its port, with the model that ships and a small embedder."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from agent.types import Extract, Outcome, Pair, Ruling, Support
from agent.verifiers.cross_encoder import CrossEncoder
from agent.verifiers.embedded import EmbeddedVerifier
from agent.verifiers.features import FEATURES, LOWER_ONLY
from agent.verifiers.model import (
    FOLDER,
    MODEL_FILE,
    RARITY_FILE,
    ModelUnreadable,
    SupportModel,
    load_model,
    load_rarity,
)
from agent.verifiers.units import prepare
from retrieval.errors import EmbeddingFailed
from retrieval.ports import Vectors
from retrieval.sentences import sentences
from tests.fakes import WordsEntailment
from tests.fakes_retrieval import WordsEmbedder

SEEDS = Path(__file__).parents[3] / "seeds"
TOWER = "Engineers of the city council closed the clock tower in March 2021 after a stone fell."
BELL = "The bell of the clock tower was sold to a museum in Oslo for 40,000 euros."
WEATHER = "Rain is expected in the valley on most days of the coming week."


def verifier() -> EmbeddedVerifier:
    return EmbeddedVerifier(WordsEmbedder().embed, WordsEntailment())


def rule(claim: str, *evidence: str, **fields: object) -> Ruling:
    return verifier().judge([pair(claim, *evidence, **fields)])[0]


def pair(claim: str, *evidence: str, **fields: object) -> Pair:
    extracts = tuple(Extract.model_validate({"text": text} | fields) for text in evidence)
    return Pair(claim=claim, evidence=extracts)


def test_a_sentence_of_the_evidence_stands_word_for_word() -> None:
    ruling = rule(TOWER, f"{WEATHER} {TOWER}")
    assert ruling.stands
    assert ruling.score == 0.99


def test_a_light_edit_of_the_evidence_stands() -> None:
    assert rule("City council engineers closed the clock tower in March 2021.", TOWER).stands


def test_a_frame_with_a_date_hides_no_negation() -> None:
    told = "Dye has been in use since the 1980s."
    claim = "Lake News reported on July 14, 2023 that dye has not been in use since the 1980s."
    ruling = rule(claim, told, publisher="Lake News")
    assert ruling.support is Support.CONTRADICTED


def test_what_the_evidence_does_not_speak_of_falls() -> None:
    ruling = rule("The council built a swimming pool beside the river.", TOWER)
    assert ruling.support is Support.UNSUPPORTED
    assert ruling.reason == "the cited text does not carry it"


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
    assert not rule("Engineers of the council had closed the old clock tower.", evidence).stands


def test_words_cut_out_of_a_list_of_facts_stand() -> None:
    evidence = (
        "A stone fell in May; engineers of the council closed the old clock tower, and rain came."
    )
    assert rule("Engineers of the council closed the old clock tower.", evidence).stands


def test_naming_the_publisher_as_the_one_who_reports_changes_nothing() -> None:
    for claim in (
        f"The Daily Lake reported that {TOWER}",
        f"According to the Daily Lake, {TOWER}",
        f"{TOWER[:-1]}, the Daily Lake reported.",
    ):
        assert rule(claim, TOWER, publisher="The Daily Lake").stands, claim


def test_a_publisher_may_stand_for_what_a_text_calls_itself() -> None:
    text = f"The article describes two towers. {WEATHER} {BELL}"
    claim = "The Daily Lake describes two towers."
    assert rule(claim, text, publisher="The Daily Lake").stands
    assert not rule(claim, text, publisher="The Morning Post").stands
    assert not rule(
        "The Daily Lake describes five towers.", text, publisher="The Daily Lake"
    ).stands


def test_naming_another_publisher_falls() -> None:
    ruling = rule(f"The Morning Post reported that {TOWER}", TOWER, publisher="The Daily Lake")
    assert not ruling.stands
    assert "Morning Post" in ruling.reason


SPOKEN = "Engineer Dora Lindqvist said that the old clock tower leans towards the river."


def test_naming_the_publisher_does_not_stand_for_naming_who_spoke() -> None:
    for claim in (
        "The old clock tower leans towards the river, according to the Daily Lake.",
        "According to the Daily Lake, the old clock tower leans towards the river.",
    ):
        ruling = rule(claim, SPOKEN, publisher="The Daily Lake")
        assert not ruling.stands, claim
        assert 'attributes this ("said")' in ruling.reason


def test_naming_the_publisher_stands_for_what_the_text_says_itself() -> None:
    for by in ("the report", "the article", "the city survey"):
        text = f"According to {by}, the old clock tower leans towards the river."
        claim = "According to the Daily Lake, the old clock tower leans towards the river."
        assert rule(claim, text, publisher="The Daily Lake").stands, by


def test_a_later_cue_does_not_stand_for_the_one_in_front() -> None:
    text = (
        "The mayor said that the council had closed the tower; she told visitors to keep away from"
        " the square."
    )
    kept = rule(text, text)
    lost = rule(
        "The council had closed the tower; she told visitors to keep away from the square.", text
    )
    assert kept.stands
    assert not lost.stands


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
    assert rule(text, text).stands
    ruling = rule(claim, text)
    assert ruling.support is Support.PARTIAL
    assert "attributes this" in ruling.reason


def test_a_semicolon_divides_where_one_side_has_a_verb_that_is_not_known() -> None:
    text = "The guide describes the tower's bell. It does not describe any way up to the roof."
    claim = "The guide describes the tower's bell; it does describe any way up to the roof."
    ruling = rule(claim, text)
    assert [c.support for c in ruling.clauses] == [Support.SUPPORTED, Support.CONTRADICTED]


def test_a_changed_number_is_contradicted_and_both_values_are_named() -> None:
    ruling = rule(BELL.replace("40,000", "60,000"), BELL)
    assert ruling.support is Support.CONTRADICTED
    assert ruling.reason == "the sentence says 60,000 euros; the cited text says 40,000 euros"
    assert ruling.score is not None
    assert ruling.score < load_model().threshold


def test_a_number_that_the_evidence_lacks_is_unsupported() -> None:
    ruling = rule("Engineers of the city council closed the clock tower for 17 days.", TOWER)
    assert ruling.support is Support.UNSUPPORTED


def test_a_lost_attribution_leaves_it_partly_supported() -> None:
    evidence = "According to the owner, engineers of the council closed the clock tower in March."
    claim = "Engineers of the council closed the clock tower in March."
    assert rule(claim, evidence).support is Support.PARTIAL


@pytest.mark.parametrize("evidence", [(), ("",), ("  \n",)])
def test_without_evidence_nothing_stands(evidence: tuple[str, ...]) -> None:
    ruling = rule(TOWER, *evidence)
    assert ruling.support is Support.UNSUPPORTED
    assert ruling.reason == "it cites no text"


def test_a_failing_embedder_leaves_every_pair_unchecked() -> None:
    def fail(texts: Sequence[str]) -> Vectors:
        raise EmbeddingFailed("The model file is gone.", "Reinstall.")

    pairs = [pair(TOWER, TOWER), pair("The tower was closed by engineers.", TOWER)]
    rulings = EmbeddedVerifier(fail, WordsEntailment()).judge(pairs)
    assert [r.support for r in rulings] == [Support.UNCHECKED, Support.UNCHECKED]
    assert all("The model file is gone." in r.reason for r in rulings)
    assert all(r.score is None for r in rulings)


LONG = (
    "Engineers of the city council closed the clock tower in March 2021 after a stone fell, and the"
    " bell of the clock tower was sold to a museum in Oslo for 40,000 euros."
)


def test_each_clause_of_a_long_sentence_names_the_citation_that_carries_it() -> None:
    ruling = rule(LONG, TOWER, BELL)
    assert ruling.stands
    assert [clause.citations for clause in ruling.clauses] == [(0,), (1,)]
    assert [LONG[c.start : c.end] for c in ruling.clauses] == [c.text for c in ruling.clauses]


def test_a_long_sentence_of_which_one_clause_falls_is_partial() -> None:
    ruling = rule(LONG, TOWER)
    assert ruling.support is Support.PARTIAL
    assert [c.support for c in ruling.clauses] == [Support.SUPPORTED, Support.UNSUPPORTED]
    assert "Oslo" in ruling.reason


def test_a_clause_is_held_to_less_than_a_sentence_of_its_own() -> None:
    still = {"mean": 0.0, "scale": 1.0, "weight": 0.0}
    longer = {"mean": 2.9, "scale": 1.0, "weight": 1.0}  # 0.55 for the sentence, 0.4 for a clause
    weights = dict.fromkeys(FEATURES, still) | {"claim_length": longer}
    told = {"version": "test", "threshold": 0.5, "intercept": 0.2, "weights": weights}
    model = SupportModel.model_validate(told)
    judging = EmbeddedVerifier(WordsEmbedder().embed, WordsEntailment(), model)
    evidence = (
        "The city council's engineers closed the clock tower in March 2021 after a stone fell.",
        "A museum in Oslo bought the bell of the clock tower for 40,000 euros.",
    )
    bell = "The bell of the clock tower was sold to a museum in Oslo for 40,000 euros."
    whole, alone = judging.judge([pair(LONG, *evidence), pair(bell, *evidence)])
    assert len(whole.clauses) == 2
    assert whole.stands
    assert not alone.stands


def test_the_same_pair_is_always_ruled_the_same() -> None:
    claim = "City council engineers closed the clock tower in March 2021."
    assert rule(claim, TOWER, BELL) == rule(claim, TOWER, BELL)


def test_every_check_of_the_sentence_is_in_the_ruling() -> None:
    outcomes = {c.name: c.outcome for c in rule(TOWER, TOWER).checks}
    assert outcomes["dates"] is Outcome.OK
    assert {"numbers", "money", "percentages", "names", "quotations", "negation"} <= outcomes.keys()
    assert {"modality", "attribution", "quantifiers", "causation"} <= outcomes.keys()


def test_every_sentence_of_a_note_stands_on_its_note() -> None:
    judge = verifier()
    for path in sorted((SEEDS / "nh-biden-robocall").glob("*.md")):
        front, text = path.read_text("utf-8").split("\n---\n", 1)
        publisher = re.search(r"^publisher: (.+)$", front, re.MULTILINE)
        assert publisher
        said = [text[start:end] for start, end in sentences(text)]
        rulings = judge.judge([pair(s, text, publisher=publisher[1].strip('"')) for s in said])
        fallen = [(s, r.reason) for s, r in zip(said, rulings, strict=True) if not r.stands]
        assert not fallen, path.name


def test_a_finding_can_only_lower_support() -> None:
    model = load_model()
    calm = dict.fromkeys(FEATURES, 0.5)
    for name in LOWER_ONLY:
        assert model.probability(calm | {name: 3.0}) <= model.probability(calm)


def damaged(folder: Path, **changes: object) -> Path:
    known = json.loads((FOLDER / MODEL_FILE).read_text("utf-8"))
    (folder / MODEL_FILE).write_text(json.dumps(known | changes), encoding="utf-8")
    return folder


def test_a_model_that_a_finding_could_raise_is_refused(tmp_path: Path) -> None:
    weights = load_model().model_dump()["weights"]
    weights["hard_violations"]["weight"] = 0.1
    with pytest.raises(ModelUnreadable):
        load_model(damaged(tmp_path, weights=weights))


def test_a_model_for_other_features_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnreadable):
        load_model(damaged(tmp_path, weights={}))


def test_a_missing_or_broken_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelUnreadable, match="reinstall"):
        load_model(tmp_path)
    (tmp_path / RARITY_FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(ModelUnreadable, match="reinstall"):
        load_rarity(tmp_path)


def test_rarer_words_weigh_more() -> None:
    rarity = load_rarity()
    assert rarity("the") < rarity("council") < rarity("zyzzyva")


@pytest.mark.parametrize("claim", ["", "...", "\u200b", "7", "“”", "a " * 400])
@pytest.mark.parametrize("evidence", ["...", "\u200b", "7", "–", TOWER])
def test_odd_texts_get_a_ruling(claim: str, evidence: str) -> None:
    assert rule(claim, evidence, WEATHER).reason
    assert not rule(claim, TOWER).stands


def test_a_missing_cross_encoder_leaves_every_pair_unchecked(tmp_path: Path) -> None:
    broken = EmbeddedVerifier(WordsEmbedder().embed, CrossEncoder(tmp_path))
    [ruling] = broken.judge([pair("The tower of the city was sold.", TOWER)])
    assert ruling.support is Support.UNCHECKED
    assert "reinstall" in ruling.reason.casefold()


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


def test_a_short_sentence_stands_only_where_it_is_likely_to_follow() -> None:
    extract = Extract(text="The council closed the old bridge in May after a flood.")
    short = "The council closed the old mill in May."
    (brief,) = prepare(Pair(claim=short, evidence=(extract,)), load_rarity())
    (longer,) = prepare(
        Pair(claim=f"{short[:-1]} after a flood of the river.", evidence=(extract,)), load_rarity()
    )
    brief, longer = (replace(unit, checks=()) for unit in (brief, longer))
    assert [c.name for c in brief.refused({"entailed": -0.1})] == ["entailment"]
    assert not brief.refused({"entailed": 0.1})
    assert not longer.refused({"entailed": -0.1})

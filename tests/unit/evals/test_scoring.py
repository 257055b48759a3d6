"""Figures: who decides, and what counts."""

import json
from pathlib import Path

import pytest

from agent.types import Kind, Support
from evals.archive import Journal
from evals.case import NOT_ENOUGH, ClaimCase, Fact, Fault, PageCase
from evals.errors import MalformedCase
from evals.judges import CachedJudge, read_labels
from evals.metrics.answers import latency
from evals.metrics.types import Cited
from evals.outcome import Outcome
from evals.readers import Readers
from evals.scoring.table import NEEDS_MODEL, Bench, score_run
from tests.unit.evals.runs import (
    BAD,
    GOOD,
    Words,
    claim,
    figures,
    measured,
    pair,
    said,
)


def test_what_the_gate_says_of_its_own_sentences_moves_no_headline() -> None:
    proud = BAD.model_copy(update={"support": Support.SUPPORTED, "score": 1.0})
    modest = BAD.model_copy(update={"support": Support.UNSUPPORTED, "score": 0.0})
    for sentence in (proud, modest):
        found = measured(claim("a", GOOD, sentence), Words())
        assert found["claims.citation_recall"].estimate.value == 0.5


def test_a_page_that_is_missing_where_there_is_an_answer_counts_as_an_empty_one() -> None:
    nothing = {"abstained": True, "verdict": NOT_ENOUGH}
    missing = [*claim("a", GOOD), *claim("b", **nothing)]
    assert measured(missing, Words())["claims.citation_recall"].estimate.value == 0.5
    rightly = [*claim("a", GOOD), *claim("b", expected=NOT_ENOUGH, **nothing)]
    assert measured(rightly, Words())["claims.citation_recall"].estimate.value == 1.0


def test_an_answer_that_failed_is_counted_and_never_averaged() -> None:
    found = measured([*claim("a", GOOD), *claim("b", error="no page", verdict=None)], Words())
    for name in ("citation_recall", "verdict_accuracy", "number_fidelity", "answers"):
        assert found[f"claims.{name}"].estimate.unscored == 1, name
    assert found["claims.citation_recall"].estimate.value == 1.0


def test_a_grader_that_cannot_tell_rewording_is_not_asked_for_key_facts() -> None:
    answered = claim("a", GOOD)
    case, outcome = answered[0]
    assert isinstance(case, ClaimCase)
    fact = case.model_copy(update={"facts": (Fact(text=GOOD.text),), "must_not_say": (BAD.text,)})
    grader = Words()
    assert measured([(fact, outcome)], grader)["claims.fact_recall"].estimate.value == 1.0
    grader.tells_rewording = False
    found = measured([(fact, outcome)], grader)
    for name in ("fact_recall", "must_not_say"):
        estimate = found[f"claims.{name}"].estimate
        assert (estimate.value, estimate.unscored) == (None, 1), name
    assert found["claims.citation_recall"].estimate.value == 1.0


def test_who_decides_and_why_a_unit_stays_open_stand_beside_the_figure() -> None:
    case, outcome = claim("a", GOOD)[0]
    assert isinstance(case, ClaimCase)
    fact = case.model_copy(update={"facts": (Fact(text=GOOD.text),), "must_not_say": (BAD.text,)})
    grader, reader = Words(), Words()
    grader.tells_rewording = False
    rows = [(fact, outcome), *claim("b", error="no page", verdict=None)]
    bench = Bench(CachedJudge(grader), Readers(CachedJudge(reader), CachedJudge(None)))
    found = figures(score_run(rows, bench, {}, seed=1))
    told = found["claims.fact_recall"]
    assert (told.by, told.estimate.value, told.why) == ("nli", 1.0, "")
    assert found["claims.must_not_say"].why == f"1: {NEEDS_MODEL}"
    assert found["claims.asides"].why == "1: the case has no answer; 1: no judge was asked"
    assert found["claims.citation_recall"].why == "1: the case has no answer"
    assert measured([(fact, outcome)], Words())["claims.fact_recall"].by == "grader"


def test_a_quotation_in_a_heading_or_of_one_word_is_looked_up_too() -> None:
    quoting = {"cited": [Cited(id="n", text='He called it "grave".', summary=True)]}
    heading = said("It is shut.", section='The "old" bridge', **quoting)
    word = said('He called it "dire".', section="x", **quoting)
    record = said('The claim "it is shut" stands.', kind=Kind.INFERENCE, **quoting)
    for sentences, given, count in (
        ((heading,), {}, 1.0),
        ((word,), {}, 1.0),
        ((record,), {"claim": "it is shut"}, 0.0),
        ((record,), {"claim": "it is open"}, 1.0),
    ):
        found = measured(claim("a", *sentences, **given))
        assert found["claims.invented_quotations"].estimate.value == count


def test_without_a_grader_nothing_that_it_would_decide_has_a_value() -> None:
    found = measured(claim("a", GOOD, BAD))
    assert found["claims.citation_recall"].estimate.value is None
    assert found["claims.citation_recall"].estimate.unscored == 2
    assert found["claims.uncited"].estimate.value == 0.0


def test_a_sentence_that_no_quote_can_carry_is_not_held_against_its_quotes() -> None:
    record = said("two sources speak for it", "the bridge is closed", kind=Kind.INFERENCE)
    found = measured(claim("a", GOOD, record), Words())
    assert found["claims.citation_recall"].estimate.n == 1


def test_the_grader_is_asked_each_thing_once_and_its_answers_are_kept(tmp_path: Path) -> None:
    grader = Words()
    for _ in range(2):
        with Journal(tmp_path / "judgements.jsonl") as journal:
            score_run(claim("a", GOOD, BAD), Bench.alone(CachedJudge(grader, journal)), {}, seed=1)
    rows = (tmp_path / "judgements.jsonl").read_text("utf-8").splitlines()
    assert grader.asked == len(rows) == len({json.loads(row)["key"] for row in rows})


def test_rulings_are_right_accepted_or_rejected() -> None:
    rows = [
        *pair("1", true=True, kept=True),
        *pair("2", true=True, kept=False),
        *pair("3", true=False, kept=False),
        *pair("4", true=False, kept=True),
        *pair("5", true=False, kept=False),
    ]
    found = {name: f.estimate.value for name, f in measured(rows).items()}
    assert found["pairs.a.right"] == pytest.approx(0.6)
    assert found["pairs.a.over_rejection"] == pytest.approx(0.5)
    assert found["pairs.a.false_acceptance"] == pytest.approx(1 / 3)
    assert found["pairs.a.balanced_accuracy"] == pytest.approx((1 / 2 + 2 / 3) / 2)


def test_people_and_judges_are_compared_on_the_same_sentences(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    rows = [
        {"case": "claims/a", "sentence": s.text, "label": label}
        for s, label in ((GOOD, "supported"), (BAD, "contradicted"))
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    [kappa] = score_run(
        claim("a", GOOD, BAD), Bench.alone(CachedJudge(Words())), read_labels(path), seed=1
    ).kappas
    assert (kappa.first, kappa.second, kappa.agreement.kappa) == ("grader", "people", 1.0)
    path.write_text(path.read_text("utf-8") * 2, "utf-8")
    with pytest.raises(MalformedCase, match="line 3"):
        read_labels(path)


def test_faults_of_a_written_page_must_fall() -> None:
    case = PageCase(
        id="pages/a", cluster="a", text="", sources=(),
        faults=(Fault(sentence=BAD.text, fault="turned round"),),
    )  # fmt: skip
    fell = BAD.model_copy(update={"kept": False})
    for sentence, caught in ((BAD, 1.0), (fell, 0.0)):
        outcome = Outcome(case="pages/a", sentences=(GOOD, sentence))
        found = measured([(case, outcome)])
        assert found["pages.false_acceptance"].estimate.value == caught


def test_latency_leaves_out_what_was_not_timed() -> None:
    assert latency([1.0, None, 3.0], 0.5) == 2.0
    assert latency([None], 0.5) is None
    with pytest.raises(ValueError, match="share"):
        latency([1.0], 95)

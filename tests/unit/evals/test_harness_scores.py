"""Figures: who decides, what counts, what fails a run, what two runs differ in."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent.types import ClaimEvidence, EvidenceSpan, Kind, Support
from evals import limits
from evals.archive import Manifest, Summary
from evals.case import NOT_ENOUGH, Case, ClaimCase, Fact, Fault, PageCase, PairCase
from evals.comparing import compared
from evals.errors import EvalError, MalformedCase
from evals.inspect_log import log
from evals.journal import Journal
from evals.judges import Bench, labels
from evals.loaders.own import CASES
from evals.metrics.effort import latency
from evals.metrics.types import Cited
from evals.outcome import Outcome, Spoken
from evals.reports import html, terminal
from evals.scoring.table import score
from evals.scoring.types import Figure, Scores
from evals.suite import suite

Answered = list[tuple[Case, Outcome]]


class Words:
    """A grader that anybody can follow: the share of the words that the evidence has."""

    name = "words"
    threshold = 1.0
    partial = None
    tells_rewording = True

    def __init__(self) -> None:
        self.asked = 0

    def supports(self, pairs: Sequence[ClaimEvidence]) -> list[float]:
        self.asked += len(pairs)
        return [self._one(pair) for pair in pairs]

    def _one(self, pair: ClaimEvidence) -> float:
        held = set(" ".join(e.text for e in pair.evidence).lower().split())
        said = pair.claim.lower().rstrip(".").split()
        return sum(word in held for word in said) / len(said)


def said(text: str, *words: str, **fields: object) -> Spoken:
    cited = tuple(Cited(id=str(n), text=w) for n, w in enumerate(words))
    return Spoken.model_validate({"text": text, "cited": cited, "kind": Kind.FINDING} | fields)


def claim(name: str, *sentences: Spoken, expected: str = "supported", **given: object) -> Answered:
    case = ClaimCase(id=f"claims/{name}", cluster=name, question="?", expected=expected)
    fields = {"case": case.id, "sentences": sentences, "verdict": "supported"} | given
    return [(case, Outcome.model_validate(fields))]


def pair(name: str, *, true: bool, kept: bool, part: str = "pairs.a") -> Answered:
    label = Support.SUPPORTED if true else Support.UNSUPPORTED
    case = PairCase(
        id=f"{part}/{name}",
        cluster=name,
        claim="x",
        evidence=(EvidenceSpan(text="y"),),
        label=label,
    )
    verification = Support.SUPPORTED if kept else Support.UNSUPPORTED
    sentence = said("x", "y", kept=kept, support=verification, score=0.9 if kept else 0.2)
    return [(case, Outcome(case=case.id, sentences=(sentence,)))]


def figures(scores: Scores) -> dict[str, Figure]:
    return {figure.id: figure for figure in scores.figures}


def measured(answered: Answered, grader: Words | None = None) -> dict[str, Figure]:
    return figures(score(answered, Bench(grader), {}, seed=1))


def summary(answered: Answered, grader: Words | None = None) -> Summary:
    scores = score(answered, Bench(grader), {}, seed=1)
    run = Manifest(
        suite="claims", system="desk", fingerprint="0" * 16, seed=1, cases=len(answered),
        grader="words", started="2026-01-27T10:00:00+00:00", version="0", cores=2, workers=1,
    )  # fmt: skip
    return Summary(run=run, scores=scores)


GOOD = said("the bridge is closed", "now the bridge is closed to cars")
BAD = said("the bridge is open", "now the bridge is closed to cars")


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
            score(claim("a", GOOD, BAD), Bench(grader, journal), {}, seed=1)
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
    [kappa] = score(claim("a", GOOD, BAD), Bench(Words()), labels(path), seed=1).kappas
    assert (kappa.first, kappa.second, kappa.agreement.kappa) == ("grader", "people", 1.0)
    path.write_text(path.read_text("utf-8") * 2, "utf-8")
    with pytest.raises(MalformedCase, match="line 3"):
        labels(path)


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


def shifted(baseline: limits.Baseline, by: float) -> dict[str, Figure]:
    """The figures of a run that is worse than a baseline by so much, everywhere."""
    known = figures(score(claim("a", GOOD), Bench(None), {}, seed=1))
    some = known["claims.uncited"]
    return {
        name: some.model_copy(
            update={
                "id": name,
                "better": kept.better,
                "estimate": some.estimate.model_copy(
                    update={"value": kept.value + (by if kept.better == "lower" else -by)}
                ),
            }
        )
        for name, kept in baseline.figures.items()
    }


def test_a_regression_of_three_points_breaks_the_committed_baseline() -> None:
    baseline = limits.read(CASES / "baseline.json", "smoke")
    assert len(baseline.figures) > 20
    worse = limits.regressions(baseline, shifted(baseline, 0.03))
    assert {breach.id for breach in worse} == set(baseline.figures)
    assert limits.regressions(baseline, shifted(baseline, 0.01)) == []
    assert limits.regressions(baseline, shifted(baseline, -0.1)) == []


def ruled_as_people_do(cases: Sequence[Case], wrong: int) -> Answered:
    """Every pair of a suite ruled as its label says, but for the first so many."""
    made: Answered = []
    for case in cases:
        if isinstance(case, PairCase) and case.label is not None:
            kept = (case.label is Support.SUPPORTED) is (len(made) >= wrong)
            support = Support.SUPPORTED if kept else Support.UNSUPPORTED
            sentence = said(case.claim, kept=kept, support=support, score=float(kept))
            made.append((case, Outcome(case=case.id, sentences=(sentence,))))
    return made


def test_a_regression_of_three_points_planted_in_the_smoke_suite_fails_its_baseline() -> None:
    cases = suite("smoke")
    good = ruled_as_people_do(cases, 0)
    baseline = limits.Baseline.model_validate_json(
        limits.written("smoke", score(good, Bench(None), {}, seed=1).figures)
    )
    assert limits.regressions(baseline, measured(good)) == []
    planted = ruled_as_people_do(cases, round(0.03 * len(good)))
    found = {breach.id for breach in limits.regressions(baseline, measured(planted))}
    assert {"sentences.right", "sentences.balanced_accuracy"} <= found


def test_a_figure_that_is_gone_breaks_a_baseline() -> None:
    baseline = limits.read(CASES / "baseline.json", "smoke")
    assert len(limits.regressions(baseline, {})) == len(baseline.figures)
    with pytest.raises(EvalError, match="baseline of the suite 'smoke'"):
        limits.read(CASES / "baseline.json", "full")


def test_a_limit_is_a_floor_or_a_ceiling_as_the_figure_is_better() -> None:
    known = measured([*pair("1", true=True, kept=True), *pair("2", true=False, kept=True)])
    typed = ["pairs.a.right=0.4", "pairs.a.false_acceptance=0.4", "pairs.a.auc=0.9"]
    broken = limits.beyond(limits.parse(typed, known), known)
    assert [b.id for b in broken] == ["pairs.a.false_acceptance", "pairs.a.auc"]
    for wrong in ("pairs.a.right", "pairs.a.right=high", "nothing=1"):
        with pytest.raises(EvalError):
            limits.parse([wrong], known)


def test_two_runs_are_compared_case_by_case_and_adjusted() -> None:
    names = [str(n) for n in range(12)]
    first = summary([a for n in names for a in pair(n, true=True, kept=True)])
    second = summary([a for n in names for a in pair(n, true=True, kept=int(n) < 6)])
    found = compared(first, second, seed=1)
    line = next(row for row in found.lines if row.id == "pairs.a.right")
    assert line.comparison.difference.value == 0.5
    assert line.mcnemar
    assert (line.mcnemar.only_first, line.mcnemar.only_second) == (6, 0)
    assert line.comparison.p_value is not None
    assert line.holm is not None
    assert line.comparison.p_value < line.holm <= 1
    assert max(map(len, terminal.comparison(found).splitlines())) <= 80
    other = summary(pair("1", true=True, kept=True, part="pairs.b"))
    with pytest.raises(EvalError, match="no case in common"):
        compared(first, other, seed=1)


def test_the_table_fits_eighty_columns_and_shows_what_was_not_scored() -> None:
    lines = terminal.table(summary(claim("a", GOOD, BAD))).splitlines()
    assert max(map(len, lines)) <= 80
    [line] = [line for line in lines if line.startswith("citation_recall")]
    assert line.split() == ["citation_recall", "-", "-", "0", "0", "2", "grader"]


def test_the_report_begins_with_the_figures_that_a_reader_in_a_hurry_wants() -> None:
    answered = claim("a", GOOD, BAD)
    page = html.render(summary(answered, Words()), answered, Bench(Words()), {})
    short = page.split('id="short"')[1].split("</table>")[0]
    assert "findings that their citations, read together, carry" in short
    assert "0.500" in short


def test_the_report_holds_every_sentence_and_no_way_out() -> None:
    evil = said("</script><img src=x onerror=alert(1)> [1]", "</script><script>alert(2)</script>")
    answered = claim("a", GOOD, evil, BAD.model_copy(update={"kept": False, "reason": "no fit"}))
    bench = Bench(Words())
    made = summary(answered, Words())
    page = html.render(made, answered, bench, {})
    assert page.count("</script>") == 2
    assert "<img" not in page
    assert "http://" not in page
    assert "https://" not in page
    data = page.split('type="application/json">')[1].split("</script>")[0]
    rows = json.loads(data)
    assert [row["kept"] for row in rows] == [True, True, False]
    assert rows[2]["reason"] == "no fit"
    assert rows[1]["text"] == evil.text
    for part in {row["part"] for row in rows}:
        assert f">{part}</a>" in page


def test_a_run_is_written_as_a_log_that_inspect_reads(tmp_path: Path) -> None:
    answered = claim("a", GOOD, BAD)
    path = tmp_path / "log.json"
    path.write_text(log(summary(answered, Words()), answered), "utf-8")
    found = json.loads(path.read_text("utf-8"))
    assert found["samples"][0]["scores"]["claims.citation_recall"]["value"] == 0.5
    inspect = pytest.importorskip("inspect_ai.log", reason="the extra `inspect` is not installed")
    read = inspect.read_eval_log(str(path))
    assert read.status == "success"
    assert [sample.id for sample in read.samples] == ["claims/a"]

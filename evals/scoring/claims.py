"""Pages that answer a question: the verdict, what they must say, form, retrieval, cost."""

from collections.abc import Callable, Sequence
from typing import Final

from agent.language.absences import searched_for
from agent.types import Kind
from evals import form
from evals.case import NOT_ENOUGH, Case, ClaimCase
from evals.metrics import absence, effort, nuggets, retrieval, verdicts
from evals.metrics.types import Judge, Score
from evals.outcome import Outcome
from evals.scoring.citations import unanswered
from evals.scoring.types import Measure, Whole

DEPTH: Final = 10
"""Sources looked at by the measures of retrieval."""


def _verdict(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    if not isinstance(case, ClaimCase) or case.expected is None:
        return None
    return verdicts.accuracy((case.expected,), (None if outcome.error else outcome.verdict,))


def _committed(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    commits = outcome.verdict not in {None, NOT_ENOUGH} or outcome.error
    return _verdict(case, outcome, judge) if commits else None


def _commits(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    if outcome.error:
        return Score.of((None,))
    return Score.of((float(outcome.verdict not in {None, NOT_ENOUGH}),))


def _answers(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    return Score.of((None if outcome.error else float(not outcome.abstained),))


def _must_cite(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    if not isinstance(case, ClaimCase) or unanswered(case, outcome):
        return None
    if outcome.error:
        return Score.of(None for _ in case.must_cite)
    return nuggets.must_cite_recall(outcome.cites, case.must_cite)


def _facts(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    if not isinstance(case, ClaimCase) or unanswered(case, outcome):
        return None
    if outcome.error:
        return Score.of(None for _ in case.facts)
    asked = [nuggets.Nugget(text=fact.text) for fact in case.facts]
    said = "\n".join(s.text for s in outcome.kept if s.is_finding)
    return nuggets.nugget_recall(asked, said, judge)


def _forbidden(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    if not isinstance(case, ClaimCase):
        return None
    if outcome.error:
        return Score.of(None for _ in case.must_not_say)
    return nuggets.must_not_say_rate(outcome.findings, case.must_not_say, judge)


def _absence(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    said = [s for s in outcome.kept if s.kind is Kind.ABSENCE and not searched_for(s.text)]
    return absence.certified_rate(
        [absence.Absence(certificate=s.certificate, holds=None) for s in said]
    )


def _stood(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    return Score.of(float(s.kept) for s in outcome.sentences)


def _form(level: form.Level) -> Callable[[Case, Outcome, Judge], Score | None]:
    asked = [name for name, of, _, _ in form.RULES if of == level]

    def mark(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
        if not outcome.form:
            return None
        broken = {name for name, _, _ in form.lint(outcome.form)}
        return Score.of(float(name not in broken) for name in asked)

    return mark


def _ranked(
    metric: Callable[[Sequence[str], Sequence[str]], float | None],
) -> Callable[[Case, Outcome, Judge], Score | None]:
    def mark(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
        if not isinstance(case, ClaimCase) or not case.must_cite or not outcome.retrieved:
            return None
        return Score.of((metric(outcome.retrieved, case.must_cite),))

    return mark


def _recall(ranked: Sequence[str], wanted: Sequence[str]) -> float | None:
    return retrieval.recall_at_k(ranked, wanted, DEPTH)


def _ndcg(ranked: Sequence[str], wanted: Sequence[str]) -> float | None:
    return retrieval.ndcg_at_k(ranked, dict.fromkeys(wanted, 1.0), DEPTH)


def _labels(case: Case, outcome: Outcome) -> tuple[str, str] | None:
    if not isinstance(case, ClaimCase) or case.expected is None or outcome.verdict is None:
        return None
    return case.expected, outcome.verdict


def _macro_f1(pairs: Sequence[tuple[str, str]]) -> float | None:
    return verdicts.macro_f1([e for e, _ in pairs], [g for _, g in pairs])


def _seconds(case: Case, outcome: Outcome) -> float | None:
    return outcome.seconds


MEASURES: Final[tuple[Measure, ...]] = (
    Measure("verdict_accuracy", "right verdicts; saying nothing is a verdict", _verdict, "labels"),
    Measure("verdict_committed", "right ones of the verdicts that take a side",
            _committed, "labels"),
    Measure("commits", "pages whose verdict takes a side", _commits, "gate", "neither"),
    Measure("answers", "questions that got a page, not the short one", _answers, "gate",
            "neither"),
    Measure("must_cite", "sources that must be cited and are", _must_cite, "labels"),
    Measure("fact_recall", "key facts that the page holds; a model or nobody can tell", _facts,
            "grader", rewords=True),
    Measure("must_not_say", "forbidden sentences that the page carries; as above", _forbidden,
            "grader", "lower", rewords=True),
    Measure("absence_certified", "absence sentences whose certificate proves a search",
            _absence, "exact"),
    Measure("stood", "drafted sentences that the check let stand", _stood, "gate", "neither"),
    Measure("form_must", "rules of form that a page must keep, and does", _form("MUST"), "form"),
    Measure("form_should", "rules of form that a page should keep, and does", _form("SHOULD"),
            "form"),
    Measure("source_recall_10", "sources to cite among the first ten found", _ranked(_recall),
            "labels"),
    Measure("source_ndcg_10", "the same, weighted by rank", _ranked(_ndcg), "labels"),
    Measure("source_mrr", "1 / rank of the first source to cite",
            _ranked(retrieval.reciprocal_rank), "labels"),
    Measure("calls", "calls of a language model, each page",
            lambda _c, o, _j: effort.calls(o.usage), "effort", "lower", share=False),
    Measure("tokens", "tokens in and out, each page",
            lambda _c, o, _j: effort.tokens(o.usage), "effort", "lower", share=False),
    Measure("cost", "US dollars, each page",
            lambda _c, o, _j: effort.cost(o.usage), "effort", "lower", share=False),
)  # fmt: skip
WHOLES: Final[tuple[Whole, ...]] = (
    Whole("verdict_macro_f1", "mean F1 over verdicts", _labels, _macro_f1, "labels"),
    Whole("seconds_p50", "median wall time of a page, in seconds", _seconds,
          lambda s: effort.latency(s, 0.5), "effort", "lower", share=False),
    Whole("seconds_p95", "95th percentile of it", _seconds,
          lambda s: effort.latency(s, 0.95), "effort", "lower", share=False),
)  # fmt: skip

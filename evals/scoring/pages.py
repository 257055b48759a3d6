"""What pages are measured by: citations, verdict, form, retrieval, cost, and truth of a world.

A grader that is not the gate reads the sentences that say what a source says. What the page
computes from its list of sources, what it reports absent and what it tells to watch have rules of
their own, since no quote entails them: the exact measures and `absence_certified` read them.
"""

from collections.abc import Callable, Sequence
from typing import Final, Literal

from agent.language.absences import searched_for
from agent.types import Kind
from evals import form
from evals.case import NOT_ENOUGH, Case, ClaimCase, PageCase, WorldCase
from evals.metrics import answers, citations, fidelity, scores
from evals.metrics.types import Judge, Response, Score, f1
from evals.outcome import Outcome
from evals.scoring.types import Better, Measure, Statistic
from evals.synthetic.scoring import MEANING

Graded = Callable[[Response, Judge], Score]
Exact = Callable[[Response], Score]
_EXACT: Final[tuple[tuple[str, str, Exact], ...]] = (
    ("number_fidelity", "numbers of findings that the cited words have", fidelity.number_fidelity),
    ("date_fidelity", "dates of findings that the cited words have", fidelity.date_fidelity),
    ("name_fidelity", "names of findings that the cited words have", fidelity.name_fidelity),
    (
        "quotation_fidelity",
        "quotations that the cited words have word for word",
        fidelity.quotation_fidelity,
    ),
)
UNCOUNTED: Final = "nobody counted"
DEPTH: Final = 10
"""Sources looked at by the measures of retrieval."""


def lacks_due_page(case: Case, outcome: Outcome) -> bool:
    """Whether it rightly said nothing: then how it would have cited is not asked.

    A page that is missing where the library has the answer stays in, as an empty one. A written
    page of which the check lets nothing stand is no answer of the check's.
    """
    if isinstance(case, PageCase):
        return not outcome.kept
    if isinstance(case, WorldCase):
        return outcome.abstained and all(outcome.truth.get("silent", (False,)))
    return outcome.abstained and isinstance(case, ClaimCase) and case.expected == NOT_ENOUGH


def mark_by_grader(metric: Graded) -> Callable[[Case, Outcome, Judge], Score | None]:
    """A metric of the findings of a page, by the grader."""

    def mark(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
        if outcome.error:
            return Score.of((None,))
        return None if lacks_due_page(case, outcome) else metric(outcome.findings, judge)

    return mark


def mark_exactly(
    metric: Exact, *, whole: bool = False
) -> Callable[[Case, Outcome, Judge], Score | None]:
    """A metric that needs no judge, of the findings of a page or of the `whole` page."""

    def mark(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
        if outcome.error:
            return Score.of((None,))
        if lacks_due_page(case, outcome):
            return None
        return metric(outcome.answer if whole else outcome.findings)

    return mark


def citation_f1(response: Response, judge: Judge) -> Score:
    """Harmonic mean of strict recall and strict precision of one page."""
    recall = citations.strict_recall(response, judge).value
    return Score.of((f1(recall, citations.strict_precision(response, judge).value),))


def _share_of_support(name: Literal["partial", "none"]) -> Graded:
    def share(response: Response, judge: Judge) -> Score:
        shares = citations.support_shares(response, judge)
        return shares.partial if name == "partial" else shares.none

    return share


_GRADED: Final[tuple[tuple[str, str, Graded, Better], ...]] = (
    ("citation_recall", "findings that their citations, read together, carry",
     citations.strict_recall, "higher"),
    ("citation_precision", "citations that help to carry a finding",
     citations.strict_precision, "higher"),
    ("citation_f1", "harmonic mean of the two, by page", citation_f1, "higher"),
    ("alce_recall", "as ALCE's script counts: first three citations, with titles",
     citations.alce_recall, "higher"),
    ("alce_precision", "as ALCE's script counts", citations.alce_precision, "higher"),
    ("support_recall", "TREC's weighted support over findings, first citation",
     citations.weighted_recall, "higher"),
    ("support_precision", "TREC's weighted support over citations, first citation",
     citations.weighted_precision, "higher"),
    ("over_citation", "citations to no purpose, of carried findings",
     citations.over_citation_rate, "lower"),
    ("carried_partly", "findings that their citations carry in part, where the grader tells that",
     _share_of_support("partial"), "lower"),
    ("carried_not", "findings that their citations do not carry, not even in part",
     _share_of_support("none"), "lower"),
)  # fmt: skip


def _mark_invented_quotations(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    if outcome.error:
        return Score.of((None,))
    return None if outcome.abstained else fidelity.invented_quotations(outcome.printed)


CITATION_MEASURES: Final[tuple[Measure, ...]] = (
    *(
        Measure(name, about, mark_by_grader(m), "grader", better)
        for name, about, m, better in _GRADED
    ),
    *(Measure(name, about, mark_exactly(m), "exact") for name, about, m in _EXACT),
    Measure(
        "invented_quotations",
        "quotation marks, each page, around words that nobody printed or said",
        _mark_invented_quotations,
        "exact",
        "lower",
        share=False,
    ),
    Measure(
        "dead_citations",
        "citations that point nowhere",
        mark_exactly(citations.dead_citation_rate, whole=True),
        "exact",
        "lower",
    ),
    Measure(
        "uncited",
        "sentences without a citation",
        mark_exactly(citations.uncited_rate, whole=True),
        "exact",
        "lower",
    ),
)


def _mark_verdict(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    if not isinstance(case, ClaimCase) or case.expected is None:
        return None
    return answers.verdict_accuracy((case.expected,), (None if outcome.error else outcome.verdict,))


def _mark_committed_verdict(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    commits = outcome.verdict not in {None, NOT_ENOUGH} or outcome.error
    return _mark_verdict(case, outcome, judge) if commits else None


def _mark_commits(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    if outcome.error:
        return Score.of((None,))
    return Score.of((float(outcome.verdict not in {None, NOT_ENOUGH}),))


def _mark_answers(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    return Score.of((None if outcome.error else float(not outcome.abstained),))


def _mark_must_cite(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    if not isinstance(case, ClaimCase) or lacks_due_page(case, outcome):
        return None
    if outcome.error:
        return Score.of(None for _ in case.must_cite)
    return answers.must_cite_recall(outcome.cites, case.must_cite)


def _mark_forbidden(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    if not isinstance(case, ClaimCase):
        return None
    if outcome.error:
        return Score.of(None for _ in case.must_not_say)
    return answers.must_not_say_rate(outcome.findings, case.must_not_say, judge)


def _mark_absences(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    said = [s for s in outcome.kept if s.kind is Kind.ABSENCE and not searched_for(s.text)]
    return answers.certified_rate([s.certificate for s in said])


def _mark_stood(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    return Score.of(float(s.kept) for s in outcome.sentences)


def _make_form_mark(level: form.Level) -> Callable[[Case, Outcome, Judge], Score | None]:
    asked = [name for name, of, _, _ in form.RULES if of == level]

    def mark(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
        if not outcome.form:
            return None
        broken = {name for name, _, _ in form.lint(outcome.form)}
        return Score.of(float(name not in broken) for name in asked)

    return mark


def _make_ranking_mark(
    metric: Callable[[Sequence[str], Sequence[str]], float | None],
) -> Callable[[Case, Outcome, Judge], Score | None]:
    def mark(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
        if not isinstance(case, ClaimCase) or not case.must_cite or not outcome.retrieved:
            return None
        return Score.of((metric(outcome.retrieved, case.must_cite),))

    return mark


def _recall_at_depth(ranked: Sequence[str], wanted: Sequence[str]) -> float | None:
    return scores.recall_at_k(ranked, wanted, DEPTH)


def _ndcg_at_depth(ranked: Sequence[str], wanted: Sequence[str]) -> float | None:
    return scores.ndcg_at_k(ranked, dict.fromkeys(wanted, 1.0), DEPTH)


def _verdict_pair(case: Case, outcome: Outcome) -> tuple[str, str] | None:
    if not isinstance(case, ClaimCase) or case.expected is None or outcome.verdict is None:
        return None
    return case.expected, outcome.verdict


def _macro_f1_of_pairs(pairs: Sequence[tuple[str, str]]) -> float | None:
    return answers.macro_f1([e for e, _ in pairs], [g for _, g in pairs])


def _wall_time(case: Case, outcome: Outcome) -> float | None:
    return outcome.seconds


CLAIM_MEASURES: Final[tuple[Measure, ...]] = (
    Measure("verdict_accuracy", "right verdicts; saying nothing is a verdict", _mark_verdict,
            "labels"),
    Measure("verdict_committed", "right ones of the verdicts that take a side",
            _mark_committed_verdict, "labels"),
    Measure("commits", "pages whose verdict takes a side", _mark_commits, "gate", "neither"),
    Measure("answers", "questions that got a page, not the short one", _mark_answers, "gate",
            "neither"),
    Measure("must_cite", "sources that must be cited and are", _mark_must_cite, "labels"),
    Measure("must_not_say", "forbidden sentences that the page carries", _mark_forbidden, "grader",
            "lower", rewords=True),
    Measure("absence_certified", "absence sentences whose certificate proves a search",
            _mark_absences, "exact"),
    Measure("stood", "drafted sentences that the check let stand", _mark_stood, "gate", "neither"),
    Measure("form_must", "rules of form that a page must keep, and does",
            _make_form_mark("MUST"), "form"),
    Measure("form_should", "rules of form that a page should keep, and does",
            _make_form_mark("SHOULD"), "form"),
    Measure("source_recall_10", "sources to cite among the first ten found",
            _make_ranking_mark(_recall_at_depth), "labels"),
    Measure("source_ndcg_10", "the same, weighted by rank",
            _make_ranking_mark(_ndcg_at_depth), "labels"),
    Measure("source_mrr", "1 / rank of the first source to cite",
            _make_ranking_mark(scores.reciprocal_rank), "labels"),
    Measure("calls", "calls of a language model, each page",
            lambda _c, o, _j: answers.count_calls(o.usage), "effort", "lower", share=False,
            unscored=UNCOUNTED),
    Measure("tokens", "tokens in and out, each page",
            lambda _c, o, _j: answers.count_tokens(o.usage), "effort", "lower", share=False,
            unscored=UNCOUNTED),
    Measure("cost", "US dollars, each page",
            lambda _c, o, _j: answers.count_cost(o.usage), "effort", "lower", share=False,
            unscored="nobody counted, or the price is not known"),
)  # fmt: skip
CLAIM_STATISTICS: Final[tuple[Statistic, ...]] = (
    Statistic("verdict_macro_f1", "mean F1 over verdicts", _verdict_pair, _macro_f1_of_pairs,
              "labels"),
    Statistic("seconds_p50", "median wall time of a page, in seconds", _wall_time,
              lambda s: answers.latency(s, 0.5), "effort", "lower", share=False),
    Statistic("seconds_p95", "95th percentile of it", _wall_time,
              lambda s: answers.latency(s, 0.95), "effort", "lower", share=False),
)  # fmt: skip


def _make_truth_mark(name: str) -> Callable[[Case, Outcome, Judge], Score | None]:
    def mark(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
        if not isinstance(case, WorldCase):
            return None
        if outcome.error:
            return Score.of((None,))
        return Score.of(None if m is None else float(m) for m in outcome.truth.get(name, ()))

    return mark


WORLD_MEASURES: Final[tuple[Measure, ...]] = tuple(
    Measure(f"truth_{name.replace(' ', '_')}", about, _make_truth_mark(name), "truth")
    for name, about in MEANING.items()
)

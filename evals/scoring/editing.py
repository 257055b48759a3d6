"""What pages are measured by as an editor would: see `evals.metrics.editing` and `record`."""

from collections.abc import Callable
from typing import Final

from evals import form
from evals.case import Case, ClaimCase
from evals.metrics import editing, record
from evals.metrics.types import Judge, Score, full_support
from evals.outcome import Outcome
from evals.scoring.pages import lacks_due_page, mark_exactly
from evals.scoring.types import Measure

Mark = Callable[[Case, Outcome, Judge], Score | None]


def _mark_pages(mark: Callable[[ClaimCase, Outcome, Judge], Score]) -> Mark:
    """A measure of the pages that are due to questions over a library."""

    def marked(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
        if not isinstance(case, ClaimCase) or lacks_due_page(case, outcome):
            return None
        return Score.of((None,)) if outcome.error else mark(case, outcome, judge)

    return marked


def _mark_facts(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    if not isinstance(case, ClaimCase) or lacks_due_page(case, outcome):
        return None
    if outcome.error:
        return Score.of(None for _ in case.facts)
    return editing.told_facts([fact.text for fact in case.facts], outcome.findings, judge)


def _mark_asides(case: ClaimCase, outcome: Outcome, judge: Judge) -> Score:
    return editing.asides(outcome.body, outcome.claim or case.question, judge)


def _mark_repeats(case: ClaimCase, outcome: Outcome, judge: Judge) -> Score:
    return editing.repeats(outcome.body, judge)


def _mark_statement_headings(case: ClaimCase, outcome: Outcome, judge: Judge) -> Score:
    """Whether a sentence of its section carries a heading that says something."""
    said: dict[str, list[str]] = {}
    for sentence in outcome.kept:
        said.setdefault(sentence.section, []).append(sentence.text)
    return Score.of(
        editing.any_holds([full_support(judge(text, heading)) for text in texts])
        for heading, texts in said.items()
        if heading and record.says_something(heading)
    )


def _mark_record(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    return _of_record(
        outcome,
        lambda: record.record_truth(
            [
                record.Told(
                    text=s.text, cites=tuple(c.id for c in s.cited), certificate=s.certificate
                )
                for s in outcome.kept
            ],
            outcome.listed,
            outcome.verdict,
        ),
    )


def _mark_headings(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    cited = [(s.section, [c.id for c in s.cited]) for s in outcome.kept]
    return _of_record(
        outcome, lambda: record.heading_truth(list(record.list_sections(cited)), outcome.listed)
    )


def _mark_follow_ups(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
    return _of_record(
        outcome,
        lambda: record.follow_up_truth(form.parse(outcome.form).follow_ups, outcome.listed),
    )


def _of_record(outcome: Outcome, mark: Callable[[], Score]) -> Score | None:
    if outcome.error:
        return Score.of((None,))
    return mark() if outcome.listed else None


EDITING_MEASURES: Final[tuple[Measure, ...]] = (
    Measure("fact_recall", "key facts that a finding of the page tells", _mark_facts, "nli"),
    Measure("asides", "findings of the body that bear on neither the claim nor its opposite",
            _mark_pages(_mark_asides), "bearing", "lower"),
    Measure("repeats", "findings of the body that say what an earlier one says",
            _mark_pages(_mark_repeats), "nli", "lower"),
    Measure("two_origins", "findings whose citations come from two origins or more",
            mark_exactly(editing.several_origins), "exact"),
    Measure("attributed", "findings that open or close with who says so",
            mark_exactly(editing.attributed), "exact", "neither"),
    Measure("record_true", "counts, dates, tiers and verdicts told of the sources that are so",
            _mark_record, "exact"),
    Measure("headings_true", 'headings "What X reported" that name what the section cites',
            _mark_headings, "exact"),
    Measure("headings_carried", "headings that say something which their section says",
            _mark_pages(_mark_statement_headings), "nli"),
    Measure("follow_ups_true", "follow-up questions that suppose what the list shows",
            _mark_follow_ups, "exact", unscored="the question supposes nothing of the list"),
)  # fmt: skip

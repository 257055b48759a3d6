"""How well pages cite: by a grader that is not the gate, and by exact facts.

Graded are the sentences that say what a source says. What the page computes from its list of
sources, what it reports absent and what it tells to watch have rules of their own, since no quote
entails them; they are read by the exact measures and by `absence`.
"""

from collections.abc import Callable
from typing import Final, Literal

from evals.case import NOT_ENOUGH, Case, ClaimCase, PageCase, WorldCase
from evals.metrics import citations, fidelity
from evals.metrics.types import Judge, Response, Score, f1
from evals.outcome import Outcome
from evals.scoring.types import Better, Measure

Graded = Callable[[Response, Judge], Score]
Exact = Callable[[Response], Score]


def unanswered(case: Case, outcome: Outcome) -> bool:
    """Whether it rightly said nothing: then how it would have cited is not asked.

    A page that is missing where the library has the answer stays in, as an empty one. A written
    page of which the check lets nothing stand is no answer of the check's.
    """
    if isinstance(case, PageCase):
        return not outcome.kept
    if isinstance(case, WorldCase):
        return outcome.abstained and all(outcome.truth.get("silent", (False,)))
    return outcome.abstained and isinstance(case, ClaimCase) and case.expected == NOT_ENOUGH


def graded(metric: Graded) -> Callable[[Case, Outcome, Judge], Score | None]:
    """A metric of the findings of a page, by the grader."""

    def mark(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
        if outcome.error:
            return Score.of((None,))
        return None if unanswered(case, outcome) else metric(outcome.findings, judge)

    return mark


def exact(metric: Exact, *, whole: bool = False) -> Callable[[Case, Outcome, Judge], Score | None]:
    """A metric that needs no judge, of the findings of a page or of the `whole` page."""

    def mark(case: Case, outcome: Outcome, judge: Judge) -> Score | None:
        if outcome.error:
            return Score.of((None,))
        if unanswered(case, outcome):
            return None
        return metric(outcome.answer if whole else outcome.findings)

    return mark


def citation_f1(response: Response, judge: Judge) -> Score:
    """Harmonic mean of strict recall and strict precision of one page."""
    recall = citations.strict_recall(response, judge).value
    return Score.of((f1(recall, citations.strict_precision(response, judge).value),))


def _share(name: Literal["partial", "none"]) -> Graded:
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
     _share("partial"), "lower"),
    ("carried_not", "findings that their citations do not carry, not even in part",
     _share("none"), "lower"),
)  # fmt: skip
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

MEASURES: Final[tuple[Measure, ...]] = (
    *(Measure(name, about, graded(m), "grader", better) for name, about, m, better in _GRADED),
    *(Measure(name, about, exact(m), "exact") for name, about, m in _EXACT),
    Measure(
        "dead_citations",
        "citations that point nowhere",
        exact(citations.dead_citation_rate, whole=True),
        "exact",
        "lower",
    ),
    Measure(
        "uncited",
        "sentences without a citation",
        exact(citations.uncited_rate, whole=True),
        "exact",
        "lower",
    ),
)

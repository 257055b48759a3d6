"""How far the readers of pages err: `python -m evals.bearing`.

Ten pages of the embedded writer were read sentence by sentence: does it bear on the claim or its
opposite, and which key facts does the page tell? See `cases/README.md`.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from agent.types import Value
from evals.judges import CachedJudge
from evals.loaders.own import CASES
from evals.loaders.rows import read_jsonl
from evals.metrics.editing import asides, told_facts
from evals.metrics.types import Response, Statement
from evals.readers import Readers
from evals.statistics import Agreement, Estimate, cohen_kappa, estimate_mean


class Reading(BaseModel, frozen=True):
    """One sentence of a page, read twice."""

    id: str
    page: str
    claim: str = Field(min_length=1)
    sentence: str = Field(min_length=1)
    first: Literal["bears", "beside"]
    second: Literal["bears", "beside"]
    held_out: bool
    """Whether the weights of the measure were chosen without its page."""


class ToldFact(BaseModel, frozen=True):
    """A key fact, and whether a page of `Reading`s tells it."""

    id: str
    page: str
    fact: str = Field(min_length=1)
    told: bool


class Accuracy(Value):
    """How a measure marks units whose right mark is known."""

    n: int
    right_share: Estimate
    """Share of units that have the mark, by the reader."""
    given_share: Estimate
    """The same by the measure."""
    precision: Estimate
    recall: Estimate


def read_readings(path: Path = CASES / "bearing.jsonl") -> list[Reading]:
    """Sentences of pages with both labels.

    Raises:
        MalformedCase: a row is none.
    """
    return [row.read(Reading) for row in read_jsonl(path)]


def read_told(path: Path = CASES / "told.jsonl") -> list[ToldFact]:
    """Key facts of the same pages.

    Raises:
        MalformedCase: a row is none.
    """
    return [row.read(ToldFact) for row in read_jsonl(path)]


def measure_agreement(rows: Sequence[Reading]) -> Agreement:
    """Of the two labels of every sentence."""
    return cohen_kappa([r.first for r in rows], [r.second for r in rows])


def measure_asides(rows: Sequence[Reading], judge: CachedJudge) -> Accuracy:
    """The measure `asides`, on sentences whose two labels agree."""
    agreed = [r for r in rows if r.first == r.second]
    pages = [(Response(statements=(Statement(text=r.sentence),)), r.claim) for r in agreed]
    for said, claim in pages:
        asides(said, claim, judge)
    judge.settle()
    given = [asides(said, claim, judge).value == 1 for said, claim in pages]
    return compare_marks([r.first == "beside" for r in agreed], given, [r.page for r in agreed])


def measure_told(
    facts: Sequence[ToldFact], rows: Sequence[Reading], judge: CachedJudge
) -> Accuracy:
    """The measure `fact_recall`, on key facts of the same pages."""
    pages = {
        page: Response(statements=tuple(Statement(text=r.sentence) for r in rows if r.page == page))
        for page in {r.page for r in rows}
    }
    for fact in facts:
        told_facts((fact.fact,), pages[fact.page], judge)
    judge.settle()
    given = [told_facts((f.fact,), pages[f.page], judge).value == 1 for f in facts]
    return compare_marks([f.told for f in facts], given, [f.page for f in facts])


def compare_marks(right: Sequence[bool], given: Sequence[bool], pages: Sequence[str]) -> Accuracy:
    """Precision and recall of marks, with pages as clusters."""
    rows = list(zip(right, given, pages, strict=True))
    return Accuracy(
        n=len(rows),
        right_share=_share([(r, p) for r, _, p in rows]),
        given_share=_share([(g, p) for _, g, p in rows]),
        precision=_share([(r, p) for r, g, p in rows if g]),
        recall=_share([(g, p) for r, g, p in rows if r]),
    )


def _share(marks: Sequence[tuple[bool, str]]) -> Estimate:
    return estimate_mean([float(m) for m, _ in marks], [p for _, p in marks])


def _format_share(name: str, found: Estimate) -> str:
    ends = f"[{found.low:.3f}, {found.high:.3f}]" if found.low is not None else "no interval"
    value = "not scored" if found.value is None else f"{found.value:.3f}"
    return f"  {name:<22}{value} {ends}, n {found.n}"


def _print_accuracy(title: str, found: Accuracy) -> None:
    print(f"{title} (n {found.n})")
    print(_format_share("share by the reader", found.right_share))
    print(_format_share("share by the measure", found.given_share))
    print(_format_share("precision", found.precision))
    print(_format_share("recall", found.recall))


def main() -> None:
    """Print agreement and errors."""
    rows, readers = read_readings(), Readers.embedded(os.cpu_count() or 1)
    agreement = measure_agreement(rows)
    print(f"Two readings of {len(rows)} sentences: kappa {agreement.kappa:.3f}, same label "
          f"{agreement.observed:.3f}.")  # fmt: skip
    held = [r for r in rows if r.held_out]
    fitted = [r for r in rows if not r.held_out]
    _print_accuracy("asides, five pages that the weights have not seen",
                    measure_asides(held, readers.bearing))  # fmt: skip
    _print_accuracy("asides, the five pages of the weights",
                    measure_asides(fitted, readers.bearing))  # fmt: skip
    _print_accuracy("fact_recall", measure_told(read_told(), rows, readers.meaning))


if __name__ == "__main__":
    main()

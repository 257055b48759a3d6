"""Verdicts on AVeriTeC's development claims: `python -m evals.averitec --data DIR`.

The pages given with the claims are one library. A claim is drafted from its own pages, which are
those of its annotators and those that a retriever found for it; `--pages all` lets the desk find
them among the pages of all claims.
"""

import argparse
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Final

from agent import bootstrap
from agent.service import Desk
from agent.settings import Settings
from agent.types import Insufficient, Question, Value, VerdictLabel
from evals.console import show_progress
from evals.errors import EvalError
from evals.metrics import answers
from evals.retrieval.corpora import (
    ADDED_ON,
    AVERITEC,
    Claim,
    fill_library,
    read_claims,
    sample_claims,
)
from evals.retrieval.table import cluster_claims
from evals.statistics import (
    Comparison,
    Estimate,
    bootstrap_clusters,
    compare_paired,
    estimate_mean,
    format_estimate,
)
from retrieval.errors import LibraryError
from retrieval.library import Library
from retrieval.types import EVERYTHING, Filters, Hit, Notice, Passage, Passages, Scope, Vectors

_NOWHERE = ("",)
"""Admits no source: an empty list of sources would admit every one."""
LABELS: Final = ("supported", "refuted", "mixed", "nei")
NO_VERDICT: Final = "nei"
"""The verdict that does not commit itself: *unproven*, or the short page."""
BOOTSTRAP_SEED: Final = 1
DEFAULT_CLAIMS: Final = 200
SAMPLE_SEED: Final = 1
PAGES: Final = {"own": "the pages given with the claim", "all": "the pages of all claims"}
NOTES: Final = """\
A page is what the set quotes of it, not the whole page. Not enough evidence
(nei) is the verdict unproven, or the short page. No page is of tier 1."""


@dataclass(frozen=True)
class ClaimLibrary:
    """The pages given with a claim, as a library; what is dated later than the claim is left out.

    Few of these pages carry a date (one that their address names). An undated one stays: the
    set's authors searched only for what was there before the claim.
    """

    library: Library
    pages: tuple[str, ...] | None
    """Source ids; None for every page of the library."""
    until: date | None

    def search(self, query: str, k: int = 8, filters: Filters = EVERYTHING) -> list[Hit]:
        return self.library.search(query, k, self._narrow(filters))

    def scan(self, filters: Filters = EVERYTHING) -> Iterator[tuple[Passages, Vectors]]:
        return self.library.scan(self._narrow(filters))

    def scope(self, filters: Filters = EVERYTHING) -> Scope:
        return self.library.scope(self._narrow(filters))

    def passages(self, source_id: str) -> list[Passage]:
        return self.library.passages(source_id)

    def digests(self, source_ids: Sequence[str]) -> dict[str, str]:
        return self.library.digests(source_ids)

    def notices(self, source_ids: Collection[str]) -> list[Notice]:
        return self.library.notices(source_ids)

    def snapshot(self, source_id: str) -> str:
        return self.library.snapshot(source_id)

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self.library.embed(texts)

    def vectors(self, passage_ids: Sequence[str]) -> Vectors:
        return self.library.vectors(passage_ids)

    def _narrow(self, filters: Filters) -> Filters:
        days = [day for day in (filters.published_to, self.until) if day]
        asked: dict[str, object] = {"published_to": min(days, default=None)}
        if self.pages is not None:
            asked["sources"] = self.pages or _NOWHERE
        return Filters(**{**dict(filters), **asked})


class Answer(Value):
    """The desk's verdict on one claim beside the right one."""

    id: str
    cluster: str
    expected: str
    given: str
    short: bool
    """There was too little to write a page."""
    seconds: float


class Report(Value):
    """What the verdicts of a run are worth."""

    pages: str
    """Which pages the library of a claim holds."""
    accuracy: Estimate
    macro_f1: Estimate
    majority: str
    majority_accuracy: Estimate
    majority_f1: float
    gain: Comparison
    """Accuracy beyond that of the majority class."""
    coverage: Estimate
    """Share of verdicts that commit themselves."""
    precision: Estimate
    """Share of those that are right."""
    exchanged: int
    """Supported given for refuted, or the other way round."""
    short: int
    seconds: float
    """Median of a draft."""
    counts: dict[str, dict[str, int]]
    """Expected, then given."""
    answers: tuple[Answer, ...]


def draft_answers(
    desk: Desk, library: Library, claims: Sequence[Claim], *, own: bool
) -> Iterator[Answer]:
    """Draft for each claim, from its own pages or from all of them."""
    for claim, cluster in zip(claims, cluster_claims(claims), strict=True):
        pages = ClaimLibrary(library, claim.pages if own else None, claim.day)
        question = Question(text=" ".join(claim.text.split()), asked_on=ADDED_ON)
        start = perf_counter()
        made = replace(desk, library=pages).draft(question)
        short = isinstance(made, Insufficient)
        label = VerdictLabel.UNPROVEN if isinstance(made, Insufficient) else made.verdict.label
        yield Answer(
            id=claim.id,
            cluster=cluster,
            expected=claim.verdict,
            given=NO_VERDICT if label is VerdictLabel.UNPROVEN else label.value,
            short=short,
            seconds=perf_counter() - start,
        )


def score_answers(found: Sequence[Answer], pages: str) -> Report:
    """Score the verdicts. The majority class is that of the claims drawn."""
    expected, given = [a.expected for a in found], [a.given for a in found]
    names = [a.cluster for a in found]
    right = [float(a.expected == a.given) for a in found]
    committed = [r if g != NO_VERDICT else None for g, r in zip(given, right, strict=True)]
    majority = max(LABELS, key=expected.count)
    constant = [float(e == majority) for e in expected]
    sides = {"supported", "refuted"}
    pairs = answers.count_verdicts(expected, given)
    seconds = sorted(a.seconds for a in found)
    return Report(
        pages=pages,
        accuracy=estimate_mean(right, names),
        macro_f1=bootstrap_clusters(_group_by_cluster(found), _macro_f1, BOOTSTRAP_SEED),
        majority=majority,
        majority_accuracy=estimate_mean(constant, names),
        majority_f1=answers.macro_f1(expected, [majority] * len(expected)) or 0.0,
        gain=compare_paired(right, constant, names, BOOTSTRAP_SEED),
        coverage=estimate_mean([float(g != NO_VERDICT) for g in given], names),
        precision=estimate_mean(committed, names),
        exchanged=sum(n for pair, n in pairs.items() if set(pair) == sides),
        short=sum(a.short for a in found),
        seconds=seconds[len(seconds) // 2],
        counts={e: {g: pairs[e, g] for g in LABELS} for e in LABELS},
        answers=tuple(found),
    )


def _group_by_cluster(found: Sequence[Answer]) -> list[list[Answer]]:
    groups: dict[str, list[Answer]] = {}
    for answer in found:
        groups.setdefault(answer.cluster, []).append(answer)
    return list(groups.values())


def _macro_f1(found: list[Answer]) -> float | None:
    return answers.macro_f1([a.expected for a in found], [a.given for a in found])


def main() -> int:
    """Print the report; with `--out`, keep it as JSON."""
    options = _parse_arguments()
    try:
        with tempfile.TemporaryDirectory(prefix="verdict-averitec-") as folder:
            found = run_claims(
                options.data, options.library or Path(folder), options.claims, options.pages
            )
    except (EvalError, LibraryError) as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(format_report(found)))
    if options.out:
        options.out.write_text(f"{found.model_dump_json(indent=2)}\n", "utf-8")
    return 0


def run_claims(data: Path, directory: Path, most: int, pages: str) -> Report:
    """Build the library in `directory`, or go on with the one there, and draft for every claim.

    The embedded parts draft, whatever model the settings of this user name.

    Args:
        data: folder that has `claims/`.
        directory: of the library.
        most: claims drawn; 0 for all.
        pages: a key of `PAGES`.
    """
    none = dict.fromkeys(("base_url", "api_key", "embedding_base_url", "chroma_url"))
    settings = Settings.model_validate(none)
    fill_library(directory, data, [AVERITEC], bootstrap.build_embedder(settings), show_progress)
    drawn = sample_claims(read_claims(data, AVERITEC), most, SAMPLE_SEED)
    found = []
    with bootstrap.open_library(settings, directory) as library:
        desk = bootstrap.build_desk(settings, library)
        for answer in draft_answers(desk, library, drawn, own=pages == "own"):
            found.append(answer)
            show_progress(len(found), len(drawn), "drafted")
    return score_answers(found, PAGES[pages])


def format_report(found: Report) -> list[str]:
    """The report for a terminal of 80 columns."""
    gain = found.gain.difference
    lines = [
        f"AVeriTeC, development claims, from {found.pages}: {len(found.answers)} claims",
        NOTES,
        "",
        f"{'':<28}{'the desk':<26}always {found.majority}",
        f"{'accuracy':<28}{format_estimate(found.accuracy):<26}{format_estimate(found.majority_accuracy)}",
        f"{'macro-F1':<28}{format_estimate(found.macro_f1):<26}{found.majority_f1:.3f}",
        f"{'accuracy beyond it':<28}{format_estimate(gain, '+'):<26}p = {found.gain.p_value:.4f}",
        f"{'verdicts that commit':<28}{format_estimate(found.coverage)}",
        f"{'those that are right':<28}{format_estimate(found.precision)}  n = {found.precision.n}",
        f"{'supported and refuted exchanged':<33}{found.exchanged}",
        f"{'short pages':<33}{found.short}",
        f"{'median seconds of a draft':<33}{found.seconds:.2f}",
        "",
        f"{'expected':<12}" + "".join(f"{label:>11}" for label in LABELS) + "  given",
    ]
    counted = ((label, (found.counts[label][g] for g in LABELS)) for label in LABELS)
    return lines + [f"{label:<12}" + "".join(f"{n:>11}" for n in row) for label, row in counted]


def _parse_arguments() -> argparse.Namespace:
    about = (__doc__ or "").split("\n", 1)[0]
    parser = argparse.ArgumentParser(prog="python -m evals.averitec", description=about)
    parser.add_argument("--data", type=Path, required=True, help="folder that has claims/")
    parser.add_argument(
        "--claims",
        type=int,
        default=DEFAULT_CLAIMS,
        help=f"how many (default {DEFAULT_CLAIMS}); 0 for all",
    )
    parser.add_argument("--pages", choices=tuple(PAGES), default="own", help="what a claim sees")
    parser.add_argument("--library", type=Path, help="folder of the pages, kept for the next run")
    parser.add_argument("--out", type=Path, help="write a JSON file")
    options = parser.parse_args()
    if options.claims < 0:
        parser.error("--claims is at least 0")
    return options


if __name__ == "__main__":
    raise SystemExit(main())

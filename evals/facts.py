"""One-fact claims about a library: `python -m evals.facts [--claims FILE] [--library DIR]`.

A claim that the notes state, or state otherwise, is answered right where the verdict, or a plain
"X says so" below it, is on that side. An open one is answered right where no side is taken.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from pydantic import BaseModel

from agent import bootstrap
from agent.settings import Settings
from agent.statements import RecordStatements
from agent.store import DraftStore
from agent.types import Insufficient, Page, Question, Stance, VerdictLabel
from evals.errors import EvalError
from evals.loaders.own import CASES
from evals.loaders.rows import read_jsonl
from evals.statistics import estimate_mean, format_estimate
from retrieval.errors import LibraryError

Side = Literal["for", "against", "both", "open"]
SIDES: Final[tuple[Side, ...]] = ("for", "against", "both", "open")
OF_VERDICT: Final[dict[VerdictLabel, Side]] = {
    VerdictLabel.SUPPORTED: "for",
    VerdictLabel.REFUTED: "against",
    VerdictLabel.MIXED: "both",
}


class Fact(BaseModel, extra="ignore"):
    """A claim and what the notes make of it.

    Attributes:
        truth: "for" where they state it, "against" where they state otherwise, else "open".
    """

    id: str
    claim: str
    truth: Literal["for", "against", "open"]


class FactAnswer(BaseModel, frozen=True):
    """What the desk made of a claim.

    Attributes:
        side: of the verdict, or of who says so below it.
        committed: whether a verdict was given.
    """

    fact: Fact
    side: Side
    committed: bool

    @property
    def right(self) -> bool:
        return self.side == self.fact.truth

    @property
    def opposite(self) -> bool:
        return {self.side, self.fact.truth} == {"for", "against"}


def read_side(made: Page | Insufficient) -> tuple[Side, bool]:
    """The side that an answer takes, and whether it is a verdict."""
    if isinstance(made, Insufficient) or not made.claim.gets_verdict:
        return "open", False
    verdict = made.verdict
    if verdict.label in OF_VERDICT:
        return OF_VERDICT[verdict.label], True
    if not RecordStatements.of(made.claim, made.evidence, made.sections, verdict).told():
        return "open", False
    sides = {s.stance for s in verdict.stances if s.counts} or {s.stance for s in verdict.stances}
    if sides == {Stance.FOR}:
        return "for", False
    return ("against" if sides == {Stance.AGAINST} else "both"), False


def draft_facts(facts: Sequence[Fact], library: Path | None) -> list[FactAnswer]:
    """Draft for each claim with the embedded parts."""
    none = dict.fromkeys(("base_url", "api_key", "embedding_base_url", "chroma_url"))
    settings = Settings.model_validate(none)
    found = []
    with TemporaryDirectory() as apart, bootstrap.open_library(settings, library) as opened:
        desk = bootstrap.build_desk(settings, opened, DraftStore.beside(Path(apart)))
        for fact in facts:
            side, committed = read_side(
                desk.draft(Question(text=fact.claim, asked_on=bootstrap.today()))
            )
            found.append(FactAnswer(fact=fact, side=side, committed=committed))
    return found


def format_report(found: Sequence[FactAnswer]) -> list[str]:
    """The report for a terminal of 80 columns."""
    settled = [a for a in found if a.fact.truth != "open"]
    open_ = [a for a in found if a.fact.truth == "open"]
    committed = [a for a in found if a.committed]
    counts: Counter[tuple[Side, Side]] = Counter((a.fact.truth, a.side) for a in found)
    lines = [
        f"{len(found)} one-fact claims",
        f"{'settled by the notes, answered right':<44}{_format_share([a.right for a in settled])}",
        f"{'settled by the notes, the opposite answered':<44}{sum(a.opposite for a in settled)}",
        f"{'left open by the notes, left open':<44}{_format_share([a.right for a in open_])}",
        f"{'verdicts that commit':<44}{_format_share([a.committed for a in found])}",
        f"{'those that are right':<44}{_format_share([a.right for a in committed])}",
        "",
        f"{'by the notes':<14}" + "".join(f"{side:>9}" for side in SIDES),
    ]
    truths: tuple[Side, ...] = ("for", "against", "open")
    return lines + [
        f"{truth:<14}" + "".join(f"{counts[truth, side]:>9}" for side in SIDES) for truth in truths
    ]


def _format_share(marks: Sequence[bool]) -> str:
    """Count and share with its interval, each claim a cluster of its own."""
    if not marks:
        return "-"
    found = estimate_mean([float(m) for m in marks], [str(n) for n in range(len(marks))])
    return f"{sum(marks)} of {len(marks)}  {format_estimate(found)}"


def main() -> int:
    """Print the report; with `--misses` also what went wrong."""
    parser = argparse.ArgumentParser(prog="python -m evals.facts", description=__doc__)
    parser.add_argument("--claims", type=Path, default=CASES / "facts.jsonl")
    parser.add_argument("--library", type=Path, help="default: the demonstration library")
    parser.add_argument("--misses", action="store_true", help="print each claim that went wrong")
    options = parser.parse_args()
    try:
        facts = [row.read(Fact) for row in read_jsonl(options.claims)]
        found = draft_facts(facts, options.library)
    except (EvalError, LibraryError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(format_report(found)))
    if options.misses:
        for one in (a for a in found if not a.right):
            print(f"{one.fact.id} {one.fact.truth} -> {one.side}: {one.fact.claim}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

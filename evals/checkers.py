"""What each check of the embedded verifier earns: one table, each switched off in turn.

A hand-written rule stays only while it earns a point of balanced accuracy on one of two frozen
sets: `near` (sentences near their notes, which some rules were written for) and labelled rows of
your own, for example freely reworded ones that no rule has seen.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel

from agent import bootstrap, checks
from agent.settings import Settings
from agent.types import ClaimEvidence, Support
from agent.verification.embedded import EmbeddedJudge
from evals.case import PairCase
from evals.errors import MalformedCase
from evals.loaders import own


class Earning(BaseModel, frozen=True, extra="forbid"):
    """A set with one check switched off, or with none ("none") or all ("all") of them.

    Attributes:
        balanced: balanced accuracy, in percent.
        rejected: supported rows that are rejected, in percent.
        accepted: other rows that are accepted, in percent.
        n: rows.
    """

    off: str
    part: str
    n: int
    balanced: float
    rejected: float
    accepted: float


def measure_earnings(rows: Path | None) -> list[Earning]:
    """Judge the frozen sets once and work the table out.

    Args:
        rows: labelled rows `{"id", "claim", "evidence", "label"}`, plain or gzipped.
    """
    parts: dict[str, list[PairCase]] = {"near": list(own.read_sentences("near"))}
    if rows is not None:
        parts[f"rows {rows.name.split('.')[0]}"] = list(own.read_pairs(rows))
    for part, cases in parts.items():
        if len({case.label is Support.SUPPORTED for case in cases}) < 2:
            raise MalformedCase(
                f"{part} holds rows of one kind only.", "Give supported ones and others."
            )
    model = bootstrap.build_nli_model(Settings().threads)
    names = [check.name for check in checks.check("", ())]
    return [
        _measure_earning(part, off, cases, EmbeddedJudge(model, ignored=ignored))
        for off, ignored in (("none", ()), ("all", names), *((name, (name,)) for name in names))
        for part, cases in parts.items()
    ]


def format_table(table: Iterable[Earning]) -> str:
    """The table as lines; the change is what balanced accuracy loses without the check."""
    rows = list(table)
    base = {row.part: row.balanced for row in rows if row.off == "none"}
    head = f"{'switched off':<14} {'set':<14} {'n':>5} {'balanced':>9} {'earns':>6} "
    lines = [f"{head}{'false rejected':>15} {'false accepted':>15}"]
    lines += [
        f"{row.off:<14} {row.part:<14} {row.n:>5} {row.balanced:>9.1f} "
        f"{base[row.part] - row.balanced:>+6.1f} {row.rejected:>15.1f} {row.accepted:>15.1f}"
        for row in rows
    ]
    return "\n".join(lines)


def _measure_earning(
    part: str, off: str, cases: Sequence[PairCase], judging: EmbeddedJudge
) -> Earning:
    pairs = [ClaimEvidence(claim=case.claim, evidence=case.evidence) for case in cases]
    stands = [verification.accepted for verification in judging.verify(pairs)]
    supported = [case.label is Support.SUPPORTED for case in cases]
    true = [stood for stood, right in zip(stands, supported, strict=True) if right]
    false = [stood for stood, right in zip(stands, supported, strict=True) if not right]
    rejected = 100 * (1 - sum(true) / len(true))
    accepted = 100 * sum(false) / len(false)
    return Earning(
        off=off,
        part=part,
        n=len(cases),
        balanced=round(100 - (rejected + accepted) / 2, 2),
        rejected=round(rejected, 2),
        accepted=round(accepted, 2),
    )

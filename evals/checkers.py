"""What each check of the embedded verifier earns: one table, each switched off in turn.

A hand-written rule stays only while it earns a point of balanced accuracy on one of two frozen
sets: `near` (sentences near their notes, which some rules were written for) and labelled rows of
your own, for example freely reworded ones that no rule has seen.
"""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from agent import bootstrap
from agent.settings import Settings
from agent.types import Check, Outcome, Pair, Support
from agent.verifiers.embedded import EmbeddedVerifier
from evals.case import PairCase
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


class _Judged(NamedTuple):
    supported: bool
    carried: bool
    """Whether the judge alone would let it stand, with its clauses."""
    violated: frozenset[str]


def earnings(rows: Path | None) -> list[Earning]:
    """Judge the frozen sets once and work the table out.

    Args:
        rows: labelled rows `{"id", "claim", "evidence", "label"}`, plain or gzipped.
    """
    parts: dict[str, list[PairCase]] = {"near": list(own.sentences("near"))}
    if rows is not None:
        parts[rows.name.split(".")[0]] = list(own.pairs(rows))
    judging = EmbeddedVerifier(bootstrap.entailment(Settings().threads), veto=False)
    judged = {part: _judged(cases, judging) for part, cases in parts.items()}
    names = sorted({name for rows_ in judged.values() for row in rows_ for name in row.violated})
    return [
        _earning(part, off, rows_, names)
        for off in ("none", "all", *names)
        for part, rows_ in judged.items()
    ]


def told(table: Iterable[Earning]) -> str:
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


def _judged(cases: Sequence[PairCase], judging: EmbeddedVerifier) -> list[_Judged]:
    rulings = judging.judge([Pair(claim=case.claim, evidence=case.evidence) for case in cases])
    return [
        _Judged(
            supported=case.label is Support.SUPPORTED,
            carried=ruling.stands,
            violated=_violated(ruling.checks),
        )
        for case, ruling in zip(cases, rulings, strict=True)
    ]


def _violated(checks: Iterable[Check]) -> frozenset[str]:
    return frozenset(check.name for check in checks if check.outcome is Outcome.VIOLATED)


def _earning(part: str, off: str, rows: Sequence[_Judged], names: Collection[str]) -> Earning:
    ignored = set(names) if off == "all" else {off}
    stands = [(row.supported, row.carried and not row.violated - ignored) for row in rows]
    true = [stood for supported, stood in stands if supported]
    false = [stood for supported, stood in stands if not supported]
    rejected = 100 * (1 - sum(true) / len(true))
    accepted = 100 * sum(false) / len(false)
    return Earning(
        off=off,
        part=part,
        n=len(rows),
        balanced=round(100 - (rejected + accepted) / 2, 2),
        rejected=round(rejected, 2),
        accepted=round(accepted, 2),
    )

"""Rulings of another checker, or of an earlier one: rows as `verdict judge` writes them."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, Field

from agent.types import Support
from evals.case import Case, PairCase
from evals.loaders.own import once
from evals.loaders.rows import jsonl
from evals.metrics.types import Cited
from evals.outcome import Outcome, Spoken


class _Ruling(BaseModel):
    id: str | int
    support: Support
    score: float | None = Field(default=None, ge=0, le=1)


class Rulings:
    """Looks a ruling up by the id of the case, with or without its part."""

    def __init__(self, path: Path) -> None:
        """Read all rows.

        Raises:
            MalformedCase: no such file, a row is no ruling, or an id is given twice.
        """
        seen: set[str] = set()
        self._rows: dict[str, _Ruling] = {}
        for row in jsonl(path):
            found = row.read(_Ruling)
            once(f"rulings/{found.id}", seen, row)
            self._rows[str(found.id)] = found

    def answer(self, cases: Sequence[Case]) -> list[Outcome]:
        return [self._one(case) for case in cases]

    def _one(self, case: Case) -> Outcome:
        verification = self._rows.get(case.id) or self._rows.get(case.id.split("/", 1)[1])
        if verification is None or not isinstance(case, PairCase):
            return Outcome(case=case.id, error="there is no ruling for this case")
        cited = tuple(
            Cited(id=str(n), title=e.title or "", text=e.text)
            for n, e in enumerate(case.evidence, 1)
        )
        said = Spoken(
            text=case.claim,
            cited=cited,
            kept=verification.support is Support.SUPPORTED,
            support=verification.support,
            score=verification.score,
        )
        return Outcome(case=case.id, sentences=(said,))

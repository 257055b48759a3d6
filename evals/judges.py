"""Who decides whether words carry a sentence, where nobody wrote the answer down.

Never the verifier that let the sentence stand: a second grader, trained apart from it; or a
language model; or people, whose labels are imported. How far they agree is part of the report.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal, Protocol

from pydantic import BaseModel, Field

from agent.types import Extract, Pair, Support
from evals.journal import Journal
from evals.loaders.rows import jsonl

GRADER: Final = "evals.grader"
BATCH: Final = 64
"""Pairs graded between two writes to the disk."""

Graded = Callable[[int, int, str], None]


class Grader(Protocol):
    """A model of support that is not the gate's."""

    @property
    def name(self) -> str: ...

    @property
    def threshold(self) -> float:
        """Score from which a pair counts as supported."""

    def supports(self, pairs: Sequence[Pair]) -> list[float]:
        """P(supported) of each pair, in [0, 1]."""


class Label(BaseModel, frozen=True, extra="ignore"):
    """What a person decided about one sentence of one case."""

    case: str
    sentence: str = Field(min_length=1)
    label: Literal[Support.SUPPORTED, Support.PARTIAL, Support.UNSUPPORTED, Support.CONTRADICTED]


class Bench:
    """A judge for metrics: what it is asked is collected, graded in batches, and kept.

    Until `settle` has run, a question it does not know is `UNCHECKED`; without a grader all are.
    """

    def __init__(self, grader: Grader | None, journal: Journal | None = None) -> None:
        self._grader, self._journal = grader, journal
        self._name = grader.name if grader else ""
        rows = journal.rows if journal else []
        self._scores: dict[str, float] = {row["key"]: row["score"] for row in rows}
        self._asked: dict[str, tuple[str, str]] = {}

    @property
    def name(self) -> str | None:
        """Name of the grader; None where there is none."""
        return self._grader.name if self._grader else None

    def __call__(self, premise: str, hypothesis: str) -> Support:
        score = self.score(premise, hypothesis)
        if score is None or self._grader is None:
            return Support.UNCHECKED
        carried = score >= self._grader.threshold
        return Support.SUPPORTED if carried else Support.UNSUPPORTED

    def score(self, premise: str, hypothesis: str) -> float | None:
        """What the grader says, or None where it has not been asked yet."""
        key = _key(self._name, premise, hypothesis)
        if key not in self._scores and self._grader is not None:
            self._asked[key] = premise, hypothesis
        return self._scores.get(key)

    @property
    def lacks(self) -> bool:
        """Whether something was asked that is not graded yet."""
        return bool(self._asked)

    def settle(self, progress: Graded = lambda _done, _total, _name: None) -> None:
        """Grade what was asked and is not known."""
        asked, self._asked = list(self._asked.items()), {}
        if self._grader is None:
            return
        for start in range(0, len(asked), BATCH):
            self._grade(self._grader, asked[start : start + BATCH])
            progress(min(start + BATCH, len(asked)), len(asked), "")

    def _grade(self, grader: Grader, asked: Sequence[tuple[str, tuple[str, str]]]) -> None:
        pairs = [
            Pair(claim=hypothesis, evidence=(Extract(text=premise),))
            for _, (premise, hypothesis) in asked
        ]
        scores = grader.supports(pairs)
        new = {key: float(score) for (key, _), score in zip(asked, scores, strict=True)}
        if self._journal is not None:
            self._journal.append({"key": key, "score": score} for key, score in new.items())
        self._scores |= new


def find_grader() -> Grader | None:
    """The second grader of this installation; None where there is none."""
    if find_spec(GRADER) is None:
        return None
    grader: Grader = import_module(GRADER).load_grader()
    return grader


def labels(path: Path) -> dict[tuple[str, str], Support]:
    """Labels of people: rows `{"case", "sentence", "label"}`, by case and sentence.

    Raises:
        MalformedCase: a row is no label, or a sentence of a case is labelled twice.
    """
    found: dict[tuple[str, str], Support] = {}
    for row in jsonl(path):
        label = row.read(Label)
        if (label.case, label.sentence) in found:
            raise row.fault("this sentence of this case has a label already")
        found[label.case, label.sentence] = label.label
    return found


def agreed(support: Support | None) -> str | None:
    """Support as two judges are compared by: carried or not; None where nobody decided."""
    if support is None or support is Support.UNCHECKED:
        return None
    return "supported" if support is Support.SUPPORTED else "not supported"


def joined(words: Iterable[str]) -> str:
    """Evidence as one premise, the way the metrics join it."""
    return "\n".join(words)


def _key(grader: str, premise: str, hypothesis: str) -> str:
    return hashlib.sha256(f"{grader}\0{premise}\0{hypothesis}".encode()).hexdigest()[:24]

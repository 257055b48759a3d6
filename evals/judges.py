"""Who decides whether words carry a sentence, where nobody wrote the answer down.

Never the verifier that let the sentence stand: a second grader, trained apart from it; or a
language model; or people, whose labels are imported. How far they agree is part of the report.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, Literal, Protocol

from pydantic import BaseModel, Field

from agent.settings import Settings
from agent.types import ClaimEvidence, EvidenceSpan, Support
from evals.grader import chat, load_grader
from evals.journal import Journal
from evals.loaders.rows import jsonl

SECOND: Final = "second"
MODEL: Final = "model"
NOBODY: Final = "none"
GRADERS: Final = (SECOND, MODEL, NOBODY)
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

    @property
    def partial(self) -> float | None:
        """Score from which a pair counts as partly supported; None where it cannot tell that."""

    @property
    def tells_rewording(self) -> bool:
        """Whether it knows a sentence again in other words: else it is not asked for key facts."""

    def supports(self, pairs: Sequence[ClaimEvidence]) -> Sequence[float | None]:
        """P(supported) of each pair, in [0, 1]; None where it gives no answer."""


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
        self._scores: dict[str, float | None] = {row["key"]: row["score"] for row in rows}
        self._asked: dict[str, tuple[str, str]] = {}

    @property
    def name(self) -> str | None:
        """Name of the grader; None where there is none."""
        return self._grader.name if self._grader else None

    def __call__(self, premise: str, hypothesis: str) -> Support:
        score = self.score(premise, hypothesis)
        if score is None or self._grader is None:
            return Support.UNCHECKED
        if score >= self._grader.threshold:
            return Support.SUPPORTED
        partly = self._grader.partial
        return Support.PARTIAL if partly and score >= partly else Support.UNSUPPORTED

    def score(self, premise: str, hypothesis: str) -> float | None:
        """What the grader says; None where it has not been asked yet, or gave no answer."""
        key = _key(self._name, premise, hypothesis)
        if key not in self._scores and self._grader is not None:
            self._asked[key] = premise, hypothesis
        return self._scores.get(key)

    def reworded(self, premise: str, hypothesis: str) -> Support:
        """The same, of a sentence that nobody wrote with these words before them."""
        able = self._grader is not None and self._grader.tells_rewording
        return self(premise, hypothesis) if able else Support.UNCHECKED

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
            ClaimEvidence(claim=hypothesis, evidence=(EvidenceSpan(text=premise),))
            for _, (premise, hypothesis) in asked
        ]
        scores = grader.supports(pairs)
        new = {key: score for (key, _), score in zip(asked, scores, strict=True)}
        if self._journal is not None:
            given = {key: score for key, score in new.items() if score is not None}
            self._journal.append({"key": key, "score": score} for key, score in given.items())
        self._scores |= new


class Remembered:
    """A grader of which only the judgements are at hand: what it did not judge stays open."""

    tells_rewording = True

    def __init__(self, name: str, threshold: float, partial: float | None) -> None:
        self.name, self.threshold, self.partial = name, threshold, partial

    def supports(self, pairs: Sequence[ClaimEvidence]) -> list[None]:
        return [None for _ in pairs]


def find_grader(kind: str) -> Grader | None:
    """A grader by its name on the command line, or by the name that a run was graded under.

    Raises:
        EvalError: its weights are damaged, or no language model is configured.
    """
    if kind == NOBODY:
        return None
    if kind == MODEL:
        return chat.configured(Settings())
    if kind.startswith(chat.PREFIX):
        return Remembered(kind, chat.ChatGrader.threshold, chat.ChatGrader.partial)
    return load_grader()


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

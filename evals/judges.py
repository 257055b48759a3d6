"""Who decides whether words carry a sentence, where nobody wrote the answer down.

Never the verifier that let the sentence stand: a second grader, trained apart from it; or a
language model; or people, whose labels are imported. How far they agree is part of the report.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, Literal, Protocol

from pydantic import BaseModel, Field

from agent.llm.errors import AnswerMalformed
from agent.ports import Chat
from agent.settings import Settings
from agent.types import ClaimEvidence, EvidenceSpan, Support
from agent.verification.model import ask_rulings, fingerprint
from evals.archive import Journal
from evals.console import Progress
from evals.errors import EvalError
from evals.grader import load_grader
from evals.loaders.rows import read_jsonl
from retrieval.tokens import split_into_requests

CHAT_PREFIX: Final = "model "
PAIRS_A_QUESTION: Final = 12
"""Pairs of one question."""
EVIDENCE_ROOM: Final = 24_000
"""Characters of evidence in one question; a longer pair is asked about alone."""
CHAT_SCORES: Final = {"supported": 1.0, "partial": 0.5, "contradicted": 0.0, "unsupported": 0.0}

Account = Callable[[], AbstractContextManager[object]]
MODEL: Final = "model"
NOBODY: Final = "none"
BATCH: Final = 64
"""Pairs graded between two writes to the disk."""


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
        """Whether it knows a sentence again in other words: else key facts are for another."""

    def supports(self, pairs: Sequence[ClaimEvidence]) -> Sequence[float | None]:
        """P(supported) of each pair, in [0, 1]; None where it gives no answer."""


class CachedJudge:
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
        key = _judgement_key(self._name, premise, hypothesis)
        if key not in self._scores and self._grader is not None:
            self._asked[key] = premise, hypothesis
        return self._scores.get(key)

    @property
    def tells_rewording(self) -> bool:
        """Whether it knows a sentence that nobody wrote with these words before them."""
        return self._grader is not None and self._grader.tells_rewording

    @property
    def silence(self) -> str:
        """Why it leaves a question open."""
        return "the judge gave no answer" if self._grader else "no judge was asked"

    @property
    def has_questions(self) -> bool:
        """Whether something was asked that is not graded yet."""
        return bool(self._asked)

    def settle(self, progress: Progress = lambda _done, _total, _name: None) -> None:
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


class ChatGrader:
    """See `evals.judges.Grader`. A pair to which the model gave no answer has None."""

    threshold = CHAT_SCORES["supported"]
    partial = CHAT_SCORES["partial"]
    tells_rewording = True

    def __init__(self, chat: Chat, model: str, account: Account) -> None:
        """Take a model.

        Args:
            chat: the model.
            model: its name, which its judgements are kept by.
            account: opens what one question is accounted on.
        """
        self.name = f"{CHAT_PREFIX}{model} ({fingerprint()})"
        self._chat, self._account = chat, account

    def supports(self, pairs: Sequence[ClaimEvidence]) -> list[float | None]:
        """1 for full support, 0.5 for part of it, 0 for none.

        Raises:
            ChatError: the model cannot be reached or refuses; what was graded before is kept.
        """
        found: dict[int, float] = {}
        for asked in split_into_requests(
            [_pair_size(pair) for pair in pairs], PAIRS_A_QUESTION, EVIDENCE_ROOM
        ):
            found |= self._ask(pairs, asked)
            if left := [n for n in asked if n not in found]:
                found |= self._ask(pairs, left)
        return [found.get(n) for n in range(len(pairs))]

    def _ask(self, pairs: Sequence[ClaimEvidence], numbers: Sequence[int]) -> dict[int, float]:
        try:
            with self._account():
                rulings = ask_rulings(self._chat, {n: pairs[n] for n in numbers})
        except AnswerMalformed:
            return {}
        return {n: CHAT_SCORES[ruling.support] for n, ruling in rulings.items()}


class RecordedGrader:
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
        return build_chat_grader(Settings())
    if kind.startswith(CHAT_PREFIX):
        return RecordedGrader(kind, ChatGrader.threshold, ChatGrader.partial)
    return load_grader()


def build_chat_grader(settings: Settings) -> ChatGrader:
    """The model of the settings as a grader.

    Raises:
        EvalError: none is configured, or it is the one that already judged what it would grade.
    """
    from agent import bootstrap  # noqa: PLC0415 - heavy

    if not settings.uses_model:
        raise EvalError(
            "There is no language model to grade with.",
            "Set VERDICT_BASE_URL or VERDICT_API_KEY, or give --grader second.",
        )
    if settings.judge_model in {None, settings.model}:
        raise EvalError(
            "The configured model judges what the gate accepts: it cannot grade it too.",
            "Name another one in VERDICT_JUDGE_MODEL, or give --grader second.",
        )
    budget = bootstrap.build_budget(settings)
    return ChatGrader(bootstrap.build_chat(settings, budget), settings.model, budget.open)


class Label(BaseModel, frozen=True, extra="ignore"):
    """What a person decided about one sentence of one case."""

    case: str
    sentence: str = Field(min_length=1)
    label: Literal[Support.SUPPORTED, Support.PARTIAL, Support.UNSUPPORTED, Support.CONTRADICTED]


def read_labels(path: Path) -> dict[tuple[str, str], Support]:
    """Labels of people: rows `{"case", "sentence", "label"}`, by case and sentence.

    Raises:
        MalformedCase: a row is no label, or a sentence of a case is labelled twice.
    """
    found: dict[tuple[str, str], Support] = {}
    for row in read_jsonl(path):
        label = row.read(Label)
        if (label.case, label.sentence) in found:
            raise row.fault("this sentence of this case has a label already")
        found[label.case, label.sentence] = label.label
    return found


def binary_label(support: Support | None) -> str | None:
    """Support as two judges are compared by: carried or not; None where nobody decided."""
    if support is None or support is Support.UNCHECKED:
        return None
    return "supported" if support is Support.SUPPORTED else "not supported"


def join_evidence(words: Iterable[str]) -> str:
    """Evidence as one premise, the way the metrics join it."""
    return "\n".join(words)


def _pair_size(pair: ClaimEvidence) -> int:
    return len(pair.claim) + sum(len(e.text) for e in pair.evidence)


def _judgement_key(grader: str, premise: str, hypothesis: str) -> str:
    return hashlib.sha256(f"{grader}\0{premise}\0{hypothesis}".encode()).hexdigest()[:24]

"""A language model as the grader of support, over the configured endpoint."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Final

from agent.llm.errors import AnswerMalformed
from agent.ports import Chat
from agent.settings import Settings
from agent.types import ClaimEvidence
from agent.verification.model import ask_opinions, fingerprint
from evals.errors import EvalError
from retrieval.grouping import groups

PREFIX: Final = "model "
AT_ONCE: Final = 12
"""Pairs of one question."""
ROOM: Final = 24_000
"""Characters of evidence in one question; a longer pair is asked about alone."""
SCORES: Final = {"full": 1.0, "part": 0.5, "none": 0.0}

Account = Callable[[], AbstractContextManager[object]]


class ChatGrader:
    """See `evals.judges.Grader`. A pair to which the model gave no answer has None."""

    threshold = SCORES["full"]
    partial = SCORES["part"]
    tells_rewording = True

    def __init__(self, chat: Chat, model: str, account: Account) -> None:
        """Take a model.

        Args:
            chat: the model.
            model: its name, which its judgements are kept by.
            account: opens what one question is accounted on.
        """
        self.name = f"{PREFIX}{model} ({fingerprint()})"
        self._chat, self._account = chat, account

    def supports(self, pairs: Sequence[ClaimEvidence]) -> list[float | None]:
        """1 for full support, 0.5 for part of it, 0 for none.

        Raises:
            ChatError: the model cannot be reached or refuses; what was graded before is kept.
        """
        found: dict[int, float] = {}
        for asked in groups([_size(pair) for pair in pairs], AT_ONCE, ROOM):
            found |= self._ask(pairs, asked)
            if left := [n for n in asked if n not in found]:
                found |= self._ask(pairs, left)
        return [found.get(n) for n in range(len(pairs))]

    def _ask(self, pairs: Sequence[ClaimEvidence], numbers: Sequence[int]) -> dict[int, float]:
        try:
            with self._account():
                opinions = ask_opinions(self._chat, {n: pairs[n] for n in numbers})
        except AnswerMalformed:
            return {}
        return {n: SCORES[opinion.support] for n, opinion in opinions.items()}


def configured(settings: Settings) -> ChatGrader:
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
    if settings.second_opinion:
        raise EvalError(
            "The configured model gives the gate its second opinion: it cannot grade it too.",
            "Unset VERDICT_SECOND_OPINION, or give --grader second.",
        )
    budget = bootstrap.build_budget(settings)
    return ChatGrader(bootstrap.build_chat(settings, budget), settings.model, budget.open)


def _size(pair: ClaimEvidence) -> int:
    return len(pair.claim) + sum(len(e.text) for e in pair.evidence)

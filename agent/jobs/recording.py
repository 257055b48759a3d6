"""Each model call of a job is a recorded step, so that no call is paid twice."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from agent.llm import budget
from agent.ports import Chat, Step
from agent.types import Insufficient, Page, Question, Value
from prompts import Request

Draft = Callable[[Question, Step], Page | Insufficient]
"""`Desk.draft`, or what stands in for it."""


@dataclass(frozen=True)
class Drafting:
    """The two halves of a job; between them what was drafted is recorded."""

    draft: Draft
    """Keeps nothing. Called from several threads."""
    keep: Callable[[Page], object]
    """Keeps a page; the same page twice is one."""
    stands: Callable[[Page | Insufficient], bool] = lambda _: True
    """Whether a draft may be given out now: its sources are there as it read them."""


A = TypeVar("A", bound=BaseModel)

SUMS: Final = (
    *("calls", "input_tokens", "cached_tokens", "output_tokens", "uncounted"),
    *("cost", "seconds"),
)
SETS: Final = ("models", "prompts", "notes")


class Answered(Value):
    """One answer of a model, and what it added to the account of the draft."""

    request: str
    """Digest of everything that was sent."""
    answer: dict[str, Any]
    spent: dict[str, float]
    said: dict[str, dict[str, str | None]]
    """Models, prompts and notes that the account had from it on."""
    priced: bool


class Tape:
    """The answers of one job: those of earlier attempts, and where new ones are kept.

    Args:
        earlier: What was recorded before, in order.
        keep: Stores one more, durably, before it is used.
    """

    def __init__(self, earlier: Iterable[Answered], keep: Callable[[Answered], None]) -> None:
        self._keep = keep
        self._found: dict[str, deque[Answered]] = {}
        self._uncharged: list[Answered] = []
        for answered in earlier:
            self._found.setdefault(answered.request, deque()).append(answered)
            self._uncharged.append(answered)

    def ask(self, chat: Chat, request: Request, answer: type[A]) -> A:
        """The recorded answer to this very request, else a new one, recorded."""
        account = budget.current()
        while self._uncharged:  # what the job has cost already counts, whether used again or not
            _charge(account, self._uncharged.pop())
        digest = _digest(request, answer)
        if held := self._found.get(digest):
            return answer.model_validate(held.popleft().answer)
        before = {name: getattr(account, name) for name in SUMS}
        made = chat.ask(request, answer)
        self._keep(
            Answered(
                request=digest,
                answer=made.model_dump(mode="json"),
                spent={name: getattr(account, name) - before[name] for name in SUMS},
                said={name: dict(getattr(account, name)) for name in SETS},
                priced=account.priced,
            )
        )
        return made


_tape: ContextVar[Tape] = ContextVar("tape")


@contextmanager
def recording(tape: Tape) -> Iterator[None]:
    """Every `RecordedChat` that is asked inside the block, in this thread, uses this tape."""
    token = _tape.set(tape)
    try:
        yield
    finally:
        _tape.reset(token)


class RecordedChat:
    """A chat that remembers its answers where a tape runs, and only asks where none does."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    def ask(self, request: Request, answer: type[A]) -> A:
        tape = _tape.get(None)
        return (
            self._chat.ask(request, answer)
            if tape is None
            else tape.ask(self._chat, request, answer)
        )


def _charge(account: budget.Account, answered: Answered) -> None:
    for name, amount in answered.spent.items():
        setattr(account, name, getattr(account, name) + type(getattr(account, name))(amount))
    for name, said in answered.said.items():
        getattr(account, name).update(said)
    account.priced &= answered.priced


def _digest(request: Request, answer: type[BaseModel]) -> str:
    sent = (request.prompt, request.fingerprint, request.instructions, request.text)
    return hashlib.sha256("\0".join((*sent, answer.__name__)).encode()).hexdigest()

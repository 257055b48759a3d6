"""Patience around a call: retries, deadline, budget, fallback models, one repair of the form."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from agent import budget
from agent.budget import Budget, Used
from agent.chat.breaker import Breaker
from agent.chat.errors import AnswerMalformed, BudgetSpent, ChatError, DeadlinePassed
from agent.chat.replies import Reply
from agent.chat.weighing import used, weight
from agent.chat.wire import Call, Wire
from agent.types import EMBEDDED
from prompts import Request, parse

A = TypeVar("A", bound=BaseModel)
Messages = tuple[tuple[str, str], ...]

ATTEMPTS: Final = 4
"""Of one call to one model; there is no other layer of retries."""
SHOWN: Final = 4_000
"""Characters of a malformed answer that are shown to the model again."""
TOLD: Final = 2_000
"""Bytes between two signs of life."""
LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long, and how much, is waited for."""

    output_tokens: int = 12_000
    """The most that a model may write in one answer."""
    call_seconds: float = 120.0
    """Of one call, within the time limit of the draft."""
    sleep: Callable[[float], None] = time.sleep
    """Waits between attempts."""


class EndpointChat:
    """Asks the first model that answers.

    Args:
        wire: Where calls go.
        models: In order of preference.
        budget: Reserves and settles each call.
        patience: Limits of one call.
    """

    def __init__(
        self,
        wire: Wire,
        models: Sequence[str],
        budget: Budget,
        patience: Patience = Patience(),
    ) -> None:
        self._wire, self._budget, self._patience = wire, budget, patience
        self._breakers: Mapping[str, Breaker] = {model: Breaker(model) for model in models}

    def ask(self, request: Request, answer: type[A]) -> A:
        """Ask for a value of the type `answer`; call it inside `Budget.open`.

        Raises:
            ChatError: of the last model asked; of the first where no other may be asked.
        """
        account = budget.current()
        account.prompts[request.prompt] = request.fingerprint
        messages = (("system", request.instructions), ("user", request.text))
        began, failed = time.monotonic(), ""
        models = list(self._breakers)
        try:
            for model in models:
                if failed:
                    account.note(f"{failed} The model {model} was asked instead.")
                try:
                    return self._formed(model, messages, answer)
                except (BudgetSpent, DeadlinePassed):
                    raise
                except ChatError as error:
                    if model == models[-1]:
                        raise
                    failed = str(error.args[0])
            raise ValueError("no model is named")
        finally:
            account.seconds += time.monotonic() - began

    def _formed(self, model: str, messages: Messages, answer: type[A]) -> A:
        """Ask; where the answer has another form, ask once more and say what was wrong."""
        text = self._patiently(model, messages, answer).text
        try:
            return parse(text, answer)
        except ValidationError as error:
            complaint = _complaint(error)
        again = (*messages, ("assistant", text[:SHOWN]), ("user", complaint))
        text = self._patiently(model, again, answer).text
        try:
            return parse(text, answer)
        except ValidationError as error:
            self._breakers[model].failed()
            message = f"The model {model!r} answered twice in another form than was asked for."
            raise AnswerMalformed(message) from error

    def _patiently(self, model: str, messages: Messages, answer: type[BaseModel]) -> Reply:
        """Make the call, again while the failure may pass and time is left."""
        attempts = Retrying(
            retry=retry_if_exception(lambda e: isinstance(e, ChatError) and e.retryable),
            stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(budget.current().remaining()),
            wait=_wait,
            before_sleep=_log,
            sleep=self._patience.sleep,
            reraise=True,
        )
        schema = answer.model_json_schema()
        call = Call(model, messages, answer.__name__, schema, self._patience.output_tokens)
        return attempts(self._once, call)

    def _once(self, call: Call) -> Reply:
        account, breaker = budget.current(), self._breakers[call.model]
        seconds = min(self._patience.call_seconds, account.remaining())
        if seconds <= 0:
            raise DeadlinePassed("The time for the model is over.")
        breaker.admit()
        sent = weight(call)
        reserved = self._budget.reserve(call.model, sent, call.output_tokens)
        account.calls += 1
        try:
            reply = self._wire.send(call, seconds, _told(account.on_step))
        except ChatError as error:
            breaker.failed()
            written = min(len(error.received) // 4, call.output_tokens)  # it may be megabytes
            took = Used(sent, 0, written) if error.billed else Used(0, 0, 0)
            self._budget.settle(reserved, call.model, took)
            raise
        breaker.succeeded()
        self._budget.settle(reserved, call.model, used(reply, sent, call))
        _named(account, call.model, reply.model)
        return reply


def _named(account: budget.Account, asked: str, answered: str) -> None:
    """Record who answered; say so where it is not who was asked, or a dated version of it."""
    name = "".join(c for c in answered if c.isprintable())[:80] or asked
    account.models[f"“{name}”" if name == EMBEDDED else name] = None
    if not name.startswith(asked) and not asked.endswith(name):
        account.note(f"The model {asked} was asked; the endpoint says that {name} answered.")


def _complaint(error: ValidationError) -> str:
    faults = [
        f"{'.'.join(map(str, fault['loc'])) or 'answer'}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_input=False)[:6]
    ]
    return (
        "That is not the JSON object that was asked for. Answer again with that one object and "
        f"nothing around it. What was wrong: {'; '.join(faults)}"
    )


def _told(on_step: Callable[[str], None]) -> Callable[[int], None]:
    """Pass signs of life on, but not each of them."""
    last = 0

    def progress(received: int) -> None:
        nonlocal last
        if received - last >= TOLD:
            last = received
            on_step(f"The model is writing ({received // 1000:,} kB)")

    return progress


def _wait(state: RetryCallState) -> float:
    """Wait as long as the endpoint says, else longer each time and never in step with others."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, ChatError) else None
    return wait_random_exponential(multiplier=0.5, max=8)(state) if asked is None else asked


def _log(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    LOG.info(
        "attempt %d failed, another in %.1f s: %s",
        state.attempt_number,
        state.upcoming_sleep,
        error,
    )

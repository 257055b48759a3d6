"""A patient client of a chain of models: retries, a circuit breaker, a budget."""

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
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

from agent.llm import budget
from agent.llm.budget import Budget, Used
from agent.llm.dialect import Call
from agent.llm.errors import (
    AnswerMalformed,
    BudgetSpent,
    ChatError,
    CircuitOpen,
    DeadlinePassed,
)
from agent.llm.replies import Reply
from agent.llm.wire import Wire
from agent.types import EMBEDDED
from prompts import Request, parse
from retrieval import tokens

FAILURES: Final = 5
"""Failed calls in a row that open the circuit."""
REST: Final = 30.0
"""Seconds for which an open circuit refuses; then one call probes."""


class Breaker:
    """For one model; shared by the threads of a process."""

    def __init__(self, model: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._model, self._clock = model, clock
        self._failures, self._opened = 0, 0.0
        self._lock = threading.Lock()

    def admit(self) -> None:
        """Let a call through.

        Raises:
            CircuitOpen: the model is resting.
        """
        with self._lock:
            if self._failures < FAILURES:
                return
            if self._clock() - self._opened < REST:
                raise CircuitOpen(f"The model {self._model!r} failed {self._failures} times.")
            self._opened = self._clock()  # this call is the probe; the others go on waiting

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._opened = self._clock()


FRAMING: Final = 4
"""Tokens that a message takes beside its text (OpenAI cookbook, "How to count tokens")."""
TRUSTED: Final = 10
"""Times our own count that an endpoint's may be: a token of ours has some four bytes, another
tokenizer's may have one."""
HIDDEN: Final = 10_000
"""Tokens that a provider may put before a prompt and count."""


def weight(call: Call) -> int:
    """Tokens that a call sends; an estimate for models whose tokenizer is not known."""
    texts = (*(text for _, text in call.messages), json.dumps(call.schema))
    return sum(tokens.count(text, call.model) + FRAMING for text in texts)


def used(reply: Reply, sent: int, call: Call) -> Used:
    """What the endpoint counted, where that can be; else what we count.

    Every model reads and writes something; a token that it writes is at least a byte of the
    answer, or one of the thoughts that are not shown.

    Args:
        reply: What came back.
        sent: Tokens of the call, by `weight`.
        call: What was asked.
    """
    said, size = reply.counts, len(reply.text.encode("utf-8", "surrogatepass"))
    read = _believed(said.input_tokens, TRUSTED * sent + HIDDEN)
    written = _believed(said.output_tokens, size + 2 * call.output_tokens)
    return Used(
        sent if read is None else read,
        0 if read is None else min(said.cached_tokens, read),
        tokens.count(reply.text, call.model) if written is None else written,
        counted=read is not None and written is not None,
    )


def _believed(said: int | None, most: int) -> int | None:
    return said if said is not None and 0 < said <= most else None


A = TypeVar("A", bound=BaseModel)

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
        began, failed = time.monotonic(), ""
        models = list(self._breakers)
        try:
            for model in models:
                if failed:
                    account.note(f"{failed} The model {model} was asked instead.")
                try:
                    return self._formed(model, request, answer)
                except (BudgetSpent, DeadlinePassed):
                    raise
                except ChatError as error:
                    if model == models[-1]:
                        raise
                    failed = str(error.args[0])
            raise ValueError("no model is named")
        finally:
            account.seconds += time.monotonic() - began

    def _formed(self, model: str, request: Request, answer: type[A]) -> A:
        """Ask; where the answer has another form, ask once more and say what was wrong."""
        call = Call(
            model=model,
            messages=(("system", request.instructions), ("user", request.text)),
            form=answer.__name__,
            schema=answer.model_json_schema(),
            output_tokens=self._patience.output_tokens,
            temperature=request.temperature,
        )
        text = self._patiently(call).text
        try:
            return parse(text, answer)
        except ValidationError as error:
            complaint = _complaint(error)
        turns = (("assistant", text[:SHOWN]), ("user", complaint))
        text = self._patiently(replace(call, messages=(*call.messages, *turns))).text
        try:
            return parse(text, answer)
        except ValidationError as error:
            self._breakers[model].failed()
            message = f"The model {model!r} answered twice in another form than was asked for."
            raise AnswerMalformed(message) from error

    def _patiently(self, call: Call) -> Reply:
        """Make the call, again while the failure may pass and time is left."""
        attempts = Retrying(
            retry=retry_if_exception(lambda e: isinstance(e, ChatError) and e.retryable),
            stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(budget.current().remaining()),
            wait=_wait,
            before_sleep=_log,
            sleep=self._patience.sleep,
            reraise=True,
        )
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
        _named(account, call.model, reply.model, expected=not self._wire.names_deployments)
        return reply


def _named(account: budget.Account, asked: str, answered: str, *, expected: bool) -> None:
    """Record who answered; say so where it is not who was `expected`, or a dated version of it."""
    name = "".join(c for c in answered if c.isprintable())[:80] or asked
    account.models[f"“{name}”" if name == EMBEDDED else name] = None
    if expected and not name.startswith(asked) and not asked.endswith(name):
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

"""What can go wrong with a language model. Every message says what happened and what to do next."""

from typing import ClassVar


class ChatError(Exception):
    """Base of all failures of a model call."""

    retryable: ClassVar[bool] = False
    """The same call may succeed a little later."""
    misconfigured: ClassVar[bool] = False
    """It fails the same way until a person changes a setting: drafting stops and says so."""
    billed: ClassVar[bool] = False
    """The provider may charge for the call."""
    advice: ClassVar[str] = ""

    def __init__(self, message: str, retry_after: float | None = None, received: str = "") -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds that the service asked us to wait, where it said so."""
        self.received = received
        """What had arrived of the answer, for the count of tokens."""

    def __str__(self) -> str:
        return f"{self.args[0]} {self.advice}".strip()


class ServiceBusy(ChatError):
    """429: too many requests."""

    retryable = True
    advice = "Wait, or raise the limit of requests with the provider."


class QuotaSpent(ChatError):
    """429 with `insufficient_quota`: waiting does not help."""

    advice = "Add credit with the provider, or name another endpoint."


class ServiceFault(ChatError):
    """A status of 500 and above, 408 or 409, or an error inside an answer."""

    retryable = True
    advice = "The service has a fault of its own: try again later."


class ConnectionBroken(ServiceFault):
    """The connection ended before the answer did; the provider may have written it all the same."""

    billed = True


class ServiceUnreachable(ChatError):
    """Nobody listens at the address."""

    retryable = True
    advice = "Check VERDICT_BASE_URL and that the server is running."


class CallTimedOut(ChatError):
    """One call took longer than it may."""

    retryable = True
    billed = True
    advice = "Try again, or allow more time (VERDICT_CALL_SECONDS)."


class DeadlinePassed(ChatError):
    """The draft's time for the model is over; the call was not made."""

    advice = "Try again, or allow more time (VERDICT_MODEL_SECONDS)."


class KeyRefused(ChatError):
    """401 or 403."""

    misconfigured = True
    advice = "Check VERDICT_API_KEY and what the key may use."


class ModelMissing(ChatError):
    """404: the endpoint does not know the model, or the address is wrong."""

    misconfigured = True
    advice = "Check VERDICT_MODEL and that VERDICT_BASE_URL ends as the server wants (often /v1)."


class RequestRefused(ChatError):
    """Any other status of 300 to 499."""

    misconfigured = True
    advice = "Check VERDICT_MODEL, VERDICT_API (chat or responses) and what the server supports."


class ContextTooLong(ChatError):
    """400: the prompt does not fit the model's window."""

    advice = "Set VERDICT_CONTEXT_WINDOW to the window of the model."


class AnswerUnreadable(ChatError):
    """The body is not what the interface says: broken JSON, a web page, an error inside a 200."""

    retryable = True
    billed = True
    advice = "Check that the address serves the interface named by VERDICT_API."


class AnswerEmpty(ChatError):
    """No choice, or a choice without text."""

    retryable = True
    billed = True
    advice = "Try again, or name another model."


class StreamCut(ChatError):
    """A stream ended without saying why it ended: what arrived may be half of the answer."""

    retryable = True
    billed = True
    advice = "Try again, or switch streaming off (VERDICT_STREAM=false)."


class AnswerCut(ChatError):
    """The answer reached the limit of output tokens."""

    billed = True
    advice = "Allow longer answers (VERDICT_OUTPUT_TOKENS), or name another model."


class AnswerEndless(ChatError):
    """The answer is longer than any page needs, and was not read to its end."""

    billed = True
    advice = "Name another model."


class AnswerFiltered(ChatError):
    """The provider's content filter stopped the question or the answer."""

    billed = True
    advice = "Name another model, or draft without one."


class AnswerDeclined(ChatError):
    """The model refused to answer."""

    billed = True
    advice = "Name another model, or draft without one."


class AnswerMalformed(ChatError):
    """The answer does not have the form that was asked for, and did not after a second request."""

    billed = True
    advice = "Name a model, or a server, that keeps to a JSON schema."


class CircuitOpen(ChatError):
    """The model failed several times in a row and is left alone for a while."""

    advice = "Wait half a minute, or name a fallback model (VERDICT_FALLBACK_MODELS)."


class BudgetSpent(ChatError):
    """The call could cost more than is left for this draft or for today; it was not made."""

    advice = "Raise the limit (VERDICT_DRAFT_TOKENS, VERDICT_DRAFT_COST, VERDICT_DAY_TOKENS, VERDICT_DAY_COST)."  # noqa: E501


class SpendingUnwritable(ChatError):
    """What calls cost cannot be written down: the limits of the day could not be held."""

    advice = "Free space, check the rights of the file, or name another one (VERDICT_SPENDING)."

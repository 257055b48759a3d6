"""Embeddings from any OpenAI-compatible endpoint: OpenAI, Azure, vLLM, Ollama, llama.cpp."""

import re
import time
from collections.abc import Iterator, Sequence
from email.utils import mktime_tz, parsedate_tz

import numpy as np
import numpy.typing as npt
import openai
from pydantic import BaseModel, ValidationError
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from retrieval import tokens
from retrieval.errors import EmbeddingFailed, without_secrets
from retrieval.types import Vectors

MAX_INPUTS = 256
MAX_TOKENS = 8191
"""Of one text. OpenAI refuses more than 8,192; longer texts are cut (see `tokens.truncate`)."""
MAX_BYTES = 300_000
"""Of one request. OpenAI refuses more than 300,000 tokens, and no token is shorter than a byte."""
ATTEMPTS = 6
RETRYABLE = frozenset({408, 409, 429})
"""Statuses that may pass by themselves; so may any of 500 and above."""
NO_KEY = "none"
"""The client insists on a key; servers that want none ignore it."""


class EndpointEmbedder:
    """Embeds over the network, with one layer of retries and one time limit per request.

    A blank text is sent as one space, since endpoints refuse an empty string. A text beyond
    8,191 tokens (counted as the model's own tokenizer does where tiktoken knows it, else as o200k)
    is cut there; servers with a shorter window cut further or refuse with advice.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        model: str,
        dimension: int | None = None,
        timeout: float = 60.0,
    ) -> None:
        """Take the endpoint at `base_url`, which ends in `/v1` or what the server has for it.

        Args:
            base_url: Address without `/embeddings`.
            api_key: None where the server wants none.
            model: Name that the endpoint knows the model by.
            dimension: Asked of models that shorten their vectors; None for the model's own.
            timeout: Seconds that a request of at most 256 texts may take, retries included.
        """
        self._base_url = base_url
        self._model = model
        self._asked_dimension = dimension
        self._dimension = dimension
        self._timeout = timeout
        self._client = openai.OpenAI(base_url=base_url, api_key=api_key or NO_KEY, max_retries=0)
        # The client takes these from the environment; they are not for whoever runs this endpoint.
        self._client.organization = self._client.project = None

    @property
    def id(self) -> str:
        """The model and, where one was asked for, its dimension; the address may change."""
        return (
            self._model
            if self._asked_dimension is None
            else f"{self._model}/{self._asked_dimension}"
        )

    @property
    def dimension(self) -> int:
        """Where none was asked for, the first answer tells; one short text is sent for it.

        Raises:
            EmbeddingFailed: as for `embed`.
        """
        return self._dimension or self.embed(["dimension"]).shape[1]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts`; shape (len(texts), dimension), float32, unit length.

        Raises:
            EmbeddingFailed: the endpoint refused, stayed silent, or answered out of shape.
        """
        blocks = [self._request(batch) for batch in _split(texts, self._model)]
        if not blocks:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.concatenate(blocks)

    def _request(self, batch: Sequence[str]) -> Vectors:
        """Send one batch, again while the failure may pass and time is left."""
        until = time.monotonic() + self._timeout
        attempts = Retrying(
            retry=retry_if_exception(_is_retryable),
            stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(self._timeout),
            wait=_seconds_to_wait,
            reraise=True,
        )
        try:
            content = attempts(lambda: self._send(batch, until - time.monotonic()))
        except openai.APIError as error:
            raise self._failure_error(error) from error
        return self._read_vectors(content, len(batch))

    def _send(self, batch: Sequence[str], seconds: float) -> bytes:
        response = self._client.embeddings.with_raw_response.create(
            input=list(batch),
            model=self._model,
            encoding_format="float",
            dimensions=openai.omit if self._asked_dimension is None else self._asked_dimension,
            timeout=max(seconds, 0.001),
        )
        return response.content

    def _read_vectors(self, content: bytes, expected: int) -> Vectors:
        """Check shape and values of an answer; bring its rows into the order of the texts."""
        try:
            rows = _Answer.model_validate_json(content).data
        except ValidationError as error:
            raise self._answer_error("is not a list of embeddings") from error
        if sorted(row.index for row in rows) != list(range(expected)):
            raise self._answer_error(f"does not hold one embedding for each of {expected} texts")
        ordered = [row.embedding for row in sorted(rows, key=lambda row: row.index)]
        lengths = {len(vector) for vector in ordered}
        wanted = self._dimension or len(ordered[0])
        if lengths != {wanted}:
            raise self._answer_error(f"has {sorted(lengths)} dimensions where {wanted} were due")
        vectors: npt.NDArray[np.float64] = np.array(ordered, dtype=np.float64)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(norms).all() or not norms.all():
            raise self._answer_error("holds a vector that is not finite or is zero")
        self._dimension = wanted
        return np.asarray(vectors / norms, dtype=np.float32)

    def _failure_error(self, error: openai.APIError) -> EmbeddingFailed:
        where = f"The embedding endpoint {without_secrets(self._base_url)}"
        if isinstance(error, openai.APIStatusError):
            message = f"{where} answered {error.status_code} for the model {self._model!r}."
            return EmbeddingFailed(message, _advice(error.status_code))
        if isinstance(error, openai.APITimeoutError):
            message = f"{where} did not answer within {self._timeout:g} seconds."
            return EmbeddingFailed(message, "Try again, or allow a longer time-out.")
        return EmbeddingFailed(
            f"{where} cannot be reached.", "Check the address and that the server is running."
        )

    def _answer_error(self, what: str) -> EmbeddingFailed:
        where = without_secrets(self._base_url)
        return EmbeddingFailed(
            f"The answer of {where} for the model {self._model!r} {what}.",
            "Check that the address serves /embeddings and that the model is an embedding model.",
        )


class _Row(BaseModel, frozen=True):
    index: int
    embedding: tuple[float, ...]


class _Answer(BaseModel, frozen=True):
    data: tuple[_Row, ...]


def _split(texts: Sequence[str], model: str) -> Iterator[list[str]]:
    # Half characters, which an argument of a shell may hold, cannot be sent.
    readable = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
    pieces = [tokens.truncate(t, MAX_TOKENS, model) if t.strip() else " " for t in readable]
    sizes = [len(piece.encode("utf-8")) for piece in pieces]
    for group in tokens.split_into_requests(sizes, MAX_INPUTS, MAX_BYTES):
        yield [pieces[n] for n in group]


def _is_retryable(error: BaseException) -> bool:
    if isinstance(error, openai.APIStatusError):
        return error.status_code in RETRYABLE or error.status_code >= 500
    return isinstance(error, openai.APIConnectionError) and not isinstance(
        error,
        openai.APITimeoutError,  # a time-out has used up the time there was
    )


def _seconds_to_wait(state: RetryCallState) -> float:
    """Wait as long as the endpoint says, else longer each time and never in step with others."""
    asked = _retry_after(state.outcome.exception() if state.outcome else None)
    return wait_random_exponential(multiplier=0.5, max=8)(state) if asked is None else asked


def _retry_after(error: BaseException | None) -> float | None:
    """Seconds asked for by Retry-After (RFC 9110, 10.2.3): a number of them, or a date."""
    if not isinstance(error, openai.APIStatusError):
        return None
    value = error.response.headers.get("retry-after", "")
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    try:
        when = parsedate_tz(value)
        return None if when is None else max(mktime_tz(when) - time.time(), 0.0)
    except (ValueError, OverflowError):  # such as February 31: as good as no header
        return None


def _advice(status: int) -> str:
    if status in {401, 403}:
        return "Check the key for the embedding endpoint and what it may use."
    if status == 404:
        return "Check the address (it usually ends in /v1) and the name of the model."
    if status == 429:
        return "Wait, or raise the limit of requests or the budget with the provider."
    if status >= 500:
        return "The service has a fault of its own: try again later."
    return "Check the name of the model, its dimension and the length of the texts."

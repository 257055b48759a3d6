"""One call of a model over the network: the only file that knows the SDK.

The SDK's own retries are off (see `agent.llm.client` for ours) and its parsing is not used:
compatible servers answer 200 with anything. The whole call has one time limit, however slowly the
bytes arrive, and one limit of size.
"""

import asyncio
import logging
import re
import ssl
import threading
import time
from collections.abc import Callable, Coroutine
from email.utils import mktime_tz, parsedate_tz
from functools import cache
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import httpx2
import openai

from agent.llm import dialect, replies
from agent.llm.dialect import MEMORY, STEPS, Api, Call
from agent.llm.errors import (
    AnswerEndless,
    AnswerFiltered,
    AnswerMalformed,
    CallTimedOut,
    ChatError,
    ConnectionBroken,
    ContextTooLong,
    KeyRefused,
    ModelMissing,
    QuotaSpent,
    RequestRefused,
    ServiceBusy,
    ServiceFault,
    ServiceUnreachable,
)
from agent.llm.replies import Reply
from retrieval.errors import without_secrets

Progress = Callable[[int], None]
_T = TypeVar("_T")
_starting = threading.Lock()

LOG: Final = logging.getLogger(__name__)

MAX_BYTES: Final = 4_000_000
"""Of one answer: a streamed token takes about 300 bytes, and no page needs 10,000 of them."""
NO_KEY: Final = "none"
"""The client insists on a key; servers that want none ignore it."""
PASSING: Final = frozenset({408, 409})
TOO_LONG: Final = re.compile(
    r"context[ _](?:length|window|size)|too many (?:input )?tokens", re.IGNORECASE
)
FILTERED: Final = re.compile(r"content[_ ](?:filter|management|policy)", re.IGNORECASE)
"""A refusal to read the question (Azure: `content_filter`)."""
MISFORMED: Final = "json_validate_failed"
"""A service that holds the model to its schema, and could not (Groq)."""
QUOTED: Final = 2_000
"""Characters of a refusal that are looked at; some quote the whole request after their reason."""
BYTE_ORDER: Final = b"\xef\xbb\xbf"
LINE_END: Final = re.compile(r"\r\n|\r|\n")
"""Of server-sent events; other separators may stand inside the text."""


class Wire:
    """An endpoint, asked in Chat Completions or in Responses.

    Args:
        base_url: Its address. What stands behind a `?` goes along with every call.
        api_key: Its key, where it wants one.
        api: The interface.
        stream: Let answers arrive piece by piece.
        azure: The `api-version` of an Azure resource. `base_url` is then the address of the
            resource, and the model of a call the name of a deployment there.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        api: Api = "chat",
        *,
        stream: bool = True,
        azure: str | None = None,
    ) -> None:
        self._address, self._api, self._stream = base_url, api, stream
        self._where = f"The model endpoint {without_secrets(base_url)}"
        self._key = api_key
        self.names_deployments = azure is not None
        """What a call names as its model is a name that the user chose."""
        self._client = _client(base_url, api_key or NO_KEY, azure)
        # The client takes these from the environment; they are not for whoever runs this endpoint.
        self._client.organization = self._client.project = None

    def send(self, call: Call, seconds: float, progress: Progress = lambda _: None) -> Reply:
        """Make one call and wait for its end.

        Args:
            call: What is asked.
            seconds: Time limit for the whole of it.
            progress: Told now and then how many bytes have arrived.

        Raises:
            ChatError: one of its kinds, for everything that can go wrong.
        """
        try:
            return _wait_for(self._within(call, seconds, progress))
        except ChatError as error:
            error.args = (self._masked(error.args[0]), *error.args[1:])
            raise

    def _masked(self, said: str) -> str:
        """What an endpoint says of a call, without the key: some repeat it."""
        return said.replace(self._key, "[the key]") if self._key else said

    async def _within(self, call: Call, seconds: float, progress: Progress) -> Reply:
        body = bytearray()
        try:
            async with asyncio.timeout(max(seconds, 0.001)):
                streamed = await self._converse(call, seconds, body, progress)
        except TimeoutError as error:
            message = f"{self._where} was not done after {seconds:.1f} seconds."
            raise CallTimedOut(message, received=body.decode(errors="replace")) from error
        except openai.APIStatusError as error:
            raise self._refused(call, error) from error
        except openai.APITimeoutError as error:
            raise CallTimedOut(f"{self._where} was silent for {seconds:.1f} seconds.") from error
        except openai.APIConnectionError as error:
            if isinstance(error.__cause__, httpx2.ConnectError):
                raise ServiceUnreachable(f"{self._where} cannot be reached.") from error
            raise ConnectionBroken(f"{self._where} broke the connection.") from error
        except httpx2.HTTPError as error:
            message = f"{self._where} broke off in the middle of its answer."
            raise ConnectionBroken(message, received=body.decode(errors="replace")) from error
        return self._reply(bytes(body), streamed=streamed)

    async def _converse(
        self, call: Call, seconds: float, body: bytearray, progress: Progress
    ) -> bool:
        """Fill `body`, put more simply where the endpoint refuses a form; tell whether it streams.

        What is refused is refused before a token is read: this is still the one call.
        """
        place = (self._address, self._api, call.model)
        refused = MEMORY.recall(*place).refused
        while True:
            parameters = dialect.write(call, self._api, refused, stream=self._stream)
            used = dialect.list_features(parameters)
            try:
                streamed = await self._receive(parameters, seconds, body, progress)
            except openai.APIStatusError as error:
                name = _name_refused(error, used)
                if name is None or name in refused:
                    raise
                LOG.info("%s refuses %s: %s", self._where, name, STEPS[name])
                refused = MEMORY.refuse(*place, name)
            else:
                MEMORY.accept(*place, used)
                return streamed

    async def _receive(
        self, parameters: dict[str, Any], seconds: float, body: bytearray, progress: Progress
    ) -> bool:
        """Fill `body`; tell whether the server streams."""
        # The overloads of the SDK do not take a dictionary of parameters.
        resource: Any = (
            self._client.chat.completions if self._api == "chat" else self._client.responses
        )
        create = resource.with_streaming_response.create
        async with create(**parameters, timeout=max(seconds, 0.001)) as answer:
            async for block in answer.iter_bytes():
                body += block
                progress(len(body))
                if len(body) > MAX_BYTES:
                    message = f"{self._where} sent more than {MAX_BYTES:,} bytes."
                    raise AnswerEndless(message, received=body.decode(errors="replace"))
            return "text/event-stream" in answer.headers.get("content-type", "")

    def _reply(self, body: bytes, *, streamed: bool) -> Reply:
        # A server that was asked for a stream may answer whole, whatever it calls it.
        body = body.removeprefix(BYTE_ORDER).lstrip()
        if not streamed or body.startswith(b"{"):
            value = replies.loads(body)
            return replies.completion(value) if self._api == "chat" else replies.response(value)
        lines = LINE_END.split(body.decode("utf-8", "replace"))
        values = (replies.loads(data) for data in replies.events(lines))
        if self._api == "chat":
            return replies.streamed_completion(values, ended=replies.says_done(lines))
        return replies.streamed_response(values)

    def _refused(self, call: Call, error: openai.APIStatusError) -> ChatError:
        status, said = error.status_code, _quote(error)
        message = f"{self._where} answered {status} for the model {call.model!r}."
        if status == 429:
            quota = "insufficient_quota" in said
            return (QuotaSpent if quota else ServiceBusy)(message, _retry_after(error))
        if status >= 500 or status in PASSING:
            return ServiceFault(message, _retry_after(error))
        if status in {401, 403}:
            return KeyRefused(message)
        if status == 404:
            return ModelMissing(message)
        if about := _judge_content(status, said):
            return about(message)
        reason = error.message.partition(" - ")[2] or said
        return RequestRefused(f"{message} It said: {reason[:200]!r}.")


def _client(base_url: str, api_key: str, azure: str | None) -> openai.AsyncOpenAI:
    address, _, query = base_url.partition("?")
    address = address.rstrip("/")
    transport = openai.DefaultAsyncHttpxClient(follow_redirects=False, verify=_trust())
    if azure is not None:
        return openai.AsyncAzureOpenAI(
            azure_endpoint=address.removesuffix("/openai"),
            api_version=azure,
            api_key=api_key,
            max_retries=0,
            http_client=transport,
        )
    return openai.AsyncOpenAI(
        base_url=address,
        api_key=api_key,
        max_retries=0,
        default_query=dict(parse_qsl(query)),
        http_client=transport,
    )


def _quote(error: openai.APIStatusError) -> str:
    """What the endpoint said, in whichever of the many forms; the SDK reads only its own."""
    return error.response.text.strip()[:QUOTED]


def _judge_content(status: int, said: str) -> type[ChatError] | None:
    """The error of a request that was refused for what it says, not for its form."""
    if status in {400, 413, 422} and TOO_LONG.search(said):
        return ContextTooLong
    if status in {400, 422} and FILTERED.search(said):
        return AnswerFiltered
    return AnswerMalformed if status in {400, 422} and MISFORMED in said else None


def _name_refused(error: openai.APIStatusError, used: frozenset[str]) -> str | None:
    """The feature of a call that an answer of 400 or 422 is about, else None."""
    said = _quote(error)
    if error.status_code not in {400, 422} or _judge_content(error.status_code, said):
        return None
    return dialect.find_refused(used, str(error.param or ""), said)


def _retry_after(error: openai.APIStatusError) -> float | None:
    """Seconds asked for by Retry-After (RFC 9110, 10.2.3): a number of them, or a date."""
    value = error.response.headers.get("retry-after", "")
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    try:
        when = parsedate_tz(value)
        return None if when is None else max(mktime_tz(when) - time.time(), 0.0)
    except (ValueError, OverflowError):  # such as February 31: as good as no header
        return None


def _wait_for(work: Coroutine[Any, Any, _T]) -> _T:
    """Run `work` on the loop of all calls, from any thread, and wait for it."""
    future = asyncio.run_coroutine_threadsafe(work, _loop())
    try:
        return future.result()
    except BaseException:
        future.cancel()  # Ctrl-C: the call must not go on behind the back of who stopped it
        raise


def _loop() -> asyncio.AbstractEventLoop:
    """One loop in a thread of its own: only asyncio can cut off a server that drips bytes."""
    with _starting:
        return _started()


@cache
def _trust() -> ssl.SSLContext:
    """The certificates of the system, read once: that takes longer than all else of a client."""
    return httpx2.create_ssl_context()


@cache
def _started() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="model-calls", daemon=True).start()
    return loop

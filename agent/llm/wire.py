"""One call of a model over the network: the only file that knows the SDK.

The SDK's own retries are off (see `agent.llm.client` for ours) and its parsing is not used:
compatible servers answer 200 with anything. The whole call has one time limit, however slowly the
bytes arrive, and one limit of size.
"""

import asyncio
import re
import ssl
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from email.utils import mktime_tz, parsedate_tz
from functools import cache
from typing import Any, Final, Literal, TypeVar

import httpx2
import openai

from agent.llm import replies
from agent.llm.errors import (
    AnswerEndless,
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
from agent.llm.replies import Json, Reply

Api = Literal["chat", "responses"]
Progress = Callable[[int], None]
_T = TypeVar("_T")
_starting = threading.Lock()

MAX_BYTES: Final = 4_000_000
"""Of one answer: a streamed token takes about 300 bytes, and no page needs 10,000 of them."""
NO_KEY: Final = "none"
"""The client insists on a key; servers that want none ignore it."""
PASSING: Final = frozenset({408, 409})
TOO_LONG: Final = re.compile(
    r"context[ _](?:length|window|size)|too many (?:input )?tokens", re.IGNORECASE
)
LINE_END: Final = re.compile(r"\r\n|\r|\n")
"""Of server-sent events; other separators may stand inside the text."""


@dataclass(frozen=True)
class Call:
    """What is asked: messages in order (role, text), and the form that the answer must have."""

    model: str
    messages: tuple[tuple[str, str], ...]
    form: str
    """Name of the answer type."""
    schema: Json
    output_tokens: int
    """The most that the model may write."""


class Wire:
    """An endpoint at `base_url`, asked in Chat Completions or in Responses."""

    def __init__(
        self, base_url: str, api_key: str | None, api: Api = "chat", *, stream: bool = True
    ) -> None:
        self._api, self._stream = api, stream
        self._where = f"The model endpoint {base_url}"
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key or NO_KEY,
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False, verify=_trust()),
        )
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
        return _wait_for(self._within(call, seconds, progress))

    async def _within(self, call: Call, seconds: float, progress: Progress) -> Reply:
        body = bytearray()
        try:
            async with asyncio.timeout(max(seconds, 0.001)):
                streamed = await self._receive(call, seconds, body, progress)
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

    async def _receive(
        self, call: Call, seconds: float, body: bytearray, progress: Progress
    ) -> bool:
        """Fill `body`; tell whether the server streams."""
        # The overloads of the SDK do not take a dictionary of parameters.
        resource: Any = (
            self._client.chat.completions if self._api == "chat" else self._client.responses
        )
        parameters = self._chat(call) if self._api == "chat" else self._responses(call)
        create = resource.with_streaming_response.create
        async with create(**parameters, timeout=max(seconds, 0.001)) as answer:
            async for block in answer.iter_bytes():
                body += block
                progress(len(body))
                if len(body) > MAX_BYTES:
                    message = f"{self._where} sent more than {MAX_BYTES:,} bytes."
                    raise AnswerEndless(message, received=body.decode(errors="replace"))
            return "text/event-stream" in answer.headers.get("content-type", "")

    def _chat(self, call: Call) -> dict[str, Any]:
        form = {"name": call.form, "schema": call.schema, "strict": True}
        usage = {"stream_options": {"include_usage": True}} if self._stream else {}
        return {
            "model": call.model,
            "messages": [{"role": role, "content": text} for role, text in call.messages],
            "response_format": {"type": "json_schema", "json_schema": form},
            "max_completion_tokens": call.output_tokens,
            "stream": self._stream,
            **usage,
        }

    def _responses(self, call: Call) -> dict[str, Any]:
        form = {"name": call.form, "schema": call.schema, "strict": True}
        (_, instructions), *rest = call.messages
        return {
            "model": call.model,
            "instructions": instructions,
            "input": [{"role": role, "content": text} for role, text in rest],
            "text": {"format": {"type": "json_schema", **form}},
            "max_output_tokens": call.output_tokens,
            "store": False,
            "stream": self._stream,
        }

    def _reply(self, body: bytes, *, streamed: bool) -> Reply:
        # A server that was asked for a stream may answer whole, whatever it calls it.
        if not streamed or body.lstrip().startswith(b"{"):
            value = replies.loads(body)
            return replies.completion(value) if self._api == "chat" else replies.response(value)
        lines = LINE_END.split(body.decode("utf-8", "replace"))
        values = (replies.loads(data) for data in replies.events(lines))
        if self._api == "chat":
            return replies.streamed_completion(values)
        return replies.streamed_response(values)

    def _refused(self, call: Call, error: openai.APIStatusError) -> ChatError:
        status, said = error.status_code, f"{error.code or ''} {error.message}"
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
        if status in {400, 413} and TOO_LONG.search(said):
            return ContextTooLong(message)
        return RequestRefused(f"{message} It said: {error.message[:200]!r}.")


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

"""What an endpoint answered: text, value and tokens of any of the forms in use."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, TypeAdapter, ValidationError

from agent.llm.errors import (
    AnswerCut,
    AnswerDeclined,
    AnswerEmpty,
    AnswerFiltered,
    AnswerUnreadable,
    ServiceFault,
    StreamCut,
)

MOST: Final = 10_000_000
"""Tokens of one call; no model reads or writes as many."""


class Counts(BaseModel, frozen=True):
    """Tokens as the endpoint counted them; None where it did not, or not in numbers that can be."""

    input_tokens: int | None = None
    cached_tokens: int = 0
    """Of the input, what the provider had from an earlier call; 0 where it does not say."""
    output_tokens: int | None = None


def read(usage: object) -> Counts:
    """Read a `usage` of Chat Completions or of Responses, whatever it is; nothing is raised."""
    found = _object(usage)
    details = _object(_either(found, "prompt_tokens_details", "input_tokens_details"))
    return Counts(
        input_tokens=_count(_either(found, "prompt_tokens", "input_tokens")),
        cached_tokens=_count(details.get("cached_tokens")) or 0,
        output_tokens=_count(_either(found, "completion_tokens", "output_tokens")),
    )


def _either(found: Mapping[str, Any], one: str, other: str) -> object:
    """The two interfaces have a name each for the same thing."""
    return found.get(other) if found.get(one) is None else found[one]


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(value: object) -> int | None:
    """A whole number of tokens, also where it is written as 12.0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value <= MOST and value == int(value) else None


Json = Mapping[str, Any]
_T = TypeVar("_T", bound=BaseModel)
_OBJECT: Final[TypeAdapter[dict[str, Any]]] = TypeAdapter(dict[str, Any])
_CUT: Final = re.compile(r"length|max|limit", re.IGNORECASE)
_FILTERED: Final = re.compile(r"filter|safety|recitation|prohibited|blocklist|spii", re.IGNORECASE)
_BY_ITSELF: Final = re.compile(
    r"stop|eos|\b(?:end|completed?|done|finish(?:ed)?)(?:_|\b)", re.IGNORECASE
)
"""`stop` is published; servers also say `eos`, `stop_sequence`, `end_turn` and more."""


class Reply(BaseModel, frozen=True):
    """A complete answer, and what it took."""

    text: str
    model: str = ""
    """As the endpoint names it; it may be a dated version of what was asked for."""
    counts: Counts = Counts()


def _join_parts(content: object) -> object:
    """The text of a content that is a list of parts; thoughts and pictures are none."""
    if not isinstance(content, list):
        return content
    parts = [{"type": "text", "text": p} if isinstance(p, str) else _object(p) for p in content]
    texts = (p.get("text") for p in parts if p.get("type") in {"text", "output_text"})
    return "".join(text for text in texts if isinstance(text, str))


class _Message(BaseModel):
    content: Annotated[str | None, BeforeValidator(_join_parts)] = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message | None = None
    delta: _Message | None = None
    finish_reason: str | None = None


class _Completion(BaseModel):
    """A completion, or a chunk of one."""

    model: str | None = None
    choices: tuple[_Choice, ...] | None = None
    usage: object = None
    """Read by `read` alone: no figure in it costs the answer."""


class _Part(BaseModel):
    type: str
    text: str | None = None
    refusal: str | None = None


class _Item(BaseModel):
    type: str
    content: tuple[_Part, ...] | None = None


class _Reason(BaseModel):
    reason: str | None = None


class _Response(BaseModel):
    status: str | None = None
    model: str | None = None
    output: tuple[_Item, ...] = ()
    usage: object = None
    incomplete_details: _Reason | None = None


def events(lines: Iterable[str]) -> Iterator[str]:
    """The data of each server-sent event (HTML standard, 9.2.6), `[DONE]` left out."""
    data: list[str] = []
    for line in [*lines, ""]:
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            if (joined := "\n".join(data)) != "[DONE]":
                yield joined
            data = []


def says_done(lines: Iterable[str]) -> bool:
    """Whether a stream says that it is over, whatever it says about why."""
    return any(line.startswith("data:") and line[5:].strip() == "[DONE]" for line in lines)


def loads(text: str | bytes) -> Json:
    """Read one JSON object that is not an error message.

    Raises:
        AnswerUnreadable: it is not JSON, or not an object.
        ServiceFault: it is an error inside an answer that says it is none.
    """
    try:
        value = _OBJECT.validate_json(text)
    except ValidationError as error:
        raise AnswerUnreadable("The endpoint's answer is not a JSON object.") from error
    if fault := value.get("error"):
        said = fault.get("message") if isinstance(fault, dict) else fault
        raise ServiceFault(f"The endpoint answered with an error: {str(said)[:200]!r}.")
    return value


def completion(value: Json) -> Reply:
    """Read a whole chat completion."""
    found = _read(_Completion, value)
    if not found.choices or found.choices[0].message is None:
        raise AnswerEmpty("The answer holds no choice.")
    choice = found.choices[0]
    message = choice.message or _Message()
    return _finished(message.content or "", message.refusal, choice.finish_reason, found)


def streamed_completion(values: Iterable[Json], *, ended: bool = False) -> Reply:
    """Put the chunks of a streamed chat completion together.

    Args:
        values: The chunks.
        ended: The stream said that it is over: then no chunk needs to say why.
    """
    text, refusal, reason = "", "", None
    last = _Completion()
    for value in values:
        chunk = _read(_Completion, value)
        last = _Completion(model=chunk.model or last.model, usage=chunk.usage or last.usage)
        for choice in (chunk.choices or ())[:1]:
            delta = choice.delta or _Message()
            text += delta.content or ""
            refusal += delta.refusal or ""
            reason = choice.finish_reason or reason
    if reason is None and not ended:
        raise StreamCut("The stream ended before the answer did.", received=text)
    return _finished(text, refusal or None, reason, last)


def response(value: Json) -> Reply:
    """Read a whole response of the Responses interface."""
    found = _read(_Response, value)
    parts = [p for i in found.output if i.type == "message" for p in i.content or ()]
    text = "".join(p.text or "" for p in parts if p.type == "output_text")
    refusal = next((p.refusal for p in parts if p.type == "refusal"), None)
    if found.status == "failed":
        raise ServiceFault("The endpoint says that the response failed.")
    why = found.incomplete_details.reason if found.incomplete_details else None
    _complete(text, refusal, "stop" if found.status == "completed" else why or "no status")
    return Reply(text=text, model=found.model or "", counts=read(found.usage))


def streamed_response(values: Iterable[Json]) -> Reply:
    """Wait for the event that carries the whole response."""
    text = ""
    for value in values:
        kind = value.get("type")
        if kind == "response.output_text.delta":
            text += str(value.get("delta", ""))
        if kind in {"response.completed", "response.incomplete", "response.failed"}:
            return response(value.get("response") or {})
        if kind == "error":
            raise ServiceFault(f"The stream broke off: {str(value.get('message'))[:200]!r}.")
    raise StreamCut("The stream ended before the answer did.", received=text)


def _finished(text: str, refusal: str | None, reason: str | None, found: _Completion) -> Reply:
    _complete(text, refusal, reason)
    return Reply(text=text, model=found.model or "", counts=read(found.usage))


def _complete(text: str, refusal: str | None, reason: str | None) -> None:
    """Let through what stopped by itself and says something."""
    if refusal:
        raise AnswerDeclined(f"The model declined: {refusal[:200]!r}.", received=refusal)
    if reason is not None and _FILTERED.search(reason):
        raise AnswerFiltered("The provider's content filter cut the answer.", received=text)
    if reason is not None and _CUT.search(reason):
        raise AnswerCut("The answer was cut at the limit of its length.", received=text)
    if reason is not None and not _BY_ITSELF.search(reason):
        raise AnswerUnreadable(f"The answer ended with {reason!r}, not by itself.", received=text)
    if not text.strip():
        raise AnswerEmpty("The answer is empty.")


def _read(kind: type[_T], value: Json) -> _T:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise AnswerUnreadable("The endpoint's answer is not of the published form.") from error

"""How a call is written for an endpoint that takes less than the whole published interface.

What an endpoint refuses is put more simply, step by step, and remembered for as long as the process
lives: the schema of the answer moves into the instructions, a parameter goes by its older name or
is left out.
"""

import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Api = Literal["chat", "responses"]
Message = tuple[str, str]
"""Role and text."""

REFUSALS: Final[Mapping[str, re.Pattern[str]]] = {
    "json_schema": re.compile(
        r"response[_ -]?format|text\.format|json[_ ]?schema|structured[_ ]output|guided|grammar",
        re.IGNORECASE,
    ),
    "json_object": re.compile(
        r"response[_ -]?format|text\.format|json[_ ]?(?:object|mode)", re.IGNORECASE
    ),
    "max_completion_tokens": re.compile(r"max_completion_tokens"),
    "stream_options": re.compile(r"stream_options|include_usage"),
    "temperature": re.compile(r"\btemperature\b", re.IGNORECASE),
    "store": re.compile(r"\bstore\b"),
    "stream": re.compile(r"\bstream(?:ing)?\b", re.IGNORECASE),
    "system role": re.compile(
        r"\b(?:system|developer)[ _](?:role|message|prompt|instruction)|messages\.?\[0\]\.role"
        r"|roles? must alternate",
        re.IGNORECASE,
    ),
}
"""What may be refused, and the words by which an endpoint says that it does so."""
STEPS: Final = {
    "json_schema": "the schema of the answer stands in the instructions",
    "json_object": "the form of the answer is asked for in the instructions alone",
    "max_completion_tokens": "max_tokens is sent",
    "stream_options": "a stream may end without a count of tokens",
    "temperature": "the model has its own",
    "store": "the provider may keep what it answers",
    "stream": "answers arrive whole",
    "system role": "the instructions stand in the first message",
}
"""What is done instead."""
SCHEMA: Final = "Answer with one JSON object and nothing around it. Its JSON Schema is:"


@dataclass(frozen=True)
class Call:
    """What is asked: messages in order (role, text), and the form that the answer must have."""

    model: str
    messages: tuple[Message, ...]
    form: str
    """Name of the answer type."""
    schema: Mapping[str, Any]
    output_tokens: int
    """The most that the model may write."""
    temperature: float | None = None
    """None: the model's own."""


@dataclass(frozen=True)
class Taken:
    """What one endpoint made of one model's calls so far: names of `REFUSALS`."""

    accepted: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()


@dataclass
class Memory:
    """What is known of endpoints, by address, interface and model; shared by threads."""

    _known: dict[tuple[str, Api, str], Taken] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def recall(self, address: str, api: Api, model: str) -> Taken:
        """What was accepted and what was refused; nothing where nothing was asked yet."""
        with self._lock:
            return self._known.get((address, api, model), Taken())

    def accept(self, address: str, api: Api, model: str, names: frozenset[str]) -> None:
        """An answer came to a call that used these."""
        with self._lock:
            known = self._known.get((address, api, model), Taken())
            accepted = (known.accepted | names) - known.refused  # another thread may have learnt
            self._known[address, api, model] = Taken(accepted, known.refused)

    def refuse(self, address: str, api: Api, model: str, name: str) -> frozenset[str]:
        """The endpoint said that it does not take this; all that it refused until now."""
        with self._lock:
            known = self._known.get((address, api, model), Taken())
            refused = known.refused | {name}
            self._known[address, api, model] = Taken(known.accepted - {name}, refused)
            return refused

    def forget(self, address: str) -> None:
        """Another server is at this address now."""
        with self._lock:
            self._known = {key: known for key, known in self._known.items() if key[0] != address}


MEMORY: Final = Memory()
"""Of this process."""


def write(call: Call, api: Api, refused: frozenset[str], *, stream: bool) -> dict[str, Any]:
    """The parameters of a call, without what the endpoint refused."""
    stream = stream and "stream" not in refused
    if api == "responses":
        return _write_responses(call, refused, stream=stream)
    limit = "max_tokens" if "max_completion_tokens" in refused else "max_completion_tokens"
    counted = stream and "stream_options" not in refused
    return {
        "model": call.model,
        "messages": [{"role": r, "content": t} for r, t in _word(call, refused)],
        **({"response_format": form} if (form := _chat_form(call, refused)) else {}),
        limit: call.output_tokens,
        **_heat(call, refused),
        "stream": stream,
        **({"stream_options": {"include_usage": True}} if counted else {}),
    }


def _write_responses(call: Call, refused: frozenset[str], *, stream: bool) -> dict[str, Any]:
    (first, text), *rest = _word(call, refused)
    has_instructions = first == "system"
    turns = rest if has_instructions else [(first, text), *rest]
    form = _form(call, refused)
    return {
        "model": call.model,
        **({"instructions": text} if has_instructions else {}),
        "input": [{"role": r, "content": t} for r, t in turns],
        **({"text": {"format": form}} if form else {}),
        "max_output_tokens": call.output_tokens,
        **_heat(call, refused),
        **({} if "store" in refused else {"store": False}),
        "stream": stream,
    }


def _form(call: Call, refused: frozenset[str]) -> dict[str, Any]:
    """The strictest form that the endpoint takes; empty where it takes none."""
    if "json_schema" not in refused:
        return {"type": "json_schema", "name": call.form, "schema": call.schema, "strict": True}
    return {} if "json_object" in refused else {"type": "json_object"}


def _chat_form(call: Call, refused: frozenset[str]) -> dict[str, Any]:
    form = _form(call, refused)
    if len(form) < 2:
        return form
    kind = form.pop("type")
    return {"type": kind, kind: form}


def _heat(call: Call, refused: frozenset[str]) -> dict[str, float]:
    if call.temperature is None or "temperature" in refused:
        return {}
    return {"temperature": call.temperature}


def _word(call: Call, refused: frozenset[str]) -> Sequence[Message]:
    """The messages; the schema in the instructions, and these before the first, where needed."""
    (role, instructions), *rest = call.messages
    if "json_schema" in refused:
        instructions = f"{instructions}\n\n{SCHEMA}\n{json.dumps(call.schema)}"
    if "system role" not in refused or not rest:
        return [(role, instructions), *rest]
    (role, text), *later = rest
    return [(role, f"{instructions}\n\n{text}"), *later]


def list_features(parameters: Mapping[str, Any]) -> frozenset[str]:
    """Names of `REFUSALS` that a call, as `write` wrote it, uses."""
    form = parameters.get("response_format") or parameters.get("text", {}).get("format", {})
    used = {form.get("type"), *(name for name, value in parameters.items() if value is not False)}
    if "store" in parameters:  # it is sent to say that nothing is to be kept
        used.add("store")
    if "instructions" in parameters or parameters.get("messages", [{}])[0].get("role") == "system":
        used.add("system role")
    return frozenset(REFUSALS) & used


def find_refused(used: frozenset[str], parameter: str, said: str) -> str | None:
    """Which of the features of a call an endpoint refuses, told by what it names first.

    Args:
        used: The features, by `list_features`.
        parameter: The `param` of the error, where it has one.
        said: All that the endpoint said.

    Returns:
        A name, or None where the refusal is about something else.
    """
    for text in (parameter, said):
        places = {name: found.start() for name in used if (found := REFUSALS[name].search(text))}
        if places:
            return min(places, key=lambda name: (places[name], name))
    return None

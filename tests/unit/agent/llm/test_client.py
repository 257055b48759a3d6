"""One call, and the patience around it, against an endpoint that misbehaves."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, repeat
from typing import Any, Literal

import pytest
import pytest_socket
from pydantic import BaseModel, TypeAdapter

from agent.llm import errors
from agent.llm.budget import Account, Budget, Limits
from agent.llm.client import FAILURES, REST, Breaker, EndpointChat, Patience
from agent.llm.dialect import Api
from agent.llm.wire import Wire
from prompts import Request
from tests.replay import player
from tests.replay.chatting import Asked, Said, messages, model_endpoint, refusing
from tests.replay.record import CHATS, plan

MODEL = "gpt-5-mini"
REQUEST = Request(prompt="small", fingerprint="0", instructions="Name a bridge.", text="Now.")
GOOD = Said('{"name": "Old Bridge", "year": 1931}')


class Bridge(BaseModel, extra="forbid"):
    name: str
    year: int


Way = tuple[Api, bool]
WAYS: tuple[Way, ...] = (
    ("chat", False),
    ("chat", True),
    ("responses", False),
    ("responses", True),
)


@pytest.fixture(params=WAYS, ids=lambda way: f"{way[0]}-{'stream' if way[1] else 'whole'}")
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


def script(*said: Said) -> Callable[[Asked], Said]:
    """Each in turn, the last again and again."""
    turns = chain(said, repeat(said[-1]))
    return lambda _: next(turns)


def ask(
    url: str,
    way: Way = ("chat", False),
    models: tuple[str, ...] = (MODEL,),
    limits: Limits | None = None,
) -> tuple[Bridge, Account]:
    """Ask for a bridge; between attempts a second passes in ten milliseconds."""
    budget = Budget(limits or Limits(seconds=5))
    wire = Wire(url, "not-a-real-key", way[0], stream=way[1])
    patience = Patience(1_000, sleep=lambda seconds: time.sleep(seconds / 100))
    chat = EndpointChat(wire, models, budget, patience)
    with budget.open() as account:
        return chat.ask(REQUEST, Bridge), account


def failure(said: Said, way: Way, limits: Limits | None = None) -> tuple[errors.ChatError, int]:
    """How a call fails, and how often it was tried."""
    with model_endpoint(script(said)) as server, pytest.raises(errors.ChatError) as failed:
        ask(server.url, way, limits=limits)
    return failed.value, len(server.requests)


def test_an_answer_is_a_value_of_the_type_and_its_tokens_are_counted(way: Way) -> None:
    with model_endpoint(script(Said(GOOD.text, cached=16))) as server:
        bridge, account = ask(server.url, way)
    assert bridge == Bridge(name="Old Bridge", year=1931)
    usage = account.usage()
    assert (usage.model, usage.calls, usage.cached_tokens) == (MODEL, 1, 16)
    assert usage.input_tokens + usage.output_tokens == server.tokens
    assert usage.prompts == {"small": "0"}
    assert usage.cost is None


def test_a_request_is_of_the_published_form(way: Way) -> None:
    from openai.types.chat import completion_create_params as chat  # noqa: PLC0415
    from openai.types.responses import response_create_params as responses  # noqa: PLC0415

    with model_endpoint(script(GOOD)) as server:
        ask(server.url, way)
    published: dict[Way, Any] = {
        ("chat", False): chat.CompletionCreateParamsNonStreaming,
        ("chat", True): chat.CompletionCreateParamsStreaming,
        ("responses", False): responses.ResponseCreateParamsNonStreaming,
        ("responses", True): responses.ResponseCreateParamsStreaming,
    }
    [sent] = server.requests
    form = published[way]
    assert set(sent) <= form.__required_keys__ | form.__optional_keys__
    TypeAdapter(form).validate_python(sent)


def test_the_schema_that_is_sent_is_strict(way: Way) -> None:
    with model_endpoint(script(GOOD)) as server:
        ask(server.url, way)
    [sent] = server.requests
    nested = ("text", "format") if way[0] == "responses" else ("response_format", "json_schema")
    form = sent[nested[0]][nested[1]]
    assert form["strict"] is True
    assert form["schema"]["additionalProperties"] is False
    assert form["schema"]["required"] == ["name", "year"]


def test_instructions_go_first_so_that_a_provider_can_cache_them(way: Way) -> None:
    with model_endpoint(script(GOOD)) as server:
        ask(server.url, way)
    [sent] = server.requests
    assert messages(sent) == (REQUEST.instructions, REQUEST.text)
    assert way[0] == "responses" or [m["role"] for m in sent["messages"]] == ["system", "user"]


def test_nothing_of_the_environment_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_BASE_URL"):
        monkeypatch.setenv(name, "of-the-environment")
    with model_endpoint(script(GOOD)) as server:
        ask(server.url)
    assert server.headers[0]["authorization"] == "Bearer not-a-real-key"
    assert "of-the-environment" not in server.headers[0].values()


COOL = Request.model_validate({**REQUEST.model_dump(), "temperature": 0.0})
ALL = (
    *("json_schema", "json_object", "max_completion_tokens", "stream_options"),
    *("temperature", "store", "stream", "system"),
)


def strict(*refused: str, status: int = 400) -> Callable[[Asked], Said]:
    """Answers well what has none of these in it."""
    refuses = refusing(*refused, status=status)
    return lambda asked: refuses(asked) or GOOD


def ask_cool(url: str, way: Way) -> tuple[Bridge, Account]:
    budget = Budget(Limits(seconds=60))
    chat = EndpointChat(Wire(url, None, way[0], stream=way[1]), (MODEL,), budget, Patience(1_000))
    with budget.open() as account:
        return chat.ask(COOL, Bridge), account


def test_a_temperature_is_sent_where_it_is_asked_for(way: Way) -> None:
    with model_endpoint(script(GOOD)) as server:
        ask_cool(server.url, way)
        ask(server.url, way)
    assert server.requests[0]["temperature"] == 0
    assert "temperature" not in server.requests[1]


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("refused", [*((name,) for name in ALL), ALL, ALL[::-1]], ids="-".join)
def test_what_an_endpoint_refuses_is_put_more_simply_and_not_tried_again(
    way: Way, refused: tuple[str, ...], status: int
) -> None:
    with model_endpoint(strict(*refused, status=status)) as server:
        bridge, account = ask_cool(server.url, way)
        tried = len(server.requests)
        ask_cool(server.url, way)
    assert bridge == Bridge(name="Old Bridge", year=1931)
    assert account.usage().calls == 1
    assert tried <= 1 + len(refused)
    assert len(server.requests) == tried + 1
    assert server.requests[-1] == server.requests[-2]
    assert refusing(*refused)(server.requests[-1]) is None


def test_each_step_keeps_what_the_endpoint_still_takes() -> None:
    with model_endpoint(strict(*ALL[:5])) as server:
        ask_cool(server.url, ("chat", True))
    forms = [(r.get("response_format") or {}).get("type") for r in server.requests]
    assert list(dict.fromkeys(forms)) == ["json_schema", "json_object", None]
    first, *_, last = server.requests
    assert set(first) - set(last) == {
        *("response_format", "max_completion_tokens", "stream_options", "temperature")
    }
    assert last["max_tokens"] == first["max_completion_tokens"]
    assert last["stream"] is True


def test_a_schema_that_is_refused_stands_in_the_instructions(way: Way) -> None:
    with model_endpoint(strict("json_schema")) as server:
        ask(server.url, way)
    sent = server.requests[-1]
    instructions = sent["instructions"] if way[0] == "responses" else sent["messages"][0]["content"]
    assert instructions.startswith(REQUEST.instructions)
    assert json.loads(instructions.splitlines()[-1]) == Bridge.model_json_schema()
    assert messages(sent) == (REQUEST.instructions, REQUEST.text)


def test_without_a_form_one_repair_is_asked_for(way: Way) -> None:
    turns = iter([Said("It is the Old Bridge."), GOOD])
    refuses = refusing("json_schema", "json_object")
    with model_endpoint(lambda asked: refuses(asked) or next(turns)) as server:
        bridge, account = ask(server.url, way)
    assert bridge.year == 1931
    assert (len(server.requests), account.usage().calls) == (4, 2)


def test_what_one_endpoint_or_model_refuses_another_is_asked_for(way: Way) -> None:
    with model_endpoint(strict("json_schema")) as server, model_endpoint(script(GOOD)) as other:
        ask(server.url, way)
        ask(other.url, way)
        assert len(other.requests) == 1
        ask(server.url, way, models=("another",))
    assert len(server.requests) == 4


def test_threads_learn_from_each_other(way: Way) -> None:
    with model_endpoint(strict(*ALL)) as server, ThreadPoolExecutor(8) as pool:
        for asked in [pool.submit(ask_cool, server.url, way) for _ in range(24)]:
            assert asked.result()[0].year == 1931
        settled = len(server.requests)
        ask_cool(server.url, way)
        assert len(server.requests) == settled + 1


@pytest.mark.parametrize(
    "said",
    [
        {"error": {"message": "Unsupported value.", "param": "response_format", "code": "x"}},
        {"error": {"message": "Invalid schema for response_format 'Bridge'", "param": None}},
        {"error": "This model does not support response format `json_schema`."},
        {"detail": [{"type": "extra_forbidden", "loc": ["body", "response_format"], "msg": "no"}]},
        {"object": "error", "message": "[{'loc': ('body', 'response_format', 'type')}]"},
        {"message": "structured outputs are not available; temperature, max_tokens are"},
    ],
)
def test_a_refusal_is_understood_however_it_is_worded(said: object) -> None:
    def answer(asked: Asked) -> Said:
        schema = "json_schema" in json.dumps(asked.get("response_format"))
        return Said(status=400, raw=json.dumps(said).encode()) if schema else GOOD

    with model_endpoint(answer) as server:
        assert ask_cool(server.url, ("chat", True))[0].year == 1931
    assert len(server.requests) == 2
    assert server.requests[1]["response_format"] == {"type": "json_object"}
    assert server.requests[1]["temperature"] == 0


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b'{"error": {"message": "no such thing"}}', errors.RequestRefused),
        (b'{"error": {"message": "max_tokens is too large"}}', errors.RequestRefused),
        (b'{"error": {"message": "context length is 8: set max_completion_tokens lower"}}',
         errors.ContextTooLong),
        (b'{"error": {"code": "content_filter", "message": "temperature of a riot"}}',
         errors.AnswerFiltered),
        (b'{"error": {"code": "json_validate_failed", "message": "not of the json_schema"}}',
         errors.AnswerMalformed),
        (b"<html>Bad Request</html>", errors.RequestRefused),
    ],
)  # fmt: skip
def test_what_is_refused_for_another_reason_is_not_asked_again(
    way: Way, said: bytes, kind: type[errors.ChatError]
) -> None:
    failed, tried = failure(Said(status=400, raw=said), way)
    assert type(failed) is kind
    assert tried == 1


def test_an_endpoint_that_refuses_whatever_it_is_sent_is_left_alone(way: Way) -> None:
    said = {"message": f"none of {', '.join(ALL)}, response_format, System role"}
    failed, tried = failure(Said(status=400, raw=json.dumps(said).encode()), way)
    assert type(failed) is errors.RequestRefused
    assert tried <= 1 + len(ALL)


def whole(message: object, reason: object = "stop", **more: object) -> Said:
    """An answer of Chat Completions with this message in it."""
    value = {"choices": [{"message": message, "finish_reason": reason}], **more}
    return Said(raw=json.dumps(value).encode(), headers={"content-type": "application/json"})


def streamed(*deltas: object, reason: object = None, done: bool = True) -> Said:
    """A stream of these pieces."""
    chunks: list[object] = [{"choices": [{"delta": d, "finish_reason": None}]} for d in deltas]
    chunks.append({"choices": [{"delta": {}, "finish_reason": reason}]})
    lines = [*map(json.dumps, chunks), *(["[DONE]"] if done else [])]
    return Said(raw="".join(f"data: {line}\n\n" for line in lines).encode())


PARTS = [{"type": "thinking", "thinking": [{"type": "text", "text": "{Hm}"}]}, {"type": "image"}]
HALVES = [{"type": "text", "text": GOOD.text[:9]}, {"type": "text", "text": GOOD.text[9:]}]


@pytest.mark.parametrize(
    "said",
    [
        whole({"content": [*PARTS, *HALVES]}),
        whole({"content": [GOOD.text]}),
        whole({"content": GOOD.text, "reasoning_content": '{"name": "Thought", "year": 1}'}),
        whole({"content": GOOD.text, "tool_calls": [], "refusal": None, "audio": 3}),
        *(whole({"content": GOOD.text}, reason) for reason in (None, "eos", "stop_sequence")),
        *(whole({"content": GOOD.text}, reason) for reason in ("end_turn", "STOP", "COMPLETE")),
        whole({"content": GOOD.text}, usage={"prompt_tokens": -5, "completion_tokens": "9"}),
        whole({"content": GOOD.text}, usage={"prompt_tokens": 10**300, "completion_tokens": 0}),
        whole({"content": GOOD.text}, usage="many"),
        Said(raw=b"\xef\xbb\xbf \n" + (whole({"content": GOOD.text}).raw or b"")),
        streamed({"reasoning_content": "{}"}, {"content": None}, {"content": GOOD.text}),
        streamed({"content": HALVES[:1]}, {"content": HALVES[1:]}, reason="eos"),
        streamed({"content": GOOD.text}, reason="stop", done=False),
    ],
)
def test_an_answer_of_an_odd_form_is_read(said: Said) -> None:
    with model_endpoint(script(said)) as server:
        bridge, account = ask(server.url, ("chat", True))
    assert bridge == Bridge(name="Old Bridge", year=1931)
    assert len(server.requests) == 1
    assert (account.uncounted, account.usage().cost) == (1, None)
    assert 0 < account.input_tokens < 1_000


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (Said(raw=b"{}"), errors.AnswerEmpty),
        (Said(raw=b'{"choices": null}'), errors.AnswerEmpty),
        (Said(raw=b'{"choices": [{"finish_reason": "stop"}]}'), errors.AnswerEmpty),
        (whole({"content": None}), errors.AnswerEmpty),
        (whole({"content": [{"type": "image"}]}), errors.AnswerEmpty),
        (whole({"content": None, "reasoning_content": GOOD.text}), errors.AnswerEmpty),
        (whole({"content": {"name": "Old Bridge"}}), errors.AnswerUnreadable),
        (whole({"content": GOOD.text}, "error"), errors.AnswerUnreadable),
        (whole({"content": None}, "tool_calls"), errors.AnswerUnreadable),
        (whole({"content": GOOD.text}, "length"), errors.AnswerCut),
        (whole({"content": GOOD.text}, "MAX_TOKENS"), errors.AnswerCut),
        (whole({"content": GOOD.text}, "SAFETY"), errors.AnswerFiltered),
        (whole({"content": GOOD.text, "refusal": "I will not."}), errors.AnswerDeclined),
        (streamed({"content": GOOD.text}, done=False), errors.StreamCut),
        (streamed(), errors.AnswerEmpty),
        (streamed({"refusal": "I will not."}, reason="stop"), errors.AnswerDeclined),
    ],
)
def test_an_answer_that_is_none_is_named(said: Said, kind: type[errors.ChatError]) -> None:
    failed, _ = failure(said, ("chat", True))
    assert type(failed) is kind
    assert failed.advice


@pytest.mark.parametrize("address", ["", "/", "/openai", "/openai/"])
def test_a_deployment_of_an_azure_resource_is_asked_at_its_own_path(
    monkeypatch: pytest.MonkeyPatch, way: Way, address: str
) -> None:
    for name in ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN", "OPENAI_API_VERSION"):
        monkeypatch.setenv(name, "of-the-environment")
    budget = Budget()
    with model_endpoint(script(Said(GOOD.text, model="gpt-5-mini"))) as server:
        resource = server.url.removesuffix("/v1") + address
        wire = Wire(resource, "not-a-real-key", way[0], stream=way[1], azure="2025-04-01-preview")
        with budget.open() as account:
            EndpointChat(wire, ("fact desk",), budget).ask(REQUEST, Bridge)
    where = "deployments/fact%20desk/chat/completions" if way[0] == "chat" else "responses"
    assert server.paths == [f"/openai/{where}?api-version=2025-04-01-preview"]
    [headers] = server.headers
    assert headers["api-key"] == "not-a-real-key"
    assert "authorization" not in headers
    assert "of-the-environment" not in headers.values()
    assert (list(account.models), account.usage().notes) == (["gpt-5-mini"], ())


def test_an_address_may_have_a_query_that_goes_along_and_is_not_shown(way: Way) -> None:
    with model_endpoint(script(GOOD, Said(status=422, raw=b"{}"))) as server:
        ask(f"{server.url}/?tenant=a%20b&key=hush", way)
        with pytest.raises(errors.RequestRefused) as failed:
            ask(f"{server.url}/?tenant=a%20b&key=hush", way)
    assert server.paths[0].endswith("?tenant=a+b&key=hush")
    assert "hush" not in str(failed.value)


def test_a_server_that_was_asked_for_a_stream_may_answer_whole() -> None:
    choice = {"message": {"content": GOOD.text}, "finish_reason": "stop"}
    whole = json.dumps({"model": MODEL, "choices": [choice]}).encode()
    plain = Said(raw=whole, headers={"content-type": "application/json"})
    with model_endpoint(script(plain)) as server:
        bridge, account = ask(server.url, ("chat", True))
    assert bridge.year == 1931
    assert account.usage().input_tokens > 0  # counted here, since the server does not


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
def test_a_failure_that_may_pass_is_tried_again(way: Way, status: int) -> None:
    busy = Said(status=status, raw=b"{}", headers={"retry-after": "0"})
    with model_endpoint(script(busy, busy, GOOD)) as server:
        bridge, account = ask(server.url, way)
    assert bridge.year == 1931
    assert len(server.requests) == 3
    assert account.usage().calls == 3
    assert account.usage().input_tokens + account.usage().output_tokens == server.tokens


@pytest.mark.parametrize(
    ("said", "kind", "tries"),
    [
        (Said(status=401, raw=b'{"error": {"message": "bad key"}}'), errors.KeyRefused, 1),
        (Said(status=403, raw=b"{}"), errors.KeyRefused, 1),
        (Said(status=404, raw=b"{}"), errors.ModelMissing, 1),
        (Said(status=422, raw=b"{}"), errors.RequestRefused, 1),
        (Said(status=302, raw=b"", headers={"location": "/v1/x"}), errors.RequestRefused, 1),
        (
            Said(status=400, raw=b'{"error": {"code": "context_length_exceeded"}}'),
            errors.ContextTooLong,
            1,
        ),
        (
            Said(status=429, raw=b'{"error": {"code": "insufficient_quota", "message": "no"}}'),
            errors.QuotaSpent,
            1,
        ),
        (Said(status=429, raw=b"{}", headers={"retry-after": "0"}), errors.ServiceBusy, 4),
        (Said(status=503, raw=b"<html>", headers={"retry-after": "0"}), errors.ServiceFault, 4),
        (Said(status=429, raw=b"{}", headers={"retry-after": "3600"}), errors.ServiceBusy, 1),
        (Said("x", finish="length"), errors.AnswerCut, 1),
        (Said("x", finish="content_filter"), errors.AnswerFiltered, 1),
        (Said("", refusal="I cannot help."), errors.AnswerDeclined, 1),
    ],
)
def test_every_refusal_has_its_own_error(
    way: Way, said: Said, kind: type[errors.ChatError], tries: int
) -> None:
    failed, tried = failure(said, way)
    assert type(failed) is kind
    assert failed.advice
    assert failed.advice in str(failed)
    assert tried == tries


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (Said(choices=False), errors.AnswerEmpty),
        (Said(""), errors.AnswerEmpty),
        (Said(raw=b"<html>a login page</html>"), errors.AnswerUnreadable),
        (Said(raw=b""), errors.AnswerUnreadable),
        (Said(raw=b"null"), errors.AnswerUnreadable),
        (Said(raw=b"[1, 2]"), errors.AnswerUnreadable),
        (Said(raw=b'{"choices": "none", "output": 3}'), errors.AnswerUnreadable),
        (Said(raw=b'{"choices": [{"mess'), errors.AnswerUnreadable),
        (Said(raw=b"\xff\xfe\xfd"), errors.AnswerUnreadable),
        (Said(raw=b'{"error": {"message": "overloaded"}}'), errors.ServiceFault),
        (Said(GOOD.text, cut=30), errors.AnswerUnreadable),
        (Said(GOOD.text, cut=30, reset=True), errors.ConnectionBroken),
    ],
)
def test_a_broken_answer_is_tried_again_and_then_named(
    way: Way, said: Said, kind: type[errors.ChatError]
) -> None:
    failed, tried = failure(said, way)
    streamed = {errors.AnswerUnreadable, errors.AnswerEmpty, errors.StreamCut}
    assert type(failed) is kind or (way[1] and {type(failed), kind} <= streamed)
    assert failed.retryable
    assert tried == 4


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_stream_that_ends_without_saying_so_is_half_an_answer(
    api: Literal["chat", "responses"],
) -> None:
    failed, tried = failure(Said(GOOD.text, finish=None), (api, True))
    assert type(failed) is errors.StreamCut
    assert tried == 4


def test_an_endless_answer_is_not_read_to_its_end(way: Way) -> None:
    failed, tried = failure(Said("a" * 10_000_000), way, limits=Limits(seconds=120))
    assert type(failed) is errors.AnswerEndless
    assert tried == 1


@pytest.mark.parametrize("said", [Said(GOOD.text, silence=9), Said(GOOD.text, drip=1.0)])
def test_the_deadline_holds_however_slowly_the_bytes_come(way: Way, said: Said) -> None:
    began = time.monotonic()
    failed, _ = failure(said, way, limits=Limits(seconds=1))
    assert type(failed) is errors.CallTimedOut
    assert time.monotonic() - began < 5


def test_a_slow_model_leaves_time_for_the_next() -> None:
    def slow(asked: Asked) -> Said:
        return GOOD if asked["model"] == "quick" else Said(GOOD.text, silence=5)

    budget = Budget(Limits(seconds=15))
    with model_endpoint(slow) as server, budget.open() as account:
        wire = Wire(server.url, None, stream=False)
        chat = EndpointChat(wire, ("slow", "quick"), budget, Patience(1_000, call_seconds=1.0))
        assert chat.ask(REQUEST, Bridge).year == 1931
    assert "quick was asked instead" in account.usage().notes[0]


def test_a_wait_beyond_the_deadline_is_not_begun(way: Way) -> None:
    began = time.monotonic()
    busy = Said(status=429, raw=b"{}", headers={"retry-after": "2"})
    failed, tried = failure(busy, way, limits=Limits(seconds=0.5))
    assert type(failed) is errors.ServiceBusy
    assert (tried, time.monotonic() - began < 4) == (1, True)


def test_an_address_where_nobody_listens_is_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(errors.ServiceUnreachable, match=url):
        ask(url)


@pytest.mark.parametrize(
    "text",
    [
        "The Old Bridge opened in 1931.",
        'Here it is: {"name": "Old Bridge", "year": 1931',
        '{"name": "Old Bridge"}',
        '{"name": "Old Bridge", "year": "soon"}',
        '{"bridge": {"name": "Old Bridge", "year": 1931}}',
        '{"name": "Old \\ud800 Bridge", "year": 1931}',
    ],
)
def test_an_answer_in_another_form_is_asked_for_once_more(way: Way, text: str) -> None:
    with model_endpoint(script(Said(text), GOOD)) as server:
        bridge, _ = ask(server.url, way)
    assert bridge.year == 1931
    again = json.dumps(server.requests[1])
    assert "not the JSON object that was asked for" in again
    with (
        model_endpoint(script(Said(text))) as server,
        pytest.raises(errors.AnswerMalformed),
    ):
        ask(server.url, way)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "frame",
    [
        "```json\n{}\n```",
        "Sure! Here it is:\n\n```json\n{}\n```\nTell me if you need more.",
        "<think>\nA bridge like {name}? Or {}?\n</think>\n\n{}",
        "It may be old, {so}.</think>{}",
        "\ufeff{}",
        "The object is {} as you asked.",
        'First I thought of {"name": "New Bridge", "year": 2001}; it is {}',
    ],
)
def test_what_stands_around_the_object_is_no_fault(way: Way, frame: str) -> None:
    with model_endpoint(script(Said(frame.replace("{}", GOOD.text)))) as server:
        assert ask(server.url, way)[0] == Bridge(name="Old Bridge", year=1931)
    assert len(server.requests) == 1


def by_model(good: str) -> Callable[[Asked], Said]:
    return lambda asked: GOOD if asked["model"] == good else Said(status=404, raw=b"{}")


def test_the_next_model_is_asked_where_one_fails_and_the_page_says_so() -> None:
    with model_endpoint(by_model("third")) as server:
        bridge, account = ask(server.url, models=("first", "second", "third"))
    assert bridge.year == 1931
    assert account.usage().model == "third"
    assert [note.split()[-4] for note in account.usage().notes] == ["second", "third"]


def test_the_last_model_to_fail_says_why() -> None:
    with model_endpoint(by_model("none")) as server, pytest.raises(errors.ModelMissing) as failed:
        ask(server.url, models=("first", "second"))
    assert "'second'" in str(failed.value)


def test_another_model_than_was_asked_for_is_told() -> None:
    with model_endpoint(script(Said(GOOD.text, model="tiny-3b"))) as server:
        _, account = ask(server.url)
    assert account.usage().model == "tiny-3b"
    assert "tiny-3b answered" in account.usage().notes[0]
    with model_endpoint(script(Said(GOOD.text, model=f"{MODEL}-2025-08-07"))) as server:
        assert not ask(server.url)[1].usage().notes


def test_a_model_that_keeps_failing_is_left_alone_and_then_probed() -> None:
    now = 0.0
    breaker = Breaker("m", clock=lambda: now)
    for _ in range(FAILURES):
        breaker.admit()
        breaker.failed()
    with pytest.raises(errors.CircuitOpen):
        breaker.admit()
    now = REST + 1
    breaker.admit()  # the probe
    with pytest.raises(errors.CircuitOpen):
        breaker.admit()
    breaker.succeeded()
    breaker.admit()


def test_signs_of_life_come_while_a_long_answer_is_written() -> None:
    steps: list[str] = []
    budget = Budget()
    long = Said(json.dumps({"name": "B" * 9_000, "year": 1}))
    with model_endpoint(script(long)) as server, budget.open(steps.append):
        EndpointChat(Wire(server.url, None), (MODEL,), budget).ask(REQUEST, Bridge)
    assert steps
    assert all("writing" in step for step in steps)


@pytest.fixture
def no_network() -> Iterator[None]:
    """No socket but the pair inside the event loop."""
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.mark.parametrize("name", CHATS)
def test_a_recorded_conversation_is_replayed_to_its_end(name: str, no_network: None) -> None:
    with player().use_cassette(name) as cassette:
        answer = plan(CHATS[name])
        assert cassette.all_played
        assert cassette.play_count >= 1
    assert answer.claim

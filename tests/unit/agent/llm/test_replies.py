"""What an endpoint says that a call took: believed where it can be, and no figure costs a page."""

from datetime import date
from math import inf, nan
from typing import Any

import pytest
from pydantic import BaseModel

from agent.llm import replies as counts
from agent.llm.budget import (
    Account,
    Budget,
    Limits,
    Prices,
    Spending,
    Stated,
    Table,
    Used,
)
from agent.llm.client import EndpointChat, Patience, used, weight
from agent.llm.dialect import Api, Call
from agent.llm.errors import BudgetSpent, ChatError
from agent.llm.replies import Reply
from agent.llm.wire import Wire
from agent.types import Usage
from prompts import Request
from retrieval.tokens import count
from tests.replay.chatting import Said, model_endpoint

MODEL = "gpt-5-mini"
DAY = date(2026, 11, 22)
REQUEST = Request(prompt="small", fingerprint="0", instructions="Name a bridge.", text="Now.")
ANSWER = '{"name": "Old Bridge"}'
NAMES = {
    "chat": ("prompt_tokens", "completion_tokens", "prompt_tokens_details"),
    "responses": ("input_tokens", "output_tokens", "input_tokens_details"),
}
WAYS: tuple[tuple[Api, bool], ...] = (
    ("chat", False),
    ("chat", True),
    ("responses", False),
    ("responses", True),
)


class Bridge(BaseModel, extra="forbid"):
    name: str


CALL = Call(
    MODEL,
    (("system", REQUEST.instructions), ("user", REQUEST.text)),
    "Bridge",
    Bridge.model_json_schema(),
    1_000,
)
SENT = weight(CALL)
"""Tokens of the request by our own count."""
WROTE = count(ANSWER, MODEL)
IMPOSSIBLE: tuple[Any, ...] = (
    *(-1, -(10**6), 0, 10**6, 10**10, 10**19, 10**400),
    *(12.5, -0.5, 1e300, nan, inf, -inf),
    *("12", "", True, None, [], [12], {}, {"total": 12}),
)


def figures(api: Api, read: object, wrote: object, cached: object = 0) -> dict[str, object]:
    names = NAMES[api]
    return dict(zip(names, (read, wrote, {"cached_tokens": cached}), strict=True))


class Purse:
    """A desk's budget with an endpoint to spend it at."""

    def __init__(
        self, api: Api, *, stream: bool, limits: Limits | None = None, prices: Prices | None = None
    ) -> None:
        self.api, self.stream = api, stream
        self.spending = Spending()
        self.budget = Budget(limits, prices or Table(), self.spending, lambda: DAY)

    def chat(self, url: str) -> EndpointChat:
        wire = Wire(url, None, self.api, stream=self.stream)
        return EndpointChat(wire, (MODEL,), self.budget, Patience(CALL.output_tokens))

    def ask(self, usage: object) -> Account:
        """One answer with these figures."""
        with model_endpoint(lambda _: Said(ANSWER, usage=usage)) as server:
            with self.budget.open() as account:
                assert self.chat(server.url).ask(REQUEST, Bridge) == Bridge(name="Old Bridge")
            assert len(server.requests) == 1
        return account


@pytest.fixture(params=WAYS, ids=lambda way: f"{way[0]}-{'stream' if way[1] else 'whole'}")
def purse(request: pytest.FixtureRequest) -> Purse:
    api, stream = request.param
    return Purse(api, stream=stream)


def unknown(account: Account) -> Usage:
    """The usage of a draft whose count is not known."""
    usage = account.usage()
    assert usage.calls == usage.uncounted == 1
    assert usage.cost is None
    return usage


@pytest.mark.parametrize("figure", IMPOSSIBLE, ids=lambda value: str(value)[:20])
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_count_that_cannot_be_is_as_good_as_none(api: Api, figure: object) -> None:
    said = Reply(text=ANSWER, counts=counts.read(figures(api, figure, figure, figure)))
    assert used(said, SENT, CALL) == Used(SENT, 0, WROTE, counted=False)


@pytest.mark.parametrize("figure", [-1, 10**19, 1e300, 12.5, nan, "12", None], ids=str)
def test_the_answer_comes_and_its_tokens_are_estimated_for_page_and_purse(
    purse: Purse, figure: object
) -> None:
    usage = unknown(purse.ask(figures(purse.api, figure, figure)))
    assert (usage.input_tokens, usage.output_tokens) == (SENT, WROTE)
    tokens, cost = purse.spending.on(DAY)
    assert tokens == SENT + WROTE
    assert cost == pytest.approx(Table().cost(MODEL, SENT, 0, WROTE))


@pytest.mark.parametrize("usage", ["none", -5, [True], {"prompt_tokens": {}}, False], ids=str)
def test_a_usage_of_another_form_or_none_is_estimated_too(purse: Purse, usage: object) -> None:
    assert unknown(purse.ask(usage)).input_tokens == SENT


def test_one_count_that_cannot_be_leaves_the_other_believed(purse: Purse) -> None:
    assert unknown(purse.ask(figures(purse.api, 70, -1))).input_tokens == 70
    usage = unknown(purse.ask(figures(purse.api, -1, 9, cached=8)))
    assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (SENT, 0, 9)


@pytest.mark.parametrize("cached", [-5, 10**19, 1.5, "8"])
def test_cached_tokens_that_cannot_be_make_nothing_cheaper(purse: Purse, cached: object) -> None:
    usage = purse.ask(figures(purse.api, 70, 9, cached)).usage()
    assert (usage.uncounted, usage.input_tokens, usage.cached_tokens) == (0, 70, 0)
    assert usage.cost == pytest.approx(Table().cost(MODEL, 70, 0, 9), abs=1e-6)


def test_more_cached_than_read_is_all_that_was_read(purse: Purse) -> None:
    assert purse.ask(figures(purse.api, 70, 9, 71)).usage().cached_tokens == 70


def test_fields_that_nobody_knows_and_whole_floats_are_no_fault(purse: Purse) -> None:
    more = {
        "total_tokens": 81.0,
        "cost": 0.000123,
        "queue_time": -0.02,
        "completion_tokens_details": {"reasoning_tokens": 3.0, "audio": None},
        "x_groq": {"id": [1]},
    }
    usage = purse.ask(figures(purse.api, 70.0, 11.0, 8.0) | more).usage()
    assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (70, 8, 11)
    assert usage.uncounted == 0
    assert usage.cost


MOST = 4 * (SENT + CALL.output_tokens)


@pytest.mark.parametrize("figure", [-(10**6), 0])
@pytest.mark.parametrize(
    "limits",
    [
        Limits(draft_tokens=MOST),
        Limits(day_tokens=MOST),
        Limits(draft_cost=MOST / 1e6),
        Limits(day_cost=MOST / 1e6),
    ],
    ids=["draft-tokens", "day-tokens", "draft-cost", "day-cost"],
)
def test_limits_hold_whatever_the_endpoint_counts(limits: Limits, figure: int) -> None:
    held = Purse("chat", stream=False, limits=limits, prices=Stated(1.0, 1.0))
    said = Said(ANSWER, usage=figures("chat", figure, figure))
    with model_endpoint(lambda _: said) as server, held.budget.open() as account:
        chat = held.chat(server.url)
        with pytest.raises(BudgetSpent):
            any(chat.ask(REQUEST, Bridge) is None for _ in range(100))
    assert 3 < len(server.requests) < 100
    assert account.input_tokens + account.output_tokens <= MOST
    assert held.spending.on(DAY)[0] <= MOST


def test_a_model_that_is_itself_named_embedded_is_not_taken_for_ours() -> None:
    budget = Budget()
    with model_endpoint(lambda _: Said(ANSWER)) as server, budget.open() as account:
        EndpointChat(Wire(server.url, None), ("embedded",), budget).ask(REQUEST, Bridge)
    assert account.usage().model == "“embedded”"


@pytest.mark.parametrize(
    ("said", "billed"),
    [
        pytest.param(Said(ANSWER, finish="length"), True, id="cut at its length"),
        pytest.param(Said(ANSWER, finish="content_filter"), True, id="filtered"),
        pytest.param(Said("", refusal="I cannot help."), True, id="refused"),
        pytest.param(Said(ANSWER, finish="tool_calls"), True, id="ended by something else"),
        pytest.param(Said(""), True, id="empty"),
        pytest.param(Said(ANSWER, silence=30), True, id="silent"),
        pytest.param(Said(ANSWER, reset=True, cut=30), True, id="broken off"),
        pytest.param(Said(status=503, raw=b"{}"), False, id="not taken"),
        pytest.param(Said(status=429, raw=b"{}"), False, id="busy"),
        pytest.param(Said(status=401, raw=b"{}"), False, id="key refused"),
    ],
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_what_a_provider_may_charge_for_is_counted_though_it_failed(
    said: Said, *, stream: bool, billed: bool
) -> None:
    purse = Purse("chat", stream=stream, prices=Stated(1.0, 1.0))
    seconds = 0.2 if said.silence else 60.0
    patience = Patience(CALL.output_tokens, call_seconds=seconds, sleep=lambda _: None)
    with model_endpoint(lambda _: said) as server, purse.budget.open() as account:
        chat = EndpointChat(Wire(server.url, None, stream=stream), (MODEL,), purse.budget, patience)
        with pytest.raises(ChatError):
            chat.ask(REQUEST, Bridge)
    calls = len(server.requests)
    assert account.input_tokens == (SENT * calls if billed else 0)
    tokens, cost = purse.spending.on(DAY)
    assert tokens == account.input_tokens + account.output_tokens
    assert cost == pytest.approx(tokens / 1e6)


def test_an_answer_that_was_cut_at_its_length_is_no_answer_even_where_it_can_be_read() -> None:
    purse = Purse("chat", stream=False)
    with model_endpoint(lambda _: Said(ANSWER, finish="length")) as server, purse.budget.open():
        with pytest.raises(ChatError, match="cut at the limit of its length"):
            purse.chat(server.url).ask(REQUEST, Bridge)
        assert len(server.requests) == 1, "a second one would be cut as well"

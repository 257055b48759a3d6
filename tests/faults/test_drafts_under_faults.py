"""Whole drafts against an endpoint that fails in every way; see README.md beside this file."""

import os
import random
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from agent.llm.budget import Budget, Limits
from agent.llm.client import EndpointChat, Patience
from agent.llm.dialect import Api
from agent.llm.wire import Wire
from agent.render import render
from agent.service import Desk
from agent.types import Page
from agent.writers.facets import Facet
from tests.replay.chatting import Asked, Said, messages, model_endpoint
from tests.scripted import honest, request_of
from tests.unit.agent.desk_with_model import QUESTION, SHELF, desk_asking

DRAFTS: Final = int(os.environ.get("VERDICT_FAULT_DRAFTS", "60"))
CHUNKS: Final = 12
LIMITS: Final = Limits(seconds=2.0, draft_tokens=40_000)
BUSY = 5.0
"""Seconds after the limit in which a busy machine must have noticed it."""
OWN: Final = 1.0
"""Seconds that a draft may take beside the model."""
HELD: Final = " ".join(p.text for block, _ in SHELF.scan() for p in block)

Fault = Callable[[str, random.Random], Said]
FAULTS: Final[tuple[Fault, ...]] = (
    lambda good, r: Said(
        status=429, raw=b"{}", headers={"retry-after": r.choice(("0", "1", "60"))}
    ),
    lambda good, r: Said(status=429, raw=b'{"error": {"code": "insufficient_quota"}}'),
    lambda good, r: Said(status=r.choice((500, 502, 503, 529)), raw=b"<html>down</html>"),
    lambda good, r: Said(good, cut=0, reset=True),
    lambda good, r: Said(good, cut=r.randint(1, 400), reset=r.random() < 0.5),
    lambda good, r: Said(good, silence=r.choice((0.1, 0.5, 5.0))),
    lambda good, r: Said(good, drip=r.choice((0.001, 0.05))),
    lambda good, r: Said(raw=b'{"id": "1", "choices": [{"message": {"con'),
    lambda good, r: Said("I think that 4711 agents were arrested by Zorblatt."),
    lambda good, r: Said(f"Sure! Here is the JSON:\n```json\n{good}\n```"),
    lambda good, r: Said(good[: len(good) // 2]),
    lambda good, r: Said(good[: len(good) // 2], finish=None),
    lambda good, r: Said(good, finish=r.choice(("length", "content_filter"))),
    lambda good, r: Said("4711 " * 2_000_000),
    lambda good, r: Said(choices=False),
    lambda good, r: Said("", refusal="I will not."),
    lambda good, r: Said(good, model="zorblatt-1b"),
    lambda good, r: Said(raw=b"null"),
    lambda good, r: Said(raw=b'{"error": {"message": "overloaded"}}'),
    lambda good, r: Said(good, usage=False),
)


def failing(r: random.Random, rate: float) -> Callable[[Asked], Said]:
    """An honest model behind a service that fails as often as `rate` says."""

    def answer(asked: Asked) -> Said:
        good = honest(request_of(*messages(asked)))
        return r.choice(FAULTS)(good, r) if r.random() < rate else Said(good)

    return answer


def desk(url: str, api: Api, *, stream: bool) -> Desk:
    budget = Budget(LIMITS)
    patience = Patience(4_000, call_seconds=1.0)
    chat = EndpointChat(Wire(url, None, api, stream=stream), ("m",), budget, patience)
    return replace(desk_asking(chat), budget=budget)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_draft_ends_in_a_right_page_within_its_limits(chunk: int) -> None:
    for seed in range(chunk, DRAFTS, CHUNKS):
        r = random.Random(seed)  # noqa: S311  (nothing here is secret)
        api: Api = "responses" if seed % 4 >= 2 else "chat"
        with model_endpoint(failing(r, rate=r.choice((0.2, 0.5, 0.9)))) as server:
            began = time.monotonic()
            made = desk(server.url, api, stream=seed % 2 == 0).draft(QUESTION)
            took = time.monotonic() - began
        assert isinstance(made, Page), (seed, made)
        _right(made, seed)
        assert made.usage.seconds <= LIMITS.seconds + BUSY, seed
        assert took <= LIMITS.seconds + BUSY + OWN, seed
        assert made.usage.input_tokens + made.usage.output_tokens <= (LIMITS.draft_tokens or 0)
        assert server.tokens <= (LIMITS.draft_tokens or 0), seed


SAYS_WHO = re.compile(
    r", according to [^,]*\.$|^According to [^,]*, |\.$|^[\w ]+ reported on \w+ \d+, \d{4} that "
)


ASSERTS_NOTHING = re.compile(r"What Publisher \w+(?: and Publisher \w+)? reported")


def _right(made: Page, seed: int) -> None:
    """Its body says what passages say and nothing else."""
    body = [s for section in made.sections[:-2] for s in section.sentences]
    assert body
    for sentence in body:
        core = SAYS_WHO.sub("", sentence.text)
        assert core.lower() in HELD.lower(), (seed, sentence.text)
    text = render(made, "text")
    assert "4711" not in text
    assert "Zorblatt says" not in text
    for heading in (s.heading for s in made.sections[:-2]):
        known = heading in HELD or heading.split(":")[0] in {f.value for f in Facet}
        assert known or ASSERTS_NOTHING.fullmatch(heading), (seed, heading)

"""Record the cassettes anew: `make record`, or `python -m tests.replay.record [--base-url URL]`.

Without an address the endpoints are on this machine and need no key. With one, the conversations
with the model are recorded from there; the key is read from VERDICT_API_KEY, as the product reads
it, and never written. Addresses in a cassette are always those of this machine.
"""

import argparse
from contextlib import nullcontext

from agent.llm.budget import Budget, Limits
from agent.llm.client import EndpointChat, Patience
from agent.llm.dialect import Api
from agent.llm.wire import Wire
from agent.settings import Settings
from prompts import load
from prompts.plan import PlanAnswer
from retrieval.endpoint import EndpointEmbedder
from tests.replay import CASSETTES, player
from tests.replay.chatting import Asked, Said, messages, model_endpoint
from tests.replay.loopback import Reply, endpoint
from tests.scripted import honest, request_of

PORT = 18_765
TEXTS = ("The council voted 38 to 6.", "Der Rat stimmte dafür.", "")
CASSETTE = "embeddings.yaml"
MODEL = "gpt-5-mini"
HERE = f"http://127.0.0.1:{PORT}/v1"
CHATS: dict[str, tuple[Api, bool]] = {
    "chat.yaml": ("chat", False),
    "chat_stream.yaml": ("chat", True),
    "responses.yaml": ("responses", False),
    "responses_stream.yaml": ("responses", True),
}
PLANNING = load("plan").request(
    question='{"question": "Is the Great Wall visible from space?"}',
    asked="2026-11-22",
    marker="0123456789abcdef",
)


def embedder() -> EndpointEmbedder:
    """The embedder as it was when the cassette was recorded."""
    return EndpointEmbedder(HERE, "not-a-real-key", "text-embedding-3-small", dimension=8)


def plan(way: tuple[Api, bool], base_url: str = HERE, key: str = "not-a-real-key") -> PlanAnswer:
    """Ask for a plan as it was asked when the cassettes were recorded."""
    budget = Budget(Limits(seconds=60))
    wire = Wire(base_url, key, way[0], stream=way[1])
    with budget.open():
        return EndpointChat(wire, (MODEL,), budget, Patience(2_000)).ask(PLANNING, PlanAnswer)


class Stubborn:
    """First busy, then in prose, then as it was asked."""

    def __init__(self) -> None:
        self._turn = 0

    def __call__(self, asked: Asked) -> Said:
        self._turn += 1
        if self._turn == 1:
            busy = b'{"error": {"message": "busy", "type": "requests", "code": null}}'
            return Said(status=429, raw=busy, headers={"retry-after": "0"})
        if self._turn == 2:
            return Said("The wall cannot be seen with the naked eye.")
        return Said(honest(request_of(*messages(asked))), cached=64)


def main() -> None:
    """Record every conversation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", help="record the model from here")
    base_url: str | None = parser.parse_args().base_url
    (CASSETTES / CASSETTE).unlink(missing_ok=True)
    busy = Reply(429, {"error": {"message": "busy"}}, {"retry-after": "0"})
    with endpoint([busy], PORT), player("all").use_cassette(CASSETTE):
        embedder().embed(TEXTS)
    held = Settings().api_key
    key = held.get_secret_value() if held else "none"
    for name, way in CHATS.items():
        (CASSETTES / name).unlink(missing_ok=True)
        server = nullcontext() if base_url else model_endpoint(Stubborn(), PORT)
        with server, player("all", recorded_as=HERE, base_url=base_url).use_cassette(name):
            plan(way, base_url or HERE, key)


if __name__ == "__main__":
    main()

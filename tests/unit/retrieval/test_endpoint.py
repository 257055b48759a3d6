"""The embedder over the network: against a cassette, and against an endpoint that misbehaves."""

import math
import socket
from collections.abc import Mapping
from itertools import repeat
from pathlib import Path

import numpy as np
import pytest

from retrieval.endpoint import MAX_TOKENS, EndpointEmbedder
from retrieval.errors import EmbeddingFailed
from retrieval.tokens import count
from tests.replay import CASSETTES, player
from tests.replay.loopback import Reply, answer, embedding, endpoint
from tests.replay.record import CASSETTE, TEXTS
from tests.replay.record import embedder as recorded_embedder

MODEL = "text-embedding-3-small"


def embedder(url: str, dimension: int | None = None, timeout: float = 5.0) -> EndpointEmbedder:
    return EndpointEmbedder(url, "not-a-real-key", MODEL, dimension, timeout)


def rows(vectors: Mapping[int, object]) -> dict[str, object]:
    return {"data": [{"index": i, "embedding": vector} for i, vector in vectors.items()]}


@pytest.mark.disable_socket
def test_a_recorded_conversation_is_replayed_to_its_end() -> None:
    with player().use_cassette(CASSETTE) as cassette:
        vectors = recorded_embedder().embed(TEXTS)
        assert cassette.all_played
    assert vectors.shape == (3, 8)
    expected = np.array([embedding(text) for text in (*TEXTS[:2], " ")])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


@pytest.mark.parametrize("path", sorted(CASSETTES.glob("*.yaml")), ids=lambda path: path.name)
def test_a_cassette_is_small_and_holds_no_secret(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text) < 100_000
    lowered = text.lower()
    secrets = ("authorization", "bearer", "sk-", "api-key", "not-a-real-key", "cookie", "openai-")
    assert not [secret for secret in secrets if secret in lowered]


def test_vectors_have_unit_length_and_the_order_of_the_texts() -> None:
    texts = [f"text {i}" for i in range(5)]
    with endpoint() as server:
        vectors = embedder(server.url).embed(texts)
    expected = np.array([embedding(text) for text in texts])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(np.sum(vectors * expected, axis=1), np.linalg.norm(expected, axis=1))
    assert vectors.dtype == np.float32


def test_a_request_holds_at_most_256_texts_and_asks_for_floats() -> None:
    with endpoint() as server:
        vectors = embedder(server.url).embed([f"text {i}" for i in range(600)])
    assert vectors.shape == (600, 8)
    assert [len(request["input"]) for request in server.requests] == [256, 256, 88]
    assert {request["encoding_format"] for request in server.requests} == {"float"}


def test_a_request_of_long_texts_stays_below_the_limit_of_a_request() -> None:
    with endpoint() as server:
        embedder(server.url).embed([f"{i} " + "record " * 5000 for i in range(20)])
    sizes = [sum(len(text) for text in request["input"]) for request in server.requests]
    assert len(sizes) > 1
    assert max(sizes) <= 300_000


def test_a_text_beyond_the_window_is_cut() -> None:
    with endpoint() as server:
        embedder(server.url).embed(["the council voted " * 4000])
    [sent] = server.requests[0]["input"]
    assert MAX_TOKENS - 5 < count(sent, MODEL) <= MAX_TOKENS


def test_blank_text_and_half_characters_are_sent_as_what_can_be_sent() -> None:
    with endpoint() as server:
        vectors = embedder(server.url).embed(["", " \n", "caf\udce9"])
    assert server.requests[0]["input"] == [" ", " ", "caf?"]
    assert vectors.shape == (3, 8)


def test_nothing_to_embed_is_an_empty_table() -> None:
    with endpoint() as server:
        assert embedder(server.url, dimension=4).embed([]).shape == (0, 4)
    assert not server.requests


def test_a_dimension_is_asked_for_and_named_in_the_id() -> None:
    with endpoint() as server:
        short = embedder(server.url, dimension=4)
        assert short.embed(["a"]).shape == (1, 4)
    assert server.requests[0]["dimensions"] == 4
    assert short.id == f"{MODEL}/4"


def test_the_first_answer_tells_the_dimension_where_none_was_asked_for() -> None:
    with endpoint() as server:
        plain = embedder(server.url)
        assert plain.dimension == 8
        assert plain.dimension == 8
    assert len(server.requests) == 1
    assert "dimensions" not in server.requests[0]
    assert plain.id == MODEL


def test_a_server_without_a_key_is_served_and_no_account_of_the_environment_goes_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "of-the-environment")
    with endpoint() as server:
        EndpointEmbedder(server.url, None, MODEL).embed(["a"])
    assert server.headers[0]["authorization"] == "Bearer none"
    assert "of-the-environment" not in server.headers[0].values()


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
def test_a_failure_that_may_pass_is_tried_again(status: int) -> None:
    with endpoint([Reply(status, {}, {"retry-after": "0"})] * 2) as server:
        assert embedder(server.url).embed(["a"]).shape == (1, 8)
    assert len(server.requests) == 3


def test_a_date_in_retry_after_is_understood() -> None:
    past = Reply(429, {}, {"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"})
    with endpoint([past]) as server:
        assert embedder(server.url, timeout=0.4).embed(["a"]).shape == (1, 8)


@pytest.mark.parametrize(
    ("status", "advice"),
    [(400, "length of the texts"), (401, "key"), (403, "key"), (404, "ends in /v1")],
)
def test_a_refusal_is_not_tried_again_and_says_what_to_do(status: int, advice: str) -> None:
    with (
        endpoint([Reply(status, {"error": {"message": "no"}})]) as server,
        pytest.raises(EmbeddingFailed, match=str(status)) as failure,
    ):
        embedder(server.url).embed(["a"])
    assert advice in failure.value.advice
    assert len(server.requests) == 1


def test_a_failure_that_stays_is_reported_after_six_attempts() -> None:
    with (
        endpoint(repeat(Reply(500, {}, {"retry-after": "0"}))) as server,
        pytest.raises(EmbeddingFailed, match="answered 500") as failure,
    ):
        embedder(server.url).embed(["a"])
    assert "later" in failure.value.advice
    assert len(server.requests) == 6


def test_a_wait_longer_than_the_time_left_is_not_begun() -> None:
    with (
        endpoint([Reply(429, {}, {"retry-after": "3600"})]) as server,
        pytest.raises(EmbeddingFailed, match="429") as failure,
    ):
        embedder(server.url).embed(["a"])
    assert "budget" in failure.value.advice
    assert len(server.requests) == 1


def test_a_silent_server_is_given_up_when_the_time_is_over() -> None:
    with (
        endpoint([Reply(seconds=30)]) as server,
        pytest.raises(EmbeddingFailed, match=r"within 0\.2 seconds") as failure,
    ):
        embedder(server.url, timeout=0.2).embed(["a"])
    assert "time-out" in failure.value.advice


def test_an_address_where_nobody_listens_is_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(EmbeddingFailed, match=url) as failure:
        embedder(url, timeout=0.2).embed(["a"])
    assert "running" in failure.value.advice


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<html>a login page</html>", "not a list of embeddings"),
        ({"data": "none"}, "not a list of embeddings"),
        (rows({0: "AAAA"}), "not a list of embeddings"),
        (rows({0: [1.0, 0.0]}), "each of 2 texts"),
        (rows({0: [1.0, 0.0], 2: [1.0, 0.0]}), "each of 2 texts"),
        (rows({0: [1.0, 0.0], 1: [1.0]}), r"\[1, 2\] dimensions"),
        (rows({0: [], 1: []}), "is zero"),
        (rows({0: [1.0, 0.0], 1: [0.0, 0.0]}), "is zero"),
        (rows({0: [1.0, 0.0], 1: [math.nan, 0.0]}), "not finite"),
    ],
    ids=[
        *("no JSON", "no list", "a string for a vector", "too few", "a wrong index"),
        *("unequal lengths", "no numbers", "zero", "not a number"),
    ],
)
def test_an_answer_out_of_shape_is_refused(body: object, reason: str) -> None:
    with (
        endpoint([Reply(body=body)]) as server,
        pytest.raises(EmbeddingFailed, match=reason),
    ):
        embedder(server.url).embed(["a", "b"])
    assert len(server.requests) == 1


def test_another_dimension_than_was_asked_for_is_refused() -> None:
    wrong = Reply(body=answer({"input": ["a"], "model": MODEL}))
    with (
        endpoint([wrong]) as server,
        pytest.raises(EmbeddingFailed, match=r"\[8\] dimensions where 4"),
    ):
        embedder(server.url, dimension=4).embed(["a"])

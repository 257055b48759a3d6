"""A language model behind the front door: its own endpoint on this machine, whole and streamed."""

import json
from pathlib import Path

import pytest

from evals.form import lint
from tests.faces.front import verdict
from tests.replay.chatting import Asked, Said, messages, model_endpoint
from tests.scripted import honest, request_of

QUESTION = "Are nyc cops taking down I.C.E. agents?"


def model(asked: Asked) -> Said:
    return Said(honest(request_of(*messages(asked))), cached=64)


@pytest.fixture(autouse=True)
def purse(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VERDICT_SPENDING", str(tmp_path / "spending.sqlite3"))


@pytest.mark.parametrize("stream", ["true", "false"])
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_model_writes_the_page_within_four_calls_and_the_page_says_so(
    library: Path, monkeypatch: pytest.MonkeyPatch, api: str, stream: str
) -> None:
    monkeypatch.setenv("VERDICT_API", api)
    monkeypatch.setenv("VERDICT_STREAM", stream)
    with model_endpoint(model) as server:
        told = verdict(
            "draft", QUESTION, "--library", library, "--model", "gpt-5-mini",
            "--base-url", server.url,
        )  # fmt: skip
    assert told.status == 0, told.err
    assert not [fault for fault in lint(told.out) if "MUST" in fault]
    assert "Drafted with the language model gpt-5-mini" in told.out
    assert "Note:" not in told.out
    assert 2 <= len(server.requests) <= 4
    assert server.tokens < 29_000
    assert {asked["stream"] for asked in server.requests} == {stream == "true"}


def test_a_service_that_is_down_leaves_a_page_and_says_so_on_it_and_on_stderr(
    library: Path,
) -> None:
    quota = Said(status=429, raw=b'{"error": {"code": "insufficient_quota"}}')
    with model_endpoint(lambda _: quota) as server:
        told = verdict(
            "draft", QUESTION, "--library", library, "--format", "json", "--base-url", server.url
        )
    assert told.status == 0
    usage = json.loads(told.out)["usage"]
    assert usage["model"] == "embedded"
    assert 2 <= len(set(usage["notes"])) == len(usage["notes"])
    assert "The embedded drafter wrote the body in the model's place." in told.err


def test_a_key_that_is_refused_is_an_error_with_advice(library: Path) -> None:
    with model_endpoint(lambda _: Said(status=401, raw=b"{}")) as server:
        told = verdict("draft", QUESTION, "--library", library, "--base-url", server.url)
    assert told.status == 5
    assert "VERDICT_API_KEY" in told.err
    assert not told.out


def test_doctor_says_what_is_configured_and_calls_only_on_request(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_endpoint(model) as server:
        monkeypatch.setenv("VERDICT_BASE_URL", server.url)
        monkeypatch.setenv("VERDICT_FALLBACK_MODELS", "second, third")
        told = verdict("doctor", "--library", library)
        assert f"gpt-5-mini, then second, then third at {server.url}" in told.out
        assert "a draft: $0.0" in told.out
        assert not server.requests
        called = verdict("doctor", "--call", "--library", library)
    assert len(server.requests) == 1
    assert called.status == 0
    assert "ok   call: gpt-5-mini answered in" in called.out


def test_without_a_key_nothing_is_missing(library: Path) -> None:
    told = verdict("doctor", "--library", library)
    assert told.status == 0
    assert "embedded: it says only what passages say" in told.out

"""A language model behind the front door: its own endpoint on this machine, whole and streamed."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from evals.form import lint
from tests.faces.front import verdict
from tests.replay.chatting import Asked, Said, messages, model_endpoint, refusing
from tests.scripted import honest, request_of

QUESTION = "Are nyc cops taking down I.C.E. agents?"


def model(asked: Asked) -> Said:
    return Said(honest(request_of(*messages(asked))), cached=64)


@pytest.fixture(autouse=True)
def purse(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VERDICT_SPENDING", str(tmp_path / "spending.sqlite3"))


@pytest.mark.parametrize("stream", ["true", "false"])
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_model_writes_the_page_within_six_calls_and_the_page_says_so(
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
    assert 4 <= len(server.requests) <= 6
    assert server.tokens < 45_000
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
    assert "The embedded writer wrote the page in the model's place." in told.err


def last_line(library: Path, *typed: object) -> str:
    """The last line of a page: how it was made."""
    told = verdict("draft", QUESTION, "--library", library, *typed)
    assert told.status == 0, told.err
    assert "language model embedded" not in told.out
    return told.out.strip().splitlines()[-1]


def test_a_page_without_a_model_says_who_wrote_it(library: Path) -> None:
    line = "Drafted on this machine by the embedded writer; no language model was used."
    assert last_line(library) == line


def test_a_page_by_a_model_says_who_wrote_it_and_what_that_took(library: Path) -> None:
    with model_endpoint(model) as server:
        line = last_line(library, "--base-url", server.url)
    calls = len(server.requests)
    assert line.startswith(f"Drafted with the language model gpt-5-mini: {calls} calls, ")
    assert not re.search("known|estimated|about", line)


@pytest.mark.parametrize(
    "said",
    [Said(status=503, raw=b"{}", headers={"retry-after": "0"}), Said("x", finish="length")],
    ids=["down", "cut"],
)
def test_a_page_for_which_the_model_gave_no_answer_says_so(library: Path, said: Said) -> None:
    with model_endpoint(lambda _: said) as server:
        line = last_line(library, "--base-url", server.url)
    who = "Drafted on this machine by the embedded writer; the language model that was asked gave "
    assert line.startswith(f"{who}no answer: ")
    assert " calls, " in line
    assert "The embedded writer wrote the page in the model's place." in line


@pytest.mark.parametrize("said", [Said(status=422, raw=b"{}"), Said("prose")], ids=["no", "prose"])
def test_a_page_that_the_model_planned_and_did_not_write_says_so(library: Path, said: Said) -> None:
    def planning(asked: Asked) -> Said:
        return model(asked) if request_of(*messages(asked)).prompt == "plan" else said

    with model_endpoint(planning) as server:
        line = last_line(library, "--base-url", server.url)
    who = "by the embedded writer, in the place of the language model gpt-5-mini: "
    assert line.startswith(f"Drafted on this machine {who}")
    assert "The embedded writer wrote the page in the model's place." in line


@pytest.mark.parametrize("stream", ["true", "false"])
@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize("figure", [-7, 10**19], ids=["negative", "huge"])
def test_figures_that_cannot_be_do_not_cost_the_page_and_are_said_to_be_unknown(
    library: Path, monkeypatch: pytest.MonkeyPatch, api: str, stream: str, figure: object
) -> None:
    monkeypatch.setenv("VERDICT_API", api)
    monkeypatch.setenv("VERDICT_STREAM", stream)
    names = ("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens")
    with model_endpoint(lambda a: replace(model(a), usage=dict.fromkeys(names, figure))) as server:
        line = last_line(library, "--base-url", server.url)
    calls = len(server.requests)
    assert line.startswith(f"Drafted with the language model gpt-5-mini: {calls} calls, about ")
    whose = f"(estimated here for {calls} calls that the endpoint did not count)"
    assert line.endswith(f" out {whose}, cost not known.")


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


def interface(library: Path) -> str:
    """What the doctor says of the interface after one call."""
    told = verdict("doctor", "--call", "--library", library)
    assert told.status == 0, told.out
    [line] = [line for line in told.out.splitlines() if line.startswith("ok   interface: ")]
    return line.removeprefix("ok   interface: ")


def test_doctor_says_what_an_endpoint_takes_and_what_was_left_out(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuses = refusing("json_schema", "max_completion_tokens", "stream_options", status=422)
    with model_endpoint(lambda asked: refuses(asked) or model(asked)) as server:
        monkeypatch.setenv("VERDICT_BASE_URL", server.url)
        line = interface(library)
    assert len(server.requests) == 4
    taken, left = line.split("; refused and left out: ")
    assert taken.startswith("gpt-5-mini takes json_object, ")
    assert "json_schema (the schema of the answer stands in the instructions), " in left
    assert "max_completion_tokens (max_tokens is sent), stream_options (" in left


def test_doctor_says_that_nothing_was_left_out(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_endpoint(model) as server:
        monkeypatch.setenv("VERDICT_BASE_URL", server.url)
        line = interface(library)
    assert line.startswith("gpt-5-mini takes json_schema, max_completion_tokens, stream_options, ")
    assert line.endswith("; nothing was left out")


def test_a_page_by_a_model_behind_a_server_that_takes_little_is_as_good(library: Path) -> None:
    refuses = refusing("json_schema", "json_object", "max_completion_tokens", "stream_options")
    with model_endpoint(lambda asked: refuses(asked) or model(asked)) as server:
        line = last_line(library, "--base-url", server.url)
    assert re.match(r"Drafted with the language model gpt-5-mini: [2-6] calls, ", line)
    assert "embedded" not in line


def test_the_doctor_names_an_azure_resource(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_endpoint(model) as server:
        monkeypatch.setenv("VERDICT_BASE_URL", server.url.removesuffix("/v1"))
        monkeypatch.setenv("VERDICT_AZURE_API_VERSION", "2024-10-21")
        told = verdict("doctor", "--call", "--library", library)
    assert told.status == 0
    assert "(Azure 2024-10-21, chat)" in told.out
    assert server.paths[0].startswith("/openai/deployments/gpt-5-mini/chat/completions?")


def test_azure_without_an_address_is_a_setting_that_is_wrong(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERDICT_AZURE_API_VERSION", "2024-10-21")
    told = verdict("doctor", "--library", library)
    assert told.status == 2
    assert (
        "VERDICT_AZURE_API_VERSION (or config.toml) is wrong: it needs VERDICT_BASE_URL" in told.err
    )


def test_doctor_says_that_a_count_is_not_known(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_endpoint(lambda asked: replace(model(asked), usage={"prompt_tokens": -1})) as server:
        monkeypatch.setenv("VERDICT_BASE_URL", server.url)
        told = verdict("doctor", "--call", "--library", library)
    assert told.status == 0
    assert "tokens not known (about " in told.out


def test_without_a_key_nothing_is_missing(library: Path) -> None:
    told = verdict("doctor", "--library", library)
    assert told.status == 0
    assert "embedded: it says only what passages say" in told.out

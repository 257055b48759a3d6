"""Which settings bring a language model to the desk."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from agent import bootstrap
from agent.settings import Settings
from agent.types import Question
from tests.replay.chatting import Asked, Said, messages, model_endpoint
from tests.scripted import honest, request_of
from tests.unit.agent.desk_with_model import QUESTION


@pytest.fixture(autouse=True)
def untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VERDICT_BASE_URL", "VERDICT_API_KEY", "VERDICT_MODEL"):
        monkeypatch.delenv(name, raising=False)


def model(asked: Asked) -> Said:
    return Said(honest(request_of(*messages(asked))))


def test_without_a_key_and_an_address_no_model_is_used() -> None:
    assert not Settings().uses_model


@pytest.mark.parametrize("name", ["VERDICT_BASE_URL", "VERDICT_API_KEY"])
def test_a_key_or_an_address_is_enough(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:1/v1")
    assert Settings().uses_model


def test_a_key_of_another_program_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-program")
    assert not Settings().uses_model


def test_fallback_models_are_names_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERDICT_FALLBACK_MODELS", "one, two")
    assert Settings().fallback_models == ("one", "two")


def test_a_key_is_never_shown() -> None:
    settings = Settings.model_validate({"api_key": "sk-secret"})
    assert "sk-secret" not in f"{settings!r} {settings}"


@pytest.mark.parametrize(
    "wrong", [{"context_window": 100}, {"api": "soap"}, {"draft_tokens": 0}, {"model_seconds": 0}]
)
def test_a_setting_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)


def test_the_configured_model_is_asked_first_and_within_a_third_of_its_window(
    tmp_path: Path,
) -> None:
    settings = Settings(
        model="small",
        fallback_models=("large",),
        context_window=9_000,
        spending=tmp_path / "deep" / "spending.sqlite3",
    )
    with model_endpoint(model) as server:
        settings = Settings.model_validate({**settings.model_dump(), "base_url": server.url})
        budget = bootstrap.build_budget(settings)
        with budget.open() as account:
            _plan(settings, QUESTION)
    [asked] = server.requests
    assert (asked["model"], asked["max_completion_tokens"]) == ("small", 3_000)
    assert (tmp_path / "deep" / "spending.sqlite3").exists()
    assert account.usage().calls == 1


def test_azure_is_a_version_a_resource_and_a_deployment(tmp_path: Path) -> None:
    with model_endpoint(model) as server:
        settings = Settings(
            base_url=server.url.removesuffix("/v1"),
            api_key=SecretStr("not-a-real-key"),
            azure_api_version="2024-10-21",
            model="desk",
            spending=tmp_path / "spending.sqlite3",
        )
        with bootstrap.build_budget(settings).open():
            _plan(settings, QUESTION)
    assert server.paths == ["/openai/deployments/desk/chat/completions?api-version=2024-10-21"]
    assert server.headers[0]["api-key"] == "not-a-real-key"


def test_azure_without_the_address_of_a_resource_is_refused() -> None:
    with pytest.raises(ValidationError, match="VERDICT_BASE_URL"):
        Settings(azure_api_version="2024-10-21")


def test_the_model_that_judges_may_be_another(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().judge_model is None
    monkeypatch.setenv("VERDICT_JUDGE_MODEL", "large")
    assert (Settings().judge_model, Settings().model) == ("large", "gpt-5-mini")


def _plan(settings: Settings, question: Question) -> None:
    from agent.pipeline.plan import ModelPlanner  # noqa: PLC0415

    chat = bootstrap.build_chat(settings, bootstrap.build_budget(settings))
    ModelPlanner(chat).plan(question)

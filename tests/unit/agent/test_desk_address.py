"""The address of a desk: taken as it is, or refused with what to write instead."""

import pytest
from pydantic import ValidationError

from agent.settings import Settings
from tests.faces.front import verdict

GOOD = (
    "https://desk.example.org/drafts/{draft}",
    "https://desk.example.org?draft={draft}&from=slack",
    "https://desk.example.org:8443/#/drafts/{draft}/edit",
    "http://localhost:8000/{draft}",
    "http://127.0.0.1/{draft}",
    "http://[::1]:8000/{draft}",
)
WRONG = (
    "http://desk.example.org/{draft}",
    "https://desk.example.org/",
    "https://desk.example.org/{drafts}",
    "https://desk.example.org/{draft}/{draft}",
    "https://desk.example.org/{claim}/{draft}",
    "https://{draft}.example.org/",
    "https://anna:secret@desk.example.org/{draft}",
    "https://bbc.com@evil.example/{draft}",
    "https://desk.example.org/a b/{draft}",
    "https://desk.example.org\\{draft}",
    "https://desk.example.org/<{draft}>",
    "https://desk.example.org/\u202e{draft}",
    "https://desk.example.org:99999/{draft}",
    "https:///{draft}",
    "https:desk.example.org/{draft}",
    "https://[1/{draft}",
    "javascript:alert({draft})",
    "ftp://desk.example.org/{draft}",
    "desk.example.org/{draft}",
    "{draft}",
    f"https://desk.example.org/{'x' * 3_000}/{{draft}}",
)


def test_without_an_address_there_is_none() -> None:
    assert Settings().slack_desk_url is None


@pytest.mark.parametrize("address", GOOD)
def test_an_address_is_taken_as_it_is(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERDICT_SLACK_DESK_URL", address)
    assert Settings().slack_desk_url == address


@pytest.mark.parametrize("address", WRONG)
def test_another_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERDICT_SLACK_DESK_URL", address)
    with pytest.raises(ValidationError, match="write the https address"):
        Settings()


@pytest.mark.parametrize("command", ["slack", "doctor"])
def test_the_refusal_says_what_to_write(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERDICT_SLACK_DESK_URL", "https://desk.example.org/")
    told = verdict(command)
    assert told.status == 2
    assert told.error.startswith("verdict: VERDICT_SLACK_DESK_URL (or config.toml) is wrong: write")
    assert "with {draft} once where its id belongs" in told.error
    assert "https://desk.example.org/drafts/{draft}" in told.error

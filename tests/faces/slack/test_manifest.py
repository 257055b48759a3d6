"""The manifest, the README and the code say the same."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.faces.slack import messages
from agent.faces.slack.app import COMMAND, SHORTCUT
from agent.faces.slack.transport import SCOPES
from agent.settings import Settings
from tests.faces.front import verdict

FOLDER = Path(__file__).parents[3] / "agent/faces/slack"
README = (FOLDER / "README.md").read_text("utf-8")
MANIFEST: dict[str, Any] = yaml.safe_load((FOLDER / "manifest.yaml").read_text("utf-8"))


def test_the_manifest_asks_for_the_scopes_that_the_code_names_and_no_more() -> None:
    assert tuple(MANIFEST["oauth_config"]["scopes"]["bot"]) == SCOPES


def test_every_scope_has_its_reason() -> None:
    table = README[README.index("| scope |") : README.index("It cannot read channels")]
    assert re.findall(r"^\| `(.+?)` \| .{9,} \|$", table, re.MULTILINE) == list(SCOPES)


def test_the_manifest_names_what_the_app_listens_to() -> None:
    features = MANIFEST["features"]
    assert features["shortcuts"][0]["callback_id"] == SHORTCUT
    assert features["shortcuts"][0]["type"] == "message"
    assert features["slash_commands"][0]["command"] == COMMAND
    prompts = [(p["title"], p["message"]) for p in features["agent_view"]["suggested_prompts"]]
    assert set(prompts) <= set(messages.PROMPTS)
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert len(MANIFEST["display_information"]["description"]) <= 140


def test_every_setting_of_slack_is_in_the_readme() -> None:
    names = [n for n in Settings.model_fields if n.startswith("slack_")]
    assert [n for n in names if f"`VERDICT_{n.upper()}`" not in README] == []


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({}, "VERDICT_SLACK_BOT_TOKEN and VERDICT_SLACK_APP_TOKEN"),
        ({"BOT_TOKEN": "xoxb-1"}, "VERDICT_SLACK_APP_TOKEN"),
        ({"BOT_TOKEN": "xoxb-1", "MODE": "http"}, "VERDICT_SLACK_SIGNING_SECRET"),
        ({"CLIENT_ID": "1.2", "MODE": "http"}, "VERDICT_SLACK_WORKSPACES"),
        ({"CLIENT_ID": "1.2"}, "VERDICT_SLACK_MODE=http"),
    ],
)
def test_a_missing_setting_is_named(
    env: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(f"VERDICT_SLACK_{name}", value)
    done = verdict("slack", "--library", tmp_path)
    assert (done.status, told in done.error) == (2, True)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("agent.faces.slack.find_spec", lambda _: None)
    assert "pip install '.[slack]'" in verdict("slack", "--library", tmp_path).error


def test_forgetting_needs_an_id_and_something_to_forget(tmp_path: Path) -> None:
    assert "no Slack user id" in verdict("forget-user", "@anna", "--library", tmp_path).error
    assert "Nothing was ever asked" in verdict("forget-user", "U1", "--library", tmp_path).error

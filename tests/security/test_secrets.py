"""Threats 9 and 10 of SECURITY.md: no secret gets out, and what was taken down is gone."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from agent import bootstrap
from agent.faces.opening import read_settings
from agent.settings import Settings
from tests.faces.front import QUESTION, ROOT, note, verdict
from tests.replay.chatting import Said, model_endpoint
from tests.security import canaries
from tests.security.canaries import API_KEY, DATABASE_WORD, SECRETS, SLACK_TOKENS, found_in

BOT, APP = SLACK_TOKENS
DATABASE = f"postgresql://verdict:{DATABASE_WORD}@127.0.0.1:1/verdict"
PLANTED = {
    "VERDICT_API_KEY": API_KEY,
    "VERDICT_EMBEDDING_API_KEY": API_KEY,
    "VERDICT_FACT_CHECK_KEY": API_KEY,
    "VERDICT_SLACK_BOT_TOKEN": BOT,
    "VERDICT_SLACK_APP_TOKEN": APP,
    "VERDICT_SLACK_SIGNING_SECRET": canaries.SIGNING_SECRET,
    "VERDICT_SLACK_CLIENT_SECRET": canaries.SIGNING_SECRET,
}
ECHO = json.dumps({"error": {"message": f"Incorrect API key provided: {API_KEY}.", "code": "x"}})


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """All secrets in the environment; a folder for what is written."""
    for name, value in PLANTED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("VERDICT_SPENDING", str(tmp_path / "spending.sqlite3"))
    yield tmp_path
    assert canaries.files_with_secrets(tmp_path) == []


@pytest.mark.parametrize("status", [400, 401, 429, 500, 200])
def test_09_an_endpoint_that_repeats_the_key_does_not_get_it_printed(
    planted: Path,
    small: Path,
    status: int,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    with model_endpoint(lambda _: Said(status=status, raw=ECHO.encode())) as server:
        monkeypatch.setenv("VERDICT_BASE_URL", server.url)
        for typed in (
            ["draft", "Was the old bridge closed?", "--format", "json"],
            ["ask", "Was the old bridge closed?"],
            ["doctor", "--call", "--json"],
        ):
            told = verdict(*typed, "--library", small)
            assert server.requests, typed
            assert not found_in(told.out + told.err), typed
    assert not found_in("\n".join(record.getMessage() for record in caplog.records))


def test_09_no_command_says_or_writes_a_secret_however_it_ends(
    planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database, the embeddings and Slack are not there: each command fails with a secret."""
    monkeypatch.setenv("VERDICT_DATABASE_URL", DATABASE)
    monkeypatch.setenv(
        "VERDICT_EMBEDDING_BASE_URL", f"http://u:{DATABASE_WORD}@127.0.0.1:1/v1?key={API_KEY}"
    )
    monkeypatch.setenv("VERDICT_LIBRARY", str(planted / "library"))
    for typed in (
        ["draft", QUESTION],
        ["doctor"],
        ["doctor", "--json"],
        ["library", "stats"],
        ["library", "list", "--json"],
        ["batch", planted / "none.jsonl"],
        ["worker"],
        ["slack"],
        ["serve", "--no-open"],
        ["library", "copy", "database", planted / "copy"],
    ):
        told = verdict(*typed)
        assert told.status, typed
        assert not found_in(told.out + told.err), typed


def test_09_a_traceback_of_the_program_holds_no_secret(tmp_path: Path) -> None:
    """An unknown fault keeps its traceback: what stands in it is no setting's value."""
    code = (
        "from agent.settings import Settings\n"
        "settings = Settings()\n"
        "print(settings, repr(settings), settings.model_dump_json(), settings.model_dump())\n"
        "raise RuntimeError(f'{settings}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "", "HOME": str(tmp_path), "VERDICT_DATABASE_URL": DATABASE, **PLANTED},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "RuntimeError" in done.stderr
    assert not found_in(done.stdout + done.stderr)


def test_09_every_setting_with_a_secret_is_kept_as_one() -> None:
    named = ("key", "token", "secret", "database_url", "installs")
    kept = {name for name, field in Settings.model_fields.items() if "Secret" in str(field)}
    assert kept == {
        name for name in Settings.model_fields if name.endswith(named) and "tokens" not in name
    }


def test_09_no_cassette_holds_a_key() -> None:
    for path in (ROOT / "tests" / "replay").rglob("*"):
        if path.suffix in {".yaml", ".json"}:
            text = path.read_text("utf-8")
            assert not found_in(text)
            assert "authorization" not in text.lower(), path


def test_09_the_plugin_finds_a_secret_in_a_file_and_in_what_was_printed(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(f"the key is {SECRETS[0]}", "utf-8")
    (tmp_path / canaries.MAY_HOLD).mkdir()
    (tmp_path / canaries.MAY_HOLD / "config.toml").write_text(SECRETS[1], "utf-8")
    assert canaries.files_with_secrets(tmp_path) == [f"{tmp_path}/a.log: {SECRETS[0]}"]
    assert found_in(f"tried {API_KEY}") == [API_KEY]
    (tmp_path / "a.log").unlink()


def test_10_a_source_that_is_removed_leaves_no_byte_of_text_or_vector(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Database, its log, the index, its folders: words and numbers of what was taken down."""
    notes, home = tmp_path / "notes", tmp_path / "library"
    note(notes, "kept", "The council closed the old bridge after an inspection found cracks.")
    note(notes, "gone", "The zeppelin of Quagmire landed on the xylophone factory.")
    assert verdict("library", "add", notes, "--vetted-by", "Ada", "--library", home).status == 0
    assert verdict("search", "zeppelin", "--library", home).status == 0
    with bootstrap.open_library(read_settings(), home) as library:
        [passage] = library.passages("gone")
        vector = np.asarray(library.vectors([passage.id]), dtype=np.float32)[0]
    held = {"words": b"xylophone", "name": b"quagmire", "vector": vector.tobytes()[:64]}
    assert set(left(home, held)) == set(held), "the scan finds nothing of what is there"
    assert verdict("library", "remove", "gone", "--library", home).status == 0
    assert verdict("search", "bridge", "--library", home).status == 0  # the index is made anew
    assert left(home, held) == {}


def left(home: Path, wanted: dict[str, bytes]) -> dict[str, list[str]]:
    """Which of the wanted bytes are in which files."""
    found: dict[str, list[str]] = {}
    for path in home.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        for name, needle in wanted.items():
            if needle in data or needle in data.lower():
                found.setdefault(name, []).append(str(path.relative_to(home)))
    return found

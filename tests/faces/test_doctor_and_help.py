import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pytest

from agent.faces.cli.doctor import as_text
from agent.faces.cli.surroundings import Finding
from agent.jobs.durable import Leases
from agent.jobs.inspection import describe_database, read_beats
from agent.settings import Settings
from tests.faces.front import QUESTION, ROOT, verdict
from tests.security.canaries import API_KEY, DATABASE_WORD, MAY_HOLD

COMMANDS = ["draft", "ask", "check", "search", "judge", "doctor", "library"]
OF_LIBRARY = [
    *("add", "sync", "list", "show", "remove", "stats", "verify"),
    *("fetch", "watch", "fact-checks", "notices", "changes", "history"),
]


def test_the_doctor_finds_a_good_installation_in_order(library: Path) -> None:
    told = verdict("doctor", "--library", library)
    assert told.status == 0
    assert "FAIL" not in told.out
    for subject in ("installation", "embedder", "verifier", "library", "index"):
        assert f"ok   {subject}: " in told.out


def test_the_doctor_answers_programs_too(library: Path) -> None:
    found = verdict("doctor", "--json", "--library", library).json
    assert all(row["fine"] for row in found)
    assert {"installation", "embedder", "verifier", "library"} <= {row["subject"] for row in found}


def test_the_doctor_says_what_to_do_about_a_damaged_library(own: Path) -> None:
    (own / "library.sqlite3").write_bytes(b"no library")
    told = verdict("doctor", "--library", own)
    assert told.status == 6
    assert "FAIL library: " in told.out
    assert "backup" in told.out


def test_the_doctor_reads_the_trail_of_the_drafts(own: Path) -> None:
    assert verdict("draft", QUESTION, "--library", own).status == 0
    assert "ok   trail: " in verdict("doctor", "--library", own).out
    with closing(sqlite3.connect(own / "drafts.sqlite3")) as drafts, drafts:
        drafts.execute("UPDATE review_chain SET number = 7")
    told = verdict("doctor", "--library", own)
    assert told.status == 6
    assert "FAIL trail: " in told.out


def test_the_doctor_looks_at_a_library_that_is_yet_to_be_filled(tmp_path: Path) -> None:
    told = verdict("doctor", "--library", tmp_path / "none")
    assert told.status == 0
    assert "none yet" in told.out
    assert not (tmp_path / "none").exists()


def test_the_doctor_looks_at_what_a_desk_stands_on(library: Path) -> None:
    told = verdict("doctor", "--library", library)
    for subject in ("models", "disk", "extras", "clock", "workers"):
        assert f"ok   {subject}: " in told.out
    assert "each with the hash it was shipped with" in told.out


def test_the_doctor_finds_secrets_that_others_can_read(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / MAY_HOLD / "config.toml"
    place.parent.mkdir()
    place.write_text(f'api_key = "{API_KEY}"\nbase_url = "http://127.0.0.1:1/v1"\n', "utf-8")
    monkeypatch.setitem(Settings.model_config, "toml_file", place)
    monkeypatch.setenv("VERDICT_SPENDING", str(tmp_path / "spending.sqlite3"))
    for mode, mark, status in ((0o644, "FAIL", 6), (0o600, "ok  ", 0)):
        place.chmod(mode)
        told = verdict("doctor", "--library", library)
        assert f"{mark} secrets: {place} holds secrets" in told.out
        assert told.status == status
        assert API_KEY not in told.out


def test_the_doctor_names_a_database_that_is_not_there_and_a_chroma_that_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VERDICT_DATABASE_URL", f"postgresql://u:{DATABASE_WORD}@127.0.0.1:1/x")
    monkeypatch.setenv("VERDICT_CHROMA_URL", "http://u:p@chroma.example.org:8000")
    told = verdict("doctor")
    assert told.status == 6
    assert "FAIL database: 127.0.0.1/x: " in told.out
    assert "ok   chroma: server at http://chroma.example.org:8000" in told.out
    assert "asks nobody who they are" in told.out
    assert DATABASE_WORD not in told.out


def test_the_doctor_says_what_postgresql_is_and_who_works(
    server: str, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, why = describe_database(server)
    assert found.startswith("PostgreSQL ")
    assert "pgvector" in found
    assert not why
    assert read_beats(server) == {}


def test_the_doctor_counts_the_workers_that_live(own: Path) -> None:
    leases = Leases(f"sqlite:///{own / 'jobs.sqlite3'}")
    try:
        leases.beat("one-that-died")
        told = verdict("doctor", "--library", own)
    finally:
        leases.close()
    assert "ok   workers: 0 at work elsewhere, 2 in a desk started here; 1 silent" in told.out


def test_the_doctor_names_jobs_that_cannot_be_read(own: Path) -> None:
    (own / "jobs.sqlite3").write_bytes(b"no database " * 100)
    told = verdict("doctor", "--library", own)
    assert told.status == 7
    assert "FAIL jobs: " in told.out
    assert "jobs.sqlite3 cannot be read or written (file is not a database)" in told.out


def test_the_doctor_finds_a_clock_that_is_behind(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.faces.cli.surroundings.today", lambda: date(2001, 1, 1))
    told = verdict("doctor", "--library", own)
    assert told.status == 6
    assert "FAIL clock: " in told.out


def test_the_doctor_keeps_to_the_width_of_a_terminal() -> None:
    found = [Finding(subject="disk", fine=False, detail="word " * 40, advice="Free some. " * 9)]
    lines = as_text(found, 80).splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line.startswith(("FAIL ", "     ")) for line in lines)


def test_the_version_is_that_of_the_package() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agent", "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{version('verdict-desk')}\n"


@pytest.mark.parametrize(
    "command", [[], *([c] for c in COMMANDS), *(["library", c] for c in OF_LIBRARY)]
)
def test_every_command_explains_itself(command: list[str]) -> None:
    told = verdict(*command, "--help")
    assert told.status == 0
    assert told.out.startswith(" ".join(["Usage: verdict", *command]))
    assert "...\n" not in told.out.split("\n", 1)[1], "a line of help is cut short"
    assert not told.err


def test_help_lists_every_command() -> None:
    listed = verdict("--help").out
    assert all(f"\n  {command} " in listed for command in COMMANDS)


def test_a_command_that_is_misspelt_is_not_a_page() -> None:
    told = verdict("draught", "Is it so?")
    assert (told.status, told.out) == (2, "")
    assert "Error:" in told.err

import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.faces.front import QUESTION, ROOT, verdict

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

"""One library in PostgreSQL for all machines, and the way there and back."""

import re
from pathlib import Path

import pytest

from retrieval import copying
from retrieval.errors import LibraryError
from retrieval.record import Record
from tests.faces.front import QUESTION, verdict
from tests.fakes_retrieval import NOTES, WordsEmbedder, put
from tests.faults.postgres import without_library

WORDS = WordsEmbedder()


@pytest.fixture
def database(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database, and a machine that is set to it."""
    without_library(server)
    monkeypatch.setenv("VERDICT_DATABASE_URL", server)
    monkeypatch.setenv("VERDICT_LIBRARY", str(tmp_path / "mine" / "library"))
    return server


def listed(*place: object) -> list[dict[str, object]]:
    found: list[dict[str, object]] = verdict("library", "list", "--json", *place).json
    return found


@pytest.mark.usefixtures("database")
def test_a_library_goes_to_the_database_and_back_and_answers_alike(
    library: Path, tmp_path: Path
) -> None:
    there = verdict("library", "copy", library, "database")
    assert there.status == 0, there.err
    assert re.search(r"Copied 7\d sources to database; everything there was read back", there.err)
    assert listed() == listed("--library", library)
    assert not verdict("library", "verify").status
    asked = ("search", "Who made the robocall in New Hampshire?", "--json", "-k", "5")
    best = [hit["passage"]["id"] for hit in verdict(*asked, "--library", library).json]
    shared = [hit["passage"]["id"] for hit in verdict(*asked).json]
    assert shared[0] == best[0]
    assert len(set(best) & set(shared)) >= 4
    assert "REFUTED" in verdict("draft", QUESTION).out.upper()
    back = tmp_path / "back"
    assert verdict("library", "copy", "database", back).status == 0
    assert listed("--library", back) == listed("--library", library)
    again = verdict("library", "copy", library, "database")
    assert "holds 7" in again.error
    assert again.status == 6


@pytest.mark.usefixtures("database")
def test_doctor_looks_at_the_shared_library(library: Path) -> None:
    assert verdict("library", "copy", library, "database").status == 0
    assert "in the database of VERDICT_DATABASE_URL" in verdict("doctor").out


@pytest.mark.usefixtures("database")
def test_the_first_machine_brings_the_demonstration_notes(tmp_path: Path) -> None:
    assert len(listed()) > 70
    assert (tmp_path / "mine" / "library" / "library.sqlite3").exists()


@pytest.mark.usefixtures("database")
def test_a_library_of_this_machine_is_not_passed_over_in_silence(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERDICT_LIBRARY", str(small))
    told = verdict("library", "list")
    assert told.status == 6
    assert f"verdict library copy {small} database" in told.error


def test_without_a_database_the_word_is_explained(small: Path) -> None:
    assert "VERDICT_DATABASE_URL" in verdict("library", "copy", small, "database").error


@pytest.mark.usefixtures("database")
def test_a_copy_that_was_interrupted_is_not_served_and_goes_on(server: str, tmp_path: Path) -> None:
    old = Record.create(tmp_path / "library.sqlite3", WORDS.id, WORDS.dimension)
    new = Record.create(server, WORDS.id, WORDS.dimension)
    for name, paragraphs in NOTES.items():
        put(old, name, *paragraphs)
    seen: list[str] = []

    def stop(done: int, _: int, name: str) -> None:
        seen.append(name)
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copying.copy_record(old, new, stop)
    assert new.history.is_due(copying.COPY)
    assert len(new.source_states()) == 2
    assert copying.copy_record(old, new) == len(NOTES)
    assert not new.history.is_due(copying.COPY)
    assert new.history.changes() == old.history.changes()
    put(new, "later", "It is still counted on.")
    assert new.history.changes()[-1].n == len(NOTES) + 1
    with pytest.raises(LibraryError, match="already"):
        copying.copy_record(old, new)
    old.close()
    new.close()

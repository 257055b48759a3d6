"""The record is what counts: an index comes and goes, a write happens whole or not at all."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faces.front import QUESTION, ended, note, sources, started, verdict

ADA = ("--vetted-by", "Ada Reed")
SMALL_DISK = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536))"


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 16
    path.write_bytes(content)


def answers(library: Path) -> list[tuple[str, float]]:
    hits = verdict("search", QUESTION, "--json", "--library", library).json
    return [(hit["passage"]["id"], round(hit["score"], 4)) for hit in hits]


@pytest.mark.parametrize("damage", [truncate, flip, Path.unlink])
@pytest.mark.parametrize("pattern", ["manifest.json", "chroma.sqlite3", "*/*.bin"])
def test_a_damaged_index_is_found_and_made_anew_and_answers_stay_the_same(
    own: Path, library: Path, damage: Callable[[Path], None], pattern: str
) -> None:
    [folder] = (own / "index").glob("index-*")
    damage(max(folder.glob(pattern), key=lambda path: path.stat().st_size))
    assert answers(own) == answers(library)
    assert verdict("library", "stats", "--json", "--library", own).json["index"] == "in step"
    assert verdict("library", "verify", "--library", own).out == "No differences.\n"


def test_verify_tells_what_it_mended(own: Path) -> None:
    [folder] = (own / "index").glob("index-*")
    flip(folder / "chroma.sqlite3")
    told = verdict("library", "verify", "--repair", "--json", "--library", own)
    assert told.status == 0
    [found] = told.json
    assert found["where"] == "index"
    assert found["mended"]
    assert "chroma.sqlite3" in found["detail"]


@pytest.mark.parametrize("damage", [truncate, lambda path: path.write_bytes(b"x" * 5000)])
@pytest.mark.parametrize("typed", [["draft", QUESTION], ["library", "stats"]])
def test_a_damaged_record_is_said_to_be_damaged(
    own: Path, damage: Callable[[Path], None], typed: list[str]
) -> None:
    damage(own / "library.sqlite3")
    told = verdict(*typed, "--library", own)
    assert told.status == 6
    assert "is damaged or not a library" in told.error
    assert "backup" in told.error


def test_a_full_disk_while_adding_leaves_what_was_there(own: Path, tmp_path: Path) -> None:
    paragraphs = (f"Ship {n} left the harbour on day {n} with {n * 7} crates." for n in range(300))
    long = note(tmp_path / "more", "ships", "\n\n".join(paragraphs))
    before = (sources(own), answers(own))
    told = ended(started("library", "add", long, *ADA, "--library", own, before=SMALL_DISK))
    assert told.status == 6
    assert "was not made" in told.error
    assert f"{len(before[0])} sources now, {len(before[0])} before" in told.error
    assert (sources(own), answers(own)) == before
    assert verdict("library", "verify", "--library", own).out == "No differences.\n"


def test_two_adds_at_once_both_go_in(notes: Path, tmp_path: Path) -> None:
    place, more = tmp_path / "both", tmp_path / "more"
    note(more, "pier", "The pier burned down in 1999.")
    running = [started("library", "add", f, *ADA, "--library", place) for f in (notes, more)]
    assert [ended(process).status for process in running] == [0, 0]
    assert sources(place) == ["bridge", "pier", "river"]
    assert verdict("library", "verify", "--library", place).out == "No differences.\n"

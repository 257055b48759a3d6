"""Each with a clear line, the right exit status, and nothing lost."""

from pathlib import Path

import pytest

from retrieval.library import Library
from retrieval.locks import FileLock
from tests.faces.front import QUESTION, SEEDS, VETTING, note, sources, verdict
from tests.fakes_retrieval import WordsEmbedder, fill

ADA = ("--vetted-by", "Ada Reed")


def add(path: Path, library: Path, *more: object) -> tuple[int, str]:
    """Status and what was said of a refused file; what was there before must still be there."""
    told = verdict("library", "add", path, *(more or ADA), "--library", library)
    assert sources(library) == ["bridge", "river"]
    return told.status, told.out or told.error


def test_a_missing_folder_is_named(small: Path, tmp_path: Path) -> None:
    status, said = add(tmp_path / "nowhere", small)
    assert status == 2
    assert f"There is no file or folder {tmp_path}/nowhere. Check the path." in said


def test_a_missing_folder_leaves_no_empty_library_behind(tmp_path: Path) -> None:
    place = tmp_path / "new"
    told = verdict("library", "add", tmp_path / "nowhere", *ADA, "--library", place)
    assert told.status == 2
    assert not place.exists()


@pytest.mark.parametrize("command", ["add", "sync"])
def test_an_empty_folder_is_no_reason_to_change_anything(
    small: Path, tmp_path: Path, command: str
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    told = verdict("library", command, empty, *ADA, "--library", small)
    assert told.status == 2
    assert "holds no file that can be loaded" in told.error
    assert sources(small) == ["bridge", "river"]


def test_an_unreadable_pdf_is_refused_by_name(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Cat")
    status, said = add(path, small)
    assert status == 2
    assert f"{path} is not a readable PDF" in said
    assert "1 refused" in said


def test_a_text_of_fifty_megabytes_is_refused_before_it_is_read(
    small: Path, tmp_path: Path
) -> None:
    path = tmp_path / "dump.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)  # takes no room on the disk
    status, said = add(path, small)
    assert status == 2
    assert f"{path} has 50 MB; the limit is 20 MB." in said


def test_a_binary_file_that_calls_itself_markdown_is_refused(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "photo.md"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 40)
    status, said = add(path, small)
    assert status == 2
    assert f"{path} is a binary file, not text." in said


def test_a_wrong_date_in_the_front_matter_is_shown(small: Path, tmp_path: Path) -> None:
    path = note(tmp_path / "more", "quay", "The quay sank.", published="31 June 2025")
    status, said = add(path, small)
    assert status == 2
    assert "'31 June 2025' is no date; write it as 2026-01-27" in said


def test_a_date_that_is_yet_to_come_is_refused(small: Path, tmp_path: Path) -> None:
    path = note(tmp_path / "more", "quay", "The quay sank.", published="2999-01-01")
    status, said = add(path, small)
    assert status == 2
    assert "published on 2999-01-01, which is yet to come" in said


def test_a_second_file_with_an_id_that_is_taken_is_refused(small: Path, tmp_path: Path) -> None:
    path = note(tmp_path / "more", "bridge", "Another bridge altogether.")
    status, said = add(path, small)
    assert status == 2
    assert "has the id 'bridge', which" in said
    assert "cracks" in verdict("library", "show", "bridge", "--library", small).out


def test_a_source_that_is_not_on_the_list_is_refused_by_name(small: Path, tmp_path: Path) -> None:
    path = note(tmp_path / "more", "quay", "The quay sank.")
    status, said = add(path, small, "--vetting", VETTING)
    assert status == 2
    assert "harbour-paper.org is on no entry of the vetting list" in said
    assert "[[publisher]]" in said


def test_the_good_files_of_a_folder_go_in_beside_a_bad_one(small: Path, notes: Path) -> None:
    note(notes, "pier", "The pier burned down in 1999.")
    note(notes, "quay", "The quay sank.", published="soon")
    told = verdict("library", "add", notes, *ADA, "--library", small)
    assert told.status == 2
    assert "1 added, 2 unchanged, 1 refused" in told.out
    assert sources(small) == ["bridge", "pier", "river"]


@pytest.mark.parametrize(
    "vouching", [(), ("--vetted-by", " "), ("--vetting", VETTING, "--vetted-by", "Ada Reed")]
)
def test_one_of_list_and_person_must_vouch(
    small: Path, notes: Path, vouching: tuple[object, ...]
) -> None:
    told = verdict("library", "add", notes, *vouching, "--library", small)
    assert told.status == 2
    assert "--vetted-by" in told.error


def test_a_vetting_list_that_is_none_is_refused(small: Path, notes: Path) -> None:
    status, said = add(notes, small, "--vetting", notes / "bridge.md")
    assert status == 2
    assert "is no TOML file" in said


def test_a_library_made_by_another_embedder_is_refused_and_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "words"
    with Library.open(place, WordsEmbedder(), create=True) as made:
        fill(made)
        made.settle()
    before = (place / "library.sqlite3").read_bytes()
    for typed in (["search", "bridge"], ["draft", QUESTION], ["library", "add", SEEDS, *ADA]):
        told = verdict(*typed, "--library", place)
        assert told.status == 6
        assert "'words/1'" in told.error
        assert "'all-MiniLM-L6-v2-int8/1'" in told.error
    assert (place / "library.sqlite3").read_bytes() == before


@pytest.mark.parametrize("command", ["draft", "ask"])
def test_an_empty_question_asks_for_one(library: Path, command: str) -> None:
    told = verdict(command, " \n ", "--library", library)
    assert told.status == 2
    assert "The question is empty." in told.error


@pytest.mark.parametrize("command", ["draft", "ask"])
def test_a_question_of_five_thousand_characters_is_too_long(library: Path, command: str) -> None:
    told = verdict(command, "why? " * 1000, "--library", library)
    assert told.status == 2
    assert "The question has 5000 characters; at most 4000 are read." in told.error


@pytest.mark.parametrize("command", ["draft", "ask", "search"])
def test_a_date_must_be_a_date(library: Path, command: str) -> None:
    told = verdict(command, QUESTION, "--as-of", "last week", "--library", library)
    assert told.status == 2
    assert "'last week' is not a date. Write it as 2026-01-27." in told.error


def test_an_unknown_format_is_answered_with_those_there_are(library: Path) -> None:
    told = verdict("draft", QUESTION, "--format", "pdf", "--library", library)
    assert told.status == 2
    assert "--format" in told.err
    for form in ("text", "md", "html", "json"):
        assert form in told.err


def test_a_place_that_cannot_be_written_is_told_before_the_work(
    library: Path, tmp_path: Path
) -> None:
    out = tmp_path / "missing" / "page.txt"
    told = verdict("draft", QUESTION, "--out", out, "--library", library)
    assert told.status == 2
    assert f"There is no folder {out.parent}." in told.error


@pytest.mark.parametrize("typed", [["draft", QUESTION], ["search", "x"], ["library", "list"]])
def test_a_library_that_is_not_there_is_not_made_up(tmp_path: Path, typed: list[str]) -> None:
    place = tmp_path / "nowhere"
    told = verdict(*typed, "--library", place)
    assert told.status == 6
    assert f"There is no library in {place}." in told.error
    assert "verdict library add" in told.error
    assert not place.exists()


def test_a_library_where_none_can_be_is_told_without_a_traceback(
    notes: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    place = tmp_path / "file" / "library"
    told = verdict("library", "add", notes, *ADA, "--library", place)
    assert told.status == 6
    assert f"{place} cannot be used: Not a directory." in told.error


def test_who_waits_for_a_writer_is_told_who_it_is(small: Path, notes: Path) -> None:
    with FileLock(small / "write.lock", "adding sources"):
        told = verdict("library", "add", notes, *ADA, "--wait", "0", "--library", small)
        assert "bridge" in verdict("search", "cracks", "--library", small).out
    assert told.status == 6
    assert "The library is in use: pid" in told.error
    assert "adding sources since" in told.error


@pytest.mark.parametrize("name", ["text.md", "nothing.md", "picture.png", "page.json"])
def test_what_cannot_be_checked_is_refused(library: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "nothing.md").write_text("\n", "utf-8")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff")
    (tmp_path / "page.json").write_text('{"question": "half a', "utf-8")
    told = verdict("check", tmp_path / name, "--library", library)
    assert told.status == 2
    assert told.error


@pytest.mark.parametrize("threads", ["many", "0"])
def test_a_wrong_setting_is_named(
    library: Path, monkeypatch: pytest.MonkeyPatch, threads: str
) -> None:
    monkeypatch.setenv("VERDICT_THREADS", threads)
    told = verdict("search", "bridge", "--library", library)
    assert told.status == 2
    assert "VERDICT_THREADS (or config.toml) is wrong" in told.error

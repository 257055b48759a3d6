import json
import re
from pathlib import Path

import pytest

from tests.faces.front import SEEDS, VETTING, note, sources, verdict

ADA = ("--vetted-by", "Ada Reed")
MOON = "Is the Great Wall of China visible from the Moon?"


def test_adding_the_same_folder_twice_changes_nothing(own: Path) -> None:
    before = verdict("library", "stats", "--json", "--library", own).json
    told = verdict("library", "add", SEEDS, "--vetting", VETTING, "--library", own, "--json")
    after = verdict("library", "stats", "--json", "--library", own).json
    assert told.status == 0
    assert len(told.json["unchanged"]) == 75
    assert not told.json["added"] + told.json["replaced"] + told.json["removed"]
    assert before["generation"] == after["generation"]
    assert before["passages"] == after["passages"] == 318


def test_a_changed_file_replaces_its_old_passages(notes: Path, small: Path) -> None:
    note(notes, "bridge", "The council opened a new bridge.")
    told = verdict("library", "add", notes, *ADA, "--library", small, "--json")
    assert told.json["replaced"] == ["bridge"]
    assert told.json["unchanged"] == ["river"]
    shown = verdict("library", "show", "bridge", "--library", small)
    assert "new bridge" in shown.out
    assert "cracks" not in shown.out
    found = verdict("search", "cracks", "--json", "--library", small).json
    assert not any("cracks" in hit["passage"]["text"] for hit in found)


def test_sync_removes_what_left_the_folder_and_add_does_not(notes: Path, small: Path) -> None:
    (notes / "river.md").unlink()
    verdict("library", "add", notes, *ADA, "--library", small)
    assert sources(small) == ["bridge", "river"]
    told = verdict("library", "sync", notes, *ADA, "--library", small)
    assert told.status == 0
    assert "1 removed" in told.out
    assert sources(small) == ["bridge"]


def test_a_removed_source_leaves_the_list_the_search_and_the_file(small: Path) -> None:
    told = verdict("library", "remove", "river", "--library", small)
    assert (told.status, told.out, told.err) == (0, "", "Removed river.\n")
    assert sources(small) == ["bridge"]
    hits = verdict("search", "the river rose", "--json", "--library", small).json
    assert {hit["passage"]["source"]["id"] for hit in hits} == {"bridge"}
    assert not any(
        b"two metres" in path.read_bytes() for path in small.rglob("*") if path.is_file()
    )


def test_the_list_shows_a_line_for_each_source_and_the_count_apart(library: Path) -> None:
    told = verdict("library", "list", "--library", library)
    assert len(told.out.splitlines()) == 75
    assert told.err == "75 sources\n"
    assert "leadstories-nypd-sora-videos" in told.out


def test_a_source_is_shown_with_its_facts_and_its_text(library: Path) -> None:
    told = verdict("library", "show", "goldman-nov12-letter", "--library", library)
    facts, text = told.out.split("\n\n", 1)
    assert "tier 1" in facts
    assert re.search("sha256 [0-9a-f]{64}", facts)
    data = verdict("library", "show", "goldman-nov12-letter", "--json", "--library", library).json
    assert data["text"].strip() == text.strip()


def test_what_is_not_there_is_said_with_the_way_to_find_it(small: Path) -> None:
    for command in ("show", "remove"):
        told = verdict("library", command, "lake", "--library", small)
        assert told.status == 2
        assert "verdict library list" in told.error


def test_the_numbers_of_a_library_are_counted(library: Path) -> None:
    told = verdict("library", "stats", "--json", "--library", library)
    assert told.json["sources"] == 75
    assert told.json["index"] == "in step"
    lines = verdict("library", "stats", "--library", library).out
    assert "passages: 318" in lines
    assert "embedder: all-MiniLM-L6-v2" in lines


def test_a_whole_library_has_no_differences(library: Path) -> None:
    told = verdict("library", "verify", "--library", library)
    assert (told.status, told.out) == (0, "No differences.\n")


def test_the_name_of_who_vouched_is_kept(small: Path) -> None:
    rows = verdict("library", "list", "--json", "--library", small).json
    assert {row["vetted_by"] for row in rows} == {"Ada Reed"}


def test_files_of_every_kind_go_in(tmp_path: Path) -> None:
    folder, place = tmp_path / "mixed", tmp_path / "library"
    note(folder, "note", "A note about the harbour.")
    (folder / "plain.txt").write_text("A plain text about the pier.\n", "utf-8")
    page = (
        "<html><head><title>The quay</title></head><body><article><p>{}</p></article></body></html>"
    )
    (folder / "page.html").write_text(page.format("The quay was rebuilt in 1911. " * 9), "utf-8")
    rows = [
        {"id": f"row-{n}", "title": f"Row {n}", "publisher": "P", "text": f"Boat {n} sank."}
        for n in (1, 2)
    ]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    told = verdict("library", "add", folder, *ADA, "--library", place, "--json")
    assert told.status == 0, told.out
    assert len(told.json["added"]) == 5


def test_every_list_says_whether_a_text_is_verbatim_or_a_summary(
    library: Path, small: Path
) -> None:
    for place, expected in ((library, "summary"), (small, "verbatim")):
        rows = verdict("library", "list", "--json", "--library", place).json
        assert {row["text"] for row in rows} == {expected}
        shown = verdict("library", "show", rows[0]["id"], "--json", "--library", place).json
        assert shown["text_is"] == expected
        told = verdict("library", "show", rows[0]["id"], "--library", place).out
        assert f"\ntext: {expected}\n" in told
        hits = verdict("search", "bridge police", "--json", "--library", place).json
        assert {hit["passage"]["source"]["text"] for hit in hits} == {expected}


def test_a_text_that_is_neither_is_refused_and_the_others_go_in(tmp_path: Path) -> None:
    note(tmp_path / "notes", "odd", "It opened.", text="paraphrase")
    note(tmp_path / "notes", "told", "It closed.", text="summary")
    place = tmp_path / "desk"
    told = verdict("library", "add", tmp_path / "notes", *ADA, "--library", place)
    assert told.status == 2
    assert "'paraphrase' is neither verbatim nor summary" in told.out
    assert sources(place) == ["told"]


@pytest.mark.parametrize("form", ["txt", "md", "html", "docx"])
def test_a_draft_of_this_program_is_no_source(library: Path, tmp_path: Path, form: str) -> None:
    draft = tmp_path / f"draft.{form}"
    made = verdict("draft", MOON, "--library", library, "--out", draft)
    assert made.status == 0
    told = verdict("library", "add", draft, *ADA, "--library", tmp_path / "own")
    assert "no draft is a source" in told.err + told.out
    assert "1 refused" in told.err + told.out


def test_an_answer_of_this_program_is_no_source(library: Path, tmp_path: Path) -> None:
    answer = tmp_path / "answer.txt"
    answer.write_text(verdict("ask", MOON, "--library", library).out, "utf-8")
    told = verdict("library", "add", answer, *ADA, "--library", tmp_path / "own")
    assert "no draft is a source" in told.err + told.out


def test_a_cluster_reads_files_and_no_web_addresses(small: Path) -> None:
    told = verdict(
        *("library", "add", "https://example.org/a", "--ray", "auto", *ADA, "--library", small)
    )
    assert told.status == 2
    assert "--ray is for files" in told.err

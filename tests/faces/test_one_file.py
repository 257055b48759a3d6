"""`verdict library add` where one file of several cannot be read."""

from pathlib import Path

import pytest

from tests.faces.front import sources, verdict


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("deep.jsonl", "[" * 100_000),
        ("zz.md", f"---\nid: deep\ntitle: {'[' * 10_000}\n---\n\nThe quay is long.\n"),
    ],
)
def test_a_deeply_nested_file_is_refused_and_the_others_are_added(
    notes: Path, tmp_path: Path, name: str, content: str
) -> None:
    (notes / name).write_text(content, "utf-8")
    library = tmp_path / "library"
    told = verdict("library", "add", notes, "--vetted-by", "Ada Reed", "--library", library)
    first, last = told.out.splitlines()
    assert told.status == 2
    assert first.startswith(f"Refused: {notes / name}")
    assert "nested too deeply to be read" in first
    assert last == "2 added, 1 refused."
    assert sources(library) == ["bridge", "river"]

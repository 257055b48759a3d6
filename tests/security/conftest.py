"""A library of two notes, made through the front door."""

from pathlib import Path

import pytest

from tests.faces.front import note, verdict


@pytest.fixture
def small(tmp_path: Path) -> Path:
    notes, place = tmp_path / "notes", tmp_path / "small"
    note(notes, "bridge", "The council closed the old bridge after an inspection found cracks.")
    note(notes, "river", "The river rose two metres after the storm of 3 May 2025.")
    told = verdict("library", "add", notes, "--vetted-by", "Ada Reed", "--library", place)
    assert told.status == 0, told.err
    return place

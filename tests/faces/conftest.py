"""One demonstration library, made once through the front door, and copies to break."""

import shutil
from pathlib import Path

import pytest

from tests.faces.front import SEEDS, VETTING, note, verdict


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration library; no test changes it."""
    place = tmp_path_factory.mktemp("demonstration") / "library"
    told = verdict("library", "add", SEEDS, "--vetting", VETTING, "--library", place)
    assert told.status == 0, told.err
    return place


@pytest.fixture
def own(library: Path, tmp_path: Path) -> Path:
    """A copy of the demonstration library, to change."""
    return shutil.copytree(library, tmp_path / "own")


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A folder of two notes by a publisher that no list knows."""
    folder = tmp_path / "notes"
    note(folder, "bridge", "The council closed the old bridge after an inspection found cracks.")
    note(folder, "river", "The river rose two metres after the storm of 3 May 2025.")
    return folder


@pytest.fixture
def small(notes: Path, tmp_path: Path) -> Path:
    """A library of these two notes."""
    place = tmp_path / "small"
    told = verdict("library", "add", notes, "--vetted-by", "Ada Reed", "--library", place)
    assert told.status == 0, told.err
    return place

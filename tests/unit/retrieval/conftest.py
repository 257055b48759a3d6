"""A library of `NOTES`, made once and copied for each test that may change it."""

import shutil
from pathlib import Path

import pytest

from retrieval import Library
from tests.fakes_retrieval import WordsEmbedder, fill


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of `NOTES`, its index in step, closed. Not to be changed."""
    directory = tmp_path_factory.mktemp("filled")
    with Library.open(directory, WordsEmbedder(), create=True) as library:
        fill(library)
    return directory


@pytest.fixture
def directory(filled: Path, tmp_path: Path) -> Path:
    """A copy of `filled`."""
    return Path(shutil.copytree(filled, tmp_path / "library"))

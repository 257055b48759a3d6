"""A web of one machine, and an empty library."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import Library
from retrieval.loaders.isolation import FileLoader
from retrieval.web import intake, watching
from retrieval.web.feeds import LOADER
from tests.fakes_retrieval import WordsEmbedder
from tests.loopback_web import Web, loopback_web


class KeptLoader(FileLoader):
    """A loader whose process serves the next test too: starting one takes a second."""

    def __exit__(self, *error: object) -> None:
        return


@pytest.fixture(scope="session")
def loader() -> Iterator[FileLoader]:
    kept = KeptLoader()
    yield kept
    kept.close()


@pytest.fixture(scope="session")
def feed_reader() -> Iterator[FileLoader]:
    kept = KeptLoader(loading=LOADER)
    yield kept
    kept.close()


@pytest.fixture(autouse=True)
def _one_loader(
    loader: FileLoader, feed_reader: FileLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "FileLoader", lambda: loader)
    monkeypatch.setattr(watching, "FileLoader", lambda loading: feed_reader)


@pytest.fixture
def web() -> Iterator[Web]:
    with loopback_web() as running:
        yield running


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", WordsEmbedder(), create=True) as opened:
        yield opened

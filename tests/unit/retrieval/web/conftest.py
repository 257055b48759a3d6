"""A web of one machine, and an empty library."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import Library
from tests.fakes_retrieval import WordsEmbedder
from tests.loopback_web import Web, loopback_web


@pytest.fixture
def web() -> Iterator[Web]:
    with loopback_web() as running:
        yield running


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", WordsEmbedder(), create=True) as opened:
        yield opened

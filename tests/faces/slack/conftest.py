"""Slack on loopback, and a desk that answers it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faces.slack.loopback import Slack, serving
from tests.faces.slack.place import Place, opened


@pytest.fixture
def slack() -> Iterator[Slack]:
    with serving() as running:
        yield running


@pytest.fixture
def place(slack: Slack, tmp_path: Path) -> Iterator[Place]:
    with opened(slack, tmp_path / "slack.sqlite3", editors="C0EDIT") as running:
        yield running

"""A desk over the demonstration library, and a browser that tells what it should not have done.

These tests run only where they are asked for by name (`make test-browser`): they need Chromium and
the extra `browser`.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.desk import CHROMIUM, Desk, Visit, chromium, served
from tests.faces.front import SEEDS, VETTING, verdict

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DAYS = count()


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Nothing of this folder is collected unless it is named."""
    return None if any("tests/browser" in str(arg) for arg in config.args) else True


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("desk") / "library"
    told = verdict("library", "add", SEEDS, "--vetting", VETTING, "--library", place)
    assert told.status == 0, told.err
    return place


@pytest.fixture(scope="session")
def desk(library: Path) -> Iterator[Desk]:
    """One desk for all tests; each makes a draft of its own."""
    with served(library) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"there is no Chromium at {CHROMIUM}")
    with chromium() as found:
        yield found


@pytest.fixture
def visit(browser: "Browser", desk: Desk) -> Iterator[Visit]:
    """A person at the desk; at the end, nothing foreign was asked for and no policy was broken."""
    with Visit.of(browser, desk.address) as found:
        yield found
    assert found.faults == []


@pytest.fixture
def draft(desk: Desk) -> str:
    """Id of a draft that nobody has touched."""
    day = date(2026, 1, 1) + timedelta(days=next(DAYS))
    return desk.draft("Is the Great Wall of China visible from the Moon?", day.isoformat())

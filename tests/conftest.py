"""What holds for every test."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.faults import postgres
from tests.security.canaries import Canaries

# A busy machine is slow, not wrong: time is measured in `evals/bench`, never in a test.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """No test's secret stands in what the tests print, log or leave behind."""
    if not hasattr(config, "workerinput"):  # of several processes, the first hears of all
        config.pluginmanager.register(Canaries(), "canaries")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Address of a PostgreSQL database that holds no library."""
    if not postgres.found():
        pytest.skip("no PostgreSQL server is installed on this machine")
    with postgres.served() as url:
        yield url

"""A page drafted once from the demonstration library, and a site around it for each test."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from agent import bootstrap
from agent.ports import Step
from agent.service import Desk
from agent.settings import Settings
from agent.types import Insufficient, Page, Question
from retrieval import Library
from tests.faces.front import QUESTION
from tests.faces.web.place import Site, drafted_as, site
from tests.fakes_jobs import DAY, MemoryJobs, drafted


@pytest.fixture(scope="session")
def opened(library: Path) -> Iterator[Library]:
    """The demonstration library, open; no test changes it."""
    with bootstrap.open_library(Settings(), library) as found:
        yield found


@pytest.fixture(scope="session")
def desk(opened: Library) -> Desk:
    return bootstrap.build_desk(Settings(), opened)


@pytest.fixture(scope="session")
def page(desk: Desk) -> Page:
    made = desk.draft(Question(text=QUESTION, asked_on=DAY))
    assert isinstance(made, Page)
    return made


@pytest.fixture
def jobs(page: Page) -> Iterator[MemoryJobs]:
    """Jobs that are done at once: "nothing …" is not enough evidence, "fail …" fails."""

    def draft(question: Question, on_step: Step) -> Page | Insufficient:
        on_step("plan")
        if question.text.startswith("nothing"):
            return drafted(question)
        if question.text.startswith("fail"):
            raise ValueError("the desk broke")
        on_step("draft")
        return drafted_as(page, question)

    with MemoryJobs(draft) as found:
        yield found


@pytest.fixture
def alone(tmp_path: Path, opened: Library, desk: Desk, jobs: MemoryJobs) -> Iterator[Site]:
    """One person on this machine, without accounts."""
    with site(tmp_path, opened, desk, jobs) as found:
        yield found


@pytest.fixture
def shared(tmp_path: Path, opened: Library, desk: Desk, jobs: MemoryJobs) -> Iterator[Site]:
    """A desk of several people behind a proxy with TLS."""
    with site(tmp_path, opened, desk, jobs, web_url="https://desk.example.org") as found:
        yield found


@pytest.fixture
def ours(tmp_path: Path, own: Path, jobs: MemoryJobs) -> Iterator[Site]:
    """One person, and a library that may be changed."""
    with ExitStack() as stack:
        found = stack.enter_context(bootstrap.open_library(Settings(), own))
        built = bootstrap.build_desk(Settings(), found)
        yield stack.enter_context(site(tmp_path, found, built, jobs))


@pytest.fixture
def draft(alone: Site, page: Page) -> str:
    """Id of a draft in review on the desk of one person."""
    return alone.services.reviews.adopt(page, "one")

"""Whatever the API's description allows is sent; it answers as it says, and never breaks.

A few hundred requests; VERDICT_TEST_API_REQUESTS=5000 for the long run (`make test-browser`).
"""

import os
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, checks
from schemathesis.schemas import BaseSchema

from agent.faces.web.app import described
from agent.service import Desk
from agent.types import Page
from retrieval import Library
from tests.faces.web.place import Site, served, site
from tests.fakes_jobs import MemoryJobs, drafted

CALLS = 25
NOTHING_TO_SPOIL = {"GET /api/v1/health"}
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
EACH = max(4, int(os.environ.get("VERDICT_TEST_API_REQUESTS", "200")) // CALLS // 2)


@pytest.fixture(scope="module")
def asked(
    tmp_path_factory: pytest.TempPathFactory, opened: Library, desk: Desk, page: Page
) -> Iterator[Site]:
    """One desk for all requests; what it drafts is nothing, at once."""
    folder = tmp_path_factory.mktemp("described")
    with (
        MemoryJobs(lambda question, step: drafted(question), limit=10_000) as jobs,
        site(folder, opened, desk, jobs, web_user_hourly=1_000_000) as found,
    ):
        found.services.reviews.adopt(page)
        yield found


@pytest.fixture(scope="module")
def address(asked: Site) -> Iterator[str]:
    with served(asked) as found:
        yield found


@pytest.fixture(scope="module")
def description(asked: Site) -> BaseSchema:
    """Less what would change the library, which other tests read too."""
    found = described(asked.app)
    del (
        found["paths"]["/api/v1/sources"]["put"],
        found["paths"]["/api/v1/sources/{source}"]["delete"],
    )
    del found["security"], found["components"]["securitySchemes"]  # one person asks, without
    return schemathesis.openapi.from_dict(found)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_api_answers_as_its_description_says(
    description: BaseSchema, address: str, mode: GenerationMode
) -> None:
    """Sends what is allowed, and what is not: both are answered with what is described."""
    called = set()
    for found in description.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and operation.label in NOTHING_TO_SPOIL:
            continue
        called.add(operation.label)

        @settings(
            max_examples=EACH,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def answers(case: schemathesis.Case) -> None:
            case.call_and_validate(base_url=address, checks=CHECKS)

        answers()
    assert len(called) > CALLS / 2

"""A desk in a file, and on PostgreSQL where that was asked for."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from agent.review.desk import ReviewDesk
from tests.faults.postgres import found, served
from tests.unit.review.desks import Bench, page_on

SERVER = pytest.mark.skipif(
    "VERDICT_JOB_POSTGRES" not in os.environ or not found(),
    reason="VERDICT_JOB_POSTGRES is unset, or PostgreSQL is not installed",
)
NAMES = count()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=SERVER)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'drafts.sqlite3'}"
    at = sa.make_url(request.getfixturevalue("server"))
    engine = sa.create_engine(at.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    name = f"test_{os.getpid()}_{next(NAMES)}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return at.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def desk(url: str, bench: Bench) -> Iterator[ReviewDesk]:
    opened = bench.open(url)
    yield opened
    opened.close()


@pytest.fixture
def draft(desk: ReviewDesk, bench: Bench) -> str:
    return desk.adopt(page_on(bench), job="job-1")

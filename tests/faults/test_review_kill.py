"""Editors whose process is killed while they act; see README.md beside this file."""

from pathlib import Path

import pytest
from pytest_socket import socket_allow_hosts

from tests.faults.review_child import acknowledged, kill_often, require_nothing_lost, started
from tests.unit.review.conftest import server, url
from tests.unit.review.desks import Bench, page_on

__all__ = ["server", "url"]  # fixtures
KILLS = 10


@pytest.fixture(autouse=True)
def _processes_of_our_own() -> None:
    """Lets `multiprocessing` start them: it speaks to them over a Unix socket."""
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


def test_what_was_acknowledged_survives_a_kill(url: str, tmp_path: Path) -> None:
    assert kill_often(url, tmp_path, KILLS) >= 2 * KILLS


def test_two_editors_at_once_take_turns_or_are_told(url: str, tmp_path: Path) -> None:
    bench = Bench()
    desk = bench.open(url)
    draft = desk.adopt(page_on(bench))
    ledgers = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    running = [started(url, draft, path.stem, path, 25) for path in ledgers]
    for process in running:
        process.join(120)
        assert process.exitcode == 0
    told = acknowledged(*ledgers)
    assert len(told) == 50
    require_nothing_lost(desk, draft, told)
    events = desk.trail(draft)[1:]
    assert {e.who for e in events} == {"one", "two"}
    desk.close()


def test_a_database_that_many_open_at_once_is_made_once(url: str, tmp_path: Path) -> None:
    draft = "0" * 16
    running = [started(url, draft, "x", tmp_path / f"{n}.jsonl", 1) for n in range(6)]
    for process in running:
        process.join(120)
    assert [p.exitcode for p in running] == [1] * 6  # each found its tables, and no such draft
    desk = Bench().open(url)
    assert desk.verify_trail() is None
    assert desk.adopt(page_on(Bench()))
    desk.close()

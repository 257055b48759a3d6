"""Watching a draft being made: events over a real connection, dropped and taken up again."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from agent.faces.web import stream
from agent.service import Desk
from retrieval import Library
from tests.faces.web.place import API, Site, served, site
from tests.fakes_jobs import STEPS, MemoryJobs, ScriptedDesk, over


@pytest.fixture
def gate() -> threading.Event:
    return threading.Event()


@pytest.fixture
def watched(
    tmp_path: Path, opened: Library, desk: Desk, gate: threading.Event
) -> Iterator[tuple[Site, str]]:
    """A job that is held before its second step, and the address of the server."""
    script = ScriptedDesk(gate)
    with (
        MemoryJobs(script.draft) as jobs,
        site(tmp_path, opened, desk, jobs) as found,
        served(found) as address,
    ):
        sent = httpx.post(
            f"{address}{API}/drafts",
            json={"question": "Is the bridge closed?"},
            headers={"idempotency-key": "one"},
        )
        assert sent.status_code == 202
        assert script.begun.wait(60)
        yield found, f"{address}{API}/jobs/one/events"
        gate.set()


def read(address: str, after: int | None = None, most: int = 99) -> list[dict[str, object]]:
    """Events until the stream ends, or the connection is dropped after so many."""
    headers = {} if after is None else {"last-event-id": str(after)}
    found: list[dict[str, object]] = []
    with httpx.stream("GET", address, headers=headers, timeout=60) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("data: "):
                found.append(json.loads(line[6:]))
                if len(found) == most:
                    break
    return found


def test_a_dropped_connection_is_taken_up_where_it_broke_off(
    watched: tuple[Site, str], gate: threading.Event
) -> None:
    _, address = watched
    before = read(address, most=3)
    gate.set()
    after = read(address, after=3)
    seen = [*before, *after]
    assert [e["number"] for e in seen] == list(range(1, len(seen) + 1))
    assert [e["step"] for e in seen if e["step"]] == list(STEPS)
    assert seen[-1]["state"] == "done"


def test_after_the_last_event_nobody_is_asked_to_come_back(
    watched: tuple[Site, str], gate: threading.Event
) -> None:
    found, address = watched
    gate.set()
    over(found.services.jobs, "one")
    last = read(address)[-1]["number"]
    assert httpx.get(address, headers={"last-event-id": str(last)}).status_code == 204


def test_ids_are_event_numbers_and_lines_are_whole(
    watched: tuple[Site, str], gate: threading.Event
) -> None:
    _, address = watched
    gate.set()
    blocks = httpx.get(address, timeout=60).text.strip().split("\n\n")
    assert blocks[0] == "retry: 1000"
    for n, block in enumerate(blocks[1:], 1):
        first, second = block.split("\n")
        assert first == f"id: {n}"
        assert json.loads(second.removeprefix("data: "))["number"] == n


def test_a_silent_job_is_kept_alive(
    watched: tuple[Site, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BEAT_SECONDS", 0.1)
    _, address = watched
    with httpx.stream("GET", address, timeout=60) as answer:
        lines = answer.iter_lines()
        assert ": still here" in {next(lines) for _ in range(12)}


def test_more_watchers_than_may_are_told_to_come_back(
    watched: tuple[Site, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MOST", 1)
    _, address = watched
    with httpx.stream("GET", address, timeout=60) as answer:
        lines = answer.iter_lines()  # held: a forgotten one ends the stream
        next(lines)
        refused = httpx.get(address)
    assert refused.status_code == 429
    assert refused.headers["retry-after"]


def test_watchers_do_not_keep_the_server_from_stopping(watched: tuple[Site, str]) -> None:
    """The fixture joins the server while this stream is open."""
    found, address = watched
    with httpx.stream("GET", address, timeout=60) as answer:
        lines = answer.iter_lines()
        next(lines)
        found.app.state.streams.stopping = True
        assert list(lines)[-1] == ""


def test_many_watchers_leave_the_pages_their_threads(watched: tuple[Site, str]) -> None:
    _, address = watched
    streams = [httpx.Client(timeout=60) for _ in range(60)]
    answers = [c.send(c.build_request("GET", address), stream=True) for c in streams]
    assert {a.status_code for a in answers} == {200}
    page = httpx.get(address.replace("/events", ""), timeout=60)
    assert page.status_code == 200
    for answer, client in zip(answers, streams, strict=True):
        answer.close()
        client.close()


def test_a_job_that_there_is_not_has_no_events(watched: tuple[Site, str]) -> None:
    _, address = watched
    answer = httpx.get(address.replace("/one/", "/none/"))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"

"""Jobs whose workers are killed, stopped and replaced; see README.md beside this file."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from dbos import error
from pytest_socket import socket_allow_hosts

from agent.jobs.durable import DurableJobs, engine_at
from agent.jobs.port import State
from agent.jobs.watching import QUEUE, RUN, SCHEDULE, Watching, WatchSchedule
from agent.jobs.worker import Pace
from tests.fakes_jobs import address, asked, fall_due, over, until
from tests.faults.jobs_worker import (
    BOUNDARIES,
    LOST,
    Ledger,
    MortalDesk,
    MortalWatch,
    done_once,
    started,
)
from tests.faults.postgres import found, served

Start = Callable[..., BaseProcess]
KILLS: Final = int(os.environ.get("VERDICT_JOB_KILLS", "2"))
WORKERS: Final = 4 if KILLS > 2 else 2
FAST: Final = Pace(at_once=2, poll=0.2, beat=0.3, patience=3.0)
PATIENCE: Final = 60.0
"""Seconds for what takes one on a machine that is not loaded."""
AWAKE: Final = 1.0 if KILLS <= 2 else 10.0
TRIED: Final = range(BOUNDARIES) if KILLS > 2 else (2, 5, BOUNDARIES - 2, BOUNDARIES - 1)
"""Boundaries: all of them in the long run; an answer lost, one kept, a page not kept, one kept."""
SLOW: Final = Pace(at_once=1, poll=0.05)
"""One draft at a time, and nothing is taken over."""
SERVER: Final = pytest.mark.skipif(
    "VERDICT_JOB_POSTGRES" not in os.environ or not found(), reason="VERDICT_JOB_POSTGRES is unset"
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=SERVER)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield address(tmp_path)
        return
    with served() as at:
        yield at


@pytest.fixture(autouse=True)
def _processes_of_our_own() -> None:
    """Lets `multiprocessing` start them: it speaks to its server over a Unix socket."""
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture
def start(url: str) -> Iterator[Start]:
    """Starts workers, and kills those that are left."""
    running: list[BaseProcess] = []

    def begin(
        name: str, desk: MortalDesk, pace: Pace = FAST, watching: Watching | None = None
    ) -> BaseProcess:
        running.append(started(url, name, desk, pace, watching))
        return running[-1]

    yield begin
    for process in running:
        process.kill()


@pytest.fixture
def record(tmp_path: Path) -> Ledger:
    path = tmp_path / "ledger.jsonl"
    path.touch()
    return Ledger(path)


def freeze(pid: int, url: str) -> None:
    """Stop a process where it holds no lock on the jobs: a file has one for all who write."""
    engine = engine_at(url)
    for _ in range(200):
        os.kill(pid, signal.SIGSTOP)
        try:
            with engine.begin() as connection:
                if engine.dialect.name == "sqlite":
                    connection.execute(sa.text("PRAGMA busy_timeout=100"))
                    connection.execute(sa.text("BEGIN IMMEDIATE"))
        except sa.exc.OperationalError:
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.05)
        else:
            break
    engine.dispose()


def test_a_job_killed_at_any_boundary_is_finished_once(
    url: str, start: Start, record: Ledger
) -> None:
    dooms = {f"at-{boundary}": boundary for boundary in TRIED}
    with DurableJobs(url) as jobs:
        for key in dooms:
            jobs.submit(asked(key), key)
        for _ in dooms:
            worker = start("one", MortalDesk(record, dooms), SLOW)
            worker.join(PATIENCE)
            assert worker.exitcode == -signal.SIGKILL
        start("one", MortalDesk(record, dooms), SLOW)
        made = [over(jobs, key, PATIENCE) for key in dooms]
        for job, boundary in zip(made, dooms.values(), strict=True):
            events = list(jobs.events(job.id))
            assert [event.number for event in events] == list(range(1, len(events) + 1))
            begun = sum(e.state is State.RUNNING and not e.step for e in events)
            # On a loaded machine a worker may begin one more than it should, and that dies too.
            assert (boundary in LOST) <= done_once(job, record) <= begun - (boundary not in LOST)


def test_the_jobs_of_a_worker_that_never_returns_are_taken_over(
    url: str, start: Start, record: Ledger
) -> None:
    with DurableJobs(url) as jobs:
        jobs.submit(asked("one"), "one")
        dead = start("dead", MortalDesk(record, pause=60.0))
        until(lambda: len(record.read()) == 1, PATIENCE)
        dead.kill()
        start("other", MortalDesk(record))
        job = over(jobs, "one", PATIENCE)
        assert done_once(job, record) <= 1
        assert [e.step for e in jobs.events("one")].count("plan") == 2


def test_a_worker_that_wakes_after_its_jobs_were_taken_over_changes_nothing(
    url: str, start: Start, record: Ledger
) -> None:
    with DurableJobs(url) as jobs:
        jobs.submit(asked("one"), "one")
        frozen = start("frozen", MortalDesk(record, pause=4.0))
        until(lambda: len(record.read()) == 1, PATIENCE)
        assert frozen.pid
        freeze(frozen.pid, url)
        start("other", MortalDesk(record))
        job = over(jobs, "one", PATIENCE)
        events = list(jobs.events("one"))
        os.kill(frozen.pid, signal.SIGCONT)
        time.sleep(AWAKE)
        assert jobs.get("one") == job
        assert list(jobs.events("one")) == events
        assert done_once(job, record) <= 1


def test_workers_killed_at_random_lose_no_job_and_finish_each_once(
    url: str, start: Start, record: Ledger
) -> None:
    total = 3 * KILLS
    dice = random.Random(7)  # noqa: S311
    keys = [f"job-{n}" for n in range(total)]
    desk = MortalDesk(record, pause=0.4)
    with DurableJobs(url, limit=total) as jobs:
        for key in keys:
            jobs.submit(asked(key), key)
        workers = {f"worker-{n}": start(f"worker-{n}", desk) for n in range(WORKERS)}
        kills = 0
        while kills < KILLS and not all(jobs.get(key).state.over for key in keys):
            done = len(record.read())
            until(lambda: len(record.read()) > done, PATIENCE)  # noqa: B023  (called at once)
            time.sleep(dice.uniform(0.0, 0.5))
            name = dice.choice(list(workers))
            workers.pop(name).kill()
            kills += 1
            # Half of them come back as themselves; the others never do, and another takes over.
            name = name if dice.random() < 0.5 else f"{name}+"
            workers[name] = start(name, desk)
        made = [over(jobs, key, 10 * PATIENCE) for key in keys]
    assert {job.state for job in made} == {State.DONE}
    repeated = sum(done_once(job, record) for job in made)
    assert repeated <= kills * FAST.at_once
    print(f"{kills} kills, {total} jobs, {3 * total} answers, {repeated} asked for again")  # noqa: T201


def test_a_watch_whose_worker_is_killed_is_made_by_another_once(
    url: str, start: Start, record: Ledger
) -> None:
    with DurableJobs(url) as jobs:
        schedule = WatchSchedule(jobs)
        schedule.set("0 0 29 2 *")
        dead = start("dead", MortalDesk(record), watching=MortalWatch(record, deaths=1))
        until(lambda: _falls_due(schedule), PATIENCE)
        dead.join(PATIENCE)
        assert dead.exitcode == -signal.SIGKILL
        assert [one.state for one in schedule.recent()] == [State.RUNNING]
        start("other", MortalDesk(record), watching=MortalWatch(record))
        until(lambda: schedule.recent()[0].state.over, PATIENCE)
    [slot] = schedule.recent()
    assert slot.state is State.DONE
    assert slot.made
    assert slot.made.added == 1
    assert [words[0] for words in record.read()] == ["begin", "begin", "end"]


def _falls_due(schedule: WatchSchedule) -> bool:
    """Have a slot come now; false before the first worker is there."""
    try:
        fall_due(schedule)
    except error.DBOSException:
        return False
    return True


def test_each_slot_is_watched_once_by_three_workers(url: str, start: Start, record: Ledger) -> None:
    with DurableJobs(url) as jobs:
        schedule = WatchSchedule(jobs)
        schedule.set("0 0 29 2 *")
        with jobs.asking() as client:  # every two seconds, which no person may ask for
            client.apply_schedules(
                [
                    {
                        "schedule_name": SCHEDULE,
                        "workflow_name": RUN,
                        "schedule": "*/2 * * * * *",
                        "context": None,
                        "queue_name": QUEUE,
                    }
                ]
            )
        for name in ("one", "two", "three"):
            start(name, MortalDesk(record), watching=MortalWatch(record, pause=0.2))
        until(lambda: _count_ends(record) >= 5, PATIENCE)
        schedule.clear()
        until(lambda: all(one.state.over for one in schedule.recent()), PATIENCE)
        slots = schedule.recent(100)
    words = [words[0] for words in record.read()]
    assert words == ["begin", "end"] * (len(words) // 2), "no two at once"
    made = [one for one in slots if one.made and not one.made.left_out]
    assert len(made) == len(words) // 2
    assert len({one.slot for one in slots}) == len(slots)


def _count_ends(record: Ledger) -> int:
    return sum(words[0] == "end" for words in record.read())

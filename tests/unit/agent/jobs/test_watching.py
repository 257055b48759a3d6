"""The schedule on which the web is watched, and the worker that keeps it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.jobs.durable import DurableJobs
from agent.jobs.port import State, UnknownJob
from agent.jobs.watching import Alive, NoSchedule, PassJob, WatchSchedule
from agent.jobs.worker import Pace, Worker
from retrieval import LibraryBusy, WebReport
from retrieval.ingestion import Refusal
from tests.fakes_jobs import ScriptedDesk, address, fall_due, until

FAST = Pace(at_once=1, poll=0.02, beat=0.1, patience=5.0, grace=20.0)
NEVER = "0 0 29 2 *"
Start = Callable[..., None]


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[DurableJobs]:
    with DurableJobs(address(tmp_path)) as opened:
        yield opened


@pytest.fixture
def schedule(jobs: DurableJobs) -> WatchSchedule:
    """One that brings no slot by itself, where a worker has been."""
    with Worker(jobs, ScriptedDesk().drafting, "first", FAST):
        made = WatchSchedule(jobs)
        made.set(NEVER)
    return made


def passed(schedule: WatchSchedule, slot: str) -> PassJob:
    """The slot, once it is over."""

    def found() -> PassJob:
        return next(one for one in schedule.recent() if one.id == slot)

    until(lambda: found().state.over)
    return found()


def test_a_schedule_is_kept_changed_and_ended(tmp_path: Path) -> None:
    with DurableJobs(address(tmp_path)) as jobs:
        assert WatchSchedule(jobs).get() is None
        WatchSchedule(jobs).set("*/30 * * * *")
        WatchSchedule(jobs).set("0 6 * * *")
    with DurableJobs(address(tmp_path)) as jobs:
        schedule = WatchSchedule(jobs)
        assert schedule.get() == "0 6 * * *"
        schedule.clear()
        schedule.clear()
        assert schedule.get() is None


@pytest.mark.parametrize("typed", ["", "30", "* * * * * *", "61 * * * *", "a b c d e"])
def test_what_is_no_schedule_is_refused_and_the_old_one_stays(
    schedule: WatchSchedule, typed: str
) -> None:
    with pytest.raises(NoSchedule, match="every half hour"):
        schedule.set(typed)
    assert schedule.get() == NEVER


def test_a_slot_that_is_due_is_watched_and_what_came_of_it_is_kept(
    jobs: DurableJobs, schedule: WatchSchedule
) -> None:
    asked: list[Alive] = []

    def watching(alive: Alive) -> WebReport:
        asked.append(alive)
        failed = (Refusal(path="http://a.org/feed.xml", reason="http://a.org answers 503."),)
        return WebReport(added=("one", "two"), failed=failed, waiting=3)

    with Worker(jobs, ScriptedDesk().drafting, "one", FAST, watching):
        slot = fall_due(schedule)
        found = passed(schedule, slot)
    assert (found.state, len(asked)) == (State.DONE, 1)
    assert found.made
    assert found.made.summary == "2 added, 1 failed, 3 waiting"
    assert found.made.reasons == ("http://a.org answers 503.",)
    assert datetime.now(UTC) - found.slot < timedelta(minutes=5)


def test_a_library_that_is_in_use_is_left_to_who_uses_it(
    jobs: DurableJobs, schedule: WatchSchedule
) -> None:
    def watching(alive: Alive) -> WebReport:
        raise LibraryBusy("The library is in use: pid 7, adding sources.", "Wait.")

    with Worker(jobs, ScriptedDesk().drafting, "one", FAST, watching):
        found = passed(schedule, fall_due(schedule))
    assert found.state is State.DONE
    assert found.made
    assert "left out: The library is in use: pid 7, adding sources." in found.made.summary


def test_what_goes_wrong_is_told_and_the_next_slot_comes(
    jobs: DurableJobs, schedule: WatchSchedule
) -> None:
    faults = iter([ValueError("the list\nis broken")])

    def watching(alive: Alive) -> WebReport:
        for fault in faults:
            raise fault
        return WebReport()

    with Worker(jobs, ScriptedDesk().drafting, "one", FAST, watching):
        broken = passed(schedule, fall_due(schedule))
        whole = passed(schedule, fall_due(schedule))
    assert (broken.state, broken.error) == (State.FAILED, "ValueError: the list is broken")
    assert whole.state is State.DONE


def test_slots_that_waited_while_a_pass_was_made_are_one_pass(
    jobs: DurableJobs, schedule: WatchSchedule
) -> None:
    made: list[int] = []

    def watching(alive: Alive) -> WebReport:
        made.append(1)
        return WebReport()

    slots = [fall_due(schedule) for _ in range(3)]
    with Worker(jobs, ScriptedDesk().drafting, "one", FAST, watching):
        found = [passed(schedule, slot) for slot in slots]
    assert len(made) == 1
    assert sorted("left out" in str(one.made and one.made.summary) for one in found) == [
        *[False, True, True]
    ]


def test_a_worker_without_a_vetting_list_leaves_the_watch_to_others(
    jobs: DurableJobs, schedule: WatchSchedule
) -> None:
    with Worker(jobs, ScriptedDesk().drafting, "one", FAST):
        slot = fall_due(schedule)
        threading.Event().wait(2.5)  # the queue is looked at every second
        assert schedule.recent()[0].state is State.QUEUED
    with Worker(jobs, ScriptedDesk().drafting, "two", FAST, lambda alive: WebReport()):
        assert passed(schedule, slot).state is State.DONE


def test_a_pass_ends_when_its_worker_is_stopped_and_is_made_by_the_next(
    jobs: DurableJobs, schedule: WatchSchedule
) -> None:
    begun = threading.Event()

    def endless(alive: Alive) -> WebReport:
        begun.set()
        while True:
            alive()
            threading.Event().wait(0.01)

    with ExitStack() as stack:
        stack.enter_context(Worker(jobs, ScriptedDesk().drafting, "one", FAST, endless))
        slot = fall_due(schedule)
        assert begun.wait(60)
    with Worker(jobs, ScriptedDesk().drafting, "one", FAST, lambda alive: WebReport()):
        assert passed(schedule, slot).state is State.DONE


def test_a_watch_is_no_draft(jobs: DurableJobs, schedule: WatchSchedule) -> None:
    slot = fall_due(schedule)
    assert jobs.recent() == []
    with pytest.raises(UnknownJob):
        jobs.get(slot)


def test_what_waits_is_dropped_with_its_schedule(
    jobs: DurableJobs, schedule: WatchSchedule
) -> None:
    fall_due(schedule)
    schedule.clear()
    assert [one.state for one in schedule.recent()] == [State.CANCELLED]

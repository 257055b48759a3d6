"""What every queue of jobs owes the faces that ask it for drafts."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from agent.jobs.durable import DurableJobs
from agent.jobs.port import (
    Jobs,
    KeyTaken,
    QueueFull,
    State,
    UnknownJob,
)
from agent.jobs.worker import Pace, Worker
from agent.types import Insufficient, Page
from tests.fakes_jobs import STEPS, MemoryJobs, ScriptedDesk, address, asked, over

FAST = Pace(at_once=4, poll=0.02, beat=0.2, patience=1.0)
Open = Callable[..., Jobs]


def durable(folder: Path, stack: ExitStack, desk: ScriptedDesk, limit: int, workers: int) -> Jobs:
    jobs = stack.enter_context(DurableJobs(address(folder), limit))
    if workers:
        stack.enter_context(Worker(jobs, desk.drafting, "one", FAST))
    return jobs


def memory(folder: Path, stack: ExitStack, desk: ScriptedDesk, limit: int, workers: int) -> Jobs:
    return stack.enter_context(MemoryJobs(desk.draft, limit, workers))


@pytest.fixture(params=[memory, durable])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the queue with a desk, a limit and a number of workers."""
    with ExitStack() as stack:

        def start(desk: ScriptedDesk, limit: int = 10, workers: int = 1) -> Jobs:
            return request.param(tmp_path, stack, desk, limit, workers)  # type: ignore[no-any-return]

        yield start


def test_a_job_is_drafted_and_its_page_comes_back_whole(opened: Open) -> None:
    jobs = opened(ScriptedDesk())
    job = jobs.submit(asked(), "one")
    assert (job.id, job.question, job.state, job.made) == ("one", asked(), State.QUEUED, None)
    done = over(jobs, "one")
    assert done.state is State.DONE
    assert isinstance(done.made, Page)
    assert done.made.question == asked()
    assert done.submitted == job.submitted


def test_not_enough_evidence_is_a_job_done(opened: Open) -> None:
    jobs = opened(ScriptedDesk())
    jobs.submit(asked("nothing on this?"), "one")
    done = over(jobs, "one")
    assert done.state is State.DONE
    assert isinstance(done.made, Insufficient)


def test_a_draft_that_fails_says_why_and_harms_no_other(opened: Open) -> None:
    jobs = opened(ScriptedDesk())
    jobs.submit(asked("fail now"), "bad")
    jobs.submit(asked(), "good")
    failed = over(jobs, "bad")
    assert (failed.state, failed.made) == (State.FAILED, None)
    assert failed.error == "ValueError: the desk broke in two lines"
    assert over(jobs, "good").state is State.DONE


def test_the_same_key_is_the_same_job_and_one_draft(opened: Open) -> None:
    desk = ScriptedDesk()
    jobs = opened(desk)
    first = jobs.submit(asked(), "one")
    threads = [threading.Thread(target=jobs.submit, args=(asked(), "one")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    over(jobs, "one")
    assert jobs.submit(asked(), "one").submitted == first.submitted
    assert desk.drafted == [asked().text]


def test_a_key_on_another_day_is_the_same_job_but_not_for_another_question(opened: Open) -> None:
    jobs = opened(ScriptedDesk(), workers=0)
    jobs.submit(asked(), "one")
    later = asked().model_copy(update={"asked_on": asked().asked_on.replace(day=25)})
    assert jobs.submit(later, "one").question == asked()
    with pytest.raises(KeyTaken, match="another question"):
        jobs.submit(asked("Is the road closed?"), "one")
    with pytest.raises(KeyTaken, match="another question"):
        jobs.submit(asked(as_of=asked().asked_on), "one")


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a\nb", "\0"])
def test_what_cannot_name_a_job_is_no_key(opened: Open, key: str) -> None:
    with pytest.raises(KeyTaken, match="cannot be a key"):
        opened(ScriptedDesk(), workers=0).submit(asked(), key)


def test_the_events_of_a_job_are_numbered_and_end_with_it(opened: Open) -> None:
    jobs = opened(ScriptedDesk())
    jobs.submit(asked(), "one")
    events = list(jobs.events("one"))
    assert [e.number for e in events] == list(range(1, len(STEPS) + 4))
    assert [e.step for e in events] == ["", "", *STEPS, ""]
    states = [State.QUEUED, *[State.RUNNING] * (len(STEPS) + 1), State.DONE]
    assert [e.state for e in events] == states


def test_a_job_can_be_followed_from_any_of_its_events(opened: Open) -> None:
    jobs = opened(ScriptedDesk())
    jobs.submit(asked(), "one")
    events = list(jobs.events("one"))
    for after in range(len(events) + 3):
        assert list(jobs.events("one", after)) == events[after:]
        assert list(jobs.events("one", after, 0.0)) == events[after:]


def test_a_job_is_followed_while_it_is_drafted(opened: Open) -> None:
    gate = threading.Event()
    jobs = opened(ScriptedDesk(gate))
    jobs.submit(asked(), "one")
    following = jobs.events("one")
    seen = [next(following) for _ in range(3)]
    gate.set()
    seen += list(following)
    assert seen == list(jobs.events("one"))
    assert seen[-1].state is State.DONE


def test_following_a_job_that_waits_ends_when_its_time_is_over(opened: Open) -> None:
    jobs = opened(ScriptedDesk(), workers=0)
    jobs.submit(asked(), "one")
    assert [e.state for e in jobs.events("one", wait_seconds=0.0)] == [State.QUEUED]
    assert list(jobs.events("one", after=1, wait_seconds=0.05)) == []


def test_a_job_in_work_shows_the_steps_it_has_reached(opened: Open) -> None:
    gate = threading.Event()
    desk = ScriptedDesk(gate)
    jobs = opened(desk)
    jobs.submit(asked(), "one")
    assert desk.begun.wait(60)
    assert [e.step for e in jobs.events("one", wait_seconds=0.0)] == ["", "", STEPS[0]]
    assert jobs.get("one").state is State.RUNNING
    gate.set()
    assert over(jobs, "one").state is State.DONE


def test_a_job_that_waits_is_cancelled_and_never_drafted(opened: Open) -> None:
    jobs = opened(ScriptedDesk(), workers=0)
    jobs.submit(asked(), "one")
    assert jobs.cancel("one").state is State.CANCELLED
    assert [e.state for e in jobs.events("one")] == [State.QUEUED, State.CANCELLED]


def test_a_job_in_work_is_cancelled_at_its_next_step(opened: Open) -> None:
    gate = threading.Event()
    desk = ScriptedDesk(gate)
    jobs = opened(desk)
    jobs.submit(asked(), "one")
    assert desk.begun.wait(60)
    jobs.cancel("one")
    gate.set()
    cancelled = over(jobs, "one")
    assert (cancelled.state, cancelled.made) == (State.CANCELLED, None)
    jobs.submit(asked(), "next")
    assert over(jobs, "next").state is State.DONE
    assert STEPS[1] not in [e.step for e in jobs.events("one")]
    assert len(desk.kept) <= 1


def test_a_job_that_is_done_stays_done(opened: Open) -> None:
    jobs = opened(ScriptedDesk())
    jobs.submit(asked(), "one")
    done = over(jobs, "one")
    assert jobs.cancel("one") == done


def test_a_full_queue_refuses_new_jobs_and_knows_the_old_ones(opened: Open) -> None:
    jobs = opened(ScriptedDesk(), limit=2, workers=0)
    jobs.submit(asked(), "one")
    jobs.submit(asked(), "two")
    with pytest.raises(QueueFull, match="2 drafts wait"):
        jobs.submit(asked(), "three")
    assert jobs.submit(asked(), "two").state is State.QUEUED
    jobs.cancel("one")
    assert jobs.submit(asked(), "three").state is State.QUEUED


def test_the_jobs_submitted_last_come_first_and_without_drafts(opened: Open) -> None:
    jobs = opened(ScriptedDesk())
    for key in ("one", "two", "three"):
        jobs.submit(asked(), key)
        over(jobs, key)
    assert [j.id for j in jobs.recent(2)] == ["three", "two"]
    assert {(j.state, j.made) for j in jobs.recent()} == {(State.DONE, None)}


def test_what_is_forgotten_is_unknown_and_its_key_is_free(opened: Open) -> None:
    desk = ScriptedDesk()
    jobs = opened(desk)
    jobs.submit(asked(), "one")
    over(jobs, "one")
    jobs.forget("one")
    for call in (jobs.get, jobs.cancel, jobs.forget, lambda key: list(jobs.events(key))):
        with pytest.raises(UnknownJob, match="no job 'one'"):
            call("one")
    jobs.submit(asked(), "one")
    assert over(jobs, "one").state is State.DONE
    assert len(desk.drafted) == 2

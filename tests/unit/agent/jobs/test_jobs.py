"""The parts under the queue of jobs: who is alive, who is called what, what was answered."""

import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Event, Timer
from typing import TypeVar

import pytest
from pydantic import BaseModel

from agent.jobs.durable import DurableJobs, Leases, Watch
from agent.jobs.port import JobsUnavailable, State, UnknownJob, shown
from agent.jobs.recording import (
    Answered,
    Drafting,
    RecordedChat,
    Tape,
    recording,
)
from agent.jobs.worker import Pace, Worker, slot
from agent.llm.budget import Account, Budget, current
from agent.ports import Chat, Step
from agent.types import Insufficient, Page, Question, Value
from prompts import Request
from retrieval.errors import LibraryUnreachable
from tests.fakes_jobs import ScriptedDesk, address, asked, over

A = TypeVar("A", bound=BaseModel)
FAST = Pace(at_once=1, poll=0.02, beat=0.1, patience=5.0)


class Said(Value):
    text: str


def request(text: str) -> Request:
    return Request(prompt="write", fingerprint="1", instructions="Answer.", text=text)


class CountingChat:
    """Numbers its answers and counts each on the account, as an endpoint does."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, request: Request, answer: type[A]) -> A:
        self.asked.append(request.text)
        account = current()
        account.calls += 1
        account.input_tokens += 100
        account.uncounted += 1
        account.cost += 0.25
        account.models["small"] = None
        return answer.model_validate({"text": f"{request.text} {len(self.asked)}"})


def taped(chat: Chat, earlier: list[Answered], *texts: str) -> tuple[list[str], Account]:
    """Answers to `texts` in one draft, and its account; new ones are added to `earlier`."""
    tape = Tape(tuple(earlier), earlier.append)
    with Budget().open() as account, recording(tape):
        return [RecordedChat(chat).ask(request(t), Said).text for t in texts], account


def test_a_recorded_answer_is_not_asked_for_again() -> None:
    kept: list[Answered] = []
    first, _ = taped(CountingChat(), kept, "a", "b")
    again = CountingChat()
    answers, account = taped(again, kept, "a", "b", "c")
    assert answers == [*first, "c 1"]
    assert again.asked == ["c"]
    assert (account.calls, account.input_tokens, account.cost) == (3, 300, 0.75)
    assert account.uncounted == 3
    assert list(account.models) == ["small"]


def test_the_same_request_asked_twice_keeps_both_its_answers_in_order() -> None:
    kept: list[Answered] = []
    first, _ = taped(CountingChat(), kept, "a", "a")
    assert first == ["a 1", "a 2"]
    assert taped(CountingChat(), kept, "a", "a")[0] == first


def test_what_was_answered_to_another_request_is_not_used_but_stays_paid() -> None:
    kept: list[Answered] = []
    taped(CountingChat(), kept, "before the library changed")
    answers, account = taped(CountingChat(), kept, "after it")
    assert answers == ["after it 1"]
    assert (account.calls, account.cost) == (2, 0.5)


def test_without_a_tape_a_recorded_chat_just_asks() -> None:
    chat = CountingChat()
    with Budget().open():
        assert RecordedChat(chat).ask(request("a"), Said).text == "a 1"


def test_an_answer_survives_being_stored_as_json() -> None:
    kept: list[Answered] = []
    first, _ = taped(CountingChat(), kept, "a")
    stored = [Answered.model_validate_json(a.model_dump_json()) for a in kept]
    assert taped(CountingChat(), stored, "a")[0] == first


def test_a_worker_is_dead_when_its_count_stood_still_for_too_long() -> None:
    now = [0.0]
    watch = Watch(30.0, lambda: now[0])
    assert watch.dead({"a": 1, "b": 1}, {"gone"}) == []
    now[0] = 29.0
    assert watch.dead({"a": 2, "b": 1}, {"gone"}) == []
    now[0] = 30.0
    assert watch.dead({"a": 2, "b": 1}, {"gone"}) == ["b", "gone"]
    now[0] = 58.0
    assert watch.dead({"a": 3}, set()) == []


def test_the_counts_of_workers_are_shared_and_forgotten(tmp_path: Path) -> None:
    one, two = Leases(address(tmp_path)), Leases(address(tmp_path))
    one.beat("a")
    two.beat("b")
    one.beat("a")
    assert two.beats() == {"a": 2, "b": 1}
    two.drop("a")
    assert one.beats() == {"b": 1}
    one.close()
    two.close()


def test_living_workers_have_different_names_and_a_freed_one_is_used_again(tmp_path: Path) -> None:
    with slot(tmp_path) as first:
        with slot(tmp_path) as second:
            assert first != second
        with slot(tmp_path) as third:
            assert third == second
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    with slot(elsewhere) as other, slot(tmp_path) as again:
        assert again == first
        assert other != first


def test_a_password_is_not_shown() -> None:
    assert shown("postgresql://ed:s3cret@db/jobs") == "postgresql://ed@db/jobs"
    assert shown("sqlite:////tmp/jobs.sqlite3") == "sqlite:////tmp/jobs.sqlite3"


def test_everything_stored_is_json_and_no_pickle(tmp_path: Path) -> None:
    with (
        DurableJobs(address(tmp_path)) as jobs,
        Worker(jobs, ScriptedDesk().drafting, "one", FAST),
    ):
        jobs.submit(asked(), "good")
        jobs.submit(asked("fail now"), "bad")
        assert over(jobs, "good").state is State.DONE
        assert over(jobs, "bad").state is State.FAILED
    file = sqlite3.connect(tmp_path / "jobs.sqlite3")
    kinds = {
        kind
        for table in ("workflow_status", "operation_outputs", "streams")
        for (kind,) in file.execute(f"SELECT DISTINCT serialization FROM {table}")  # noqa: S608
    }
    [(version,)] = file.execute("SELECT DISTINCT application_version FROM workflow_status")
    [(mode,)] = file.execute("PRAGMA journal_mode")
    file.close()
    assert kinds == {"portable_json"}
    assert (version, mode) == ("1", "wal")


def test_a_page_is_kept_once_and_what_is_no_page_never(tmp_path: Path) -> None:
    desk = ScriptedDesk()
    with DurableJobs(address(tmp_path)) as jobs, Worker(jobs, desk.drafting, "one", FAST):
        for key, text in (("page", "Is it?"), ("none", "nothing here"), ("bad", "fail now")):
            jobs.submit(asked(text), key)
            over(jobs, key)
        assert desk.kept == [jobs.get("page").made]


def test_a_draft_whose_database_was_away_is_begun_anew_and_not_failed(tmp_path: Path) -> None:
    desk, tries = ScriptedDesk(), count(1)

    def draft(question: Question, on_step: Step) -> Page | Insufficient:
        if next(tries) < 3:
            raise LibraryUnreachable("The server is away.", "Wait.")
        return desk.draft(question, on_step)

    def keep(page: Page) -> None:
        if next(tries) < 5:
            raise LibraryUnreachable("The server is away again.", "Wait.")
        desk.kept.append(page)

    with (
        DurableJobs(address(tmp_path)) as jobs,
        Worker(jobs, Drafting(draft, keep), "one", FAST),
    ):
        jobs.submit(asked("a"), "a")
        assert over(jobs, "a").state is State.DONE
    assert len(desk.drafted) == len(desk.kept) == 1


def test_a_draft_whose_source_went_before_it_was_kept_is_made_again(tmp_path: Path) -> None:
    desk, looks = ScriptedDesk(), count(1)
    drafting = Drafting(desk.draft, desk.kept.append, lambda _: next(looks) > 2)
    with (
        DurableJobs(address(tmp_path)) as jobs,
        Worker(jobs, drafting, "one", FAST),
    ):
        jobs.submit(asked("a"), "a")
        assert over(jobs, "a").state is State.DONE
    assert (len(desk.drafted), len(desk.kept)) == (3, 1)


def test_jobs_that_are_over_for_long_are_deleted_and_no_other(tmp_path: Path) -> None:
    desk = ScriptedDesk()
    with DurableJobs(address(tmp_path)) as jobs:
        with Worker(jobs, desk.drafting, "one", FAST):
            jobs.submit(asked(), "old")
            over(jobs, "old")
        jobs.submit(asked(), "waiting")
        assert jobs.sweep(datetime.now(UTC) - timedelta(hours=1)) == 0
        assert jobs.sweep(datetime.now(UTC) + timedelta(hours=1)) == 1
        assert jobs.get("waiting").state is State.QUEUED
        with pytest.raises(UnknownJob):
            jobs.get("old")


def test_a_worker_that_stops_leaves_its_job_in_work_for_the_next_one(tmp_path: Path) -> None:
    gate = Event()
    desk = ScriptedDesk(gate)
    with DurableJobs(address(tmp_path)) as jobs:
        with Worker(jobs, desk.drafting, "one", FAST):
            jobs.submit(asked(), "one")
            assert desk.begun.wait(60)
            Timer(0.3, gate.set).start()
        assert jobs.get("one").state is State.RUNNING
        with Worker(jobs, desk.drafting, "one", FAST):
            assert over(jobs, "one").state is State.DONE
    assert len(desk.drafted) == 2


def test_a_second_worker_in_one_process_is_refused(tmp_path: Path) -> None:
    desk = ScriptedDesk()
    with (
        DurableJobs(address(tmp_path)) as jobs,
        Worker(jobs, desk.drafting, "one", FAST),
        pytest.raises(JobsUnavailable, match="another process"),
        Worker(jobs, desk.drafting, "two", FAST),
    ):
        pass


def test_a_file_that_is_no_database_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "jobs.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(JobsUnavailable, match=r"jobs.sqlite3 cannot be read .* Check"):
        DurableJobs(address(tmp_path))

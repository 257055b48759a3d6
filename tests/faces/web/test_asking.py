"""Drafts asked for through the API: keys, places in the queue, events, cancelling."""

import threading
from pathlib import Path

import pytest

from agent.faces.web import services
from agent.service import Desk
from agent.types import Page
from retrieval import Library
from tests.faces.web.place import API, Site, site
from tests.fakes_jobs import MemoryJobs, ScriptedDesk, over, until


def ask(site_: Site, text: str, key: str = "one", **fields: object) -> dict[str, object]:
    sent = site_.program().post(
        f"{API}/drafts", json={"question": text, **fields}, headers={"idempotency-key": key}
    )
    assert sent.status_code == 202, sent.text
    answer: dict[str, object] = sent.json()
    return answer


def test_a_draft_is_asked_for_and_found_again(alone: Site) -> None:
    sent = alone.program().post(f"{API}/drafts", json={"question": "Is the bridge closed?"})
    assert sent.status_code == 202
    at = sent.headers["location"]
    over(alone.services.jobs, at.rpartition("/")[2])
    job = alone.program().get(at).json()
    assert (job["state"], job["question"]) == ("done", "Is the bridge closed?")
    review = alone.program().get(f"{API}/drafts/{job['draft']}")
    assert review.json()["document"]["question"]["text"] == "Is the bridge closed?"


def test_the_same_key_is_the_same_job_however_often_it_is_sent(alone: Site) -> None:
    ids = {ask(alone, "Is the bridge closed?")["id"] for _ in range(5)}
    assert ids == {"one"}
    assert len(alone.services.jobs.recent()) == 1


def test_a_key_that_belongs_to_another_question_is_a_conflict(alone: Site) -> None:
    ask(alone, "Is the bridge closed?")
    sent = alone.program().post(
        f"{API}/drafts", json={"question": "Is it open?"}, headers={"idempotency-key": "one"}
    )
    assert sent.status_code == 409
    assert sent.headers["content-type"] == "application/problem+json"
    assert "another question" in sent.json()["detail"]


def test_a_key_that_could_not_stand_in_an_address_is_refused(alone: Site) -> None:
    for key in ("a/b", "a b", "x" * 201, "%2e"):
        sent = alone.program().post(
            f"{API}/drafts", json={"question": "Is it?"}, headers={"idempotency-key": key}
        )
        assert sent.status_code == 422, key


def test_a_waiting_job_says_how_many_wait_before_it(
    tmp_path: Path, opened: Library, desk: Desk, page: Page
) -> None:
    gate = threading.Event()
    script = ScriptedDesk(gate)
    with MemoryJobs(script.draft) as jobs, site(tmp_path, opened, desk, jobs) as found:
        for key in ("first", "second", "third", "fourth"):
            ask(found, f"Is {key} so?", key)
        assert script.begun.wait(60)
        waiting = {k: ask(found, f"Is {k} so?", k)["waiting_before"] for k in ("second", "fourth")}
        gate.set()
        assert waiting == {"second": 0, "fourth": 2}


def test_a_full_queue_says_when_to_come_back(tmp_path: Path, opened: Library, desk: Desk) -> None:
    with (
        MemoryJobs(ScriptedDesk().draft, 1, workers=0) as jobs,
        site(tmp_path, opened, desk, jobs) as found,
    ):
        ask(found, "Is it so?")
        sent = found.program().post(f"{API}/drafts", json={"question": "And this?"})
        assert sent.status_code == 503
        assert int(sent.headers["retry-after"]) > 0


def test_a_cancelled_job_is_over(tmp_path: Path, opened: Library, desk: Desk) -> None:
    with (
        MemoryJobs(ScriptedDesk().draft, workers=0) as jobs,
        site(tmp_path, opened, desk, jobs) as found,
    ):
        ask(found, "Is it so?", "by-delete")
        ask(found, "Is it so?", "by-post")
        assert found.program().delete(f"{API}/jobs/by-delete").json()["state"] == "cancelled"
        sent = found.program().post(f"{API}/jobs/by-post/cancel", json={})
        assert sent.json()["state"] == "cancelled"


def test_not_enough_evidence_is_told_with_what_was_nearest(alone: Site) -> None:
    ask(alone, "nothing on this")
    over(alone.services.jobs, "one")
    job = alone.program().get(f"{API}/jobs/one").json()
    assert job["draft"] == ""
    assert job["insufficient"]["reason"]


def test_a_failed_job_says_what_went_wrong(alone: Site) -> None:
    ask(alone, "fail at this")
    over(alone.services.jobs, "one")
    assert "the desk broke" in alone.program().get(f"{API}/jobs/one").json()["error"]


def test_too_many_drafts_in_an_hour_are_refused_with_the_time_to_wait(
    tmp_path: Path, opened: Library, desk: Desk, jobs: MemoryJobs
) -> None:
    with site(tmp_path, opened, desk, jobs, web_user_hourly=2) as found:
        ask(found, "Is it so?", "a")
        ask(found, "Is it so?", "b")
        sent = found.program().post(f"{API}/drafts", json={"question": "Is it so?"})
        assert sent.status_code == 429
        assert 0 < int(sent.headers["retry-after"]) <= 3600


def test_a_finished_draft_is_taken_into_review_by_itself(alone: Site) -> None:
    with alone.program() as client:  # the application runs
        client.post(f"{API}/drafts", json={"question": "Is the bridge closed?"})
        until(lambda: bool(alone.services.reviews.rows()))
    assert alone.services.reviews.rows()[0].question == "Is the bridge closed?"


def test_taking_finished_drafts_in_twice_takes_each_once(alone: Site) -> None:
    ask(alone, "Is the bridge closed?")
    over(alone.services.jobs, "one")
    assert alone.services.adopt_finished() == 1
    assert alone.services.adopt_finished() == 0
    assert len(alone.services.reviews.rows()) == 1


def test_which_jobs_were_taken_in_is_remembered_of_so_many_and_found_of_the_others(
    alone: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "ADOPTED", 2)
    keys = [f"job-{n}" for n in range(5)]
    for key in keys:
        ask(alone, f"Is bridge {key} closed?", key)
        over(alone.services.jobs, key)
    jobs = [alone.services.jobs.get(key) for key in keys]
    drafts = [alone.services.draft_of(job) for job in jobs]
    assert all(drafts)
    assert len(alone.services._adopted) == 2
    assert [alone.services.draft_of(job) for job in jobs] == drafts


def test_a_kept_draft_that_nobody_reviewed_opens_by_its_id(
    alone: Site, desk: Desk, page: Page
) -> None:
    kept = desk.store.keep(page)
    assert alone.program().get(f"{API}/drafts/{kept}").json()["id"] == kept
    assert alone.browser().get(f"/drafts/{kept}").status_code == 200


def test_a_short_answer_is_made_while_one_waits(alone: Site) -> None:
    sent = alone.program().post(
        f"{API}/ask", json={"question": "Are nyc cops taking down I.C.E. agents?"}
    )
    assert sent.status_code == 200
    assert sent.json()["verdict"] == "refuted"

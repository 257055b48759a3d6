"""`verdict batch`: many claims, whatever happens meanwhile."""

import json
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from agent.faces.cli import batch as batches
from agent.faces.cli.batch import Row
from agent.jobs.port import State
from tests.faces.front import ended, started, verdict
from tests.fakes_jobs import MemoryJobs, ScriptedDesk, asked, over

CLAIMS = (
    {"id": "bridge", "question": "Did the council close the old bridge after an inspection?"},
    {"id": 2, "claim": "The river rose two metres after the storm of 3 May 2025."},
    {"id": "oil", "question": "Does Venezuela have the largest oil reserves in the world?"},
)


def written(folder: Path, *rows: object) -> Path:
    """A file of claims; what is no text is written as JSON."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path = folder / "claims.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return path


def summary(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "summary.jsonl").read_text().splitlines()]


def test_each_claim_becomes_a_page_and_a_line_of_the_summary(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = verdict("batch", written(tmp_path, *CLAIMS), "--out", out, "--library", small)
    assert told.status == 0, told.err
    assert told.out.startswith("3 claims: ")
    assert str(out) in told.out
    rows = summary(out)
    assert [row["id"] for row in rows] == ["bridge", "2", "oil"]
    assert rows[2]["outcome"] == "not enough evidence"
    for row in rows:
        page = json.loads((out / f"{row['id']}.json").read_text())
        assert page["question"] == row["question"]
        assert row["question"] in (out / f"{row['id']}.txt").read_text()


def test_what_is_done_is_not_drafted_again(small: Path, tmp_path: Path) -> None:
    out, file = tmp_path / "out", written(tmp_path, *CLAIMS[:2])
    assert verdict("batch", file, "--out", out, "--library", small).status == 0
    before = {p.name: p.stat().st_mtime_ns for p in out.glob("*.json")}
    (out / "2.json").unlink()
    again = verdict("batch", file, "--out", out, "--library", small)
    assert again.status == 0
    assert "1 of 2 are drafted already." in again.err
    after = {p.name: p.stat().st_mtime_ns for p in out.glob("*.json")}
    assert after["bridge.json"] == before["bridge.json"]
    assert len(summary(out)) == 2


def test_a_batch_killed_in_the_middle_goes_on_and_loses_nothing(
    small: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    rows = [{"id": f"c{n}", "question": f"Did the council close bridge {n}?"} for n in range(12)]
    file = written(tmp_path, *rows)
    typed = ("batch", file, "--out", out, "--library", small, "--workers", 1)
    first = started(*typed)
    deadline = time.monotonic() + 180
    while not list(out.glob("c*.json")) and time.monotonic() < deadline:
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    assert ended(first).status == -signal.SIGKILL
    done = {p.name: p.read_text() for p in out.glob("c*.json")}
    assert 0 < len(done) <= 12
    again = verdict(*typed)
    assert again.status == 0, again.err
    assert [row["id"] for row in summary(out)] == [row["id"] for row in rows]
    assert {name: (out / name).read_text() for name in done} == done


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: is no JSON"),
        ("[]", "line 2: is no JSON object"),
        ({"question": "Is it?"}, 'line 2: "id"'),
        ({"id": "a/b", "question": "Is it?"}, 'line 2: "id"'),
        ({"id": "..", "question": "Is it?"}, 'line 2: "id"'),
        ({"id": True, "question": "Is it?"}, 'line 2: "id"'),
        ({"id": "summary", "question": "Is it?"}, 'line 2: "id"'),
        ({"id": "x"}, 'line 2: "question"'),
        ({"id": "x", "question": 3}, 'line 2: "question"'),
        ({"id": "x", "question": " "}, "line 2: The question is empty"),
        ({"id": "x", "question": "x" * 5000}, "line 2: The question has 5000 characters"),
        ({"id": "BRIDGE", "question": "Is it?"}, 'line 2: the id "BRIDGE" stands in line 1'),
    ],
)
def test_a_bad_line_is_told_by_its_number_before_anything_starts(
    tmp_path: Path, line: object, said: str
) -> None:
    out = tmp_path / "out"
    told = verdict("batch", written(tmp_path, CLAIMS[0], line), "--out", out)
    assert told.status == 2
    assert said in told.error
    assert "nothing was drafted" in told.error
    assert not out.exists()


def test_a_file_that_is_missing_empty_or_no_text_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "cannot be opened" in verdict("batch", tmp_path / "none", "--out", out).error
    assert "holds no claim" in verdict("batch", written(tmp_path, "", " "), "--out", out).error
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    assert "not a text file" in verdict("batch", tmp_path / "bytes", "--out", out).error
    assert not out.exists()


def test_a_folder_with_the_answer_to_another_question_is_refused(
    small: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    typed = ("--out", out, "--library", small)
    assert verdict("batch", written(tmp_path, CLAIMS[0]), *typed).status == 0
    other = {"id": "bridge", "question": "Did the river rise?"}
    told = verdict("batch", written(tmp_path, other), *typed)
    assert told.status == 2
    assert "answers another question" in told.error


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    told = verdict("batch", written(tmp_path, CLAIMS[0]), "--out", blocked)
    assert told.status == 2
    assert "cannot be written" in told.error


def test_a_database_that_does_not_answer_is_told_with_what_to_do(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://editor:secret@127.0.0.1:9/jobs"
    monkeypatch.setenv("VERDICT_DATABASE_URL", url)
    file = written(tmp_path, CLAIMS[0])
    told = verdict("batch", file, "--out", tmp_path / "out", "--library", small)
    assert told.status == 7
    assert "VERDICT_DATABASE_URL" in told.err
    assert "secret" not in told.err


def test_a_file_of_jobs_that_is_damaged_is_told_with_what_to_do(
    small: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(small, tmp_path / "copy")
    (copy / "jobs.sqlite3").write_bytes(b"no database" * 1000)
    file = written(tmp_path, CLAIMS[0])
    told = verdict("batch", file, "--out", tmp_path / "out", "--library", copy)
    assert told.status == 7
    assert "jobs.sqlite3 cannot be read" in told.error


def test_a_draft_that_failed_is_begun_anew_by_the_next_run_and_no_other_is() -> None:
    desk = ScriptedDesk()
    rows = [Row("bad", asked("fail here")), Row("good", asked("Is the bridge closed?"))]
    with MemoryJobs(desk.draft) as jobs:
        first = [job.state for _, job in batches.drafted(rows, jobs, "batch")]
        second = [job.state for _, job in batches.drafted(rows, jobs, "batch")]
    assert first == second == [State.FAILED, State.DONE]
    assert sorted(desk.drafted) == ["Is the bridge closed?", "fail here", "fail here"]


def test_a_queue_that_others_have_filled_is_waited_for() -> None:
    desk = ScriptedDesk()
    rows = [Row(f"r{n}", asked(f"Is bridge {n} closed?")) for n in range(9)]
    with MemoryJobs(desk.draft, limit=2, workers=2) as jobs:
        for key in ("other", "another"):
            jobs.submit(asked("Somebody else's?"), key)
        made = list(batches.drafted(rows, jobs, "batch", pause=0.01))
        over(jobs, "other")
    assert [row for row, _ in made] == rows
    assert {job.state for _, job in made} == {State.DONE}

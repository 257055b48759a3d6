"""What was acknowledged is on the disk and not only on its way there: a power cut takes nothing.

No power is cut here. A database's own promise is asked for at each commit, and what a program has
handed to the disk itself is what stood in a file when `os.fsync` was called for it.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from agent.faces.cli.batch import Folder, Row
from agent.faces.slack.db import QUESTIONS
from agent.faces.terminal import write_whole
from agent.faces.web.accounts import Accounts, Role
from agent.jobs.durable import DurableJobs
from agent.jobs.port import Job, State
from agent.llm.budget import Spending
from agent.store import DraftStore
from retrieval.record import Record
from retrieval.web.archive import Archive
from tests.faces.slack.loopback import serving
from tests.faces.slack.place import CLAIM, opened
from tests.fakes_jobs import DAY, address, asked, drafted
from tests.fakes_retrieval import fetched, put
from tests.security.canaries import PASSWORD
from tests.unit.review.desks import Bench, page_on

FULL = 2
"""SQLite's `synchronous`: the log is flushed to the disk before a commit returns."""


@pytest.fixture
def commits() -> Iterator[set[tuple[str, int]]]:
    """Name of the file and `synchronous` of every commit of SQLAlchemy."""
    seen: set[tuple[str, int]] = set()

    def look(connection: sa.Connection) -> None:
        raw = connection.connection.cursor()
        where = raw.execute("PRAGMA database_list").fetchone()[2]
        seen.add((Path(where).name, raw.execute("PRAGMA synchronous").fetchone()[0]))
        raw.close()

    sa.event.listen(sa.Engine, "commit", look)
    yield seen
    sa.event.remove(sa.Engine, "commit", look)


def add_source(folder: Path) -> None:
    record = Record.create(folder / "library.sqlite3", "words/1", 32)
    put(record, "a", "The bridge is closed.")
    record.close()
    again = Record.open(folder / "library.sqlite3")
    put(again, "b", "The bridge is open.")
    again.close()


def keep_draft(folder: Path) -> None:
    DraftStore.beside(folder).keep(page_on(Bench()))


def review_draft(folder: Path) -> None:
    desk = Bench().open(f"sqlite:///{folder / 'drafts.sqlite3'}")
    desk.adopt(page_on(Bench()))
    desk.close()


def submit_job(folder: Path) -> None:
    with DurableJobs(address(folder)) as jobs:
        jobs.submit(asked(), "one")


def add_account(folder: Path) -> None:
    accounts = Accounts(f"sqlite:///{folder / 'accounts.sqlite3'}")
    accounts.add("Ada Reed", Role.ADMIN, PASSWORD)
    accounts.close()


@pytest.mark.parametrize(
    ("act", "file"),
    [
        pytest.param(add_source, "library.sqlite3", id="source"),
        pytest.param(keep_draft, "drafts.sqlite3", id="draft"),
        pytest.param(review_draft, "drafts.sqlite3", id="review"),
        pytest.param(submit_job, "jobs.sqlite3", id="job"),
        pytest.param(add_account, "accounts.sqlite3", id="account"),
    ],
)
def test_what_a_database_acknowledges_is_flushed_first(
    act: Callable[[Path], None], file: str, tmp_path: Path, commits: set[tuple[str, int]]
) -> None:
    act(tmp_path)
    levels = {level for name, level in commits if name.removesuffix(".new") == file}
    assert levels, f"nothing was committed to {file}: {commits}"
    assert min(levels) >= FULL


def test_what_a_call_may_cost_is_on_the_disk_before_it_is_made(tmp_path: Path) -> None:
    spending = Spending(tmp_path / "spending.sqlite3")
    [level] = spending._record.execute("PRAGMA synchronous").fetchone()
    assert level >= FULL
    assert spending.reserve(DAY, 100, 0.5, None, None)
    assert Spending(tmp_path / "spending.sqlite3").on(DAY) == (100, 0.5), "it stays reserved"


@dataclass
class Disk:
    """What would be left of the files below `root`."""

    root: Path
    flushed: dict[int, bytes] = field(default_factory=dict)
    """By file, as the system numbers them: what it held when it was last flushed."""
    steps: list[str] = field(default_factory=list)
    """Names of files and folders, in the order in which they were flushed."""

    def fsync(self, file: object) -> None:
        number = file if isinstance(file, int) else file.fileno()  # type: ignore[attr-defined]
        known = os.fstat(number).st_ino
        for path in [self.root, *self.root.rglob("*")]:
            if path.stat().st_ino == known:
                self.steps.append(path.name)
                self.flushed[known] = path.read_bytes() if path.is_file() else b""

    def left_of(self, path: Path) -> bytes | None:
        """What a file holds after the power cut; None where it was never flushed."""
        return self.flushed.get(path.stat().st_ino)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk(tmp_path)
    monkeypatch.setattr(os, "fsync", disk.fsync)
    return disk


def test_a_new_record_is_whole_before_it_has_its_name(tmp_path: Path, disk: Disk) -> None:
    path = tmp_path / "library.sqlite3"
    Record.create(path, "words/1", 32).close()
    assert disk.steps == ["library.sqlite3.new", tmp_path.name], "the file, then its new name"
    assert disk.left_of(path) == path.read_bytes()


def test_a_written_file_is_whole_before_it_takes_the_place_of_the_old_one(
    tmp_path: Path, disk: Disk
) -> None:
    path = tmp_path / "page.txt"
    path.write_text("The page of yesterday.")
    write_whole(b"The page of today.", path)
    assert disk.left_of(path) == path.read_bytes() == b"The page of today."
    assert disk.steps == [".page.txt.part"]


def test_each_file_of_a_batch_is_whole_or_not_there(tmp_path: Path, disk: Disk) -> None:
    out = tmp_path / "out"
    folder, row = Folder(out), Row("bridge", asked())
    made = drafted(asked())
    at = datetime(2026, 11, 24, tzinfo=UTC)
    job = Job(id="one", question=asked(), state=State.DONE, submitted=at, made=made)
    result = folder.keep(row, job)
    folder.summarise([result])
    files = {path.name: path for path in out.iterdir()}
    assert set(files) == {"batch.json", "bridge.json", "bridge.txt", "summary.jsonl"}
    for path in files.values():
        assert disk.left_of(path) == path.read_bytes(), path.name
    order = [step for step in disk.steps if "bridge" in step]
    assert order == [".bridge.txt.part", ".bridge.json.part"], "the JSON says that it is done"


def test_a_question_from_slack_is_on_the_disk_when_slack_hears_of_it(
    tmp_path: Path, disk: Disk
) -> None:
    path = tmp_path / "slack.sqlite3"
    with serving() as slack, opened(slack, path) as place:
        place.desk.responder.stop()
        assert place.send(place.direct(CLAIM)).status == 200
        after = tmp_path / "after"
        after.mkdir()
        shutil.copy(path, after)
        log = path.with_name("slack.sqlite3-wal")
        (after / log.name).write_bytes(disk.left_of(log) or b"")
    with sqlite3.connect(after / path.name) as left:
        rows = left.execute(f"SELECT claims, route FROM {QUESTIONS.name}").fetchall()  # noqa: S608
    left.close()
    [(claims, route)] = rows
    assert CLAIM in claims
    assert "D0ANNA" in route


def test_what_was_fetched_is_on_the_disk_before_the_record_names_it(
    tmp_path: Path, disk: Disk
) -> None:
    answer = fetched("https://paper.example/a", b"<p>The bridge is closed.</p>")
    record = Record.create(tmp_path / "library.sqlite3", "words/1", 32)
    file = tmp_path / "web" / "2026-01.warc.gz"
    seen: list[bytes | None] = []

    def look(_connection: sa.Connection) -> None:
        seen.append(disk.left_of(file) if file.exists() else None)

    sa.event.listen(sa.Engine, "commit", look)
    Archive(tmp_path, record.history).keep([answer])
    sa.event.remove(sa.Engine, "commit", look)
    assert set(seen) == {file.read_bytes()}
    [row] = record.history.responses(answer.url)
    assert Archive(tmp_path, record.history).read(row) == answer.body
    record.close()

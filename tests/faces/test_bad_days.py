"""A full disk, a kill, Ctrl-C: what is in the library stays, is counted right, and can be used.

`VERDICT_FULL_DISKS=30` fills a real small file system at thirty sizes (needs the right to mount a
tmpfs), `VERDICT_RECORD_KILLS=40` kills forty writers in the middle of their checkpoints.
"""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from agent.faces.exit_codes import BadInput
from agent.faces.terminal import deliver_file
from retrieval import FileLock
from retrieval.record import Record
from tests.faces.front import ROOT, ended, note, sources, started, verdict
from tests.fakes_retrieval import put

DISKS: Final = int(os.environ.get("VERDICT_FULL_DISKS", "3"))
KILLS: Final = int(os.environ.get("VERDICT_RECORD_KILLS", "3"))
ADA: Final = ("--vetted-by", "Ada Reed")
HELD: Final = re.compile(r"The library holds (\d+) sources now, (\d+) before")

HALF_A_CHECKPOINT: Final = """
import os, resource, sqlite3, sys
path, pages = sys.argv[1], int(sys.argv[2])
held = sqlite3.connect(path, isolation_level=None)
held.execute("SELECT count(*) FROM sources").fetchone()
resource.setrlimit(resource.RLIMIT_FSIZE, (pages * 4096, resource.RLIM_INFINITY))
try:
    held.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
except sqlite3.OperationalError:
    os._exit(9)
"""
WRITER: Final = """
import sys
from pathlib import Path
from retrieval.record import Record, database
from tests.fakes_retrieval import put
path = Path(sys.argv[1])
record = Record.open(path)
for n in range(100_000):
    put(record, f"s{n}", *(f"Line {k} of source {n}: {'word ' * 200}" for k in range(8)))
    print(n, flush=True)
    database.checkpoint(path, record._engine)
"""


def child(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def logged(tmp_path: Path) -> Path:
    """A record most of which stands in its log, as a killed writer leaves it."""
    place = tmp_path / "writing"
    place.mkdir()
    record = Record.create(place / "library.sqlite3", "words/1", 32)
    for n in range(12):
        put(record, f"s{n}", *(f"Line {k} of source {n}: {'word ' * 100}" for k in range(6)))
    left = shutil.copytree(place, tmp_path / "left", ignore=shutil.ignore_patterns("*-shm"))
    record.close()
    return left / "library.sqlite3"


def held(path: Path) -> set[str]:
    record = Record.open(path)
    try:
        assert record.check_integrity() == []
        return set(record.source_states())
    finally:
        record.close()


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_checkpoint_that_was_cut_off_costs_nothing(logged: Path, share: float) -> None:
    whole = shutil.copytree(logged.parent, logged.parent.parent / "whole") / logged.name
    assert held(whole) == {f"s{n}" for n in range(12)}
    pages = int(share * whole.stat().st_size / 4096)
    cut = child(HALF_A_CHECKPOINT, logged, pages)
    assert cut.wait(60) == 9, "the checkpoint was not cut off"
    assert logged.stat().st_size < whole.stat().st_size, "nothing is missing from the file"
    assert held(logged) == {f"s{n}" for n in range(12)}


def test_a_writer_killed_between_checkpoints_loses_nothing_it_had_told(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite3"
    Record.create(path, "words/1", 32).close()
    for n in range(KILLS):
        writer = child(WRITER, path)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.05 + 0.3 * n / KILLS)
        writer.send_signal(signal.SIGKILL)
        told = [int(line) for line in writer.communicate(timeout=60)[0].splitlines()]
        assert {f"s{k}" for k in (0, *told)} <= held(path)


@contextmanager
def disk(at: Path, kilobytes: int) -> Iterator[None]:
    """A file system of its own at `at`; skips where none may be mounted."""
    at.mkdir()
    size = f"size={kilobytes}k"
    mount = shutil.which("mount")
    made = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", size, "tmpfs", str(at)], capture_output=True, check=False
    )
    if not made or made.returncode:
        pytest.skip("a small file system cannot be mounted here (it needs root on Linux)")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)


def grow(at: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=64m", str(at)], check=True)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder of forty notes of some length."""
    for n in range(40):
        said = (
            f"On day {n * 40 + k} ship {k} left with {k * 7 + n} crates. " * 3 for k in range(8)
        )
        note(tmp_path / "many", f"ship-{n}", "\n\n".join(said))
    return tmp_path / "many"


@pytest.mark.parametrize("step", range(DISKS))
def test_a_full_disk_stops_the_adding_and_nothing_else(
    step: int, small: Path, many: Path, tmp_path: Path
) -> None:
    used = sum(path.stat().st_size for path in small.rglob("*") if path.is_file()) // 1024
    at = tmp_path / "disk"
    with disk(at, used + 400 + 1200 * step // DISKS):
        own = shutil.copytree(small, at / "library")
        told = ended(started("library", "add", many, *ADA, "--library", own))
        assert told.status == 6, told.err
        figures = HELD.search(told.error)
        assert figures, told.error
        assert figures[2] == "2"
        grow(at)
        assert len(sources(own)) == int(figures[1])
        again = verdict("library", "add", many, *ADA, "--library", own)
        assert again.status == 0, again.err
        assert len(sources(own)) == 42
        assert verdict("library", "verify", "--library", own).out == "No differences.\n"
        assert not [path for path in own.rglob("*") if path.suffix in {".new", ".part"}]


def test_a_lock_holds_on_a_full_disk_though_nobody_can_sign_it(tmp_path: Path) -> None:
    at = tmp_path / "disk"
    with disk(at, 64):
        (at / "worker.lock").touch()
        with (at / "full").open("wb", buffering=0) as file, suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        with FileLock(at / "worker.lock", "drafting"):
            assert not FileLock(at / "worker.lock", "drafting").try_acquire()


def test_a_limit_on_files_stops_the_adding_as_a_full_disk_does(small: Path, many: Path) -> None:
    size = (small / "library.sqlite3").stat().st_size
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size * 2},) * 2)"
    told = ended(started("library", "add", many, *ADA, "--library", small, before=limit))
    assert told.status == 6, told.err
    figures = HELD.search(told.error)
    assert figures, told.error
    assert len(sources(small)) == int(figures[1])


def test_ctrl_c_while_adding_says_what_is_in(small: Path, many: Path) -> None:
    pressed = """
import os, signal
from retrieval import ingestion
from retrieval.loaders import isolation
ingestion.BATCH = 8
load, seen = isolation.FileLoader.load, []
def counting(self, raw):
    seen.append(raw)
    if len(seen) == 30:
        os.kill(os.getpid(), signal.SIGINT)
    return load(self, raw)
isolation.FileLoader.load = counting
"""
    told = ended(started("library", "add", many, *ADA, "--library", small, before=pressed))
    assert told.status == 130, told.err
    figures = HELD.search(told.error)
    assert figures, told.error
    assert 2 < int(figures[1]) < 42
    assert len(sources(small)) == int(figures[1])


def test_a_page_that_does_not_fit_on_the_disk_leaves_the_old_one(tmp_path: Path) -> None:
    out = tmp_path / "page.txt"
    out.write_text("The page of yesterday.\n", "utf-8")
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, most[1]))
    try:
        with pytest.raises(BadInput, match="cannot be written"):
            deliver_file(b"The page of today. " * 10, out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    left = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert left == {"page.txt": "The page of yesterday.\n"}

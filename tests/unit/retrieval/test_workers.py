"""Workers: whoever reads and embeds, and whatever becomes of them, a library is the same."""

import json
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from retrieval.embedding import MiniLM
from retrieval.errors import EmbedderMismatch, EmbeddingFailed, IngestionStopped, LibraryError
from retrieval.ingestion import BATCH, Ingestion
from retrieval.loaders import RawFile, read_file
from retrieval.loaders.isolation import Answer, FileLoader, Limits
from retrieval.ray_workers import RayWorkers
from retrieval.record import Record
from retrieval.types import Vectors
from retrieval.vetting import Voucher
from retrieval.workers import Pending, Pool
from tests.unit.retrieval import files
from tests.unit.retrieval.test_ingestion import CountingEmbedder

TODAY = date(2026, 1, 31)
ANA = Voucher(person="Ana")
ODD_LOADER = "tests.unit.retrieval.strange_loader:behave"


def write_notes(folder: Path, count: int, paragraphs: int = 2) -> Path:
    for n in range(count):
        text = "\n\n".join(f"Note {n} says {k}." for k in range(paragraphs))
        files.note(folder, f"n{n:03}", text)
    return folder


def content(record: Record) -> dict[str, tuple[object, ...]]:
    """What a record holds of each source: all but when it came."""
    with record.reader() as reader:
        return {
            source.id: (
                source,
                reader.snapshot(source.id),
                tuple(passage.text for passage in reader.passages_of(source.id)),
                reader.vectors([p.id for p in reader.passages_of(source.id)])[1].tobytes(),
            )
            for source in reader.sources()
        }


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    record = Record.create(tmp_path / "library.sqlite3", "counting", 8)
    yield record
    record.close()


class SlowEmbedder(CountingEmbedder):
    """Takes a while, so that reading gets ahead of it; says how many calls ran at once."""

    def __init__(self) -> None:
        super().__init__()
        self.at_once = self.most = 0
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        time.sleep(0.01)
        vectors = super().embed(texts)
        with self._lock:
            self.at_once -= 1
        return vectors


class Window(Pool):
    """A pool that counts what was asked for and not taken."""

    def __init__(self, embedder: CountingEmbedder) -> None:
        super().__init__(embedder, readers=2)
        self.asked = self.taken = self.most = 0

    def load(self, raw: RawFile) -> Pending[Answer]:
        self.asked += 1
        self.most = max(self.most, self.asked - self.taken)
        return _Counted(self, super().load(raw))


class _Counted:
    def __init__(self, window: Window, pending: Pending[Answer]) -> None:
        self._window, self._pending = window, pending

    def done(self) -> bool:
        return self._pending.done()

    def result(self) -> Answer:
        self._window.taken += 1
        return self._pending.result()


def test_a_report_tells_sources_in_the_order_of_their_files(record: Record, tmp_path: Path) -> None:
    notes = write_notes(tmp_path / "notes", 60, paragraphs=20)
    (notes / "n007.md").write_text("---\nid: [\n---\nNothing.", "utf-8")
    pool = Pool(SlowEmbedder(), readers=8)
    report = Ingestion(record, SlowEmbedder(), ANA, TODAY, pool).run([notes])
    assert report.added == tuple(f"n{n:03}" for n in range(60) if n != 7)
    assert [Path(one.path).name for one in report.refused] == ["n007.md"]


def test_how_many_work_changes_nothing_in_the_record(tmp_path: Path) -> None:
    notes = write_notes(tmp_path / "notes", 30, paragraphs=20)
    held = []
    for readers in (1, 7):
        place = tmp_path / f"{readers}.sqlite3"
        record = Record.create(place, "counting", 8)
        embedder = SlowEmbedder()
        Ingestion(record, embedder, ANA, TODAY, Pool(embedder, readers=readers)).run([notes])
        held.append(content(record))
        record.close()
    assert held[0] == held[1]
    assert len(held[0]) == 30


def test_one_batch_is_embedded_at_a_time_and_few_files_wait(record: Record, tmp_path: Path) -> None:
    notes = write_notes(tmp_path / "notes", 80, paragraphs=30)
    embedder = SlowEmbedder()
    window = Window(embedder)
    Ingestion(record, embedder, ANA, TODAY, window).run([notes])
    assert embedder.most == 1
    assert window.asked == 80
    assert window.most <= window.files_ahead + 1
    assert len(embedder.texts) == 80 * 30 > 8 * BATCH


def test_large_files_wait_by_their_bytes(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = write_notes(tmp_path / "notes", 20)
    size = (notes / "n000.md").stat().st_size
    monkeypatch.setattr("retrieval.ingestion.BYTES_AHEAD", 3 * size + size // 2)
    window = Window(CountingEmbedder())
    window.files_ahead = 20
    Ingestion(record, CountingEmbedder(), ANA, TODAY, window).run([notes])
    assert window.asked == 20
    assert window.most == 4  # the one that is over the edge is asked for, then the first is taken


def test_a_file_that_ends_its_process_costs_one_file(record: Record, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    for n in range(12):
        (notes / f"n{n:02}.txt").write_text("BREAK" if n == 5 else f"The quay {n}.", "utf-8")
    embedder = CountingEmbedder()
    pool = Pool(embedder, lambda: FileLoader(Limits(inline_bytes=0), ODD_LOADER), readers=3)
    report = Ingestion(record, embedder, ANA, TODAY, pool).run([notes])
    assert len(report.added) == 11
    assert [Path(one.path).name for one in report.refused] == ["n05.txt"]


def test_what_was_embedded_before_a_failure_is_in(record: Record, tmp_path: Path) -> None:
    notes = write_notes(tmp_path / "notes", 40, paragraphs=BATCH // 2)
    embedder = CountingEmbedder()
    calls = []

    class Failing(CountingEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            calls.append(len(texts))
            if len(calls) == 4:
                raise EmbeddingFailed("The endpoint is down.", "Start it.")
            return embedder.embed(texts)

    with pytest.raises(IngestionStopped, match="holds 6 sources now"):
        Ingestion(record, Failing(), ANA, TODAY).run([notes])
    report = Ingestion(record, embedder, ANA, TODAY).run([notes])
    assert (len(report.unchanged), len(report.added)) == (6, 34)


def test_a_pool_can_be_used_again_and_leaves_no_thread(tmp_path: Path) -> None:
    path = files.note(tmp_path, "a")
    pool = Pool(CountingEmbedder())
    before = set(threading.enumerate())
    for _ in range(2):
        with pool:
            assert pool.load(read_file(path)).result().documents[0].id == "a"
            assert pool.embed(["x"]).result().shape == (1, 8)
        assert set(threading.enumerate()) <= before


def test_a_pool_that_is_closed_ends_the_file_at_hand(tmp_path: Path) -> None:
    (tmp_path / "slow.txt").write_text("WAIT", "utf-8")
    pool = Pool(
        CountingEmbedder(), lambda: FileLoader(Limits(inline_bytes=0), ODD_LOADER), readers=1
    )
    start = time.monotonic()
    with pool:
        pool.load(read_file(tmp_path / "slow.txt"))
        time.sleep(0.2)
    assert time.monotonic() - start < 20


def test_an_error_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(EmbeddingFailed("It is down.", "Start it.")))  # noqa: S301
    assert (type(error), str(error)) == (EmbeddingFailed, "It is down. Start it.")


_ADDING = """
import sys, time
from pathlib import Path
from retrieval.ingestion import Ingestion
from retrieval.record import Record
from tests.unit.retrieval.test_workers import ANA, TODAY, SlowEmbedder
record = Record.open(Path(sys.argv[1]))
print("ready", flush=True)
Ingestion(record, SlowEmbedder(), ANA, TODAY).run([Path(sys.argv[2])])
"""


@pytest.mark.parametrize("after", [0.0, 0.05, 0.15, 0.4])
def test_a_run_that_is_killed_goes_on_and_ends_as_if_it_had_not_been(
    tmp_path: Path, after: float
) -> None:
    notes = write_notes(tmp_path / "notes", 60, paragraphs=40)
    whole, cut = (Record.create(tmp_path / f"{n}.sqlite3", "counting", 8) for n in ("a", "b"))
    cut.close()
    Ingestion(whole, CountingEmbedder(), ANA, TODAY).run([notes])
    command = [sys.executable, "-c", _ADDING, str(tmp_path / "b.sqlite3"), str(notes)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as adding:
        assert adding.stdout
        assert adding.stdout.readline() == b"ready\n"
        time.sleep(after)
        adding.kill()
    cut = Record.open(tmp_path / "b.sqlite3")
    assert cut.check_integrity() == []
    before = content(cut)
    assert before.items() <= content(whole).items()  # whole sources, or nothing of them
    report = Ingestion(cut, CountingEmbedder(), ANA, TODAY).run([notes])
    assert (set(report.unchanged), report.replaced) == (set(before), ())
    assert content(cut) == content(whole)
    for record in (whole, cut):
        record.close()


def test_ctrl_c_ends_a_run_with_its_figures(tmp_path: Path) -> None:
    notes = write_notes(tmp_path / "notes", 60, paragraphs=40)
    record = Record.create(tmp_path / "a.sqlite3", "counting", 8)
    command = [sys.executable, "-c", _ADDING, str(tmp_path / "a.sqlite3"), str(notes)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as adding:
        assert adding.stdout
        assert adding.stdout.readline() == "ready\n"
        while not record.source_states():
            time.sleep(0.01)
        adding.send_signal(signal.SIGINT)
        _, said = adding.communicate(timeout=60)
    last = said.strip().splitlines()[-1]
    assert "IngestionStopped: Stopped. The library holds" in last
    assert "The same command goes on from there." in last
    report = Ingestion(record, CountingEmbedder(), ANA, TODAY).run([notes])
    assert report.unchanged
    assert len(report.unchanged) + len(report.added) == 60
    record.close()


def test_without_ray_the_command_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(LibraryError, match=r"pip install '\.\[ray\]'"):
        RayWorkers("auto", MiniLM())


_KILLING = """
import contextlib, json, os, signal, sys
from pathlib import Path
import ray
from retrieval.embedding import MiniLM
from retrieval.ingestion import Ingestion
from retrieval.ray_workers import RayWorkers
from retrieval.record import Record
from tests.unit.retrieval.test_workers import ANA, TODAY

class Killing(RayWorkers):
    asked = 0

    def __enter__(self):
        super().__enter__()
        self.pids = [ray.get(w.__ray_call__.remote(lambda _: os.getpid())) for w in self._workers]
        return self

    def embed(self, texts):
        answer = super().embed(texts)
        self.asked += 1
        if self.asked == 3:
            os.kill(self.pids[0], signal.SIGKILL)
        return answer

place, notes = map(Path, sys.argv[1:])
model = MiniLM()
record = Record.open(place)
workers = Killing("local", model)
with contextlib.redirect_stdout(sys.stderr):  # Ray tells of the death
    ray.init(
        address="local", num_cpus=2, include_dashboard=False, log_to_driver=False,
        _node_ip_address="127.0.0.1", logging_level="ERROR", object_store_memory=80_000_000,
    )
    report = Ingestion(record, model, ANA, TODAY, workers).run([notes])
    ray.shutdown()
record.close()
print(json.dumps({"added": report.added, "workers": len(workers.pids), "batches": workers.asked}))
"""


def test_a_ray_worker_that_is_killed_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install '.[ray]'")
    notes = write_notes(tmp_path / "notes", 40, paragraphs=40)
    model = MiniLM()
    here, there = (Record.create(tmp_path / f"{n}.sqlite3", model.id, 384) for n in ("a", "b"))
    there.close()
    Ingestion(here, model, ANA, TODAY).run([notes])
    command = [sys.executable, "-c", _KILLING, str(tmp_path / "b.sqlite3"), str(notes)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=220, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    told = json.loads(done.stdout)
    assert told["workers"] == 2
    assert told["batches"] > 3
    assert told["added"] == [f"n{n:03}" for n in range(40)]
    there = Record.open(tmp_path / "b.sqlite3")
    assert content(there) == content(here)  # vectors too, bit for bit
    for record in (here, there):
        record.close()


def test_an_embedder_that_the_workers_have_not_is_refused() -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install '.[ray]'")
    with pytest.raises(EmbedderMismatch, match="counting"):
        RayWorkers("local", CountingEmbedder())

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import retrieval
from agent.ports import PassageStore
from retrieval.errors import (
    EmbedderMismatch,
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    LibraryMissing,
    SourceGone,
)
from retrieval.library import Library
from retrieval.types import EVERYTHING, Filters, Passage, Passages
from retrieval.vetting import Voucher
from tests.fakes_retrieval import NOTES, WordsEmbedder, fill, put
from tests.unit.retrieval.files import note

ANA = Voucher(person="Ana")
TODAY = date(2026, 1, 31)
SCHOOL = ("The school closed.", "The school opened again.")
ROOT = Path(__file__).parents[3]
ADD = """
import sys
from pathlib import Path
from retrieval.library import Library
from tests.fakes_retrieval import WordsEmbedder, put
name = sys.argv[2]
with Library.open(Path(sys.argv[1]), WordsEmbedder(), create=True) as library:
    with library.writer() as record:
        for n in range(5):
            put(record, f"{name}{n}", f"Source {n} of process {name}.")
"""


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", WordsEmbedder(), create=True) as library:
        fill(library)
        yield library


def test_the_library_is_a_shelf(library: Library) -> None:
    shelf: PassageStore = library
    assert shelf.snapshot("school") == NOTES["school"][0]


def test_a_missing_library_is_made_only_when_asked_for(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissing, match="verdict library add"):
        Library.open(tmp_path / "no", WordsEmbedder())
    assert not (tmp_path / "no").exists()


def test_a_library_is_opened_as_it_was_left(library: Library) -> None:
    library.close()
    with Library.open(library.directory, WordsEmbedder(), create=True) as again:
        assert [source.id for source in again.sources()] == sorted(NOTES)


def test_another_embedder_is_refused_by_name(library: Library) -> None:
    with pytest.raises(EmbedderMismatch, match=r"words/1.*other/3.*new library"):
        Library.open(library.directory, WordsEmbedder(id="other/3"))
    with pytest.raises(EmbedderMismatch):
        Library.open(library.directory, WordsEmbedder(dimension=64))


def test_an_emptied_record_is_damaged_and_never_made_anew(library: Library) -> None:
    library.close()
    (library.directory / "library.sqlite3").write_bytes(b"")
    with pytest.raises(LibraryDamaged, match="backup"):
        Library.open(library.directory, WordsEmbedder(), create=True)


def test_sources_passages_and_texts_are_had_by_id(library: Library) -> None:
    hit = library.search("trees", 1)[0]
    assert library.passage(hit.passage.id) == hit.passage
    assert library.passage("unknown") is None
    assert library.source("school") == hit.passage.source
    with pytest.raises(LibraryError, match=r"no source 'unknown'.*library list"):
        library.source("unknown")
    with pytest.raises(LibraryError, match="no source 'unknown'"):
        library.snapshot("unknown")
    assert library.digests(["school", "unknown"]) == {"school": hit.passage.source.sha256}
    with pytest.raises(SourceGone, match="no passage 'unknown'"):
        library.vectors([hit.passage.id, "unknown"])


def test_statistics_say_what_is_held_and_how_it_is_searched(library: Library) -> None:
    told = library.stats()
    assert (told.sources, told.passages, told.origins, told.generation) == (4, 7, 4, 4)
    assert (told.embedder, told.dimension) == ("words/1", 32)
    assert told.index == "in step"
    assert told.search.startswith("exact scan")
    assert told.record_bytes > 0 < told.index_bytes


def test_files_are_added_by_the_library_and_what_became_of_each_is_reported(
    library: Library, tmp_path: Path
) -> None:
    good, bad = note(tmp_path / "notes", "zeppelin"), tmp_path / "notes" / "bad.md"
    bad.write_bytes(b"\0")
    steps: list[tuple[int, int, str]] = []
    report = library.add(
        [tmp_path / "notes"], ANA, today=TODAY, progress=lambda *s: steps.append(s)
    )
    assert report.added == ("zeppelin",)
    assert [(refusal.path, "binary" in refusal.reason) for refusal in report.refused] == [
        (str(bad), True)
    ]
    assert steps == [(0, 2, "bad.md"), (1, 2, good.name), (2, 2, "")]
    assert library.search("The bridge opened", 1)[0].passage.source.id == "zeppelin"
    assert library.stats().index == "in step"


def test_a_folder_is_mirrored_by_the_library(library: Library, tmp_path: Path) -> None:
    note(tmp_path / "notes", "stays")
    gone = note(tmp_path / "notes", "gone")
    library.add([tmp_path / "notes"], ANA, today=TODAY)
    gone.unlink()
    assert library.add([tmp_path / "notes"], ANA, today=TODAY).removed == ()
    report = library.sync(tmp_path / "notes", ANA, today=TODAY)
    assert (report.unchanged, report.removed) == (("stays",), ("gone",))
    assert {source.id for source in library.sources()} == {*NOTES, "stays"}


def test_adding_waits_for_another_writer_and_then_names_it(
    library: Library, tmp_path: Path
) -> None:
    path = note(tmp_path, "late")
    with library.writer("repairing"), pytest.raises(LibraryBusy, match="repairing since"):
        library.add([path], ANA, today=TODAY, wait_seconds=0.1)
    with library.writer("repairing"), pytest.raises(LibraryBusy, match="repairing since"):
        library.sync(tmp_path, ANA, today=TODAY, wait_seconds=0.1)


def test_every_name_of_the_door_is_there_and_no_other() -> None:
    assert {name for name in retrieval.__all__ if not getattr(retrieval, name)} == set()
    with pytest.raises(AttributeError, match="has no attribute 'Chroma'"):
        getattr(retrieval, "Chroma")  # noqa: B009


def test_a_removed_source_is_gone_everywhere(library: Library) -> None:
    assert library.remove("school")
    assert not library.remove("school")
    assert library.scope().sources == 3
    assert all(hit.passage.source.id != "school" for hit in library.search("trees", 20))
    files = [p for p in library.directory.rglob("*") if p.is_file()]
    assert not any(b"planted" in path.read_bytes() for path in files)
    assert library.verify() == []


def test_a_second_writer_is_told_who_is_writing(library: Library) -> None:
    second = library.writer(wait_seconds=0.1)
    with (
        library.writer("adding sources"),
        pytest.raises(LibraryBusy, match="adding sources since"),
    ):
        second.__enter__()
    with library.writer(wait_seconds=0) as record:
        assert record.source_states()


def test_what_was_written_before_an_error_stays_and_is_found(library: Library) -> None:
    def interrupted() -> None:
        with library.writer() as record:
            put(record, "new", "A zeppelin landed.")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert library.search("zeppelin", 1)[0].passage.source.id == "new"
    library.close()
    with Library.open(library.directory, WordsEmbedder()) as again:
        again.settle()
        assert again.stats().index == "in step"


def test_many_may_read_while_one_writes(library: Library) -> None:
    wrong: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            hits = library.search("bridge closed", 3)
            texts = {p.text for block, _ in library.scan() for p in block}
            if len(hits) != 3 or not texts.issuperset(NOTES["bridge"]):
                wrong.append((hits, texts))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    try:
        with library.writer() as record:
            for n in range(20):
                put(record, f"new{n % 5}", f"Version {n}.", "Closed bridge.")
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert wrong == []
    assert library.verify() == []


def test_two_processes_that_add_at_once_both_get_their_sources_in(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ADD, str(tmp_path / "library")]
    running = [subprocess.Popen([*command, name], cwd=ROOT) for name in ("a", "b")]
    assert [process.wait(60) for process in running] == [0, 0]
    with Library.open(tmp_path / "library", WordsEmbedder()) as library:
        library.settle()
        assert len(library.sources()) == 10
        assert library.stats().index == "in step"


def test_only_the_passage_that_is_asked_for_is_made(tmp_path: Path) -> None:
    made: list[int] = []
    with Library.open(tmp_path, WordsEmbedder(), create=True) as library:
        put(library._record, "school", *SCHOOL)
        ((held, _),) = library.scan(EVERYTHING)

    def make(row: int) -> Passage:
        made.append(row)
        return held[row]

    watched = Passages(held.texts, make)
    assert list(watched.texts) == list(SCHOOL)
    assert watched[1].text == SCHOOL[1]
    assert made == [1]
    assert [p.text for p in watched] == list(SCHOOL)


def test_a_scan_can_be_read_when_the_record_is_closed_and_keeps_sources_apart(
    tmp_path: Path,
) -> None:
    with Library.open(tmp_path, WordsEmbedder(), create=True) as library:
        for source_id, paragraphs in NOTES.items():
            put(library._record, source_id, *paragraphs)
        blocks = list(library.scan(Filters(sources=("ice", "school"))))
    found = {(p.source.id, p.text) for passages, _ in blocks for p in passages}
    assert found == {(name, text) for name in ("ice", "school") for text in NOTES[name]}

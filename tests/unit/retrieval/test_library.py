import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.ports import PassageStore
from retrieval.errors import (
    EmbedderMismatch,
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    LibraryMissing,
)
from retrieval.library import Library
from tests.fakes_retrieval import NOTES, WordsEmbedder, fill, put

ROOT = Path(__file__).parents[3]
ADD = """
import sys
from pathlib import Path
from retrieval.library import Library
from tests.fakes_retrieval import WordsEmbedder, put
name = sys.argv[2]
with Library.open(Path(sys.argv[1]), WordsEmbedder(), create=True) as library:
    with library.writing() as record:
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


def test_statistics_say_what_is_held_and_how_it_is_searched(library: Library) -> None:
    told = library.stats()
    assert (told.sources, told.passages, told.origins, told.generation) == (4, 7, 4, 4)
    assert (told.embedder, told.dimension) == ("words/1", 32)
    assert told.index == "in step"
    assert told.search.startswith("exact scan")
    assert told.record_bytes > 0 < told.index_bytes


def test_a_removed_source_is_gone_everywhere(library: Library) -> None:
    assert library.remove("school")
    assert not library.remove("school")
    assert library.scope().sources == 3
    assert all(hit.passage.source.id != "school" for hit in library.search("trees", 20))
    files = [p for p in library.directory.rglob("*") if p.is_file()]
    assert not any(b"planted" in path.read_bytes() for path in files)
    assert library.verify() == []


def test_a_second_writer_is_told_who_is_writing(library: Library) -> None:
    second = library.writing(wait_seconds=0.1)
    with (
        library.writing("adding sources"),
        pytest.raises(LibraryBusy, match="adding sources since"),
    ):
        second.__enter__()
    with library.writing(wait_seconds=0) as record:
        assert record.known()


def test_what_was_written_before_an_error_stays_and_is_found(library: Library) -> None:
    def interrupted() -> None:
        with library.writing() as record:
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
        with library.writing() as record:
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

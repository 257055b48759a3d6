"""The index as the library keeps it: in step, owned by one, gone and made again."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from retrieval.errors import IndexBroken
from retrieval.index import Index
from retrieval.index_audit import check_sample, compare_all
from retrieval.index_stores import Alive, FolderStore
from retrieval.library import Library
from retrieval.locks import FileLock
from retrieval.record import Record
from tests.fakes_retrieval import NOTES, WordsEmbedder, answers, fill, put

ROOT = Path(__file__).parents[3]
COLD = """
import sys
from pathlib import Path
from time import monotonic
from retrieval.library import Library
from tests.fakes_retrieval import WordsEmbedder
with Library.open(Path(sys.argv[1]), WordsEmbedder()) as library:
    assert library.search("bridge")
    assert library.stats().index == "in step", library.stats().index
print("chromadb" in sys.modules)
"""
HOLD = """
import sys
from pathlib import Path
from time import monotonic
from retrieval.library import Library
from tests.fakes_retrieval import WordsEmbedder
library = Library.open(Path(sys.argv[1]), WordsEmbedder(), exact_up_to=0)
library.search("bridge")
library.settle()
print(library.stats().search, flush=True)
sys.stdin.read()
"""


def opened(directory: Path) -> Library:
    """Open with every search going to Chroma, once that is open."""
    return Library.open(directory, WordsEmbedder(), exact_up_to=0)


def indexes(directory: Path) -> list[str]:
    return sorted(path.name for path in (directory / "index").iterdir() if path.is_dir())


@pytest.fixture
def library(directory: Path) -> Iterator[Library]:
    """Chroma is open and serving."""
    with opened(directory) as library:
        library.search("bridge")
        library.settle()
        assert library.stats().search == "Chroma"
        yield library


def test_a_small_library_answers_without_loading_chroma(directory: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", COLD, str(directory)], cwd=ROOT, capture_output=True, check=True
    )
    assert ran.stdout == b"False\n"


def test_chroma_answers_as_the_exact_scan_does(library: Library, directory: Path) -> None:
    with Library.open(directory, WordsEmbedder()) as by_scan:
        assert answers(library) == answers(by_scan)


def test_writing_brings_the_index_in_step(library: Library) -> None:
    with library.writer() as record:
        put(record, "new", "A zeppelin landed.")
        put(record, "school", "The school closed.")
    assert library.stats().search == "Chroma"
    assert library.search("zeppelin", 1)[0].passage.source.id == "new"
    assert library.verify() == []


def test_what_another_process_wrote_is_found_at_once(library: Library, directory: Path) -> None:
    with Library.open(directory, WordsEmbedder()) as other, other.writer() as record:
        put(record, "new", "A zeppelin landed.")
    assert library.search("zeppelin", 1)[0].passage.source.id == "new"
    library.settle()
    library.search("zeppelin")
    assert library.stats().search == "Chroma"
    assert library.verify() == []


def test_opening_and_searching_leave_the_finished_files_as_they_were(directory: Path) -> None:
    def files() -> dict[str, tuple[bytes, int]]:
        finished = (directory / "index").glob("index-*/**/*")
        return {str(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in finished if p.is_file()}

    before = files()
    with opened(directory) as library:
        library.search("bridge")
        library.settle()
        library.search("bridge")
        assert len(indexes(directory)) == 2  # the finished one, and the copy that Chroma works on
    assert files() == before
    assert len(indexes(directory)) == 1


def test_a_second_process_searches_exactly_and_says_who_owns_the_index(directory: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(directory)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as owner:
        assert owner.stdout
        assert owner.stdout.readline() == b"Chroma\n"
        with opened(directory) as library:
            mine = answers(library)
            library.settle()
            assert library.stats().index.startswith(f"exact scan (index owned by pid {owner.pid}")
            with library.writer() as record:
                put(record, "new", "A zeppelin landed.")
            assert library.search("zeppelin", 1)[0].passage.source.id == "new"
            assert [d.mended for d in library.verify(repair=True)] == [False]
        owner.kill()
    with opened(directory) as library:  # a killed owner leaves nothing that is in the way
        library.settle()
        assert [d.mended for d in library.verify()] == [True]
        library.remove("new")
        assert answers(library) == mine


def test_no_memory_of_the_process_is_left_in_the_copy_that_serves(
    library: Library, directory: Path
) -> None:
    library.remove("school")
    (serving,) = (directory / "index").glob("working-*/*/data_level0.bin")
    (finished,) = (directory / "index").glob("index-*/*/data_level0.bin")
    assert serving.read_bytes() == finished.read_bytes()


def test_a_removed_source_leaves_no_vector_in_the_index(library: Library, directory: Path) -> None:
    vector = library.embed([NOTES["school"][0]])[0].tobytes()

    def held() -> list[Path]:
        files = [p for p in (directory / "index").rglob("*") if p.is_file()]
        return [path for path in files if vector in path.read_bytes()]

    assert held()
    library.remove("school")
    deadline = monotonic() + 10  # Chroma may write to a closed working copy once more; it is swept
    while held() and monotonic() < deadline:
        library.settle()
    assert held() == [], library.stats().index
    assert library.verify() == []


def test_a_record_restored_from_a_backup_is_not_taken_for_the_one_indexed(
    directory: Path, tmp_path: Path
) -> None:
    shutil.copy(directory / "library.sqlite3", tmp_path / "backup")
    with opened(directory) as library, library.writer() as record:
        put(record, "new", "A zeppelin landed.")
    shutil.copy(tmp_path / "backup", directory / "library.sqlite3")
    record = Record.open(directory / "library.sqlite3")
    put(record, "other", "A balloon burst.")
    record.close()
    with opened(directory) as library:
        library.search("zeppelin")
        library.settle()
        library.search("zeppelin")
        library.settle()
        assert library.stats().search == "Chroma"
        assert library.search("zeppelin")[0].lexical == 0
        assert [d.detail for d in library.verify()] == ["The record changed since."]


def test_an_index_of_another_library_is_not_used(directory: Path, tmp_path: Path) -> None:
    with Library.open(tmp_path / "other", WordsEmbedder(), create=True) as other:
        fill(other)
    shutil.rmtree(directory / "index")
    shutil.copytree(tmp_path / "other" / "index", directory / "index")
    with opened(directory) as library:
        assert "belongs to another library" in library.stats().index
        library.settle()
        assert library.stats().index == "in step"


def test_an_index_that_cannot_be_made_never_fails_a_search(directory: Path) -> None:
    shutil.rmtree(directory / "index")
    (directory / "index").write_text("in the way")
    with opened(directory) as library:
        assert answers(library)
        library.settle()
        assert "no index" in library.stats().index
        with library.writer() as record:
            put(record, "new", "A zeppelin landed.")
        assert library.search("zeppelin", 1)[0].passage.source.id == "new"
        (difference,) = library.verify(repair=True)
        assert (difference.where, difference.mended) == ("index", False)


class EndlessStore(FolderStore):
    """Building takes until the library is closed."""

    def update(self, reader: object, alive: Alive) -> None:
        while True:
            alive()


def test_closing_does_not_wait_for_a_long_build(library: Library, directory: Path) -> None:
    record = library._record
    store = EndlessStore(directory / "elsewhere", record)
    index = Index(store, FileLock(directory / "elsewhere" / "lock", "building"), record)
    index.start()
    index._size = 1_000_000
    index.close()
    assert index.state.startswith("unfinished")


def test_a_large_index_is_built_in_another_process(library: Library, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "apart", library._record, quick=0)
    with library._record.reader() as reader:
        (tmp_path / "apart").mkdir()
        store.update(reader, lambda: None)
        assert store.inspect() == reader.revision()
        index = store.open(reader)
        assert compare_all(index, reader) == []
        store.close(index)


def test_a_build_in_another_process_leaves_the_copy_that_serves_alone(
    library: Library, directory: Path
) -> None:
    store = library._index._store
    assert isinstance(store, FolderStore)
    store.quick = 0
    (serving,) = (directory / "index").glob("working-*")
    with library.writer() as record:
        put(record, "new", "A zeppelin landed.")
        with record.reader() as reader:
            store.update(reader, lambda: None)
            assert store.inspect() == reader.revision()
        assert serving.is_dir()
    assert library.stats().search == "Chroma"


def test_a_build_in_another_process_that_fails_says_why(library: Library, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "nowhere", library._record, quick=0)
    with library._record.reader() as reader, pytest.raises(IndexBroken, match="nowhere"):
        store.update(reader, lambda: None)


def test_a_build_in_another_process_ends_when_the_library_is_closed(
    library: Library, tmp_path: Path
) -> None:
    def closed() -> None:
        raise KeyboardInterrupt

    store = FolderStore(tmp_path, library._record, quick=0)
    with library._record.reader() as reader, pytest.raises(KeyboardInterrupt):
        store.update(reader, closed)
    assert store.inspect() is None


def test_a_check_finds_an_index_that_lost_passages(directory: Path) -> None:
    with opened(directory) as library, library._record.reader() as reader:
        index = library._index._store.open(reader)
        check_sample(index, reader)
        gone = min(reader.ids())
        index.delete([gone])
        with pytest.raises(IndexBroken, match="holds 6 passages, the record 7"):
            check_sample(index, reader)
        assert compare_all(index, reader) == [f"1 passages are missing from the index, as {gone}."]
        library._index._store.close(index)


def test_a_check_finds_an_index_with_vectors_of_something_else(directory: Path) -> None:
    with opened(directory) as library, library._record.reader() as reader:
        index = library._index._store.open(reader)
        (entries,) = reader.entries()
        index.upsert(type(entries)(entries.ids, entries.fields, -entries.vectors))
        with pytest.raises(IndexBroken, match="find themselves"):
            check_sample(index, reader)
        assert "have another vector" in compare_all(index, reader)[0]
        library._index._store.close(index)

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from retrieval.copying import COPY
from retrieval.errors import (
    EmbeddingFailed,
    LibraryDamaged,
    LibraryError,
    LibraryMissing,
)
from retrieval.record import NewPassage, Record, database, match_expression, schema
from retrieval.types import EVERYTHING, Filters
from tests.fakes_retrieval import WordsEmbedder, a_source, put

ROOT = Path(__file__).parents[3]
KILLED = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from retrieval.record import Record
from tests.fakes_retrieval import put

@event.listens_for(Engine, "before_cursor_execute")
def kill(connection, cursor, statement, *rest):
    if statement.startswith("INSERT INTO words (rowid"):
        os.kill(os.getpid(), signal.SIGKILL)

put(Record.open(Path(sys.argv[1])), "a", "The new text.")
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.sqlite3"


@pytest.fixture
def record(path: Path) -> Iterator[Record]:
    record = Record.create(path, "words/1", 32)
    yield record
    record.close()


def texts(record: Record) -> list[str]:
    with record.reader() as reader:
        return [p.text for block, _ in reader.blocks(EVERYTHING) for p in block]


def matching(record: Record, query: str) -> set[str]:
    """Texts that hold a word of `query`."""
    words = match_expression(query)
    assert words
    with record.reader() as reader:
        found = list(reader.match_words(words, 100))
        return {p.text for p in reader.passages(found)}


def test_what_was_put_is_there_when_the_record_is_opened_again(record: Record, path: Path) -> None:
    kept = put(record, "a", "One café.", "Two.", published=None, syndicated_from="The Wire", tier=3)
    record.close()
    again = Record.open(path)
    with again.reader() as reader:
        assert reader.sources() == [kept]
        assert reader.snapshot("a") == "One café.\n\nTwo."
        ((passages, vectors),) = reader.blocks(EVERYTHING)
    assert [(p.start, p.end, p.source) for p in passages] == [(0, 9, kept), (11, 15, kept)]
    np.testing.assert_array_equal(vectors, WordsEmbedder().embed(["One café.", "Two."]))
    known = again.source_states()["a"]
    assert (known.path, known.sha256, known.origin) == ("notes/a.md", kept.sha256, "a")
    again.close()


def test_a_changed_source_replaces_its_old_passages_and_words(record: Record) -> None:
    put(record, "a", "An old windmill.", "It stands.")
    put(record, "b", "Another windmill.")
    put(record, "a", "A new lighthouse.", title="Changed")
    assert texts(record) == ["A new lighthouse.", "Another windmill."]
    assert matching(record, "windmill") == {"Another windmill."}
    assert matching(record, "changed") == {"A new lighthouse."}
    assert record.check_word_index()


def test_a_failed_replacement_leaves_the_old_version_standing(record: Record) -> None:
    put(record, "a", "The old text.")
    put(record, "b", "Of another source.")
    with record.reader() as reader:
        ((held, _),) = reader.blocks(Filters(sources=("b",)))
        before = reader.revision()
    taken = NewPassage(id=held[0].id, start=0, end=4, text="Text")
    source, vector = a_source("a", "Text"), WordsEmbedder().embed(["Text"])
    with pytest.raises(LibraryError, match="was not made"):
        record.replace(source, "Text", "0", "a.md", [taken], vector)
    assert texts(record) == ["The old text.", "Of another source."]
    with record.reader() as reader:
        assert reader.revision() == before
    assert record.check_word_index()


def test_a_process_killed_within_a_replacement_leaves_the_old_version_standing(
    record: Record, path: Path
) -> None:
    put(record, "a", "The old text.")
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert texts(record) == ["The old text."]
    assert matching(record, "old new") == {"The old text."}
    assert not record.check_integrity()


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


def test_a_full_disk_leaves_the_record_as_it_was(record: Record, path: Path) -> None:
    put(record, "a", "The old text.")
    log = path.with_name(path.name + "-wal")
    room = no_file_longer_than(log.stat().st_size + 8_192)
    with room, pytest.raises(LibraryError, match="was not made") as told:
        put(record, "a", *(f"Paragraph {n} of many." for n in range(500)))
    assert not isinstance(told.value, LibraryDamaged)
    assert texts(record) == ["The old text."]
    assert not record.check_integrity()
    put(record, "a", "The new text.")
    assert texts(record) == ["The new text."]


def test_a_removed_source_leaves_no_text_in_the_files(record: Record, path: Path) -> None:
    put(record, "a", "The zeppelin landed.", title="Quagmire")
    put(record, "b", "Nothing of the kind.")
    put(record, "b", "The xylophone played.")
    put(record, "b", "Nothing at all.")
    assert record.remove("a")
    assert not record.remove("a")
    record.purge()
    left = b"".join(file.read_bytes() for file in path.parent.iterdir()).lower()
    assert [word for word in (b"zeppelin", b"quagmir", b"xylophon") if word in left] == []
    assert matching(record, "nothing zeppelin xylophone") == {"Nothing at all."}


def test_an_origin_is_set_without_touching_the_rest(record: Record) -> None:
    put(record, "a", "First.")
    put(record, "b", "Second.")
    with record.reader() as reader:
        before = reader.revision()
    record.set_origins({"a": "the-wire", "b": "b", "unknown": "x"})
    with record.reader() as reader:
        assert {s.id: s.origin for s in reader.sources()} == {"a": "the-wire", "b": "b"}
        changed = [e for block in reader.entries(after=before.generation) for e in block.fields]
    assert [(f.source, f.origin) for f in changed] == [("a", "the-wire")]
    with record.reader() as reader:
        revision = reader.revision()
    record.set_origins({"a": "the-wire"})
    with record.reader() as reader:
        assert reader.revision() == revision


def test_a_record_knows_whether_it_grew_from_an_earlier_state(record: Record, path: Path) -> None:
    put(record, "a", "First.")
    with record.reader() as reader:
        early = reader.revision()
    record_copy = path.with_name("backup")
    record.close()
    shutil.copy(path, record_copy)
    put(record, "b", "Second.")
    with record.reader() as reader:
        later = reader.revision()
        assert reader.grew_from(early)
    restored = Record.open(record_copy)
    put(restored, "c", "Written after the backup was restored.")
    with restored.reader() as reader:
        assert reader.revision().generation == later.generation
        assert reader.grew_from(early)
        assert not reader.grew_from(later)
    restored.remove("a")
    with restored.reader() as reader:
        assert not reader.grew_from(early)
    restored.close()


@pytest.mark.parametrize(
    "vectors",
    [
        np.zeros((1, 32), np.float32),
        np.full((1, 32), np.nan, np.float32),
        np.eye(1, 31, dtype=np.float32),
        np.eye(2, 32, dtype=np.float32),
    ],
    ids=["of no length", "not a number", "too short", "too many"],
)
def test_a_vector_that_is_not_what_it_must_be_is_refused(
    record: Record, vectors: np.ndarray
) -> None:
    passage = NewPassage(id="p", start=0, end=4, text="Text")
    with pytest.raises(EmbeddingFailed):
        record.replace(a_source("a", "Text"), "Text", "0", "a.md", [passage], vectors)
    assert record.source_states() == {}


def test_a_passage_that_is_not_in_its_snapshot_is_refused(record: Record) -> None:
    passage = NewPassage(id="p", start=1, end=5, text="Text")
    vector = WordsEmbedder().embed(["Text"])
    with pytest.raises(ValueError, match="not in the snapshot"):
        record.replace(a_source("a", "Text"), "Text", "0", "a.md", [passage], vector)


def test_a_missing_record_says_how_to_make_one(path: Path) -> None:
    with pytest.raises(LibraryMissing, match="verdict library add"):
        Record.open(path)


@pytest.mark.parametrize("kept", [0, 10, 4_096, 30_000])
def test_a_record_cut_short_is_damaged_not_empty(record: Record, path: Path, kept: int) -> None:
    put(record, "a", "Text.")
    record.close()
    os.truncate(path, kept)
    with pytest.raises(LibraryDamaged, match="backup"):
        Record.open(path)


@pytest.mark.parametrize("lost", [1, 100, 2_000, 4_000, 4_096, 4_097])
def test_a_record_whose_end_is_torn_off_is_damaged_however_little_is_lost(
    record: Record, path: Path, lost: int
) -> None:
    for n in range(30):
        put(record, f"s{n}", *(f"Line {k} of source {n}: {'word ' * 50}" for k in range(4)))
    record.purge()
    record.close()
    assert path.stat().st_size % 4_096 == 0
    os.truncate(path, path.stat().st_size - lost)
    with pytest.raises(LibraryDamaged, match="backup"):
        Record.open(path)


def test_a_file_that_is_no_database_is_damaged(path: Path) -> None:
    path.write_text("These are notes, not a library. " * 100)
    with pytest.raises(LibraryDamaged, match="not a library"):
        Record.open(path)


def test_a_database_that_is_no_library_is_damaged(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE something (x)")
    other.close()
    with pytest.raises(LibraryDamaged, match="not a library"):
        Record.open(path)


def test_a_library_of_a_newer_version_asks_for_an_update(record: Record, path: Path) -> None:
    record.close()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.close()
    with pytest.raises(LibraryError, match="Update Verdict Desk"):
        Record.open(path)


def test_a_row_that_cannot_be_is_damage(record: Record, path: Path) -> None:
    put(record, "a", "Text.")
    with sqlite3.connect(path) as other:
        other.execute("UPDATE sources SET tier = 7")
    other.close()
    with pytest.raises(LibraryDamaged, match="tier"):
        texts(record)


def test_the_migrations_make_the_tables_that_the_queries_name(record: Record, path: Path) -> None:
    ours = set(schema.metadata.tables)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or name in ours},
        )
        assert compare_metadata(context, schema.metadata) == []
    engine.dispose()


def test_the_code_is_written_for_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "retrieval:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


def test_filters_mean_what_they_say(record: Record) -> None:
    put(record, "old", "Text.", published=date(2020, 1, 1), tier=1)
    put(record, "new", "Text.", published=date(2026, 1, 1), publisher="Other", kind="report")
    put(record, "undated", "Text.", published=None)

    def admitted(**fields: object) -> set[str]:
        filters = Filters.model_validate(fields)
        with record.reader() as reader:
            return {p.source.id for block, _ in reader.blocks(filters) for p in block}

    assert admitted() == {"old", "new", "undated"}
    assert admitted(published_from=date(2020, 1, 2)) == {"new", "undated"}
    assert admitted(published_to=date(2020, 1, 1)) == {"old", "undated"}
    assert admitted(published_to=date(2025, 1, 1), dated_only=True) == {"old"}
    assert admitted(dated_only=True) == {"old", "new"}
    assert admitted(tiers=(1,)) == {"old"}
    assert admitted(publishers=("Other",), kinds=("report",)) == {"new"}
    assert admitted(publishers=("Other",), tiers=(1,)) == set()
    assert admitted(sources=("old", "undated")) == {"old", "undated"}


OLD = (
    ("bridge", "bridges", "/desk/seeds/bridges/bridge.md"),
    ("mine", "nypd-ice", "/desk/notes/mine.md"),
    ("dw-ice-arrest-fakes", "nypd-ice", "/usr/lib/retrieval/seeds/nypd-ice/dw-ice-arrest-fakes.md"),
    ("who-5g", "5g-covid", "C:\\desk\\seeds\\5g-covid\\who-5g.md"),
)
"""Id, topic and path of sources that were stored before a source said what its text is."""


@contextmanager
def earlier(path: Path, revision: str) -> Iterator[Connection]:
    """Make an empty record by the migrations up to `revision`."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "retrieval:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        facts = {"library": "old", "embedder": "words/1", "dimension": "32"}
        for key, value in facts.items():
            connection.exec_driver_sql("INSERT INTO meta VALUES (?, ?)", (key, value))
        connection.exec_driver_sql("INSERT INTO revisions VALUES (0, 'first', 0)")
        yield connection
    engine.dispose()


def test_a_copy_that_an_earlier_version_began_has_not_ended(path: Path) -> None:
    with earlier(path, "0003") as connection:
        connection.exec_driver_sql("INSERT INTO meta VALUES ('copying', 'going on')")
    record = Record.open(path)
    assert record.history.is_due(COPY)
    record.history.set_due(COPY, due=False)
    assert not record.history.is_due(COPY)
    record.close()


def test_sources_of_an_earlier_library_are_verbatim_but_for_demonstration_notes(path: Path) -> None:
    with earlier(path, "0001") as connection:
        for id_, topic, where in OLD:
            connection.exec_driver_sql(
                "INSERT INTO sources (id, topic, path, accessed, tier, title, publisher, url, kind,"
                " origin, vetted_by, sha256, raw_sha256, snapshot)"
                " VALUES (?, ?, ?, '2026-01-01', 2, 'T', 'P', '', 'news', 'o', 'v', ?, 'r', ?)",
                (id_, topic, where, "0" * 64, f"The text of {id_}."),
            )
    record = Record.open(path)
    with record.reader() as reader:
        kinds = {source.id: source.text for source in reader.sources()}
        held = {id_: reader.snapshot(id_) for id_ in kinds}
    assert kinds == {
        "bridge": "verbatim",
        "mine": "verbatim",
        "dw-ice-arrest-fakes": "summary",
        "who-5g": "summary",
    }
    assert held == {id_: f"The text of {id_}." for id_ in kinds}
    assert (record.check_integrity(), record.check_word_index()) == ([], True)
    put(record, "new", "A text.", text="summary")
    assert texts(record) == ["A text."]
    record.close()


def test_a_bulk_waits_for_the_disk_once_and_all_is_on_it(
    record: Record, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[Path] = []
    flush = database.flush_to_disk

    def note_flush(place: Path) -> None:
        flushed.append(place)
        flush(place)

    def synchronous() -> int:
        with record._backend.writing() as connection:
            return int(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())

    monkeypatch.setattr(database, "flush_to_disk", note_flush)
    normal, full = 1, 2
    with record.bulk():
        put(record, "a", "It opened.")
        assert synchronous() == normal
        assert flushed == []
    assert flushed == [path.with_name("library.sqlite3-wal")]
    assert synchronous() == full
    with suppress(KeyboardInterrupt), record.bulk():
        put(record, "b", "It closed.")
        raise KeyboardInterrupt
    assert len(flushed) == 2
    assert synchronous() == full
    assert texts(record) == ["It opened.", "It closed."]


def test_a_bulk_that_a_failing_disk_ends_says_so(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(place: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(database, "flush_to_disk", fail)
    with pytest.raises(LibraryError, match="written through to the disk"), record.bulk():
        put(record, "a", "It opened.")

"""A record in SQLite and a record in PostgreSQL do the same."""

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from retrieval.errors import (
    EmbedderMismatch,
    LibraryBusy,
    LibraryError,
    LibraryMissing,
)
from retrieval.library import Library
from retrieval.record import NewPassage, Place, Record, Sketch, match_expression
from retrieval.record.history import Page, Seen
from retrieval.types import EVERYTHING, Filters, Notice, NoticeKind
from tests.fakes_retrieval import NOTES, WordsEmbedder, a_source, fill, put
from tests.faults.postgres import without_library

WORDS = WordsEmbedder()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where there is no record yet."""
    if request.param == "sqlite":
        return tmp_path / "library.sqlite3"
    url: str = request.getfixturevalue("server")
    without_library(url)
    return url


@pytest.fixture
def record(place: Place) -> Iterator[Record]:
    record = Record.create(place, WORDS.id, WORDS.dimension)
    yield record
    record.close()


def texts(record: Record, filters: Filters = EVERYTHING) -> list[str]:
    with record.reader() as reader:
        return [p.text for block, _ in reader.blocks(filters) for p in block]


def matching(record: Record, query: str, **asked: object) -> list[str]:
    """Texts that hold a word of `query`, best first."""
    words = match_expression(query)
    assert words
    with record.reader() as reader:
        found = reader.match_words(words, 10, **asked)  # type: ignore[arg-type]
        ranked = sorted(found, key=lambda passage: -found[passage])
        return [p.text for p in reader.passages(ranked)]


def test_there_is_none_until_one_is_made(place: Place) -> None:
    with pytest.raises(LibraryMissing):
        Record.open(place)


def test_what_was_put_is_there_when_the_record_is_opened_again(place: Place) -> None:
    with_tier = {"tier": 1, "published": date(2024, 2, 3), "text": "summary"}
    first = Record.create(place, WORDS.id, WORDS.dimension)
    source = put(first, "a", "First of all.", "Then the rest.", **with_tier)
    first.close()
    again = Record.open(place)
    with again.reader() as reader:
        assert reader.sources() == [source] == [reader.source("a")]
        assert reader.snapshot("a") == "First of all.\n\nThen the rest."
        assert reader.digests(["a", "unknown"]) == {"a": source.sha256}
        held = reader.passages_of("a")
        ids, vectors = reader.vectors([p.id for p in held])
    assert [p.text for p in held] == ["First of all.", "Then the rest."]
    expected = dict(zip((p.id for p in held), WORDS.embed([p.text for p in held]), strict=True))
    assert all((expected[i] == v).all() for i, v in zip(ids, vectors, strict=True))
    again.close()


def test_a_changed_source_replaces_its_passages_and_words(record: Record) -> None:
    put(record, "a", "The zeppelin landed.", "It rained.")
    put(record, "a", "The balloon landed.")
    assert texts(record) == ["The balloon landed."]
    assert matching(record, "zeppelin rained") == []
    assert matching(record, "balloons") == ["The balloon landed."]
    assert record.check_word_index()


def test_a_removed_source_is_gone(record: Record) -> None:
    put(record, "a", "The zeppelin landed.")
    put(record, "b", "Nothing at all.")
    assert record.remove("a")
    assert not record.remove("a")
    record.purge()
    assert texts(record) == ["Nothing at all."] == matching(record, "nothing zeppelin")


def test_a_failed_replacement_leaves_the_old_version(record: Record) -> None:
    put(record, "a", "The old text.")
    put(record, "b", "Of another source.")
    with record.reader() as reader:
        ((held, _),) = reader.blocks(Filters(sources=("b",)))
        before = reader.revision()
    taken = NewPassage(id=held[0].id, start=0, end=4, text="Text")
    with pytest.raises(LibraryError, match="not made"):
        record.replace(a_source("a", "Text"), "Text", "0", "a.md", [taken], WORDS.embed(["Text"]))
    assert texts(record) == ["The old text.", "Of another source."]
    with record.reader() as reader:
        assert reader.revision() == before


def test_a_reader_sees_one_moment_while_others_write(record: Record) -> None:
    put(record, "a", "First.")
    with record.reader() as reader:
        revision = reader.revision()
        put(record, "b", "Second.")
        assert [s.id for s in reader.sources()] == ["a"]
        assert reader.revision() == revision
    assert texts(record) == ["First.", "Second."]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cafe", ["The café served Müller's I.C.E. agents in 2024."]),
        ("mullers", ["The café served Müller's I.C.E. agents in 2024."]),
        ("Müller", ["The café served Müller's I.C.E. agents in 2024."]),
        ("I.C.E.", ["The café served Müller's I.C.E. agents in 2024."]),
        ("agent", ["The café served Müller's I.C.E. agents in 2024."]),
        ("2024", ["The café served Müller's I.C.E. agents in 2024."]),
        ("who", ["Who said so?"]),
        ("reading", ["An e-reader reads https://example.org/path quickly."]),
        ("example path", ["An e-reader reads https://example.org/path quickly."]),
    ],
)
def test_words_are_found_in_all_their_forms(record: Record, query: str, found: list[str]) -> None:
    put(record, "a", "The café served Müller's I.C.E. agents in 2024.", title="T")
    put(
        record,
        "b",
        "Who said so?",
        "An e-reader reads https://example.org/path quickly.",
        title="T",
    )
    assert matching(record, query) == found


def test_a_rare_word_a_title_and_a_short_text_count_more(record: Record) -> None:
    put(record, "common", *(f"The bridge of street {n} is old." for n in range(6)), title="X")
    put(record, "rare", "The bridge has a drawbar.", title="X")
    put(record, "titled", "Nothing else.", title="Drawbar")
    put(record, "long", "A drawbar " + "and other things " * 40, title="X")
    ranked = matching(record, "bridge drawbar")
    assert ranked[:2] == ["Nothing else.", "The bridge has a drawbar."]
    assert next(n for n, text in enumerate(ranked) if len(text) > 100) == 2
    assert len(ranked) == 9


def test_filters_hold_in_words_and_scans(record: Record) -> None:
    put(record, "old", "The bridge fell.", published=date(2001, 1, 1), tier=3)
    put(record, "new", "The bridge stands.", published=date(2021, 1, 1), tier=1)
    put(record, "undated", "The bridge is long.", published=None)
    late = Filters(published_from=date(2010, 1, 1))
    assert set(texts(record, late)) == {"The bridge stands.", "The bridge is long."}
    assert set(matching(record, "bridge", filters=late)) == set(texts(record, late))
    assert texts(record, Filters(tiers=(1,))) == ["The bridge stands."]
    with record.reader() as reader:
        scope = reader.scope(EVERYTHING)
    assert (scope.sources, scope.passages, scope.undated) == (3, 3, 1)
    assert (scope.earliest, scope.latest) == (date(2001, 1, 1), date(2021, 1, 1))


def test_passages_that_were_asked_for_are_scored_beside_the_best(record: Record) -> None:
    for n in range(12):
        put(record, f"s{n:02}", "The bridge fell.")
    put(record, "z", f"A bridge, {'far away ' * 20} in another country.")
    with record.reader() as reader:
        (last,) = reader.passages_of("z")
        found = reader.match_words('"bridge"', 10, [last.id])
    assert len(found) == 11
    assert min(found, key=lambda passage: found[passage]) == last.id


def test_origins_growth_and_takedowns_are_known(record: Record) -> None:
    put(record, "a", "First.")
    put(record, "b", "Second.")
    with record.reader() as reader:
        before = reader.revision()
    record.set_origins({"a": "the-wire", "b": "b", "unknown": "x"})
    with record.reader() as reader:
        assert {s.id: s.origin for s in reader.sources()} == {"a": "the-wire", "b": "b"}
        changed = [e for block in reader.entries(after=before.generation) for e in block.fields]
        assert reader.grew_from(before)
    assert [(f.source, f.origin) for f in changed] == [("a", "the-wire")]
    record.remove("b")
    with record.reader() as reader:
        assert not reader.grew_from(before)


def test_what_copies_are_found_by_is_kept_until_its_source_goes(record: Record) -> None:
    put(record, "a", "First.")
    put(record, "b", "Second.")
    made = {"a": Sketch("0" * 64, b"words", b"minima"), "b": Sketch("1" * 64, b"other", b"")}
    record.keep_sketches("one", made)
    record.keep_sketches("two", {"b": made["a"], "gone meanwhile": made["a"]})
    with record.reader() as reader:
        assert reader.sketches("one") == {"a": made["a"]}
        assert reader.sketches("two") == {"b": made["a"]}
    record.remove("b")
    with record.reader() as reader:
        assert reader.sketches("two") == {}


def test_what_became_of_a_source_is_written_down(record: Record) -> None:
    put(record, "a", "First words.")
    page = Page(source_id="a", url="https://example.org/a", checked="2026-01-01T00:00:00Z")
    record.history.keep([page], [Seen(address=page.url, fate="kept", at=page.checked)])
    put(record, "a", "Other words.")
    word = Notice(
        source_id="a", kind="corrected", noticed=date(2026, 1, 2), words="Sorry.", given_by="it"
    )
    assert record.history.notice([word, word]) == [word]
    kinds = ["added", "changed", "corrected", "removed"]
    assert [c.kind for c in record.history.changes()] == kinds[:3]
    assert record.history.page("a") == page
    record.remove("a")
    assert [c.kind for c in record.history.changes()] == kinds
    assert record.history.notices() == [] == record.history.versions("a")
    assert record.history.seen([page.url])[page.url].fate == "removed"


def test_a_notice_holds_until_the_source_is_reinstated(record: Record) -> None:
    def notice(source: str, kind: NoticeKind, day: int) -> Notice:
        told = f"{kind} on day {day}"
        noticed = date(2026, 1, day)
        return Notice(source_id=source, kind=kind, noticed=noticed, words=told, given_by="it")

    for name in ("a", "b", "c"):
        put(record, name, f"Words of {name}.")
    lifted = [
        notice("a", "reinstated", 5),
        notice("a", "retracted", 2),
        notice("a", "corrected", 1),
    ]
    again = [notice("b", "reinstated", 5), notice("b", "withdrawn", 7)]
    record.history.notice([*lifted, *again, notice("c", "concern", 3)])
    held = record.history.notices_in_force()
    assert [(one.source_id, one.kind) for one in held] == [
        ("a", "corrected"), ("b", "withdrawn"), ("c", "concern"),
    ]  # fmt: skip
    assert [one.takes_back for one in held] == [False, True, False]
    assert record.history.notices_in_force(["c", "unknown"]) == held[2:]
    assert record.history.notices_in_force([]) == []


def test_the_text_of_a_day_is_the_one_that_a_source_had_then(record: Record) -> None:
    put(record, "b", "Another.")
    for day, text in ((1, "First."), (10, "Second."), (20, "Third.")):
        source = a_source("a", text, accessed=date(2026, 1, day))
        record.replace(source, text, "raw", "web/a", [], WORDS.embed([]))
    assert record.history.texts_on(date(2026, 1, 9)) == {"a": "First."}
    assert record.history.texts_on(date(2026, 1, 10)) == {"a": "Second."}
    assert record.history.texts_on(date(2026, 1, 20)) == {}


def test_the_word_index_is_checked_and_made_anew(record: Record) -> None:
    for name, paragraphs in NOTES.items():
        put(record, name, *paragraphs)
    assert record.check_word_index()
    before = matching(record, "bridge flood")
    record.rebuild_word_index()
    assert record.check_word_index()
    assert matching(record, "bridge flood") == before
    assert record.check_integrity() == []
    assert record.count_bytes() > 0


def test_one_writes_at_a_time_and_the_second_is_told(record: Record, tmp_path: Path) -> None:
    entered, leave = threading.Event(), threading.Event()

    def write() -> None:
        with record.write_lock(tmp_path, "adding", 1.0):
            entered.set()
            leave.wait(10)

    writer = threading.Thread(target=write)
    writer.start()
    entered.wait(10)
    with pytest.raises(LibraryBusy), record.write_lock(tmp_path, "adding", 0.1):
        pass
    leave.set()
    writer.join()
    with record.write_lock(tmp_path, "adding", 5.0):
        pass


def test_a_library_answers_from_either(place: Place, tmp_path: Path) -> None:
    url = place if isinstance(place, str) else None
    with Library.open(tmp_path / "here", WORDS, create=True, database_url=url) as library:
        fill(library)
        assert library.stats().sources == len(NOTES)
        assert library.verify() == []
        best = library.search("repair of the bridge", 3)
    assert any("repair" in hit.passage.text for hit in best)
    with Library.open(tmp_path / "there", WORDS, create=True, database_url=url) as other:
        assert (len(other.sources()) == len(NOTES)) == (url is not None)


def test_another_machine_sees_a_new_source_at_once(server: str, tmp_path: Path) -> None:
    without_library(server)
    Record.create(server, WORDS.id, WORDS.dimension).close()
    with (
        Library.open(tmp_path / "one", WORDS, create=True, database_url=server) as one,
        Library.open(
            tmp_path / "two", WORDS, create=True, database_url=server, exact_up_to=0
        ) as two,
    ):
        two.search("anything at all")
        with one.writer() as record:
            put(record, "late", "A walrus came ashore.")
        assert [h.passage.text for h in two.search("walrus", 1)] == ["A walrus came ashore."]
        one.remove("late")
        assert "late" not in {h.passage.source.id for h in two.search("walrus", 5)}


@pytest.fixture
def indexing(server: str) -> Iterator[Record]:
    """A record whose database keeps an index of vectors."""
    without_library(server)
    record = Record.create(server, WORDS.id, WORDS.dimension)
    if record.no_vector_index:
        record.close()
        pytest.skip(record.no_vector_index)
    yield record
    record.close()


def nearest_text(record: Record, query: str) -> str:
    with record.reader() as reader:
        found = reader.nearest(WORDS.embed([query])[0], 1)
        assert found
        [passage] = reader.passages(list(found))
    return passage.text


def test_the_databases_index_of_vectors_follows_every_change(indexing: Record) -> None:
    put(indexing, "a", "A zeppelin landed.", "It rained.")
    put(indexing, "b", "A walrus came ashore.")
    assert nearest_text(indexing, "zeppelin landed") == "A zeppelin landed."
    put(indexing, "a", "A balloon landed.")
    assert nearest_text(indexing, "zeppelin landed") == "A balloon landed."
    indexing.remove("a")
    assert nearest_text(indexing, "balloon landed") == "A walrus came ashore."
    assert indexing.check_vector_index()
    with indexing.reader() as reader:
        assert reader.nearest(WORDS.embed(["walrus"])[0], 2_000) is None
        [stored] = reader.stored_passages(sorted(reader.ids()))
    indexing.correct([stored], WORDS.embed(["something else"]))
    assert not indexing.check_vector_index()
    indexing.rebuild_vector_index()
    assert indexing.check_vector_index()


def test_a_search_asks_the_databases_own_index(indexing: Record, tmp_path: Path) -> None:
    url = str(indexing.place)
    with Library.open(tmp_path / "one", WORDS, database_url=url, exact_up_to=0) as library:
        fill(library)
        assert library.stats().search == "pgvector"
        assert library.verify() == []
        [hit] = library.search("repair of the bridge", 1)
        assert "repair" in hit.passage.text
        assert not list((tmp_path / "one").rglob("*.bin"))


def test_a_server_without_an_index_of_vectors_says_why(server: str, tmp_path: Path) -> None:
    without_library(server)
    with Library.open(tmp_path, WORDS, create=True, database_url=server) as library:
        stats = library.stats()
    assert ("pgvector" in stats.index) != stats.index.endswith("in step")


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(LibraryError, match="cannot be reached") as error:
        Record.open("postgresql://desk:secret@127.0.0.1:1/none")
    assert "secret" not in str(error.value)


def test_another_embedder_is_refused(record: Record) -> None:
    with pytest.raises(EmbedderMismatch):
        record.require("other", 32)

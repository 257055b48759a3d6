"""What of a library a draft may cite."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from retrieval import CitableLibrary, Library
from retrieval.types import Notice
from tests.fakes_retrieval import WordsEmbedder, put


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", WordsEmbedder(), create=True) as opened:
        yield opened


def test_a_source_that_was_taken_back_is_not_citable_and_is_named(library: Library) -> None:
    with library.writer() as record:
        put(record, "first", "The bridge was closed after an inspection.")
        put(record, "second", "The bridge was closed after a storm.")
        retracted = Notice(
            source_id="second",
            kind="retracted",
            noticed=date(2026, 1, 2),
            words="Retracted.",
            given_by="register.csv",
        )
        record.history.notice([retracted])
    citable = CitableLibrary(library)
    assert citable.taken_back == {}
    assert {h.passage.source.id for h in library.search("The bridge was closed")} == {
        "first",
        "second",
    }
    assert [h.passage.source.id for h in citable.search("The bridge was closed")] == ["first"]
    assert citable.taken_back["second"].passage.text == "The bridge was closed after a storm."
    scanned = [text for passages, _ in citable.scan() for text in passages.texts]
    assert scanned == ["The bridge was closed after an inspection."]
    assert citable.passages("second") == []
    assert citable.notices(["second"]) == [retracted]
    assert CitableLibrary(library, date(2025, 1, 1)).passages("second") == []


def test_a_library_without_notices_is_citable_as_it_is(library: Library) -> None:
    with library.writer() as record:
        put(record, "first", "The bridge was closed after an inspection.")
    citable = CitableLibrary(library)
    assert citable.search("bridge") == library.search("bridge")
    assert citable.passages("first") == library.passages("first")
    [(scanned, _)] = citable.scan()
    assert scanned.texts == ["The bridge was closed after an inspection."]

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from retrieval import brute_force
from retrieval.brute_force import ExactScan
from retrieval.record import Record, reader
from retrieval.types import Filters
from tests.fakes_retrieval import WordsEmbedder, put

WORDS = WordsEmbedder()


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Record]:
    """Twelve passages, held in parts of four."""
    for module in (reader, brute_force):
        monkeypatch.setattr(module, "MATRIX_ROWS", 4)
    monkeypatch.setattr(reader, "BLOCK", 2)
    record = Record.create(tmp_path / "library.sqlite3", WORDS.id, WORDS.dimension)
    for n in range(6):
        put(record, f"s{n}", f"Bridge number {n}.", f"River number {n}.")
    yield record
    record.close()


def nearest(scan: ExactScan, record: Record, query: str, depth: int = 5) -> dict[str, float]:
    with record.reader() as moment:
        return scan.nearest(moment, WORDS.embed([query])[0], depth)


@pytest.mark.parametrize("depth", [1, 5, 12, 50])
def test_parts_answer_as_one(record: Record, depth: int) -> None:
    vector = WORDS.embed(["bridge number three"])[0]
    with record.reader() as moment:
        parts = list(moment.matrices())
        cosines = {
            i: float(c) for p in parts for i, c in zip(p.ids, p.vectors @ vector, strict=True)
        }
    assert [len(part.rows) for part in parts] == [4, 4, 4]
    expected = sorted(cosines, key=lambda i: (-cosines[i], i))[:depth]
    assert list(nearest(ExactScan(), record, "bridge number three", depth)) == expected


def test_a_scan_follows_every_change_and_keeps_what_did_not_change(record: Record) -> None:
    scan = ExactScan()
    nearest(scan, record, "anything")
    assert scan._held is not None
    before = scan._held.parts
    changes = [
        lambda: put(record, "s5", "A walrus came ashore."),
        lambda: put(record, "new", "A zeppelin landed.", "It rained.", "It froze."),
        lambda: record.set_origins({"s2": "the-wire"}),
        lambda: record.remove("s1"),
        lambda: put(record, "s0", "An iceberg."),
    ]
    for change in changes:
        change()
        for query in ("a walrus ashore", "zeppelin", "bridge number one", "iceberg"):
            kept, fresh = nearest(scan, record, query, 50), nearest(ExactScan(), record, query, 50)
            assert kept == pytest.approx(fresh, abs=1e-6)
            assert list(kept) == list(fresh)
        if change is changes[0]:
            assert scan._held.parts[0] is before[0]


def test_filters_hold_in_every_part(record: Record) -> None:
    put(record, "old", "A bridge of old.", published=date(1990, 1, 1))
    with record.reader() as moment:
        early = Filters(published_to=date(2000, 1, 1), dated_only=True)
        found = ExactScan().nearest(moment, WORDS.embed(["bridge"])[0], 5, early)
        [passage] = moment.passages(list(found))
    assert passage.text == "A bridge of old."


def test_an_empty_record_has_nothing_near(tmp_path: Path) -> None:
    record = Record.create(tmp_path / "library.sqlite3", WORDS.id, WORDS.dimension)
    assert nearest(ExactScan(), record, "bridge") == {}
    record.close()


def test_longer_vectors_are_compared_up_to_fewer_passages() -> None:
    assert brute_force.exact_up_to(384) > 1_000_000
    assert brute_force.exact_up_to(3_072) == brute_force.exact_up_to(384) // 8

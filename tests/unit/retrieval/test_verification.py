"""Whatever is damaged is found, named, and mended where the record can mend it."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import IndexBroken, LibraryDamaged
from retrieval.library import Library
from retrieval.manifest import verify_folder
from tests.fakes_retrieval import NOTES, WordsEmbedder, answers

DAMAGES = 100


def truncate(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data))])


def flip(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def delete(path: Path, chance: random.Random) -> None:
    path.unlink()


def append(path: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes() + chance.randbytes(chance.randrange(1, 100)))


def add(path: Path, chance: random.Random) -> None:
    path.with_name(f"{path.name}.{chance.randrange(10)}").write_bytes(chance.randbytes(9))


def damaged(directory: Path, chance: random.Random) -> str:
    """Damage one file of the index in one way; say which and how."""
    (finished,) = (directory / "index").glob("index-*")
    path = chance.choice(sorted(p for p in finished.rglob("*") if p.is_file()))
    ways = [delete, append, add] + ([truncate, flip] if path.stat().st_size else [])
    way = chance.choice(ways)
    way(path, chance)
    with pytest.raises(IndexBroken):
        verify_folder(finished)
    return f"{way.__name__} {path.relative_to(finished)}"


@pytest.mark.parametrize("decade", range(DAMAGES // 10))
def test_any_damage_to_the_index_is_found_on_opening_and_mended_from_the_record(
    directory: Path, decade: int
) -> None:
    with Library.open(directory, WordsEmbedder()) as whole:
        expected = answers(whole)
    chance = random.Random(decade)  # noqa: S311 - damage, not secrets
    for _ in range(10):
        what = damaged(directory, chance)
        with Library.open(directory, WordsEmbedder(), exact_up_to=0) as library:
            noticed = library._index.fault_at_start
            assert noticed is not None, what
            assert answers(library) == expected, what
            library.settle()
            assert library.stats().index.startswith("in step"), what
            assert answers(library) == expected, what
        (finished,) = (directory / "index").glob("index-*")
        verify_folder(finished)


def test_an_index_folder_that_is_gone_is_made_again(directory: Path) -> None:
    shutil.rmtree(directory / "index")
    with Library.open(directory, WordsEmbedder()) as library:
        library.settle()
        (difference,) = library.verify()
    assert (difference.where, difference.detail) == ("index", "There is no index yet.")
    assert difference.mended


def test_a_whole_library_has_no_differences(directory: Path) -> None:
    with Library.open(directory, WordsEmbedder()) as library:
        assert library.verify() == []


def sql(directory: Path, *statements: str, **parameters: object) -> None:
    """Change the record behind the library's back."""
    with closing(sqlite3.connect(directory / "library.sqlite3")) as record, record:
        for statement in statements:
            record.execute(statement, parameters)


def first_passage(directory: Path, change: str, **parameters: object) -> None:
    first = "WHERE n = (SELECT min(n) FROM passages)"
    sql(directory, f"UPDATE passages SET {change} {first}", **parameters)  # noqa: S608


BRIDGE = NOTES["bridge"][0]
TURNED = np.roll(WordsEmbedder().embed([BRIDGE])[0], 1).tobytes()
FAULTS: dict[str, tuple[Callable[[Path], None], set[str], set[str]]] = {
    "a passage that is not what its source says": (
        lambda d: first_passage(d, "text = replace(text, 'old', 'new')"),
        {"passage", "words", "vector"},
        {"passage"},
    ),
    "a passage that lies elsewhere": (
        lambda d: first_passage(d, "start = start + 5, end = end + 5"),
        {"passage"},
        {"passage"},
    ),
    "a vector of the wrong length": (
        lambda d: first_passage(d, "vector = x'00000000'"),
        {"vector", "index"},
        {"vector"},
    ),
    "a vector that is no number": (
        lambda d: first_passage(d, "vector = :v", v=b"\xff" * 128),
        {"vector", "index"},
        {"vector"},
    ),
    "a vector of another text": (
        lambda d: first_passage(d, "vector = :v", v=TURNED),
        {"vector", "index"},
        {"vector"},
    ),
    "words that are not those of the passages": (
        lambda d: sql(d, "INSERT INTO words (rowid, title, text) VALUES (99, 'a', 'b')"),
        {"words"},
        {"words"},
    ),
    "a passage of no source": (
        lambda d: first_passage(d, "source_n = 77"),
        {"passage", "words"},
        {"passage"},
    ),
    "fields that the index has otherwise": (
        lambda d: sql(d, "UPDATE sources SET tier = 1 WHERE id = 'bridge'"),
        {"index"},
        {"index"},
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_difference_is_found_and_mended(directory: Path, fault: str) -> None:
    break_it, expected, must_mend = FAULTS[fault]
    break_it(directory)
    with Library.open(directory, WordsEmbedder()) as library:
        found = library.verify()
        assert {d.where for d in found} == expected
        assert not any(d.mended for d in found)
        repaired = library.verify(repair=True)
        assert must_mend <= {d.where for d in repaired}
        assert all(d.mended for d in repaired)
        assert library.verify() == []
        assert library.search("old bridge", 1)
    with Library.open(directory, WordsEmbedder()) as library:
        assert library.verify() == []


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        ("UPDATE sources SET snapshot = snapshot || 'x' WHERE id = 'ice'", "hash differs"),
        ("UPDATE sources SET origin = '' WHERE id = 'ice'", "no origin"),
        ("DELETE FROM passages WHERE source_n = 4", "no passages"),
    ],
)
def test_what_only_the_file_can_mend_is_named(directory: Path, statement: str, detail: str) -> None:
    sql(directory, statement)
    with Library.open(directory, WordsEmbedder()) as library:
        library.verify(repair=True)
        (left,) = library.verify()
    assert (left.where, left.subject, left.mended) == ("source", "ice", False)
    assert detail in left.detail
    assert "again" in left.advice


def test_a_damaged_page_of_the_record_is_found(directory: Path) -> None:
    record = directory / "library.sqlite3"
    data = bytearray(record.read_bytes())
    with closing(sqlite3.connect(record)) as look:
        (root,) = look.execute("SELECT rootpage FROM sqlite_master WHERE name = 'passages'")
    data[(root[0] - 1) * 4096] = 0x77
    record.write_bytes(data)
    with Library.open(directory, WordsEmbedder()) as library:
        with pytest.raises(LibraryDamaged, match="backup"):
            library.search("bridge")
        with pytest.raises(LibraryDamaged, match="backup"):
            library.verify()

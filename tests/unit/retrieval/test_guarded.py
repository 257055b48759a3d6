"""Loading with bounds: whatever a loader does, the next file is read."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.errors import LibraryError
from retrieval.loaders import read_file
from retrieval.loaders.bounds import Bounds
from retrieval.loaders.guarded import Reader

STRANGE = "tests.unit.retrieval.strange_loader:behave"
TIGHT = Bounds(seconds=0.5, memory=300_000_000, here=0)
FACT = "The port of Selby has a quay."


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader(TIGHT, STRANGE) as reader:
        yield reader


def written(folder: Path, content: str, name: str = "a.txt") -> Path:
    path = folder / name
    path.write_text(content, "utf-8")
    return path


def text(reader: Reader, path: Path) -> str:
    (document,) = reader.load(read_file(path))
    return document.text


def refusal(reader: Reader, path: Path) -> str:
    with pytest.raises(LibraryError) as caught:
        reader.load(read_file(path))
    assert str(path) in str(caught.value)
    assert caught.value.advice
    return str(caught.value)


@pytest.mark.parametrize("here", [0, 64_000])
def test_what_no_loader_should_raise_is_told_of_its_file(tmp_path: Path, here: int) -> None:
    with Reader(TIGHT.model_copy(update={"here": here}), STRANGE) as reader:
        told = refusal(reader, written(tmp_path, "RAISE"))
        assert "could not be read (Odd: a screw is loose)" in told
        assert text(reader, written(tmp_path, FACT)) == FACT


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("TIME", "in 0.5 seconds of processor time. Split it, or convert it to plain text"),
        ("WAIT", "in 0.5 seconds"),
        ("BREAK", "ended at it (exit status 3)"),
        pytest.param(
            *("MEMORY", "more memory than a file may"),
            marks=pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux"),
        ),
    ],
)
def test_what_ends_the_process_that_reads_costs_one_file(
    reader: Reader, tmp_path: Path, deed: str, said: str
) -> None:
    assert said in refusal(reader, written(tmp_path, deed))
    assert text(reader, written(tmp_path, FACT)) == FACT


def test_what_a_library_prints_is_no_answer(reader: Reader, tmp_path: Path) -> None:
    assert text(reader, written(tmp_path, f"TALK {FACT}")) == f"TALK {FACT}"


def test_a_short_text_is_read_here_and_the_rest_in_one_other_process(tmp_path: Path) -> None:
    with Reader(Bounds(here=1_000), STRANGE) as reader:
        here = text(reader, written(tmp_path, "WHERE"))
        large = text(reader, written(tmp_path, f"WHERE {FACT * 100}"))
        page = text(reader, written(tmp_path, "WHERE", "a.html"))
    assert here == f"process {os.getpid()}"
    assert large == page != here


def test_a_document_comes_back_from_the_other_process_as_it_was(tmp_path: Path) -> None:
    front = "---\nid: a\ntitle: A\npublisher: Pörtchen\npublished: 2026-01-27\n---\n\n"
    path = written(tmp_path, f"{front}{FACT} Ü 港 😀", "a.md")
    with Reader() as here, Reader(Bounds(here=0)) as there:
        assert here.load(read_file(path)) == there.load(read_file(path))


def test_a_closed_reader_can_be_used_again(reader: Reader, tmp_path: Path) -> None:
    path = written(tmp_path, FACT)
    assert text(reader, path) == FACT
    reader.close()
    assert text(reader, path) == FACT


def test_a_process_that_cannot_start_is_said_to_have_ended(tmp_path: Path) -> None:
    with Reader(TIGHT, "tests.unit.retrieval.no_loader:load") as reader:
        assert "No module named" in refusal(reader, written(tmp_path, FACT))

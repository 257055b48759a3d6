"""Loading within limits: whatever a file does to its loader, it is refused, the next one is read.

VERDICT_LONG_TESTS=1 makes the files as large as they were met, and gives them the usual limits.
"""

import io
import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from retrieval.errors import LibraryError
from retrieval.ingestion import AddReport, Ingestion
from retrieval.loaders import read_file
from retrieval.loaders.document import MAX_WORD
from retrieval.loaders.docx import MAX_TAGS
from retrieval.loaders.isolation import FileLoader, Limits
from retrieval.record import Record
from retrieval.vetting import Voucher
from retrieval.workers import Pool
from tests.fakes_retrieval import WordsEmbedder
from tests.unit.retrieval import files

ODD_LOADER = "tests.unit.retrieval.strange_loader:behave"
TIGHT = Limits(seconds=0.5, memory=300_000_000, inline_bytes=0)
FACT = "The port of Selby has a quay."
LONG = "VERDICT_LONG_TESTS" in os.environ
LIMITS = Limits() if LONG else Limits(seconds=1.5, seconds_of_long=1.5)
DEEP = 10_000
FRONT = "---\nid: x\ntitle: T\npublisher: P\n---\n\n"
ROW = {"id": "x", "title": "T", "publisher": "P", "text": "The quay is long."}


@pytest.fixture
def loader() -> Iterator[FileLoader]:
    with FileLoader(TIGHT, ODD_LOADER) as loader:
        yield loader


def written(folder: Path, content: str, name: str = "a.txt") -> Path:
    path = folder / name
    path.write_text(content, "utf-8")
    return path


def text(loader: FileLoader, path: Path) -> str:
    (document,) = loader.load(read_file(path))
    return document.text


def refusal(loader: FileLoader, path: Path) -> str:
    with pytest.raises(LibraryError) as caught:
        loader.load(read_file(path))
    assert str(path) in str(caught.value)
    assert caught.value.advice
    return str(caught.value)


@pytest.mark.parametrize("size", [0, 64_000])
def test_what_no_loader_should_raise_is_told_of_its_file(tmp_path: Path, size: int) -> None:
    with FileLoader(
        TIGHT if size == 0 else Limits(seconds=0.5, inline_bytes=size), ODD_LOADER
    ) as loader:
        told = refusal(loader, written(tmp_path, "RAISE"))
        assert "could not be read (Odd: a screw is loose)" in told
        assert text(loader, written(tmp_path, FACT)) == FACT


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
    loader: FileLoader, tmp_path: Path, deed: str, said: str
) -> None:
    assert said in refusal(loader, written(tmp_path, deed))
    assert text(loader, written(tmp_path, FACT)) == FACT


def test_what_a_library_prints_is_no_answer(loader: FileLoader, tmp_path: Path) -> None:
    assert text(loader, written(tmp_path, f"TALK {FACT}")) == f"TALK {FACT}"


def test_a_short_text_is_read_here_and_the_rest_in_one_other_process(tmp_path: Path) -> None:
    with FileLoader(Limits(inline_bytes=1_000), ODD_LOADER) as loader:
        here = text(loader, written(tmp_path, "WHERE"))
        large = text(loader, written(tmp_path, f"WHERE {FACT * 100}"))
        page = text(loader, written(tmp_path, "WHERE", "a.html"))
    assert here == f"process {os.getpid()}"
    assert large == page != here


def test_a_document_comes_back_from_the_other_process_as_it_was(tmp_path: Path) -> None:
    front = "---\nid: a\ntitle: A\npublisher: Pörtchen\npublished: 2026-01-27\n---\n\n"
    path = written(tmp_path, f"{front}{FACT} Ü 港 😀", "a.md")
    with FileLoader() as here, FileLoader(Limits(inline_bytes=0)) as there:
        assert here.load(read_file(path)) == there.load(read_file(path))


def test_a_closed_loader_can_be_used_again(loader: FileLoader, tmp_path: Path) -> None:
    path = written(tmp_path, FACT)
    assert text(loader, path) == FACT
    loader.close()
    assert text(loader, path) == FACT


def test_a_process_that_cannot_start_is_said_to_have_ended(tmp_path: Path) -> None:
    with FileLoader(TIGHT, "tests.unit.retrieval.no_loader:load") as loader:
        assert "No module named" in refusal(loader, written(tmp_path, FACT))


def add(
    folder: Path, make_loader: Callable[[], FileLoader] = lambda: FileLoader(LIMITS)
) -> AddReport:
    """Add a folder to a new library."""
    record = Record.create(folder.parent / "library.sqlite3", "words/1", 32)
    try:
        embedder = WordsEmbedder()
        pool = Pool(embedder, make_loader)
        by_ana = Voucher(person="Ana")
        return Ingestion(record, embedder, by_ana, date(2026, 1, 31), pool).run([folder])
    finally:
        record.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good notes; what is written beside them is read between the two."""
    files.note(tmp_path / "notes", "a-good")
    files.note(tmp_path / "notes", "z-good")
    return tmp_path / "notes"


def refusal_beside_good_files(folder: Path, name: str, content: str | bytes) -> str:
    """What is said of a bad file, after the good ones beside it are found in the library."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    report = add(folder)
    assert report.added == ("a-good", "z-good")
    (refused,) = report.refused
    assert refused.path == str(path)
    return refused.reason


def paragraphs(count: int) -> bytes:
    """Build a Word document of so many paragraphs of a letter: three elements and six tags each."""
    return files.docx(["a"] * count)


def page(attributes: int) -> str:
    """Build a page with so many attributes in one tag; the parser compares each with each."""
    many = " ".join(f"a{n}=x" for n in range(attributes))
    return f"<html><body><article><p {many}>The quay is long.</p></article></body></html>"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("deep.jsonl", "[" * DEEP),
        ("deep-row.jsonl", json.dumps(ROW)[:-1] + ', "x": ' + "[" * DEEP + "]" * DEEP + "}"),
        ("deep.md", f"---\nid: x\ntitle: {'[' * DEEP}{']' * DEEP}\n---\n\nThe quay is long."),
        ("deep.txt", f"---\ntitle: {'{a: ' * DEEP}{'}' * DEEP}\n---\n\nThe quay is long."),
    ],
    ids=["line", "value in a line", "Markdown", "plain text"],
)
def test_deeply_nested_front_matter_is_refused(folder: Path, name: str, content: str) -> None:
    assert "nested too deeply to be read" in refusal_beside_good_files(folder, name, content)


def test_front_matter_nested_beside_a_file_is_refused(folder: Path) -> None:
    (folder / "memo.docx.yaml").write_text(f"title: {'[' * DEEP}", "utf-8")
    assert "nested too deeply" in refusal_beside_good_files(
        folder, "memo.docx", files.docx(["The quay."])
    )


def test_a_word_document_of_very_many_elements_is_refused(folder: Path) -> None:
    data = paragraphs(1_000_000 if LONG else MAX_TAGS // 6 + 1)
    assert len(data) < 150_000
    assert f"XML tags; the limit is {MAX_TAGS:,}" in refusal_beside_good_files(
        folder, "memo.docx", data
    )


def test_a_word_document_that_takes_too_long_is_refused(folder: Path) -> None:
    data = paragraphs(MAX_TAGS // 6 - 10 if LONG else 60_000)
    if not LONG:
        assert "1.5 seconds" in refusal_beside_good_files(folder, "memo.docx", data)
        return
    (folder / "memo.docx").write_bytes(data)  # whether it is refused depends on the machine
    report = add(folder)
    assert len(report.refused) + len(report.added) == 3


def test_a_word_document_that_is_no_end_of_parts_is_refused(folder: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        for n in range(20_000):
            parts.writestr(f"word/{n}.xml", "<a/>")
    assert "memo.docx" in refusal_beside_good_files(folder, "memo.docx", out.getvalue())


def test_a_page_of_very_many_attributes_is_refused_in_time(folder: Path) -> None:
    told = refusal_beside_good_files(folder, "page.html", page(480_000 if LONG else 60_000))
    assert f"in {LIMITS.seconds:g} seconds of processor time" in told


def test_a_word_of_four_million_letters_is_refused(folder: Path) -> None:
    told = refusal_beside_good_files(folder, "word.md", FRONT + "x" * 4_000_000)
    assert "4,000,000 characters without a space" in told


def test_two_megabytes_of_punctuation_are_refused(folder: Path) -> None:
    assert "no prose" in refusal_beside_good_files(
        folder, "dots.md", f"{FRONT}The port. {'!?. ' * 500_000}"
    )


def test_marks_upon_marks_without_end_are_refused_in_time(folder: Path) -> None:
    """Their canonical order takes time by the square of their number, in code that hears no one."""
    told = refusal_beside_good_files(
        folder, "marks.md", FRONT + "a" + "\u0301\u0327" * (1_000_000 if LONG else 150_000)
    )
    assert "seconds of processor time" in told


def test_half_a_character_in_an_address_is_refused(folder: Path) -> None:
    row = json.dumps(ROW | {"url": "https://a.example.org/\ud800"})
    assert "url" in refusal_beside_good_files(folder, "half.jsonl", row)


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux only")
def test_a_file_whose_name_is_no_text_is_refused_or_passed_over(folder: Path) -> None:
    for name in (b"caf\xe9.md", b"caf\xe9.xlsx"):
        (folder / os.fsdecode(name)).write_text("The quay is long.", "utf-8")
    report = add(folder)
    assert report.added == ("a-good", "z-good")
    assert "no UTF-8" in report.refused[0].reason
    assert report.skipped == (f"{folder}/caf?.xlsx",)


def test_a_loader_that_raises_the_unexpected_costs_one_file(folder: Path) -> None:
    (folder / "odd.md").write_text("RAISE", "utf-8")
    report = add(folder, lambda: FileLoader(loading=ODD_LOADER))
    assert report.added == ("a-good", "z-good")
    assert "odd.md could not be read (Odd: " in report.refused[0].reason


@pytest.mark.parametrize(
    "body",
    [
        "\n".join(f"{n:>9}{n * 7:>14}" for n in range(2_000)),  # a table with wide gaps
        "x" * MAX_WORD,
        "港口有码头。" * 20_000,
        "The port of Selby has a quay. " * 20_000,  # a book without a blank line
        "a. b " * 30_000,
    ],
    ids=["table", "word", "chinese", "book", "lower case"],
)
def test_what_is_unusual_and_no_bomb_goes_in(folder: Path, body: str) -> None:
    (folder / "odd.md").write_text(FRONT + body, "utf-8")
    report = add(folder, FileLoader)
    assert (report.added, report.refused) == (("a-good", "x", "z-good"), ())

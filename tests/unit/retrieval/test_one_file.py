"""One file must not take the intake with it: it is refused in words, the one beside it goes in.

VERDICT_LONG_TESTS=1 makes the files as large as they were met, and gives them the usual bounds.
"""

import io
import json
import os
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest

from retrieval.intake import Intake
from retrieval.loaders.bounds import Bounds
from retrieval.loaders.document import MAX_WORD
from retrieval.loaders.docx import MAX_TAGS
from retrieval.loaders.guarded import Reader
from retrieval.record import Record
from retrieval.report import AddReport
from retrieval.vetting import Vouched
from tests.fakes_retrieval import WordsEmbedder
from tests.unit.retrieval import files

LONG = "VERDICT_LONG_TESTS" in os.environ
BOUNDS = Bounds() if LONG else Bounds(seconds=1.5, seconds_of_long=1.5)
DEEP = 10_000
FRONT = "---\nid: x\ntitle: T\npublisher: P\n---\n\n"
ROW = {"id": "x", "title": "T", "publisher": "P", "text": "The quay is long."}


def added(folder: Path, reader: Reader | None = None) -> AddReport:
    """Add a folder to a new library."""
    record = Record.create(folder.parent / "library.sqlite3", "words/1", 32)
    try:
        intake = Intake(
            *(record, WordsEmbedder(), Vouched(person="Ana"), date(2026, 1, 31)),
            reader or Reader(BOUNDS),
        )
        return intake.over([folder], None)
    finally:
        record.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good notes; what is written beside them is read between the two."""
    files.note(tmp_path / "notes", "a-good")
    files.note(tmp_path / "notes", "z-good")
    return tmp_path / "notes"


def refusal(folder: Path, name: str, content: str | bytes) -> str:
    """What is said of a bad file, after the good ones beside it are found in the library."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    report = added(folder)
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
)
def test_deeply_nested_front_matter_is_refused(folder: Path, name: str, content: str) -> None:
    assert "nested too deeply to be read" in refusal(folder, name, content)


def test_front_matter_nested_beside_a_file_is_refused(folder: Path) -> None:
    (folder / "memo.docx.yaml").write_text(f"title: {'[' * DEEP}", "utf-8")
    assert "nested too deeply" in refusal(folder, "memo.docx", files.docx(["The quay."]))


def test_a_word_document_of_very_many_elements_is_refused(folder: Path) -> None:
    data = paragraphs(1_000_000 if LONG else MAX_TAGS // 6 + 1)
    assert len(data) < 150_000
    assert f"XML tags; the limit is {MAX_TAGS:,}" in refusal(folder, "memo.docx", data)


def test_a_word_document_that_takes_too_long_is_refused(folder: Path) -> None:
    data = paragraphs(MAX_TAGS // 6 - 10 if LONG else 60_000)
    if not LONG:
        assert "1.5 seconds" in refusal(folder, "memo.docx", data)
        return
    (folder / "memo.docx").write_bytes(data)  # whether it is refused depends on the machine
    report = added(folder)
    assert len(report.refused) + len(report.added) == 3


def test_a_word_document_that_is_no_end_of_parts_is_refused(folder: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        for n in range(20_000):
            parts.writestr(f"word/{n}.xml", "<a/>")
    assert "memo.docx" in refusal(folder, "memo.docx", out.getvalue())


def test_a_page_of_very_many_attributes_is_refused_in_time(folder: Path) -> None:
    told = refusal(folder, "page.html", page(480_000 if LONG else 60_000))
    assert f"in {BOUNDS.seconds:g} seconds of processor time" in told


def test_a_word_of_four_million_letters_is_refused(folder: Path) -> None:
    told = refusal(folder, "word.md", FRONT + "x" * 4_000_000)
    assert "4,000,000 characters without a space" in told


def test_two_megabytes_of_punctuation_are_refused(folder: Path) -> None:
    assert "no prose" in refusal(folder, "dots.md", f"{FRONT}The port. {'!?. ' * 500_000}")


def test_marks_upon_marks_without_end_are_refused_in_time(folder: Path) -> None:
    """Their canonical order takes time by the square of their number, in code that hears no one."""
    told = refusal(
        folder, "marks.md", FRONT + "a" + "\u0301\u0327" * (1_000_000 if LONG else 150_000)
    )
    assert "seconds of processor time" in told


def test_half_a_character_in_an_address_is_refused(folder: Path) -> None:
    row = json.dumps(ROW | {"url": "https://a.example.org/\ud800"})
    assert "url" in refusal(folder, "half.jsonl", row)


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux only")
def test_a_file_whose_name_is_no_text_is_refused_or_passed_over(folder: Path) -> None:
    for name in (b"caf\xe9.md", b"caf\xe9.xlsx"):
        (folder / os.fsdecode(name)).write_text("The quay is long.", "utf-8")
    report = added(folder)
    assert report.added == ("a-good", "z-good")
    assert "no UTF-8" in report.refused[0].reason
    assert report.skipped == (f"{folder}/caf?.xlsx",)


def test_a_loader_that_raises_the_unexpected_costs_one_file(folder: Path) -> None:
    (folder / "odd.md").write_text("RAISE", "utf-8")
    report = added(folder, Reader(loading="tests.unit.retrieval.strange_loader:behave"))
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
    with Reader() as reader:
        report = added(folder, reader)
    assert (report.added, report.refused) == (("a-good", "x", "z-good"), ())

import json
import random
import struct
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import SourceUnreadable
from retrieval.loaders import LOADERS, Document, load, read_file
from retrieval.loaders.normalise import normalise, unwrap_markdown, unwrap_typeset
from tests.unit.retrieval import files

FACT = "The repair cost 4.2 million dollars."


def one(path: Path) -> Document:
    (document,) = load(read_file(path))
    return document


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(SourceUnreadable) as caught:
        load(read_file(path))
    assert str(path) in str(caught.value)
    assert caught.value.advice
    return str(caught.value)


def test_a_note_gives_its_front_matter_and_its_text(tmp_path: Path) -> None:
    path = files.note(tmp_path, text="One.\n\nTwo.", title='"Bridges: a list"')
    document = one(path)
    assert (document.id, document.title, document.text) == (
        "bridge",
        "Bridges: a list",
        "One.\n\nTwo.",
    )
    assert document.meta.published == date(2026, 1, 27)
    assert document.meta.tier == 2


FILES: list[tuple[str, str | bytes]] = [
    ("a.md", FACT),
    ("a.markdown", FACT),
    ("a.txt", f"A bridge\n\n{FACT}"),
    ("a.html", files.PAGE.replace("The repair cost 4.2 million dollars,", FACT)),
    ("a.htm", files.PAGE.replace("The repair cost 4.2 million dollars,", FACT)),
    ("a.pdf", files.pdf([["A page before."], [FACT]])),
    ("a.docx", files.docx(["A bridge", FACT])),
    ("a.jsonl", json.dumps({"id": "a", "title": "A", "publisher": "P", "text": FACT})),
]


@pytest.mark.parametrize(("name", "content"), FILES, ids=[name for name, _ in FILES])
def test_every_format_brings_its_text(tmp_path: Path, name: str, content: str | bytes) -> None:
    assert Path(name).suffix in LOADERS
    assert FACT in one(written(tmp_path / name, content)).text


def test_a_text_that_says_nothing_of_itself_is_named_by_path_and_first_line(tmp_path: Path) -> None:
    document = one(written(tmp_path / "My Memo.txt", "What the mayor said\n\nThe bridge opened."))
    assert document.title == "What the mayor said"
    assert document.id.startswith("my-memo-")
    (tmp_path / "sub").mkdir()
    twin = one(written(tmp_path / "sub" / "My Memo.txt", "What the mayor said"))
    assert twin.id != document.id


def test_a_web_page_keeps_its_article_and_says_who_published_it(tmp_path: Path) -> None:
    document = one(written(tmp_path / "a.html", files.PAGE))
    assert "Subscribe" not in document.text
    assert "planned.\n\nResidents" in document.text
    assert document.meta.publisher == "The Daily Test"
    assert document.meta.url == "https://www.dailytest.com/bridge"


def test_two_dates_of_a_web_page_are_told_and_its_own_system_is_believed(tmp_path: Path) -> None:
    document = one(written(tmp_path / "a.html", files.PAGE))
    assert document.meta.published == date(2026, 1, 27)
    assert "2026-01-27" in document.notes[0]
    assert "2026-01-29" in document.notes[0]


def test_front_matter_beside_a_file_overrules_what_the_file_says(tmp_path: Path) -> None:
    path = written(tmp_path / "a.html", files.PAGE)
    before = one(path)
    written(tmp_path / "a.html.yaml", "id: bridge\npublished: 2026-01-28\ntier: 3\n")
    document = one(path)
    assert (document.id, document.meta.tier) == ("bridge", 3)
    assert document.meta.published == date(2026, 1, 28)
    assert document.meta.publisher == "The Daily Test"
    assert document.notes == ()
    assert document.raw_sha256 != before.raw_sha256


def test_pages_of_a_pdf_are_known_by_offset(tmp_path: Path) -> None:
    data = files.pdf([["First page."], [], ["Third page."]], title="On bridges")
    document = one(written(tmp_path / "a.pdf", data))
    assert document.title == "On bridges"
    assert [(document.text[offset:][:5], page) for offset, page in document.pages] == [
        ("First", 1),
        ("Third", 3),
    ]


def test_typeset_lines_become_paragraphs(tmp_path: Path) -> None:
    lines = [
        "Summary",
        "The repair of the bridge took nine months and cost more than",
        "planned, said",
    ]
    lines += [
        "The mayor promised the council a report on every invoice of the immi-",
        "gration office.",
    ]
    text = unwrap_typeset("\n".join(lines))
    assert text.split("\n\n")[0] == "Summary"
    assert "more than planned, said" in text
    assert "the immigration office." in text


def test_wrapped_markdown_is_joined_and_its_lists_are_not() -> None:
    text = unwrap_markdown("# Bridges\nOne line\nand the next.\n- item\n- item\n\n| a |\n| b |")
    assert text == "# Bridges\nOne line and the next.\n- item\n- item\n\n| a |\n| b |"


def test_what_a_reader_cannot_see_does_not_reach_the_snapshot() -> None:
    hidden = "".join(map(chr, range(0xE0000, 0xE0080)))
    dirty = f"\ufeffno\u200bthing\u00ad {hidden}is\u202e hid\x07den\u2066 here\x1b[0m\r\n"
    dirty += "\u200e\u061c\u2060\ufe0f\U000e0150"
    dirty += "cafe\u0301\u00a0x  \r\n"
    assert normalise(dirty) == "nothing is hidden here[0m\ncaf\u00e9 x"


@given(st.text())
def test_normalising_again_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert once.encode().decode() == once


BAD_FILES: list[tuple[str, str | bytes, str]] = [
    ("a.md", b"PK\x03\x04\x00\x00", "binary"),
    ("a.md", "café".encode("latin-1"), "UTF-8"),
    ("a.md", "", "no text"),
    ("a.md", "---\nid: a\ntitle: A\npublisher: P\n---\n\n \n", "no text"),
    ("a.md", "---\nid: a\ntitle: A\n\nThe text.", "no end"),
    ("a.md", "---\nid: a\ntitle: A: B\n---\nText.", "not YAML"),
    ("a.md", "---\n- a\n---\nText.", "front matter"),
    ("a.md", "---\nid: a\ntitle: A\n---\nText.", "publisher is missing"),
    ("a.md", "---\nid: a b\ntitle: A\npublisher: P\n---\nText.", "id:"),
    (
        "a.md",
        "---\nid: a\ntitle: A\npublisher: P\npublishd: 2026-01-27\n---\nText.",
        "'publishd'",
    ),
    (
        "a.md",
        "---\nid: a\ntitle: A\npublisher: P\npublished: 2026-13-27\n---\nText.",
        "2026-13-27",
    ),
    (
        "a.md",
        "---\nid: a\ntitle: A\npublisher: P\npublished: 27/01/2026\n---\nText.",
        "no date",
    ),
    ("a.md", "---\nid: a\ntitle: A\npublisher: P\ntier: 4\n---\nText.", "tier"),
    ("a.md", "---\nid: a\ntitle: A\npublisher: P\nurl: javascript:x\n---\nText.", "address"),
    ("a.md", "---\nid: a\ntitle: '\u200b'\npublisher: P\n---\nText.", "title"),
    ("a.jsonl", '{"id": "a", "title": "A", "publisher": "P", "text": "T."}\n{', "line 2"),
    ("a.jsonl", '{"id": "a", "title": "A", "publisher": "P"}', "no `text`"),
    (
        "a.jsonl",
        '{"id": "a", "title": "A", "publisher": "P", "published": 2026, "text": "T"}',
        "date",
    ),
    ("a.jsonl", "[1]", "no `text`"),
    ("a.html", "<p></p>", "no article"),
    ("a.html", b"\x00\x01\x02" * 50, "no article"),
    ("a.pdf", b"%PDF-1.4 and then nothing", "not a readable PDF"),
    ("a.pdf", b"", "not a readable PDF"),
    ("a.pdf", files.pdf([[], []]), "scan"),
    ("a.pdf", files.encrypted(files.pdf([["Text."]])), "encrypted"),
    ("a.pdf", files.pdf([["x"]] * 2001), "2001 pages"),
    ("a.docx", b"not a zip", "not a readable Word"),
    ("a.docx", files.docx(["Text."], padding=100_000_001), "unpacks to 100 MB"),
    ("a.xlsx", b"x", ".xlsx"),
    ("a", b"x", "no suffix"),
]


NOTE_OF_SACKS = "---\nid: a\ntitle: A\npublisher: P\n---\n\nThe mill ground 95 sacks."
WIDE = [
    ("a.txt", "The mill ground 95 sacks.\n"),
    ("a.txt", "Мельница смолола 95 мешков зерна за год."),
    ("a.md", NOTE_OF_SACKS),
    ("a.jsonl", '{"id": "a", "title": "A", "publisher": "P", "text": "The mill."}'),
]


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize(("name", "content"), WIDE)
def test_a_text_of_wide_letters_without_a_mark_is_refused_by_its_encoding(
    tmp_path: Path, name: str, content: str, charset: str
) -> None:
    reason = refusal(written(tmp_path / name, content.encode(charset)))
    assert f"is {charset[:6].upper()} text, not UTF-8" in reason


@pytest.mark.parametrize(
    "content",
    [
        struct.pack("<40h", *range(-3, 37)),
        struct.pack("<40d", *range(40)),
        b"The mill ground\x00 95 sacks.",
    ],
    ids=["numbers", "fractions", "a zero"],
)
def test_bytes_that_are_no_letters_are_a_binary_file(tmp_path: Path, content: bytes) -> None:
    assert "is a binary file" in refusal(written(tmp_path / "a.txt", content))


@pytest.mark.parametrize(
    ("name", "content", "reason"), BAD_FILES, ids=[f"{name}: {why}" for name, _, why in BAD_FILES]
)
def test_a_bad_file_is_refused_by_name_and_reason(
    tmp_path: Path, name: str, content: str | bytes, reason: str
) -> None:
    assert reason in refusal(written(tmp_path / name, content))


def test_a_text_of_fifty_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    assert "50 MB" in refusal(path)


def test_more_text_than_a_document_has_is_refused(tmp_path: Path) -> None:
    assert "5,000,001 characters" in refusal(written(tmp_path / "a.md", "x" * 5_000_001))


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    assert "cannot be opened" in refusal(tmp_path / "gone.md")


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("a.pdf", files.pdf([["The bridge opened."], ["It cost more."]])),
        ("a.docx", files.docx(["It."])),
    ],
    ids=["PDF", "Word"],
)
def test_a_damaged_file_is_refused_and_never_breaks_the_loader(
    tmp_path: Path, name: str, whole: bytes
) -> None:
    chance = random.Random(7)  # noqa: S311
    loaded = refused = 0
    for _ in range(120):
        data = bytearray(whole[: chance.randrange(len(whole))] if chance.random() < 0.3 else whole)
        for _ in range(chance.randrange(1, 6)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        path = written(tmp_path / name, bytes(data))
        try:
            loaded += len(load(read_file(path)))
        except SourceUnreadable:
            refused += 1
    assert loaded
    assert refused


def test_deeply_nested_html_ends_soon(tmp_path: Path) -> None:
    path = written(tmp_path / "a.html", "<div>" * 200_000 + "text")
    before = time.monotonic()
    refusal(path)
    assert time.monotonic() - before < 10


def note_that_is(folder: Path, kind: str) -> Path:
    plain = files.note(folder).read_text("utf-8")
    return written(folder / "told.md", plain.replace("kind:", f"text: {kind}\nkind:"))


def test_a_text_is_verbatim_unless_it_says_that_it_is_a_summary(tmp_path: Path) -> None:
    assert one(files.note(tmp_path)).meta.text == "verbatim"
    assert one(note_that_is(tmp_path, "summary")).meta.text == "summary"
    row = {"id": "a", "title": "A", "publisher": "P", "text": FACT}
    lines = "\n".join(map(json.dumps, [row, row | {"id": "b", "text_is": "summary"}]))
    verbatim, summary = load(read_file(written(tmp_path / "a.jsonl", lines)))
    assert (verbatim.meta.text, summary.meta.text) == ("verbatim", "summary")
    assert verbatim.text == summary.text == FACT
    (tmp_path / "a.pdf.yaml").write_text("text: summary\n", "utf-8")
    assert one(written(tmp_path / "a.pdf", files.pdf([[FACT]]))).meta.text == "summary"


def test_a_text_that_is_neither_verbatim_nor_a_summary_is_refused(tmp_path: Path) -> None:
    said = refusal(note_that_is(tmp_path, "paraphrase"))
    assert "text: 'paraphrase' is neither verbatim nor summary" in said
    row = {"id": "a", "title": "A", "publisher": "P", "text": FACT, "text_is": ["summary"]}
    said = refusal(written(tmp_path / "a.jsonl", json.dumps(row)))
    assert "text: ['summary'] is neither verbatim nor summary" in said

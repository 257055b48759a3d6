"""A page as it was drafted stands; whatever is done to it is found and named."""

import io
import json
import re
from pathlib import Path

import pytest
from docx import Document

from tests.faces.front import QUESTION, Json, Told, verdict


@pytest.fixture(scope="module")
def drafted(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page in every form that can be checked."""
    folder = tmp_path_factory.mktemp("drafted")
    for form in ("txt", "md", "json", "docx", "html"):
        verdict("draft", QUESTION, "--out", folder / f"page.{form}", "--library", library)
    return folder


@pytest.fixture(scope="module")
def page(drafted: Path) -> Json:
    read: Json = json.loads((drafted / "page.json").read_text("utf-8"))
    return read


def checked(folder: Path, library: Path, text: str) -> Told:
    path = folder / "changed.txt"
    path.write_text(text, "utf-8")
    return verdict("check", path, "--library", library)


DAY = r"\b\d{1,2}(?=, 20\d\d\b)"
"""The day of a date."""


def finding(page: Json, pattern: str) -> str:
    """The first finding of the page whose text has `pattern`, without its full stop."""
    said = [s for section in page["sections"] for s in section["sentences"]]
    texts = [str(s["text"]) for s in said if s["kind"] == "finding"]
    return next(text.rstrip(".") for text in texts if re.search(pattern, text))


@pytest.mark.parametrize("form", ["txt", "md", "json", "docx", "html"])
def test_a_page_stands_as_it_was_drafted(drafted: Path, library: Path, form: str) -> None:
    told = verdict("check", drafted / f"page.{form}", "--library", library)
    assert (told.status, told.err) == (0, "")
    assert re.search(r"\b(\d+) of \1 sentences stand, 0 fall\.", told.out)


def test_a_swapped_citation_is_found(
    drafted: Path, library: Path, tmp_path: Path, page: Json
) -> None:
    text, said = (drafted / "page.txt").read_text("utf-8"), finding(page, "VisaVerge")
    right = re.search(re.escape(said) + r" \[(\d+)\]\.", text)
    assert right
    assert right[1] != "1"
    told = checked(tmp_path, library, text.replace(right[0], f"{said} [1]."))
    assert told.status == 4
    assert f"[1])\n  {said}.\n" in told.out


def test_a_changed_number_is_found(
    drafted: Path, library: Path, tmp_path: Path, page: Json
) -> None:
    text, said = (drafted / "page.txt").read_text("utf-8"), finding(page, DAY)
    changed = re.sub(DAY, "28", said, count=1)
    told = checked(tmp_path, library, text.replace(said, changed))
    assert told.status == 4
    assert "CONTRADICTED" in told.out
    assert f"{changed}." in told.out
    assert "28" in told.out.split("Why: ")[1]


def test_an_altered_quotation_is_found(library: Path, tmp_path: Path) -> None:
    letter = "goldman-nov12-letter"
    url = verdict("library", "show", letter, "--json", "--library", library).json["url"]
    said = (
        'The lawmakers describe the event as part of "a {} pattern" of dangerous incidents and say '
        "ICE broke its own rules [1]."
    )
    listed = f"Sources\n[1] A letter - Representative Dan Goldman - {url}\n"
    true, altered = (
        f"What was said?\n\n{said.format(w)}\n\n{listed}" for w in ("growing", "fading")
    )
    assert checked(tmp_path, library, true).status == 0
    told = checked(tmp_path, library, altered)
    assert told.status == 4
    assert "fading pattern" in told.out


def test_a_number_that_is_not_in_the_list_is_named(
    drafted: Path, library: Path, tmp_path: Path
) -> None:
    text = (drafted / "page.txt").read_text("utf-8")
    told = checked(tmp_path, library, text.replace("[1].", "[1] [44].", 1))
    assert told.status == 4
    assert "[44], which is not in the list of sources" in told.out


def test_a_source_that_the_library_does_not_have_is_named(library: Path, tmp_path: Path) -> None:
    text = (
        "Is it so?\n\nThe bridge fell [1].\n\nSources\n[1] A page - P - https://example.org/page\n"
    )
    told = checked(tmp_path, library, text)
    assert told.status == 4
    assert "Not in the library: [1]" in told.out


def test_programs_get_each_sentence_with_its_ruling(
    drafted: Path, library: Path, tmp_path: Path
) -> None:
    text = (drafted / "page.txt").read_text("utf-8").replace("[1].", "[44].", 1)
    (tmp_path / "page.txt").write_text(text, "utf-8")
    told = verdict("check", tmp_path / "page.txt", "--json", "--library", library)
    assert told.status == 4
    [fallen] = [e for e in told.json["examined"] if 44 in e["sentence"]["numbers"]]
    assert fallen["ruling"]["support"] == "unsupported"
    assert fallen["sentence"]["line"] > 1


def test_a_page_whose_json_was_altered_falls(
    drafted: Path, library: Path, tmp_path: Path, page: Json
) -> None:
    sentence = page["sections"][0]["sentences"][0]
    text = (drafted / "page.json").read_text("utf-8")
    altered = text.replace(
        json.dumps(sentence["text"], ensure_ascii=False), '"It was proven by 877 judges."'
    )
    assert altered != text
    path = tmp_path / "page.json"
    path.write_text(altered, "utf-8")
    told = verdict("check", path, "--library", library)
    assert told.status == 4
    assert "877 judges" in told.out


def test_a_verdict_that_was_altered_is_found(
    drafted: Path, library: Path, tmp_path: Path, page: Json
) -> None:
    said = str(page["verdict"]).capitalize()
    other = "Supported" if said != "Supported" else "Refuted"
    text = (drafted / "page.txt").read_text("utf-8")
    told = checked(tmp_path, library, text.replace(f"Verdict: {said}", f"Verdict: {other}"))
    assert told.status == 4
    assert f"FALLS (verdict line)\n  {other}\n" in told.out


def test_a_heading_with_a_figure_that_nothing_below_it_cites_is_found(
    drafted: Path, library: Path, tmp_path: Path, page: Json
) -> None:
    heading = page["sections"][0]["heading"]
    text = (drafted / "page.txt").read_text("utf-8")
    told = checked(tmp_path, library, text.replace(heading, f"{heading}: 9,876 arrests"))
    assert told.status == 4
    assert re.search(r"FALLS \(line \d+, heading\)\n  .*: 9,876 arrests\n", told.out)


def test_it_says_what_was_checked_around_the_sentences(drafted: Path, library: Path) -> None:
    told = verdict("check", drafted / "page.md", "--library", library)
    assert re.search(r"the title, the verdict line, \d headings; 0 of these fall\.", told.out)


@pytest.mark.parametrize("form", ["md", "json"])
def test_a_piped_text_is_checked_like_a_file(
    drafted: Path, library: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    path = drafted / f"page.{form}"
    monkeypatch.setattr("sys.stdin", io.StringIO(path.read_text("utf-8")))
    piped = verdict("check", "-", "--json", "--library", library)
    assert piped.out == verdict("check", path, "--json", "--library", library).out
    assert piped.status == 0


@pytest.mark.parametrize("form", ["docx", "html"])
def test_a_file_that_names_its_draft_is_compared_with_it(
    drafted: Path, library: Path, form: str
) -> None:
    told = verdict("check", drafted / f"page.{form}", "--library", library)
    assert re.search(
        r"Against draft [0-9a-f]{16}: 0 changed, 0 added, 0 removed, 0 moved, \d+ as they were\.\n",
        told.out,
    )


def test_what_an_editor_did_in_word_is_told_and_what_no_longer_stands(
    drafted: Path, library: Path, tmp_path: Path, page: Json
) -> None:
    said = finding(page, DAY)
    changed = re.sub(DAY, "28", said, count=1)
    word = Document(str(drafted / "page.docx"))
    for paragraph in word.paragraphs:
        for run in paragraph.runs:
            run.text = run.text.replace(said, changed)
    word.add_paragraph("The mayor of Orby left town on Monday.", "Normal")
    body = word.element.body
    heading = next(p for p in word.paragraphs if p.text == "Want to dive deeper?")
    heading._p.addprevious(body[-2])  # before the follow-ups
    path = tmp_path / "edited.docx"
    word.save(str(path))
    told = verdict("check", path, "--library", library)
    assert told.status == 4
    assert f"  Was: {said}.\n  Now: {changed}.\n  Why: " in told.out
    assert "CHANGED (" in told.out
    assert "CONTRADICTED" in told.out
    assert re.search(r"ADDED \(.*, no citation\): UNSUPPORTED\n  Now: The mayor of Orby", told.out)
    assert " 1 added, 0 removed, 0 moved," in told.out
    report = verdict("check", path, "--json", "--library", library).json
    changes = {s["change"] for s in report["comparison"]["sentences"]}
    assert changes == {"kept", "changed", "added"}


def test_a_text_is_compared_with_a_page_in_a_file(
    drafted: Path, library: Path, tmp_path: Path, page: Json
) -> None:
    said = finding(page, "VisaVerge")
    text = re.sub(re.escape(said) + r" [][0-9 ]+\.", "", (drafted / "page.txt").read_text("utf-8"))
    (tmp_path / "page.txt").write_text(text, "utf-8")
    told = verdict(
        *("check", tmp_path / "page.txt", "--against", drafted / "page.json", "--library", library)
    )
    assert f"REMOVED\n  Was: {said}" in told.out
    assert re.search(r"Against the draft: 0 changed, 0 added, [12] removed, 0 moved", told.out)


def test_a_draft_that_is_not_kept_is_said(drafted: Path, library: Path) -> None:
    told = verdict("check", drafted / "page.md", "--against", "0" * 16, "--library", library)
    assert told.status == 2
    assert f"no draft {'0' * 16}" in told.error


def test_a_file_from_another_library_is_checked_by_itself(drafted: Path, small: Path) -> None:
    told = verdict("check", drafted / "page.docx", "--library", small)
    assert told.status == 4
    assert "is not kept beside this library" in told.err
    assert "Against" not in told.out

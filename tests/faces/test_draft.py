import json
import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from evals.form import lint, parse
from tests.faces.front import QUESTION, Json, Told, ended, started, verdict

UNANSWERABLE = (
    "Who funded the Rubik and Brown 5G study?",
    "did the pope get arrested last week",
    "Is it true that Venezuela has the largest oil reserves in the world?",
)
PAGE = {
    "question", "claim", "checked_on", "verdict", "summary", "sections", "follow_ups", "sources",
    "fallen", "evidence", "usage", "timings",
}  # fmt: skip
SOURCE = {
    "n", "id", "title", "publisher", "url", "published", "accessed", "tier", "origin", "sha256",
    "text",
}  # fmt: skip


@pytest.fixture(scope="module")
def text(library: Path) -> Told:
    return verdict("draft", QUESTION, "--library", library)


@pytest.fixture(scope="module")
def page(library: Path) -> Json:
    told = verdict("draft", QUESTION, "--format", "json", "--library", library)
    assert told.status == 0
    drafted: Json = told.json
    return drafted


def sentences(page: Json) -> list[Json]:
    return [*page["summary"], *(s for section in page["sections"] for s in section["sentences"])]


def test_the_seed_question_becomes_a_page_of_the_right_form(text: Told) -> None:
    assert text.status == 0
    assert text.out.startswith(f"{QUESTION}\n")
    assert [broken for broken in lint(text.out) if broken[1] == "MUST"] == []


def test_stdout_is_the_page_and_nothing_else(text: Told) -> None:
    assert parse(text.out).order[-1] == "sources"
    assert text.out.splitlines()[-1].startswith("Drafted on this machine")
    assert text.err == "" or "rejected" in text.err


def test_its_verdict_is_refuted_or_unproven(page: Json) -> None:
    assert page["verdict"] in {"refuted", "unproven"}


def test_it_cites_five_sources_of_four_origins(page: Json) -> None:
    assert len(page["sources"]) >= 5
    assert len({source["origin"] for source in page["sources"]}) >= 4


def test_no_sentence_stands_without_a_quote_that_is_in_the_library(
    page: Json, library: Path
) -> None:
    shown: dict[str, str] = {}
    for sentence in sentences(page):
        assert sentence["ruling"]["support"] == "supported"
        assert sentence["citations"]
        assert sentence["kind"] != "absence" or sentence["ruling"]["certificate"]
        for cited in sentence["citations"]:
            source = cited["source"]
            if source not in shown:
                told = verdict("library", "show", source, "--json", "--library", library)
                shown[source] = told.json["text"]
            assert shown[source][cited["start"] : cited["end"]] == cited["quote"]


def test_the_json_form_has_the_fields_that_scripts_rely_on(page: Json) -> None:
    assert set(page) >= PAGE
    assert all(set(source) >= SOURCE for source in page["sources"])
    assert [source["n"] for source in page["sources"]] == list(range(1, len(page["sources"]) + 1))
    for sentence in sentences(page):
        assert set(sentence) >= {"text", "kind", "citations", "ruling"}
        assert set(sentence["ruling"]) >= {"support", "score", "reason", "clauses", "checks"}
        for cited in sentence["citations"]:
            assert set(cited) == {"source", "passage", "start", "end", "quote"}


def test_the_forms_tell_the_same(text: Told, page: Json, library: Path, tmp_path: Path) -> None:
    for name in ("page.md", "page.html", "page.json"):
        told = verdict("draft", QUESTION, "--out", tmp_path / name, "--library", library)
        assert (told.status, told.out) == (0, "")
        assert f"Written to {tmp_path / name}" in told.err
    drafted = json.loads((tmp_path / "page.json").read_text("utf-8"))
    assert {k: v for k, v in drafted.items() if k != "timings"} == {
        k: v for k, v in page.items() if k != "timings"
    }
    markdown, html = ((tmp_path / f"page.{form}").read_text("utf-8") for form in ("md", "html"))
    assert markdown.startswith("# ")
    assert html.lower().startswith("<!doctype html>")
    for source in page["sources"]:
        assert all(source["url"] in form for form in (text.out, markdown))
        assert source["title"] in unescape(html)


def test_the_form_asked_for_wins_over_the_name_of_the_file(library: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    verdict("draft", QUESTION, "--format", "json", "--out", out, "--library", library)
    assert json.loads(out.read_text("utf-8"))["question"] == QUESTION


def test_nothing_later_than_the_day_asked_for_is_cited(library: Path) -> None:
    question, day = "Does aspartame cause cancer?", "2023-07-01"
    told = verdict("draft", question, "--as-of", day, "--format", "json", "--library", library)
    assert told.status in {0, 3}
    held = told.json["evidence"]
    dates = [s["published"] for s in held["sources"] if s["published"]]
    assert dates
    assert max(map(date.fromisoformat, dates)) <= date.fromisoformat(day)
    everything = verdict("draft", question, "--format", "json", "--library", library).json
    assert held["scope"]["sources"] < everything["evidence"]["scope"]["sources"]


@pytest.mark.parametrize("question", UNANSWERABLE)
def test_what_the_library_cannot_answer_becomes_a_short_page(library: Path, question: str) -> None:
    told = verdict("draft", question, "--library", library)
    assert told.status == 3
    lines = told.out.splitlines()
    read = [line for line in lines if line.startswith("How it was read:")]
    assert len(lines) - len(read) == 5
    assert lines[0].rstrip("?") == question.rstrip("?")
    assert "318 passages" in told.out or "75 sources" in told.out


def test_a_short_page_has_a_form_for_programs(library: Path) -> None:
    told = verdict("draft", UNANSWERABLE[1], "--format", "json", "--library", library)
    assert told.status == 3
    assert told.json["verdict"] is None
    assert told.json["reason"]
    assert set(told.json) >= PAGE


def test_the_short_answer_has_the_verdict_of_the_page(page: Json, library: Path) -> None:
    told = verdict("ask", QUESTION, "--library", library)
    assert told.status == 0
    assert told.out.lower().startswith(page["verdict"])
    data = verdict("ask", QUESTION, "--json", "--library", library).json
    assert data["verdict"] == page["verdict"]
    assert data["points"]
    assert verdict("ask", UNANSWERABLE[1], "--library", library).status == 3


def test_a_draft_is_drafted_the_same_way_twice(text: Told, library: Path) -> None:
    again = [verdict("draft", QUESTION, "--library", library).out for _ in range(2)]
    assert again[0] == again[1]  # the first draft of all has no earlier one to name


def test_a_reader_that_stops_reading_is_no_failure(library: Path) -> None:
    process = started("search", QUESTION, "-k", "200", "--library", library)
    assert process.stdout
    process.stdout.close()
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err


def test_an_empty_own_library_is_filled_on_first_use(tmp_path: Path) -> None:
    home = tmp_path / "home" / "library"
    before = f"import os; os.environ['VERDICT_LIBRARY'] = {str(home)!r}"
    told = ended(started("draft", QUESTION, before=before))
    assert told.status == 0
    assert told.out.startswith(QUESTION)
    assert (home / "library.sqlite3").exists()


def test_a_self_test_plants_errors_and_counts_those_caught(library: Path) -> None:
    told = verdict("draft", QUESTION, "--self-test", "--library", library)
    assert told.status == 0
    assert re.search(r"Self-test: \d+ of \d+ planted errors caught \(\d+ %\)\.", told.err)
    assert re.search(r"^  number +\d+ of +\d+$", told.err, re.MULTILINE)


def test_no_words_of_a_summary_stand_in_marks_on_the_page(page: Json, library: Path) -> None:
    assert {source["text"] for source in page["sources"]} == {"summary"}
    said = [s for s in sentences(page) if s["kind"] != "inference"]
    marks = [m for s in said for m in re.findall('["\u201c]([^"\u201d]+)["\u201d]', s["text"])]
    held = "\n".join(passage["text"] for passage in page["evidence"]["passages"])
    assert all(f'"{words}"' in held for words in marks if len(words.split()) > 1)
    html = verdict("draft", QUESTION, "--format", "html", "--library", library).out
    assert "<q>" not in html
    assert "Summary of the source:" in html
    assert ":~:text=" not in html


WALL = "Is the Great Wall of China visible from the Moon?"


def test_a_claimreview_is_written_of_a_verdict_alone(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = ("--format", "claimreview", "--library", library)
    refused = verdict("draft", UNANSWERABLE[1], *review)
    assert (refused.status, refused.out) == (3, "")
    assert "No ClaimReview was written" in refused.error
    assert verdict("draft", UNANSWERABLE[1], "--unproven", *review).json["@type"] == "ClaimReview"
    assert verdict("draft", WALL, *review).json["creativeWorkStatus"] == "Draft"
    monkeypatch.setenv("VERDICT_PUBLISH_URL", "https://desk.example.org/checks/{draft}")
    monkeypatch.setenv("VERDICT_PUBLISH_NAME", "The Desk")
    published = verdict("draft", WALL, *review).json
    assert re.fullmatch(r"https://desk\.example\.org/checks/[0-9a-f]{16}", published["url"])
    assert published["author"]["name"] == "The Desk"
    monkeypatch.setenv("VERDICT_PUBLISH_URL", "ftp://desk.example.org")
    assert "VERDICT_PUBLISH_URL" in verdict("draft", WALL, *review).error


def test_the_sources_of_a_page_are_exported(library: Path, tmp_path: Path) -> None:
    items = verdict("draft", WALL, "--format", "csl", "--library", library).json
    verdict("draft", WALL, "--out", tmp_path / "wall.bib", "--library", library)
    entries = re.findall(r"^@\w+\{", (tmp_path / "wall.bib").read_text("utf-8"), re.MULTILINE)
    assert len(items) == len(entries) > 2

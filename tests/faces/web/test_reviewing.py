"""Drafts in review through the API: versions, ETags, lists page by page, files."""

import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from docx import Document

from agent.render import FILES, FORMATS, render
from agent.service import Desk
from agent.types import Page, Question, VerdictLabel
from retrieval import Library
from tests.faces.web.place import API, Site, drafted_as, site
from tests.fakes_jobs import DAY, MemoryJobs


def first_line(site: Site, draft: str) -> str:
    document = site.services.reviews.get(draft).document
    return next(line.id for section in document.sections for line in section.lines)


def test_the_etag_is_the_version_and_a_change_makes_the_next(alone: Site, draft: str) -> None:
    program = alone.program()
    assert program.get(f"{API}/drafts/{draft}").headers["etag"] == '"1"'
    edit = {"do": "edit", "line": first_line(alone, draft), "text": "Cops are not agents."}
    sent = program.post(f"{API}/drafts/{draft}/actions", json=edit, headers={"if-match": '"1"'})
    assert sent.status_code == 200
    assert sent.headers["etag"] == '"2"'
    assert sent.json()["version"] == 2


def test_a_change_of_what_somebody_changed_meanwhile_is_refused(alone: Site, draft: str) -> None:
    edit = {"do": "edit", "line": first_line(alone, draft), "text": "Cops are not agents."}
    to = f"{API}/drafts/{draft}/actions"
    assert alone.program().post(to, json=edit, headers={"if-match": '"1"'}).status_code == 200
    again = alone.program().post(to, json=edit | {"text": "No."}, headers={"if-match": '"1"'})
    assert again.status_code == 412
    assert again.headers["content-type"] == "application/problem+json"
    assert alone.services.reviews.get(draft).version == 2


def test_an_if_match_that_is_no_etag_is_told(alone: Site, draft: str) -> None:
    sent = alone.program().post(
        f"{API}/drafts/{draft}/actions", json={"do": "accept"}, headers={"if-match": "seven"}
    )
    assert sent.status_code == 422


def test_what_the_status_forbids_is_a_conflict(alone: Site, draft: str) -> None:
    sent = alone.program().post(
        f"{API}/drafts/{draft}/actions", json={"do": "status", "status": "void"}
    )
    assert sent.status_code == 409


@pytest.mark.parametrize(
    "part", ["", "/versions", "/trail", "/passages?q=x", "/export/md", "/compare?old=1&new=1"]
)
def test_a_draft_that_there_is_not_is_not_found(alone: Site, part: str) -> None:
    assert alone.program().get(f"{API}/drafts/0123456789abcdef{part}").status_code == 404


def test_an_action_that_there_is_not_is_refused_in_words(alone: Site, draft: str) -> None:
    sent = alone.program().post(f"{API}/drafts/{draft}/actions", json={"do": "burn"})
    assert sent.status_code == 422
    assert "do" in sent.json()["detail"]


def test_lists_come_page_by_page_until_the_last(alone: Site, page: Page) -> None:
    for n in range(7):
        question = Question(text=f"Is bridge {n} closed?", asked_on=DAY)
        made = drafted_as(page, question)
        assert isinstance(made, Page)
        alone.services.reviews.adopt(made)
    address: str | None = f"{API}/drafts?limit=3"
    seen: list[str] = []
    pages = 0
    while address:
        answer = alone.program().get(address)
        seen += [row["id"] for row in answer.json()["drafts"]]
        link = answer.headers.get("link", "")
        address = link[1 : link.index(">")] if link else None
        assert address is None or not urlsplit(address).netloc
        pages += 1
    assert (len(seen), len(set(seen)), pages) == (7, 7, 3)


def test_a_list_is_narrowed_by_status_assignee_and_words(alone: Site, draft: str) -> None:
    program = alone.program()
    program.post(f"{API}/drafts/{draft}/actions", json={"do": "assign", "assignee": "Bo"})
    for query, found in (
        ("status=draft", 1), ("status=approved", 0), ("assignee=Bo", 1), ("assignee=Al", 0),
        ("q=cops", 1), ("q=bridges", 0),
    ):  # fmt: skip
        assert len(program.get(f"{API}/drafts?{query}").json()["drafts"]) == found, query


@pytest.mark.parametrize("form", [*FORMATS, *FILES])
def test_every_form_of_the_page_is_a_file_to_keep(alone: Site, draft: str, form: str) -> None:
    answer = alone.program().get(f"{API}/drafts/{draft}/export/{form}")
    assert answer.status_code == 200
    assert answer.content
    assert answer.headers["content-disposition"].startswith("attachment; filename=")


def test_a_form_that_there_is_not_names_those_that_there_are(alone: Site, draft: str) -> None:
    answer = alone.program().get(f"{API}/drafts/{draft}/export/pdf")
    assert answer.status_code == 404
    assert "docx" in answer.json()["detail"]


def test_a_claim_without_a_verdict_gets_a_claimreview_only_where_it_is_asked_for(
    alone: Site, draft: str, page: Page
) -> None:
    browser, to = alone.browser(), f"/drafts/{unproven(alone, page)}/export/claimreview"
    told = browser.get(to)
    assert told.status_code == 409
    assert "readers of a ClaimReview take it for a rating" in told.text
    again = re.search(r'href="([^"]+)">Write it anyway', told.text)
    assert again
    answer = browser.get(again[1])
    assert answer.headers["content-type"] == "application/ld+json"
    program = alone.program().get(f"{API}{to}")
    assert program.status_code == 409
    assert "unproven=true" in program.json()["detail"]
    assert alone.program().get(f"{API}{to}?unproven=true").status_code == 200


def unproven(site: Site, page: Page) -> str:
    """Id of a draft whose verdict is unproven."""
    verdict = {**dict(page.verdict), "label": VerdictLabel.UNPROVEN}
    return site.services.reviews.adopt(Page.model_validate({**dict(page), "verdict": verdict}))


def test_a_claimreview_names_the_publisher_of_the_settings(
    tmp_path: Path, opened: Library, desk: Desk, jobs: MemoryJobs, page: Page
) -> None:
    said = {"publish_url": "https://paper.example.org/{draft}", "publish_name": "The Paper"}
    with site(tmp_path, opened, desk, jobs, **said) as found:
        draft = found.services.reviews.adopt(page)
        review = found.program().get(f"{API}/drafts/{draft}/export/claimreview?unproven=true")
    assert review.json()["url"] == f"https://paper.example.org/{draft}"
    assert review.json()["author"]["name"] == "The Paper"


def test_what_readers_are_told_stands_on_top_of_every_page(alone: Site, draft: str) -> None:
    program = alone.program()
    words = "An earlier page gave another year [1] <b>."
    for status in ("in review", "approved", "corrected"):
        sent = {"do": "status", "status": status, "reason": words}
        assert program.post(f"{API}/drafts/{draft}/actions", json=sent).status_code == 200
    day = f"{datetime.now(UTC):%B} {datetime.now(UTC).day}, {datetime.now(UTC).year}"
    for form in ("text", "md", "html", "docx", "json"):
        content = program.get(f"{API}/drafts/{draft}/export/{form}").content
        if form == "docx":
            content = "\n".join(p.text for p in Document(BytesIO(content)).paragraphs).encode()
        told = re.search(rb"Correction, [^:]+: An earlier page gave another year.*", content)
        assert told, form
        assert day.encode() in told[0]
        assert form == "json" or content.index(told[0]) < content.index(b"Executive summary")
        assert form != "html" or b"<b>" not in told[0]
    review = program.get(f"{API}/drafts/{draft}/export/claimreview?unproven=true").json()
    assert review["correction"][0].startswith("Correction, ")


@pytest.mark.parametrize("form", ["text", "md", "html", "docx"])
def test_a_notice_is_no_sentence_of_a_copy(alone: Site, draft: str, form: str) -> None:
    program = alone.program()
    for status in ("in review", "approved", "corrected"):
        sent = {"do": "status", "status": status, "reason": "The year was wrong. It was 2024."}
        program.post(f"{API}/drafts/{draft}/actions", json=sent)
    copy = program.get(f"{API}/drafts/{draft}/export/{form}").content
    name = f"x.{'txt' if form == 'text' else form}"
    found = alone.browser().post(f"/drafts/{draft}/copy", files={"file": (name, copy)})
    assert "Nothing is left to take over" in found.text


def test_of_a_withdrawn_draft_no_claimreview_is_written(alone: Site, draft: str) -> None:
    program = alone.program()
    for status in ("in review", "approved", "void"):
        sent = {"do": "status", "status": status, "reason": "The source was forged."}
        assert program.post(f"{API}/drafts/{draft}/actions", json=sent).status_code == 200
    to = f"/drafts/{draft}/export/claimreview?unproven=true"
    assert program.get(f"{API}{to}").status_code == 409
    told = alone.browser().get(to)
    assert "was withdrawn" in told.text
    assert "Write it anyway" not in told.text
    assert b"Withdrawn, " in program.get(f"{API}/drafts/{draft}/export/text").content


def test_a_red_draft_is_not_exported(alone: Site, draft: str) -> None:
    edit = {"do": "edit", "line": first_line(alone, draft), "text": "The moon is made of cheese."}
    alone.program().post(f"{API}/drafts/{draft}/actions", json=edit)
    assert alone.program().get(f"{API}/drafts/{draft}/export/md").status_code == 409


def test_the_trail_names_who_did_what_and_is_whole(alone: Site, draft: str) -> None:
    alone.program().post(f"{API}/drafts/{draft}/actions", json={"do": "comment", "text": "Why?"})
    trail = alone.program().get(f"{API}/drafts/{draft}/trail").json()
    assert trail["broken_at"] is None
    assert [(e["who"], e["action"]) for e in trail["events"]][-1] == ("Ada Reed", "comment")


def test_versions_compare_sentence_by_sentence(alone: Site, draft: str) -> None:
    line = first_line(alone, draft)
    edit = {"do": "edit", "line": line, "text": "Cops are not agents."}
    alone.program().post(f"{API}/drafts/{draft}/actions", json=edit)
    rows = alone.program().get(f"{API}/drafts/{draft}/versions").json()["versions"]
    assert [row["version"] for row in rows] == [2, 1]
    changes = alone.program().get(f"{API}/drafts/{draft}/compare?old=1&new=2").json()["changes"]
    assert line in {one["line"] for one in changes if one["change"] == "changed"}


def test_passages_are_found_for_a_sentence(alone: Site, draft: str) -> None:
    found = alone.program().get(f"{API}/drafts/{draft}/passages?q=sanctuary law&limit=3").json()
    assert len(found["hits"]) == 3


def test_a_cited_text_is_ruled_on(alone: Site, page: Page) -> None:
    sent = alone.program().post(f"{API}/check", json={"text": render(page, "json")})
    told = sent.json()
    assert (told["fall"], told["unknown_sources"]) == (0, [])
    assert told["stand"] == len(told["sentences"]) > 3


def test_a_text_with_nothing_to_check_is_told(alone: Site) -> None:
    sent = alone.program().post(f"{API}/check", json={"text": "# Nothing\n"})
    assert sent.status_code == 422
    assert sent.headers["content-type"] == "application/problem+json"

"""What pages show and what their forms do, without a browser."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from httpx import Response
from starlette.datastructures import FormData

from agent.faces.web.accounts import Role
from agent.faces.web.drafts import action_of
from agent.faces.web.layout import Layout, state_of
from agent.faces.web.marking import stretches, words_changed
from agent.faces.web.pages import ago, verbatim
from agent.faces.web.stances import stance_rows
from agent.review.types import (
    AcceptLines,
    AddComment,
    ChangeStatus,
    EditFollowUps,
    EditLine,
    LineChange,
    Status,
)
from agent.types import Page, Stance
from tests.faces.front import QUESTION
from tests.faces.web.place import Browser, Site

FALSE = "The New York police arrested ten thousand ICE agents on Mars."


@pytest.fixture
def browser(alone: Site) -> Browser:
    return alone.browser()


def words_of(html: str) -> str:
    """A page as a person reads it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def act(browser: Browser, draft: str, **fields: object) -> str:
    """Send a form of the draft page and follow where it leads; the page in words."""
    return words_of(followed(browser, browser.post(f"/drafts/{draft}/act", dict(fields))))


def followed(browser: Browser, answer: Response) -> str:
    """The page to which a form led."""
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["location"].partition("#")[0]).text


# The desk


def test_an_asked_question_leads_to_its_job_and_then_to_its_draft(browser: Browser) -> None:
    answer = browser.post("/ask", {"question": "Can 5G masts spread the coronavirus?"})
    job = answer.headers["location"]
    assert job.startswith("/jobs/")
    while not (led := browser.get(job)).is_redirect:
        assert "Can 5G masts spread the coronavirus?" in led.text
    assert re.fullmatch("/drafts/[0-9a-f]{16}", led.headers["location"])


def test_a_plan_is_shown_pruned_and_followed(browser: Browser, alone: Site) -> None:
    asked = {"question": "Do wind turbines harm whales?", "as_of": "2026-01-31"}
    shown = browser.post("/plan", asked)
    words = words_of(shown.text)
    assert "wind turbines harm whales" in words
    assert "wind turbines do not harm whales" in words
    assert shown.text.count('type="checkbox"') >= 4
    assert alone.services.jobs.recent() == []
    kept = {**asked, "queries": ["wind turbines harm whales", "", " noise  of turbines "]}
    answer = browser.post("/ask", kept)
    [job] = alone.services.jobs.recent()
    assert answer.headers["location"].startswith("/jobs/")
    assert job.question.queries == ("wind turbines harm whales", "noise of turbines")
    assert job.question.as_of == date(2026, 1, 31)


def test_a_plan_without_a_search_is_refused(browser: Browser, alone: Site) -> None:
    answer = browser.post("/ask", {"question": "Do wind turbines harm whales?", "queries": " "})
    assert answer.status_code == 422
    assert "Keep one search at least" in words_of(answer.text)
    assert alone.services.jobs.recent() == []


def test_a_question_without_words_is_refused_in_its_place(browser: Browser) -> None:
    answer = browser.post("/ask", {"question": "   "})
    assert answer.status_code == 422
    assert "The question is empty" in words_of(answer.text)


def test_a_day_that_is_none_is_refused_and_the_question_kept(browser: Browser) -> None:
    answer = browser.post("/ask", {"question": "Is the Moon hollow?", "as_of": "soon"})
    assert answer.status_code == 422
    assert "Is the Moon hollow?" in answer.text


def test_a_checked_question_is_shown_before_it_is_drafted_anew(
    browser: Browser, draft: str, alone: Site
) -> None:
    answer = browser.post("/ask", {"question": QUESTION})
    assert "Already checked" in words_of(answer.text)
    assert f"/drafts/{draft}" in answer.text
    assert alone.services.jobs.recent() == []


def test_the_list_narrows_by_status_editor_and_words(browser: Browser, draft: str) -> None:
    act(browser, draft, do="assign", assignee="Ada Reed")
    for kept in ("status=draft", "assignee=Ada+Reed", "q=nyc"):
        assert f"/drafts/{draft}" in browser.get(f"/?{kept}").text, kept
    for empty in ("status=approved", "assignee=Bo", "q=volcano"):
        page = browser.get(f"/?{empty}").text
        assert f"/drafts/{draft}" not in page, empty
        assert "No draft fits these filters." in page


# The draft


def test_every_sentence_stands_on_the_page_with_its_mark_and_its_citations(
    browser: Browser, draft: str, alone: Site
) -> None:
    html = browser.get(f"/drafts/{draft}").text
    layout = Layout(alone.services.review(draft))
    for part in layout.parts:
        assert f'id="{part.id}"' in html
        for shown in part.lines:
            assert f'id="{shown.line.id}"' in html
            assert shown.label in {"not read", "read"}
            assert shown.cites
    assert layout.tally.unread == layout.tally.lines == html.count('<li class="line unread')


def test_a_form_edits_and_the_page_says_what_came_of_it(browser: Browser, draft: str) -> None:
    said = act(browser, draft, do="edit", line="s1", text=FALSE, version="1")
    assert "Rejected: " in said
    assert FALSE.rstrip(".") in said
    assert "1 rejected" in said


def test_what_is_refused_comes_back_with_the_words_that_were_typed(
    browser: Browser, draft: str
) -> None:
    act(browser, draft, do="edit", line="s1", text=FALSE, version="1")
    answer = browser.post(
        f"/drafts/{draft}/act", {"do": "edit", "line": "s1", "text": "Mine.", "version": "1"}
    )
    assert answer.status_code == 412
    assert ">Mine.</textarea>" in answer.text
    assert 'name="version" value="2"' in answer.text


def test_a_change_elsewhere_does_not_stop_an_edit(browser: Browser, draft: str) -> None:
    act(browser, draft, do="accept", line="s2", version="1")
    assert "Rejected: " in act(browser, draft, do="edit", line="s1", text=FALSE, version="1")


def test_a_reason_names_no_id_of_ours(browser: Browser, draft: str) -> None:
    answer = browser.post(f"/drafts/{draft}/act", {"do": "weaken", "line": "s1", "version": "1"})
    assert answer.status_code == 409
    said = re.search(r'id="said"[^>]*>([^<]+)', answer.text)
    assert said is not None
    assert "s1" not in said[1]
    assert said[1].startswith("The sentence")


def test_approving_a_rejected_sentence_is_offered_only_with_an_override(
    browser: Browser, draft: str
) -> None:
    act(browser, draft, do="edit", line="s1", text=FALSE, version="1")
    said = act(browser, draft, do="status", status="in review", version="2")
    assert "Approve with an override" in said
    refused = browser.post(
        f"/drafts/{draft}/act", {"do": "status", "status": "approved", "version": "2"}
    )
    assert refused.status_code == 409
    fields = {"do": "status", "status": "approved", "version": "2", "override": "true"}
    said = act(browser, draft, **fields, reason="It is an example.")
    assert "Approved although sentences are rejected" in said
    assert "It is an example." in said


def test_a_reader_sees_no_forms_of_editors(shared: Site, page: Page) -> None:
    draft = shared.services.reviews.adopt(page)

    shared.signed_in("admin", Role.ADMIN)
    reader = shared.signed_in("reader", Role.READER)
    html = reader.get(f"/drafts/{draft}").text
    assert f"/drafts/{draft}/act" not in html
    assert 'name="do"' not in html


def test_an_earlier_version_can_be_read_and_not_changed(browser: Browser, draft: str) -> None:
    act(browser, draft, do="edit", line="s1", text=FALSE, version="1")
    html = browser.get(f"/drafts/{draft}?version=1").text
    assert FALSE not in html
    assert 'name="do"' not in html
    assert browser.get(f"/drafts/{draft}?version=9").status_code == 404


@pytest.mark.parametrize("path", ["", "/versions", "/trail", "/lines/s1", "/sources/nypd"])
def test_an_unknown_draft_has_a_page_that_says_so(browser: Browser, path: str) -> None:
    answer = browser.get(f"/drafts/0123456789abcdef{path}")
    assert answer.status_code == 404
    assert "<h1" in answer.text


# Its sources


def test_the_stored_source_marks_what_the_sentence_cites(
    browser: Browser, draft: str, alone: Site
) -> None:
    layout = Layout(alone.services.review(draft))
    shown = next(s for part in layout.parts for s in part.lines if s.cites)
    html = browser.get(shown.cites[0].href.partition("#")[0]).text
    marked = " ".join(unescape(m) for m in re.findall(r"<mark[^>]*>([^<]+)</mark>", html))
    assert html.count('id="mark"') == 1
    for quote in shown.cites[0].quotes:
        assert " ".join(quote.words.split()) in " ".join(marked.split())


def test_a_source_that_is_gone_is_shown_as_the_draft_kept_it(ours: Site, page: Page) -> None:
    draft = ours.services.reviews.adopt(page)
    layout = Layout(ours.services.review(draft))
    shown = next(s for part in layout.parts for s in part.lines if s.cites)
    source = shown.cites[0].source.id
    browser = ours.browser()
    said = words_of(followed(browser, browser.post(f"/library/{source}/remove")))
    assert "no longer in the library" in said
    html = browser.get(shown.cites[0].href.partition("#")[0]).text
    assert "The library no longer holds this source" in html
    assert '<mark id="mark"' in html
    assert "Check them again" in browser.get(f"/drafts/{draft}").text
    assert "The library no longer holds this source" in browser.get(f"/library/{source}").text


def test_the_table_says_of_every_source_whether_it_counts(alone: Site, draft: str) -> None:
    layout = Layout(alone.services.review(draft))
    rows = stance_rows(layout)
    assert {row.source.id for row in rows} <= set(layout.sources)
    counted = [row for row in rows if row.counted.startswith("yes")]
    tally = layout.document.verdict.tally
    assert {r.source.origin for r in counted} == {
        *tally.supporting,
        *tally.opposing,
        *tally.partly,
    }
    assert all(
        row.counted == "no: it takes no side" for row in rows if row.stance is Stance.NEITHER
    )


def test_passages_of_the_library_are_offered_for_a_sentence(browser: Browser, draft: str) -> None:
    typed = {"text": "Officers were hurt.", "q": "officers hurt in a raid", "find": "1"}
    html = browser.post(f"/drafts/{draft}/lines/s1", typed).text
    assert html.count('name="passages"') >= 4
    assert ">Officers were hurt.</textarea>" in html


# The library


def test_a_source_shows_which_sentences_cite_it(browser: Browser, draft: str, alone: Site) -> None:
    layout = Layout(alone.services.review(draft))
    shown = next(s for part in layout.parts for s in part.lines if s.cites)
    html = browser.get(f"/library/{shown.cites[0].source.id}").text
    assert f"/drafts/{draft}#{shown.line.id}" in html
    assert "1 draft" in words_of(browser.get("/library").text)


def test_a_file_is_added_and_vouched_for_by_whoever_adds_it(ours: Site) -> None:
    browser = ours.browser()
    text = "The council closed the old bridge after an inspection found cracks in its piers. " * 3
    fields = {"title": "Bridge closed", "publisher": "The Courier", "tier": "2"}
    fields |= {"url": "https://courier.example.org/bridge", "published": "2026-03-04"}
    answer = browser.post("/library/add", fields, files={"file": ("bridge.txt", text.encode())})
    said = words_of(followed(browser, answer))
    assert "It is in the library now." in said
    assert "Bridge closed" in said
    assert ours.services.alone in said


def test_a_file_that_cannot_be_read_is_refused_and_the_fields_kept(browser: Browser) -> None:
    answer = browser.post("/library/add", {"title": "A tune"}, files={"file": ("tune.mp3", b"ID3")})
    assert answer.status_code == 422
    assert 'value="A tune"' in answer.text


# Pieces


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        ([("do", "accept"), ("line", "s1")], AcceptLines(lines=("s1",))),
        ([("do", "accept"), ("csrf", "x"), ("version", "3")], AcceptLines()),
        (
            [("do", "edit"), ("line", "s1"), ("text", "A."), ("cited", "p"), ("passages", "p")],
            EditLine(line="s1", text="A."),
        ),
        (
            [("do", "edit"), ("line", "s1"), ("text", "A."), ("cited", "p"), ("passages", "q")],
            EditLine(line="s1", text="A.", passages=("q",)),
        ),
        (
            [("do", "edit"), ("line", "s1"), ("text", "A."), ("cited", "p")],
            EditLine(line="s1", text="A.", passages=()),
        ),
        (
            [("do", "follow-ups"), ("questions", " One?\r\n\r\nTwo?  ")],
            EditFollowUps(questions=("One?", "Two?")),
        ),
        ([("do", "comment"), ("text", "Why?")], AddComment(text="Why?")),
        (
            [("do", "status"), ("status", "approved"), ("override", "true"), ("reason", "R")],
            ChangeStatus(status=Status.APPROVED, override=True, reason="R"),
        ),
    ],
)
def test_forms_become_actions(fields: list[tuple[str, str]], action: object) -> None:
    assert action_of(FormData(fields)) == action


def test_marked_stretches_give_the_whole_text_back() -> None:
    text = "abcdefghij"
    pieces = stretches(text, [(6, 8), (1, 3), (2, 4), (9, 40), (20, 30)], None)
    assert "".join(p.text for p in pieces) == text
    assert [p.text for p in pieces if p.marked] == ["bcd", "gh", "j"]
    assert [p.text for p in pieces if p.first] == ["bcd"]


def test_a_long_text_is_cut_around_what_is_marked() -> None:
    text = "x" * 50 + "WORDS" + "y" * 50
    assert "".join(p.text for p in stretches(text, [(50, 55)], 10)) == text[40:65]
    assert "".join(p.text for p in stretches(text, [], 10)) == text[:20]


def test_changed_words_are_told_apart() -> None:
    change = LineChange(
        line="s1", change="changed", before="It cannot be seen.", after="It can be seen."
    )
    assert [(w.kind, w.text) for w in words_changed(change)] == [
        ("same", "It"),
        ("gone", "cannot"),
        ("new", "can"),
        ("same", "be seen."),
    ]


def test_time_is_told_as_people_do() -> None:
    now = datetime(2026, 5, 10, 12, tzinfo=UTC)
    told = [ago(now - timedelta(seconds=s), now) for s in (5, 60, 7_200, 86_400, 30 * 86_400)]
    assert told == ["just now", "1 minute ago", "2 hours ago", "1 day ago", "April 10, 2026"]


def test_text_keeps_its_lines_and_loses_what_cannot_be_seen() -> None:
    assert verbatim("a\n<b>\u202ec\x00") == "a\n&lt;b&gt;c"


def test_a_note_is_no_rejected_sentence(alone: Site, draft: str) -> None:
    line = alone.services.review(draft).document.sections[0].lines[0]
    note = type(line)(**{**dict(line), "note": True})
    assert (state_of(line), state_of(note)) == ("unread", "note")


def words_on(browser: Browser, path: str) -> str:
    html = browser.get(path).text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_what_is_rejected_on_the_page_and_what_lies_in_the_tray_are_told_apart(
    browser: Browser, draft: str, alone: Site
) -> None:
    held = len(alone.services.review(draft).document.tray)
    act(browser, draft, do="edit", line="s1", text=FALSE, version="1")
    act(browser, draft, do="drop", line="s2", version="2")
    act(browser, draft, do="comment", text="Who says so?", version="3")
    act(browser, draft, do="status", status="in review", version="3")
    words = words_on(browser, f"/drafts/{draft}")
    assert f"1 rejected {held + 1} in the tray" in words
    unread = Layout(alone.services.review(draft)).tally
    assert f"Nobody has read {unread.unread} of {unread.lines} sentences yet." in words
    assert "1 comment is open." in words
    assert "1 rejected" in words_on(browser, "/")


def test_a_refusal_names_sentences_by_their_words(
    browser: Browser, draft: str, alone: Site
) -> None:
    act(browser, draft, do="edit", line="s1", text=FALSE, version="1")
    act(browser, draft, do="status", status="in review", version="2")
    told = browser.get(f"/drafts/{draft}/export/md").text
    assert " ".join(FALSE.split()[:6]) in unescape(told)
    assert not re.search(r"\bs1\b", re.sub(r"<[^>]+>", " ", told))
    gone = browser.post(f"/drafts/{draft}/act", {"do": "drop", "line": "s99", "version": "2"})
    assert "There is no such sentence." in gone.text


def test_the_trail_tells_in_words_what_was_done(browser: Browser, draft: str) -> None:
    act(browser, draft, do="edit", line="s1", text=FALSE, version="1")
    act(browser, draft, do="status", status="in review", version="2")
    words = words_on(browser, f"/drafts/{draft}/trail")
    assert "Status from draft to in review" in words
    assert f"Now {FALSE}" in words
    assert "As it is recorded" in words


def test_readers_of_a_correction_and_of_a_withdrawal_are_told_under_names_of_their_own(
    browser: Browser, draft: str
) -> None:
    for status in ("in review", "approved"):
        act(browser, draft, do="status", status=status, version="1")
    html = browser.get(f"/drafts/{draft}").text
    labels = re.findall(r'<label for="reason-\d+">([^<]+)', html)
    assert len(labels) == len(set(labels)) == 2

"""An edited copy of a draft comes back: what changed, what stands, and what is taken over."""

import json
import re
from collections.abc import Callable
from html import unescape
from io import BytesIO

import pytest
from docx import Document
from docx.text.paragraph import Paragraph

from agent.faces.web.accounts import Role
from agent.faces.web.api_checks import WORD
from agent.render import render, render_file
from agent.review.types import DropLine, EditLine, Line
from agent.types import Page
from tests.faces.web.place import API, Browser, Site

ADDED = "amNewYork writes about a scuffle in Washington Heights [3]."
FALSE = "The New York police arrested ten thousand ICE agents on Mars [3]."
OTHER = "Lawmakers say that two officers were hurt."


def lines(site: Site, draft: str) -> list[Line]:
    document = site.services.reviews.get(draft).document
    return [line for section in document.sections for line in section.lines]


def texts(site: Site, draft: str) -> list[str]:
    return [line.text for line in lines(site, draft)]


@pytest.fixture
def word(alone: Site, draft: str) -> bytes:
    answer = alone.browser().get(f"{API}/drafts/{draft}/export/docx")
    assert answer.status_code == 200
    return answer.content


def edited(word: bytes, *edits: Callable[[Paragraph], object]) -> bytes:
    """A Word file in which each edit was made in each paragraph."""
    document, kept = Document(BytesIO(word)), BytesIO()
    for paragraph in document.paragraphs:
        for edit in edits:
            edit(paragraph)
    document.save(kept)
    return kept.getvalue()


def adds(words: str, behind: str) -> Callable[[Paragraph], object]:
    """Adds a sentence to the paragraph that has some words."""
    return lambda paragraph: behind in paragraph.text and paragraph.add_run(f" {words}")


def replaces(old: str, new: str) -> Callable[[Paragraph], object]:
    def replace(paragraph: Paragraph) -> None:
        for run in paragraph.runs:
            if old in run.text:
                run.text = run.text.replace(old, new)

    return replace


def removes(beginning: str) -> Callable[[Paragraph], object]:
    """Takes a sentence away with its numbers and its stop."""

    def remove(paragraph: Paragraph) -> None:
        parts = list(paragraph.iter_inner_content())
        starts = [n for n, part in enumerate(parts) if part.text.startswith(beginning)]
        for start in starts:
            for part in parts[start:]:
                part._element.getparent().remove(part._element)
                if part.text.strip() == ".":
                    break

    return remove


def bring(browser: Browser, draft: str, data: bytes, name: str = "copy.docx") -> str:
    answer = browser.post(f"/drafts/{draft}/copy", files={"file": (name, data)})
    assert answer.status_code == 200, answer.text
    return answer.text


def take(browser: Browser, draft: str, page: str, which: str) -> str:
    """Press a button of the page; the page after it."""
    fields = dict(re.findall(r'<input type="hidden" name="(version|copy)" value="([^"]*)">', page))
    sent = {name: unescape(value) for name, value in fields.items()} | {"take": which}
    answer = browser.post(f"/drafts/{draft}/copy/take", sent)
    assert answer.status_code == 200, answer.text
    return answer.text


def words_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def rows(page: str) -> list[str]:
    """The changes that a page shows, in words."""
    return [words_of(row) for row in re.findall(r'(?s)<li class="change .*?</li>', page)]


def test_a_copy_that_nobody_edited_has_nothing_to_take_over(
    alone: Site, draft: str, page: Page
) -> None:
    forms = {f"x.{form}": render(page, form).encode() for form in ("html", "md", "json")}
    forms |= {"x.docx": render_file(page, "docx"), "x.txt": render(page, "text").encode()}
    for name, data in forms.items():
        assert "Nothing is left to take over" in bring(alone.browser(), draft, data, name), name


def test_each_change_is_shown_with_its_ruling_and_taken_over_alone(
    alone: Site, draft: str, word: bytes
) -> None:
    browser, before = alone.browser(), texts(alone, draft)
    copy = edited(word, adds(ADDED, before[2][:40]), adds(FALSE, before[4][:40]))
    page = bring(browser, draft, copy)
    good, bad = rows(page)
    assert good.startswith("Added: stands")
    assert bad.startswith("Added: does not stand")
    assert "arrested ten thousand" in bad
    page = take(browser, draft, page, "0")
    assert "It stands" in words_of(page)
    assert [row[:21] for row in rows(page)] == ["Added: does not stand"]
    now = texts(alone, draft)
    assert "amNewYork writes about a scuffle in Washington Heights." in now
    assert set(before) < set(now)
    assert not [text for text in now if "Mars" in text]


def test_an_added_sentence_stands_where_the_copy_has_it_and_cites_its_passages(
    alone: Site, draft: str, word: bytes
) -> None:
    before = texts(alone, draft)
    page = bring(alone.browser(), draft, edited(word, adds(ADDED, before[2][:40])))
    take(alone.browser(), draft, page, "0")
    document = alone.services.reviews.get(draft).document
    summary = document.sections[0].lines
    assert summary[-1].text == ADDED.replace(" [3]", "")
    assert {c.source for c in summary[-1].citations} == {summary[2].citations[0].source}
    assert summary[-1].by == "Ada Reed"


def test_all_that_stand_are_taken_over_and_what_falls_is_left(
    alone: Site, draft: str, word: bytes
) -> None:
    browser, before = alone.browser(), texts(alone, draft)
    copy = edited(
        word, removes(before[3][:30]), adds(ADDED, before[2][:40]), adds(FALSE, before[4][:40])
    )
    page = take(browser, draft, bring(browser, draft, copy), "all")
    assert "2 taken over." in words_of(page)
    now = texts(alone, draft)
    assert before[3] not in now
    assert ADDED.replace(" [3]", "") in now
    assert not [text for text in now if "Mars" in text]
    assert len(rows(page)) == 1
    assert "Take over all the same" in page


def test_a_sentence_made_false_is_told_and_can_be_taken_over_all_the_same(
    alone: Site, draft: str, page: Page
) -> None:
    browser, first = alone.browser(), texts(alone, draft)[0]
    copy = render(page, "md").replace("Lead Stories, in a check", "Mars Stories, in a ban", 1)
    shown = bring(browser, draft, copy.encode(), "copy.md")
    assert rows(shown)[0].startswith("Changed: does not stand")
    assert "Take over all that stand" not in shown
    shown = take(browser, draft, shown, "0")
    assert "Rejected:" in words_of(shown)
    assert texts(alone, draft)[0] != first
    assert lines(alone, draft)[0].red


def test_a_sentence_worded_anew_is_verified_and_takes_the_place_of_the_old_one(
    alone: Site, draft: str, page: Page
) -> None:
    browser, old = alone.browser(), lines(alone, draft)[0]
    copy = render(page, "md").replace(", in a check written by Alan Duke,", "", 1)
    shown = bring(browser, draft, copy.encode(), "copy.md")
    assert [row[:15] for row in rows(shown)] == ["Changed: stands"]
    assert "in a check written by Alan Duke,</del>" in shown
    shown = take(browser, draft, shown, "0")
    assert "Nothing is left to take over" in shown
    new = lines(alone, draft)[0]
    assert new.id == old.id
    assert new.text == old.text.replace(", in a check written by Alan Duke,", "")
    assert (new.red, new.by) == (False, "Ada Reed")


def test_what_the_page_says_of_a_change_is_what_taking_it_over_gives(
    alone: Site, draft: str, page: Page
) -> None:
    browser, copy = alone.browser(), render(page, "md")
    for line in lines(alone, draft):
        copy = copy.replace(line.text[:-1], f"It is reported that {line.text[:-1]}", 1)
    shown = bring(browser, draft, copy.encode(), "copy.md")
    taken = []
    while changed := [n for n, row in enumerate(rows(shown)) if row.startswith("Changed:")]:
        row, known = rows(shown)[changed[0]], lines(alone, draft)
        shown = take(browser, draft, shown, str(changed[0]))
        [new] = [x for x in lines(alone, draft) if x.by and x not in known]
        assert new.verification.accepted == row.startswith("Changed: stands"), row
        taken.append(new.id)
    assert len(taken) > 3


def test_a_changed_sentence_of_the_same_sources_keeps_the_words_that_it_cites(
    alone: Site, draft: str, page: Page
) -> None:
    browser, old = alone.browser(), lines(alone, draft)[0]
    copy = render(page, "md").replace(", in a check written by Alan Duke,", "", 1)
    take(browser, draft, bring(browser, draft, copy.encode(), "copy.md"), "0")
    assert {c.passage for c in lines(alone, draft)[0].citations} <= {
        c.passage for c in old.citations
    }


def test_a_removal_stays_behind_where_the_new_words_of_its_section_do_not_stand(
    alone: Site, draft: str, word: bytes
) -> None:
    browser, before = alone.browser(), texts(alone, draft)
    copy = edited(word, removes(before[2][:30]), adds(FALSE, before[1][:40]))
    page = bring(browser, draft, copy)
    assert "Take over all that stand" not in page
    assert "this may be its old words" in words_of(page)
    page = take(browser, draft, page, "all")
    assert "0 taken over." in words_of(page)
    assert texts(alone, draft) == before


def test_of_very_many_changes_the_first_are_checked_beforehand(
    alone: Site, draft: str, word: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.faces.web.copies.PREVIEWED", 1)
    browser, before = alone.browser(), texts(alone, draft)
    copy = edited(word, adds(ADDED, before[2][:40]), adds(f"{OTHER[:-1]} [3].", before[4][:40]))
    first, second = rows(bring(browser, draft, copy))
    assert first.startswith("Added: stands")
    assert second.startswith("Added Lawmakers") or "checked when it is taken over" in second
    assert "stands" not in second.split("Cites")[0]


def test_a_sentence_that_moved_is_shown_and_stays_where_it_is(
    alone: Site, draft: str, page: Page
) -> None:
    copy = json.loads(render(page, "json"))
    copy["summary"].append(copy["summary"].pop(0))
    shown = bring(alone.browser(), draft, json.dumps(copy).encode(), "copy.json")
    [row] = rows(shown)
    assert row.startswith("Moved")
    assert "The order of the draft stays as it is." in row
    assert 'name="take"' not in shown


def test_what_the_desk_changed_since_is_not_undone_with_the_rest(
    alone: Site, draft: str, word: bytes
) -> None:
    browser, before = alone.browser(), lines(alone, draft)
    act = alone.services.reviews.act
    text = f"According to the site, {before[1].text}"
    act(draft, EditLine(line=before[1].id, text=text), "Bo")
    act(draft, DropLine(line=before[3].id), "Bo")
    now = texts(alone, draft)
    page = bring(browser, draft, word)
    assert page.count("the copy may be older than the draft") == 2
    assert "Take over all that stand" not in page
    page = take(browser, draft, page, "all")
    assert "0 taken over." in words_of(page)
    assert texts(alone, draft) == now


def test_a_press_on_a_draft_that_changed_meanwhile_does_nothing(
    alone: Site, draft: str, word: bytes
) -> None:
    browser, before = alone.browser(), lines(alone, draft)
    page = bring(browser, draft, edited(word, adds(ADDED, before[2].text[:40])))
    alone.services.reviews.act(draft, DropLine(line=before[3].id), "Bo")
    fields = dict(re.findall(r'<input type="hidden" name="(version|copy)" value="([^"]*)">', page))
    sent = {name: unescape(value) for name, value in fields.items()} | {"take": "0"}
    answer = browser.post(f"/drafts/{draft}/copy/take", sent)
    assert answer.status_code == 412
    assert "Somebody changed the draft meanwhile" in answer.text
    assert ADDED.replace(" [3]", "") not in texts(alone, draft)


def test_nothing_of_a_copy_is_kept_but_what_is_taken_over(
    alone: Site, draft: str, word: bytes
) -> None:
    before = alone.services.reviews.get(draft)
    bring(alone.browser(), draft, edited(word, adds(FALSE, texts(alone, draft)[4][:40])))
    assert alone.services.reviews.get(draft) == before
    assert not (alone.services.library.directory / "uploads").exists()


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("x.docx", b"PK\x03\x04 broken", "not a readable Word document"),
        ("x.exe", b"MZ", "cannot be checked"),
        ("x.md", b"# Nothing\n", "no sentence"),
        ("x.md", b"One. " * 400_000, "are read"),
        ("x.md", b"It is so. " * 1_001, "at most 1000"),
    ],
)
def test_a_file_that_cannot_be_compared_is_told(
    alone: Site, draft: str, name: str, data: bytes, told: str
) -> None:
    answer = alone.browser().post(f"/drafts/{draft}/copy", files={"file": (name, data)})
    assert answer.status_code == 422
    assert told in words_of(answer.text)


def test_a_sentence_that_cites_nothing_here_leads_to_the_search_for_its_passages(
    alone: Site, draft: str, word: bytes
) -> None:
    said = "A scuffle followed when police arrived."
    page = bring(alone.browser(), draft, edited(word, adds(said, texts(alone, draft)[2][:40])))
    assert "cites no source of the library" in page
    address = re.search(r'href="([^"]+)"[^>]*>Choose its passages', page)
    assert address
    form = alone.browser().get(unescape(address[1])).text
    assert said in form
    assert 'name="section" value="summary"' in form


@pytest.mark.parametrize("copy", ["", "{}", "[]", '{"sentences": 3}'])
def test_a_press_without_the_copy_is_refused(alone: Site, draft: str, copy: str) -> None:
    sent = {"copy": copy, "version": "1", "take": "all"}
    assert alone.browser().post(f"/drafts/{draft}/copy/take", sent).status_code == 422


def test_the_words_of_a_copy_are_no_markup(alone: Site, draft: str, page: Page) -> None:
    copy = render(page, "md").replace("Lead Stories,", "Lead \\<b onclick=x\\> Stories,", 1)
    shown = bring(alone.browser(), draft, copy.encode(), "copy.md")
    assert "<b onclick" not in shown
    assert "&lt;b onclick=x&gt;" in shown


def test_the_copy_of_another_draft_is_told(alone: Site, draft: str, word: bytes) -> None:
    name = b"0123456789abcdef"
    shown = bring(alone.browser(), draft, _renamed(word, draft.encode(), name))
    assert "it is another draft, 0123456789abcdef" in words_of(shown)


def _renamed(word: bytes, old: bytes, new: bytes) -> bytes:
    from zipfile import ZipFile  # noqa: PLC0415

    kept = BytesIO()
    with ZipFile(BytesIO(word)) as parts, ZipFile(kept, "w") as copy:
        for name in parts.namelist():
            copy.writestr(name, parts.read(name).replace(old, new))
    return kept.getvalue()


def test_an_approved_draft_is_compared_and_not_changed(
    alone: Site, draft: str, word: bytes
) -> None:
    program, browser = alone.program(), alone.browser()
    for status in ("in review", "approved"):
        sent = {"do": "status", "status": status}
        assert program.post(f"{API}/drafts/{draft}/actions", json=sent).status_code == 200
    shown = bring(browser, draft, edited(word, adds(ADDED, texts(alone, draft)[2][:40])))
    assert "nothing can be taken over" in shown
    assert 'name="take"' not in shown


def test_a_reader_brings_no_copy_back(shared: Site, page: Page) -> None:
    draft = shared.services.reviews.adopt(page, "one")
    reader = shared.signed_in("Rae", Role.READER)
    answer = reader.post(f"/drafts/{draft}/copy", files={"file": ("x.md", b"x")})
    assert answer.status_code == 403
    assert "Bring an edited copy back" not in reader.get(f"/drafts/{draft}").text


# The API


@pytest.mark.parametrize("form", [False, True])
def test_a_program_compares_a_copy_and_sends_the_action_that_takes_it_over(
    alone: Site,
    draft: str,
    word: bytes,
    form: bool,  # noqa: FBT001
) -> None:
    copy = edited(word, adds(ADDED, texts(alone, draft)[2][:40]))
    to = f"{API}/drafts/{draft}/compare-copy"
    if form:
        answer = alone.browser().send("POST", to, files={"file": ("x.docx", copy)})
    else:
        answer = alone.program().post(to, content=copy, headers={"content-type": WORD})
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"1"'
    [found] = answer.json()["differences"]
    assert (found["change"], found["support"]) == ("added", "supported")
    sent = alone.program().post(
        f"{API}/drafts/{draft}/actions", json=found["action"], headers={"if-match": '"1"'}
    )
    assert sent.status_code == 200
    assert ADDED.replace(" [3]", "") in texts(alone, draft)


@pytest.mark.parametrize(
    ("kind", "status"), [("application/pdf", 415), ("application/json", 422), ("text/html", 422)]
)
def test_a_body_that_is_no_copy_is_refused(alone: Site, draft: str, kind: str, status: int) -> None:
    to = f"{API}/drafts/{draft}/compare-copy"
    answer = alone.program().post(to, content=b"nothing", headers={"content-type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_word_and_html_are_checked_as_they_are(alone: Site, page: Page) -> None:
    bodies = {WORD: render_file(page, "docx"), "text/html": render(page, "html").encode()}
    for kind, body in bodies.items():
        answer = alone.program().post(f"{API}/check", content=body, headers={"content-type": kind})
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["stand"] > 10
        assert told["unknown_sources"] == []


def test_a_copy_of_an_edited_draft_is_known_as_that_draft(alone: Site, draft: str) -> None:
    line = lines(alone, draft)[1]
    text = f"According to the site, {line.text}"
    alone.services.reviews.act(draft, EditLine(line=line.id, text=text), "Bo")
    alone.services.reviews.act(draft, DropLine(line=line.id), "Bo")
    for form in ("docx", "html"):
        copy = alone.browser().get(f"/drafts/{draft}/export/{form}").content
        shown = bring(alone.browser(), draft, copy, f"copy.{form}")
        assert "another draft" not in shown
        assert "Nothing is left to take over" in shown

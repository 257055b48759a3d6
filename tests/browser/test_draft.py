"""A draft is read, changed, overruled, approved and exported, as an editor does it."""

import re
from typing import TYPE_CHECKING

import pytest

from agent.render import FILES, FORMATS
from tests.browser.desk import Desk, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

FALSE = "SinoDaily says that the Great Wall can easily be seen from the Moon."
SEEN = """mark => {
    const box = mark.getBoundingClientRect();
    const middle = document.elementFromPoint(box.x + 4, box.y + 4);
    return box.top >= 0 && box.top < innerHeight && (middle === mark || mark.contains(middle));
}"""
"""Whether the beginning of an element is in the window, with nothing over it."""


def first(page: "Page") -> "Locator":
    """The first sentence of the summary."""
    return page.locator("#summary .line").first


def start_editing(line: "Locator") -> "Locator":
    line.locator(".work > summary").click()
    line.get_by_role("link", name="Edit").click()
    field = line.locator(".edit textarea")
    field.wait_for()
    return field


@pytest.mark.parametrize("phone", [False, True])
def test_a_citation_opens_its_source_at_the_cited_words(
    browser: "Browser",
    desk: Desk,
    draft: str,
    phone: bool,  # noqa: FBT001  (a parameter of pytest's)
) -> None:
    with Visit.of(browser, desk.address, phone=phone) as visit:
        page = visit.open(f"/drafts/{draft}")
        cite = page.locator(".line .cite a").nth(4)
        words = page.locator(".line .cite").nth(4).locator(".card").text_content() or ""
        cite.click()
        mark = page.locator("#pane mark").first
        mark.wait_for()
        assert mark.evaluate(SEEN)
        assert mark.inner_text()[:60] in words
        page.keyboard.press("Escape")
        assert page.locator("#pane").is_hidden()
        assert cite.evaluate("it => it === document.activeElement")
        assert visit.faults == []


def test_the_cited_words_show_when_a_citation_has_the_focus(visit: Visit, draft: str) -> None:
    page = visit.open(f"/drafts/{draft}")
    cite = page.locator(".line .cite").first
    assert not cite.locator(".card").is_visible()
    cite.locator("a").focus()
    cite.locator(".card").wait_for(state="visible")
    page.keyboard.press("Escape")
    cite.locator(".card").wait_for(state="hidden")


def test_a_sentence_that_is_made_false_is_rejected_at_once_with_the_reason(
    visit: Visit, draft: str
) -> None:
    page = visit.open(f"/drafts/{draft}")
    start_editing(first(page)).fill(FALSE)
    page.click("text=Check and save")
    assert visit.told().startswith("Rejected: ")
    assert "rejected" in (first(page).get_attribute("class") or "")
    assert first(page).locator(".why").is_visible()
    assert first(page).locator(".label").inner_text() == "rejected"
    page.reload()
    assert "1 rejected" in page.locator("#bar").inner_text()


def test_a_dropped_sentence_waits_in_the_tray_and_comes_back(visit: Visit, draft: str) -> None:
    page = visit.open(f"/drafts/{draft}")
    text = first(page).locator(".words").inner_text()[:40]
    first(page).locator(".work > summary").click()
    first(page).get_by_role("button", name="Drop").click()
    tray = page.locator("#tray .line")
    tray.wait_for()
    assert text in tray.inner_text()
    tray.get_by_role("button", name="Put back").click()
    tray.wait_for(state="detached")
    assert text in page.locator("#summary").inner_text()


def test_a_sentence_is_added_with_a_passage_that_was_searched_for(visit: Visit, draft: str) -> None:
    page = visit.open(f"/drafts/{draft}")
    section = page.locator("#section-1")
    count = section.locator(".line").count()
    section.get_by_role("link", name="Add a sentence").click()
    section.locator(".edit textarea").fill("The Guardian says that the wall is six metres wide.")
    section.locator("input[type=search]").fill(
        "wall about six metres wide cannot be seen from the Moon"
    )
    section.get_by_role("button", name="Search the library").click()
    found = section.locator(".pick").filter(has_text="six metres").first
    found.wait_for()
    found.locator("input").check()
    section.get_by_role("button", name="Check and add").click()
    visit.told()
    section.locator(".line").nth(count).wait_for()
    assert section.locator(".line").count() == count + 1


def test_an_overruled_stance_changes_the_verdict_and_names_who_did_it(
    visit: Visit, draft: str
) -> None:
    page = visit.open(f"/drafts/{draft}")
    assert page.locator("#verdict .badge").inner_text().endswith("Refuted")
    against = page.locator("#stances tbody tr").filter(has=page.locator(".stance.against"))
    assert against.count() > 0
    while against.count():
        page.locator("#stances").evaluate("it => { it.open = true; }")
        row, count = against.first, against.count()
        row.get_by_text("Overrule", exact=True).click()
        row.locator("select").select_option("for")
        row.locator("textarea").fill("I read the whole report.")
        row.locator("button").click()
        against.nth(count - 1).wait_for(state="detached")
    page.locator("#verdict .badge").filter(has_not_text="Refuted").wait_for()
    assert "I read the whole report." in page.locator("#stances").inner_text()


def test_a_draft_with_a_rejected_sentence_is_approved_only_with_an_override_and_a_reason(
    visit: Visit, draft: str
) -> None:
    page = visit.open(f"/drafts/{draft}")
    start_editing(first(page)).fill(FALSE)
    page.click("text=Check and save")
    visit.told()
    page.click("#moving > summary")
    page.click("button:has-text('Send to review')")
    page.locator("#bar .status.in-review").wait_for()
    page.click("#moving > summary")
    approve = page.locator(".move").filter(has_text="Approve")
    assert approve.locator("button").inner_text() == "Approve with an override"
    approve.locator("button").click()
    assert page.locator("#bar .status").inner_text() == "in review"
    approve.locator("textarea").fill("Runs as an example of a false sentence.")
    approve.locator("input[type=checkbox]").check()
    approve.locator("button").click()
    page.locator("#bar .status.approved").wait_for()
    assert "Runs as an example" in page.locator(".banner.bad").inner_text()
    assert page.locator("[data-key=e]").count() == 0


def test_every_format_is_exported(visit: Visit, draft: str) -> None:
    page = visit.open(f"/drafts/{draft}")
    links = page.locator("details.menu a[href*='/export/']")
    assert links.count() == len({**FORMATS, **FILES})
    for n in range(links.count()):
        address = links.nth(n).get_attribute("href") or ""
        answer = page.request.get(visit.address + address)
        assert answer.ok, address
        assert "attachment" in answer.headers["content-disposition"]
        assert len(answer.body()) > 500, address


def test_the_keyboard_alone_reads_accepts_edits_drops_and_opens(visit: Visit, draft: str) -> None:
    page = visit.open(f"/drafts/{draft}")
    page.keyboard.press("j")
    assert first(page).evaluate("it => it.contains(document.activeElement)")
    page.keyboard.press("a")
    first(page).locator(".label").filter(has_text=re.compile("^read$")).wait_for()
    second = page.locator("#summary .line").nth(1)
    assert second.evaluate("it => it.contains(document.activeElement)")
    page.keyboard.press("o")
    page.locator("#pane mark").first.wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("e")
    third = page.locator("#summary .line").nth(2)
    third.locator(".edit textarea").wait_for()
    page.keyboard.type("x j ")
    assert third.locator(".edit textarea").input_value().endswith("x j ")
    third.get_by_role("link", name="Cancel").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("/")
    third.locator("input[type=search]").wait_for()
    assert third.locator("input[type=search]").evaluate("it => it === document.activeElement")
    third.get_by_role("link", name="Cancel").click()
    before = page.locator("#summary .line").count()
    page.keyboard.press("x")
    page.locator("#tray .line").wait_for()
    assert page.locator("#summary .line").count() == before - 1
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.closest('.line').hasAttribute('data-eyes')")


def test_only_what_needs_eyes_is_left(visit: Visit, draft: str) -> None:
    page = visit.open(f"/drafts/{draft}")
    start_editing(first(page)).fill(FALSE)
    page.click("text=Check and save")
    visit.told()
    page.click("button:has-text('Accept all')")
    page.locator("button:has-text('Accept all')").wait_for(state="detached")
    page.click("#eyes")
    shown = [line for line in page.locator("article .line").all() if line.is_visible()]
    assert len(shown) == 1
    assert FALSE[:30] in shown[0].inner_text()


def test_everything_works_without_scripts(browser: "Browser", desk: Desk, draft: str) -> None:
    with Visit.of(browser, desk.address, java_script_enabled=False) as visit:
        page = visit.open(f"/drafts/{draft}")
        line = first(page)
        line.locator(".work > summary").click()
        line.get_by_role("button", name="Accept").click()
        assert "Marked as read." in page.locator("#said").inner_text()
        start_editing_plainly(page)
        page.fill(".edit textarea", FALSE)
        page.fill("input[name=q]", "visible from the Moon")
        page.click("button:has-text('Search the library')")
        assert page.locator(".pick").count() > 3
        assert page.locator(".edit textarea").input_value() == FALSE
        page.click("button:has-text('Check and save')")
        assert page.locator("#said").inner_text().startswith("Rejected: ")
        page.locator(".line .cite a").first.click()
        assert page.locator("mark#mark").evaluate(SEEN)
        assert visit.faults == []


def start_editing_plainly(page: "Page") -> None:
    first(page).locator(".work > summary").click()
    first(page).get_by_role("link", name="Edit").click()
    page.wait_for_url("**/lines/*")


def test_what_another_editor_did_meanwhile_stops_only_what_it_touches(
    browser: "Browser", desk: Desk, draft: str
) -> None:
    with Visit.of(browser, desk.address) as one, Visit.of(browser, desk.address) as two:
        here, there = one.open(f"/drafts/{draft}"), two.open(f"/drafts/{draft}")
        field = start_editing(first(here))
        second = there.locator("#summary .line").nth(1)
        second.locator(".work > summary").click()
        second.get_by_role("button", name="Accept").click()
        two.told()
        there.locator("#said").click()
        start_editing(first(there)).fill("The wall cannot be seen from the Moon.")
        field.fill(FALSE)
        here.click("text=Check and save")
        assert one.told().startswith("Rejected: ")
        there.click("text=Check and save")
        there.locator("#said.bad").wait_for()
        assert there.locator(".slot .edit textarea").input_value().startswith("The wall")


def test_a_comment_stands_at_its_sentence_until_it_is_resolved(visit: Visit, draft: str) -> None:
    page = visit.open(f"/drafts/{draft}")
    first(page).locator(".work > summary").click()
    first(page).locator(".say textarea").fill("Who says this first?")
    first(page).locator(".say button").click()
    first(page).locator(".comment").wait_for()
    first(page).get_by_role("button", name="Resolve").click()
    first(page).locator(".comment.resolved").wait_for()
    page.goto(f"/drafts/{draft}/trail")
    assert "The chain is whole" in page.locator(".banner").inner_text()
    assert "Commented" in page.locator(".trail").inner_text()


def test_versions_show_what_changed_word_by_word(visit: Visit, draft: str) -> None:
    page = visit.open(f"/drafts/{draft}")
    start_editing(first(page)).fill(FALSE)
    page.click("text=Check and save")
    visit.told()
    page.goto(f"/drafts/{draft}/versions")
    assert (
        "easily" in page.locator("ins").first.inner_text() + page.locator(".changes").inner_text()
    )
    assert "no longer stands" in page.locator(".changes").inner_text()
    page.get_by_role("link", name="Version 1").click()
    assert "read, not changed" in page.locator(".banner").inner_text()


def test_the_sentence_is_in_sight_after_it_was_saved_from_a_long_form(
    visit: Visit, draft: str
) -> None:
    page = visit.open(f"/drafts/{draft}")
    page.click("#stances > summary")
    line = page.locator("#section-1 .line").first
    start_editing(line)
    line.get_by_role("button", name="Search the library").click()
    line.locator(".pick").nth(4).wait_for()
    line.get_by_role("button", name="Check and save").click()
    visit.told()
    line.locator(".edit").wait_for(state="detached")
    assert line.locator("> .words").evaluate(SEEN)


def test_a_change_of_status_leaves_the_text_where_it_is(visit: Visit, draft: str) -> None:
    page = visit.open(f"/drafts/{draft}")
    page.click("#stances > summary")
    line = page.locator("#section-2 .line").first
    line.evaluate("it => it.scrollIntoView({ block: 'center', behavior: 'instant' })")
    before = line.evaluate("it => it.getBoundingClientRect().top")
    page.click("#moving > summary")
    page.get_by_role("button", name="Send to review").click()
    assert visit.told() == "The status is changed."
    after = line.evaluate("it => it.getBoundingClientRect().top")
    assert abs(after - before) < 2
    assert page.locator("#stances").get_attribute("open") is not None


def test_a_pointer_finds_edit_at_the_sentence(visit: Visit, draft: str) -> None:
    page = visit.open(f"/drafts/{draft}")
    line = page.locator("#section-1 .line").first
    quick = line.locator(".quick")
    assert not quick.is_visible()
    line.hover()
    quick.click()
    line.locator(".edit textarea").wait_for()
    assert not quick.is_visible()

"""A draft is exported, edited in a word processor, and brought back."""

import re
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from docx import Document
from docx.text.paragraph import Paragraph

from tests.browser.desk import Desk, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ADDED = "The Guardian says that the wall is about six metres wide"
REMOVED = "The Guardian calls the idea"


def test_a_copy_edited_in_word_comes_back_and_only_what_stands_is_taken_over(
    visit: Visit, desk: Desk, draft: str
) -> None:
    page = visit.open(f"/drafts/{draft}")
    data = edited(exported(page))
    bring(page, data)
    changed, added, gone = (
        page.locator(f".change.{name}") for name in ("changed", "added", "removed")
    )
    assert (changed.count(), added.count(), gone.count()) == (1, 1, 1)
    assert "does not stand" in changed.locator(".label").inner_text()
    assert changed.locator(".why").is_visible()
    assert REMOVED in gone.locator("del").inner_text()
    added.get_by_role("button", name="Take over").click()
    page.locator(".change.added").wait_for(state="detached")
    assert "It stands" in visit.told()
    page.get_by_role("button", name="Drop it from the draft").click()
    page.locator(".change.removed").wait_for(state="detached")
    assert changed.count() == 1
    page.goto(f"/drafts/{draft}")
    said = page.locator(".page-text").inner_text()
    assert ADDED in said
    assert REMOVED not in said
    assert "October 27" not in said
    assert "nothing rejected" in page.locator("#bar").inner_text()
    review = desk.ask("GET", f"/api/v1/drafts/{draft}")
    assert review["version"] == 3


def test_all_that_stand_are_taken_over_without_scripts(
    browser: "Browser", desk: Desk, draft: str
) -> None:
    with Visit.of(browser, desk.address, java_script_enabled=False) as visit:
        page = visit.open(f"/drafts/{draft}")
        data = edited(exported(page))
        page.locator("#bring-back > summary").click()
        bring(page, data)
        page.get_by_role("button", name="Take over all that stand").click()
        page.locator("#said", has_text="2 taken over").wait_for()
        assert page.locator(".change").count() == 1
        page.get_by_role("link", name="In the draft").click()
        page.locator(".page-text").wait_for()
        assert ADDED in page.locator(".page-text").inner_text()
        assert REMOVED in page.locator("#tray").inner_text()


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_of_a_copy_can_be_read_by_everybody(
    browser: "Browser",
    desk: Desk,
    draft: str,
    dark: bool,  # noqa: FBT001  (a parameter of pytest's)
) -> None:
    scheme = "dark" if dark else "light"
    with Visit.of(browser, desk.address, phone=True, color_scheme=scheme) as visit:
        page = visit.open(f"/drafts/{draft}")
        bring(page, edited(exported(page)))
        page.locator(".change").first.wait_for()
        width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0
        assert visit.faults == []


def exported(page: "Page") -> bytes:
    """The draft as a Word file, as the menu gives it."""
    address = page.locator("details.menu a[href$='/export/docx']").get_attribute("href") or ""
    answer = page.request.get(address)
    assert answer.ok
    return answer.body()


def bring(page: "Page", data: bytes) -> None:
    box = page.locator("#bring-back")
    if not box.locator("input[type=file]").is_visible():
        box.locator("summary").click()
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    file = {"name": "copy.docx", "mimeType": kind, "buffer": data}
    box.locator("input[type=file]").set_input_files([file])
    box.get_by_role("button", name="Compare with the draft").click()
    page.locator("#copy").wait_for()


def edited(word: bytes) -> bytes:
    """A number changed, so that the sentence is false; a good sentence added; one removed."""
    document, kept = Document(BytesIO(word)), BytesIO()
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            run.text = run.text.replace("on October 17, 2003 on", "on October 27, 2003 on")
        remove(paragraph, REMOVED)
    texts = [p.text for p in document.paragraphs]
    summary = document.paragraphs[texts.index("Executive summary") + 1]
    [number] = re.findall(r"(\d+)\D* Guardian science question", "\n".join(texts))
    summary.add_run(f" {ADDED} [{number}].")
    document.save(kept)
    return kept.getvalue()


def remove(paragraph: Paragraph, beginning: str) -> None:
    """Take a sentence away with its numbers and its stop."""
    parts = list(paragraph.iter_inner_content())
    for start in [n for n, part in enumerate(parts) if part.text.startswith(beginning)]:
        for part in parts[start:]:
            part._element.getparent().remove(part._element)
            if part.text.strip() == ".":
                break

"""Every page: nothing serious for axe, in light and dark; nothing cut off on a phone; and print."""

from time import sleep
from typing import TYPE_CHECKING

import pytest

from tests.browser.desk import Desk, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GRAVE = {"serious", "critical"}
PAGES = (
    "/",
    "/?question=Is+the+Moon+hollow",
    "/drafts/{draft}",
    "/drafts/{draft}?eyes=1",
    "/drafts/{draft}/versions",
    "/drafts/{draft}/trail",
    "/drafts/{draft}/lines/s1",
    "/drafts/{draft}/sources/{source}?line={line}",
    "/jobs/{thin}",
    "/jobs/{long}",
    "/library",
    "/library/{source}",
    "/help",
    "/accounts",
    "/api",
    "/login",
    "/nowhere",
)


@pytest.fixture(scope="module")
def places(desk: Desk) -> dict[str, str]:
    """What stands in the braces: a draft with a rejected sentence, one of its sources, a job."""
    draft = desk.draft("Is the Great Wall of China visible from the Moon?", "2025-06-01")
    lines = [x for s in _review(desk, draft)["document"]["sections"] for x in s["lines"]]
    line = next(x for x in lines if x["kind"] == "finding")
    said = {"do": "edit", "line": lines[-1]["id"], "text": "The wall is made of green cheese."}
    desk.ask("POST", f"/api/v1/drafts/{draft}/actions", said)
    asked = "Is the moon made of green cheese?"
    thin, long = (_asked(desk, question) for question in (asked, f"{asked} " * 60))
    source = line["citations"][0]["source"]
    return {"draft": draft, "line": line["id"], "source": source, "thin": thin, "long": long}


def _asked(desk: Desk, question: str) -> str:
    """Id of a job that is over."""
    job = desk.ask("POST", "/api/v1/drafts", {"question": question})["id"]
    while desk.ask("GET", f"/api/v1/jobs/{job}")["state"] not in {"done", "failed"}:
        sleep(0.1)
    return str(job)


def _review(desk: Desk, draft: str) -> dict:
    return desk.ask("GET", f"/api/v1/drafts/{draft}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_grave(
    browser: "Browser", desk: Desk, places: dict[str, str], path: str, scheme: str
) -> None:
    with Visit.of(browser, desk.address, color_scheme=scheme) as visit:
        page = visit.open(path.format(**places))
        _open_all(page)
        assert _grave(page) == []
        assert visit.faults == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_off_on_a_phone(
    browser: "Browser", desk: Desk, places: dict[str, str], path: str
) -> None:
    with Visit.of(browser, desk.address, phone=True) as visit:
        page = visit.open(path.format(**places))
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, _widest(page)
        assert page.locator("h1").first.is_visible()
        assert visit.faults == []


def test_the_open_source_and_the_open_editor_are_clean_too(
    visit: Visit, places: dict[str, str]
) -> None:
    page = visit.open("/drafts/{draft}".format(**places))
    line = page.locator(f"#{places['line']}")
    line.locator(".work > summary").click()
    line.get_by_role("link", name="Edit").click()
    line.locator(".edit textarea").wait_for()
    page.locator(".line:not(:has(.edit)) .cite a").first.click()
    page.locator("#pane mark").first.wait_for()
    assert _grave(page) == []


def test_print_leaves_the_article_its_citations_and_its_sources(
    visit: Visit, places: dict[str, str]
) -> None:
    page = visit.open("/drafts/{draft}".format(**places))
    page.emulate_media(media="print")
    for gone in ("header.site", "#bar", "aside.side", ".work", "article .line.rejected"):
        assert page.locator(gone).first.is_hidden(), gone
    for kept in ("h1", "#verdict", "#summary .words", ".cite a", ".sources .address"):
        assert page.locator(kept).first.is_visible(), kept


def test_the_theme_is_chosen_and_stays_chosen(visit: Visit) -> None:
    page = visit.open("/help")
    page.click("#theme")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.goto("/library")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def _open_all(page: "Page") -> None:
    """Open what is folded, so that axe sees it; but menus, which would lie over the rest."""
    page.evaluate(
        "document.querySelectorAll('details:not(.menu, .tune, .work)')"
        ".forEach((one) => { one.open = true; })"
    )
    work = page.locator("details.work > summary")
    if work.count():
        work.first.click()


def _grave(page: "Page") -> list[str]:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415  (an extra)

    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']} ({fault['impact']}): {fault['help']}: {fault['nodes'][0]['html'][:200]}"
        for fault in found
        if fault["impact"] in GRAVE
    ]


def _widest(page: "Page") -> str:
    found = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
        .map((one) => one.tagName + "." + one.className).slice(0, 5).join(", ")"""
    )
    return str(found)

"""A question is asked, its draft watched, and the connection lost on the way."""

import re
from pathlib import Path
from shutil import copytree
from time import monotonic, sleep
from typing import TYPE_CHECKING

from tests.browser.desk import PATIENCE, Cable, Desk, Visit, served, working

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LONG = int(PATIENCE * 1000)


def test_a_question_is_watched_until_its_draft_opens_by_itself(visit: Visit) -> None:
    page = visit.open("/")
    page.fill("#question", "Does aspartame cause cancer?")
    page.click("button:has-text('Draft a fact-check')")
    page.wait_for_url(re.compile("/drafts/[0-9a-f]{16}"), timeout=LONG)
    assert page.locator("h1").inner_text() == "Does aspartame cause cancer?"
    assert page.locator(".line").count() > 10


def test_a_question_that_was_checked_shows_the_earlier_draft_first(
    visit: Visit, draft: str
) -> None:
    page = visit.open("/")
    page.fill("#question", "Can the Great Wall of China be seen from the Moon?")
    page.click("button:has-text('Draft a fact-check')")
    found = page.locator(".already a")
    found.first.wait_for()
    assert re.search("/drafts/[0-9a-f]{16}", found.first.get_attribute("href") or "")
    assert page.locator("#question").input_value().startswith("Can the Great Wall")
    assert page.locator("button:has-text('Draft it anew')").is_visible()


def test_a_question_without_evidence_says_what_was_searched_and_what_is_nearest(
    visit: Visit,
) -> None:
    page = visit.open("/")
    page.fill("#question", "Is the moon made of green cheese?")
    page.click("button:has-text('Draft a fact-check')")
    page.get_by_role("heading", name="Not enough evidence").wait_for(timeout=LONG)
    assert "passages of" in page.locator("dl.facts").inner_text()
    assert page.locator(".passages li").count() > 0


def test_a_cut_connection_loses_nothing(browser: "Browser", library: Path, tmp_path: Path) -> None:
    """The draft is made while the browser hears nothing; it comes back and goes to the draft."""
    place = copytree(library, tmp_path / "library")
    with served(place, VERDICT_WORKERS="0") as desk:
        cable = Cable(desk)
        with Visit.of(browser, cable.address) as visit:
            page = visit.open("/")
            page.fill("#question", "Did violent crime rise in the United States in 2024?")
            with page.expect_response(re.compile("/events$")):  # it listens from then on
                page.click("button:has-text('Draft a fact-check')")
            page.get_by_text("Next in the queue.").wait_for()
            cable.cut()
            page.locator("#connection").wait_for(state="visible")
            with working(place):
                _until_done(desk)
            cable.mend()
            page.wait_for_url(re.compile("/drafts/[0-9a-f]{16}"), timeout=LONG)
            assert page.locator(".line").count() > 5
        assert visit.faults == []
        cable.close()


def test_a_waiting_question_can_be_cancelled_and_asked_again(
    browser: "Browser", library: Path, tmp_path: Path
) -> None:
    place = copytree(library, tmp_path / "library")
    with served(place, VERDICT_WORKERS="0") as desk, Visit.of(browser, desk.address) as visit:
        page = visit.open("/")
        page.fill("#question", "Do vaccines cause autism?")
        page.click("button:has-text('Draft a fact-check')")
        page.click("button:has-text('Cancel')")
        page.get_by_role("heading", name="This draft was cancelled").wait_for()
        page.click("button:has-text('Ask again')")
        assert page.locator("#question").input_value() == "Do vaccines cause autism?"
        assert visit.faults == []


def test_a_waiting_question_moves_up_as_those_before_it_end(
    browser: "Browser", library: Path, tmp_path: Path
) -> None:
    place = copytree(library, tmp_path / "library")
    with served(place, VERDICT_WORKERS="0") as desk, Visit.of(browser, desk.address) as visit:
        ids = [
            desk.ask("POST", "/api/v1/drafts", {"question": f"Is it number {n}?"})["id"]
            for n in range(2)
        ]
        page = visit.open(f"/jobs/{ids[1]}")
        page.get_by_text("Waiting: 1 question before this one.").wait_for()
        desk.ask("DELETE", f"/api/v1/jobs/{ids[0]}")
        page.get_by_text("Next in the queue.").wait_for()
        assert visit.faults == []


def _until_done(desk: Desk) -> None:
    """Wait until no job waits or runs."""
    until = monotonic() + PATIENCE
    while any(job["state"] in {"queued", "running"} for job in desk.ask("GET", "/api/v1/jobs")):
        assert monotonic() < until, "no draft was made"
        sleep(0.2)

"""The main pages as pictures: light, dark and on a phone.

python -m tests.browser.screenshots FOLDER
"""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.desk import Desk, Visit, chromium, served
from tests.faces.front import SEEDS, VETTING, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

QUESTION = "Is the Great Wall of China visible from the Moon?"
FALSE = "The Guardian says that the wall, about six metres wide, can be seen from the Moon."


def open_source(page: "Page") -> None:
    page.locator("#summary .cite a").first.click()
    page.locator("#pane mark").first.wait_for()


def open_stances(page: "Page") -> None:
    page.click("#stances > summary")


def open_sentence(page: "Page") -> None:
    page.locator("#summary .line.rejected .work > summary").first.click()


def edit_sentence(page: "Page") -> None:
    line = page.locator("#section-1 .line").first
    line.locator(".work > summary").click()
    line.get_by_role("link", name="Edit").click()
    line.locator(".edit").wait_for()


def see_plan(page: "Page") -> None:
    page.fill("#question", QUESTION)
    page.get_by_role("button", name="See the plan first").click()
    page.locator("form.plan").wait_for()


def leave(_: "Page") -> None:
    """As it is."""


VIEWS: dict[str, tuple[str, "Callable[[Page], None]"]] = {
    "desk": ("/", leave),
    "plan": ("/", see_plan),
    "draft": ("/drafts/{draft}", leave),
    "source": ("/drafts/{draft}", open_source),
    "rejected": ("/drafts/{draft}", open_sentence),
    "edit": ("/drafts/{draft}", edit_sentence),
    "verdict": ("/drafts/{draft}", open_stances),
    "versions": ("/drafts/{draft}/versions?old=1", leave),
    "trail": ("/drafts/{draft}/trail", leave),
    "no-evidence": ("/jobs/{thin}", leave),
    "library": ("/library", leave),
    "help": ("/help", leave),
}
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "light", "phone": True},
}


def main(folder: Path) -> None:
    """Make a library and a draft, work on it a little, and take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        library = Path(made) / "library"
        verdict("library", "add", SEEDS, "--vetting", VETTING, "--library", library)
        with served(library, VERDICT_WEB_NAME="Editor") as desk, chromium() as browser:
            places = prepare(desk)
            for look, context in LOOKS.items():
                with Visit.of(browser, desk.address, **context) as visit:
                    for name, (path, then) in VIEWS.items():
                        page = visit.open(path.format(**places))
                        then(page)
                        page.screenshot(path=folder / f"{name}-{look}.png")


def prepare(desk: Desk) -> dict[str, str]:
    """A draft in review with a false sentence, a dropped one, marks and a comment."""
    draft = desk.draft(QUESTION)
    desk.draft("Does aspartame cause cancer?")
    job = desk.ask("POST", "/api/v1/drafts", {"question": "Is the moon made of green cheese?"})
    while desk.ask("GET", f"/api/v1/jobs/{job['id']}")["state"] not in {"done", "failed"}:
        pass
    sections = desk.ask("GET", f"/api/v1/drafts/{draft}")["document"]["sections"]
    summary, body = sections[0]["lines"], [x["id"] for s in sections[1:] for x in s["lines"]]
    wrong = next(x["id"] for x in summary if "Guardian says" in x["text"])
    for action in (
        {"do": "accept", "lines": [summary[0]["id"], *body[:4]]},
        {"do": "edit", "line": wrong, "text": FALSE},
        {"do": "drop", "line": body[5]},
        {"do": "comment", "line": body[1], "text": "Is there a better source than this blog?"},
        {"do": "assign", "assignee": "Editor", "second_reader": ""},
        {"do": "status", "status": "in review"},
    ):
        desk.ask("POST", f"/api/v1/drafts/{draft}/actions", action)
    return {"draft": draft, "thin": job["id"]}


if __name__ == "__main__":
    main(Path(sys.argv[1]))

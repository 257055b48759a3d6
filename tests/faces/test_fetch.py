"""Sources from the web, by the commands that a person types."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import bootstrap
from agent.faces.opening import open_library, read_settings
from tests.faces.front import verdict
from tests.fakes_jobs import fall_due, until
from tests.loopback_web import Web, feed, loopback_web

HOME = "http://harbour-paper.org"
PAGE = f"{HOME}/bridge"
LIST = f"""
[[publisher]]
name = "The Harbour Paper"
domains = ["harbour-paper.org"]
feeds = ["{HOME}/feed.xml"]
tier = 2
reason = "the paper of the town"
"""


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    with loopback_web() as running:
        monkeypatch.setattr(bootstrap, "build_fetcher", running.fetcher)
        yield running


@pytest.fixture
def vetting(tmp_path: Path) -> Path:
    path = tmp_path / "vetting.toml"
    path.write_text(LIST, "utf-8")
    return path


def test_pages_are_fetched_shown_and_found(
    web: Web, vetting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ("--library", tmp_path / "library")
    web.article(PAGE, "The bridge", "The old bridge was closed to cars on Monday morning.")
    told = verdict("library", "add", PAGE, f"{HOME}/no", "--vetting", vetting, *place)
    assert told.status == 2
    assert "answers 404: there is no page." in told.out
    assert "1 added, 1 refused, 0 failed." in told.out
    [source] = verdict("library", "list", "--json", *place).json
    monkeypatch.setenv("VERDICT_ARCHIVE_LINK", "https://archive.example.org/{time}/{url}")
    shown = verdict("library", "show", source["id"], *place).out
    assert "closed to cars" in shown
    assert f"archive: https://archive.example.org/20260302090000/{PAGE}" in shown
    hits = verdict("search", "closed to cars", "--json", *place).json
    assert hits[0]["passage"]["source"]["url"] == PAGE

    note = "Correction: The bridge was closed on Tuesday, not on Monday."
    web.article(PAGE, "The bridge", "The old bridge was closed to cars on Tuesday.", note)
    told = verdict("library", "fetch", PAGE, "--vetting", vetting, *place)
    assert told.status == 0
    assert f"Notice, {source['id']}: {note}" in told.out
    history = verdict("library", "history", source["id"], *place).out
    assert f"corrected. {note}" in history
    assert "-The old bridge was closed to cars on Monday morning." in history
    rows = verdict("library", "changes", "--json", *place).json
    assert [row["kind"] for row in rows] == ["added", "changed", "corrected"]
    assert verdict("library", "changes", "--after", rows[-1]["n"], *place).out == ""


def test_a_watch_brings_in_what_a_feed_names(web: Web, vetting: Path, tmp_path: Path) -> None:
    place = ("--library", tmp_path / "library")
    web.article(PAGE, "The bridge", "The old bridge was closed to cars.")
    web.put(f"{HOME}/feed.xml", feed((PAGE, "The bridge")), Content_Type="application/rss+xml")
    told = verdict("library", "watch", "--vetting", vetting, *place)
    assert (told.status, told.out.splitlines()[-1]) == (0, "1 added, 0 refused, 0 failed.")
    told = verdict("library", "watch", "--vetting", vetting, "--json", *place)
    assert told.json["added"] == []


def test_a_draft_as_of_a_day_leaves_out_what_was_written_into_a_page_later(
    web: Web, vetting: Path, tmp_path: Path
) -> None:
    place = ("--library", tmp_path / "library")
    old = "The council closed the old bridge to cars after an inspection found cracks."
    new = "The council opened the old bridge to cars after engineers had mended the beams."
    web.article(PAGE, "The bridge", old * 9)
    verdict("library", "fetch", PAGE, "--vetting", vetting, *place)
    web.pass_days(10)
    web.article(PAGE, "The bridge", old * 9, new * 9)
    verdict("library", "fetch", PAGE, "--vetting", vetting, *place)
    asked = ("draft", "Did the council close the old bridge to cars?", *place)
    assert "mended the beams" in verdict(*asked, "--format", "json").out
    told = verdict(*asked, "--format", "json", "--as-of", "2026-03-05")
    assert "mended the beams" not in told.out
    note = "Words that came into a source after March 5, 2026 were left out (sources: 1)."
    assert told.json["usage"]["notes"] == [note]


def test_a_watch_goes_on_until_it_is_stopped(
    web: Web, vetting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ("--library", tmp_path / "library")
    links: list[tuple[str, str]] = []
    pauses: list[float] = []

    def publish(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt
        web.article(f"{PAGE}/{len(pauses)}", "The bridge", f"Report {len(pauses)} on the bridge.")
        links.append((f"{PAGE}/{len(pauses)}", "The bridge"))
        web.put(f"{HOME}/feed.xml", feed(*links), Content_Type="application/rss+xml")

    web.put(f"{HOME}/feed.xml", feed(), Content_Type="application/rss+xml")
    monkeypatch.setattr("agent.faces.cli.web_commands.time.sleep", publish)
    told = verdict("library", "watch", "--vetting", vetting, "--every", 30, *place)
    assert (told.status, pauses) == (130, [1_800.0] * 3)
    ends = [line for line in told.out.splitlines() if line.endswith("failed.")]
    assert ends == [
        "nothing new, 0 refused, 0 failed.",
        "1 added, 0 refused, 0 failed.",
        "1 added, 0 refused, 0 failed.",
    ]


def test_what_cannot_be_is_said(web: Web, vetting: Path, tmp_path: Path) -> None:
    place = ("--library", tmp_path / "library")
    assert "--vetted-by" in verdict("library", "fetch", PAGE, *place).error
    assert "no web address" in verdict("library", "fetch", "bridge.md", *place).error
    assert "no web address" in verdict("library", "add", PAGE, "bridge.md", *place).error
    told = verdict("library", "fact-checks", "--search", "x", "--vetting", vetting, *place)
    assert "VERDICT_FACT_CHECK_KEY" in told.error
    assert "--search" in verdict("library", "fact-checks", "--vetting", vetting, *place).error
    assert not (tmp_path / "library").exists()
    told = verdict("library", "fetch", "http://127.0.0.1/x", "--vetted-by", "Ada Reed", *place)
    assert told.status == 2
    assert "without user name, port or IP address" in told.out


def test_published_checks_and_registers_are_read_from_files(
    web: Web, vetting: Path, tmp_path: Path
) -> None:
    place = ("--library", tmp_path / "library")
    check = {
        "@type": "ClaimReview",
        "url": f"{HOME}/check",
        "author": {"name": "The Harbour Paper"},
        "claimReviewed": "The bridge fell into the river.",
        "reviewRating": {"alternateName": "False"},
    }
    file = tmp_path / "checks.json"
    file.write_text(json.dumps(check), "utf-8")
    told = verdict("library", "fact-checks", file, "--vetting", vetting, *place)
    assert (told.status, told.out) == (0, "1 added, 0 replaced, 0 unchanged, 0 refused.\n")
    register = tmp_path / "register.csv"
    register.write_text(
        "Title,OriginalPaperDOI,RetractionNature,RetractionDate\n"
        "Fact-check: The bridge fell into the river.,,Retraction,1/27/2026 0:00\n",
        "utf-8",
    )
    told = verdict("library", "notices", register, *place)
    assert "Retracted on 2026-01-27" in told.out
    [source] = verdict("library", "list", "--json", *place).json
    assert "retracted, January 27, 2026" in verdict("library", "show", source["id"], *place).out


@pytest.mark.parametrize("link", ["http://a.org/{url}", "https://a.org/", "https://a.org/{url}{x}"])
def test_an_archive_link_that_leads_nowhere_is_refused(
    link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERDICT_ARCHIVE_LINK", link)
    told = verdict("library", "list", "--library", tmp_path)
    assert "VERDICT_ARCHIVE_LINK" in told.error


def test_a_watch_on_a_schedule_is_made_by_a_worker_and_told(
    web: Web, vetting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ("--library", tmp_path / "library")
    web.article(PAGE, "The bridge", "The old bridge was closed to cars.")
    web.put(f"{HOME}/feed.xml", feed((PAGE, "The bridge")), Content_Type="application/rss+xml")
    verdict("library", "fetch", f"{HOME}/none", "--vetting", vetting, *place)
    assert verdict("jobs", *place).out == "No job was asked for yet.\n"
    every = ("library", "watch", "--schedule", "*/30 * * * *")
    told = verdict(*every, *place)
    assert (told.status, "VERDICT_VETTING" in told.error) == (2, True)
    monkeypatch.setenv("VERDICT_VETTING", str(vetting))
    assert "alone" in verdict(*every, "--every", 30, *place).error
    assert "every half hour" in verdict("library", "watch", "--schedule", "daily", *place).error
    assert "watched at */30 * * * * (UTC)" in verdict(*every, *place).out
    assert "ok   watch: at */30 * * * * (UTC)" in verdict("doctor", *place).out
    settings = read_settings()
    with (
        open_library(tmp_path / "library") as library,
        bootstrap.open_jobs(settings, library, 1, watches=True),
        bootstrap.open_watch_schedule(settings, library) as schedule,
    ):
        fall_due(schedule)
        until(lambda: schedule.recent()[0].state.over)
    [row] = verdict("jobs", "--json", *place).json
    assert (row["kind"], row["state"], row["told"]) == ("watch", "done", "1 added")
    assert verdict("library", "list", "--json", *place).json[0]["url"] == PAGE
    told = verdict("doctor", *place)
    assert "1 added" in told.out
    monkeypatch.delenv("VERDICT_VETTING")
    told = verdict("doctor", *place)
    assert (told.status, "FAIL watch" in told.out) == (7, True)
    assert "no longer" in verdict("library", "watch", "--schedule", "off", *place).out
    assert "watch:" not in verdict("doctor", *place).out

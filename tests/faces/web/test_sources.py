"""The library through the desk: what is brought in, by whom, and what it means for drafts."""

import pytest

from agent.types import Page
from retrieval import Notice
from retrieval.record.history import Page as WebPage
from tests.faces.web.place import API, Site
from tests.fakes_jobs import DAY

NOTE = """---
id: harbour
title: The harbour
publisher: The Harbour Paper
url: https://harbour-paper.org/harbour
published: 2025-05-01
---

The council closed the old bridge after an inspection found cracks.
"""


def put(
    site: Site, name: str = "harbour.md", content: str | bytes = NOTE, **said: str
) -> dict[str, list[str]]:
    sent = site.program().put(f"{API}/sources", params={"name": name, **said}, content=content)
    assert sent.status_code == 200, sent.text
    report: dict[str, list[str]] = sent.json()
    return report


def test_a_file_comes_in_vouched_for_by_who_sent_it(ours: Site) -> None:
    assert put(ours)["added"] == ["harbour"]
    shown = ours.program().get(f"{API}/sources/harbour").json()
    assert shown["source"]["vetted_by"] == "Ada Reed"
    assert "cracks" in shown["text"]
    hits = ours.program().get(f"{API}/search?q=old bridge cracks").json()["hits"]
    assert hits[0]["passage"]["source"]["id"] == "harbour"


def test_the_same_file_again_changes_nothing(ours: Site) -> None:
    put(ours)
    assert put(ours)["unchanged"] == ["harbour"]


def test_a_file_without_front_matter_takes_it_from_the_form(ours: Site) -> None:
    put(
        ours,
        "x.txt",
        "The river rose by two metres.",
        id="river",
        title="River",
        publisher="Paper",
        tier="2",
    )
    source = ours.program().get(f"{API}/sources/river").json()["source"]
    assert (source["title"], source["publisher"], source["tier"]) == ("River", "Paper", 2)


def test_a_new_file_of_the_same_id_takes_its_place_and_drafts_are_told(
    ours: Site, page: Page
) -> None:
    draft = ours.services.reviews.adopt(page)
    cited = next(iter({c.source for s in page.sentences() for c in s.citations}))
    removed = ours.program().delete(f"{API}/sources/{cited}").json()
    assert removed["drafts"] == [draft]
    assert cited in ours.services.reviews.get(draft).recheck
    assert ours.program().get(f"{API}/sources/{cited}").status_code == 404
    put(ours, "a.txt", "Something else altogether.", id=cited, title="T", publisher="P")
    assert put(ours, "b.txt", "Changed again.", id=cited, title="T", publisher="P")["replaced"] == [
        cited
    ]


def test_what_cites_a_source_is_told(ours: Site, page: Page) -> None:
    draft = ours.services.reviews.adopt(page)
    cited = next(iter({c.source for s in page.sentences() for c in s.citations}))
    found = ours.program().get(f"{API}/sources/{cited}/citing").json()["sentences"]
    assert {one["draft"] for one in found} == {draft}


@pytest.mark.parametrize(
    "name",
    ["../../../../etc/passwd.md", "..\\..\\boot.md", "/etc/cron.d/job.md", ".md", "a\x00b.md",
     "x" * 190 + ".md", "con.md", "-rf.md", "<script>.md", "$(reboot).md", "\u202e.md"],
)  # fmt: skip
def test_a_files_name_decides_nothing_but_its_kind(ours: Site, name: str) -> None:
    before = {p for p in ours.services.library.directory.parent.rglob("*") if p.is_file()}
    assert put(ours, name)["added"] == ["harbour"]
    folder = ours.services.library.directory / "uploads"
    new = {p for p in ours.services.library.directory.parent.rglob("*") if p.is_file()} - before
    staged = [p for p in new if p.suffix == ".md"]
    assert [p.parent for p in staged] == [folder]
    assert staged[0].name.replace("-", "").replace(".md", "").isalnum()
    assert staged[0].name.isascii()


@pytest.mark.parametrize("name", ["run.exe", "noending", "a.md.sh", "page.svg", "x."])
def test_a_kind_that_cannot_be_read_is_refused(ours: Site, name: str) -> None:
    sent = ours.program().put(f"{API}/sources", params={"name": name}, content=NOTE)
    assert sent.status_code == 422
    assert ".pdf" in sent.json()["detail"]


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"\xff\xfe"])
@pytest.mark.parametrize("name", ["a.md", "a.pdf", "a.docx", "a.html"])
def test_a_file_that_is_not_what_it_says_is_refused_and_not_kept(
    ours: Site, name: str, content: bytes
) -> None:
    report = put(ours, name, content)
    assert report["refused"]
    assert not list((ours.services.library.directory / "uploads").iterdir())


def test_a_removed_source_leaves_the_disk(ours: Site) -> None:
    put(ours)
    ours.program().delete(f"{API}/sources/harbour")
    assert not list((ours.services.library.directory / "uploads").iterdir())


def test_front_matter_from_the_form_is_data_and_no_yaml(ours: Site) -> None:
    odd = "a: b\n- c # !!python/object:os.system {}"
    report = put(ours, "x.txt", "The river rose.", id="river", title=odd, publisher="P")
    assert report["added"] == ["river"]
    title = ours.program().get(f"{API}/sources/river").json()["source"]["title"]
    assert title == " ".join(odd.split())


def test_sources_come_page_by_page(alone: Site) -> None:
    address, seen = f"{API}/sources?limit=7", []
    while address:
        answer = alone.program().get(address)
        seen += [row["id"] for row in answer.json()["sources"]]
        link = answer.headers.get("link", "")
        address = link[1 : link.index(">")] if link else ""
    assert seen == [s.id for s in alone.services.library.sources()]


def test_a_source_that_there_is_not_is_not_found(alone: Site) -> None:
    program = alone.program()
    assert program.get(f"{API}/sources/none").status_code == 404
    assert program.delete(f"{API}/sources/none").status_code == 404


def test_what_became_of_a_source_is_shown_wherever_it_is(ours: Site, page: Page) -> None:
    source = page.evidence.sources[0].id
    history = ours.services.library.history
    words = "Retracted: the clips were <b>forged</b>."
    notice = {"source_id": source, "kind": "retracted", "words": words, "given_by": "the page"}
    history.notice([Notice.model_validate({**notice, "noticed": DAY})])
    url = page.evidence.sources[0].url
    history.keep([WebPage(source_id=source, url=url, checked="2026-01-27T10:00:00Z", gone=True)])
    draft, browser = ours.services.reviews.adopt(page), ours.browser()
    for at in (f"/drafts/{draft}/sources/{source}", f"/library/{source}"):
        shown = browser.get(at).text
        assert "<b>Retracted, " in shown, at
        assert "the clips were &lt;b&gt;forged" in shown, at
        assert "Its page is gone from the web" in shown, at
    row = browser.get("/library").text.split(f'href="/library/{source}"')[1].partition("</tr>")[0]
    assert "retracted" in row
    assert "page gone" in row
    told = ours.program().get(f"{API}/sources/{source}").json()
    assert [n["kind"] for n in told["notices"]] == ["retracted"]
    assert told["gone"] is True


def test_of_a_source_that_nothing_was_heard_of_nothing_is_said(ours: Site) -> None:
    put(ours)
    assert "gone from the web" not in ours.browser().get("/library/harbour").text
    told = ours.program().get(f"{API}/sources/harbour").json()
    assert (told["notices"], told["gone"]) == ([], False)

"""A paper is retracted: no draft rests on it any more, and whoever cites it hears of it."""

from pathlib import Path

import pytest

from agent import bootstrap
from agent.faces.mcp.answers import Tools
from agent.faces.opening import open_library, read_settings
from agent.types import Page, Question
from tests.faces.front import note, verdict
from tests.unit.retrieval.web.test_registers import register, row

DOI = "10.5555/bridge.2025.7"
QUESTION = "Did the council close the old bridge?"
TRIAL = "The council closed the old bridge to cars on 3 May 2025 after an inspection found cracks."
ADA = ("--vetted-by", "Ada Reed")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A library of three notes, one of them a paper."""
    notes, place = tmp_path / "notes", tmp_path / "library"
    note(notes, "paper", TRIAL, url=f"https://doi.org/{DOI}", title="Cracks", publisher="A Journal")
    note(notes, "mayor", "The mayor said that the old bridge stays closed to cars until autumn.")
    note(
        notes,
        "paper-of-town",
        "The council closed the old bridge to cars in May 2025. Engineers found cracks in two "
        "beams of the bridge. The council will mend the bridge in 2026.",
    )
    assert verdict("library", "add", notes, *ADA, "--library", place).status == 0
    return place


def retract(place: Path, nature: str = "Retraction") -> None:
    file = register(place.parent / "retraction_watch.csv", row(doi=DOI, nature=nature))
    assert verdict("library", "notices", file, "--library", place).status == 0


def test_no_draft_cites_a_source_that_was_retracted_and_it_says_so(place: Path) -> None:
    before = verdict("draft", QUESTION, "--library", place).out
    assert "A Journal" in before
    assert "Left out" not in before
    retract(place)
    page = verdict("draft", QUESTION, "--library", place).out
    sources = page.partition("\nSources\n")[2]
    assert "The Harbour Paper" in sources
    assert "A Journal" not in sources
    assert "Left out, retracted: “Cracks” (A Journal), noticed January 27, 2026: “Retracted" in page
    short = verdict("ask", QUESTION, "--library", place).out
    assert "Left out, retracted: “Cracks”" in short
    made = verdict("draft", QUESTION, "--format", "json", "--library", place).json
    assert [n["notice"]["kind"] for n in made["source_notices"]] == ["retracted"]
    retract(place, "Reinstatement")
    assert "Left out" not in verdict("draft", QUESTION, "--library", place).out


def test_a_cited_source_with_a_concern_is_cited_with_it(place: Path) -> None:
    retract(place, "Expression of concern")
    page = verdict("draft", QUESTION, "--library", place).out
    assert "A Journal" in page.partition("\nSources\n")[2]
    assert "Expression of concern: “Cracks” (A Journal), noticed January 27, 2026:" in page


def test_who_searches_sees_that_a_source_was_retracted(place: Path) -> None:
    retract(place)
    found = verdict("search", "The council closed the old bridge", "--library", place).out
    assert found.count("Retracted, noticed January 27, 2026: “Retracted on 2026-01-27") == 1
    with open_library(place) as library:
        tools = Tools(library, read_settings())
        said = {one.source: one.notices for one in tools.search("The council").results}
        assert [name for name, notices in said.items() if notices] == ["paper"]
        assert tools.fetch("paper").metadata.notices == said["paper"]


def test_a_text_that_cites_a_retracted_source_is_told(place: Path, tmp_path: Path) -> None:
    retract(place)
    text = tmp_path / "text.md"
    text.write_text(f"{TRIAL} [1]\n\n## Sources\n\n[1] Cracks. https://doi.org/{DOI}\n", "utf-8")
    told = verdict("check", text, "--library", place)
    assert "[1] has a notice (retracted, January 27, 2026, retraction_watch.csv)" in told.out
    assert "rest nothing on it" in told.out


def test_sentences_that_rest_on_a_source_that_is_retracted_later_no_longer_stand(
    place: Path,
) -> None:
    settings = read_settings()
    with open_library(place) as library, bootstrap.open_reviews(settings, library) as reviews:
        asked = Question(text=QUESTION, asked_on=bootstrap.today())
        made = bootstrap.build_desk(settings, library).draft(asked)
        assert isinstance(made, Page)
        assert any(c.source == "paper" for s in made.sentences() for c in s.citations)
        draft = reviews.adopt(made)
    retract(place)
    told = verdict("recheck", "--library", place)
    assert told.status == 4
    assert "Cracks (paper): retracted" in told.out
    assert "no longer stands" in told.out
    assert "what it cited was retracted: “Retracted on 2026-01-27" in told.out
    again = verdict("recheck", draft, "--library", place)
    assert "no longer stands" not in again.out

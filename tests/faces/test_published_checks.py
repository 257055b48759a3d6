"""What others found when they checked the same claim: shown first, evidence among others."""

import json
from pathlib import Path

import pytest

from agent import bootstrap
from agent.faces.opening import open_library, read_settings
from agent.review.types import Recheck
from agent.types import Evidence, Page, PublishedCheck, Question, VerdictLabel
from tests.faces.front import note, verdict
from tests.unit.agent.pages import cite, page, passage, sentence

ADA = ("--vetted-by", "Ada Reed")
CLAIM = "The council closed the old bridge to cars."
ASKED = "Did the council close the old bridge to cars?"
CHECK = "https://checker.example.org/bridge"


def publish(place: Path, folder: Path, rating: str, claim: str = CLAIM) -> None:
    """Have a fact-checker rate a claim."""
    statement = {
        "@type": "ClaimReview",
        "url": CHECK,
        "author": {"name": "Checker"},
        "claimReviewed": claim,
        "reviewRating": {"alternateName": rating},
        "datePublished": "2025-06-02",
    }
    file = folder / "checks.json"
    file.write_text(json.dumps(statement), "utf-8")
    assert verdict("library", "fact-checks", file, *ADA, "--library", place).status == 0


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A library of two notes on the bridge."""
    closed = "The council closed the old bridge to cars on 3 May 2025 after an inspection."
    note(tmp_path / "notes", "bridge", closed)
    note(tmp_path / "notes", "mayor", "The mayor said the old bridge stays closed until autumn.")
    told = verdict("library", "add", tmp_path / "notes", *ADA, "--library", tmp_path / "library")
    assert told.status == 0
    return tmp_path / "library"


def test_a_claim_that_others_checked_is_shown_first_by_every_door(
    place: Path, tmp_path: Path
) -> None:
    publish(place, tmp_path, "Mostly true")
    at = ("--library", place)
    told = "Already checked: Checker, June 2, 2025: “Mostly true” (the claim that “" + CLAIM + "”)"
    text = verdict("draft", ASKED, *at).out
    assert f"{told} - {CHECK}" in text
    assert text.index("Already checked") < text.index("Executive summary")
    assert verdict("ask", ASKED, *at).out.startswith(told)
    assert verdict("search", CLAIM, *at).out.startswith(told)
    html = verdict("draft", ASKED, "--format", "html", *at).out
    assert html.index("Already checked") < html.index("Executive summary")
    assert f'href="{CHECK}"' in html
    [check] = verdict("draft", ASKED, "--format", "json", *at).json["checks"]
    assert (check["rating"]["quote"], check["claim"]["quote"]) == ("Mostly true", CLAIM)
    assert check["source"]["tier"] == 3
    [found] = verdict("ask", ASKED, "--json", *at).json["checks"]
    assert (found["publisher"], found["url"]) == ("Checker", CHECK)


@pytest.mark.parametrize("ending", ["txt", "md", "html", "docx"])
def test_a_page_with_a_check_of_others_stands_its_own_check(
    place: Path, tmp_path: Path, ending: str
) -> None:
    publish(place, tmp_path, "Mostly true")
    file = tmp_path / f"page.{ending}"
    verdict("draft", ASKED, "--out", file, "--library", place)
    told = verdict("check", file, "--library", place)
    assert (told.status, "0 fall" in told.out) == (0, True), told.out


def test_a_check_of_another_claim_is_not_shown(place: Path, tmp_path: Path) -> None:
    publish(place, tmp_path, "False", "The council sold the old bridge to a museum.")
    assert "Already checked" not in verdict("draft", ASKED, "--library", place).out


def test_a_check_of_others_never_decides_by_itself(tmp_path: Path) -> None:
    place = tmp_path / "library"
    note(tmp_path / "notes", "harbour", "The harbour office counts the ships every morning.")
    verdict("library", "add", tmp_path / "notes", *ADA, "--library", place)
    publish(place, tmp_path, "False. The council never closed the old bridge to cars.")
    found = verdict("draft", ASKED, "--format", "json", "--library", place).json
    assert found["verdict"] in {None, VerdictLabel.UNPROVEN}
    assert found["checks"]


def test_a_page_whose_check_has_other_words_than_its_source_cannot_be_built() -> None:
    lake = passage("lake", "The lake froze.")
    whole = page(sentence("The lake froze.", lake), passages=[lake])
    rating = cite(lake, "froze")
    forged = type(rating)(**{**dict(rating), "quote": "thawed"})
    for words, fits in ((rating, True), (forged, False)):
        check = PublishedCheck(source=lake.source, claim=cite(lake), rating=words)
        fields = {
            **dict(whole),
            "evidence": Evidence(**{**dict(whole.evidence), "checks": (check,)}),
        }
        if fits:
            assert Page(**fields).evidence.checks == (check,)
            continue
        with pytest.raises(ValueError, match="not in the snapshot"):
            Page(**fields)


def test_a_check_that_was_rated_anew_is_shown_anew_after_a_recheck(
    place: Path, tmp_path: Path
) -> None:
    publish(place, tmp_path, "Mostly true")
    settings = read_settings()
    with open_library(place) as library, bootstrap.open_reviews(settings, library) as reviews:
        asked = Question(text=ASKED, asked_on=bootstrap.today())
        made = bootstrap.build_desk(settings, library).draft(asked)
        assert isinstance(made, Page)
        draft = reviews.adopt(made)
    publish(place, tmp_path, "False")
    with open_library(place) as library, bootstrap.open_reviews(settings, library) as reviews:
        assert draft in next(iter(reviews.stale_sources().values()))
        [before] = reviews.get(draft).document.evidence.checks
        [after] = reviews.act(draft, Recheck(), "Ada Reed").document.evidence.checks
    assert (before.rating.quote, after.rating.quote) == ("Mostly true", "False")

"""`verdict recheck`: a source changes, and the drafts that cite it hear of it."""

import time
from pathlib import Path

import pytest

from agent import bootstrap
from agent.faces.cli.recheck_command import every_change
from agent.faces.opening import open_library, read_settings
from agent.review.recheck import mark_changed
from agent.review.types import Recheck, Review, ReviewRow
from agent.types import Page, Question
from retrieval import Change
from tests.faces.front import note, verdict

CLOSED = "The council closed the old bridge to cars on 3 May 2025 after an inspection found cracks."
ADA = ("--vetted-by", "Ada Reed")


@pytest.fixture
def desk(tmp_path: Path) -> tuple[Path, Path, str]:
    """A library, its notes, and a draft under review that cites them."""
    notes, place = tmp_path / "notes", tmp_path / "library"
    note(notes, "bridge", CLOSED)
    note(notes, "mayor", "The mayor said the old bridge stays closed to cars until autumn.")
    assert verdict("library", "add", notes, *ADA, "--library", place).status == 0
    settings = read_settings()
    with (
        open_library(place) as library,
        bootstrap.open_reviews(settings, library) as reviews,
    ):
        asked = Question(text="Did the council close the old bridge?", asked_on=bootstrap.today())
        made = bootstrap.build_desk(settings, library).draft(asked)
        assert isinstance(made, Page)
        return place, notes, reviews.adopt(made)


def reviewed(place: Path, draft: str) -> tuple[Review, ReviewRow]:
    with (
        open_library(place) as library,
        bootstrap.open_reviews(read_settings(), library) as reviews,
    ):
        return reviews.get(draft), reviews.rows()[0]


def test_nothing_changed_and_nothing_is_due(desk: tuple[Path, Path, str]) -> None:
    told = verdict("recheck", "--library", desk[0])
    assert told.status == 0
    assert "No draft cites a source that changed." in told.out


def test_a_sentence_whose_words_are_gone_no_longer_stands(desk: tuple[Path, Path, str]) -> None:
    place, notes, draft = desk
    note(notes, "bridge", "The council kept the old bridge open; an inspection found nothing.")
    assert verdict("library", "add", notes, *ADA, "--library", place).status == 0
    told = verdict("recheck", "--by", "Ada Reed", "--json", "--library", place)
    assert told.status == 4
    [found] = told.json
    assert (found["draft"], found["sources"], found["refused"]) == (draft, ["bridge"], "")
    assert found["fell"]
    review, row = reviewed(place, draft)
    assert row.red == len(found["fell"])
    assert review.version == 2
    again = verdict("recheck", "--library", place)
    assert (again.status, again.out.strip()) == (0, "No draft cites a source that changed.")


def test_words_that_only_moved_stand(desk: tuple[Path, Path, str]) -> None:
    place, notes, draft = desk
    note(notes, "bridge", f"An older sentence stands before it now.\n\n{CLOSED}")
    assert verdict("library", "add", notes, *ADA, "--library", place).status == 0
    told = verdict("recheck", draft, "--library", place)
    assert told.status == 0, told.out
    assert "About bridge (bridge): changed" in told.out
    assert "every sentence that stood still stands" in told.out
    assert reviewed(place, draft)[1].red == 0


def test_what_was_checked_since_is_not_marked_again(desk: tuple[Path, Path, str]) -> None:
    place, notes, draft = desk
    note(notes, "bridge", f"An older sentence stands before it now.\n\n{CLOSED}")
    assert verdict("library", "add", notes, *ADA, "--library", place).status == 0
    time.sleep(1.1)  # events name seconds
    with (
        open_library(place) as library,
        bootstrap.open_reviews(read_settings(), library) as reviews,
    ):
        assert mark_changed(reviews, library.changes()) == {"bridge": [draft]}
        assert reviews.get(draft).recheck == ("bridge",)
        reviews.act(draft, Recheck(), "Ada Reed")
        assert mark_changed(reviews, library.changes()) == {}
        assert reviews.get(draft).recheck == ()


def test_an_unknown_draft_is_named(desk: tuple[Path, Path, str]) -> None:
    assert (
        "'0123456789abcdef'" in verdict("recheck", "0123456789abcdef", "--library", desk[0]).error
    )


def test_what_is_due_is_listed_with_its_sentences_and_verified_only_when_asked(
    desk: tuple[Path, Path, str],
) -> None:
    place, notes, draft = desk
    note(notes, "bridge", "The council kept the old bridge open; an inspection found nothing.")
    assert verdict("library", "add", notes, *ADA, "--library", place).status == 0
    listed = verdict("recheck", "--list", "--library", place)
    assert listed.status == 0
    assert f"{draft}  Did the council close the old bridge?" in listed.out
    assert "About bridge (bridge): changed" in listed.out
    assert "cites it: The council closed the old bridge to cars" in listed.out
    assert reviewed(place, draft)[0].version == 1
    told = verdict("recheck", "--library", place)
    assert "no longer stands (Executive summary): The council closed" in told.out
    assert "the words it cited are gone from the library" in told.out
    assert "1 draft checked again" in told.err


def test_a_change_behind_a_thousand_others_is_seen(desk: tuple[Path, Path, str]) -> None:
    place = desk[0]
    with open_library(place) as library:
        change = library.changes()[-1]
        later = change.n + 1

    class Long:
        """A library of which many things are told before the one that counts."""

        def changes(self, after: int = 0) -> list[Change]:
            rest = range(after + 1, later + 2_001)
            kind = "corrected"
            return [
                Change(**{**dict(change), "n": n, "kind": kind if n == rest[-1] else "added"})
                for n in rest[:1_000]
            ]

    assert [c.kind for c in every_change(Long())][-1] == "corrected"  # type: ignore[arg-type]


def test_a_page_that_is_gone_and_a_source_that_was_removed_are_named_so(
    desk: tuple[Path, Path, str],
) -> None:
    place, _, draft = desk
    assert verdict("library", "remove", "bridge", "--library", place).status == 0
    told = verdict("recheck", draft, "--by", "Ada Reed", "--library", place)
    assert told.status == 4
    assert "bridge: removed" in told.out

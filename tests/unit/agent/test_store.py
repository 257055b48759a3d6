import json
import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from agent.claims import read_claim
from agent.claims.fingerprint import fingerprint
from agent.ports import Store
from agent.render import render
from agent.store import DraftStore, draft_id
from agent.types import Insufficient, Page, Question
from retrieval.errors import LibraryDamaged
from tests.fakes import FakeShelf, MemoryStore
from tests.unit.agent.test_service import GOOD, QUESTION, ScriptedWriter, desk


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else DraftStore.beside(tmp_path)


def draft(store: Store, question: Question = QUESTION) -> Page:
    plain = desk(ScriptedWriter(GOOD))
    made = replace(plain, store=store).draft(question)
    assert isinstance(made, Page)
    return made


def test_a_draft_comes_back_as_it_was(store: Store) -> None:
    made = draft(store)
    assert list(store.earlier(made.claim).values()) == [made]


def test_the_same_claim_asked_in_another_way_is_found_newest_first(store: Store) -> None:
    first = draft(store)
    later = draft(
        store, Question(text="Did council close the streets to cars", asked_on=date(2026, 2, 1))
    )
    assert list(store.earlier(first.claim).values()) == [later, first]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Are nyc cops arresting ICE agents?",
            "New York City police officers arrest I.C.E. agents",
        ),
        ("Did the mayor pay $20,000?", "the mayor paid 20000 dollars"),
        ("Is it true that eggs cost 43% more?", "eggs cost 43 percent more"),
        ("Do vaccines cause autism?", "BREAKING: vaccines cause autism!!"),
    ],
)
def test_one_claim_in_two_wordings_is_the_same(one: str, other: str) -> None:
    assert fingerprint(read_claim(one)) == fingerprint(read_claim(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do vaccines cause autism?", "vaccines do not cause autism"),
        ("the mayor paid 20,000 dollars", "the mayor paid 30,000 dollars"),
        ("crime rose 4%", "crime rose 43%"),
        ("Alice sued Bob", "Bob sued Alice"),
        ("coffee may cause cancer", "coffee causes cancer"),
        ("all swans are white", "some swans are white"),
        ("the bank failed before the war", "the bank failed after the war"),
        ("the pool is closed", "it is a myth that the pool is closed"),
        ("nobody died in the flood", "somebody died in the flood"),
        ("crime is over the limit", "crime is under the limit"),
        ("Does the WHO say aspartame causes cancer?", "Does aspartame cause cancer?"),
        ("Why did the council close the pool?", "The council closed the pool."),
    ],
)
def test_the_opposite_and_other_figures_are_other_claims(one: str, other: str) -> None:
    assert fingerprint(read_claim(one)) != fingerprint(read_claim(other))


def test_drafts_kept_before_a_claim_had_particulars_are_loaded_and_found(tmp_path: Path) -> None:
    path = tmp_path / "drafts.sqlite3"
    made = draft(DraftStore.beside(path.parent))
    old = json.loads(made.model_dump_json())
    del old["earlier"]
    for name in ("actors", "places", "dates", "notes"):
        del old["claim"][name]
    with sqlite3.connect(path) as database:
        database.execute("UPDATE drafts SET page = ?, claim_key = 'old'", [json.dumps(old)])
        database.execute("PRAGMA user_version = 0")
    [(kept, found)] = DraftStore.beside(path.parent).earlier(made.claim).items()
    assert found.sections == made.sections
    assert kept == draft_id(made), "it keeps its id"


def test_keeping_the_same_page_twice_keeps_one(store: Store) -> None:
    made = draft(store)
    assert store.keep(made) == store.keep(made)
    assert list(store.earlier(made.claim).values()) == [made]


def test_drafts_survive_the_process(tmp_path: Path) -> None:
    made = draft(DraftStore.beside(tmp_path))
    kept = DraftStore.beside(tmp_path).earlier(made.claim)
    assert kept == {draft_id(made): made}


def test_a_damaged_file_is_named_before_anything_is_drafted(tmp_path: Path) -> None:
    path = tmp_path / "drafts.sqlite3"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(LibraryDamaged, match=r"drafts\.sqlite3"):
        DraftStore.beside(path.parent)


def test_a_draft_of_a_version_to_come_is_named(tmp_path: Path) -> None:
    kept = DraftStore.beside(tmp_path)
    made = draft(kept)
    with sqlite3.connect(tmp_path / "drafts.sqlite3") as file:
        file.execute("UPDATE drafts SET page = json_set(page, '$.to_come', 1)")
    for read in (lambda: kept.get(draft_id(made)), lambda: kept.earlier(made.claim)):
        with pytest.raises(LibraryDamaged, match="by another version of Verdict Desk"):
            read()


def test_a_page_names_the_earlier_draft_and_never_cites_it(store: Store) -> None:
    first = draft(store)
    assert first.earlier == ()
    later = draft(store, Question(text=QUESTION.text, asked_on=date(2026, 2, 1)))
    [before] = later.earlier
    assert (before.checked_on, before.verdict) == (QUESTION.asked_on, first.verdict.label)
    assert later.evidence == first.evidence
    assert "Checked before: Supported on January 27, 2026." in render(later)


def test_the_same_outcome_of_one_day_is_named_once(store: Store) -> None:
    for _ in range(3):
        draft(store)
    assert len(draft(store).earlier) == 1


def test_a_claim_without_enough_evidence_names_its_earlier_draft_too(store: Store) -> None:
    made = draft(store)
    plain = desk(ScriptedWriter(GOOD))
    bare = replace(plain, library=FakeShelf([]), store=store)
    short = bare.draft(Question(text=QUESTION.text, asked_on=date(2026, 2, 1)))
    assert isinstance(short, Insufficient)
    assert [e.claim for e in short.earlier] == [made.claim.text]
    assert "Checked before: Supported on January 27, 2026." in render(short)

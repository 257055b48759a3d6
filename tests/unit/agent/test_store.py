from datetime import date
from pathlib import Path

import pytest

from agent.ports import Store
from agent.service import Desk
from agent.store import MemoryStore, SqliteStore
from agent.types import Page, Question
from retrieval.errors import LibraryDamaged
from tests.unit.agent.test_service import GOOD, QUESTION, ScriptedDrafter, desk


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "drafts.sqlite3")


def draft(store: Store, question: Question = QUESTION) -> Page:
    plain = desk(ScriptedDrafter(GOOD))
    made = Desk(plain.shelf, plain.planner, plain.drafter, plain.verifier, store).draft(question)
    assert isinstance(made, Page)
    return made


def test_a_draft_comes_back_as_it_was(store: Store) -> None:
    made = draft(store)
    assert store.earlier(made.claim) == [made]


def test_the_same_claim_in_other_words_order_is_found_newest_first(store: Store) -> None:
    first = draft(store)
    later = draft(
        store, Question(text="Did council close the streets to cars", asked_on=date(2026, 2, 1))
    )
    assert store.earlier(first.claim) == [later, first]


def test_keeping_the_same_page_twice_keeps_one(store: Store) -> None:
    made = draft(store)
    assert store.keep(made) == store.keep(made)
    if isinstance(store, SqliteStore):
        assert store.earlier(made.claim) == [made]


def test_drafts_survive_the_process(tmp_path: Path) -> None:
    made = draft(SqliteStore(tmp_path / "drafts.sqlite3"))
    assert SqliteStore(tmp_path / "drafts.sqlite3").earlier(made.claim) == [made]


def test_a_damaged_file_is_named_before_anything_is_drafted(tmp_path: Path) -> None:
    path = tmp_path / "drafts.sqlite3"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(LibraryDamaged, match=r"drafts\.sqlite3"):
        SqliteStore(path)

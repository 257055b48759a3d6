"""The trail tells everything, in order, and shows where somebody changed it; lists of drafts."""

import json

import pytest
import sqlalchemy as sa

from agent.review import trail
from agent.review.desk import ReviewDesk
from agent.review.port import ReviewsUnavailable, Stale, UnknownDraft
from agent.review.tables import CHAIN, EVIDENCE, TRAIL, VERSIONS
from agent.review.types import AddComment, Assign, DropLine, EditHeading, EditLine, Status
from agent.types import Question
from tests.unit.review.desks import QUESTION, Bench, page_on


@pytest.fixture
def acted(desk: ReviewDesk, draft: str) -> str:
    desk.act(draft, EditLine(line="s3", text="The council closed streets."), "Ana")
    desk.act(draft, AddComment(text="Good: “élan”."), "Bo")
    desk.act(draft, DropLine(line="s4"), "Ana")
    return draft


def test_each_entry_tells_who_did_what_to_which_version(desk: ReviewDesk, acted: str) -> None:
    events = desk.trail()
    assert [(e.number, e.who, e.action) for e in events] == [
        (1, "desk", "drafted"),
        (2, "Ana", "edit"),
        (3, "Bo", "comment"),
        (4, "Ana", "drop"),
    ]
    first, edit = events[0].detail, events[1].detail
    assert first["model"] == "embedded"
    assert first["verifiers"] == ["test/1"]
    sources = desk.get(acted).document.evidence.sources
    assert first["sources"] == {s.id: s.sha256 for s in sources}
    assert edit["version"] == 2
    assert edit["action"]["text"] == "The council closed streets."  # type: ignore[index]
    assert [line["line"] for line in edit["lines"]] == ["s3"]  # type: ignore[attr-defined]
    assert [e.number for e in desk.trail(acted, after=2, limit=1)] == [3]
    assert desk.trail("0" * 16) == []


def test_anybody_can_recompute_the_chain(desk: ReviewDesk, acted: str) -> None:
    previous = trail.FIRST
    for event in desk.trail():
        entry = event.model_dump(mode="json") | {"at": event.at.isoformat()}
        assert event.previous == previous
        assert trail.hash_of(entry) == event.hash
        previous = event.hash
    assert desk.verify_trail() is None


CHANGES: dict[str, tuple[sa.Update | sa.Delete, int]] = {
    "who": (sa.update(TRAIL).where(TRAIL.c.number == 3).values(who="Ana"), 3),
    "detail": (sa.update(TRAIL).where(TRAIL.c.number == 2).values(detail="{}"), 2),
    "no-json": (sa.update(TRAIL).where(TRAIL.c.number == 2).values(detail="{"), 2),
    "dropped": (sa.delete(TRAIL).where(TRAIL.c.number == 2), 2),
    "last": (sa.delete(TRAIL).where(TRAIL.c.number == 4), 4),
    "end": (sa.update(CHAIN).values(hash="f" * 64), 4),
    "version": (sa.delete(VERSIONS).where(VERSIONS.c.version == 2), 2),
    "document": (sa.update(VERSIONS).where(VERSIONS.c.version == 3).values(document="{}"), 4),
    "evidence": (sa.update(EVIDENCE).values(body="{}"), 1),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_behind_the_desk_shows(
    desk: ReviewDesk, acted: str, url: str, change: str
) -> None:
    statement, entry = CHANGES[change]
    driver = url.replace("postgresql://", "postgresql+psycopg://")
    engine = sa.create_engine(driver)
    with engine.begin() as connection:
        connection.execute(statement)
    engine.dispose()
    assert desk.verify_trail() == entry


def test_of_one_draft_only_its_own_versions_are_read(
    desk: ReviewDesk, acted: str, bench: Bench, url: str
) -> None:
    other = desk.adopt(page_on(bench, Question(text="Is it so?", asked_on=QUESTION.asked_on)))
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        spoilt = sa.update(VERSIONS).where(VERSIONS.c.draft == other).values(document="{}")
        connection.execute(spoilt)
    assert desk.verify_trail(acted) is None
    assert desk.verify_trail(other) == desk.verify_trail() == 5
    with engine.begin() as connection:
        connection.execute(CHANGES["document"][0].where(VERSIONS.c.draft == acted))
        connection.execute(CHANGES["who"][0])
    engine.dispose()
    assert desk.verify_trail(acted) == 3
    with pytest.raises(ReviewsUnavailable, match="by another version of Verdict Desk"):
        desk.get(other)


def test_an_empty_trail_is_whole(desk: ReviewDesk) -> None:
    assert desk.verify_trail() is None
    assert desk.trail() == []


def test_who_looked_at_an_older_version_is_told(desk: ReviewDesk, acted: str) -> None:
    with pytest.raises(Stale, match="version 3 stands, you looked at 2"):
        desk.act(acted, DropLine(line="s5"), "Ana", version=2)
    with pytest.raises(Stale):
        desk.act(acted, AddComment(text="Late."), "Ana", version=1)
    assert desk.act(acted, DropLine(line="s5"), "Ana", version=3).version == 4


@pytest.mark.parametrize("name", ["get", "versions", "page"])
def test_a_draft_that_is_not_there_is_unknown(desk: ReviewDesk, name: str) -> None:
    with pytest.raises(UnknownDraft, match="no draft"):
        getattr(desk, name)("0" * 16)


def test_lists_are_filtered_searched_and_turned(desk: ReviewDesk, bench: Bench) -> None:
    texts = ("Did the COUNCIL close 100% of streets?", "Is Straße_1 closed?", "Are buses late?")
    ids = [desk.adopt(page_on(bench, Question(text=t, asked_on=QUESTION.asked_on))) for t in texts]
    assert [r.id for r in desk.rows()] == ids[::-1]
    assert [r.id for r in desk.rows(limit=2)] == ids[:0:-1]
    assert [r.id for r in desk.rows(before=ids[1])] == [ids[0]]
    assert [r.id for r in desk.rows(search="council CLOSE 100%")] == [ids[0]]
    assert [r.id for r in desk.rows(search="STRASSE_1")] == [ids[1]]
    assert desk.rows(search="100_") == []
    assert desk.rows(status=Status.APPROVED) == []
    desk.act(ids[0], Assign(assignee="Ana"), "Ana")
    assert [r.id for r in desk.rows()] == [ids[0], ids[2], ids[1]]
    desk.act(ids[1], EditLine(line="s3", text="Nine harbours."), "Ana")
    assert (desk.rows()[0].red, desk.rows()[0].verdict) == (1, "supported")
    with pytest.raises(UnknownDraft):
        desk.rows(before="none")


def test_evidence_is_stored_once_for_all_versions(desk: ReviewDesk, acted: str, url: str) -> None:
    desk.act(acted, EditHeading(section="section-1", text="A"), "Ana")
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(VERSIONS)) == 4
        assert connection.scalar(sa.select(sa.func.count()).select_from(EVIDENCE)) == 1
        text = connection.scalar(sa.select(VERSIONS.c.document).limit(1))
    engine.dispose()
    assert "evidence" not in json.loads(text or "{}")


def test_a_database_that_cannot_be_used_says_so(bench: Bench) -> None:
    with pytest.raises(ReviewsUnavailable, match="cannot be read or written"):
        bench.open("sqlite:////nowhere/at/all/drafts.sqlite3")

"""Pages that the embedded and the model's writer made, under review with what made them."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from agent.llm import budget
from agent.llm.errors import KeyRefused
from agent.review.checking import Tools, record_of
from agent.review.desk import ReviewDesk
from agent.review.document import line_of, page_lines
from agent.review.port import NotAllowed
from agent.review.types import (
    DropLine,
    EditLine,
    ReciteLine,
    RedoSection,
    Review,
    RuleStance,
    WeakenLine,
)
from agent.service import Desk
from agent.types import Kind, Page, Stance, Usage
from prompts import Request
from retrieval.types import Passage, Source
from tests.fakes import FakeShelf
from tests.scripted import ScriptedChat, honest
from tests.unit.agent.desk_with_model import QUESTION, SHELF, desk_asking, plain_desk


class Shelf(FakeShelf):
    def passage(self, passage_id: str) -> Passage | None:
        return next((p for p in self._held if p.id == passage_id), None)

    def sources(self) -> list[Source]:
        return list({p.source.id: p.source for p in self._held}.values())


LIBRARY = Shelf(SHELF._held)


def embedded() -> Desk:
    return plain_desk(LIBRARY)


def with_model(script: Callable[[Request], str | Exception] = honest) -> Desk:
    return desk_asking(ScriptedChat(script), LIBRARY)


def reviewed(made: Desk, folder: Path) -> tuple[ReviewDesk, str, Page]:
    page = made.draft(QUESTION)
    assert isinstance(page, Page)
    tools = Tools(**{f.name: getattr(made, f.name) for f in fields(Tools)})
    desk = ReviewDesk(f"sqlite:///{folder / 'drafts.sqlite3'}", tools)
    return desk, desk.adopt(page), page


@pytest.mark.parametrize("made", [embedded, with_model])
def test_a_drafted_page_goes_through_the_desk_unchanged(
    made: Callable[[], Desk], tmp_path: Path
) -> None:
    desk, draft, page = reviewed(made(), tmp_path)
    out = desk.page(draft)
    assert {k: v for k, v in dict(out).items() if k != "fallen"} == {
        k: v for k, v in dict(page).items() if k != "fallen"
    }
    assert [f.sentence for f in out.fallen] == [f.sentence for f in page.fallen]
    document = desk.get(draft).document
    record = record_of(document)
    assert record is not None
    told = [x.text for x in page_lines(document) if x.kind is Kind.INFERENCE]
    assert told
    assert set(told) <= set(record.statements())


def test_the_verdicts_reason_goes_where_the_verdict_changes(tmp_path: Path) -> None:
    desk, _, page = reviewed(with_model(), tmp_path)
    told = Page(**{**dict(page), "reason": "The council closed the bridge."})
    draft = desk.adopt(told)
    assert desk.page(draft).reason == told.reason
    line = first_finding(desk.get(draft))
    words = line_of(desk.get(draft).document, line).citations[0].quote
    same = desk.act(draft, EditLine(line=line, text=words), "Ana")
    assert same.document.reason == told.reason
    against = {s.source for s in page.verdict.stances if s.stance is not Stance.NEITHER}
    now = same
    for source in against:
        ruling = RuleStance(source=source, stance=Stance.NEITHER, reason="It is irony.")
        now = desk.act(draft, ruling, "Ana")
    assert now.document.verdict.tally != page.verdict.tally
    assert now.document.reason == ""


def first_finding(review: Review) -> str:
    return review.document.sections[1].lines[0].id


@pytest.mark.parametrize("made", [embedded, with_model])
def test_an_editor_works_with_what_drafted_the_page(
    made: Callable[[], Desk], tmp_path: Path
) -> None:
    desk, draft, _ = reviewed(made(), tmp_path)
    line = first_finding(desk.get(draft))
    words = line_of(desk.get(draft).document, line).citations[0].quote
    red = desk.act(draft, EditLine(line=line, text="Aliens took the bridge."), "Ana")
    assert line_of(red.document, line).red
    with pytest.raises(NotAllowed, match="nearest passages carries"):
        desk.act(draft, ReciteLine(line=line), "Ana")
    good = desk.act(draft, EditLine(line=line, text=words), "Ana")
    assert not line_of(good.document, line).red
    desk.act(draft, DropLine(line=line), "Ana")
    back = desk.act(draft, ReciteLine(line=line), "Ana")
    assert not line_of(back.document, line).red
    desk.act(draft, RuleStance(source="gazette", stance=Stance.FOR, reason="It is irony."), "Ana")
    assert desk.page(draft)
    assert desk.verify_trail() is None


def test_the_embedded_writer_rewords_and_writes_the_same_twice(tmp_path: Path) -> None:
    desk, draft, _ = reviewed(embedded(), tmp_path)
    with pytest.raises(NotAllowed, match="the same again"):
        desk.act(draft, RedoSection(section="section-1"), "Ana")
    line = first_finding(desk.get(draft))
    desk.act(draft, EditLine(line=line, text="Aliens took the bridge."), "Ana")
    review = desk.act(draft, WeakenLine(line=line), "Ana")
    assert not line_of(review.document, line).red


def test_the_trail_tells_which_prompts_were_sent(tmp_path: Path) -> None:
    def script(request: Request) -> str | Exception:
        account = budget.current()
        account.calls += 1
        account.prompts[request.prompt] = request.fingerprint
        return honest(request)

    desk, draft, page = reviewed(with_model(script), tmp_path)
    line = first_finding(desk.get(draft))
    desk.act(draft, EditLine(line=line, text="Aliens took the bridge."), "Ana")
    first, edit = desk.trail()
    assert set(page.usage.prompts) >= {"plan", "write", "judge"}
    assert first.detail["prompts"] == page.usage.prompts
    judged = {"judge": page.usage.prompts["judge"]}
    assert Usage.model_validate(edit.detail["usage"]).prompts == judged


def test_a_model_that_cannot_be_asked_is_told_and_changes_nothing(tmp_path: Path) -> None:
    refused: list[bool] = []

    def script(request: Request) -> str | Exception:
        return KeyRefused("The key was refused.") if refused else honest(request)

    desk, draft, _ = reviewed(with_model(script), tmp_path)
    refused.append(True)
    line = first_finding(desk.get(draft))
    with pytest.raises(NotAllowed, match=r"could not be asked: The key was refused\."):
        desk.act(draft, EditLine(line=line, text="Aliens took the bridge."), "Ana")
    assert desk.get(draft).version == 1

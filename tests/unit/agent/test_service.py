"""The way of a claim, with a scripted writer behind the desk."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from agent.pipeline.draft import CouldNotCheck
from agent.pipeline.plan import EmbeddedPlanner
from agent.service import Desk
from agent.statements import RecordStatements
from agent.types import (
    CheckedSection,
    CheckedSentence,
    Citation,
    Conclusion,
    Evidence,
    Insufficient,
    Kind,
    Page,
    Plan,
    Question,
    Section,
    Sentence,
    Support,
    Verification,
)
from tests.fakes import FakeShelf, MemoryStore, ScriptedVerifier, WordsEntailment, passages, source

FIRST = passages(
    source("first", tier=1),
    "The council closed four streets to cars in May.",
    "The council vote on closing streets to cars was split.",
)
SECOND = passages(
    source("second"),
    "A survey counted fewer cars after the council closed streets.",
    "Shops near the closed streets asked the council for loading zones for cars.",
)
SHELF = FakeShelf([*FIRST, *SECOND])
QUESTION = Question(text="Did the council close streets to cars?", asked_on=date(2026, 1, 27))


def cite(n: int, **changes: object) -> Citation:
    passage = [*FIRST, *SECOND][n]
    fields = {
        "source": passage.source.id,
        "passage": passage.id,
        "start": passage.start,
        "end": passage.end,
        "quote": passage.text,
    }
    return Citation.model_validate(fields | changes)


def said(text: str, *numbers: int, kind: Kind = Kind.FINDING) -> Sentence:
    return Sentence(text=text, kind=kind, citations=tuple(cite(n) for n in numbers))


GOOD = [said("Four streets were closed.", 0), said("Fewer cars were counted.", 2)]


class ScriptedDrafter:
    name = "scripted"

    def __init__(
        self,
        body: Sequence[Sentence],
        revise: Callable[[Sentence], Sentence | None] = lambda _: None,
        summary: Sentence | None = None,
    ) -> None:
        self._body, self._revise, self._summary = body, revise, summary

    def draft(self, plan: Plan, evidence: Evidence) -> tuple[Section, ...]:
        return tuple(
            Section(heading=f"Section {i}", sentences=(s,)) for i, s in enumerate(self._body)
        )

    def conclude(
        self,
        plan: Plan,
        evidence: Evidence,
        body: Sequence[CheckedSection],
        record: RecordStatements,
    ) -> Conclusion:
        stated = Sentence(text=record.record(), kind=Kind.INFERENCE, citations=(cite(0),))
        answer = self._summary or Sentence(
            text=record.answer(), kind=Kind.INFERENCE, citations=(cite(0),)
        )
        return Conclusion(
            summary=(answer,),
            limits=Section(heading="Limits of the record", sentences=(stated,)),
            bottom_line=Section(heading="Bottom line", sentences=(stated,)),
            follow_ups=("One?", "Two?", "Three?"),
        )

    def revise(
        self, rejected: Sequence[tuple[Sentence, Verification]], evidence: Evidence
    ) -> list[Sentence | None]:
        return [self._revise(sentence) for sentence, _ in rejected]


def desk(writer: ScriptedDrafter, judge: ScriptedVerifier | None = None) -> Desk:
    verification = judge or ScriptedVerifier({})
    return Desk(SHELF, EmbeddedPlanner(), writer, verification, WordsEntailment(), MemoryStore())


def page(writer: ScriptedDrafter, judge: ScriptedVerifier | None = None) -> Page:
    made = desk(writer, judge).draft(QUESTION)
    assert isinstance(made, Page)
    return made


def test_what_stands_is_printed_in_order_and_kept() -> None:
    made = page(ScriptedDrafter(GOOD))
    assert [s.text for s in made.sentences()][1:3] == [s.text for s in GOOD]
    assert made.fallen == ()
    assert set(made.timings) == {"plan", "search", "draft", "check", "verdict", "conclude"}


def test_a_sentence_that_cites_an_unknown_passage_falls() -> None:
    stray = Sentence(text="Nine streets were closed.", citations=(cite(0, passage="nowhere"),))
    made = page(ScriptedDrafter([*GOOD, stray]))
    [fallen] = made.fallen
    assert fallen.sentence.text == stray.text
    assert "not in its evidence" in fallen.sentence.ruling.reason


def test_a_sentence_whose_quote_is_not_in_the_snapshot_falls() -> None:
    bent = Sentence(text="Streets were closed.", citations=(cite(0, quote="The council opened …"),))
    [fallen] = page(ScriptedDrafter([*GOOD, bent])).fallen
    assert "not in the stored snapshot" in fallen.sentence.ruling.reason


def test_a_sentence_without_citations_falls() -> None:
    [fallen] = page(ScriptedDrafter([*GOOD, Sentence(text="Everybody knows it.")])).fallen
    assert fallen.sentence.ruling.reason == "it cites nothing"


@pytest.mark.parametrize(
    "text", ["It is so [3].", "See https://example.org.", "Red \x1b[31m text."]
)
def test_only_the_renderer_writes_numbers_and_addresses(text: str) -> None:
    [fallen] = page(ScriptedDrafter([*GOOD, said(text, 0)])).fallen
    assert "only the renderer" in fallen.sentence.ruling.reason


def test_a_rejected_sentence_is_repaired_and_the_repair_is_checked_too() -> None:
    bad, weak = said("Ninety streets were closed.", 0), said("Streets were closed.", 0)
    judge = ScriptedVerifier({bad.text: Support.UNSUPPORTED})
    made = page(ScriptedDrafter([*GOOD, bad], revise=lambda _: weak), judge)
    assert made.fallen == ()
    assert weak.text in [s.text for s in made.sentences()]


def test_a_citation_that_a_sentence_does_not_need_is_removed() -> None:
    made = page(ScriptedDrafter([said("Four streets were closed.", 0, 2), GOOD[1]]))
    sentence = next(s for s in made.sentences() if s.text == "Four streets were closed.")
    assert [c.source for c in sentence.citations] == ["first"]


def test_a_sentence_that_no_repair_saves_falls_with_what_was_tried() -> None:
    judge = ScriptedVerifier({f"Ninety streets{'!' * n}": Support.UNSUPPORTED for n in range(5)})
    bad = said("Ninety streets", 0)
    writer = ScriptedDrafter([*GOOD, bad], revise=lambda s: said(f"{s.text}!", 0))
    [fallen] = page(writer, judge).fallen
    assert fallen.tried == ("Ninety streets", "Ninety streets!")
    assert fallen.nearest == cite(0)


@pytest.mark.parametrize("support", [Support.PARTIAL, Support.CONTRADICTED, Support.UNSUPPORTED])
def test_only_support_lets_a_sentence_stand(support: Support) -> None:
    judge = ScriptedVerifier({GOOD[0].text: support})
    made = page(ScriptedDrafter(GOOD), judge)
    assert GOOD[0].text not in [s.text for s in made.sentences()]
    assert GOOD[0].text in [f.sentence.text for f in made.fallen]


def test_where_no_source_says_anything_one_section_is_no_page() -> None:
    judge = ScriptedVerifier({GOOD[0].text: Support.UNSUPPORTED})
    asked = Question(text="Did the council sell streets to cars?", asked_on=QUESTION.asked_on)
    made = desk(ScriptedDrafter(GOOD), judge).draft(asked)
    assert isinstance(made, Insufficient)
    assert "stood the check" in made.reason


def test_a_verifier_that_is_down_closes_the_gate() -> None:
    judge = ScriptedVerifier({s.text: Support.UNCHECKED for s in GOOD})
    with pytest.raises(CouldNotCheck, match="No page: the verifier"):
        desk(ScriptedDrafter(GOOD), judge).draft(QUESTION)


def test_a_claim_the_library_is_silent_on_never_reaches_the_drafter() -> None:
    class Unreachable(ScriptedDrafter):
        def draft(self, plan: Plan, evidence: Evidence) -> tuple[Section, ...]:
            raise AssertionError("drafted from nothing")

    question = Question(text="Does aspartame cause cancer?", asked_on=date(2026, 1, 27))
    made = desk(Unreachable([])).draft(question)
    assert isinstance(made, Insufficient)
    assert made.scope.passages == 4


def test_a_statement_of_the_ledger_that_was_touched_up_falls() -> None:
    rosy = Sentence(
        text="The sources reviewed here bear out the claim: nine independent origins support it.",
        kind=Kind.INFERENCE,
        citations=(cite(0),),
    )
    made = desk(ScriptedDrafter(GOOD, summary=rosy)).draft(QUESTION)
    assert isinstance(made, Insufficient)
    assert made.reason == "its conclusion did not stand the check"


def test_a_page_with_a_sentence_that_fell_cannot_be_built() -> None:
    made = page(ScriptedDrafter(GOOD))
    verification = Verification(support=Support.PARTIAL, reason="half")
    fell = CheckedSentence.of(GOOD[0], verification)
    with pytest.raises(ValueError, match="does not stand"):
        Page.model_validate({**dict(made), "summary": (fell,)})


def test_drafting_the_same_question_twice_gives_the_same_page() -> None:
    first, second = (page(ScriptedDrafter(GOOD)) for _ in range(2))
    assert first.model_dump(exclude={"timings"}) == second.model_dump(exclude={"timings"})

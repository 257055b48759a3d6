"""The way of a claim, with a scripted writer behind the desk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from agent.pipeline.draft import CouldNotCheck
from agent.pipeline.plan import EmbeddedPlanner
from agent.ports import Judge
from agent.service import Desk
from agent.statements import RecordStatements
from agent.types import (
    CheckedSection,
    CheckedSentence,
    Citation,
    ClaimEvidence,
    Conclusion,
    Draft,
    Evidence,
    Insufficient,
    Kind,
    Page,
    Plan,
    PublishedCheck,
    Question,
    Section,
    Sentence,
    Support,
    Verdict,
    Verification,
)
from agent.verdict.stance import EmbeddedStances
from agent.verification.embedded import EmbeddedJudge
from retrieval.errors import LibraryBusy, SourceGone
from retrieval.types import Vectors
from tests.fakes import (
    FakeShelf,
    MemoryStore,
    ScriptedVerifier,
    WordsEntailment,
    WordVerifier,
    passages,
    source,
)
from tests.unit.agent.pages import insufficient

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


def test_an_editors_searches_take_the_place_of_the_plans() -> None:
    made = desk(ScriptedWriter(GOOD))
    mine = Question(**{**dict(QUESTION), "queries": ("council closed streets",)})
    assert made.plan(mine).queries == ("council closed streets",)
    assert made.plan(mine).claim == made.plan(QUESTION).claim
    page = made.draft(mine)
    assert isinstance(page, Page)
    assert page.evidence.queries[0] == "council closed streets"
    assert not set(made.plan(QUESTION).queries[1:]) & set(page.evidence.queries)


class ScriptedWriter:
    """Writes what it is given, a sentence a section; `parts` are the other parts of its draft."""

    rounds = 2

    def __init__(
        self,
        body: Sequence[Sentence],
        revise: Callable[[Sentence], Sentence | None] = lambda _: None,
        answer: Sentence | None = None,
        name: str = "scripted",
        parts: Mapping[str, object] = {},
    ) -> None:
        self._body, self._revise, self._answer = body, revise, answer
        self._parts, self.name = parts, name
        self.drafts = 0

    def draft(self, plan: Plan, evidence: Evidence, verdict: Verdict) -> Draft:
        self.drafts += 1
        sections = tuple(
            Section(heading=f"Section {i}", sentences=(s,)) for i, s in enumerate(self._body)
        )
        return Draft.model_validate({"sections": sections, **self._parts})

    def conclude(
        self,
        plan: Plan,
        evidence: Evidence,
        body: Sequence[CheckedSection],
        record: RecordStatements,
    ) -> Conclusion:
        stated = Sentence(text=record.record(), kind=Kind.INFERENCE, citations=(cite(0),))
        answer = self._answer or Sentence(
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


def desk(
    writer: ScriptedWriter, judge: Judge | None = None, spare: ScriptedWriter | None = None
) -> Desk:
    nli = WordsEntailment()
    return Desk(
        library=SHELF,
        planner=EmbeddedPlanner(),
        writer=writer,
        judge=judge or ScriptedVerifier({}),
        nli=nli,
        store=MemoryStore(),
        stances=EmbeddedStances(nli),
        spare=spare,
    )


def page(
    writer: ScriptedWriter, judge: Judge | None = None, spare: ScriptedWriter | None = None
) -> Page:
    made = desk(writer, judge, spare).draft(QUESTION)
    assert isinstance(made, Page)
    return made


def test_what_stands_is_printed_in_order_and_kept() -> None:
    made = page(ScriptedWriter(GOOD))
    assert [s.text for s in made.sentences()][1:3] == [s.text for s in GOOD]
    assert made.fallen == ()
    assert set(made.timings) == {"plan", "search", "draft", "check", "conclude"}


class FleetingShelf(FakeShelf):
    """Its first source has another text so often as it is looked at, and is gone before that."""

    def __init__(self, times: int, gone: int = 0) -> None:
        super().__init__([*FIRST, *SECOND])
        self._times, self._gone = times, gone

    def digests(self, source_ids: Sequence[str]) -> dict[str, str]:
        self._times -= 1
        known = super().digests(source_ids)
        return known | {"first": "0" * 64} if self._times >= 0 and "first" in known else known

    def vectors(self, passage_ids: Sequence[str]) -> Vectors:
        self._gone -= 1
        if self._gone >= 0:
            raise SourceGone("There is no passage 'first#0'.", "Search again.")
        return super().vectors(passage_ids)


@pytest.mark.parametrize(("times", "gone", "drafts"), [(0, 0, 1), (2, 0, 3), (0, 1, 1)])
def test_a_page_whose_source_is_taken_away_meanwhile_is_drafted_anew(
    times: int, gone: int, drafts: int
) -> None:
    writer = ScriptedWriter(GOOD)
    made = replace(desk(writer), library=FleetingShelf(times, gone))
    assert isinstance(made.draft(QUESTION), Page)
    assert writer.drafts == drafts
    assert len(made.store.earlier(made.plan(QUESTION).claim)) == 1


def test_a_library_that_never_rests_is_told_and_no_page_is_kept() -> None:
    made = replace(desk(ScriptedWriter(GOOD)), library=FleetingShelf(100))
    with pytest.raises(LibraryBusy, match=r"changed 5 times.*when the library is at"):
        made.draft(QUESTION)
    assert not made.store.earlier(made.plan(QUESTION).claim)


def test_an_answer_that_shows_a_check_of_a_source_that_changed_does_not_stand() -> None:
    words = Citation.of(FIRST[0], 0, len(FIRST[0].text))
    check = PublishedCheck(source=FIRST[0].source, claim=words, rating=words)
    made = Insufficient(**{**dict(insufficient(SECOND[0])), "checks": (check,)})
    writer = ScriptedWriter(GOOD)
    assert replace(desk(writer), library=FleetingShelf(0)).stands(made)
    assert not replace(desk(writer), library=FleetingShelf(1)).stands(made)


def test_a_sentence_that_cites_an_unknown_passage_falls() -> None:
    stray = Sentence(text="Nine streets were closed.", citations=(cite(0, passage="nowhere"),))
    made = page(ScriptedWriter([*GOOD, stray]))
    [fallen] = made.fallen
    assert fallen.sentence.text == stray.text
    assert "not in its evidence" in fallen.sentence.ruling.reason


def test_a_sentence_whose_quote_is_not_in_the_snapshot_falls() -> None:
    bent = Sentence(text="Streets were closed.", citations=(cite(0, quote="The council opened …"),))
    [fallen] = page(ScriptedWriter([*GOOD, bent])).fallen
    assert "not in the stored snapshot" in fallen.sentence.ruling.reason


def test_a_sentence_without_citations_falls() -> None:
    [fallen] = page(ScriptedWriter([*GOOD, Sentence(text="Everybody knows it.")])).fallen
    assert fallen.sentence.ruling.reason == "it cites nothing"


@pytest.mark.parametrize(
    "text", ["It is so [3].", "See https://example.org.", "Red \x1b[31m text."]
)
def test_only_the_renderer_writes_numbers_and_addresses(text: str) -> None:
    [fallen] = page(ScriptedWriter([*GOOD, said(text, 0)])).fallen
    assert "only the renderer" in fallen.sentence.ruling.reason


def test_a_rejected_sentence_is_repaired_and_the_repair_is_checked_too() -> None:
    bad, weak = said("Ninety streets were closed.", 0), said("Streets were closed.", 0)
    judge = ScriptedVerifier({bad.text: Support.UNSUPPORTED})
    made = page(ScriptedWriter([*GOOD, bad], revise=lambda _: weak), judge)
    assert made.fallen == ()
    assert weak.text in [s.text for s in made.sentences()]


def test_a_citation_that_a_sentence_does_not_need_is_removed() -> None:
    writer = ScriptedWriter([said("Four streets were closed.", 0, 2), GOOD[1]])
    made = page(writer, WordVerifier())
    sentence = next(s for s in made.sentences() if s.text == "Four streets were closed.")
    assert [c.source for c in sentence.citations] == ["first"]


def test_a_sentence_that_no_repair_saves_falls_with_what_was_tried() -> None:
    judge = ScriptedVerifier({f"Ninety streets{'!' * n}": Support.UNSUPPORTED for n in range(5)})
    bad = said("Ninety streets", 0)
    writer = ScriptedWriter([*GOOD, bad], revise=lambda s: said(f"{s.text}!", 0))
    [fallen] = page(writer, judge).fallen
    assert fallen.tried == ("Ninety streets", "Ninety streets!")
    assert fallen.nearest == cite(0)


@pytest.mark.parametrize("support", [Support.PARTIAL, Support.CONTRADICTED, Support.UNSUPPORTED])
def test_only_support_lets_a_sentence_stand(support: Support) -> None:
    judge = ScriptedVerifier({GOOD[0].text: support})
    made = page(ScriptedWriter(GOOD), judge)
    assert GOOD[0].text not in [s.text for s in made.sentences()]
    assert GOOD[0].text in [f.sentence.text for f in made.fallen]


def test_where_no_source_says_anything_one_section_is_no_page() -> None:
    judge = ScriptedVerifier({GOOD[0].text: Support.UNSUPPORTED})
    asked = Question(text="Did the council sell streets to cars?", asked_on=QUESTION.asked_on)
    made = desk(ScriptedWriter(GOOD), judge).draft(asked)
    assert isinstance(made, Insufficient)
    assert "stood the check" in made.reason


def test_a_verifier_that_is_down_closes_the_gate() -> None:
    judge = ScriptedVerifier({s.text: Support.UNCHECKED for s in GOOD})
    with pytest.raises(CouldNotCheck, match="No page: the verifier"):
        desk(ScriptedWriter(GOOD), judge).draft(QUESTION)


def test_a_claim_the_library_is_silent_on_never_reaches_the_writer() -> None:
    class Unreachable(ScriptedWriter):
        def draft(self, plan: Plan, evidence: Evidence, verdict: Verdict) -> Draft:
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
    made = desk(ScriptedWriter(GOOD, answer=rosy)).draft(QUESTION)
    assert isinstance(made, Insufficient)
    assert made.reason == "its conclusion did not stand the check"


def test_a_page_with_a_sentence_that_fell_cannot_be_built() -> None:
    made = page(ScriptedWriter(GOOD))
    verification = Verification(support=Support.PARTIAL, reason="half")
    fell = CheckedSentence.of(GOOD[0], verification)
    with pytest.raises(ValueError, match="does not stand"):
        Page.model_validate({**dict(made), "summary": (fell,)})


def test_drafting_the_same_question_twice_gives_the_same_page() -> None:
    first, second = (page(ScriptedWriter(GOOD)) for _ in range(2))
    assert first.model_dump(exclude={"timings"}) == second.model_dump(exclude={"timings"})


# What a writer may write beside the body.

ENDS: dict[str, tuple[Sentence | str, ...]] = {
    "summary": (said("The council closed four streets.", 0),),
    "limits": (said("Shops asked for loading zones.", 3),),
    "bottom_line": (said("The vote was split.", 1),),
    "follow_ups": ("Will trams run?", "Who pays for the signs?", "Which shops moved away?"),
}


def test_a_draft_that_is_whole_is_printed_as_it_is() -> None:
    made = page(ScriptedWriter(GOOD, parts=ENDS))
    assert [s.text for s in made.summary] == ["The council closed four streets."]
    first, *rest = [s.text for part in made.sections[-2:] for s in part.sentences]
    assert first.startswith("The record reviewed for this page is")
    assert rest == ["Shops asked for loading zones.", "The vote was split."]
    assert made.follow_ups == ENDS["follow_ups"]


@pytest.mark.parametrize("missing", list(ENDS))
def test_a_part_that_is_missing_is_concluded_and_the_others_are_kept(missing: str) -> None:
    made = page(ScriptedWriter(GOOD, parts={**ENDS, missing: ()}))
    kept = {
        "summary": [s.text for s in made.summary],
        "limits": [s.text for s in made.sections[-2].sentences if "The record" not in s.text],
        "bottom_line": [s.text for s in made.sections[-1].sentences],
        "follow_ups": list(made.follow_ups),
    }
    for part, written in ENDS.items():
        own = [s if isinstance(s, str) else s.text for s in written]
        assert (kept[part] == own) is (part != missing)
    assert all(s.sentences for s in made.sections)


def test_a_part_of_which_nothing_stands_is_concluded() -> None:
    judge = ScriptedVerifier({"The council closed four streets.": Support.UNSUPPORTED})
    made = page(ScriptedWriter(GOOD, parts=ENDS), judge)
    assert made.summary
    assert "The council closed four streets." not in [s.text for s in made.summary]
    assert [f.place for f in made.fallen] == ["Executive summary"]


def test_headings_are_verified_and_one_that_falls_is_replaced() -> None:
    headings = said("Streets were closed to cars.", 0), said("Cars were counted on Mars.", 2)
    judge = ScriptedVerifier({headings[1].text: Support.UNSUPPORTED})
    made = page(ScriptedWriter(GOOD, parts={"headings": headings}), judge)
    assert [s.heading for s in made.sections[:2]] == [
        "Streets were closed to cars",
        "What Publisher second reported",
    ]
    assert [(f.place, f.sentence.text) for f in made.fallen] == [("Headings", headings[1].text)]


def test_the_heading_of_a_section_that_fell_is_not_given_to_the_next() -> None:
    headings = said("Streets were closed to cars.", 0), said("Fewer cars drove.", 2)
    judge = ScriptedVerifier({GOOD[0].text: Support.UNSUPPORTED})
    made = page(ScriptedWriter(GOOD, parts={"headings": headings}), judge)
    assert [s.heading for s in made.sections[:-2]] == ["Fewer cars drove"]


# Two writers.

SPARE = [said("Streets were closed in May.", 0), said("The vote on streets was split.", 1)]
NOTHING = {s.text: Support.UNSUPPORTED for s in GOOD}


def test_where_too_much_is_rejected_the_spare_writer_writes_and_the_page_says_so() -> None:
    made = page(
        ScriptedWriter(GOOD), ScriptedVerifier(NOTHING), ScriptedWriter(SPARE, name="spare")
    )
    assert [s.text for part in made.sections[:-2] for s in part.sentences] == [
        s.text for s in SPARE
    ]
    assert {f.sentence.text for f in made.fallen} == set(NOTHING)
    [note] = made.usage.notes
    assert "scripted" in note
    assert "written by the writer spare" in note
    assert made.usage.stood_in


def test_where_enough_stands_the_spare_writer_is_not_asked() -> None:
    spare = ScriptedWriter(SPARE)
    made = page(ScriptedWriter(GOOD), spare=spare)
    assert not spare.drafts
    assert not made.usage.notes


def test_a_judge_that_is_down_asks_no_spare_writer() -> None:
    spare = ScriptedWriter(SPARE)
    judge = ScriptedVerifier({s.text: Support.UNCHECKED for s in GOOD})
    with pytest.raises(CouldNotCheck):
        desk(ScriptedWriter(GOOD), judge, spare).draft(QUESTION)
    assert not spare.drafts


def test_where_the_spare_writer_fails_too_there_is_a_short_page() -> None:
    judge = ScriptedVerifier({s.text: Support.UNSUPPORTED for s in (*GOOD, *SPARE)})
    made = desk(ScriptedWriter(GOOD), judge, ScriptedWriter(SPARE)).draft(QUESTION)
    assert isinstance(made, Insufficient)
    assert "stood the check" in made.reason


@pytest.mark.parametrize("rounds", [0, 1, 2])
def test_a_sentence_is_repaired_as_often_as_its_writer_may(rounds: int) -> None:
    bad = [said(f"Ninety streets{'!' * n}", 0) for n in range(5)]
    judge = ScriptedVerifier({s.text: Support.UNSUPPORTED for s in bad})
    writer = ScriptedWriter([*GOOD, bad[0]], revise=lambda s: said(f"{s.text}!", 0))
    writer.rounds = rounds
    [fallen] = page(writer, judge).fallen
    assert len(fallen.tried) == rounds


def test_a_short_answer_is_written_and_judged_without_the_model() -> None:
    searcher, spare = ScriptedVerifier({}), ScriptedWriter(SPARE, name="spare")
    judge = ScriptedVerifier({s.text: Support.UNCHECKED for s in (*GOOD, *SPARE)})
    with_model = replace(desk(ScriptedWriter(GOOD), judge, spare), searcher=searcher)
    made = with_model.brief().draft(QUESTION)
    assert isinstance(made, Page)
    assert SPARE[0].text in [s.text for s in made.sentences()]
    assert made.usage.notes == ()


# Who reads the library.


class Unsearching(ScriptedVerifier):
    """Judges findings, and must not be asked to read the library."""

    def verify(self, pairs: Sequence[ClaimEvidence]) -> list[Verification]:
        assert not [p for p in pairs if "sold" in p.claim], "asked to read the library"
        return super().verify(pairs)


def test_the_searcher_reads_the_library_for_a_certificate_in_place_of_the_judge() -> None:
    text = "No passage in the library reviewed here says that the council sold the streets."
    absent = said(text, 0, kind=Kind.ABSENCE)
    writer = ScriptedWriter([*GOOD, absent])
    plain = desk(writer, Unsearching({}))
    made = replace(plain, searcher=EmbeddedJudge(WordsEntailment())).draft(QUESTION)
    assert isinstance(made, Page)
    rulings = {s.text: s.ruling for s in made.sentences()} | {
        f.sentence.text: f.sentence.ruling for f in made.fallen
    }
    assert rulings[text].certificate
    assert rulings[text].accepted

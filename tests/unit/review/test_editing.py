"""What an editor can do to a document, and what follows from it."""

from collections.abc import Callable
from datetime import date

import pytest

from agent.review.desk import ReviewDesk
from agent.review.document import held_line, line_of, page_lines, section_of
from agent.review.port import NotAllowed, UnknownDraft
from agent.review.types import (
    AcceptLines,
    Action,
    AddLine,
    Document,
    DropLine,
    EditFollowUps,
    EditHeading,
    EditLine,
    ReciteLine,
    RedoSection,
    RestoreAsNote,
    Review,
    RuleStance,
    WeakenLine,
)
from agent.types import Draft, Kind, Question, Section, Sentence, Stance, VerdictLabel
from tests.unit.review.desks import QUESTION, Bench, page_on

Do = Callable[[Action], Review]


@pytest.fixture
def do(desk: ReviewDesk, draft: str) -> Do:
    def act(action: Action) -> Review:
        return desk.act(draft, action, "Ana Ruiz")

    return act


def text_of(document: Document, line: str) -> str:
    return line_of(document, line).text


def test_a_page_comes_in_and_goes_out_unchanged(desk: ReviewDesk, bench: Bench, draft: str) -> None:
    page = page_on(bench)
    assert desk.page(draft) == page
    assert desk.adopt(page) == draft
    assert [row.id for row in desk.rows()] == [draft]
    review = desk.get(draft)
    assert (review.version, review.job, review.document.lines_made) == (1, "job-1", 11)
    assert [s.id for s in review.document.sections] == [
        *("summary", "section-1", "section-2"),
        *("limits", "bottom-line"),
    ]
    assert [(t.line.id, t.section) for t in review.document.tray] == [("s11", "section-2")]


def test_an_edited_sentence_is_verified_again(do: Do) -> None:
    review = do(EditLine(line="s3", text="  The council closed\nstreets. "))
    line = line_of(review.document, "s3")
    assert (line.text, line.by, line.red) == ("The council closed streets.", "Ana Ruiz", False)
    assert line.verification.reason == "all words are in the evidence"
    red = do(EditLine(line="s3", text="The council closed nine harbours."))
    assert line_of(red.document, "s3").red
    assert red.version == 3


def test_a_preview_is_what_the_action_gives_and_stores_nothing(
    desk: ReviewDesk, bench: Bench, draft: str
) -> None:
    before, trail, late = desk.get(draft), desk.trail(draft), bench.passage("herald", 1)
    actions: list[Action] = [
        EditLine(line="s3", text="The council closed streets."),
        EditLine(line="s3", text="The council closed nine harbours."),
        AddLine(section="section-1", text="Buses ran late.", passages=(late,)),
    ]
    told = [desk.preview(draft, action, "Ana Ruiz") for action in actions]
    assert [line.red for line in told] == [False, True, False]
    assert (desk.get(draft), desk.trail(draft)) == (before, trail)
    for line, action in zip(told, actions, strict=True):
        assert line_of(desk.act(draft, action, "Ana Ruiz").document, line.id) == line
    with pytest.raises(NotAllowed, match="Only an edit or an addition"):
        desk.preview(draft, DropLine(line="s3"), "Ana Ruiz")
    with pytest.raises(UnknownDraft):
        desk.preview(draft, EditLine(line="s99", text="No."), "Ana Ruiz")


def test_an_edit_may_cite_a_passage_of_the_library_and_its_best_sentence(
    do: Do,
    bench: Bench,
) -> None:
    one = bench.passage("herald", 1)
    review = do(EditLine(line="s3", text="Buses ran late on Monday.", passages=(one,)))
    line = line_of(review.document, "s3")
    assert not line.red
    assert [c.quote for c in line.citations] == ["Buses ran late on Monday."]
    assert review.document.evidence.passage(one)
    assert bench.stances.asked[-1] == {"herald"}


def test_where_no_sentence_carries_it_the_whole_passage_is_cited(do: Do, bench: Bench) -> None:
    text = "Buses ran late on Monday, it was hot on Tuesday, and a driver blamed rain."
    review = do(EditLine(line="s3", text=text, passages=(bench.passage("herald", 1),)))
    line = line_of(review.document, "s3")
    assert not line.red, line.verification.reason
    assert [c.quote for c in line.citations] == [bench.cite("herald", 1).quote]


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (EditLine(line="s99", text="A"), "no sentence 's99'"),
        (EditLine(line="s3", text="A", passages=("none",)), "no passage 'none'"),
        (AddLine(section="none", text="A", passages=("council#0",)), "no section 'none'"),
        (
            AddLine(section="section-1", after="s5", text="A", passages=("council#0",)),
            "no sentence 's5' in section-1",
        ),
        (DropLine(line="s99"), "no sentence"),
        (AcceptLines(lines=("s99",)), "no sentence"),
        (AcceptLines(lines=("s11",)), "on the page"),
        (WeakenLine(line="s99"), "no sentence"),
        (ReciteLine(line="s99"), "no sentence"),
        (RestoreAsNote(line="s99"), "no sentence"),
        (EditHeading(section="none", text="A"), "no section"),
        (RedoSection(section="none"), "no section"),
        (RuleStance(source="none", stance=Stance.FOR, reason="r"), "no source 'none'"),
    ],
    ids=lambda value: value.do if hasattr(value, "do") else "",
)
def test_what_is_not_there_is_named(
    desk: ReviewDesk, draft: str, action: Action, message: str
) -> None:
    with pytest.raises(UnknownDraft, match=message):
        desk.act(draft, action, "Ana")
    assert desk.get(draft).version == 1


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (EditLine(line="s3", text="  "), "empty"),
        (AddLine(section="section-1", text=" ", passages=("council#0",)), "empty"),
        (WeakenLine(line="s3"), "stands"),
        (WeakenLine(line="s11"), "No weaker wording"),
        (ReciteLine(line="s3"), "stands"),
        (ReciteLine(line="s11"), "None of the 6 nearest"),
        (RestoreAsNote(line="s3"), "stands"),
        (EditHeading(section="summary", text="A"), "heading of the summary"),
        (EditHeading(section="section-1", text="See https://x.example"), "may not stand"),
        (EditHeading(section="section-1", text=" "), "Write 1 to"),
        (EditFollowUps(questions=("What [1]?",)), "may not stand"),
        (RedoSection(section="limits"), "not drafted alone"),
        (RedoSection(section="section-1"), "Nothing that the writer wrote"),
        (RuleStance(source="survey", stance=Stance.FOR, reason=" "), "Say why"),
    ],
    ids=lambda value: value.do if hasattr(value, "do") else "",
)
def test_what_cannot_be_done_says_why(
    desk: ReviewDesk, draft: str, action: Action, message: str
) -> None:
    with pytest.raises(NotAllowed, match=message):
        desk.act(draft, action, "Ana")
    assert [event.action for event in desk.trail()] == ["drafted"]


@pytest.mark.parametrize("who", ["", "  ", "a" * 101, "A\0na", "A\u202ena"])
def test_nobody_acts_without_a_name(desk: ReviewDesk, draft: str, who: str) -> None:
    with pytest.raises(NotAllowed, match="Say who you are"):
        desk.act(draft, DropLine(line="s3"), who)


def test_an_added_sentence_stands_after_another_under_a_new_id(do: Do, bench: Bench) -> None:
    text = "Shops are near the closed streets."
    review = do(AddLine(section="section-1", text=text, passages=(bench.passage("survey", 1),)))
    assert [x.id for x in section_of(review.document, "section-1").lines] == ["s12", "s3", "s4"]
    review = do(
        AddLine(section="section-1", after="s3", text=text, passages=(bench.passage("council"),))
    )
    assert [x.id for x in section_of(review.document, "section-1").lines] == [
        *("s12", "s3", "s13", "s4")
    ]
    assert [line_of(review.document, i).red for i in ("s12", "s13")] == [False, True]


def test_an_id_is_never_used_twice(do: Do, bench: Bench) -> None:
    add = AddLine(section="section-1", text="Shops asked.", passages=(bench.passage("survey", 1),))
    for _ in range(2):
        review = do(add)
        made = f"s{review.document.lines_made}"
        do(DropLine(line=made))
        review = do(DropLine(line=made))  # out of the tray
        assert held_line(review.document, made) is None
    assert review.document.lines_made == 13


def test_a_source_published_after_the_date_asked_about_is_not_cited(
    desk: ReviewDesk, bench: Bench
) -> None:
    asked = Question(**{**dict(QUESTION), "as_of": date(2026, 1, 1)})
    draft = desk.adopt(page_on(bench, asked))
    bench.shelf.put("late", "Trams came back.", published=date(2026, 2, 1))
    add = AddLine(section="section-1", text="Trams came back.", passages=(bench.passage("late"),))
    with pytest.raises(NotAllowed, match="not surely published by 2026-01-01"):
        desk.act(draft, add, "Ana")


def test_a_dropped_sentence_lies_in_the_tray_and_an_edit_brings_it_back(do: Do) -> None:
    review = do(DropLine(line="s3"))
    assert [x.id for x in section_of(review.document, "section-1").lines] == ["s4"]
    text = text_of(review.document, "s3")
    review = do(EditLine(line="s3", text=text))
    assert [x.id for x in section_of(review.document, "section-1").lines] == ["s4", "s3"]
    assert held_line(review.document, "s3") is None


def test_a_rejected_sentence_that_still_falls_stays_in_the_tray(do: Do) -> None:
    review = do(EditLine(line="s11", text="Ten streets were closed to trams."))
    held = held_line(review.document, "s11")
    assert held is not None
    assert held.line.text == "Ten streets were closed to trams."
    assert held.tried == ("Trams were closed.",)


def test_accepting_marks_what_stands_and_an_edit_takes_the_mark_away(do: Do) -> None:
    do(EditLine(line="s4", text="Nine harbours."))
    review = do(AcceptLines())
    marked = {x.id for x in page_lines(review.document) if x.accepted_by == "Ana Ruiz"}
    assert marked == {x.id for x in page_lines(review.document)} - {"s4"}
    review = do(EditLine(line="s3", text="The council closed streets."))
    assert line_of(review.document, "s3").accepted_by == ""
    with pytest.raises(NotAllowed, match="does not stand"):
        do(AcceptLines(lines=("s4",)))


def test_what_changes_nothing_leaves_no_trace(do: Do, desk: ReviewDesk) -> None:
    do(AcceptLines())
    again = do(AcceptLines())
    assert (again.version, len(desk.trail())) == (2, 2)


def test_weakening_puts_the_first_wording_that_is_carried_on_the_page(
    do: Do,
    bench: Bench,
) -> None:
    bench.writer.better = lambda s: Sentence(text="A survey counted cars.", citations=s.citations)
    review = do(WeakenLine(line="s11"))
    assert [x.id for x in section_of(review.document, "section-2").lines] == ["s5", "s6", "s11"]
    assert text_of(review.document, "s11") == "A survey counted cars."
    assert review.document.tray == ()


def test_reciting_finds_a_passage_that_carries_the_sentence_as_it_stands(
    do: Do,
    bench: Bench,
) -> None:
    do(EditLine(line="s3", text="The mayor opened a bridge."))
    review = do(ReciteLine(line="s3"))
    line = line_of(review.document, "s3")
    assert [c.source for c in line.citations] == ["herald"]
    assert not line.red
    assert "herald" in {s.source for s in review.document.evidence.stances}


def test_only_a_finding_is_cited_anew(do: Do) -> None:
    do(EditLine(line="s3", text="No source in the library says that the trams were closed."))
    with pytest.raises(NotAllowed, match="absence"):
        do(ReciteLine(line="s3"))


def test_an_absence_keeps_its_certificate_rule(do: Do) -> None:
    review = do(EditLine(line="s3", text="No source says that the council closed four streets."))
    line = line_of(review.document, "s3")
    assert line.kind is Kind.ABSENCE
    assert line.red
    assert line.verification.certificate is not None


def test_a_note_is_kept_from_the_page(do: Do, desk: ReviewDesk, draft: str) -> None:
    review = do(RestoreAsNote(line="s11"))
    assert line_of(review.document, "s11").note
    review = do(EditLine(line="s11", text="Ask the trams."))
    assert (text_of(review.document, "s11"), review.version) == ("Ask the trams.", 3)
    assert "Ask the trams." not in {s.text for s in desk.page(draft).sentences()}
    review = do(DropLine(line="s11"))
    held = held_line(review.document, "s11")
    assert held is not None
    assert not held.line.note


def test_headings_and_questions_are_the_editors(do: Do, desk: ReviewDesk, draft: str) -> None:
    do(EditHeading(section="section-1", text=" The  vote "))
    do(EditFollowUps(questions=("When is it?", "When is it?", "Who pays?")))
    page = desk.page(draft)
    assert page.sections[0].heading == "The vote"
    assert page.follow_ups == ("When is it?", "Who pays?")


def test_the_verdict_follows_a_ruling_and_so_do_the_statements_of_the_record(
    do: Do,
    desk: ReviewDesk,
    draft: str,
) -> None:
    before = desk.get(draft).document
    assert before.verdict.label is VerdictLabel.SUPPORTED
    review = do(RuleStance(source="council", stance=Stance.AGAINST, reason="It is irony."))
    document = review.document
    assert document.verdict.label is VerdictLabel.REFUTED
    assert "contradicts" in text_of(document, "s1")
    assert "refuted" in text_of(document, "s9")
    assert all(not x.red for x in page_lines(document))
    assert desk.trail()[-1].detail["verdict"] == ["supported", "refuted"]
    review = do(RuleStance(source="council", stance=Stance.NEITHER, reason="It says nothing."))
    assert review.document.verdict.label is VerdictLabel.UNPROVEN
    assert len(review.document.rulings) == 1


def test_a_ruling_on_a_source_without_deciding_words_takes_its_nearest(do: Do) -> None:
    review = do(RuleStance(source="survey", stance=Stance.FOR, reason="It says so."))
    [survey] = [s for s in review.document.verdict.stances if s.source == "survey"]
    assert survey.words[0].quote == "A survey counted fewer cars after the council closed streets."
    assert [c.source for c in line_of(review.document, "s9").citations] == ["council", "survey"]


def test_the_record_counts_the_sources_that_are_left(do: Do, desk: ReviewDesk, draft: str) -> None:
    assert "two cited sources" in text_of(desk.get(draft).document, "s7")
    do(DropLine(line="s5"))
    review = do(DropLine(line="s6"))
    line = line_of(review.document, "s7")
    assert "one cited source" in line.text
    assert {c.source for c in line.citations} == {"council"}
    assert not line.red
    assert {s.text for s in desk.page(draft).sentences()} >= {line.text}


def test_what_leans_on_a_dropped_sentence_falls_with_it(do: Do, bench: Bench) -> None:
    one = bench.passage("council", 1)
    do(AddLine(section="section-1", after="s3", text="It was split.", passages=(one,)))
    review = do(DropLine(line="s3"))
    line = line_of(review.document, "s12")
    assert line.red
    assert "leans on a sentence" in line.verification.reason
    assert not line_of(review.document, "s4").red


def test_a_section_written_again_keeps_what_is_the_same_and_sets_editors_words_aside(
    do: Do,
    bench: Bench,
) -> None:
    do(EditLine(line="s4", text="The vote was split."))
    one, two = bench.cite("council"), bench.cite("council", 1)
    said = (
        Sentence(text="The council closed four streets to cars.", citations=(one,)),
        Sentence(text="Nobody spoke against buses.", citations=(two,)),
        Sentence(text="Nine harbours.", citations=(two,)),
    )
    other = Section(heading="B", sentences=(Sentence(text="A survey.", citations=(one,)),))
    bench.writer.drafted = Draft(sections=(other, Section(heading="A", sentences=said)))
    review = do(RedoSection(section="section-1"))
    lines = section_of(review.document, "section-1").lines
    assert [x.id for x in lines] == ["s3", "s12"]
    assert {t.line.id for t in review.document.tray} == {"s11", "s4", "s13"}
    with pytest.raises(NotAllowed, match="the same again"):
        do(RedoSection(section="section-1"))


def test_two_versions_are_compared_sentence_by_sentence(
    do: Do, desk: ReviewDesk, draft: str
) -> None:
    do(DropLine(line="s4"))
    do(EditLine(line="s5", text="Nine harbours."))
    do(RestoreAsNote(line="s11"))
    changes = {c.line: c for c in desk.compare(draft, 1, 4)}
    assert {i: c.change for i, c in changes.items()} == {
        "s4": "removed",
        "s5": "changed",
        "s11": "added",
    }
    assert (changes["s5"].before_supported, changes["s5"].after_supported) == (True, False)
    assert [c.change for c in desk.compare(draft, 4, 1)] == ["added", "changed", "removed"]
    do(DropLine(line="s3"))
    moved = do(EditLine(line="s3", text="The council closed four streets to cars."))
    assert moved.version == 6
    do(EditLine(line="s4", text="The vote on closing streets was split."))
    assert [(c.line, c.change) for c in desk.compare(draft, 4, 7)] == [("s4", "added")]


def test_an_old_version_is_there_as_it_was(
    do: Do, desk: ReviewDesk, draft: str, bench: Bench
) -> None:
    do(DropLine(line="s3"))
    assert desk.page(draft, 1) == page_on(bench)
    assert [(v.version, v.action) for v in desk.versions(draft)] == [(2, "drop"), (1, "drafted")]
    with pytest.raises(UnknownDraft, match="no version 9"):
        desk.get(draft, 9)


def test_a_red_sentence_is_never_printed(do: Do, desk: ReviewDesk, draft: str) -> None:
    do(EditLine(line="s3", text="Nine harbours."))
    with pytest.raises(NotAllowed, match="refuses “Nine harbours"):
        desk.page(draft)
    do(DropLine(line="s3"))
    do(DropLine(line="s4"))
    page = desk.page(draft)
    assert "What the council decided" not in {s.heading for s in page.sections}
    assert "Nine harbours." in {f.sentence.text for f in page.fallen}
    for line in ("s1", "s2"):
        do(DropLine(line=line))
    with pytest.raises(NotAllowed, match="needs a summary"):
        desk.page(draft)


def test_the_words_behind_a_sentence_come_with_their_source(desk: ReviewDesk, draft: str) -> None:
    [(citation, source)] = desk.cited_words(draft, "s5")
    assert (citation.source, source.id, source.tier) == ("survey", "survey", 2)
    assert [h.passage.source.id for h in desk.passages(draft, "mayor bridge", 1)] == ["herald"]
    assert {line for _, line in desk.citing("survey")} == {"s5", "s6", "s7", "s8"}

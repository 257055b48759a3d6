"""When cited sources change or go: who is told, what moves, what falls."""

import pytest

from agent.review.desk import ReviewDesk
from agent.review.document import line_of, page_lines
from agent.review.port import NotAllowed
from agent.review.types import ChangeStatus, DropLine, Recheck, RuleStance, Status
from agent.types import Stance, VerdictLabel
from tests.unit.review.desks import TEXTS, Bench, page_on

ONE, TWO = TEXTS["survey"]


def approve(desk: ReviewDesk, draft: str) -> None:
    for status in (Status.IN_REVIEW, Status.APPROVED):
        desk.act(draft, ChangeStatus(status=status), "Ana")


def test_drafts_that_cite_a_source_are_marked_once(desk: ReviewDesk, draft: str) -> None:
    assert desk.mark_for_recheck("survey") == [draft]
    assert desk.mark_for_recheck("survey") == [draft]
    assert desk.mark_for_recheck("herald") == []
    assert desk.get(draft).recheck == ("survey",)
    assert desk.rows()[0].recheck
    assert [e.action for e in desk.trail()] == ["drafted", "marked"]
    review = desk.act(draft, Recheck(), "Ana")
    assert (review.recheck, review.version) == ((), 1)


def test_a_draft_is_marked_that_is_taken_in_after_its_source_went(
    desk: ReviewDesk, bench: Bench
) -> None:
    page = page_on(bench)
    bench.shelf.remove("survey")
    draft = desk.adopt(page)
    assert desk.get(draft).recheck == ("survey",)
    assert [e.action for e in desk.trail()] == ["drafted", "marked"]
    assert desk.verify_trail() is None
    assert desk.adopt(page) == draft
    assert len(desk.trail()) == 2


def test_what_is_spiked_is_not_marked(desk: ReviewDesk, draft: str, bench: Bench) -> None:
    desk.act(draft, ChangeStatus(status=Status.SPIKED), "Ana")
    bench.shelf.remove("survey")
    assert desk.mark_for_recheck("survey") == []
    assert desk.stale_sources() == {}


def test_a_source_that_changed_or_went_is_found(desk: ReviewDesk, draft: str, bench: Bench) -> None:
    assert desk.stale_sources() == {}
    bench.shelf.put("survey", ONE, TWO, "More.")
    bench.shelf.remove("council")
    assert desk.stale_sources() == {"council": [draft], "survey": [draft]}
    desk.act(draft, Recheck(), "Ana")
    assert desk.stale_sources() == {}


def test_where_the_cited_words_stand_as_they_did_no_sentence_changes(
    desk: ReviewDesk, draft: str, bench: Bench
) -> None:
    before = desk.get(draft).document
    bench.shelf.put("survey", ONE, TWO, "More.")
    review = desk.act(draft, Recheck(), "Ana")
    assert list(page_lines(review.document)) == list(page_lines(before))
    assert desk.trail()[-1].detail["moved"] == []
    assert review.document.evidence.sources[1].sha256 != before.evidence.sources[1].sha256
    assert desk.page(draft)


def test_words_that_moved_are_cited_at_their_new_place(
    desk: ReviewDesk, draft: str, bench: Bench
) -> None:
    bench.shelf.put("survey", "A new beginning.", ONE, TWO)
    review = desk.act(draft, Recheck(), "Ana")
    [citation] = line_of(review.document, "s5").citations
    assert citation.start == len("A new beginning.") + 2
    assert bench.shelf.snapshot("survey")[citation.start : citation.end] == citation.quote
    assert desk.trail()[-1].detail["moved"] == ["s5", "s6"]
    assert desk.trail()[-1].detail["fell"] == []
    assert desk.page(draft)


def test_a_sentence_whose_words_are_gone_is_red_and_says_why(
    desk: ReviewDesk, draft: str, bench: Bench
) -> None:
    bench.shelf.put("survey", "We took this report down.", TWO)
    review = desk.act(draft, Recheck(), "Ana")
    line = line_of(review.document, "s5")
    assert line.red
    assert line.citations == ()
    assert ONE in line.verification.reason
    assert not line_of(review.document, "s6").red
    assert desk.trail()[-1].detail["fell"] == ["s5"]
    with pytest.raises(NotAllowed):
        desk.page(draft)


def test_a_line_of_the_tray_does_not_stand_on_words_that_are_gone(
    desk: ReviewDesk, draft: str, bench: Bench
) -> None:
    desk.act(draft, DropLine(line="s5"), "Ana")
    bench.shelf.put("survey", "We took this report down.", TWO)
    review = desk.act(draft, Recheck(), "Ana")
    for line in ("s5", "s11"):
        assert line_of(review.document, line).citations == ()
        assert line_of(review.document, line).red
    assert all(held.nearest is None for held in review.document.tray)
    assert desk.page(draft)


def test_the_verdict_is_read_again_from_what_is_left(
    desk: ReviewDesk, draft: str, bench: Bench
) -> None:
    desk.act(draft, RuleStance(source="survey", stance=Stance.FOR, reason="r"), "Ana")
    bench.shelf.put("council", "The council did not close streets to cars.")
    bench.shelf.remove("survey")
    review = desk.act(draft, Recheck(), "Ana")
    assert review.document.verdict.label is VerdictLabel.REFUTED
    assert review.document.rulings == ()
    assert {s.id for s in review.document.evidence.sources} == {"council"}
    assert line_of(review.document, "s3").red


def test_a_library_without_any_cited_source_leaves_a_document_that_can_be_edited(
    desk: ReviewDesk, draft: str, bench: Bench
) -> None:
    bench.shelf.remove("council")
    bench.shelf.remove("survey")
    review = desk.act(draft, Recheck(), "Ana")
    assert all(line.red for line in page_lines(review.document))
    assert review.document.evidence.hits == ()
    assert review.document.verdict.label is VerdictLabel.UNPROVEN


def test_an_approved_draft_whose_verdict_would_change_needs_a_correction(
    desk: ReviewDesk, draft: str, bench: Bench
) -> None:
    approve(desk, draft)
    bench.stances.said = "nothing of the kind"
    bench.shelf.put("council", *TEXTS["council"], "More.")
    with pytest.raises(NotAllowed, match=r"no longer carries “[^”]+”, “"):
        desk.act(draft, Recheck(), "Ana")


def test_an_approved_draft_is_held_against_the_library_and_falls_only_by_a_correction(
    desk: ReviewDesk, draft: str, bench: Bench
) -> None:
    approve(desk, draft)
    bench.shelf.put("survey", "A new beginning.", ONE, TWO)
    assert desk.act(draft, Recheck(), "Ana").version == 2
    bench.shelf.put("survey", "We took this report down.", TWO)
    with pytest.raises(NotAllowed, match="“A survey counted"):
        desk.act(draft, Recheck(), "Ana")
    assert desk.get(draft).version == 2
    desk.act(draft, ChangeStatus(status=Status.CORRECTED, reason="A source is gone."), "Ana")
    assert line_of(desk.act(draft, Recheck(), "Ana").document, "s5").red

"""From draft to approved, corrected or taken back; assignments and comments on the way."""

import pytest

from agent.review.desk import ReviewDesk
from agent.review.port import NotAllowed, UnknownDraft
from agent.review.types import (
    NEXT,
    AcceptLines,
    Action,
    AddComment,
    Assign,
    ChangeStatus,
    DropLine,
    EditFollowUps,
    EditHeading,
    EditLine,
    Recheck,
    ResolveComment,
    Status,
)
from tests.unit.review.desks import Bench

CLOSED = (Status.APPROVED, Status.SPIKED, Status.VOID)
WAYS = {
    Status.DRAFT: (),
    Status.IN_REVIEW: (Status.IN_REVIEW,),
    Status.SPIKED: (Status.SPIKED,),
    Status.APPROVED: (Status.IN_REVIEW, Status.APPROVED),
    Status.CORRECTED: (Status.IN_REVIEW, Status.APPROVED, Status.CORRECTED),
    Status.VOID: (Status.IN_REVIEW, Status.APPROVED, Status.VOID),
}
RED = EditLine(line="s3", text="Nine harbours.")


def go(desk: ReviewDesk, draft: str, status: Status) -> None:
    for step in WAYS[status]:
        desk.act(draft, ChangeStatus(status=step, reason="Said wrongly."), "Ana")


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("after", list(Status))
def test_only_what_follows_a_status_follows_it(
    desk: ReviewDesk, draft: str, status: Status, after: Status
) -> None:
    go(desk, draft, status)
    change = ChangeStatus(status=after, reason="Said wrongly.")
    if after in NEXT[status]:
        assert desk.act(draft, change, "Ana").status is after
    else:
        with pytest.raises(NotAllowed, match="is followed by"):
            desk.act(draft, change, "Ana")
        assert desk.get(draft).status is status


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize(
    "action",
    [
        EditLine(line="s3", text="The council closed streets."),
        DropLine(line="s3"),
        AcceptLines(),
        EditHeading(section="section-1", text="A"),
        EditFollowUps(questions=()),
    ],
    ids=lambda a: a.do,
)
def test_the_document_is_edited_where_it_is_open(
    desk: ReviewDesk, draft: str, status: Status, action: Action
) -> None:
    go(desk, draft, status)
    if status in CLOSED:
        with pytest.raises(NotAllowed):
            desk.act(draft, action, "Ana")
        assert desk.get(draft).version == 1
    else:
        assert desk.act(draft, action, "Ana").version == 2


def test_approving_what_is_red_takes_an_override_and_a_reason(desk: ReviewDesk, draft: str) -> None:
    desk.act(draft, RED, "Ana")
    go(desk, draft, Status.IN_REVIEW)
    for bad in (
        ChangeStatus(status=Status.APPROVED),
        ChangeStatus(status=Status.APPROVED, override=True, reason=" "),
        ChangeStatus(status=Status.APPROVED, reason="I know."),
    ):
        with pytest.raises(NotAllowed, match="refuses “Nine harbours"):
            desk.act(draft, bad, "Bo Lind")
    good = ChangeStatus(status=Status.APPROVED, override=True, reason="The printed note says so.")
    review = desk.act(draft, good, "Bo Lind")
    assert review.override == "Bo Lind: The printed note says so."
    assert desk.trail()[-1].detail["red"] == ["s3"]
    with pytest.raises(NotAllowed, match="is not printed"):
        desk.page(draft)


def test_an_empty_page_is_not_approved(desk: ReviewDesk, draft: str) -> None:
    for line in ("s1", "s2"):
        desk.act(draft, DropLine(line=line), "Ana")
    go(desk, draft, Status.IN_REVIEW)
    with pytest.raises(NotAllowed, match="needs a summary"):
        desk.act(draft, ChangeStatus(status=Status.APPROVED, override=True, reason="r"), "Ana")


def test_a_change_of_sources_is_looked_at_before_approval(
    desk: ReviewDesk, draft: str, bench: Bench
) -> None:
    assert desk.mark_for_recheck("survey") == [draft]
    go(desk, draft, Status.IN_REVIEW)
    with pytest.raises(NotAllowed, match="Check the draft again"):
        desk.act(draft, ChangeStatus(status=Status.APPROVED), "Ana")
    desk.act(draft, Recheck(), "Ana")
    assert desk.act(draft, ChangeStatus(status=Status.APPROVED), "Ana").override == ""


@pytest.mark.parametrize(("status", "kind"), [("corrected", "correction"), ("void", "void")])
def test_readers_are_told_of_a_correction_and_a_withdrawal(
    desk: ReviewDesk, draft: str, status: str, kind: str
) -> None:
    go(desk, draft, Status.APPROVED)
    with pytest.raises(NotAllowed, match="notice that readers"):
        desk.act(draft, ChangeStatus(status=Status(status), reason=" "), "Ana")
    review = desk.act(draft, ChangeStatus(status=Status(status), reason="We erred."), "Ana")
    [notice] = review.notices
    assert (notice.kind, notice.text, notice.by) == (kind, "We erred.", "Ana")


def test_each_correction_adds_its_notice(desk: ReviewDesk, draft: str) -> None:
    go(desk, draft, Status.CORRECTED)
    desk.act(draft, ChangeStatus(status=Status.CORRECTED, reason="Again."), "Bo")
    assert [n.text for n in desk.get(draft).notices] == ["Said wrongly.", "Again."]


def test_a_draft_belongs_to_whom_it_is_given(desk: ReviewDesk, draft: str) -> None:
    review = desk.act(draft, Assign(assignee=" Ana  Ruiz ", second_reader="Bo"), "Chief")
    assert (review.assignee, review.second_reader, review.version) == ("Ana Ruiz", "Bo", 1)
    assert [r.id for r in desk.rows(assignee="Ana Ruiz")] == [draft]
    assert desk.rows(assignee="Bo") == []
    assert desk.act(draft, Assign(), "Chief").assignee == ""
    with pytest.raises(NotAllowed, match="Say who"):
        desk.act(draft, Assign(assignee="A\u202ena"), "Chief")


def test_comments_are_numbered_and_settled_once(desk: ReviewDesk, draft: str) -> None:
    desk.act(draft, AddComment(line="s3", text="Who\0 says?\nNobody."), "Ana")
    review = desk.act(draft, AddComment(text="Good."), "Bo")
    assert [(c.id, c.line, c.text, c.by) for c in review.comments] == [
        (1, "s3", "Who says?\nNobody.", "Ana"),
        (2, "", "Good.", "Bo"),
    ]
    assert desk.rows()[0].open_comments == 2
    assert desk.act(draft, ResolveComment(comment=1), "Bo").comments[0].resolved_by == "Bo"
    again = desk.act(draft, ResolveComment(comment=1), "Ana")
    assert again.comments[0].resolved_by == "Bo"
    assert desk.rows()[0].open_comments == 1
    assert [e.action for e in desk.trail()] == ["drafted", "comment", "comment", "resolve"]


@pytest.mark.parametrize(
    ("action", "error"),
    [
        (AddComment(line="s99", text="A"), UnknownDraft),
        (AddComment(text=" \0"), NotAllowed),
        (ResolveComment(comment=7), UnknownDraft),
    ],
    ids=["line", "empty", "comment"],
)
def test_a_comment_on_nothing_is_refused(
    desk: ReviewDesk, draft: str, action: Action, error: type[Exception]
) -> None:
    with pytest.raises(error):
        desk.act(draft, action, "Ana")
    assert len(desk.trail()) == 1

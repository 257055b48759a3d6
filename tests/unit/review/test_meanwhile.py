"""What somebody else does while a sentence is being verified."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from agent.review.desk import ReviewDesk
from agent.review.document import line_of
from agent.review.port import NotAllowed, Stale
from agent.review.types import Action, AddComment, ChangeStatus, DropLine, EditLine, Status
from agent.types import ClaimEvidence, Verification
from tests.fakes import WordVerifier
from tests.unit.review.desks import Bench, page_on

EDIT = EditLine(line="s3", text="The council closed streets.")


class Interrupted(WordVerifier):
    """Lets somebody else act, `times` times, before it rules."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], object] = lambda: None
        self.times = 0

    def verify(self, pairs: Sequence[ClaimEvidence]) -> list[Verification]:
        if self.times:
            self.times -= 1
            self.meanwhile()
        return super().verify(pairs)


class Two:
    """A slow editor's desk and a fast one's over the same database."""

    def __init__(self, url: str, bench: Bench) -> None:
        self.judge = Interrupted()
        self.fast = bench.open(url)
        self.slow = ReviewDesk(url, replace(bench.tools, judge=self.judge))
        self.draft = self.fast.adopt(page_on(bench))

    def while_verifying(self, *actions: Action, times: int = 1) -> None:
        def act() -> None:
            for action in actions:
                self.fast.act(self.draft, action, "Bo")

        self.judge.meanwhile, self.judge.times = act, times


@pytest.fixture
def two(url: str, bench: Bench) -> Two:
    return Two(url, bench)


def test_an_edit_of_a_version_that_went_is_refused(two: Two) -> None:
    two.while_verifying(DropLine(line="s4"))
    with pytest.raises(Stale, match="version 2 stands, you looked at 1"):
        two.slow.act(two.draft, EDIT, "Ana", version=1)
    assert [e.who for e in two.slow.trail()] == ["desk", "Bo"]


def test_an_edit_of_whatever_stands_is_made_again_on_it(two: Two) -> None:
    two.while_verifying(DropLine(line="s4"))
    review = two.slow.act(two.draft, EDIT, "Ana")
    assert review.version == 3
    assert line_of(review.document, "s3").text == EDIT.text
    assert [t.line.id for t in review.document.tray] == ["s11", "s4"]
    assert two.slow.verify_trail() is None


def test_what_went_meanwhile_is_not_brought_back(two: Two) -> None:
    two.while_verifying(DropLine(line="s3"))
    review = two.slow.act(two.draft, EDIT, "Ana")  # from the tray, as if made after the drop
    assert [line.id for line in review.document.sections[1].lines] == ["s4", "s3"]


def test_comments_disturb_no_edit(two: Two) -> None:
    two.while_verifying(AddComment(text="Good."))
    review = two.slow.act(two.draft, EDIT, "Ana", version=1)
    assert (review.version, len(review.comments)) == (2, 1)


def test_nothing_is_edited_that_was_approved_meanwhile(two: Two) -> None:
    two.while_verifying(ChangeStatus(status=Status.IN_REVIEW), ChangeStatus(status=Status.APPROVED))
    with pytest.raises(NotAllowed, match="It is approved"):
        two.slow.act(two.draft, EDIT, "Ana", version=1)
    assert two.slow.get(two.draft).version == 1


def test_who_is_always_overtaken_is_told(two: Two) -> None:
    turns = iter(range(100))

    def act() -> None:
        text = ("The council closed streets.", "The council closed four.")[next(turns) % 2]
        two.fast.act(two.draft, EditLine(line="s4", text=text), "Bo")

    two.judge.meanwhile, two.judge.times = act, 100
    with pytest.raises(Stale, match="keep changing"):
        two.slow.act(two.draft, EDIT, "Ana")

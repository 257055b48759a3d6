"""A draft under review: the document that editors change, what they do to it, what is recorded."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from agent.types import (
    Citation,
    Claim,
    Earlier,
    Evidence,
    Kind,
    Question,
    Stance,
    Usage,
    Value,
    Verdict,
    Verification,
)

SUMMARY = "summary"
LIMITS = "limits"
BOTTOM_LINE = "bottom-line"
"""Ids of the three sections that every page has; the numbered ones are `section-1`, …"""


class Status(StrEnum):
    """Where a fact-check is in the newsroom."""

    DRAFT = "draft"
    IN_REVIEW = "in review"
    APPROVED = "approved"
    SPIKED = "spiked"
    CORRECTED = "corrected"
    """Approved once, changed since, with a notice on the page."""
    VOID = "void"
    """Approved once, taken back, with a notice on the page."""


NEXT = {
    Status.DRAFT: (Status.IN_REVIEW, Status.SPIKED),
    Status.IN_REVIEW: (Status.DRAFT, Status.APPROVED, Status.SPIKED),
    Status.APPROVED: (Status.CORRECTED, Status.VOID),
    Status.CORRECTED: (Status.CORRECTED, Status.VOID),
    Status.SPIKED: (Status.DRAFT,),
    Status.VOID: (),
}
"""What may follow each status."""


class Line(Value):
    """A sentence of the document. It may be red: the page that is exported may not."""

    id: str
    """Stays the same over versions: `s1`, `s2`, …"""
    text: str
    kind: Kind
    citations: tuple[Citation, ...]
    verification: Verification
    by: str = ""
    """Who wrote or changed it; empty where it is as it was drafted."""
    accepted_by: str = ""
    """The editor who has read it as it stands now; empty where none has."""
    note: bool = False
    """A remark to editors: never exported, needs no support."""

    @property
    def red(self) -> bool:
        """Whether it keeps the document from being approved without an override."""
        return not self.note and not self.verification.accepted


class DocumentSection(Value):
    id: str
    heading: str
    lines: tuple[Line, ...] = ()


class TrayLine(Value):
    """A rejected sentence, beside the document, with what an editor needs to rescue it."""

    line: Line
    section: str
    """Id of the section that it was meant for."""
    nearest: Citation | None = None
    tried: tuple[str, ...] = ()


class StanceRuling(Value):
    """An editor's reading of a source, in place of the computed one."""

    source: str
    stance: Stance
    by: str
    reason: str


class Document(Value):
    """One version of a draft under review."""

    question: Question
    claim: Claim
    verdict: Verdict
    """Computed again after every change, from the stances as editors have ruled them."""
    reason: str = ""
    """Of the verdict, in words of the matter; gone where who speaks for and against changed."""
    sections: tuple[DocumentSection, ...]
    """Summary first, then the numbered ones, then limits and bottom line."""
    follow_ups: tuple[str, ...] = ()
    tray: tuple[TrayLine, ...] = ()
    rulings: tuple[StanceRuling, ...] = ()
    evidence: Evidence
    usage: Usage = Usage()
    earlier: tuple[Earlier, ...] = ()
    timings: dict[str, float] = Field(default_factory=dict)
    lines_made: int = 0
    """Sentences that were given an id so far: an id is never used twice."""


class Notice(Value):
    """What readers are told of a correction or a withdrawal."""

    kind: Literal["correction", "void"]
    text: str
    by: str
    at: datetime


class Comment(Value):
    id: int
    line: str = ""
    """Id of the sentence; empty: on the whole draft."""
    text: str
    by: str
    at: datetime
    resolved_by: str = ""


class Review(Value):
    """A draft as it stands now."""

    id: str
    """The draft's id: 16 hexadecimal digits."""
    job: str = ""
    status: Status = Status.DRAFT
    version: int
    """1, 2, 3, …; every change of the document makes a new one."""
    created: datetime
    changed: datetime
    assignee: str = ""
    second_reader: str = ""
    override: str = ""
    """Who approved it red, and why; empty where nobody had to."""
    notices: tuple[Notice, ...] = ()
    comments: tuple[Comment, ...] = ()
    recheck: tuple[str, ...] = ()
    """Ids of cited sources that changed or are gone since it was last checked."""
    document: Document


class ReviewRow(Value):
    """A draft in a list."""

    id: str
    question: str
    verdict: str
    status: Status
    version: int
    changed: datetime
    assignee: str = ""
    second_reader: str = ""
    red: int = 0
    open_comments: int = 0
    recheck: bool = False


class VersionRow(Value):
    version: int
    at: datetime
    by: str
    action: str
    """Name of the action that made it."""


class LineChange(Value):
    """One sentence in the comparison of two versions."""

    line: str
    change: Literal["added", "removed", "changed", "moved"]
    before: str = ""
    after: str = ""
    before_supported: bool | None = None
    after_supported: bool | None = None


class AuditEvent(Value):
    """One entry of the trail. `hash` covers the entry and the hash before it (SHA-256)."""

    number: int
    """1, 2, 3, … over all drafts, without a gap."""
    at: datetime
    who: str
    draft: str
    action: str
    detail: dict[str, object]
    """What was done; of a draft: model, prompts' fingerprints, sources' sha256."""
    previous: str
    hash: str


# What an editor can do. Each is one transaction: document, trail and head together, or nothing.


class EditLine(Value):
    """Change a sentence's words, its passages or both; it is verified again."""

    do: Literal["edit"] = "edit"
    line: str
    text: str = Field(min_length=1, max_length=2_000)
    passages: tuple[str, ...] | None = None
    """Ids of passages to cite; None keeps the citations."""


class AddLine(Value):
    """Add a sentence after another (or first in a section), citing passages of the library."""

    do: Literal["add"] = "add"
    section: str
    after: str = ""
    text: str = Field(min_length=1, max_length=2_000)
    passages: tuple[str, ...] = Field(min_length=1)


class DropLine(Value):
    """Take a sentence off the page, into the tray; or out of the tray."""

    do: Literal["drop"] = "drop"
    line: str


class AcceptLines(Value):
    """Mark sentences as read; without ids, all that stand."""

    do: Literal["accept"] = "accept"
    lines: tuple[str, ...] = ()


class WeakenLine(Value):
    """Let the writer reword a rejected sentence so that its passages carry it."""

    do: Literal["weaken"] = "weaken"
    line: str


class ReciteLine(Value):
    """Look for passages that carry a rejected sentence as it stands; back on the page if so."""

    do: Literal["recite"] = "recite"
    line: str


class RestoreAsNote(Value):
    """Put a rejected sentence back as a remark to editors."""

    do: Literal["note"] = "note"
    line: str


class EditHeading(Value):
    do: Literal["heading"] = "heading"
    section: str
    text: str = Field(min_length=1, max_length=200)


class RedoSection(Value):
    """Have the writer draft one section again from the same evidence."""

    do: Literal["redo"] = "redo"
    section: str


class RuleStance(Value):
    """Overrule what a source was read as saying; the verdict is computed again."""

    do: Literal["stance"] = "stance"
    source: str
    stance: Stance
    reason: str = Field(min_length=1, max_length=1_000)


class EditFollowUps(Value):
    do: Literal["follow-ups"] = "follow-ups"
    questions: tuple[str, ...] = Field(max_length=10)


class Assign(Value):
    do: Literal["assign"] = "assign"
    assignee: str = Field(default="", max_length=100)
    second_reader: str = Field(default="", max_length=100)


class ChangeStatus(Value):
    """Move a draft on.

    Approving one with a red sentence needs `override` and a `reason`; correcting and taking back
    need the words of the notice as `reason`.
    """

    do: Literal["status"] = "status"
    status: Status
    reason: str = Field(default="", max_length=2_000)
    override: bool = False


class AddComment(Value):
    do: Literal["comment"] = "comment"
    line: str = ""
    text: str = Field(min_length=1, max_length=4_000)


class ResolveComment(Value):
    do: Literal["resolve"] = "resolve"
    comment: int


class Recheck(Value):
    """Verify again the sentences whose cited words moved or are gone from the library."""

    do: Literal["recheck"] = "recheck"


Action = Annotated[
    EditLine
    | AddLine
    | DropLine
    | AcceptLines
    | WeakenLine
    | ReciteLine
    | RestoreAsNote
    | EditHeading
    | RedoSection
    | RuleStance
    | EditFollowUps
    | Assign
    | ChangeStatus
    | AddComment
    | ResolveComment
    | Recheck,
    Field(discriminator="do"),
]

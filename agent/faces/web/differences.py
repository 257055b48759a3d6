"""What a copy has otherwise than its draft, as pages and API tell it."""

from collections.abc import Iterable

from agent.audit.comparison import Change, ComparedLine
from agent.review.types import AddLine, DropLine, EditLine
from agent.types import Support, Value

Takeover = EditLine | AddLine | DropLine


class Difference(Value):
    """One sentence that is not in the copy as it is in the draft."""

    change: Change
    line: str = ""
    """Id of the sentence in the draft; empty where it was added."""
    before: str = ""
    now: str = ""
    section: str = ""
    after: str = ""
    """Where it belongs in the draft: a section, and the sentence that it stands behind there."""
    heading: str = ""
    """What it stands under, in the copy; of a removed one, in the draft."""
    cites: tuple[str, ...] = ()
    """Ids of the sources that it cites in the copy."""
    support: Support | None = None
    """What the desk would rule of it; None where nothing was ruled."""
    reason: str = ""
    fell: bool = False
    """Whether it does not stand."""
    unread: bool = False
    """Whether it is checked only when it is taken over, because there are too many."""
    late: str = ""
    """Why it may be older than the draft; then it is not taken over with the others."""
    action: Takeover | None = None
    """What takes it over into the draft."""
    hindrance: str = ""
    """Why there is no such action."""

    held: str = ""
    """Why a removal is not taken over with the others."""

    @property
    def stands(self) -> bool:
        return not self.fell

    @property
    def ready(self) -> bool:
        """Whether it is taken over with all others that stand."""
        return bool(self.action) and not (self.fell or self.unread or self.late or self.held)

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others of the same copy, whatever is taken over before it."""
        return self.line, self.now


class ComparedCopy(Value):
    """What changed between a draft as it stands and a copy of it."""

    draft: str
    version: int
    """Of the draft, that was compared with."""
    differences: tuple[Difference, ...]
    kept: int
    """Sentences that are the same."""
    frame: tuple[ComparedLine, ...] = ()
    """Title, verdict and headings that are others; they are not taken over."""
    other: str = ""
    """Id of the draft that the copy says it is, where that is not this one."""


def hold_removals(differences: Iterable[Difference]) -> list[Difference]:
    """Keep a sentence whose place another one may be meant for that is not taken over.

    One that was worded wholly anew is removed and added: where the new words do not stand, the
    sentence would be lost.
    """
    found = list(differences)
    other = {Change.ADDED, Change.CHANGED}
    open_ = {d.section for d in found if d.change in other and not d.ready}
    why = "A sentence of this section is not taken over with the others: this may be its old words."
    return [
        Difference(**{**dict(d), "held": why})
        if d.change is Change.REMOVED and d.section in open_ and not d.late
        else d
        for d in found
    ]

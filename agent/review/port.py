"""The review desk as faces see it, and what can go wrong with it."""

from collections.abc import Sequence
from typing import Protocol

from agent.review.types import (
    Action,
    AuditEvent,
    Line,
    LineChange,
    Review,
    ReviewRow,
    Status,
    VersionRow,
)
from agent.types import Citation, Page
from retrieval.types import Hit, Source


class ReviewError(Exception):
    """Base of what can go wrong; the message says what happened and what to do."""


class UnknownDraft(ReviewError):
    """There is no draft, sentence, section, passage or comment of this id."""


class Stale(ReviewError):
    """Somebody changed the draft since; the caller reads it again."""


class NotAllowed(ReviewError):
    """The action does not fit the status, or a rule of the desk forbids it."""


class ReviewsUnavailable(ReviewError):
    """The file or the server that holds the drafts under review cannot be used."""


class Reviews(Protocol):
    """Drafts under review. Safe to call from any thread and from several processes."""

    def adopt(self, page: Page, job: str = "") -> str:
        """Take a finished page in; the same page twice is one draft. Returns its id."""

    def get(self, draft: str, version: int | None = None) -> Review:
        """The draft as it stands, or as it stood in a version. Raises UnknownDraft."""

    def rows(
        self,
        *,
        status: Status | None = None,
        assignee: str = "",
        search: str = "",
        before: str = "",
        limit: int = 50,
    ) -> list[ReviewRow]:
        """Drafts, last changed first; `before` is the id of the last row of the page before."""

    def act(self, draft: str, action: Action, who: str, version: int | None = None) -> Review:
        """Do one thing, durably, or nothing.

        Args:
            draft: its id.
            action: what to do.
            who: the person's name, for the trail.
            version: the version that the person looked at; None acts on whatever stands.

        Raises:
            UnknownDraft: no such draft, sentence, section or passage.
            Stale: another version stands by now.
            NotAllowed: the action does not fit; the message says what to do instead.
        """

    def preview(self, draft: str, action: Action, who: str) -> Line:
        """The sentence that an edit or an addition would give, with its ruling; nothing is stored.

        Raises:
            UnknownDraft: no such draft, sentence, section or passage.
            NotAllowed: it would be refused, or the action gives no sentence.
        """

    def versions(self, draft: str) -> list[VersionRow]:
        """Every version, newest first."""

    def compare(self, draft: str, old: int, new: int) -> list[LineChange]:
        """What changed from one version to another, sentence by sentence."""

    def trail(self, draft: str = "", after: int = 0, limit: int = 500) -> list[AuditEvent]:
        """The audit trail, oldest first; of one draft or of all."""

    def verify_trail(self, draft: str = "") -> int | None:
        """Number of the first entry that does not fit; None where the trail is whole.

        Every entry is held against the one before it, and its version against the entry; with a
        draft, the versions of that one alone, which stays fast on a desk with many.
        """

    def page(self, draft: str, version: int | None = None) -> Page:
        """The draft as a page for the renderers. Raises NotAllowed where a sentence is red."""

    def passages(self, draft: str, query: str, limit: int = 8) -> list[Hit]:
        """Passages of the library for a sentence to cite, best first."""

    def cited_words(self, draft: str, line: str) -> Sequence[tuple[Citation, Source]]:
        """What a sentence cites, with each source."""

    def citing(self, source: str) -> list[tuple[str, str]]:
        """Draft and sentence ids that cite a source."""

    def mark_for_recheck(self, source: str) -> list[str]:
        """Note on every draft that cites a source that it changed or is gone; return their ids."""

    def stale_sources(self) -> dict[str, list[str]]:
        """Cited sources that the library has otherwise or no longer, and who cites them."""

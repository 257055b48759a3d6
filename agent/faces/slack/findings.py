"""What answers a question: a draft of its own, or an earlier check of the same claim."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from agent.claims import read
from agent.faces.slack.questions import Question
from agent.jobs.port import Jobs, UnknownJob
from agent.ports import Store
from agent.settings import DRAFT
from agent.store import draft_id
from agent.types import Insufficient, Page

EARLIER: Final = timedelta(days=30)
"""How old a check may be to answer again."""


@dataclass(frozen=True)
class Found:
    """A draft, and the day of the earlier check where it is one."""

    made: Page | Insufficient
    earlier: date | None = None
    id: str = ""
    """The earlier check's, in the store."""


@dataclass(frozen=True)
class Findings:
    """Drafts by question."""

    jobs: Jobs
    store: Store

    def earlier(self, claim: str, today: date) -> Found | None:
        """The newest check of the same claim, of the last 30 days and of no other day's record."""
        pages = self.store.earlier(read(claim))
        lately = (
            Found(page, page.question.asked_on, kept)
            for kept, page in pages.items()
            if page.question.as_of is None and today - page.question.asked_on <= EARLIER
        )
        return next(lately, None)

    def of(self, question: Question) -> Found | None:
        """What answered a question, while it is kept."""
        if question.earlier:
            pages = self.store.earlier(read(question.asked.claims[0]))
            page = pages.get(question.earlier)
            return Found(page, page.question.asked_on, question.earlier) if page else None
        if not question.job:
            return None
        try:
            made = self.jobs.get(question.job).made
        except UnknownJob:
            return None
        return Found(made) if made else None

    def address(self, found: Found, desk_url: str | None) -> str | None:
        """Where the desk shows a draft: its address, with the draft's id in the place for it.

        None without such an address, and where there is no page.
        """
        if desk_url is None or not isinstance(found.made, Page):
            return None
        return desk_url.replace(DRAFT, found.id or self._id(found.made))

    def _id(self, made: Page) -> str:
        """As the store has it; a worker on another machine kept it beside a library of its own."""
        pages = self.store.earlier(made.claim)
        return next((kept for kept, page in pages.items() if page == made), draft_id(made))

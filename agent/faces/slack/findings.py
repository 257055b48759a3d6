"""What answers a question: a draft of its own, or an earlier check of the same claim."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from agent.claims import read
from agent.faces.slack.questions import Question
from agent.jobs.port import Jobs, UnknownJob
from agent.ports import Store
from agent.types import Insufficient, Page

EARLIER: Final = timedelta(days=30)
"""How old a check may be to answer again."""


@dataclass(frozen=True)
class Found:
    """A draft, and the day of the earlier check where it is one."""

    made: Page | Insufficient
    earlier: date | None = None


@dataclass(frozen=True)
class Findings:
    """Drafts by question."""

    jobs: Jobs
    store: Store

    def earlier(self, claim: str, today: date) -> Page | None:
        """The newest check of the same claim, of the last 30 days and of no other day's record."""
        pages = self.store.earlier(read(claim))
        lately = (
            p for p in pages if p.question.as_of is None and today - p.question.asked_on <= EARLIER
        )
        return next(lately, None)

    def of(self, question: Question) -> Found | None:
        """What answered a question, while it is kept."""
        if question.earlier:
            pages = self.store.earlier(read(question.asked.claims[0]))
            page = next((p for p in pages if mark(p) == question.earlier), None)
            return Found(page, page.question.asked_on) if page else None
        if not question.job:
            return None
        try:
            made = self.jobs.get(question.job).made
        except UnknownJob:
            return None
        return Found(made) if made else None


def mark(page: Page) -> str:
    """Names a page by its words."""
    return hashlib.sha256(page.model_dump_json().encode()).hexdigest()

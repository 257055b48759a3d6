"""What pages and API ask of the desk: drafts, jobs, sources, checks. One object, made once."""

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from agent.audit.check import AuditReport, check_against, check_text
from agent.audit.cited_text import CitedText
from agent.audit.documents import WORD, read_file
from agent.claims import read_claim
from agent.faces.exit_codes import BadInput
from agent.faces.opening import question_of
from agent.faces.web.accounts import Accounts, User
from agent.faces.web.sources import Shelf
from agent.faces.web.throttle import Throttle
from agent.jobs.port import Job, JobError, Jobs, State
from agent.render import short_answer
from agent.review.port import ReviewError, Reviews, UnknownDraft
from agent.review.recheck import mark_changed
from agent.review.types import AddLine, EditLine, Line, Review
from agent.service import Desk
from agent.settings import Settings
from agent.types import Page, Plan, Question
from retrieval import Library, LibraryError

LONGEST_TEXT: Final = 400_000
"""Characters of a text that is checked; a page of ours in JSON has about 180,000."""
LARGEST_FILE: Final = 4 * LONGEST_TEXT
"""Bytes of a text, or a page in HTML, that is checked."""
MOST_SENTENCES: Final = 1_000
"""Sentences of a text that is checked."""
SEARCHES: Final = 12
LONGEST_SEARCH: Final = 300
CHANGES_A_MINUTE: Final = 600
AT_ONCE: Final = 2
"""Short answers and checks made at once; further ones wait for `PATIENCE` seconds, then give up."""
PATIENCE: Final = 5.0
LOOKED_AT: Final = 100
"""Jobs that are looked at, newest first, for drafts to take into review."""
ADOPTED: Final = 10_000
"""Jobs remembered as taken into review, about 2 MB; of an older one it is looked up again."""
LOG: Final = logging.getLogger(__name__)


class Busy(Exception):
    """The desk has too much to do, or a person asked too often; the message says when to return."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = max(1, round(seconds))


@dataclass(frozen=True)
class Services:
    """Everything behind the pages. Methods may be called from any thread."""

    settings: Settings
    library: Library
    jobs: Jobs
    reviews: Reviews
    accounts: Accounts
    desk: Desk
    alone: str = ""
    """Name of the one person who uses the desk while there are no accounts; "" for nobody."""
    _asked: Throttle = field(init=False)
    _changed: Throttle = field(init=False, default_factory=lambda: Throttle(CHANGES_A_MINUTE, 60.0))
    _adopted: OrderedDict[str, str] = field(init=False, default_factory=OrderedDict)
    _working: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_asked", Throttle(self.settings.web_user_hourly, 3600.0))
        object.__setattr__(self, "_working", threading.Semaphore(AT_ONCE))

    @property
    def shelf(self) -> Shelf:
        """The library with what pages do to it."""
        return Shelf(self.library, self.reviews)

    def plan(self, text: str, as_of: date | None = None) -> Plan:
        """How a question is read and what would be searched for; nothing is drafted.

        Raises:
            BadInput: the question is empty or too long.
            Busy: others wait already.
            ChatError: a language model is configured and a person must mend its settings.
        """
        asked = question_of(text, as_of)
        with self._turn(), self.desk.budget.open():
            return self.desk.plan(asked)

    def submit(
        self,
        user: User,
        text: str,
        as_of: date | None = None,
        key: str = "",
        queries: Sequence[str] = (),
    ) -> Job:
        """Ask for a draft; the same key is the same job.

        Args:
            user: who asks.
            text: the question.
            as_of: evidence published later is left out.
            key: names the request.
            queries: what to search for in place of the plan's own; empty ones do not count.

        Raises:
            BadInput: the question is empty or too long, or there are too many searches.
            Busy: this person asked too often within the hour.
            QueueFull: too many drafts wait already.
            KeyTaken: the key belongs to another question.
        """
        asked = question_of(text, as_of)
        if wanted := searches(queries):
            asked = Question(**{**dict(asked), "queries": wanted})
        if wait := self._asked.take(user.name):
            raise Busy(f"{self.settings.web_user_hourly} drafts in an hour are the limit.", wait)
        return self.jobs.submit(asked, key or secrets.token_urlsafe(12))

    def limit_changes(self, user: User) -> None:
        """Count one change of a draft by a person.

        Raises:
            Busy: more in a minute than anybody can make by hand.
        """
        if wait := self._changed.take(user.name):
            raise Busy(f"{CHANGES_A_MINUTE} changes in a minute are the limit.", wait)

    def waiting_before(self, job: Job) -> int:
        """How many jobs wait before this one."""
        if job.state is not State.QUEUED:
            return 0
        newest = self.jobs.recent(self.settings.queue + LOOKED_AT)
        ids = [other.id for other in newest]
        before = newest[ids.index(job.id) + 1 :] if job.id in ids else ()
        return sum(other.state is State.QUEUED for other in before)

    def draft_of(self, job: Job) -> str:
        """Id of the draft that a job made, taken into review; "" where there is none."""
        if (known := self._adopted.get(job.id)) is not None:
            return known
        made = job.made if job.made is not None else self._made(job)
        if not isinstance(made, Page):
            return ""
        draft = self.reviews.adopt(made, job.id)
        self._remember(job, draft)
        return draft

    def review(self, draft: str, version: int | None = None) -> Review:
        """A draft; one that was kept without ever being reviewed is taken into review.

        Raises:
            UnknownDraft: there is no draft of this id.
        """
        try:
            return self.reviews.get(draft, version)
        except UnknownDraft:
            kept = self.desk.store.get(draft)
            if kept is None:
                raise
            return self.reviews.get(self.reviews.adopt(kept), version)

    def earlier(self, text: str) -> dict[str, Page]:
        """Kept drafts about the same claim as this question, by id, newest first."""
        asked = question_of(text)
        return self.desk.store.earlier(read_claim(asked.text, asked.asked_on))

    def answer(self, text: str, as_of: date | None = None) -> short_answer.Answer:
        """The short answer, made while the caller waits.

        Raises:
            BadInput: the question is empty or too long.
            Busy: others wait already.
        """
        asked = question_of(text, as_of)
        with self._turn():
            return short_answer.short_answer(self.desk.brief().draft(asked))

    def check(self, text: CitedText) -> AuditReport:
        """Rule on a cited text.

        Raises:
            Busy: others wait already.
        """
        judge = self.desk.searcher or self.desk.judge
        with self._turn():
            return check_text(text, self.library, judge, self.desk.nli)

    def check_copy(self, copy: CitedText, draft: CitedText) -> AuditReport:
        """Rule on an edited copy of a draft, and say what changed.

        Raises:
            Busy: others wait already.
        """
        judge = self.desk.searcher or self.desk.judge
        with self._turn():
            return check_against(copy, draft, self.library, judge, self.desk.nli)

    def preview(self, draft: str, action: EditLine | AddLine, who: str) -> Line:
        """The sentence that an action would give; nothing is stored.

        Raises:
            UnknownDraft, NotAllowed: as the action itself.
            Busy: others wait already.
        """
        with self._turn():
            return self.reviews.preview(draft, action, who)

    def read(self, data: bytes, suffix: str) -> CitedText:
        """Read a cited text: Word, HTML, Markdown, plain text, or a page of ours in JSON.

        Raises:
            BadInput: it is too long.
            UnreadableText: it is damaged, of another kind, or has nothing to check.
            Busy: others wait already.
        """
        if suffix.lower() not in WORD and len(data) > LARGEST_FILE:
            raise BadInput(
                f"The file has {len(data)} bytes; at most {LARGEST_FILE} are read of a text or "
                "page. Send it as Word, or without its pictures."
            )
        with self._turn():
            text = read_file(data, suffix)
        require_short(text)
        return text

    def adopt_finished(self) -> int:
        """Take the drafts of jobs that are done into review; return how many were new.

        Raises:
            JobError: the jobs cannot be read.
            ReviewError: the reviews cannot be written.
        """
        new = 0
        for job in self.jobs.recent(LOOKED_AT):
            if job.state is State.DONE and job.id not in self._adopted:
                self._remember(job, self.draft_of(job))
                new += 1
        return new

    def follow_library(self, after: int) -> int:
        """Mark the drafts that cite a source to which something happened.

        Args:
            after: number of the last event that was looked at.

        Returns:
            The number to go on from.

        Raises:
            LibraryError: the library cannot be read.
            ReviewError: the reviews cannot be read or written.
        """
        changes = self.library.changes(after)
        mark_changed(self.reviews, changes)
        return changes[-1].n if changes else after

    def _remember(self, job: Job, draft: str) -> None:
        self._adopted[job.id] = draft
        while len(self._adopted) > ADOPTED:
            self._adopted.popitem(last=False)

    def _made(self, job: Job) -> object:
        """What a job made; jobs of a list come without it."""
        return self.jobs.get(job.id).made if job.state is State.DONE else None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._working.acquire(timeout=PATIENCE):
            raise Busy("The desk is busy with other checks.", 30.0)
        try:
            yield
        finally:
            self._working.release()


def require_short(text: CitedText) -> None:
    """Refuse a text that would take minutes to check.

    Raises:
        BadInput: it is too long.
    """
    characters = sum(len(s.text) for s in text.sentences) + sum(len(s.line) for s in text.sources)
    if characters > LONGEST_TEXT or len(text.sentences) > MOST_SENTENCES:
        raise BadInput(
            f"The text has {len(text.sentences)} sentences and {characters} characters; at most "
            f"{MOST_SENTENCES} and {LONGEST_TEXT} are read. Give it in parts, each with its list "
            "of sources."
        )


def searches(typed: Sequence[str], least: int = 0) -> tuple[str, ...]:
    """What an editor wants searched for, each once.

    Raises:
        BadInput: there are too few or too many, or one is too long.
    """
    found = tuple(dict.fromkeys(" ".join(q.split()) for q in typed if q.strip()))
    if len(found) < least:
        raise BadInput("Keep one search at least, or write one.")
    if len(found) > SEARCHES or any(len(q) > LONGEST_SEARCH for q in found):
        raise BadInput(
            f"At most {SEARCHES} searches of {LONGEST_SEARCH} characters each are made for a draft."
        )
    return found


class Adopter(threading.Thread):
    """Takes finished drafts into review, and tells drafts of their sources, while the desk runs."""

    def __init__(self, services: Services, seconds: float = 2.0) -> None:
        super().__init__(name="adopter", daemon=True)
        self._services, self._seconds = services, seconds
        self._stopping = threading.Event()

    def run(self) -> None:
        seen = 0
        while not self._stopping.wait(self._seconds):
            try:
                self._services.adopt_finished()
                seen = self._services.follow_library(seen)
            except (JobError, ReviewError, LibraryError) as error:  # told, and tried again
                LOG.warning("drafts were not brought up to date: %s", error)

    def stop(self) -> None:
        self._stopping.set()
        self.join()

"""The worker that answers: looks for a draft or asks for one, follows it, sends the reply."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from agent.claims import read_claim
from agent.faces.slack.client import (
    SlackClient,
    SlackError,
    SlackRefused,
    SlackUnavailable,
    TokenRevoked,
)
from agent.faces.slack.db import QuestionState
from agent.faces.slack.inbox import Inbox, Limits, Question
from agent.faces.slack.messages import (
    FAILED,
    Action,
    AnswerView,
    Message,
    Need,
    answer_buttons,
    answer_message,
    choose_claim_notice,
    failure_notice,
    need_notice,
    notice,
    show_answer_notice,
)
from agent.faces.slack.outbox import Delivery, Outbox
from agent.faces.slack.payloads import ParsedText, Route, parse_message
from agent.jobs.port import (
    Jobs,
    JobsUnavailable,
    QueueFull,
    State,
    UnknownJob,
)
from agent.ports import Store
from agent.settings import DRAFT
from agent.store import draft_id
from agent.types import Insufficient, Page
from agent.types import Question as DraftQuestion
from retrieval import LibraryDamaged, LibraryUnreachable

LOG: Final = logging.getLogger(__name__)
MAX_AGE: Final = timedelta(days=30)
"""Of an earlier check that answers again."""
STEP_SECONDS: Final = 1.0
"""Least time between two updates of the steps; Slack allows about one message a second."""
EVENT_SECONDS: Final = 2.0
"""How long to wait for the next event of a job."""
MAX_TRIES: Final = 8
"""Attempts to bring one answer; the waits between them add up to about an hour."""
WAIT_SECONDS: Final = 15.0
"""Until a question is tried again that found the queue full or the database away."""
FAILED_SECONDS: Final = 60.0
"""Until a question is tried again at which something broke here."""
POLL_SECONDS: Final = 0.5
DAMAGED_SECONDS: Final = 5.0


@dataclass(frozen=True)
class FoundDraft:
    """A draft, and the day of the earlier check where it is one."""

    draft: Page | Insufficient
    earlier: date | None = None
    id: str = ""
    """Of the earlier check, in the store."""


@dataclass(frozen=True)
class DraftLookup:
    """Finds the drafts that answer questions."""

    jobs: Jobs
    store: Store

    def find_earlier(self, claim: str, today: date) -> FoundDraft | None:
        """The newest check of the same claim in the last 30 days, without an `as_of` date."""
        pages = self.store.earlier(read_claim(claim))
        recent = (
            FoundDraft(page, page.question.asked_on, page_id)
            for page_id, page in pages.items()
            if page.question.as_of is None and today - page.question.asked_on <= MAX_AGE
        )
        return next(recent, None)

    def find_answer(self, question: Question) -> FoundDraft | None:
        """What answered a question, while it is kept."""
        if question.earlier:
            pages = self.store.earlier(read_claim(question.parsed.claims[0]))
            page = pages.get(question.earlier)
            return FoundDraft(page, page.question.asked_on, question.earlier) if page else None
        if not question.job:
            return None
        try:
            made = self.jobs.get(question.job).made
        except UnknownJob:
            return None
        return FoundDraft(made) if made else None

    def draft_url(self, found: FoundDraft, desk_url: str | None) -> str | None:
        """Where the desk shows a draft; None without such an address, or without a page."""
        if desk_url is None or not isinstance(found.draft, Page):
            return None
        return desk_url.replace(DRAFT, found.id or self._stored_id(found.draft))

    def _stored_id(self, page: Page) -> str:
        """Its id in the store; a worker on another machine has a store of its own."""
        pages = self.store.earlier(page.claim)
        return next((i for i, stored in pages.items() if stored == page), draft_id(page))


@dataclass(frozen=True)
class Options:
    """What the person who runs the desk decides."""

    limits: Limits
    channels: frozenset[str] = frozenset()
    """Ids of the channels where every message is checked."""
    editors: str | None = None
    """Id of the channel that editors read."""
    desk_url: str | None = None
    """Where the desk shows drafts, with `{draft}` for a draft's id."""
    keep_days: float = 7.0


@dataclass(frozen=True)
class Context:
    """Everything that an answer needs."""

    inbox: Inbox
    lookup: DraftLookup
    outbox: Outbox
    client_for: Callable[[Route], SlackClient]
    options: Options
    today: Callable[[], date]
    clock: Callable[[], float] = time.time

    def view_answer(
        self,
        found: FoundDraft,
        ref: str,
        parsed: ParsedText,
        *,
        private: bool = False,
        buttons: tuple[Action, ...] | None = None,
    ) -> AnswerView:
        """What answers the question `ref`. Without `buttons`, it has all that apply."""
        if buttons is None:
            editors = self.options.editors is not None
            buttons = answer_buttons(private=private, editors=editors, earlier=bool(found.earlier))
        return AnswerView.of(
            found.draft,
            ref,
            buttons,
            found.earlier,
            forwarded=parsed.forwarded,
            link=self.lookup.draft_url(found, self.options.desk_url),
        )


class Stopping(Exception):
    """The desk closes; the question stays open."""


class Responder:
    """Answers open questions, several at a time, and those that a restart finds open.

    Args:
        context: What it works with.
        workers: Questions in work at once.
    """

    def __init__(self, context: Context, workers: int = 24) -> None:
        self._context = context
        self._pool = ThreadPoolExecutor(workers, "answer")
        self._in_work: set[str] = set()
        self._lock = threading.Lock()
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._poller = threading.Thread(target=self._poll, name="look", daemon=True)

    def start(self) -> None:
        self._poller.start()

    def wake(self) -> None:
        """Look for open questions now."""
        self._woken.set()

    def stop(self) -> None:
        """Stop soon; the next start answers what is open."""
        self._stopping.set()
        self._woken.set()
        if self._poller.is_alive():
            self._poller.join()
        self._pool.shutdown(cancel_futures=True)

    def _poll(self) -> None:
        while not self._stopping.is_set():
            for ref in self._find_due():
                with self._lock:
                    fresh = ref not in self._in_work
                    self._in_work.add(ref)
                if fresh:
                    self._pool.submit(self._answer, ref)
            self._woken.wait(POLL_SECONDS)
            self._woken.clear()

    def _find_due(self) -> list[str]:
        try:
            return self._context.inbox.find_due(self._context.clock())
        except LibraryDamaged:
            LOG.exception("Nothing can be answered now; looking again in %.0f s.", DAMAGED_SECONDS)
            self._stopping.wait(DAMAGED_SECONDS)
            return []

    def _answer(self, ref: str) -> None:
        try:
            question = self._context.inbox.get(ref)
            if question and question.state is QuestionState.OPEN and question.route:
                self._try_to_answer(question, question.route)
        except Stopping:
            return
        except Exception:  # the face's last line: the question stays open and is tried again
            LOG.exception("A question could not be answered; it is tried again.")
            self._postpone_failed(ref)
        finally:
            with self._lock:
                self._in_work.discard(ref)

    def _postpone_failed(self, ref: str) -> None:
        try:
            self._context.inbox.postpone(ref, self._context.clock(), FAILED_SECONDS)
        except LibraryDamaged:
            LOG.exception("Nor can that be stored; again in %.0f s.", DAMAGED_SECONDS)
            self._stopping.wait(DAMAGED_SECONDS)  # it stays due: not twice a second

    def _try_to_answer(self, question: Question, route: Route) -> None:
        """Answer, or try again later after a failure that passes."""
        inbox, now = self._context.inbox, self._context.clock()
        if question.tries >= MAX_TRIES:
            self._give_up(question, route)
            return
        try:
            self._send_reply(question, route)
        except SlackUnavailable as error:
            wait = max(error.seconds, 10.0 * 2**question.tries)
            LOG.warning("Slack cannot take an answer now (%s); again in %.0f s.", error, wait)
            inbox.postpone(question.id, now, error.seconds if question.tries == 0 else wait)
        except TokenRevoked as revoked:
            LOG.warning(
                "Nothing can be sent to workspace %s (%s). Install the app there again.",
                route.team,
                revoked,
            )
            inbox.close(question.id)
        except SlackRefused as refused:
            LOG.warning("Slack takes no answer for a question (%s); it is given up.", refused)
            inbox.close(question.id)
        except (QueueFull, JobsUnavailable, LibraryUnreachable) as busy:  # on our side, not Slack's
            LOG.warning("A question waits %.0f s: %s", WAIT_SECONDS, busy)
            inbox.postpone(question.id, now, WAIT_SECONDS, counted=False)

    def _give_up(self, question: Question, route: Route) -> None:
        """Tell the asker, where no answer may have arrived meanwhile; close the question."""
        inbox, outbox = self._context.inbox, self._context.outbox
        LOG.error("A question was given up after %d attempts.", question.tries)
        try:
            if route.posting or route.way == "auto":
                outbox.clear_signs(route)
            else:
                outbox.deliver(self._delivery(question, route), notice(FAILED))
        except SlackError as error:
            LOG.warning("Who asked could not be told: %s", error)
        inbox.close(question.id)

    def _delivery(self, question: Question, route: Route) -> Delivery:
        save = self._context.inbox.save_route
        return Delivery(route, question.id, lambda now: save(question.id, now))

    def _send_reply(self, question: Question, route: Route) -> None:
        inbox, outbox, parsed = self._context.inbox, self._context.outbox, question.parsed
        delivery = self._delivery(question, route)
        if not question.tries:
            outbox.show_received(delivery)
        if route.parent and not parsed.claims:
            parsed = self._read_thread_parent(delivery.route)
            inbox.save_route(question.id, delivery.route, parsed)
        reply = self._compose_reply(question, parsed, delivery)
        if reply:
            outbox.deliver(delivery, reply)
        else:
            outbox.clear_signs(delivery.route)
        several = len(parsed.claims) > 1
        inbox.close(question.id, QuestionState.CHOOSING if several else QuestionState.CLOSED)

    def _read_thread_parent(self, route: Route) -> ParsedText:
        """The first message of a thread, read only because a mention in it asks about it."""
        client = self._context.client_for(route)
        try:
            return parse_message(client.get_thread_parent(route.channel, route.thread))
        except SlackRefused:
            return ParsedText(need=Need.THREAD)

    def _compose_reply(
        self, question: Question, parsed: ParsedText, delivery: Delivery
    ) -> Message | None:
        """The message that answers; None where nobody asked and there is nothing to say.

        Raises:
            Stopping: the desk closes.
        """
        route = delivery.route
        unasked, in_doubt = route.way == "auto", route.in_doubt
        if parsed.need:
            return None if unasked else need_notice(parsed.need)
        if len(parsed.claims) > 1:
            return choose_claim_notice(parsed.claims, question.id)
        found = self._find_draft(question, parsed.claims[0], delivery)
        if isinstance(found, Message):
            return None if unasked else found
        if unasked and isinstance(found.draft, Insufficient):
            return None
        if in_doubt:
            return show_answer_notice(parsed.claims[0], question.id)
        view = self._context.view_answer(found, question.id, parsed, private=route.private)
        return answer_message(view)

    def _find_draft(
        self, question: Question, claim: str, delivery: Delivery
    ) -> FoundDraft | Message:
        """An earlier check or a new draft; a message where the draft failed."""
        context, jobs = self._context, self._context.lookup.jobs
        if not question.fresh and not question.job:
            earlier = context.lookup.find_earlier(claim, context.today())
            if earlier:
                context.inbox.save_draft(question.id, job=None, earlier=earlier.id)
                return earlier
        asked = DraftQuestion(text=" ".join(claim.split()), asked_on=context.today())
        job = jobs.submit(asked, f"slack-{question.id}")
        context.inbox.save_draft(question.id, job=job.id)
        self._follow_job(job.id, delivery)
        done = jobs.get(job.id)
        if done.state is State.DONE and done.made:
            return FoundDraft(done.made)
        return failure_notice(done.error or "The draft was cancelled.")

    def _follow_job(self, job: str, delivery: Delivery) -> None:
        """Show the steps until the job is over."""
        context, jobs = self._context, self._context.lookup.jobs
        last, shown = 0, context.clock()
        while True:
            for event in jobs.events(job, last, EVENT_SECONDS):
                last = event.number
                if event.state.over:
                    return
                if event.step and context.clock() - shown >= STEP_SECONDS:
                    context.outbox.show_step(delivery, event.step)
                    shown = context.clock()
            if self._stopping.is_set():
                raise Stopping
            if jobs.get(job).state.over:
                return

"""From a stored question to its answer, again after every failure that passes."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final

from agent.faces.slack import notices
from agent.faces.slack.blocks import Action, Message, Shown, message
from agent.faces.slack.delivery import Delivery
from agent.faces.slack.findings import Findings, Found, mark
from agent.faces.slack.inbox import Inbox
from agent.faces.slack.questions import Question, Route, State
from agent.faces.slack.reading import Asked, read
from agent.faces.slack.web import Later, Refused, Revoked, Web
from agent.jobs.port import JobsUnavailable, QueueFull
from agent.jobs.port import State as JobState
from agent.types import Insufficient
from agent.types import Question as Asking
from retrieval.errors import LibraryDamaged

LOG: Final = logging.getLogger(__name__)
TRIES: Final = 8
"""Attempts to bring one answer; the waits between them add up to about an hour."""
STEP_SECONDS: Final = 1.0
"""The least time between two pictures of the steps; Slack allows about one message a second."""
LOOK_SECONDS: Final = 0.5
DAMAGED_SECONDS: Final = 5.0
PATIENCE: Final = 2.0


class Stopped(Exception):
    """The desk closes; the question stays open."""


@dataclass(frozen=True)
class Ways:
    """All that an answer needs."""

    inbox: Inbox
    findings: Findings
    delivery: Delivery
    web: Callable[[Route], Web]
    today: Callable[[], date]
    editors: bool = False
    clock: Callable[[], float] = time.time


class Answerer:
    """Answers what is open, several questions at a time; what a restart finds open is answered.

    Args:
        ways: What it works with.
        workers: Questions in work at once.
    """

    def __init__(self, ways: Ways, workers: int = 24) -> None:
        self._ways = ways
        self._pool = ThreadPoolExecutor(workers, "answer")
        self._held: set[str] = set()
        self._lock = threading.Lock()
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._looker = threading.Thread(target=self._look, name="look", daemon=True)

    def start(self) -> None:
        self._looker.start()

    def wake(self) -> None:
        """Something was asked."""
        self._woken.set()

    def stop(self) -> None:
        """Stop soon; what is open is answered by the next start."""
        self._stopping.set()
        self._woken.set()
        if self._looker.is_alive():
            self._looker.join()
        self._pool.shutdown(cancel_futures=True)

    def _look(self) -> None:
        while not self._stopping.is_set():
            for ref in self._due():
                with self._lock:
                    fresh = ref not in self._held
                    self._held.add(ref)
                if fresh:
                    self._pool.submit(self._answer, ref)
            self._woken.wait(LOOK_SECONDS)
            self._woken.clear()

    def _due(self) -> list[str]:
        try:
            return self._ways.inbox.due(self._ways.clock())
        except LibraryDamaged:
            LOG.exception("Nothing can be answered now; looking again in %.0f s.", DAMAGED_SECONDS)
            self._stopping.wait(DAMAGED_SECONDS)
            return []

    def _answer(self, ref: str) -> None:
        try:
            question = self._ways.inbox.get(ref)
            if question and question.state is State.OPEN and question.route:
                self._carefully(question, question.route)
        except Stopped:
            return
        except Exception:  # the face's last line: the question stays open and is tried again
            LOG.exception("A question could not be answered; it is tried again.")
            with suppress(LibraryDamaged):
                self._ways.inbox.later(ref, self._ways.clock() + 60)
        finally:
            with self._lock:
                self._held.discard(ref)

    def _carefully(self, question: Question, route: Route) -> None:
        inbox, now = self._ways.inbox, self._ways.clock()
        if question.tries >= TRIES:
            LOG.error("A question was given up after %d attempts.", question.tries)
            inbox.close(question.id)
            return
        try:
            self._work(question, route)
        except Later as later:
            wait = max(later.seconds, 10.0 * 2**question.tries)
            LOG.warning("Slack cannot take an answer now (%s); again in %.0f s.", later, wait)
            inbox.later(question.id, now + (later.seconds if question.tries == 0 else wait))
        except Revoked as revoked:
            LOG.warning(
                "Nothing can be sent to workspace %s (%s). Install the app there again.",
                route.team,
                revoked,
            )
            inbox.close(question.id)
        except Refused as refused:
            LOG.warning("Slack takes no answer for a question (%s); it is given up.", refused)
            inbox.close(question.id)
        except (QueueFull, JobsUnavailable) as full:
            LOG.warning("%s", full)
            inbox.later(question.id, now + 10.0 * (question.tries + 1))

    def _work(self, question: Question, route: Route) -> None:
        ways, asked = self._ways, question.asked
        begun = ways.delivery.begin(route) if not question.tries else route
        if route.parent and not asked.claims:
            asked = self._parent(begun)
        if begun != route or asked != question.asked:
            ways.inbox.remember(question.id, begun, asked)
        told = self._told(question, asked, begun)
        if told:
            ways.delivery.finish(begun, told)
        else:
            ways.delivery.clear(begun)
        several = len(asked.claims) > 1
        ways.inbox.close(question.id, State.CHOOSING if several else State.CLOSED)

    def _parent(self, route: Route) -> Asked:
        """What the thread began with, read only because a mention in it asks about it."""
        try:
            first = self._ways.web(route).first_of_thread(route.channel, route.thread)
        except Revoked:
            raise
        except Refused:
            return Asked(need=notices.Need.THREAD)
        return read(first)

    def _told(self, question: Question, asked: Asked, route: Route) -> Message | None:
        """The message that answers; None where nobody asked and there is nothing to tell."""
        unasked = route.way == "auto"
        if asked.need:
            return None if unasked else notices.needs(asked.need)
        if len(asked.claims) > 1:
            return notices.which(asked.claims, question.id)
        found = self._found(question, asked.claims[0], route)
        if isinstance(found, Message):
            return None if unasked else found
        if unasked and isinstance(found.made, Insufficient):
            return None
        shown = Shown.of(
            found.made,
            question.id,
            self._buttons(route, found),
            found.earlier,
            forwarded=asked.forwarded,
        )
        return message(shown)

    def _buttons(self, route: Route, found: Found) -> tuple[Action, ...]:
        private = route.way in {"channel", "url"}
        return (
            Action.FULL,
            *([Action.SHARE] if private else []),
            *([Action.EDITOR] if self._ways.editors else []),
            *([Action.AGAIN] if found.earlier else []),
        )

    def _found(self, question: Question, claim: str, route: Route) -> Found | Message:
        ways = self._ways
        if not question.fresh and not question.job:
            page = ways.findings.earlier(claim, ways.today())
            if page:
                ways.inbox.answered_by(question.id, job=None, earlier=mark(page))
                return Found(page, page.question.asked_on)
        asking = Asking(text=" ".join(claim.split()), asked_on=ways.today())
        jobs = ways.findings.jobs
        job = jobs.submit(asking, f"slack-{question.id}")
        ways.inbox.answered_by(question.id, job=job.id)
        self._follow(job.id, route)
        done = jobs.get(job.id)
        if done.state is JobState.DONE and done.made:
            return Found(done.made)
        return notices.failed(done.error or "The draft was cancelled.")

    def _follow(self, job: str, route: Route) -> None:
        """Show the steps until the job is over."""
        jobs, seen, shown = self._ways.findings.jobs, 0, self._ways.clock()
        while True:
            for event in jobs.events(job, seen, PATIENCE):
                seen = event.number
                if event.state.over:
                    return
                if event.step and self._ways.clock() - shown >= STEP_SECONDS:
                    self._ways.delivery.step(route, event.step)
                    shown = self._ways.clock()
            if self._stopping.is_set():
                raise Stopped
            if jobs.get(job).state.over:
                return

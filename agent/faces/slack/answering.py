"""From a stored question to its answer, again after every failure that passes."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

from agent.faces.slack.errands import Errand
from agent.faces.slack.questions import Question, Route, State
from agent.faces.slack.telling import Stopped, Teller
from agent.faces.slack.ways import Ways
from agent.faces.slack.web import Later, Refused, Revoked
from agent.jobs.port import JobsUnavailable, QueueFull
from retrieval.errors import LibraryDamaged

LOG: Final = logging.getLogger(__name__)
TRIES: Final = 8
"""Attempts to bring one answer; the waits between them add up to about an hour."""
LOOK_SECONDS: Final = 0.5
DAMAGED_SECONDS: Final = 5.0


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
        self._teller = Teller(ways, self._stopping)
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
        errand = Errand(route, question.id, lambda way: ways.inbox.remember(question.id, way))
        if not question.tries:
            ways.delivery.begin(errand)
        if route.parent and not asked.claims:
            asked = self._teller.parent(errand.route)
            ways.inbox.remember(question.id, errand.route, asked)
        told = self._teller.told(question, asked, errand)
        if told:
            ways.delivery.finish(errand, told)
        else:
            ways.delivery.clear(errand.route)
        several = len(asked.claims) > 1
        ways.inbox.close(question.id, State.CHOOSING if several else State.CLOSED)

"""What a question is told: its answer, an earlier one, which claim to choose, what is needed."""

import threading
from typing import Final

from agent.faces.slack import notices
from agent.faces.slack.blocks import Message, message, offered
from agent.faces.slack.errands import Errand
from agent.faces.slack.findings import Found
from agent.faces.slack.questions import Question, Route
from agent.faces.slack.reading import Asked, read
from agent.faces.slack.ways import Ways
from agent.faces.slack.web import Refused, Revoked
from agent.jobs.port import State
from agent.types import Insufficient
from agent.types import Question as Asking

STEP_SECONDS: Final = 1.0
"""The least time between two pictures of the steps; Slack allows about one message a second."""
PATIENCE: Final = 2.0


class Stopped(Exception):
    """The desk closes; the question stays open."""


class Teller:
    """Finds what answers a question and says it.

    Args:
        ways: What it works with.
        stopping: Set where the desk closes.
    """

    def __init__(self, ways: Ways, stopping: threading.Event) -> None:
        self._ways, self._stopping = ways, stopping

    def parent(self, route: Route) -> Asked:
        """What the thread began with, read only because a mention in it asks about it."""
        try:
            first = self._ways.web(route).first_of_thread(route.channel, route.thread)
        except Revoked:
            raise
        except Refused:
            return Asked(need=notices.Need.THREAD)
        return read(first)

    def told(self, question: Question, asked: Asked, errand: Errand) -> Message | None:
        """The message that answers; None where nobody asked and there is nothing to tell.

        Raises:
            Stopped: the desk closes.
        """
        route = errand.route
        unasked, doubted = route.way == "auto", route.in_doubt
        if asked.need:
            return None if unasked else notices.needs(asked.need)
        if len(asked.claims) > 1:
            return notices.which(asked.claims, question.id)
        found = self._found(question, asked.claims[0], errand)
        if isinstance(found, Message):
            return None if unasked else found
        if unasked and isinstance(found.made, Insufficient):
            return None
        if doubted:
            return notices.offer(asked.claims[0], question.id)
        buttons = offered(
            private=route.private, editors=self._ways.editors, earlier=bool(found.earlier)
        )
        return message(self._ways.shown(found, asked, question.id, buttons))

    def _found(self, question: Question, claim: str, errand: Errand) -> Found | Message:
        ways = self._ways
        if not question.fresh and not question.job:
            earlier = ways.findings.earlier(claim, ways.today())
            if earlier:
                ways.inbox.answered_by(question.id, job=None, earlier=earlier.id)
                return earlier
        asking = Asking(text=" ".join(claim.split()), asked_on=ways.today())
        jobs = ways.findings.jobs
        job = jobs.submit(asking, f"slack-{question.id}")
        ways.inbox.answered_by(question.id, job=job.id)
        self._follow(job.id, errand)
        done = jobs.get(job.id)
        if done.state is State.DONE and done.made:
            return Found(done.made)
        return notices.failed(done.error or "The draft was cancelled.")

    def _follow(self, job: str, errand: Errand) -> None:
        """Show the steps until the job is over."""
        jobs, seen, shown = self._ways.findings.jobs, 0, self._ways.clock()
        while True:
            for event in jobs.events(job, seen, PATIENCE):
                seen = event.number
                if event.state.over:
                    return
                if event.step and self._ways.clock() - shown >= STEP_SECONDS:
                    self._ways.delivery.step(errand, event.step)
                    shown = self._ways.clock()
            if self._stopping.is_set():
                raise Stopped
            if jobs.get(job).state.over:
                return

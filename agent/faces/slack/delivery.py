"""How an answer reaches the one who asked, and what is done where the first way is closed."""

import logging
from collections.abc import Callable
from typing import Final

from agent.faces.slack import notices
from agent.faces.slack.blocks import Message
from agent.faces.slack.errands import Errand
from agent.faces.slack.questions import Route
from agent.faces.slack.web import Later, Refused, Revoked, Web, respond

EYES: Final = "eyes"
LOG: Final = logging.getLogger(__name__)


class Delivery:
    """Takes messages to where a route leads, each once.

    Args:
        web: Gives the Slack of a route's workspace.
    """

    def __init__(self, web: Callable[[Route], Web]) -> None:
        self._web = web

    def begin(self, errand: Errand) -> None:
        """Show at once that the question arrived.

        Raises:
            Revoked: nothing can be sent to this workspace.
        """
        route = errand.route
        web = self._web(route)
        if route.message:
            self._lightly(lambda: self._react(web, route, "reactions.add"))
        if route.way in {"direct", "channel"}:
            self._lightly(lambda: self._status(web, route, notices.doing("")))
        if route.way == "direct" and not route.progress:
            self._lightly(lambda: self._steps(web, errand))

    def step(self, errand: Errand, step: str) -> None:
        """Show the step that runs; a failure to show is no failure to answer."""
        route = errand.route
        if route.way == "direct" and route.progress:
            message = notices.plan(step)
            self._lightly(lambda: self._web(route).update(route.channel, route.progress, message))
        if route.way == "channel":
            self._lightly(lambda: self._status(self._web(route), route, notices.doing(step)))

    def finish(self, errand: Errand, message: Message) -> None:
        """Bring the answer.

        Raises:
            Refused: no way to the asker is open.
            Later: not now; try again.
        """
        asked = errand.route
        web = self._web(asked)
        ways = {
            "direct": self._direct,
            "channel": self._whispered,
            "auto": self._posted,
            "url": self._responded,
        }
        ways[asked.way](web, errand, message)
        self.clear(asked)

    def clear(self, route: Route) -> None:
        """Take the eyes and the status away."""
        web = self._web(route)
        if route.message:
            self._lightly(lambda: self._react(web, route, "reactions.remove"))
        if route.way in {"direct", "channel"}:
            self._lightly(lambda: self._status(web, route, ""))

    def _steps(self, web: Web, errand: Errand) -> None:
        """The message with the steps; the answer takes its place."""
        ts = errand.post(web, notices.plan(""), errand.mark)
        errand.know(progress=ts, posting="")

    def _direct(self, web: Web, errand: Errand, message: Message) -> None:
        route = errand.route
        if route.progress:
            try:
                web.update(route.channel, route.progress, message)
            except Revoked:
                raise
            except Refused as refused:
                LOG.info("The message with the steps is gone (%s); a new one is posted.", refused)
                errand.know(progress="")
            else:
                return
        self._posted(web, errand, message)

    def _posted(self, web: Web, errand: Errand, message: Message) -> None:
        errand.post(web, message, errand.mark and f"{errand.mark}+")  # not the mark of the steps

    def _whispered(self, web: Web, errand: Errand, message: Message) -> None:
        route = errand.route
        try:
            errand.whisper(
                lambda: web.whisper(route.channel, route.user, message, thread=route.thread)
            )
        except Revoked:
            raise
        except Refused as refused:
            LOG.info("Not in its channel (%s); the answer goes to a direct message.", refused)
            direct = web.direct(route.user)
            errand.know(way="direct", channel=direct, thread="", message="", posting="")
            self._posted(web, errand, message)

    def _responded(self, web: Web, errand: Errand, message: Message) -> None:
        route = errand.route
        try:
            errand.whisper(lambda: respond(route.url, message, replace_original=route.replace))
        except Refused as refused:
            LOG.info("The response address is used up (%s); another way is taken.", refused)
            self._whispered(web, errand, message)

    @staticmethod
    def _react(web: Web, route: Route, method: str) -> None:
        web.call(method, {"channel": route.channel, "timestamp": route.message, "name": EYES})

    @staticmethod
    def _status(web: Web, route: Route, status: str) -> None:
        thread = route.thread or route.message
        if thread:
            web.call(
                "assistant.threads.setStatus",
                {"channel_id": route.channel, "thread_ts": thread, "status": status},
            )

    @staticmethod
    def _lightly(call: Callable[[], None]) -> None:
        """Do what an answer does not depend on."""
        try:
            call()
        except Revoked:
            raise
        except (Refused, Later) as error:
            LOG.debug("Slack did not show a sign: %s", error)

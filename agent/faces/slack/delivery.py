"""How an answer reaches the one who asked, and what is done where the first way is closed."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from agent.faces.slack import notices
from agent.faces.slack.blocks import Message
from agent.faces.slack.questions import Route
from agent.faces.slack.web import Later, Refused, Revoked, Web, respond

EYES: Final = "eyes"
LOG: Final = logging.getLogger(__name__)
THREADLESS: Final = frozenset({"thread_not_found", "message_not_found", "invalid_thread_ts"})
"""The message asked about was deleted meanwhile."""


class Delivery:
    """Takes messages to where a route leads.

    Args:
        web: Gives the Slack of a route's workspace.
    """

    def __init__(self, web: Callable[[Route], Web]) -> None:
        self._web = web

    def begin(self, route: Route) -> Route:
        """Show at once that the question arrived; return the route with what is needed later.

        Raises:
            Revoked: nothing can be sent to this workspace.
        """
        web = self._web(route)
        if route.message:
            self._lightly(lambda: self._react(web, route, "reactions.add"))
        if route.way in {"direct", "channel"}:
            self._lightly(lambda: self._status(web, route, "is checking …"))
        if route.way == "direct" and not route.progress:
            with suppress(Refused, Later):  # the answer is posted as a new message then
                ts = web.post(route.channel, notices.plan(""), thread=route.thread)
                return replace(route, progress=ts)
        return route

    def step(self, route: Route, step: str) -> None:
        """Show the step that runs; a failure to show is no failure to answer."""
        if route.way == "direct" and route.progress:
            message = notices.plan(step)
            self._lightly(lambda: self._web(route).update(route.channel, route.progress, message))

    def finish(self, route: Route, message: Message) -> None:
        """Bring the answer.

        Raises:
            Refused: no way to the asker is open.
            Later: not now; try again.
        """
        web = self._web(route)
        ways = {
            "direct": self._direct,
            "channel": self._whispered,
            "auto": self._threaded,
            "url": self._responded,
        }
        ways[route.way](web, route, message)
        self.clear(route)

    def clear(self, route: Route) -> None:
        """Take the eyes and the status away."""
        web = self._web(route)
        if route.message:
            self._lightly(lambda: self._react(web, route, "reactions.remove"))
        if route.way in {"direct", "channel"}:
            self._lightly(lambda: self._status(web, route, ""))

    def _direct(self, web: Web, route: Route, message: Message) -> None:
        if route.progress:
            try:
                web.update(route.channel, route.progress, message)
            except Revoked:
                raise
            except Refused as refused:
                LOG.info("The message with the steps is gone (%s); a new one is posted.", refused)
            else:
                return
        self._threaded(web, route, message)

    def _threaded(self, web: Web, route: Route, message: Message) -> None:
        try:
            web.post(route.channel, message, thread=route.thread)
        except Refused as refused:
            if str(refused) not in THREADLESS or route.way == "auto":
                raise
            web.post(route.channel, message)

    def _whispered(self, web: Web, route: Route, message: Message) -> None:
        try:
            web.post(route.channel, message, thread=route.thread, user=route.user)
        except Revoked:
            raise
        except Refused as refused:
            LOG.info("Not in its channel (%s); the answer goes to a direct message.", refused)
            web.post(web.direct(route.user), message)

    def _responded(self, web: Web, route: Route, message: Message) -> None:
        try:
            respond(route.url, message, replace_original=route.replace)
        except Refused as refused:
            LOG.info("The response address is used up (%s); another way is taken.", refused)
            self._whispered(web, route, message)

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

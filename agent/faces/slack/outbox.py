"""Answers on their way to Slack: each arrives once, and by another way where one is closed."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from agent.faces.slack.client import (
    SlackClient,
    SlackRefused,
    SlackUnavailable,
    TokenRevoked,
    respond,
)
from agent.faces.slack.messages import Message, progress_message, progress_status
from agent.faces.slack.payloads import Route

LOG: Final = logging.getLogger(__name__)
EMOJI: Final = "eyes"
THREAD_ERRORS: Final = frozenset({"thread_not_found", "message_not_found", "invalid_thread_ts"})
"""The message that asks was deleted meanwhile."""


@dataclass
class Delivery:
    """One answer on its way. What is known of it is stored before and after each step.

    A message that can be looked up carries a mark. The mark is stored before the message is sent.
    After a crash or a broken connection, whoever finds a stored mark first looks for the message,
    and changes it in place instead of sending a second one.
    """

    route: Route
    mark: str
    """Names the message; different for each question."""
    save_route: Callable[[Route], None] = lambda _: None

    def update_route(self, **changes: Any) -> None:  # noqa: ANN401  (the fields of a route)
        """Change the route and store it."""
        self.route = replace(self.route, **changes)
        self.save_route(self.route)

    def post(self, client: SlackClient, message: Message, mark: str) -> str:
        """Post a message that can be looked up, or change what an earlier attempt posted.

        Returns:
            Its `ts`.

        Raises:
            SlackRefused: Slack says no.
            TokenRevoked: the token is no longer valid.
            SlackUnavailable: not now; the next attempt looks whether it arrived.
        """
        if ts := self._find_posted(client):
            client.update(self.route.channel, ts, message)
            return ts
        with self._store_mark(mark):
            return self._post_in_thread(client, message, mark)

    def send_ephemeral(self, send: Callable[[], None]) -> None:
        """Send what only the asker sees; if it may have arrived, that stays stored.

        Raises:
            SlackRefused: Slack says no.
            TokenRevoked: the token is no longer valid.
            SlackUnavailable: not now; `unsure` where it may have arrived.
        """
        with self._store_mark(self.mark):
            send()

    @contextmanager
    def _store_mark(self, mark: str) -> Iterator[None]:
        """Keep a mark as long as nobody knows whether its message arrived."""
        before = self.route.posting
        self.update_route(posting=mark)
        try:
            yield
        except (SlackRefused, TokenRevoked):
            self.update_route(posting=before)
            raise
        except SlackUnavailable as error:
            if self.route.private and not error.unsure:
                self.update_route(posting=before)
            raise

    def _find_posted(self, client: SlackClient) -> str:
        """The `ts` of what an earlier attempt posted without hearing of it; "" where none did."""
        route = self.route
        if not route.posting or route.private:
            return ""
        threads = [route.thread, ""] if route.way == "direct" and route.thread else [route.thread]
        for thread in threads:
            try:
                if ts := client.find_message(route.channel, thread, route.posting):
                    return ts
            except SlackRefused as refused:  # no such thread, or the scope is missing
                LOG.warning("Whether an answer arrived cannot be looked up (%s).", refused)
        return ""

    def _post_in_thread(self, client: SlackClient, message: Message, mark: str) -> str:
        route = self.route
        try:
            return client.post(route.channel, message, thread=route.thread, mark=mark)
        except SlackRefused as refused:
            if str(refused) not in THREAD_ERRORS or route.way == "auto":
                raise
            return client.post(route.channel, message, mark=mark)


class Outbox:
    """Takes messages to where a route leads, each once.

    Args:
        client_for: Gives the client for a route's workspace.
    """

    def __init__(self, client_for: Callable[[Route], SlackClient]) -> None:
        self._client_for = client_for

    def show_received(self, delivery: Delivery) -> None:
        """Show at once that the question arrived.

        Raises:
            TokenRevoked: nothing can be sent to this workspace.
        """
        route = delivery.route
        client = self._client_for(route)
        if route.message:
            _try_call(lambda: _react(client, route, "reactions.add"))
        if route.way in {"direct", "channel"}:
            _try_call(lambda: _set_status(client, route, progress_status("")))
        if route.way == "direct" and not route.progress:
            _try_call(lambda: self._post_progress(client, delivery))

    def show_step(self, delivery: Delivery, step: str) -> None:
        """Show the step that runs; the answer comes even if that fails."""
        route = delivery.route
        if route.way == "direct" and route.progress:
            message = progress_message(step)
            _try_call(
                lambda: self._client_for(route).update(route.channel, route.progress, message)
            )
        if route.way == "channel":
            _try_call(lambda: _set_status(self._client_for(route), route, progress_status(step)))

    def deliver(self, delivery: Delivery, message: Message) -> None:
        """Bring the answer.

        Raises:
            SlackRefused: no way to the asker is open.
            TokenRevoked: nothing can be sent to this workspace.
            SlackUnavailable: not now; try again.
        """
        asked = delivery.route
        send = {
            "direct": self._send_direct,
            "channel": self._send_ephemeral,
            "auto": self._post,
            "url": self._respond,
        }[asked.way]
        send(self._client_for(asked), delivery, message)
        self.clear_signs(asked)

    def clear_signs(self, route: Route) -> None:
        """Take the reaction and the status away."""
        client = self._client_for(route)
        if route.message:
            _try_call(lambda: _react(client, route, "reactions.remove"))
        if route.way in {"direct", "channel"}:
            _try_call(lambda: _set_status(client, route, ""))

    def _post_progress(self, client: SlackClient, delivery: Delivery) -> None:
        """Post the message with the steps, which the answer replaces."""
        ts = delivery.post(client, progress_message(""), delivery.mark)
        delivery.update_route(progress=ts, posting="")

    def _send_direct(self, client: SlackClient, delivery: Delivery, message: Message) -> None:
        route = delivery.route
        if route.progress:
            try:
                client.update(route.channel, route.progress, message)
            except SlackRefused as refused:
                LOG.info("The message with the steps is gone (%s); a new one is posted.", refused)
                delivery.update_route(progress="")
            else:
                return
        self._post(client, delivery, message)

    def _post(self, client: SlackClient, delivery: Delivery, message: Message) -> None:
        mark = delivery.mark and f"{delivery.mark}+"  # not the mark of the steps
        delivery.post(client, message, mark)

    def _send_ephemeral(self, client: SlackClient, delivery: Delivery, message: Message) -> None:
        route = delivery.route
        try:
            delivery.send_ephemeral(
                lambda: client.post_ephemeral(
                    route.channel, route.user, message, thread=route.thread
                )
            )
        except SlackRefused as refused:
            LOG.info("Not in its channel (%s); the answer goes to a direct message.", refused)
            channel = client.open_direct_message(route.user)
            delivery.update_route(way="direct", channel=channel, thread="", message="", posting="")
            self._post(client, delivery, message)

    def _respond(self, client: SlackClient, delivery: Delivery, message: Message) -> None:
        route = delivery.route
        try:
            delivery.send_ephemeral(
                lambda: respond(route.url, message, replace_original=route.replace)
            )
        except SlackRefused as refused:
            LOG.info("The response address is used up (%s); another way is taken.", refused)
            self._send_ephemeral(client, delivery, message)


def _react(client: SlackClient, route: Route, method: str) -> None:
    client.call(method, {"channel": route.channel, "timestamp": route.message, "name": EMOJI})


def _set_status(client: SlackClient, route: Route, status: str) -> None:
    if thread := route.thread or route.message:
        client.call(
            "assistant.threads.setStatus",
            {"channel_id": route.channel, "thread_ts": thread, "status": status},
        )


def _try_call(call: Callable[[], None]) -> None:
    """Make a call that no answer depends on.

    Raises:
        TokenRevoked: the token is no longer valid.
    """
    try:
        call()
    except (SlackRefused, SlackUnavailable) as error:
        LOG.debug("Slack did not show a sign: %s", error)

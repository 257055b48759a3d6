"""One answer on its way: what is known of it is on the disk before and after each step."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from agent.faces.slack.blocks import Message
from agent.faces.slack.questions import Route
from agent.faces.slack.web import Later, Refused, Revoked, Web

LOG: Final = logging.getLogger(__name__)
THREADLESS: Final = frozenset({"thread_not_found", "message_not_found", "invalid_thread_ts"})
"""The message asked about was deleted meanwhile."""


@dataclass
class Errand:
    """A message to bring, once.

    A message that can be looked up carries a mark. The mark is stored before the message is
    sent, so that whoever finds a stored mark (after a kill, or after a line that broke) looks for
    the message first, and changes it in place instead of sending a second one.
    """

    route: Route
    mark: str
    """Names the message; different for each question."""
    keep: Callable[[Route], None] = lambda _: None
    """Stores the route."""

    def know(self, **changes: Any) -> None:  # noqa: ANN401  (the fields of a route)
        """Learn something about the way, and store it."""
        self.route = replace(self.route, **changes)
        self.keep(self.route)

    def post(self, web: Web, message: Message, mark: str) -> str:
        """Post in the open, or change what an earlier attempt posted; return its `ts`.

        Raises:
            Refused: Slack says no.
            Later: not now; the next attempt looks whether it is there all the same.
        """
        if ts := self._posted(web):
            web.update(self.route.channel, ts, message)
            return ts
        with self._sending(mark):
            return self._anywhere(web, message, mark)

    def whisper(self, send: Callable[[], None]) -> None:
        """Send what only the asker sees; what is in doubt stays stored as such.

        Raises:
            Refused: Slack says no.
            Later: not now; `unsure` where it may be there all the same.
        """
        with self._sending(self.mark):
            send()

    @contextmanager
    def _sending(self, mark: str) -> Iterator[None]:
        """Hold a mark as long as nobody knows whether its message arrived."""
        before = self.route.posting
        self.know(posting=mark)
        try:
            yield
        except Refused:
            self.know(posting=before)
            raise
        except Later as later:
            if self.route.private and not later.unsure:
                self.know(posting=before)
            raise

    def _posted(self, web: Web) -> str:
        """What an earlier attempt posted, of which no answer came."""
        route = self.route
        if not route.posting or route.private:
            return ""
        places = [route.thread, ""] if route.way == "direct" and route.thread else [route.thread]
        for thread in places:
            try:
                if ts := web.find(route.channel, thread, route.posting):
                    return ts
            except Revoked:
                raise
            except Refused as refused:  # no such thread, or the scope is missing
                LOG.warning("Whether an answer arrived cannot be looked up (%s).", refused)
        return ""

    def _anywhere(self, web: Web, message: Message, mark: str) -> str:
        route = self.route
        try:
            return web.post(route.channel, message, thread=route.thread, mark=mark)
        except Refused as refused:
            if str(refused) not in THREADLESS or route.way == "auto":
                raise
            return web.post(route.channel, message, mark=mark)

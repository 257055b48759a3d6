"""What the buttons under an answer do."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from agent.faces.slack import notices
from agent.faces.slack.blocks import Action, Message, Shown, message, offered
from agent.faces.slack.inert import Block, ours, rich, section
from agent.faces.slack.presses import Presses
from agent.faces.slack.questions import Question, Route, Taken
from agent.faces.slack.reading import Asked
from agent.faces.slack.ways import Ways
from agent.faces.slack.web import Later, SlackError, respond
from agent.render import render
from agent.types import Page

LOG: Final = logging.getLogger(__name__)
LONGEST_WAIT: Final = 30.0
"""Seconds that the work of a button waits for Slack before it says that it did not work."""
FILE: Final = "fact-check.html"


@dataclass(frozen=True)
class Press:
    """A button that was pressed."""

    action: Action
    value: str
    """Of the button: the question's id, and what else the button says, with `:` between."""
    route: Route
    """Where the button stands, and who pressed it; its `url` answers that person alone."""
    private: bool
    """The message is one that only this person sees."""

    @property
    def ref(self) -> str:
        return self.value.split(":")[0]

    @property
    def rest(self) -> str:
        return self.value.partition(":")[2]


@dataclass(frozen=True)
class Pressing:
    """Does what was pressed, once."""

    ways: Ways
    presses: Presses
    editors: str | None
    """Channel that editors read."""

    def again(self, press: Press) -> Taken:
        """Store the question that a button asks: the claim that was chosen, or the same anew."""
        question = self.ways.inbox.get(press.ref)
        if question is None:
            return Taken()
        claims = question.asked.claims
        fresh = press.action is Action.AGAIN
        number = 0 if fresh else int(press.rest)
        if number >= len(claims):
            return Taken()
        way = press.route.way if press.route.way == "direct" else "url"
        route = replace(press.route, way=way, replace=press.private)
        return self.ways.inbox.take(
            f"{press.action}:{press.value}",
            Asked((claims[number],), forwarded=question.asked.forwarded),
            route,
            self.ways.clock(),
            fresh=fresh,
        )

    def known(self, press: Press) -> bool:
        """Whether the answer under the button is still kept."""
        return self.ways.inbox.get(press.ref) is not None

    def rate(self, press: Press) -> None:
        self.presses.rate(press.ref, press.rest, press.route.user, self.ways.clock())

    def show(self, press: Press) -> None:
        """Put an answer that may not have arrived where the offer of it stands.

        However often it is pressed, one message is there: each press puts the same one.
        """
        shown = self._shown(press, None)
        told = message(shown) if shown else notices.note(notices.GONE)
        try:
            _patiently(lambda: respond(press.route.url, told, replace_original=press.private))
        except SlackError as error:
            LOG.warning("An answer could not be shown: %s", error)
            self._tell(press, notices.note(notices.NOT_NOW))

    def do(self, press: Press) -> None:
        """Share, send the full draft, or ask an editor; then say so to who pressed."""
        works = {
            Action.SHARE: self._share,
            Action.FULL: self._full,
            Action.EDITOR: self._editor,
        }
        key = f"{press.action}:{press.ref}"
        if press.action is not Action.SHARE:
            key = f"{key}:{press.route.user}:{press.route.channel}"
        if not self.presses.once(key, press.route.user, self.ways.clock()):
            return
        try:
            told = works[press.action](press)
        except SlackError as error:
            LOG.warning("The button %r did not work: %s", press.action.value, error)
            self.presses.undo(key)
            told = notices.NOT_NOW
        else:
            self.presses.done(key)
        self._tell(press, notices.note(told))

    def _share(self, press: Press) -> str:
        shown = self._shown(press, (Action.FULL,))
        if shown is None:
            return notices.GONE
        if press.route.channel.startswith("D"):
            return notices.NOBODY
        thread = {"thread_ts": press.route.thread} if press.route.thread else {}
        _patiently(
            lambda: respond(press.route.url, message(shown), response_type="in_channel", **thread)
        )
        return notices.SHARED

    def _full(self, press: Press) -> str:
        question = self.ways.inbox.get(press.ref)
        found = self.ways.findings.of(question) if question else None
        if found is None or not isinstance(found.made, Page):
            return notices.GONE
        web, route, page = self.ways.web(press.route), press.route, found.made
        open_here = not press.private
        channel = route.channel if open_here else web.direct(route.user)
        thread = (route.thread or route.message) if open_here else ""
        title = f"Fact-check of {page.question.asked_on:%Y-%m-%d}"
        _patiently(lambda: web.upload(channel, thread, FILE, title, render(page, "html")))
        return notices.DRAFT_HERE if open_here else notices.DRAFT_SENT

    def _editor(self, press: Press) -> str:
        shown = self._shown(press, (Action.FULL,))
        if shown is None or self.editors is None:
            return notices.GONE
        asker: Block = {"type": "user", "user_id": press.route.user}
        head = rich(section(asker, ours(" asks an editor to look at this.")))
        told = message(shown)
        sent = Message(f"An editor is asked. {told.text}", (head, *told.blocks))
        editors = self.editors
        _patiently(lambda: self.ways.web(press.route).post(editors, sent))
        return notices.EDITOR_ASKED

    def _shown(self, press: Press, buttons: tuple[Action, ...] | None) -> Shown | None:
        """The answer to the question of a button, with those buttons; None: all of them."""
        question: Question | None = self.ways.inbox.get(press.ref)
        found = self.ways.findings.of(question) if question else None
        if question is None or found is None:
            return None
        if buttons is None:
            buttons = offered(
                private=True, editors=self.editors is not None, earlier=bool(found.earlier)
            )
        return self.ways.shown(found, question.asked, question.id, buttons)

    @staticmethod
    def _tell(press: Press, told: Message) -> None:
        try:
            respond(press.route.url, told)
        except SlackError as error:
            LOG.warning("Who pressed %r could not be told: %s", press.action.value, error)


def _patiently(call: Callable[[], str | None]) -> None:
    """Wait once as long as Slack says; what may have been done is not done again."""
    try:
        call()
    except Later as later:
        if later.unsure:
            raise
        time.sleep(min(later.seconds, LONGEST_WAIT))
        call()

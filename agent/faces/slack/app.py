"""The Slack app: each way to ask is stored, then acknowledged, then answered."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from slack_bolt import Ack, App, BoltContext

from agent.faces.slack import intake, notices
from agent.faces.slack.answering import Answerer
from agent.faces.slack.blocks import Action, Message
from agent.faces.slack.errands import Errand
from agent.faces.slack.intake import Request
from agent.faces.slack.pressing import Press, Pressing
from agent.faces.slack.questions import ALREADY, Limits, Taken
from agent.faces.slack.ways import Ways
from agent.faces.slack.web import SlackError, respond

LOG: Final = logging.getLogger(__name__)
SHORTCUT: Final = "is_this_true"
COMMAND: Final = "/istrue"
CHECKING: Final = "Checking …"
ANY: Final = re.compile("")
"""Matches every kind of event; whoever listens to it comes last."""
NEXT: Final = (Action.CHOOSE, Action.AGAIN)
"""Buttons that ask a question."""
Json = dict[str, Any]


@dataclass(frozen=True)
class Face:
    """What the listeners work with."""

    ways: Ways
    answerer: Answerer
    pressing: Pressing
    limits: Limits
    workspaces: frozenset[str]
    """Ids of the workspaces that are answered; none but these."""
    channels: frozenset[str] = field(default_factory=frozenset)
    """Ids of the channels whose every message is looked at."""

    def take(self, request: Request) -> Taken | None:
        """Store a request; None where its workspace is not answered."""
        if not request.teams <= self.workspaces:
            LOG.warning("Refused: workspaces %s.", ", ".join(sorted(request.teams)))
            return None
        return self.ways.inbox.take(
            request.key,
            request.asked,
            request.route,
            self.ways.clock(),
            event=request.event,
        )

    def after(self, request: Request, taken: Taken | None) -> None:
        """Go on once Slack knows that the request arrived."""
        if taken is None or taken == ALREADY:
            return
        if taken.refused and request.route.way != "auto":
            try:
                self.ways.delivery.finish(Errand(request.route, ""), self.limited(taken))
            except SlackError as error:
                LOG.warning("A refusal could not be told: %s", error)
        self.answerer.wake()

    def limited(self, taken: Taken) -> Message:
        whose = taken.refused or "user"
        return notices.limited(whose, getattr(self.limits, whose))


def wire(app: App, face: Face) -> None:
    """Say what the app listens to."""
    for name in ("app_mention", "message"):
        app.event(name, middleware=[_storing(face)])(_woken(face))
    app.event("app_home_opened")(_prompts)
    app.event(ANY)(_passed_over)
    app.message_shortcut(SHORTCUT)(_shortcut(face))
    app.command(COMMAND)(_command(face))
    for action in (Action.SHARE, Action.FULL, Action.EDITOR):
        app.action(action.value)(_work(face, face.pressing.do))
    app.action(Action.OPEN.value)(_opened)
    app.action(Action.SHOW.value)(_work(face, face.pressing.show))
    app.action(Action.AGAIN.value)(_again(face))
    for n in range(5):
        app.action(f"{Action.CHOOSE.value}:{n}")(_again(face))
    app.action(Action.FEEDBACK.value)(_rated(face))


def _storing(face: Face) -> Callable[..., None]:
    """Runs before Slack is told that an event arrived: what is not stored is sent again."""

    def store(body: Json, context: BoltContext, next_: Callable[[], Any]) -> None:
        request = intake.event(body, face.channels)
        context["request"] = request
        context["taken"] = face.take(request) if request else None
        next_()

    return store


def _woken(face: Face) -> Callable[..., None]:
    def go_on(context: BoltContext) -> None:
        if context.get("request"):
            face.after(context["request"], context["taken"])

    return go_on


def _prompts(event: Json, context: BoltContext) -> None:
    """Offer questions to begin with where a direct message is opened."""
    if event.get("tab") != "messages" or context.client is None:
        return
    prompts = [{"title": title, "message": text} for title, text in notices.PROMPTS]
    context.client.assistant_threads_setSuggestedPrompts(
        channel_id=event["channel"], prompts=prompts
    )


def _passed_over() -> None:
    """Another kind of event: Slack hears that it arrived, or it would send it again."""


def _shortcut(face: Face) -> Callable[..., None]:
    def asked(ack: Ack, body: Json) -> None:
        request = intake.shortcut(body)
        taken = face.take(request)
        ack()
        told = _at_once(face, taken)
        try:
            respond(request.route.url, told)
        except SlackError as error:
            LOG.info("The first sign could not be shown: %s", error)
        face.answerer.wake()

    return asked


def _command(face: Face) -> Callable[..., None]:
    def asked(ack: Ack, body: Json) -> None:
        request = intake.command(body)
        taken = face.take(request)
        ack(text=_at_once(face, taken).text, response_type="ephemeral")
        face.answerer.wake()

    return asked


def _at_once(face: Face, taken: Taken | None) -> Message:
    if taken is None:
        return notices.note(notices.NOT_ALLOWED)
    return face.limited(taken) if taken.refused else notices.note(CHECKING)


def _again(face: Face) -> Callable[..., None]:
    def pressed(ack: Ack, body: Json) -> None:
        press = intake.press(body)
        allowed = intake.teams_of_press(body) <= face.workspaces
        known = allowed and face.pressing.known(press)
        taken = face.pressing.again(press) if known else ALREADY
        ack()
        if not known or taken.refused:
            told = face.limited(taken) if known else notices.note(notices.GONE)
            _told(press.route.url, told)
        face.answerer.wake()

    return pressed


def _work(face: Face, work: Callable[[Press], None]) -> Callable[..., None]:
    def pressed(ack: Ack, body: Json) -> None:
        ack()
        if intake.teams_of_press(body) <= face.workspaces:
            work(intake.press(body))

    return pressed


def _opened(ack: Ack) -> None:
    """A link was followed: Slack did it, and wants to hear that we know."""
    ack()


def _rated(face: Face) -> Callable[..., None]:
    def pressed(ack: Ack, body: Json) -> None:
        if intake.teams_of_press(body) <= face.workspaces:
            face.pressing.rate(intake.press(body))
        ack()

    return pressed


def _told(url: str, told: Message) -> None:
    try:
        respond(url, told)
    except SlackError as error:
        LOG.warning("Who pressed could not be told: %s", error)

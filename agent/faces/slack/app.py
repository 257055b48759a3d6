"""The Bolt app: what happens at an event, the shortcut, the command and a press of a button.

A request is stored, then acknowledged, then answered.
"""

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from slack_bolt import Ack, App, BoltContext

from agent import bootstrap
from agent.faces.slack import messages
from agent.faces.slack.client import SlackError, SlackUnavailable, respond
from agent.faces.slack.db import Database
from agent.faces.slack.inbox import DUPLICATE, Inbox, Receipt
from agent.faces.slack.messages import (
    Action,
    AnswerView,
    Block,
    Message,
    answer_message,
    limit_notice,
    notice,
    own_text,
    rich_text,
    section,
)
from agent.faces.slack.outbox import Delivery, Outbox
from agent.faces.slack.payloads import (
    MAX_CLAIMS,
    ButtonPress,
    ParsedText,
    QuestionRequest,
    parse_button,
    parse_command,
    parse_event,
    parse_shortcut,
)
from agent.faces.slack.responder import (
    Context,
    DraftLookup,
    Options,
    Responder,
)
from agent.faces.slack.retention import RetentionWorker
from agent.faces.slack.transport import Connection, acknowledge_unreadable
from agent.jobs.port import JobError, Jobs
from agent.ports import Store
from agent.render import render
from agent.types import Page
from retrieval import LibraryError

LOG: Final = logging.getLogger(__name__)
SHORTCUT: Final = "is_this_true"
COMMAND: Final = "/istrue"
ANY_EVENT: Final = re.compile("")
"""Matches every kind of event, so whoever listens to it comes last."""
MAX_WAIT: Final = 30.0
"""Seconds that a button's work waits for Slack before it counts as failed."""
FILE: Final = "fact-check.html"
Json = dict[str, Any]


@dataclass(frozen=True)
class SlackDesk:
    """What the listeners work with."""

    context: Context
    responder: Responder
    workspaces: frozenset[str]
    """Ids of the workspaces that are answered; no others are."""

    def store(self, request: QuestionRequest) -> Receipt | None:
        """Store a request; None where its workspace is not answered."""
        if not request.teams <= self.workspaces:
            LOG.warning("Refused: workspaces %s.", ", ".join(sorted(request.teams)))
            return None
        return self.context.inbox.add(request, self.context.clock())

    def limit_notice(self, receipt: Receipt) -> Message:
        whose = receipt.refused or "user"
        return limit_notice(whose, getattr(self.context.options.limits, whose))

    def first_reply(self, receipt: Receipt | None) -> Message:
        """What a shortcut or a command shows at once."""
        if receipt is None:
            return notice(messages.NOT_ALLOWED)
        return self.limit_notice(receipt) if receipt.refused else notice(messages.CHECKING)

    def finish_event(self, request: QuestionRequest, receipt: Receipt | None) -> None:
        """Go on once Slack knows that the request arrived."""
        if receipt is None or receipt == DUPLICATE:
            return
        if receipt.refused and request.route.way != "auto":
            try:
                delivery = Delivery(request.route, "")
                self.context.outbox.deliver(delivery, self.limit_notice(receipt))
            except SlackError as error:
                LOG.warning("A refusal could not be told: %s", error)
        self.responder.wake()


# Buttons


@dataclass(frozen=True)
class ButtonActions:
    """Does what a button asks for, once."""

    context: Context

    def ask_again(self, press: ButtonPress) -> Receipt | None:
        """Store the question that a button asks: the chosen claim, or the same claim anew.

        None where the answer under the button is no longer kept.
        """
        question = self.context.inbox.get(press.ref)
        if question is None:
            return None
        claims, fresh = question.parsed.claims, press.action is Action.AGAIN
        number = 0 if fresh else int(press.choice)
        if number >= len(claims):
            return DUPLICATE
        request = QuestionRequest(
            f"{press.action}:{press.value}",
            ParsedText((claims[number],), forwarded=question.parsed.forwarded),
            replace(press.route, replace=press.private),
            press.teams,
            fresh=fresh,
        )
        return self.context.inbox.add(request, self.context.clock())

    def rate(self, press: ButtonPress) -> None:
        user, now = press.route.user, self.context.clock()
        self.context.inbox.rate(press.ref, press.choice, user, now)

    def show_answer(self, press: ButtonPress) -> None:
        """Replace the offer of an answer with the answer; further presses change nothing."""
        view = self._view(press, private=True)
        message = answer_message(view) if view else notice(messages.EXPIRED)
        try:
            _retry_once(lambda: respond(press.route.url, message, replace_original=press.private))
        except SlackError as error:
            LOG.warning("An answer could not be shown: %s", error)
            _reply(press, notice(messages.FAILED))

    def run(self, press: ButtonPress) -> None:
        """Share, send the full draft, or ask an editor; then tell the person who pressed."""
        actions = {
            Action.SHARE: self._share,
            Action.FULL: self._send_draft,
            Action.EDITOR: self._ask_editor,
        }
        key = f"{press.action}:{press.ref}"
        if press.action is not Action.SHARE:
            key = f"{key}:{press.route.user}:{press.route.channel}"
        inbox = self.context.inbox
        if not inbox.begin_action(key, press.route.user, self.context.clock()):
            return
        try:
            text, done = actions[press.action](press), True
        except (SlackError, JobError, LibraryError) as error:
            LOG.warning("The button %r did not work: %s", press.action.value, error)
            text, done = messages.FAILED, False
        inbox.end_action(key, done=done)
        _reply(press, notice(text))

    def _share(self, press: ButtonPress) -> str:
        view = self._view(press, buttons=(Action.FULL,))
        if view is None:
            return messages.EXPIRED
        if press.route.channel.startswith("D"):
            return messages.NO_READERS
        shared, options = answer_message(view), {"response_type": "in_channel"}
        if press.route.thread:
            options["thread_ts"] = press.route.thread
        _retry_once(lambda: respond(press.route.url, shared, **options))
        return messages.SHARED

    def _send_draft(self, press: ButtonPress) -> str:
        question = self.context.inbox.get(press.ref)
        found = self.context.lookup.find_answer(question) if question else None
        if found is None or not isinstance(found.draft, Page):
            return messages.EXPIRED
        client, route, page = self.context.client_for(press.route), press.route, found.draft
        channel = client.open_direct_message(route.user) if press.private else route.channel
        thread = "" if press.private else route.thread
        title = f"Fact-check of {page.question.asked_on:%Y-%m-%d}"
        _retry_once(lambda: client.upload_file(channel, thread, FILE, title, render(page, "html")))
        return messages.DRAFT_SENT if press.private else messages.DRAFT_HERE

    def _ask_editor(self, press: ButtonPress) -> str:
        view, editors = self._view(press, buttons=(Action.FULL,)), self.context.options.editors
        if view is None or editors is None:
            return messages.EXPIRED
        asker: Block = {"type": "user", "user_id": press.route.user}
        head = rich_text(section(asker, own_text(" asks an editor to look at this.")))
        shown = answer_message(view)
        message = Message(f"An editor is asked. {shown.text}", (head, *shown.blocks))
        client = self.context.client_for(press.route)
        _retry_once(lambda: client.post(editors, message))
        return messages.EDITOR_ASKED

    def _view(
        self,
        press: ButtonPress,
        *,
        private: bool = False,
        buttons: tuple[Action, ...] | None = None,
    ) -> AnswerView | None:
        """The answer to the question of a button; None where it is no longer kept."""
        question = self.context.inbox.get(press.ref)
        found = self.context.lookup.find_answer(question) if question else None
        if question is None or found is None:
            return None
        parsed = question.parsed
        return self.context.view_answer(
            found, question.id, parsed, private=private, buttons=buttons
        )


def _reply(press: ButtonPress, message: Message) -> None:
    """Tell the person who pressed."""
    try:
        respond(press.route.url, message)
    except SlackError as error:
        LOG.warning("Who pressed %r could not be told: %s", press.action.value, error)


def _retry_once(call: Callable[[], object]) -> None:
    """Call, and call again after the time that Slack names; not where it may have been done."""
    try:
        call()
    except SlackUnavailable as error:
        if error.unsure:
            raise
        time.sleep(min(error.seconds, MAX_WAIT))
        call()


# Listeners: plain functions. Bolt edits the list of a method's arguments, which threads share.


def register_listeners(app: App, desk: SlackDesk) -> None:
    """Say what the app listens to."""
    buttons = ButtonActions(desk.context)
    for name in ("app_mention", "message"):
        app.event(name, middleware=[_store_event(desk)])(_finish_event(desk))
    app.event("app_home_opened")(_suggest_prompts)
    app.event(ANY_EVENT)(_ignore_event)
    app.message_shortcut(SHORTCUT)(_on_shortcut(desk))
    app.command(COMMAND)(_on_command(desk))
    for action in (Action.SHARE, Action.FULL, Action.EDITOR):
        app.action(action.value)(_on_action(desk, buttons.run))
    app.action(Action.SHOW.value)(_on_action(desk, buttons.show_answer))
    for name in (Action.AGAIN.value, *(f"{Action.CHOOSE}:{n}" for n in range(MAX_CLAIMS))):
        app.action(name)(_on_question(desk, buttons))
    app.action(Action.OPEN.value)(_on_link)
    app.action(Action.FEEDBACK.value)(_on_feedback(desk, buttons))
    app.error(acknowledge_unreadable)


def _store_event(desk: SlackDesk) -> Callable[..., None]:
    """Runs before Slack hears that an event arrived: what is not stored is sent again."""

    def store_event(body: Json, context: BoltContext, next_: Callable[[], Any]) -> None:
        request = parse_event(body, desk.context.options.channels)
        context["request"] = request
        context["receipt"] = desk.store(request) if request else None
        next_()

    return store_event


def _finish_event(desk: SlackDesk) -> Callable[..., None]:
    def finish_event(context: BoltContext) -> None:
        if context.get("request"):
            desk.finish_event(context["request"], context["receipt"])

    return finish_event


def _suggest_prompts(event: Json, context: BoltContext) -> None:
    """Offer questions to begin with where a direct message is opened."""
    if event.get("tab") != "messages" or context.client is None:
        return
    prompts = [{"title": title, "message": text} for title, text in messages.PROMPTS]
    context.client.assistant_threads_setSuggestedPrompts(
        channel_id=event["channel"], prompts=prompts
    )


def _ignore_event() -> None:
    """Any other event: acknowledged, or Slack would send it again."""


def _on_shortcut(desk: SlackDesk) -> Callable[..., None]:
    def on_shortcut(ack: Ack, body: Json) -> None:
        request = parse_shortcut(body)
        receipt = desk.store(request)
        ack()
        try:
            respond(request.route.url, desk.first_reply(receipt))
        except SlackError as error:
            LOG.info("The first sign could not be shown: %s", error)
        desk.responder.wake()

    return on_shortcut


def _on_command(desk: SlackDesk) -> Callable[..., None]:
    def on_command(ack: Ack, body: Json) -> None:
        receipt = desk.store(parse_command(body))
        ack(text=desk.first_reply(receipt).text, response_type="ephemeral")
        desk.responder.wake()

    return on_command


def _on_question(desk: SlackDesk, buttons: ButtonActions) -> Callable[..., None]:
    """A button that asks a question."""

    def on_question(ack: Ack, body: Json) -> None:
        press = parse_button(body)
        receipt = buttons.ask_again(press) if press.teams <= desk.workspaces else None
        ack()
        if receipt is None:
            _reply(press, notice(messages.EXPIRED))
        elif receipt.refused:
            _reply(press, desk.limit_notice(receipt))
        desk.responder.wake()

    return on_question


def _on_action(desk: SlackDesk, run: Callable[[ButtonPress], None]) -> Callable[..., None]:
    """A button that takes its time: acknowledged first."""

    def on_action(ack: Ack, body: Json) -> None:
        ack()
        press = parse_button(body)
        if press.teams <= desk.workspaces:
            run(press)

    return on_action


def _on_link(ack: Ack) -> None:
    """Slack opened a link itself, and waits to hear that we know."""
    ack()


def _on_feedback(desk: SlackDesk, buttons: ButtonActions) -> Callable[..., None]:
    def on_feedback(ack: Ack, body: Json) -> None:
        press = parse_button(body)
        if press.teams <= desk.workspaces:
            buttons.rate(press)
        ack()

    return on_feedback


@contextmanager
def open_desk(
    connection: Connection,
    jobs: Jobs,
    store: Store,
    path: Path,
    options: Options,
    *,
    clock: Callable[[], float] = time.time,
    today: Callable[[], date] = bootstrap.today,
) -> Iterator[SlackDesk]:
    """Listen and answer until the block ends; the next start answers what is open then.

    Args:
        connection: The app and its Slack.
        jobs: Makes the drafts.
        store: Knows the earlier ones.
        path: File of what was asked.
        options: Limits, channels, days.
        clock: Seconds since the epoch.
        today: The day of a draft.
    """
    with ExitStack() as stack:
        database = Database(path)
        stack.callback(database.close)
        context = Context(
            inbox=Inbox(database, options.limits),
            lookup=DraftLookup(jobs, store),
            outbox=Outbox(connection.client_for),
            client_for=connection.client_for,
            options=options,
            today=today,
            clock=clock,
        )
        desk = SlackDesk(context, Responder(context), connection.workspaces)
        register_listeners(connection.app, desk)
        for worker in (RetentionWorker(database, jobs, options.keep_days, clock), desk.responder):
            worker.start()
            stack.callback(worker.stop)
        yield desk

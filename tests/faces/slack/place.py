"""A workplace in Slack: people who ask, a desk that answers with pages made for tests."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from slack_bolt import BoltRequest, BoltResponse

from agent.faces.slack.app import SlackDesk, open_desk
from agent.faces.slack.inbox import Limits
from agent.faces.slack.responder import Options
from agent.faces.slack.transport import Connection, connect_workspace
from agent.jobs.recording import Draft
from agent.ports import Store
from agent.types import Claim, Insufficient, Page, Question
from tests.faces.slack.loopback import BOT, TEAM, Slack, is_answer
from tests.fakes import MemoryStore
from tests.fakes_jobs import MemoryJobs
from tests.security.canaries import SIGNING_SECRET, SLACK_TOKENS
from tests.unit.agent import pages

Json = dict[str, Any]
TODAY = date(2026, 11, 22)
CLAIM = "The river bridge was closed to cars in January."
ANSWER = "The bridge was closed to cars on January 8, 2026."


def page(question: Question, text: str = ANSWER, **fields: Any) -> Page:  # noqa: ANN401
    """A page that answers `question` with one cited sentence."""
    held = pages.passage("bridge", text)
    made = pages.page(pages.sentence(text, held), passages=[held], question=question.text, **fields)
    claim = Claim(text=question.text, opposite="it is not so")
    return Page(**{**dict(made), "claim": claim, "question": question})


def numbered_event(n: int) -> Json:
    """The `n`th of many questions: mentions of many people, and direct messages."""
    said = {"user": f"U{n % 40:03}", "ts": f"1690000001.{n:06}", "text": f"Claim {n} is a bridge."}
    mention = {"type": "app_mention", "channel": "C0NEWS"}
    direct = {"type": "message", "channel": f"D{n % 40:03}", "channel_type": "im"}
    return {
        "type": "event_callback",
        "team_id": TEAM,
        "event_id": f"EvN{n}",
        "event": said | (direct if n % 2 else mention),
        "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
    }


def draft(question: Question, on_step: Callable[[str], None]) -> Page | Insufficient:
    """Stands in for `Desk.draft`: nothing is known of dragons."""
    for step in ("plan", "search", "draft", "check", "verdict", "conclude"):
        on_step(step)
    if "dragon" in question.text.lower():
        return pages.insufficient()
    return page(question)


@dataclass
class Place:
    """Sends what Slack sends, and waits for what comes back."""

    slack: Slack
    connection: Connection
    desk: SlackDesk
    jobs: MemoryJobs
    store: Store
    drafted: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def ts(self) -> str:
        return f"1690000000.{next(self._numbers):06}"

    def send(self, body: Json) -> BoltResponse:
        """Bring an envelope, as Socket Mode does."""
        return self.connection.app.dispatch(BoltRequest(body=body, mode="socket_mode"))

    def event(self, kind: str, text: str, **fields: object) -> Json:
        """The envelope of a message."""
        said = {"type": kind, "user": "U0ANNA", "channel": "C0NEWS", "ts": self.ts(), "text": text}
        return {
            "type": "event_callback",
            "team_id": TEAM,
            "event_id": f"Ev{next(self._numbers)}",
            "event": said | fields,
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
        }

    def mention(self, text: str, **fields: object) -> Json:
        return self.event("app_mention", f"<@{BOT}> {text}", **fields)

    def direct(self, text: str, **fields: object) -> Json:
        known = {"channel": "D0ANNA", "channel_type": "im"}
        return self.event("message", text, **(known | fields))

    def respond_at(self) -> str:
        return f"{self.slack.address}/response/{next(self._numbers)}"

    def shortcut(self, message: Json, **fields: object) -> Json:
        return {
            "type": "message_action",
            "callback_id": "is_this_true",
            "trigger_id": f"t{next(self._numbers)}",
            "team": {"id": TEAM},
            "user": {"id": "U0ANNA", "team_id": TEAM},
            "channel": {"id": "C0NEWS"},
            "message": {"type": "message", "ts": self.ts(), **message},
            "response_url": self.respond_at(),
            **fields,
        }

    def command(self, text: str) -> Json:
        return {
            "command": "/istrue",
            "text": text,
            "trigger_id": f"t{next(self._numbers)}",
            "team_id": TEAM,
            "user_id": "U0ANNA",
            "channel_id": "C0NEWS",
            "response_url": self.respond_at(),
        }

    def press(
        self, action: str, value: str, *, private: bool = True, on: str = "", **fields: object
    ) -> Json:
        """A button is pressed; `on` names its message, as `Slack.shown` does."""
        place = {"type": "message", "channel_id": "C0NEWS", "message_ts": self.ts()}
        address = self.respond_at()
        self.slack.pressed[address.rpartition("/")[2]] = on or f"unknown:{address}"
        return {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": "U0ANNA", "team_id": TEAM},
            "trigger_id": f"t{next(self._numbers)}",
            "container": place | {"is_ephemeral": private} | fields,
            "channel": {"id": "C0NEWS"},
            "response_url": address,
            "actions": [{"type": "button", "action_id": action, "value": value, "block_id": "b"}],
        }

    def until(self, found: Callable[[], Any], seconds: float = 60.0) -> Any:  # noqa: ANN401
        """Wait for what is found."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := found():
                return value
            time.sleep(0.01)
        told = [(c.method, c.answer) for c in self.slack.calls]
        raise AssertionError(f"nothing came in {seconds} s: {told}")

    def answer(self, method: str = "chat.postEphemeral", number: int = 1) -> Json:
        """The `number`th message of a method that has buttons, or else the last one."""

        def found() -> Json | None:
            sent = [c.body for c in self.slack.of(method) if is_answer(c.body)]
            return sent[number - 1] if len(sent) >= number else None

        answered: Json = self.until(found)
        return answered

    def settled(self) -> None:
        """Wait until no question is open."""
        self.until(lambda: not self.desk.context.inbox.find_due(time.time() + 10_000))


@contextmanager
def opened(
    slack: Slack,
    path: Path,
    make: Draft = draft,
    *,
    store: Store | None = None,
    limits: Limits = Limits(1_000, 1_000),  # noqa: B008
    clock: Callable[[], float] = time.time,
    connection: Connection | None = None,
    workers: int = 4,
    today: date = TODAY,
    **options: Any,  # noqa: ANN401
) -> Iterator[Place]:
    """A desk that answers until the block ends."""
    drafted: list[str] = []
    kept = store or MemoryStore()

    def counted(question: Question, on_step: Callable[[str], None]) -> Page | Insufficient:
        drafted.append(question.text)
        return make(question, on_step)

    with ExitStack() as stack:
        jobs = stack.enter_context(MemoryJobs(counted, limit=2_000, workers=workers))
        api = f"{slack.address}/api/"
        connection = connection or connect_workspace(
            SLACK_TOKENS[0], SIGNING_SECRET, frozenset(), api
        )
        desk = stack.enter_context(
            open_desk(
                connection,
                jobs,
                kept,
                path,
                Options(limits=limits, **options),
                clock=clock,
                today=lambda: today,
            )
        )
        yield Place(slack, connection, desk, jobs, kept, drafted)

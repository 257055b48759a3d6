"""The parts of the Slack face, put together and begun."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from agent import bootstrap
from agent.faces.slack.answering import Answerer
from agent.faces.slack.app import Face, wire
from agent.faces.slack.delivery import Delivery
from agent.faces.slack.findings import Findings
from agent.faces.slack.inbox import Inbox
from agent.faces.slack.keeping import Keeper
from agent.faces.slack.presses import Presses
from agent.faces.slack.pressing import Pressing
from agent.faces.slack.questions import Limits
from agent.faces.slack.records import Records
from agent.faces.slack.serving import Connected
from agent.faces.slack.ways import Ways
from agent.jobs.port import Jobs
from agent.ports import Store


@dataclass(frozen=True)
class Terms:
    """What the person who runs the desk decides."""

    limits: Limits
    channels: frozenset[str] = frozenset()
    """Ids of the channels whose every message is looked at."""
    editors: str | None = None
    """Id of the channel that editors read."""
    desk_url: str | None = None
    """Where the desk shows drafts, with `{draft}` for a draft's id."""
    keep_days: float = 7.0


@contextmanager
def open_desk(
    connected: Connected,
    jobs: Jobs,
    store: Store,
    path: Path,
    terms: Terms,
    *,
    clock: Callable[[], float] = time.time,
    today: Callable[[], date] = bootstrap.today,
) -> Iterator[Face]:
    """Listen and answer until the block ends; what is open then is answered by the next start.

    Args:
        connected: The app and its Slack.
        jobs: Makes the drafts.
        store: Knows the earlier ones.
        path: File of what was asked.
        terms: Limits, channels, days.
        clock: Seconds since the epoch.
        today: The day of a draft.
    """
    with ExitStack() as stack:
        records = Records(path)
        stack.callback(records.close)
        ways = Ways(
            inbox=Inbox(records, terms.limits),
            findings=Findings(jobs, store),
            delivery=Delivery(connected.web),
            web=connected.web,
            today=today,
            editors=terms.editors is not None,
            desk_url=terms.desk_url,
            clock=clock,
        )
        face = Face(
            ways,
            Answerer(ways),
            Pressing(ways, Presses(records), terms.editors),
            terms.limits,
            connected.workspaces,
            terms.channels,
        )
        wire(connected.app, face)
        for part in (Keeper(records, jobs, terms.keep_days, clock), face.answerer):
            part.start()
            stack.callback(part.stop)
        yield face

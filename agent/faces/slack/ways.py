"""All that an answer needs."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from agent.faces.slack.blocks import Action, Shown
from agent.faces.slack.delivery import Delivery
from agent.faces.slack.findings import Findings, Found
from agent.faces.slack.inbox import Inbox
from agent.faces.slack.questions import Route
from agent.faces.slack.reading import Asked
from agent.faces.slack.web import Web


@dataclass(frozen=True)
class Ways:
    """What is asked, what answers it, and how it gets there."""

    inbox: Inbox
    findings: Findings
    delivery: Delivery
    web: Callable[[Route], Web]
    today: Callable[[], date]
    editors: bool = False
    """There is a channel that editors read."""
    desk_url: str | None = None
    """Where the desk shows drafts, with `{draft}` for a draft's id."""
    clock: Callable[[], float] = time.time

    def shown(self, found: Found, asked: Asked, ref: str, buttons: Sequence[Action]) -> Shown:
        """What answers a question, with these buttons under it."""
        return Shown.of(
            found.made,
            ref,
            buttons,
            found.earlier,
            forwarded=asked.forwarded,
            link=self.findings.address(found, self.desk_url),
        )

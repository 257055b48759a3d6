"""All that an answer needs."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from agent.faces.slack.delivery import Delivery
from agent.faces.slack.findings import Findings
from agent.faces.slack.inbox import Inbox
from agent.faces.slack.questions import Route
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
    clock: Callable[[], float] = time.time

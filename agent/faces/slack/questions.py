"""A question as it stands in the inbox, and where its answer goes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from agent.faces.slack.reading import Asked


class State(StrEnum):
    """Where a question is."""

    OPEN = "open"
    CHOOSING = "choosing"
    """Several claims: the asker chooses one."""
    CLOSED = "closed"


@dataclass(frozen=True)
class Route:
    """Where an answer goes. Holds Slack's ids in the clear, and is erased once it is there."""

    way: Literal["direct", "channel", "auto", "url"]
    """A direct message; seen by the asker alone; by everybody; through Slack's response address."""
    team: str
    channel: str
    user: str
    message: str = ""
    """`ts` of the message that asks."""
    thread: str = ""
    """`ts` of the thread that the answer goes to."""
    url: str = ""
    progress: str = ""
    """`ts` of the message that shows the steps, in direct messages; the answer takes its place."""
    posting: str = ""
    """Mark of a message that was begun to be sent: whether it arrived is not known yet."""
    enterprise: str = ""
    replace: bool = False
    """The answer takes the place of the message whose button was pressed."""
    parent: bool = False
    """The claim is in the message that the thread began with."""

    @property
    def private(self) -> bool:
        """The asker alone sees the answer, as a message that nobody can look up afterwards."""
        return self.way in {"channel", "url"}

    @property
    def in_doubt(self) -> bool:
        """Such a message was on its way when the desk stopped or the line broke."""
        return bool(self.posting) and self.private and not self.replace


@dataclass(frozen=True)
class Question:
    """One question as it is stored."""

    id: str
    state: State
    asked: Asked
    route: Route | None
    fresh: bool
    tries: int
    job: str | None
    earlier: str | None


@dataclass(frozen=True)
class Limits:
    """Questions an hour."""

    user: int
    channel: int


@dataclass(frozen=True)
class Taken:
    """What became of a request."""

    question: str | None = None
    refused: Literal["user", "channel"] | None = None


ALREADY: Final = Taken()

"""How a job is stored, and what is said where it cannot be."""

import re
from typing import Any, Final

from agent.jobs.port import JobsUnavailable
from agent.types import Insufficient, Page

SAID: Final = 500
"""Characters of a failure that are told."""


def packed(made: Page | Insufficient) -> dict[str, Any]:
    """A draft as a job stores it."""
    return {"kind": type(made).__name__, "draft": made.model_dump(mode="json")}


def unpacked(stored: dict[str, Any]) -> Page | Insufficient:
    """The draft; a page that does not hold its own rules cannot come back."""
    kind: type[Page | Insufficient] = Page if stored["kind"] == Page.__name__ else Insufficient
    return kind.model_validate(stored["draft"])


def told(name: str, message: str) -> str:
    """A failure in one line."""
    return f"{name}: {' '.join(message.split())}"[:SAID]


def shown(url: str) -> str:
    """An address without its password."""
    return re.sub(r"//([^:/@]*):[^@]*@", r"//\1@", url)


def unavailable(where: str, fault: Exception) -> JobsUnavailable:
    """What a database could not do, in words that say what to do next."""
    said = str(getattr(fault, "orig", None) or fault).strip().splitlines()
    return JobsUnavailable(
        f"The draft jobs at {where} cannot be read or written ({said[0] if said else fault!r}). "
        "Check VERDICT_DATABASE_URL, the server, the rights and the free space."
    )

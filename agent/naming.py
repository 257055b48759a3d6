"""How a page names the publisher of a source."""

import re
from typing import Final

from retrieval.types import Source

INSTITUTION: Final = (
    r"(?:Act|Administration|Agency|Association|Board|Bureau|Center|Centre|Commission|Committee"
    r"|Council|Court|Department|Foundation|Institute|Ministry|Office|Organi[sz]ation|Panel"
    r"|Prevention|Service|Statistics|Justice|University|Union)"
)
BODY: Final = re.compile(
    rf"^(?:{INSTITUTION}|Academy|Journal|Meta-\w+) .*\b(?:of|on|for)\b|^[A-Z][\w ]* {INSTITUTION}$"
)
"""A name that takes an article in a sentence."""


def publisher(source: Source) -> str:
    """The publisher's name without what stands in brackets behind it."""
    return source.publisher.split(" (")[0].strip()


def speaker(source: Source) -> str:
    """The publisher's name as a sentence has it: "the Bureau of Justice Statistics"."""
    name = publisher(source)
    if not BODY.search(name):
        return name
    return f"the {name[0].lower() if name.startswith('Meta') else name[0]}{name[1:]}"


def outlet(source: Source) -> str:
    """Who published what is cited; of a copy also who published it first.

    "KOMC (report first published by AP)": the reader opens the copy, and one origin speaks in it.
    """
    first = source.syndicated_from
    if not first or first in publisher(source):
        return speaker(source)
    return f"{speaker(source)} (report first published by {first})"

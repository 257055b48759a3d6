"""How much of a checked file is read: what a few bytes can make slow is refused in words.

Raises (every function):
    UnreadableText: there is more of it.
"""

import re
from typing import Final

from agent.audit.cited_text import UnreadableText

MAX_BYTES: Final = 2_000_000
"""Bytes of a text, some 600 printed pages."""
MAX_TAGS: Final = 200_000
"""Tags of a Word document or a page in HTML, as many as some 100 printed pages have. Each takes
20 microseconds; a few bytes of a Word document can unpack to millions."""
MAX_ATTRIBUTES: Final = 2_000
"""Words of one tag, without the values of its attributes. The parser takes their square."""
IN_PARTS: Final = "Give it in parts, each with its list of sources."
_TAG = re.compile(rb"<[^<>]+")
_VALUE = re.compile(rb"\"[^\"]*\"|'[^']*'")


def require_few_bytes(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise UnreadableText(
            f"The text has {len(data):,} bytes; at most {MAX_BYTES:,} are read.", IN_PARTS
        )


def require_few_tags(tags: int) -> None:
    if tags > MAX_TAGS:
        raise UnreadableText(
            f"The document has {tags:,} tags; at most {MAX_TAGS:,} are read.", IN_PARTS
        )


def require_few_attributes(page: bytes) -> None:
    long = (tag[0] for tag in _TAG.finditer(page) if len(tag[0]) > MAX_ATTRIBUTES)
    words = max((len(_VALUE.sub(b"", tag).split()) for tag in long), default=0)
    if words > MAX_ATTRIBUTES:
        raise UnreadableText(
            f"The page has a tag with {words:,} words; at most {MAX_ATTRIBUTES:,} are read.",
            "Save it again from a browser, or as Markdown.",
        )

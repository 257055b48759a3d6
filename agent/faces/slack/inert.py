"""Text from outside as Slack cannot read it: no mention, no link, no formatting.

Shown text goes into `rich_text` elements, where a mention or a link is an element of its own and
text is only text. Slack's other two kinds of text are used for words of ours alone.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from agent.render.fragments import safe_url
from agent.render.wording import clean

Block = dict[str, Any]

ELEMENT: Final = 3_000
"""Characters of one text object."""
CUT: Final = "…"
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def cut(text: str, most: int) -> str:
    """Clean text on one line, at most `most` characters, with a mark where it was cut."""
    text = clean(text)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}{CUT}"


def said(text: str, *, most: int = ELEMENT, bold: bool = False, italic: bool = False) -> Block:
    """An element of a rich text that is only text."""
    element: Block = {"type": "text", "text": cut(text, most) or CUT}
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    return element | ({"style": style} if style else {})


def ours(text: str, *, bold: bool = False) -> Block:
    """Words and white space of ours, as they are."""
    element: Block = {"type": "text", "text": text}
    return element | ({"style": {"bold": True}} if bold else {})


def linked(url: str, label: str, *, most: int = 150) -> Block:
    """A link to a source of the library, or its label alone where the address is no web address."""
    address = safe_url(url)
    if address is None or len(address) > ELEMENT or "@" in urlsplit(address).netloc:
        return said(label, most=most)
    return {"type": "link", "url": address, "text": cut(label, most) or CUT}


def escaped(text: str, most: int) -> str:
    """Text for a message's `text`, which notifications show: nothing of it is markup.

    The entities count against Slack's limits, so that the text is cut after they are written.
    """
    text = clean(text).translate(_ESCAPES)
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    start = kept.rfind("&")
    if start >= 0 and ";" not in kept[start:]:
        kept = kept[:start]
    return f"{kept.rstrip()}{CUT}"


def rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def section(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def quote(*elements: Block) -> Block:
    return {"type": "rich_text_quote", "elements": list(elements)}


def plain(text: str) -> Block:
    """Words of ours."""
    return {"type": "plain_text", "text": text, "emoji": False}

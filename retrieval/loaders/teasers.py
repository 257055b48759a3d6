"""The end of a page's text that only leads to other pages of its site: teasers and menus."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from retrieval.loaders.html_tables import words_of
from retrieval.loaders.normalise import squash

LINKED = 0.8
"""Share of linked words from which on a line leads to another page."""
BOX = 500
"""Characters of the box that holds a teaser: its linked headline and what it says of itself."""
LEVELS = 3
"""How far such a box may be around its text."""
HEADLINE = 15
"""Characters of a headline that is a link."""
LABEL = 60
"""Characters of a line that only labels others ("Read on")."""
LABELS = 2
"""Labels in a row between two lines that lead elsewhere."""
START = 12
"""Letters and figures by which the element of a line is looked for."""
MOST = 400
"""Lines at the end of a page that are looked at."""
FEWEST = 2
"""Lines that lead elsewhere and are more than the one link that an article may end with."""
_TEASER = re.compile(r"(?:\[(?:…|\.\.\.)\]|\[(?:read|weiterlesen)[^\]]*\])$", re.IGNORECASE)
_ENDS = re.compile(r"[.!?…][”’\"')\]]*$")
_PROSE = re.compile(r".{80,}[.!?…:][”’\"')\]]*$")
"""A paragraph, of which an article has one."""
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_HEADLINES = (*_HEADINGS, "p", "li", "div", "strong")
_BLOCKS = (*_HEADLINES, "td", "a", "span")
_PAGE = frozenset({"article", "body", "html", "main"})


def drop_teasers(tree: HtmlElement, lines: Sequence[str], host: str) -> list[str]:
    """Take off what stands behind an article and leads to others.

    Args:
        tree: the page.
        lines: the lines of its article.
        host: where the page comes from; empty where it does not say so.
    """
    kept = list(lines)
    while len(kept) > 1 and (_TEASER.search(kept[-1]) or _opens_nothing(kept[-1])):
        kept.pop()
    elements = _index(tree, {squash(line)[:START] for line in kept[-MOST:]})
    title = squash(tree.findtext(".//title") or "")
    end, found, labels = len(kept), 0, 0
    for at in range(len(kept) - 1, max(0, len(kept) - MOST), -1):
        element = elements.get(squash(kept[at]))
        if element is not None and _is_teaser(element, host, title):
            end, found, labels = at, found + 1, 0
        elif _is_label(kept[at]) and labels < LABELS:
            labels += 1
        else:
            break
    labelled = end > 1 and _is_label(kept[end - 1])
    head = elements.get(squash(kept[end - 1])) if labelled else None
    few = found < FEWEST and (head is None or head.tag not in _HEADINGS)
    if not found or few or not any(map(_PROSE.search, kept[: end - labelled])):
        return kept
    return kept[: end - labelled]


def _index(tree: HtmlElement, starts: set[str]) -> dict[str, HtmlElement]:
    """The first element that holds each text which begins in one of these ways."""
    elements: dict[str, HtmlElement] = {}
    for element in tree.iter(*_BLOCKS):
        text = element.text_content()
        if len(text) <= 2 * BOX and squash(text.lstrip()[: 4 * START])[:START] in starts:
            elements.setdefault(squash(text), element)
    return elements


def _opens_nothing(line: str) -> bool:
    """Whether a last line announces what is no part of the article ("More on this:")."""
    return len(line) < LABEL and line.endswith(":")


def _is_label(line: str) -> bool:
    return len(line) < LABEL and not _ENDS.search(line)


def _is_teaser(element: HtmlElement, host: str, title: str) -> bool:
    """Whether an element is a link to the page's site, or text in a box with such a headline."""
    if _is_link(element, host):
        return squash(element.text_content()) not in title
    around = [] if _is_label(words_of(element)) else list(element.iterancestors())[:LEVELS]
    for box in around:
        if box.tag in _PAGE or len(words_of(box)) > BOX:
            return False
        for head in box.iter(*_HEADLINES):
            text = words_of(head)
            apart = head is not element and head not in around and len(text) >= HEADLINE
            if apart and squash(text) not in title and _is_link(head, host):
                return True
    return False


def _is_link(element: HtmlElement, host: str) -> bool:
    text = words_of(element)
    if any(_is_own(link, host) for link in (element, *element.iterancestors("a"))):
        return bool(text)
    linked = sum(len(words_of(link)) for link in element.iter("a") if _is_own(link, host))
    return linked > 0 and linked >= LINKED * len(text)


def _is_own(link: HtmlElement, host: str) -> bool:
    """Whether a link leads to another page of the same site."""
    address = (link.get("href") or "").strip() if link.tag == "a" else ""
    if not address or address.startswith(("#", "mailto:", "tel:", "javascript:")):
        return False
    try:
        other = urlsplit(address).hostname or ""
    except ValueError:  # no address, so it leads nowhere
        return False
    own, other = host.removeprefix("www."), other.removeprefix("www.")
    return not other or (bool(own) and f".{other}".endswith(f".{own}"))

"""The article of a web page: what trafilatura takes for it, and what it overlooks."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from lxml.html import HtmlElement

from retrieval.loaders.html_tables import BLOCKS, words_of
from retrieval.loaders.normalise import normalise, one_line

LEAST = 40
"""Characters of a paragraph that is missed."""
NEAR = 400
"""Characters within which a short paragraph must follow the one before it."""
LINKED = 0.5
"""Share of linked words from which on a paragraph leads to other pages."""
ALONE = 200
"""Characters of prose that make a page worth keeping in which no article was found."""
_PROSE = ("p", "li", "pre", "blockquote", "h2", "h3", "h4", "div")
_BESIDE = frozenset({"aside", "nav", "footer", "form", "figure", "button", "select", "dialog"})
_ASIDE = re.compile(
    r"(?:^|[-_\s])(?:comments?|commentlist|respond|related|recommended|teasers?|sidebar|widget"
    r"|newsletter|cookies?|consent|share|sharing|social|promo|breadcrumbs?|author(?:-?(?:bio|box))?"
    r"|byline|caption|advert\w*|sponsored|menu|banner|popup|modal)(?:$|[-_\s])",
    re.IGNORECASE,
)
"""Names of what stands beside an article."""
_TEASER = re.compile(r"(?:\[(?:…|\.\.\.)\]|\[(?:read|weiterlesen)[^\]]*\])$", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-z]+[^<>]*>")
"""Markup that stands on the page as words."""
_ENDS = re.compile(r"[.!?…:][”’\"')\]]*$")


def find_article(tree: HtmlElement, found: str) -> list[str]:
    """Lines of the article of a page.

    Args:
        tree: the page without what is not shown.
        found: the text that trafilatura takes for the article; empty where it finds none.
    """
    blocks = list(_list_prose(tree))
    lines = _fill_gaps(blocks, [line for line in normalise(found).split("\n") if line])
    if not lines:
        prose = [text for _, text in blocks]
        if any(map(_ENDS.search, prose)) and sum(map(len, prose)) >= ALONE:
            lines = prose
    return _drop_doubles(_drop_teasers(lines))


def _fill_gaps(blocks: Sequence[tuple[HtmlElement, str]], lines: Sequence[str]) -> list[str]:
    """Put back the paragraphs that are missed between others of the same part of the page."""
    whole = "\n".join(map(_squash, lines))
    flat = whole.replace("\n", "")
    places = _find_places([_squash(text) for _, text in blocks], whole)
    known = [n for n, place in enumerate(places) if place is not None]
    missed: dict[int, list[str]] = {}
    for left, right in pairwise(known):
        start, end = places[left], places[right]
        if right - left < 2 or start is None or end is None or end - start > 1:
            continue
        around = _list_parents(blocks[left][0]) & _list_parents(blocks[right][0])
        for element, text in blocks[left + 1 : right]:
            whole_words = element.tag in {"p", "li"} or bool(_ENDS.search(text))
            said = whole_words and not _MARKUP.search(text)
            missing = len(text) >= LEAST and _squash(text)[:LEAST] not in flat
            if said and missing and around & _list_parents(element):
                missed.setdefault(start, []).append(text)
    return [one for n, line in enumerate(lines) for one in (line, *missed.get(n, ()))]


def _list_parents(element: HtmlElement) -> set[HtmlElement]:
    """The elements right around one, and around its list."""
    near = list(element.iterancestors())[:2]
    return {one for one in near if one.tag not in {"body", "html"}}


def _find_places(blocks: Sequence[str], whole: str) -> list[int | None]:
    """For each block the line that holds it, in order; None for those that are missing."""
    places: list[int | None] = []
    at = line = 0
    for block in blocks:
        probe = block[:LEAST]
        reach = len(whole) if len(probe) == LEAST else at + NEAR
        found = whole.find(probe, at, reach) if probe else -1
        if found >= 0:
            line += whole.count("\n", at, found)
            at = found
        places.append(line if found >= 0 else None)
    return places


def _list_prose(tree: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Paragraphs of a page in order, without what stands beside its article."""
    for element in tree.iter(*_PROSE):
        if any(child.tag in BLOCKS for child in element if isinstance(child.tag, str)):
            continue
        if element.tag == "pre":
            for part in re.split(r"\n\s*\n", element.text_content()):
                if text := one_line(part):
                    yield element, text
            continue
        text = words_of(element)
        linked = sum(len(link.text_content()) for link in element.iter("a"))
        if text and linked <= LINKED * len(text) and not _is_beside(element):
            yield element, text


def _is_beside(element: HtmlElement) -> bool:
    return any(
        one.tag in _BESIDE or _ASIDE.search(f"{one.get('class', '')} {one.get('id', '')}")
        for one in (element, *element.iterancestors())
        if one.tag not in {"body", "html", "main", "article"}
    )


def _squash(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _drop_teasers(lines: list[str]) -> list[str]:
    """Take off the beginnings of other articles that stand behind this one."""
    kept = list(lines)
    while len(kept) > 1 and _TEASER.search(kept[-1]):
        kept.pop()
    return kept


def _drop_doubles(lines: list[str]) -> list[str]:
    """Keep a long paragraph once, where the page has it shortened, unfolded or for phones too."""
    seen: set[str] = set()
    kept: list[str] = []
    for line in lines:
        if len(line) < 2 * LEAST or line not in seen:
            kept.append(line)
        seen.add(line)
    return kept

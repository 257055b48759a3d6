"""The day on which a page says that it was published, and no other day that stands on it."""

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from itertools import islice

import htmldate
from lxml import html
from lxml.html import HtmlElement

_EVENTS = frozenset(
    ["birthdate", "deathdate", "foundingdate", "dissolutiondate", "startdate", "enddate", "bday"]
)
"""Dates of people, bodies and events, which are no dates of a page."""
MOSTLY = 0.5
"""Share of the text of a page from which on a part of it is the page."""
_LATER = re.compile(
    r"(?:modif|updated|last[-_. ]?(?:mod|change|update)|revised|revision|changed|expire|copyright)",
    re.IGNORECASE,
)
"""Names of marks for the day of a change."""
_WORDS = (
    r"updated?|modified|changed|revised|corrected|edited|aktualisiert|ge.ndert|mis . jour"
    r"|actualizado|aggiornato|reviewed"
)
"""What a page says of a change."""
_ON = r"(?:on|at|am|vom|le|il|el)?"
_DAY = (
    rf"(?![^\W\d])\W*{_ON}\W*(?:\d\d?:\d\d\W+)?([^:]*\d{{4}}(?:-\d\d-\d\d)?)\b.{{0,12}}"
    r"(?:\bnext\b.*)?"
)
"""The rest of a line that has only a day behind a label."""
_CHANGED = re.compile(
    rf"(?:(?:{_WORDS}|retrieved|accessed|as of|\$date|copyright|stand)\b|©|\(c\))"
    rf"\s*{_ON}[\s:(]*",
    re.IGNORECASE,
)
"""Words before a day that is not the one of publication."""
_TOLD = (
    r"(?:(?:this )?(?:page|article|document|content|story|text|version)\W+)?(?:was |date )?"
    rf"(?:(?:last|latest|recently) )?(?:{_WORDS}|(?:last|latest) (?:change|review|revision))"
)
"""Words of a change, as a line about it begins."""
_CHANGE = re.compile(rf"{_TOLD}{_DAY}", re.IGNORECASE)
"""A line that only says when a page was changed."""
_OWN = re.compile(r"(?:^|[-_\s])(?:date|published|posted|post[-_]?date)(?:$|[-_\s])", re.IGNORECASE)
_LABELS = r"(?:date|published|posted|datum|ver.ffentlicht|publi.)"
_LABELLED = re.compile(rf"{_LABELS}{_DAY}", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[|·•∙;()\[\]]\s*|\s[-–—/]\s|[–—]")
"""What sets the days on one line apart."""
_TWO_DAYS = re.compile(
    rf"((?:(?:first |originally )?{_LABELS}|\d).*?\d{{4}}(?:-\d\d-\d\d)?)[\s,.]*(?:and )?"
    rf"({_TOLD}(?![^\W\d]).*)",
    re.IGNORECASE,
)
"""A line with the day of publication and that of a change, and nothing that sets them apart."""
SHORT = 60
"""Characters of a line that only says when a page was published."""
_SHOWING = ("time", "div", "p", "span", "li", "dd", "small")
MARKS = 20
"""Lines marked as days that are looked at."""
_DIGIT = re.compile(r"\d")
AFTER = 32
"""Characters behind such words that hold the day of a change."""
_BESIDE = re.compile(
    r"(?:^|[-_\s])(?:comments?|commentlist|related\w*|recommended|sidebar|widget\S*|calendar"
    r"|kalender|events?|termine?|questions?|archives?|toctree\S*|toc|changelog|popular|latest|reviews?"
    r"|references?|reflist|footnotes?|bibliography)"
    r"(?:$|[-_\s])",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"schema\.org/(?:Review|Comment|UserComments|Event|Person|Offer|Product)$")
"""Types of what a page shows beside its article."""
_ARTICLE = (
    ".//h1 | .//*[@itemprop='articleBody' or @itemprop='headline' or contains(@class, 'hentry')"
    " or contains(@class, 'entry-content') or contains(@class, 'post-body')]"
)
_OTHER_TAGS = frozenset({"aside", "nav", "footer", "pre", "code", "form", "select"})


def find_day(tree: HtmlElement) -> str | None:
    """Find the day that the metadata of a page and the head of its article state, as 2026-01-27.

    Days of changes, and of what stands beside the article, do not count. None is guessed from an
    address or from running text.
    """
    page = deepcopy(tree)
    _unmark_events(page)
    _drop_others(page)
    _blank_changes(page)
    head = page.find("head")
    if head is not None and (day := _ask(deepcopy(head))):
        return day
    for line in _list_marked(page):
        if day := _read_day(line):
            return day
    day = _ask(page)
    shown = _list_shown(page) if day else []
    if not shown or shown[0] == day:
        return day
    return shown[0] if len(shown) == 1 else None  # several are those of a list


def find_change(lines: Iterable[str]) -> str:
    """Find the day of the last change that one of the short lines of a page tells of.

    Returns:
        The day as 2026-01-27; nothing where no line does.
    """
    found = map(_CHANGE.fullmatch, lines)
    return max((_read_day(change[1]) or "" for change in found if change), default="")


def list_short_lines(page: HtmlElement) -> Iterator[str]:
    """What stands on short lines of its own, or on a part of one, as the day of a page does."""
    for element in page.iter("li", "p", "span", "div", "dl", "dd", "small", "time", "tr"):
        text = " ".join(element.text_content()[: 4 * SHORT].split())
        if len(text) <= SHORT:
            yield text
        if len(text) <= 2 * SHORT:
            parts = _BETWEEN.split(text)
            parts = [one for part in parts for one in _part_days(part)]
            yield from (part for part in parts if len(parts) > 1 and len(part) <= SHORT)


def _part_days(line: str) -> tuple[str, ...]:
    """The parts of a line that says when a page was published and when it was changed."""
    two = _TWO_DAYS.fullmatch(line)
    return (two[1], two[2]) if two else (line,)


def _list_marked(page: HtmlElement) -> Iterator[str]:
    """Lines that only say when the page was published: the marked ones, then one with a label."""
    for element in page.xpath("//*[@itemprop='datePublished']"):
        yield element.get("content") or element.get("datetime") or element.text_content()
    labelled = {found[1] for line in list_short_lines(page) if (found := _LABELLED.fullmatch(line))}
    if len(labelled) == 1:  # several are those of a list of articles
        yield labelled.pop()


def _list_shown(page: HtmlElement) -> list[str]:
    """The first days that a page marks and shows, each once."""
    marked = (
        element
        for element in page.iter(*_SHOWING)
        if element.tag == "time" or _OWN.search(_names_of(element))
    )
    lines = (" ".join(element.text_content()[: 4 * SHORT].split()) for element in marked)
    dated = (line for line in lines if len(line) <= SHORT and _DIGIT.search(line))
    return list(dict.fromkeys(filter(None, map(_read_day, islice(dated, MARKS)))))


def _read_day(line: str) -> str | None:
    mark = html.fragment_fromstring("<p class='date'></p>")
    mark.text = line
    return _ask(mark)


def _ask(part: HtmlElement) -> str | None:
    """Ask htmldate for the day in a page, or in a part of one."""
    page = part
    if part.tag != "html":
        page = html.document_fromstring("<html><head></head><body></body></html>")
        place = page.find("head") if part.tag == "head" else page.find("body")
        place.extend(list(part) if part.tag == "head" else [part])
    day: str | None = htmldate.find_date(page, extensive_search=False, original_date=True)
    return day


def _unmark_events(tree: HtmlElement) -> None:
    """Take the marks off the dates of births and events."""
    for element in tree.xpath("//*[@itemprop or contains(@class, 'bday')]"):
        marks = {*element.get("class", "").lower().split(), element.get("itemprop", "").lower()}
        if marks & _EVENTS:
            for name in ("class", "itemprop", "datetime", "content"):
                element.attrib.pop(name, None)


def _drop_others(page: HtmlElement) -> None:
    for script in list(page.iter("script")):
        if "ld+json" not in script.get("type", ""):
            script.drop_tree()
    for mark in list(page.iter("meta")):
        names = " ".join(mark.get(key, "") for key in ("name", "property", "itemprop"))
        if _LATER.search(names):
            mark.drop_tree()
    whole = len(page.text_content())
    for element in list(page.iter()):
        if element.getparent() is None or not isinstance(element.tag, str):
            continue
        if element.tag in {"html", "head", "body", "main", "article"}:
            continue
        names = _names_of(element)
        other = element.tag in _OTHER_TAGS or _OTHERS.search(element.get("itemtype", ""))
        beside = _BESIDE.search(names) and not _OWN.search(names)
        if (other or beside) and not _holds_article(element, whole):
            element.drop_tree()


def _names_of(element: HtmlElement) -> str:
    return f"{element.get('class', '')} {element.get('id', '')}"


def _holds_article(element: HtmlElement, whole: int) -> bool:
    return bool(len(element.text_content()) > MOSTLY * whole or element.xpath(_ARTICLE))


def _blank_changes(page: HtmlElement) -> None:
    """Make the days unreadable that stand behind "updated" and the like."""
    left = 0
    for element in page.iter():
        if not isinstance(element.tag, str) or element.tag in {"script", "style"}:
            continue
        if left and element.get("datetime"):
            del element.attrib["datetime"]
        names = f"{element.get('class', '')} {element.get('itemprop', '')}"
        if _LATER.search(names) and not _OWN.search(names):
            left = AFTER
            element.attrib.pop("datetime", None)
        element.text, left = _blank(element.text, left)
        element.tail, left = _blank(element.tail, left)


def _blank(text: str | None, left: int) -> tuple[str | None, int]:
    """Write "#" for the figures of the first `left` characters, and behind words of a change."""
    if not text or not text.strip():
        return text, left
    spans = [(0, left), *((m.end(), m.end() + AFTER) for m in _CHANGED.finditer(text))]
    for start, end in spans:
        text = text[:start] + _DIGIT.sub("#", text[start:end]) + text[end:]
    return text, max(0, spans[-1][1] - len(text))

"""What a web page says of itself: its JSON-LD, and the dates that it marks up."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement
from pydantic import BaseModel

from retrieval.loaders.normalise import one_line
from retrieval.loaders.page_dates import find_change, list_short_lines

DEEPEST = 6
"""Levels of JSON-LD that are looked at."""
FIRST_YEAR = 1900
"""An earlier date, such as the year 1, is what a system writes that knows none."""
_ARTICLE = re.compile(r"(?:Article|Posting|Report|Review)$")
_OWNERS = frozenset({"Organization", "NewsMediaOrganization", "WebSite"})
_PAGE = re.compile(r"Page$")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?!\d)")
_EITHER = re.compile(r"(?<![\d/.-])(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?![\d/.-])")
_ABOUT_DATES = re.compile(r"date|time|publish|issued", re.IGNORECASE)
_SITE = (
    *("og:site_name", "publisher", "dc.publisher", "dcterms.publisher", "citation_publisher"),
    *("application-name", "apple-mobile-web-app-title"),
)
"""Marks in which a page names who publishes it, the best first."""
LONGEST_NAME = 80
"""Characters of the name of a publisher."""
_NO_NAME = re.compile(r"copyright|©|\(c\)", re.IGNORECASE)


class PageRecord(BaseModel, frozen=True, extra="forbid"):
    """What the page says of itself; empty where it does not."""

    title: str = ""
    publisher: str = ""
    author: str = ""
    published: str = ""
    """As 2026-01-27; from the JSON-LD of the page's own article."""
    modified: str = ""
    either: tuple[tuple[str, str, str], ...] = ()
    """Dates that can be read in two ways: the words, the day first, the month first."""
    certain: frozenset[str] = frozenset()
    """Dates that its metadata or its short lines write as 2026-01-27."""
    is_for_subscribers: bool = False

    def judge_dates(self, found: str | None) -> tuple[str | None, tuple[str, ...]]:
        """Choose the date of publication.

        Args:
            found: the date that `find_day` finds in the page.

        Returns:
            The date, None where it is not certain; and notes on what is doubtful.
        """
        published = self.published or found
        notes: tuple[str, ...] = ()
        unsure = [e for e in self.either if found in e[1:]]
        if unsure and not self.published and found not in self.certain:
            words, day_first, month_first = unsure[0]
            why = f"publication date: {words} can be {day_first} or {month_first}; it is left empty"
            return None, (f"{why}, state it in front matter",)
        if self.published and found and found != self.published:
            notes += (
                f"publication date: its JSON-LD says {self.published}, its other metadata {found}",
            )
        if published and self.modified > published:
            notes += (f"changed on {self.modified}, after its publication on {published}",)
        return published, notes


def read_record(tree: HtmlElement) -> PageRecord:
    """Read what a page says of itself, and take out of it what others would misread as its own.

    What stays in the page of its JSON-LD is the entry for its article.
    """
    main, owner = _keep_main_entry(tree)
    metas = [e for e in tree.iter("meta") if _ABOUT_DATES.search(_name_of(e))]
    dated = [e.get("content", "") for e in metas]
    dated += [e.get("datetime") or e.text_content() for e in tree.iter("time")]
    dated += [e.text_content() for e in tree.xpath("//*[contains(@class, 'date')]")[:20]]
    lines = list(list_short_lines(tree))
    dated += lines
    modified = [e.get("content", "") for e in metas if "modified" in _name_of(e).lower()]
    return PageRecord(
        title=_text(main.get("headline")),
        publisher=_text(main.get("publisher")) or _find_site(tree) or owner,
        author=_text(main.get("author")) or _find_byline(tree),
        published=_day(main.get("datePublished")),
        modified=_day(main.get("dateModified"))
        or next(filter(None, map(_day, modified)), "")
        or find_change(lines),
        either=tuple(found for words in dated for found in _read_either(words)),
        certain=frozenset(day for words in dated for day in _ISO.findall(words)),
        is_for_subscribers=any(_is_closed(part) for part in (main, *_parts(main))),
    )


def host_of(address: str) -> str:
    """The host of an address; empty where it has none or is no address."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _name_of(meta: HtmlElement) -> str:
    return " ".join(meta.get(key, "") for key in ("name", "property", "itemprop"))


def _find_site(tree: HtmlElement) -> str:
    said: dict[str, str] = {}
    for meta in tree.iter("meta"):
        for key in ("property", "name", "itemprop"):
            said.setdefault(meta.get(key, "").lower(), meta.get("content", ""))
    title = one_line(tree.findtext(".//title") or "").casefold()
    for mark in _SITE:
        name = one_line(said.get(mark, ""))
        if name.lower().startswith(("http:", "https:")):
            name = host_of(name).removeprefix("www.")
        titled = name.casefold() == title and mark != _SITE[0]
        if name and len(name) <= LONGEST_NAME and not titled and not _NO_NAME.match(name):
            return name
    return ""


def _find_byline(tree: HtmlElement) -> str:
    metas = (e for e in tree.iter("meta") if (e.get("name") or "").lower() == "author")
    return next(filter(None, (one_line(e.get("content", "")) for e in metas)), "")


def _keep_main_entry(tree: HtmlElement) -> tuple[Mapping[str, Any], str]:
    """The entry for the article, and who the page says has the site."""
    scripts = [s for s in tree.iter("script") if "ld+json" in s.get("type", "").lower()]
    entries = [entry for script in scripts for entry in _entries(_parse(script.text or ""))]
    main = _choose_main(entries, {e.get("href") for e in tree.xpath("//link[@rel='canonical']")})
    for script in scripts:
        script.text = "{}"
    if scripts and main:
        scripts[0].text = json.dumps(main)
    owners = [e for e in entries if _OWNERS.intersection(_types(e))]
    return main, next(filter(None, (_text(e.get("name")) for e in owners)), "")


def _parse(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # a page may write it wrongly; it then says nothing
        return None


def _entries(found: object, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    if depth > DEEPEST:
        return
    if isinstance(found, list):
        for one in found:
            yield from _entries(one, depth + 1)
    elif isinstance(found, dict):
        yield found
        for key in ("@graph", "mainEntity"):
            yield from _entries(found.get(key), depth + 1)


def _choose_main(entries: list[Mapping[str, Any]], addresses: set[str | None]) -> Mapping[str, Any]:
    """The entry for the article: the one at the page's address, else the first."""
    for kind in (_ARTICLE, _PAGE):
        fitting = [e for e in entries if any(map(kind.search, _types(e)))]
        own = [e for e in fitting if {_text(e.get("url")), _address(e)} & (addresses - {None, ""})]
        dated = [e for e in fitting if e.get("datePublished")]
        if fitting:
            return (own or dated or fitting)[0]
    return {}


def _parts(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    parts = entry.get("hasPart")
    return [p for p in (parts if isinstance(parts, list) else [parts]) if isinstance(p, dict)]


def _is_closed(entry: Mapping[str, Any]) -> bool:
    return str(entry.get("isAccessibleForFree")).lower() in {"false", "no"}


def _types(entry: Mapping[str, Any]) -> list[str]:
    kind = entry.get("@type")
    return [str(one) for one in (kind if isinstance(kind, list) else [kind])]


def _address(entry: Mapping[str, Any]) -> str:
    page = entry.get("mainEntityOfPage")
    return _text(page.get("@id")) if isinstance(page, dict) else _text(page)


def _text(value: object) -> str:
    """A text, or the name of a person or body; of several the first."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("name", "")
    return unescape(value).strip() if isinstance(value, str) else ""


def _day(value: object) -> str:
    found = _ISO.match(value.strip()) if isinstance(value, str) else None
    return found[1] if found and _is_day(found[1]) else ""


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).year >= FIRST_YEAR
    except ValueError:
        return False


def _read_either(words: str) -> Iterator[tuple[str, str, str]]:
    for found in _EITHER.finditer(words):
        one, other, year = int(found[1]), int(found[3]), found[4]
        if one != other and 1 <= one <= 12 and 1 <= other <= 12:
            yield found[0], f"{year}-{other:02}-{one:02}", f"{year}-{one:02}-{other:02}"

"""The sources of a page as CSL-JSON, which Zotero, Mendeley, Word plug-ins and Pandoc read.

Terms: https://docs.citationstyles.org/en/stable/specification.html
"""

import json
from datetime import date
from typing import Final

from agent.render.citations import Numbering, safe_url
from agent.render.wording import clean
from agent.types import Insufficient, Page
from retrieval.types import Source

Json = dict[str, object]

TYPES: Final = {
    "news": "article-newspaper",
    "opinion": "article-newspaper",
    "magazine": "article-magazine",
    "study": "article-journal",
    "official": "report",
    "report": "report",
    "law": "legislation",
    "ruling": "legal_case",
    "reference": "entry-encyclopedia",
    "data": "dataset",
    "book": "book",
    "blog": "post-weblog",
    "speech": "speech",
    "interview": "interview",
    "letter": "personal_communication",
    "document": "document",
}
"""By the kind of a source; any other kind is a page of the web."""
CONTAINED: Final = {
    *("article-newspaper", "article-magazine", "article-journal", "entry-encyclopedia"),
    *("post-weblog", "webpage"),
}
"""Types that stand in something, which the publisher's name then names."""


def render(draft: Page | Insufficient) -> str:
    """Write a JSON list of items in the order of their numbers; a page without sources has none."""
    sources = Numbering.of(draft).sources if isinstance(draft, Page) else ()
    items = [_item(source) for source in sources]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def type_of(source: Source) -> str:
    """The CSL type of a source."""
    return TYPES.get(source.kind.casefold().strip(), "webpage")


def _item(source: Source) -> Json:
    kind = type_of(source)
    item: Json = {
        "id": clean(source.id),
        "type": kind,
        "title": clean(source.title),
        "container-title" if kind in CONTAINED else "publisher": clean(source.publisher),
        "accessed": _date(source.accessed),
    }
    if source.published:
        item["issued"] = _date(source.published)
    if url := safe_url(source.url):
        item["URL"] = url
    return item


def _date(day: date) -> Json:
    return {"date-parts": [[day.year, day.month, day.day]]}

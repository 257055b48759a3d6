"""Web pages saved as HTML: the article's text and what the page says of itself."""

import re

import trafilatura

from retrieval.errors import SourceUnreadable
from retrieval.loaders.document import Document, RawFile, make_document
from retrieval.loaders.frontmatter import check_front_matter
from retrieval.loaders.normalise import normalise

_STATED = re.compile(rb'"datePublished"\s*:\s*"(\d{4}-\d\d-\d\d)')
"""JSON-LD: the date as the publisher's own system states it."""
_STATED_BY_PAGE = {"original_date": True, "extensive_search": False}
"""Dates that the page marks up as its own; none guessed from addresses and running text."""


def html(raw: RawFile) -> tuple[Document, ...]:
    """Load a page. Front matter in a file beside it overrules what the page says of itself.

    The publication date is the one in the page's JSON-LD, else the one in its other metadata; where
    both are there and differ, the document carries a note.

    Raises:
        SourceUnreadable: not HTML, or no article in it.
    """
    page = None
    if b"\x00" not in raw.data:
        page = trafilatura.bare_extraction(
            raw.data,
            with_metadata=True,
            include_comments=False,
            date_extraction_params=_STATED_BY_PAGE,
        )
    if page is None or isinstance(page, dict) or not page.text:
        raise SourceUnreadable(
            f"{raw.path} holds no article that can be read.",
            "Save the article's text as .md or .txt with front matter and add that.",
        )
    stated = _STATED.search(raw.data)
    dates = [stated[1].decode()] if stated else []
    dates += [page.date] if page.date else []
    fields = {
        "title": page.title,
        "publisher": page.sitename,
        "url": page.url,
        "published": dates[0] if dates else None,
        "kind": "page",
    }
    sidecar = raw.front_matter().model_dump(exclude_unset=True)
    notes: tuple[str, ...] = ()
    if len(set(dates)) > 1 and "published" not in sidecar:
        notes = (f"publication date: its JSON-LD says {dates[0]}, its other metadata {dates[1]}",)
    return (
        make_document(
            raw,
            check_front_matter({**fields, **sidecar}, str(raw.path)),
            normalise(page.text).replace("\n\n", "\n").replace("\n", "\n\n"),
            notes=notes,
        ),
    )

"""Web pages saved as HTML: the article's text and what the page says of itself."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

import trafilatura
from lxml.html import HtmlElement

from retrieval.errors import SourceUnreadable
from retrieval.loaders.article import find_article
from retrieval.loaders.document import (
    Document,
    RawFile,
    explain_encoding,
    make_document,
    plausible_name,
    refuse_echo,
)
from retrieval.loaders.frontmatter import check_front_matter
from retrieval.loaders.markup import clean
from retrieval.loaders.normalise import normalise, one_line
from retrieval.loaders.page_dates import find_day
from retrieval.loaders.page_record import read_record
from retrieval.loaders.speech import mark_speech

_OFFER = re.compile(
    r"\b(?:subscrib\w+|subscription|sign (?:in|up)|log in|register|free trial|to read on|continue"
    r" reading|read the full|unlock|already a member)\b",
    re.IGNORECASE,
)
"""What a page says where it breaks off for those who have not paid."""
_HOST = re.compile(r"[a-z\d][-a-z\d]*(?:\.[a-z\d][-a-z\d]*)+|\[[:\da-f]+\]", re.IGNORECASE)
LONGEST_OFFER = 300
"""Characters."""
PAID = "only subscribers can read all of this page; what is stored may be its beginning"


def html(raw: RawFile) -> tuple[Document, ...]:
    """Load a page. Front matter in a file beside it overrules what the page says of itself.

    The publication date is the one in the page's JSON-LD, else the one in its other metadata; where
    both are there and differ, the document carries a note.

    Raises:
        SourceUnreadable: not HTML, in an encoding that it does not name, or no article in it.
    """
    if reason := explain_encoding(raw.data):
        raise SourceUnreadable(f"{raw.path} {reason}.", "Save it as UTF-8 and add it again.")
    tree = None if b"\x00" in raw.data else trafilatura.load_html(raw.data)
    if tree is None:
        raise _explain_no_article(raw)
    refuse_echo(raw.path, " ".join(tree.text_content().split()))
    record = read_record(tree)
    day = find_day(tree)
    notes = clean(tree)
    page = _extract(tree)
    lines = find_article(tree, page.text or "")
    if not lines:
        raise _explain_no_article(raw)
    sidecar = raw.front_matter().model_dump(exclude_unset=True)
    published, doubts = record.judge_dates(day)
    url = _address(page.url)
    fields = {
        "title": one_line(record.title or page.title or ""),
        "publisher": one_line(record.publisher or _host(url)),
        "author": plausible_name(record.author or page.author or ""),
        "url": url,
        "published": published,
        "kind": "page",
    }
    if "published" not in sidecar:
        notes += doubts
    text, offers = _take_out_offers(lines)
    if offers or record.is_for_subscribers:
        notes += (PAID,)
    meta = check_front_matter({**fields, **sidecar}, str(raw.path))
    return (make_document(raw, meta, text, notes=notes),)


def _extract(tree: HtmlElement) -> trafilatura.settings.Document:
    """What trafilatura takes for the article, and for its title, author and address."""
    page = trafilatura.bare_extraction(tree, with_metadata=True, include_comments=False)
    if isinstance(page, trafilatura.settings.Document):
        return page
    return trafilatura.extract_metadata(tree)


def _address(url: str | None) -> str | None:
    """The address that the page gives itself, if it has a host."""
    return url if _HOST.fullmatch(urlsplit(url or "").hostname or "") else None


def _host(url: str | None) -> str:
    return (urlsplit(url or "").hostname or "").removeprefix("www.")


def _take_out_offers(lines: Sequence[str]) -> tuple[str, bool]:
    """Paragraphs apart, without the offers to subscribe at their end; whether there were any."""
    kept = list(lines)
    while kept and len(kept[-1]) <= LONGEST_OFFER and len(_OFFER.findall(kept[-1])) > 1:
        kept.pop()
    kept = kept or list(lines)
    return normalise("\n\n".join(map(mark_speech, kept))), len(kept) < len(lines)


def _explain_no_article(raw: RawFile) -> SourceUnreadable:
    return SourceUnreadable(
        f"{raw.path} holds no article that can be read.",
        "Save the article's text as .md or .txt with front matter and add that.",
    )

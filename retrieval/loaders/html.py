"""Web pages saved as HTML: the article's text and what the page says of itself."""

import re
from collections.abc import Sequence

import trafilatura

from retrieval.errors import SourceUnreadable
from retrieval.loaders.document import (
    Document,
    RawFile,
    explain_encoding,
    make_document,
    refuse_echo,
)
from retrieval.loaders.frontmatter import check_front_matter
from retrieval.loaders.markup import clean
from retrieval.loaders.normalise import normalise, one_line
from retrieval.loaders.page_record import read_record
from retrieval.loaders.speech import mark_speech

_STATED_BY_PAGE = {"original_date": True, "extensive_search": False}
"""Dates that the page marks up as its own; none guessed from addresses and running text."""
_OFFER = re.compile(
    r"\b(?:subscrib\w+|subscription|sign (?:in|up)|log in|register|free trial|to read on|continue"
    r" reading|read the full|unlock|already a member)\b",
    re.IGNORECASE,
)
"""What a page says where it breaks off for those who have not paid."""
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
    notes = clean(tree)
    page = trafilatura.bare_extraction(
        tree,
        with_metadata=True,
        include_comments=False,
        date_extraction_params=_STATED_BY_PAGE,
    )
    if page is None or isinstance(page, dict) or not page.text:
        raise _explain_no_article(raw)
    sidecar = raw.front_matter().model_dump(exclude_unset=True)
    published, doubts = record.judge_dates(page.date)
    fields = {
        "title": one_line(record.title or page.title or ""),
        "publisher": one_line(record.publisher or page.sitename or ""),
        "author": one_line(record.author or page.author or ""),
        "url": page.url,
        "published": published,
        "kind": "page",
    }
    if "published" not in sidecar:
        notes += doubts
    text, offers = _take_out_offers(page.text)
    if offers or record.is_for_subscribers:
        notes += (PAID,)
    meta = check_front_matter({**fields, **sidecar}, str(raw.path))
    return (make_document(raw, meta, text, notes=notes),)


def _take_out_offers(text: str) -> tuple[str, bool]:
    """Paragraphs apart, without the offers to subscribe at their end; whether there were any."""
    lines = [line for line in normalise(text).split("\n") if line]
    kept = list(lines)
    while kept and len(kept[-1]) <= LONGEST_OFFER and len(_OFFER.findall(kept[-1])) > 1:
        kept.pop()
    lines_kept: Sequence[str] = kept or lines
    return "\n\n".join(map(mark_speech, lines_kept)), len(lines_kept) < len(lines)


def _explain_no_article(raw: RawFile) -> SourceUnreadable:
    return SourceUnreadable(
        f"{raw.path} holds no article that can be read.",
        "Save the article's text as .md or .txt with front matter and add that.",
    )

"""Web pages saved as HTML: the article's text and what the page says of itself."""

import re
from collections.abc import Sequence

import trafilatura
from lxml.html import HtmlElement

from retrieval.errors import SourceUnreadable
from retrieval.loaders.article import (
    count_prose,
    find_article,
    keep_figures,
    put_in_paragraphs,
)
from retrieval.loaders.charsets import decode_letters, named_charset
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
from retrieval.loaders.page_record import host_of, read_record
from retrieval.loaders.speech import mark_speech

_DAY_IS_KNOWN = {"extensive_search": False}
"""For trafilatura, whose own search for the day is not used: the shortest one."""
_OFFER = re.compile(
    r"\b(?:subscrib\w+|subscription|sign (?:in|up)|log in|register|free trial|(?:to|and) (?:read on"
    r"|continue)|(?:continue|keep) reading|read the (?:full|rest)|unlock|(?:a|your) member(?:ship)?"
    r"|(?:for|to) members|members only|create an account|free articles?|(?:article )?limit of)\b",
    re.IGNORECASE,
)
"""What a page says where it breaks off for those who have not paid, and what others say too."""
_TEXT = r"(?:story|article|report|text|post|piece|page|content|interview|analysis)"
_PAYING = r"(?:subscriber|member|customer)s?"
_BARRED = re.compile(
    rf"\b(?:(?:{_TEXT} is|{_TEXT}s are) (?:only |available |open |reserved |exclusive(?:ly)? )*"
    rf"(?:for|to) (?:our |paying )*{_PAYING}\b(?! of\b)|read the rest of this {_TEXT}"
    rf"|{_PAYING}[ -]only {_TEXT}|for subscribers only|to (?:read on|(?:keep|finish) reading)"
    r"|to continue reading|(?:subscribe|sign (?:in|up)|log in|register|member|account)(?: now)? to"
    rf" (?:read|continue|unlock)|unlock (?:this|the (?:full|whole|rest)) {_TEXT}?"
    r"|(?:last|limit|number|all) of (?:\w+ )*free (?:articles?|stories))",
    re.IGNORECASE,
)
"""What only a page says that does not show all of its text."""
_PRICED = re.compile(r"\btrial\b|\baccount\b|\bcancel\b.{0,12}\btime\b", re.IGNORECASE)
_LETTER = re.compile(
    r"\b(?:newsletters?|inbox|briefings?|e-?mails?|podcasts?|comments?)\b", re.IGNORECASE
)
"""Words of a box that offers letters or a talk, and bars nothing."""
_HOST = re.compile(r"[a-z\d][-a-z\d]*(?:\.[a-z\d][-a-z\d]*)+|\[[:\da-f]+\]", re.IGNORECASE)
_ENVELOPE = re.compile(rb"\s*<document>\s", re.IGNORECASE)
_PAGE = re.compile(rb"<html[\s>]", re.IGNORECASE)
LONGEST_ENVELOPE = 2_000
"""Bytes in front of the page in a filing."""
_COMMENTS = [
    f"//*[@{key} = '{word}' or @{key} = '{word.title()}']"
    for key in ("id", "class")
    for word in ("comentarios", "commentaires", "commenti", "kommentare", "reacties")
]
"""Readers' comments in languages of which trafilatura does not know the word."""
MISSED = 2
"""Paragraphs by which another reading of a page must have more."""
LONGEST_OFFER = 300
"""Characters."""
LAST = 5
"""Paragraphs at the end of an article that may say that it does not go on."""
BROKEN_OFF = "its text breaks off in the middle of a sentence; what is stored may be its beginning"
_LAST_WORDS = re.compile(r"(?:[^\s]+ ){7,}[a-z]+,?")
"""A sentence without an end."""
_TRAILS_OFF = re.compile(r"(?:…|\.\.\.)$")
PAID = "only subscribers can read all of this page; what is stored may be its beginning"


def html(raw: RawFile) -> tuple[Document, ...]:
    """Load a page. Front matter in a file beside it overrules what the page says of itself.

    The publication date is the one in the page's JSON-LD, else the one that its other metadata or
    the head of its article state; where both are there and differ, the document carries a note.

    Raises:
        SourceUnreadable: not HTML, in an encoding that it does not name, or no article in it.
    """
    if reason := explain_encoding(raw.data):
        raise SourceUnreadable(f"{raw.path} {reason}.", "Save it as UTF-8 and add it again.")
    page_source, misnamed = _decode(_cut_envelope(raw.data))
    tree = None if b"\x00" in raw.data else trafilatura.load_html(page_source)
    if tree is None:
        raise _explain_no_article(raw)
    refuse_echo(raw.path, " ".join(tree.text_content().split()))
    record = read_record(tree)
    day = find_day(tree)
    keep_figures(tree)
    notes = (*misnamed, *clean(tree))
    put_in_paragraphs(tree)
    page = _read_article(tree)
    url = _address(page.url)
    lines = find_article(tree, page.text or "", host_of(url or ""))
    if not lines:
        raise _explain_no_article(raw)
    sidecar = raw.front_matter().model_dump(exclude_unset=True)
    published, doubts = record.judge_dates(day)
    fields = {
        "title": one_line(record.title or page.title or ""),
        "publisher": one_line(record.publisher or host_of(url or "").removeprefix("www.")),
        "author": plausible_name(record.author or page.author or ""),
        "url": url,
        "published": published,
        "kind": "page",
    }
    if "published" not in sidecar:
        notes += doubts
    words = " ".join(tree.xpath("//text()[not(parent::script or parent::style)]")).split()
    text, is_barred = _take_out_offers(lines, " ".join(words))
    if is_barred or record.is_for_subscribers:
        notes += (PAID,)
    elif _LAST_WORDS.fullmatch(text.rpartition("\n")[2]):
        notes += (BROKEN_OFF,)
    meta = check_front_matter({**fields, **sidecar}, str(raw.path))
    return (make_document(raw, meta, text, notes=notes),)


def _decode(data: bytes) -> tuple[str | bytes, tuple[str, ...]]:
    """The letters of a page in the encoding that it names; and a note where it is in another one.

    The bytes, to be guessed at, where it names none.
    """
    named = named_charset(data)
    text = decode_letters(data, ("utf-8", named))
    if text is None and named == "utf-8":
        note = "it names UTF-8 as its encoding and is in another; it is read as Windows-1252"
        return data.decode("cp1252", "replace"), (note,)
    return text or data, ()


def _cut_envelope(data: bytes) -> bytes:
    """A page without what a register of filings writes in front of it, which is no part of it."""
    found = _PAGE.search(data, 0, LONGEST_ENVELOPE) if _ENVELOPE.match(data) else None
    return data[found.start() :] if found else data


def _read_article(tree: HtmlElement) -> trafilatura.settings.Document:
    """What trafilatura takes for the article; with all lists where that has more of the prose."""
    page = _extract(tree)
    kept, missed = count_prose(tree, page.text or "")
    if missed < MISSED and kept:
        return page
    whole = _extract(tree, favor_recall=True)
    more, _ = count_prose(tree, whole.text or "")
    return whole if more >= kept + (MISSED if kept else 1) else page


def _extract(tree: HtmlElement, *, favor_recall: bool = False) -> trafilatura.settings.Document:
    """What trafilatura takes for the article, and for its title, author and address."""
    page = trafilatura.bare_extraction(
        tree,
        with_metadata=True,
        include_comments=False,
        favor_recall=favor_recall,
        prune_xpath=_COMMENTS,
        date_extraction_params=_DAY_IS_KNOWN,
    )
    if isinstance(page, trafilatura.settings.Document):
        return page
    return trafilatura.extract_metadata(tree, date_config=_DAY_IS_KNOWN)


def _address(url: str | None) -> str | None:
    """The address that the page gives itself, if it has a host."""
    return url if _HOST.fullmatch(host_of(url or "")) else None


def _take_out_offers(lines: Sequence[str], page: str) -> tuple[str, bool]:
    """Paragraphs apart, without the offers at their end that bar the rest; whether any do.

    An offer does where it says so, or where the text before it breaks off.
    """
    end = len(lines)
    while end and _is_offer(lines[end - 1]):
        end -= 1
    barring = (n for n in range(end, len(lines)) if _bars(lines[n]))
    offered = any(not _LETTER.search(line) for line in lines[end:])
    last = lines[end - 1] if end else ""
    is_cut = bool(_TRAILS_OFF.search(last) or _LAST_WORDS.fullmatch(last))
    if not (is_cut and offered):
        end = next(barring, len(lines))
    said = [line for line in lines[-LAST:] if len(line) <= LONGEST_OFFER]
    is_barred = end < len(lines) or any(map(_BARRED.search, [*said, page] if is_cut else said))
    return normalise("\n\n".join(map(mark_speech, lines[:end] or lines))), is_barred


def _is_offer(line: str) -> bool:
    asks = (_OFFER, _BARRED, _PRICED)
    return len(line) <= LONGEST_OFFER and any(ask.search(line) for ask in asks)


def _bars(offer: str) -> bool:
    """Whether an offer alone shows that a text does not go on without it."""
    if _BARRED.search(offer):
        return True
    return len(_OFFER.findall(offer)) > 1 and not _LETTER.search(offer)


def _explain_no_article(raw: RawFile) -> SourceUnreadable:
    return SourceUnreadable(
        f"{raw.path} holds no article that can be read.",
        "Save the article's text as .md or .txt with front matter and add that.",
    )

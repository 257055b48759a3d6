"""From an answer of a web server to a document: its format, its letters, its walls, its facts."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from retrieval.errors import SourceRefused, SourceUnreadable
from retrieval.loaders import Document, RawFile
from retrieval.loaders.charsets import decode_letters, marked_charset, named_charset
from retrieval.loaders.frontmatter import FrontMatter
from retrieval.loaders.isolation import FileLoader
from retrieval.web.fetching import Fetched

SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "text/plain": ".txt",
}
"""Media types that are read, and as what."""
FEEDS = ("rss", "atom", "xml")
THIN = 1_200
"""Characters. An article that is cut at a wall, or a wall alone, is shorter."""
WALLS = (
    (
        "paywall",
        rb"paywall|regwall|metered[-_ ]?content|subscriber[-_ ]only|piano-|tp-modal|poool-",
        "The publisher shows it to subscribers only",
    ),
    (
        "consent wall",
        rb"sp_message_container|didomi|fc-consent-root|qc-cmp2|onetrust-consent|consent[-_]?wall",
        "The publisher asks for consent first",
    ),
    (
        "check for robots",
        rb"cf-chl|cf_chl|g-recaptcha|h-captcha|px-captcha|_Incapsula_|datadome",
        "The server asks who visits to prove that it is a person",
    ),
    (
        "page for browsers with scripts",
        rb"<noscript>[^<]{0,200}(?:enable|activate|requires?) javascript",
        "Its text is only there once scripts have run",
    ),
)
"""What stands on a page instead of its article: its name, its markup, and why."""
OWN_COPY = "Save the text that you may use, and add the file."
_MOST_STATEMENTS = 500


def name_source(address: str) -> str:
    """The id of what is at an address: its host and last words, and a hash of all of it."""
    parts = urlsplit(address)
    words = f"{(parts.hostname or '').removeprefix('www.')} {unquote(parts.path)[-80:]}"
    stem = "-".join(re.findall(r"[a-z0-9]+", words.lower()))[:80].strip("-")
    return f"{stem}-{hashlib.sha256(address.encode()).hexdigest()[:10]}"


def read_page(answer: Fetched, source_id: str, loader: FileLoader) -> Document:
    """The document that an answer holds. What the page says of its id, address, tier is not taken.

    Raises:
        SourceUnreadable: a format that is not read, letters that cannot be told, no article.
        SourceRefused: a wall stands where the article would be.
    """
    suffix = _find_suffix(answer)
    data = answer.body
    if suffix in {".html", ".txt"}:
        data = decode(answer).encode()
    raw = RawFile(path=Path("web") / f"{source_id}{suffix}", data=data)
    if suffix == ".html":
        _refuse_stated_wall(answer.address, data)
    try:
        document = loader.load(raw)[0]
    except SourceUnreadable as error:
        if suffix == ".html":
            _refuse_wall(answer.address, data)
        reason = str(error.args[0]).replace(str(raw.path), answer.address)
        raise SourceUnreadable(reason, OWN_COPY) from error
    if suffix == ".html" and len(document.text) < THIN:
        _refuse_wall(answer.address, data)
    meta = FrontMatter(
        id=source_id,
        title=document.title,
        publisher=document.meta.publisher,
        author=document.meta.author,
        url=answer.address,
        published=document.meta.published,
        kind="page",
    )
    facts = {name: getattr(document, name) for name in ("title", "text", "pages", "notes")}
    digest = hashlib.sha256(answer.body).hexdigest()
    return Document(id=source_id, meta=meta, path=str(raw.path), raw_sha256=digest, **facts)


def decode(answer: Fetched) -> str:
    """The text of an answer: by its first bytes, its header, its own word, else by trying.

    Raises:
        SourceUnreadable: none of them fits.
    """
    header = re.search(
        r"charset=[\"']?([\w-]+)", answer.header("content-type") or "", re.IGNORECASE
    )
    body, stated = answer.body, header[1] if header else ""
    charsets = (marked_charset(body), stated, named_charset(body), "utf-8", "cp1252")
    text = decode_letters(body, charsets)
    if text is not None:
        return text
    raise SourceUnreadable(f"The letters of {answer.address} cannot be told.", OWN_COPY)


def find_statements(page: bytes) -> list[dict[str, Any]]:
    """What a page says of itself in JSON-LD, one object each; broken statements are left out."""
    found: list[dict[str, Any]] = []
    for block in _json_blocks(page):
        try:
            value = json.loads(block)
        except (ValueError, RecursionError):
            continue
        found += _flatten(value)
    return found[:_MOST_STATEMENTS]


def is_kind(statement: dict[str, Any], kind: str) -> bool:
    """Whether a statement is about a thing of this kind of schema.org."""
    kinds = statement.get("@type")
    return kind in (kinds if isinstance(kinds, list) else [kinds])


def _find_suffix(answer: Fetched) -> str:
    kind = (answer.header("content-type") or "").partition(";")[0].strip().lower()
    if kind in {"", "application/octet-stream"} and answer.body.startswith(b"%PDF-"):
        return ".pdf"
    if kind in SUFFIXES:
        return SUFFIXES[kind]
    if kind.rpartition("/")[2].rpartition("+")[2] in FEEDS or "rss" in kind:
        raise SourceUnreadable(
            f"{answer.address} is a feed, not a page.",
            "Name it under `feeds` of its publisher in the vetting list, and run "
            "`verdict library watch`.",
        )
    raise SourceUnreadable(
        f"{answer.address} is of the type {kind or '(none)'}, which is not read.",
        f"Read are {', '.join(sorted(set(SUFFIXES.values())))}.",
    )


def _json_blocks(page: bytes) -> Iterator[bytes]:
    """What stands in scripts of JSON-LD; the page is gone through once."""
    lower, start = page.lower(), 0
    while (start := lower.find(b"<script", start)) >= 0:
        opened = lower.find(b">", start)
        closed = lower.find(b"</script", opened)
        if opened < 0 or closed < 0:
            return
        if b"ld+json" in lower[start:opened]:
            yield page[opened + 1 : closed]
        start = closed


def _flatten(value: object) -> Iterator[dict[str, Any]]:
    """Objects of a list or a graph, in order; not those inside others."""
    waiting = [value]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting += one[:_MOST_STATEMENTS]
        elif isinstance(one, dict):
            yield one
            waiting += [one["@graph"]] if isinstance(one.get("@graph"), list) else []


def _refuse_stated_wall(address: str, page: bytes) -> None:
    for statement in find_statements(page):
        if str(statement.get("isAccessibleForFree", "")).lower() in {"false", "no", "0"}:
            raise SourceRefused(
                f"{address} is behind a paywall: it says of itself that it is not free.", OWN_COPY
            )


def _refuse_wall(address: str, page: bytes) -> None:
    for name, markup, why in WALLS:
        if re.search(markup, page, re.IGNORECASE):
            raise SourceRefused(f"{address} shows a {name}, not an article. {why}.", OWN_COPY)

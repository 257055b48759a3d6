"""Fact-checks that others published: ClaimReview of pages, feeds and searches, in words."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from retrieval.errors import FetchFailed, SourceRefused, SourceUnreadable
from retrieval.ingestion import AddReport, Ingestion, Refusal
from retrieval.library import Library
from retrieval.loaders import Document
from retrieval.loaders.document import MAX_BYTES_MULTI
from retrieval.loaders.frontmatter import FrontMatter, check_front_matter
from retrieval.loaders.normalise import normalise, one_line
from retrieval.vetting import Vetting, VettingList, parse_address
from retrieval.web.fetching import Fetcher
from retrieval.web.pages import is_kind
from retrieval.web.reviews import KIND, Review, describe

SEARCH = "https://factchecktools.googleapis.com/v1alpha1/claims:search"
"""The Google Fact Check Tools API."""
_LONGEST = 2_000


def make_document(review: Review, publisher: str | None) -> Document:
    """A check as a source of kind `fact-check`. Its text is an account, not the checker's words.

    Raises:
        SourceUnreadable: its address or date cannot be what it is.
    """
    digest = hashlib.sha256(f"{review.url}\n{review.claim}".encode()).hexdigest()
    fields = {
        "id": f"fact-check-{digest[:16]}",
        "title": review.title or f"Fact-check: {one_line(review.claim)[:120]}",
        "publisher": publisher or review.checker,
        "url": review.url,
        "published": review.reviewed or None,
        "kind": KIND,
        "text": "summary",
    }
    meta: FrontMatter = check_front_matter(fields, review.url)
    text = normalise(describe(review))
    return Document(
        id=str(meta.id),
        title=str(meta.title),
        meta=meta,
        text=text,
        path=f"web/fact-checks/{digest[:16]}",
        raw_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def add_reviews(
    library: Library, reviews: Iterable[Review], vetting: Vetting, today: date
) -> AddReport:
    """Bring published checks in. Who checked is told by the address, where the list knows it.

    Raises:
        LibraryError: the record or the embedder failed, or another process kept writing.
    """
    documents: dict[str, Document] = {}
    refused: list[Refusal] = []
    for review in reviews:
        try:
            document = make_document(review, _publisher_at(review.url, vetting))
        except SourceUnreadable as error:
            refused.append(Refusal(path=review.url, reason=str(error)))
            continue
        documents[document.id] = document
    with library.writer("adding fact-checks") as record:
        ingestion = Ingestion(record, library.embedder, vetting, today)
        report = ingestion.add_documents(list(documents.values()))
    address = {one.path: str(one.meta.url) for one in documents.values()}
    told = [
        Refusal(path=address[one.path], reason=one.reason.replace(one.path, address[one.path]))
        for one in report.refused
    ]
    return AddReport(**{**dict(report), "refused": (*refused, *told)})


def search_reviews(query: str, key: str, language: str | None, fetcher: Fetcher) -> list[Review]:
    """Ask Google's Fact Check Tools for checks of a claim. The words of the query leave here.

    Args:
        query: the claim, or words of it.
        key: of the service; it goes into a header, and to no other host.
        language: as `en`; None for any.
        fetcher: fetches.

    Raises:
        LibraryError: the service cannot be had, refuses the key, or answers what is no JSON.
    """
    asked = {"query": query, "pageSize": "50"} | ({"languageCode": language} if language else {})
    host = urlsplit(SEARCH).netloc

    def admit(url: str) -> None:
        if urlsplit(url).netloc != host or not url.startswith("https:"):
            raise SourceRefused(f"{SEARCH} leads on to {url}.", "Try again later.")

    answer = fetcher.fetch(f"{SEARCH}?{urlencode(asked)}", admit, key=("X-Goog-Api-Key", key))
    if answer.status != 200:
        raise FetchFailed(f"{SEARCH} answers {answer.status}.", "Check VERDICT_FACT_CHECK_KEY.")
    return parse_reviews(answer.body, SEARCH)


def _publisher_at(url: str, vetting: Vetting) -> str | None:
    place = parse_address(url)
    here = vetting.publishers_at(place) if place and isinstance(vetting, VettingList) else []
    return here[0].name if len(here) == 1 else None


def reviews_in(statements: Iterable[dict[str, Any]], address: str, checker: str) -> list[Review]:
    """The checks that a page states of itself. Whose they are is told by its address."""
    found = (_from_schema(one, address) for one in statements if is_kind(one, "ClaimReview"))
    return [
        Review(**(one.model_dump() | {"url": address, "checker": checker or one.checker}))
        for one in found
        if one
    ]


def read_reviews(path: Path) -> list[Review]:
    """The checks in a file: a Data Commons feed, an answer of Google's search, or ClaimReview.

    Raises:
        SourceUnreadable: the file cannot be read, is too large, no JSON, or holds no check.
    """
    try:
        if path.stat().st_size > MAX_BYTES_MULTI:
            raise SourceUnreadable(f"{path} has over 200 MB.", "Split it and read the parts.")
        data = path.read_bytes()
    except OSError as error:
        raise SourceUnreadable(
            f"{path} cannot be opened: {error.strerror}.", "Check the path."
        ) from error
    return parse_reviews(data, str(path))


def parse_reviews(data: bytes, where: str) -> list[Review]:
    """The checks in JSON; see `read_reviews`.

    Raises:
        SourceUnreadable: it is no JSON, or holds no check.
    """
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SourceUnreadable(f"{where} is no JSON ({error}).", "Download it again.") from None
    found = [review for one in _candidates(value) for review in _reviews_of(one)]
    if not found and value not in ({}, {"claims": []}):
        raise SourceUnreadable(
            f"{where} holds no fact-check that names its claim, its rating and its address.",
            "Give a ClaimReview feed of Data Commons, or an answer of the Fact Check Tools API.",
        )
    return found


def _candidates(value: object) -> Iterator[dict[str, Any]]:
    """Objects that may be checks: the elements of a feed, the claims of an answer, or itself."""
    if isinstance(value, list):
        for one in value:
            yield from _candidates(one)
    elif isinstance(value, dict):
        inner = [value.get(name) for name in ("dataFeedElement", "claims", "@graph", "item")]
        lists = [one for one in inner if isinstance(one, list | dict)]
        if not lists:
            yield value
        for one in lists:
            yield from _candidates(one)


def _reviews_of(one: dict[str, Any]) -> Iterator[Review]:
    listed = one.get("claimReview")
    if not isinstance(listed, list):
        review = _from_schema(one, "") if is_kind(one, "ClaimReview") else None
        if review and review.url:
            yield review
        return
    for entry in listed:
        publisher = entry.get("publisher") if isinstance(entry, dict) else None
        checker = _name(publisher) or _text(publisher, "site")
        fields = {
            "url": _text(entry, "url"),
            "checker": checker,
            "claim": _text(one, "text"),
            "rating": _text(entry, "textualRating"),
            "claimant": _text(one, "claimant"),
            "claimed": _day(one, "claimDate"),
            "reviewed": _day(entry, "reviewDate"),
            "title": _text(entry, "title"),
        }
        if fields["url"] and fields["checker"] and fields["claim"] and fields["rating"]:
            yield Review(**fields)


def _from_schema(one: dict[str, Any], address: str) -> Review | None:
    """A ClaimReview of schema.org; None where claim or rating are missing."""
    item, rating = _first(one.get("itemReviewed")), _first(one.get("reviewRating"))
    claim = _text(one, "claimReviewed")
    words = _text(rating, "alternateName") or _text(rating, "name")
    checker = _name(_first(one.get("author"))) or _name(_first(one.get("publisher")))
    if not claim or not words or not (checker or address):
        return None
    return Review(
        url=_text(one, "url") or address,
        checker=checker,
        claim=claim,
        rating=words,
        claimant=_name(_first(item.get("author"))),
        claimed=_day(item, "datePublished"),
        reviewed=_day(one, "datePublished"),
    )


def _first(value: object) -> dict[str, Any]:
    one = value[0] if isinstance(value, list) and value else value
    return one if isinstance(one, dict) else {}


def _name(value: object) -> str:
    return _text(value, "name")


def _text(value: object, field: str) -> str:
    found = value.get(field) if isinstance(value, dict) else None
    return one_line(found)[:_LONGEST] if isinstance(found, str) else ""


def _day(value: object, field: str) -> str:
    """A day as 2026-01-27; empty where none is given, or one that no calendar has."""
    try:
        return date.fromisoformat(_text(value, field)[:10]).isoformat()
    except ValueError:
        return ""

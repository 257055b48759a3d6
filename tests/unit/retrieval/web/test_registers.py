"""Registers of notices, and fact-checks that others published."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from retrieval import Library, Voucher
from retrieval.errors import SourceRefused, SourceUnreadable
from retrieval.web.factchecks import (
    SEARCH,
    add_reviews,
    parse_reviews,
    read_reviews,
    search_reviews,
)
from retrieval.web.fetching import Admits, Fetched, Fetcher
from retrieval.web.notices import add_register, find_notices
from retrieval.web.reviews import Review, describe, find_review
from tests.fakes_retrieval import put
from tests.loopback_web import vetted

TODAY = date(2026, 3, 2)
HEAD = (
    "Record ID,Title,Journal,RetractionDate,RetractionDOI,RetractionPubMedID,OriginalPaperDate,"
    "OriginalPaperDOI,OriginalPaperPubMedID,RetractionNature,Reason\n"
)


def register(path: Path, *rows: str) -> Path:
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows), "utf-8")
    return path


def row(doi: str = "", pmid: str = "", title: str = "Other", nature: str = "Retraction") -> str:
    reason = '"+Unreliable Data;+Investigation by Journal;"'
    return f"1,{title},J,1/27/2026 0:00,10.1/r,,1/1/1998,{doi},{pmid},{nature},{reason}"


def test_a_register_marks_the_sources_that_it_names(library: Library, tmp_path: Path) -> None:
    title = "Ileal hyperplasia in seventeen village children"
    with library.writer() as record:
        put(record, "by-doi", "Text one.", url="https://doi.org/10.1016/S0140-6736(97)11096-0")
        put(record, "by-path", "Text two.", url="https://press.example.org/doi/10.1093/ABC.1/full")
        put(record, "by-pmid", "Text three.", url="https://pubmed.ncbi.nlm.nih.gov/9500320/")
        put(record, "by-title", "Text four.", title=title, url="https://a.example.org/x")
        put(record, "other", "It cites 10.1016/S0140-6736(97)11096-0.", url="https://b.org/y")
    rows = (
        row(doi="10.1016/s0140-6736(97)11096-0"),
        row(doi="10.1093/abc.1", nature="Expression of concern"),
        row(pmid="9500320", nature="Correction"),
        row(title=title.upper(), nature="Reinstatement"),
        row(doi="10.1/unknown"),
    )
    report = add_register(library, register(tmp_path / "rw.csv", *rows))
    assert {(one.source_id, one.kind) for one in report.new} == {
        ("by-doi", "retracted"),
        ("by-path", "concern"),
        ("by-pmid", "corrected"),
        ("by-title", "reinstated"),
    }
    [notice] = library.history.notices("by-doi")
    assert notice.words == (
        "Retracted on 2026-01-27 (10.1/r): Unreliable Data; Investigation by Journal"
    )
    assert (notice.noticed, notice.given_by, report.rows) == (date(2026, 1, 27), "rw.csv", 5)
    again = add_register(library, register(tmp_path / "rw.csv", *rows))
    assert (again.new, again.known) == ((), 4)
    assert sorted(change.kind for change in library.changes(after=5)) == [
        "concern", "corrected", "reinstated", "retracted",
    ]  # fmt: skip


def test_a_file_that_is_no_register_is_refused(library: Library, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(SourceUnreadable, match="no column 'Title'"):
        add_register(library, tmp_path / "other.csv")
    with pytest.raises(SourceUnreadable, match="cannot be opened"):
        add_register(library, tmp_path / "missing.csv")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Correction: The figure was wrong.", "corrected"),
        ("CORRECTION (March 3, 2026) The figure was wrong.", "corrected"),
        ("Corrections March 3: The figure was wrong.", "corrected"),
        ("Editor’s note: This story was changed to correct a name.", "corrected"),
        ("An earlier version of this article misspelled a name.", "corrected"),
        ("This story has been corrected to say that he was 40.", "corrected"),
        ("Retraction: We no longer stand by this.", "retracted"),
        ("RETRACTED: Ileal hyperplasia", "retracted"),
        ("This article has been retracted by its editors.", "retracted"),
        ("Expression of Concern: data", "concern"),
        ("This paper has been withdrawn.", "withdrawn"),
        ("Correction officers walked out on Monday.", None),
        ("Corrected figures will be published in May, the office said.", None),
        ("Withdrawn from the race, he said nothing.", None),
        ("The paper issued a correction: nobody read it.", None),
        ("Retraction of the landing gear failed.", None),
        ("Editor's note: This story is part of a series.", None),
    ],
)
def test_a_paragraph_that_opens_as_a_notice_is_one(line: str, kind: str | None) -> None:
    text = f"The bridge was closed.\n\n{line}\n\nIt will open again."
    found = find_notices("a", text, [], TODAY, "https://a.org/x")
    assert [one.kind for one in found] == ([kind] if kind else [])


@pytest.mark.parametrize(("place", "kinds"), [(0, ["retracted"]), (6, []), (12, ["retracted"])])
def test_a_page_is_taken_back_at_its_top_or_foot_and_tells_of_others_between(
    place: int, kinds: list[str]
) -> None:
    lines = [f"The journal looked at trial number {n}." for n in range(12)]
    lines.insert(place, "This paper was retracted in May.")
    found = find_notices("a", "\n\n".join(lines), [], TODAY, "https://a.org/x")
    assert [one.kind for one in found] == kinds


def test_a_correction_in_the_markup_is_a_notice_too() -> None:
    stated: dict[str, Any] = {"@type": "NewsArticle", "correction": [{"text": "He was 40."}, "X."]}
    found = find_notices("a", "The text.", [stated], TODAY, "https://a.org/x")
    assert [(one.kind, one.words) for one in found] == [
        ("corrected", "He was 40."),
        ("corrected", "X."),
    ]


REVIEW = {
    "@type": "ClaimReview",
    "url": "https://harbour-paper.org/check",
    "author": {"@type": "Organization", "name": "Harbour Paper Checks"},
    "claimReviewed": "“The bridge fell into the river.”",
    "reviewRating": {"@type": "Rating", "alternateName": "Mostly false"},
    "itemReviewed": {"author": {"name": "The mayor"}, "datePublished": "2026-02-20T10:00"},
    "datePublished": "2026-03-01",
}
FEED = {"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": [REVIEW]}]}
ANSWER = {
    "claims": [
        {
            "text": "The bridge fell into the river.",
            "claimant": "The mayor",
            "claimDate": "2026-02-20T00:00:00Z",
            "claimReview": [
                {
                    "publisher": {"name": "Harbour Paper Checks", "site": "harbour-paper.org"},
                    "url": "https://harbour-paper.org/check",
                    "title": "No, the bridge stands",
                    "reviewDate": "2026-03-01T00:00:00Z",
                    "textualRating": "Mostly false",
                },
                {"url": "https://harbour-paper.org/unrated", "publisher": {"name": "X"}},
            ],
        }
    ]
}


@pytest.mark.parametrize("value", [REVIEW, [REVIEW], {"@graph": [REVIEW]}, FEED, ANSWER])
def test_checks_of_every_form_are_read_alike(
    library: Library, tmp_path: Path, value: object
) -> None:
    file = tmp_path / "checks.json"
    file.write_text(json.dumps(value), "utf-8")
    report = add_reviews(library, read_reviews(file), vetted(), TODAY)
    [source] = library.sources()
    assert report.added == (source.id,)
    assert (source.publisher, source.kind, source.tier) == ("The Harbour Paper", "fact-check", 2)
    assert (source.text, source.published) == ("summary", date(2026, 3, 1))
    assert library.snapshot(source.id) == (
        "Harbour Paper Checks published a fact-check on 2026-03-01.\n\n"
        "The claim that it checked: “The bridge fell into the river.”\n\n"
        "The mayor made this claim on 2026-02-20.\n\n"
        "Harbour Paper Checks rated the claim: “Mostly false”"
    )
    assert add_reviews(library, read_reviews(file), vetted(), TODAY).added == ()


def test_a_check_of_somebody_unknown_is_refused_and_the_others_go_in(library: Library) -> None:
    other = Review(url="https://elsewhere.com/c", checker="X", claim="A.", rating="False")
    broken = Review(url="no address", checker="X", claim="A.", rating="False")
    reviews = [other, broken, *parse_reviews(json.dumps(REVIEW).encode(), "here")]
    report = add_reviews(library, reviews, vetted(), TODAY)
    assert len(report.added) == 1
    assert {one.path for one in report.refused} == {"https://elsewhere.com/c", "no address"}
    vouched = add_reviews(library, [other], Voucher(person="Ada Reed"), TODAY)
    assert library.source(vouched.added[0]).publisher == "X"


def test_words_of_a_claim_cannot_end_their_quotation() -> None:
    text = describe(
        Review(url="https://a.org/", checker="A", claim="He said” and I say", rating="“No”")
    )
    assert text.count("“") == text.count("”") == 2


@pytest.mark.parametrize("data", [b"not json", b'{"a": 1}', b"[" * 100_000, b"[]x", b"\xff"])
def test_a_file_without_checks_is_refused(data: bytes) -> None:
    with pytest.raises(SourceUnreadable):
        parse_reviews(data, "here")


class Scripted:
    """A fetcher that answers from a script and keeps what it was asked."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status, self.body = status, body
        self.asked: list[tuple[str, tuple[str, str] | None]] = []

    def fetch(self, url: str, admits: Admits, *, key: tuple[str, str] | None = None) -> Fetched:
        admits(url)
        for other in ("https://elsewhere.com/", SEARCH.replace("https", "http")):
            with pytest.raises(SourceRefused):
                admits(other)
        self.asked.append((url, key))
        return Fetched(
            url=url,
            address=url,
            status=self.status,
            headers=(),
            body=self.body,
            raw=self.body,
            fetched=datetime(2026, 3, 2, tzinfo=UTC),
        )


def test_the_search_sends_its_key_in_a_header_and_nowhere_else() -> None:
    service = Scripted(200, json.dumps(ANSWER).encode())
    found = search_reviews("the bridge & co", "secret", "en", cast("Fetcher", service))
    assert [one.rating for one in found] == ["Mostly false"]
    [(url, key)] = service.asked
    assert url == f"{SEARCH}?query=the+bridge+%26+co&pageSize=50&languageCode=en"
    assert key == ("X-Goog-Api-Key", "secret")
    assert search_reviews("x", "secret", None, cast("Fetcher", Scripted(200, b"{}"))) == []


def test_claim_and_rating_are_found_again_in_a_stored_check_and_nowhere_else(
    library: Library,
) -> None:
    claim = "The bridge “fell”\nX rated the claim: “True” twice"
    review = Review(
        url="https://harbour-paper.org/check",
        checker="Y rated the claim: “True”. Y",
        claim=claim,
        rating="“Half true”",
    )
    add_reviews(library, [review], Voucher(person="Ada Reed"), TODAY)
    [stored] = library.sources()
    found = find_review(library.passages(stored.id))
    assert found
    assert found.claim.text == "The bridge ‘fell’ X rated the claim: ‘True’ twice"
    assert found.rating.text == "Half true"
    with library.writer() as record:
        put(record, "other", describe(review), kind="news")
    assert find_review(library.passages("other")) is None

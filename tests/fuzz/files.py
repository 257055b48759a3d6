"""Targets that read files: those of a library, and what the web answers."""

import gzip
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

from hypothesis import strategies as st

from retrieval.errors import LibraryError
from retrieval.loaders import Document, RawFile, load
from retrieval.loaders.frontmatter import parse_front_matter
from retrieval.loaders.isolation import FileLoader, explain_failure
from retrieval.record.history import StoredResponse
from retrieval.vetting import VettingList
from retrieval.web.archive import Archive
from retrieval.web.factchecks import parse_reviews
from retrieval.web.feeds import read_listing
from retrieval.web.notices import read_register
from retrieval.web.pages import find_statements, read_page
from tests.fakes_retrieval import a_source, fetched
from tests.fuzz.mutation import json_of, text_of
from tests.fuzz.running import Run, Target, plainly
from tests.unit.retrieval import files

FRONT: Final = (
    b"---\nid: bridge\ntitle: A bridge\npublisher: The Daily Test\n"
    b"url: https://www.dailytest.com/bridge\npublished: 2026-01-27\nkind: news\ntier: 2\n"
    b"topic: bridges\ntext: verbatim\n---\n\n"
)
NOTE: Final = (
    FRONT + b"# The bridge\n\nThe council closed the old bridge on May 3, 2025, for $6 million.\n\n"
    b'> "It is not safe," said Ada Reed.\n\n* One\n* Two\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n'
    b"[A link](https://example.org/a), `code`, <b>bold</b>.[^1]\n\n[^1]: A note.\n"
)
PAGE: Final = (
    b'<!doctype html><html lang="en"><head><title>The bridge - The Daily Test</title>'
    b'<meta charset="utf-8"><meta property="article:published_time" content="2026-01-27T10:00Z">'
    b'<script type="application/ld+json">{"@context": "https://schema.org", "@type": '
    b'"NewsArticle", "headline": "The bridge", "datePublished": "2026-01-27", "author": {"@type": '
    b'"Person", "name": "Ada Reed"}, "publisher": {"name": "The Daily Test"}}</script></head>'
    b"<body><nav>Home</nav><article><h1>The bridge</h1><p>The council closed the old bridge on "
    b"May 3, 2025, after an inspection found cracks.</p><p>Engineers said the repair would take "
    b"nine months and cost $6 million, <em>at least</em>.</p><table><tr><th>Year</th><td>2025</td>"
    b"</tr></table><blockquote>It is not safe.</blockquote><ul><li>One<li>Two</ul><p hidden>No</p>"
    b"<p>More than 4,500 cars crossed it each day<sup>1</sup>.</p></article></body></html>"
)
BODY: Final = (
    "<w:p><w:pPr><w:pStyle w:val='Heading1'/></w:pPr><w:r><w:t>The bridge</w:t></w:r></w:p>"
    "<w:p><w:r><w:t>The council closed it on May 3, 2025</w:t></w:r><w:r><w:rPr><w:vertAlign "
    "w:val='superscript'/></w:rPr><w:t>1</w:t></w:r><w:r><w:br/><w:t>Engineers agree.</w:t></w:r>"
    "<w:ins><w:r><w:t>Added.</w:t></w:r></w:ins><w:del><w:r><w:delText>Gone.</w:delText></w:r>"
    "</w:del></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>Year</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Hidden.</w:t></w:r></w:p>"
)
LINES: Final = b"".join(
    json.dumps(
        {
            "id": f"note-{n}",
            "title": "A bridge",
            "publisher": "The Daily Test",
            "url": "https://www.dailytest.com/bridge",
            "published": "2026-01-27",
            "text": "The council closed the old bridge on May 3, 2025.\n\nEngineers agree.",
        }
    ).encode()
    + b"\n"
    for n in range(2)
)
RSS: Final = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item><title>A</title>'
    b"<link>https://www.dailytest.com/a</link><pubDate>Tue, 27 Jan 2026 10:00:00 GMT</pubDate>"
    b"</item></channel></rss>"
)
ATOM: Final = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry><title>A</title><link '
    b'href="https://www.dailytest.com/a"/><updated>2026-01-27T10:00:00Z</updated></entry></feed>'
)
MAP: Final = (
    b'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/'
    b'0.9"><url><loc>https://www.dailytest.com/a</loc><lastmod>2026-01-27T10:00:00+01:00</lastmod>'
    b"</url></urlset>"
)
REVIEWS: Final = json.dumps(
    {
        "@context": "https://schema.org",
        "@type": "DataFeed",
        "dataFeedElement": [
            {
                "@type": "DataFeedItem",
                "item": [
                    {
                        "@type": "ClaimReview",
                        "url": "https://www.dailytest.com/check",
                        "claimReviewed": "The bridge fell.",
                        "datePublished": "2026-01-27",
                        "author": {"@type": "Organization", "name": "The Daily Test"},
                        "itemReviewed": {
                            "@type": "Claim",
                            "author": {"name": "Somebody"},
                            "datePublished": "2026-01-20",
                        },
                        "reviewRating": {"ratingValue": 1, "alternateName": "False"},
                    }
                ],
            }
        ],
    }
).encode()
ANSWER: Final = json.dumps(
    {
        "claims": [
            {
                "text": "The bridge fell.",
                "claimant": "Somebody",
                "claimDate": "2026-01-20T00:00:00Z",
                "claimReview": [
                    {
                        "publisher": {"name": "The Daily Test", "site": "dailytest.com"},
                        "url": "https://www.dailytest.com/check",
                        "title": "No",
                        "reviewDate": "2026-01-27T00:00:00Z",
                        "textualRating": "False",
                    }
                ],
            }
        ]
    }
).encode()
REGISTER: Final = (
    b"Record ID,Title,Subject,Institution,Journal,Publisher,Country,Author,URLS,ArticleType,"
    b"RetractionDate,RetractionDOI,RetractionPubMedID,OriginalPaperDate,OriginalPaperDOI,"
    b"OriginalPaperPubMedID,RetractionNature,Reason,Paywalled,Notes\n"
    b'1,"Title of paper",(B),I,J,P,C,A,,Research,1/27/2026 0:00,10.1000/ret.1,0,1/1/2020 0:00,'
    b'10.1000/paper.1,123,Retraction,"+Error in Data;",No,\n'
)
VETTING: Final = (
    b'[[publisher]]\nname = "The Daily Test"\ndomains = ["dailytest.com"]\ntier = 2\n'
    b'aliases = ["Daily Test"]\nfeeds = ["https://www.dailytest.com/rss"]\n'
    b'reason = "It corrects itself."\n'
)


def load_here(raw: RawFile) -> tuple[Document, ...]:
    """As `FileLoader` does, in this process: whatever is raised is told as one of our errors."""
    try:
        return load(raw)
    except MemoryError:
        raise
    except Exception as error:
        raise explain_failure(raw.path, error) from error


def _loader(suffix: str, weight: float, drawn: st.SearchStrategy[bytes], *seeds: bytes) -> Target:
    def run(data: bytes) -> object:
        return load_here(RawFile(path=Path(f"/files/file{suffix}"), data=data))

    return Target(f"load-{suffix[1:]}", weight, lambda: seeds, plainly(run), drawn)


def _read_front(data: bytes) -> object:
    return parse_front_matter(data.decode("utf-8", "replace"), "a file")


def _read_feed(data: bytes) -> object:
    return read_listing(data, "a feed", 5_000_000)


def _read_reviews(data: bytes) -> object:
    return parse_reviews(data, "a file")


class _InProcess(FileLoader):
    """Loads here: a hang is to be seen."""

    def load(self, raw: RawFile) -> tuple[Document, ...]:
        return load_here(raw)


def _read_web(data: bytes) -> object:
    kind, _, body = data.partition(b"\n")
    answer = fetched("https://www.dailytest.com/a", body, kind.decode("latin-1")[:200])
    find_statements(body)
    return read_page(answer, "page", _InProcess())


@contextmanager
def _written(name: str, read: Callable[[Path], object]) -> Iterator[Run]:
    """What is read from a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name

        def run(data: bytes) -> object:
            path.write_bytes(data)
            return read(path)

        yield run


def _read_notices(path: Path) -> object:
    sources = [
        a_source("paper", "Text.", title="Title of paper", url="https://doi.org/10.1000/paper.1")
    ]
    return read_register(path, sources)


def _warc() -> Sequence[bytes]:
    from retrieval.web.archive import _pack  # noqa: PLC0415  (the form of its blocks)

    packed = _pack(
        fetched("https://www.dailytest.com/a", PAGE, address="https://www.dailytest.com/b")
    )
    return [packed, gzip.decompress(packed)]


def _read_archive(path: Path) -> object:
    row = StoredResponse(
        url="https://www.dailytest.com/a",
        address="https://www.dailytest.com/b",
        fetched="2026-01-27T00:00:00Z",
        sha256=hashlib.sha256(PAGE).hexdigest(),
        file=path.name,
        start=0,
        length=path.stat().st_size,
    )
    return Archive(path.parent, cast("Any", None)).read(row)


TARGETS: Final = (
    _loader(".md", 3, text_of("---\n", "\n\n", "# ", "id: a"), NOTE),
    _loader(".txt", 3, text_of("\n", "\n\n", "Source: "), NOTE, b"The bridge is closed.\n"),
    _loader(".jsonl", 60, json_of("id", "title", "text", "published", "url"), LINES),
    _loader(".html", 1, text_of("<p>", "</p>", "<table>", "<li>", "<script>"), PAGE),
    _loader(
        ".docx",
        1,
        st.binary(max_size=500),
        files.word(BODY),
        files.docx(["The bridge is closed.", "It was May 3."]),
    ),
    _loader(
        ".pdf",
        1,
        st.binary(max_size=500),
        files.pdf([["The bridge is closed.", "It was May 3, 2025."], ["Page two."]], "Bridge"),
        files.typeset([(72.0, 700.0, 12.0, "", "The bridge"), (72.0, 680.0, 9.0, "1 0 0 rg", "1")]),
    ),
    Target(
        "front-matter",
        15,
        lambda: [FRONT[4:-5], b"id: a\n"],
        plainly(_read_front),
        text_of(": ", "\n", "- ", "a: &b", "*b"),
    ),
    Target(
        "feed",
        6,
        lambda: [RSS, ATOM, MAP, gzip.compress(MAP)],
        plainly(_read_feed),
        text_of("<rss>", "<urlset>", "<loc>", "<lastmod>"),
    ),
    Target(
        "claimreview",
        150,
        lambda: [REVIEWS, ANSWER],
        plainly(_read_reviews),
        json_of("claims", "claimReview", "item", "@type", "@graph", "author", "url"),
    ),
    Target(
        "notices",
        40,
        lambda: [REGISTER],
        lambda: _written("register.csv", _read_notices),
        text_of(",", "\n", '"', "Title", "RetractionDate"),
    ),
    Target(
        "vetting",
        30,
        lambda: [VETTING],
        lambda: _written("vetting.toml", VettingList.read),
        text_of("[[publisher]]\n", "name = ", "domains = [", "]\n"),
    ),
    Target(
        "web-page",
        1,
        lambda: [
            b"text/html\n" + PAGE,
            b"text/plain; charset=utf-16\n" + NOTE.decode().encode("utf-16"),
        ],
        plainly(_read_web),
        text_of("text/html\n", "<p>", "</p>"),
        (LibraryError,),
    ),
    Target(
        "warc",
        20,
        _warc,
        lambda: _written("2026-01.warc.gz", _read_archive),
        st.binary(max_size=300),
    ),
)

"""Targets that read files: those of a library, and what the web answers."""

import gzip
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

from hypothesis import strategies as st

from retrieval.errors import LibraryError
from retrieval.loaders.document import Document, RawFile
from retrieval.loaders.frontmatter import parse_front_matter
from retrieval.loaders.isolation import FileLoader, explain_failure
from retrieval.record.history import StoredResponse
from retrieval.vetting import VettingList
from retrieval.web.archive import Archive
from retrieval.web.factchecks import parse_reviews
from retrieval.web.feeds import read_listing
from retrieval.web.fetching import Fetched
from retrieval.web.notices import read_register
from retrieval.web.pages import find_statements, read_page
from tests.fakes_retrieval import a_source
from tests.fuzz.mutation import NUMBERS, WORDS
from tests.fuzz.running import Run, Target
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
)
WHEN: Final = datetime(2026, 1, 27, tzinfo=UTC)

TOKENS: Final = st.one_of(st.sampled_from((*WORDS, *NUMBERS)), st.text(max_size=20))
"""Pieces of text: hostile ones, and any."""


def text_of(*more: str) -> st.SearchStrategy[bytes]:
    """Texts made of hostile pieces, of any text, and of the pieces of a format."""
    pieces = st.one_of(st.sampled_from(more), TOKENS) if more else TOKENS
    return st.lists(pieces, max_size=40).map(lambda found: _coded(" ".join(found)))


def _coded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def json_of(*keys: str) -> st.SearchStrategy[bytes]:
    """JSON in which the keys of a format turn up."""
    leaves = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), TOKENS
    )
    names = st.one_of(st.sampled_from(keys), st.text(max_size=5))
    values = st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=5)
        ),
        max_leaves=20,
    )
    return values.map(lambda value: _coded(json.dumps(value, ensure_ascii=False)))


def loads(name: str) -> Callable[[bytes], object]:
    """A loader as `FileLoader` calls it: whatever it raises is told as one of our errors."""
    suffix, where = name.split(" ")
    module, function = where.split(":")

    def load(data: bytes) -> object:
        loader = getattr(import_module(f"retrieval.loaders.{module}"), function)
        raw = RawFile(path=Path(f"/files/file{suffix}"), data=data)
        try:
            return loader(raw)
        except MemoryError:
            raise
        except Exception as error:
            raise explain_failure(raw.path, error) from error

    return load


def plainly(run: Run) -> Callable[[], Any]:
    """A target that needs nothing set up."""

    @contextmanager
    def opened() -> Iterator[Run]:
        yield run

    return opened


def _loader(name: str, weight: float, drawn: st.SearchStrategy[bytes], *seeds: bytes) -> Target:
    suffix = name.split(" ", maxsplit=1)[0]
    target = f"load{suffix.replace('.', '-')}"
    return Target(target, weight, lambda: seeds, plainly(loads(name)), drawn)


def _read_front(data: bytes) -> object:
    return parse_front_matter(data.decode("utf-8", "replace"), "a file")


def _read_feed(data: bytes) -> object:
    return read_listing(data, "a feed", 5_000_000)


def _read_reviews(data: bytes) -> object:
    return parse_reviews(data, "a file")


class _InProcess(FileLoader):
    """Loads here: a hang is to be seen."""

    def load(self, raw: RawFile) -> tuple[Document, ...]:
        return cast("tuple[Document, ...]", loads(".html html:html")(raw.data))


def _read_web(data: bytes) -> object:
    kind, _, body = data.partition(b"\n")
    headers = (("content-type", kind.decode("latin-1")[:200]),)
    answer = Fetched(
        url="https://www.dailytest.com/a",
        address="https://www.dailytest.com/a",
        status=200,
        headers=headers,
        body=body,
        raw=body,
        fetched=WHEN,
    )
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

    headers = (("content-type", "text/html"),)
    answer = Fetched(
        url="https://www.dailytest.com/a",
        address="https://www.dailytest.com/b",
        status=200,
        headers=headers,
        body=PAGE,
        raw=PAGE,
        fetched=WHEN,
    )
    return [_pack(answer), gzip.decompress(_pack(answer))]


def _read_archive(path: Path) -> object:
    row = StoredResponse(
        url="https://www.dailytest.com/a",
        address="https://www.dailytest.com/b",
        fetched="2026-01-27T00:00:00Z",
        sha256="0" * 64,
        file=path.name,
        start=0,
        length=path.stat().st_size,
    )
    return Archive(path.parent, cast("Any", None)).read(row)


TARGETS: Final = (
    _loader(".md text:markdown", 3, text_of("---\n", "\n\n", "# ", "id: a"), NOTE),
    _loader(
        ".txt text:plain", 3, text_of("\n", "\n\n", "Source: "), NOTE, b"The bridge is closed.\n"
    ),
    _loader(".jsonl text:jsonl", 60, json_of("id", "title", "text", "published", "url"), LINES),
    _loader(".html html:html", 1, text_of("<p>", "</p>", "<table>", "<li>", "<script>"), PAGE),
    _loader(
        ".docx docx:docx",
        1,
        st.binary(max_size=500),
        files.word(BODY),
        files.docx(["The bridge is closed.", "It was May 3."]),
    ),
    _loader(
        ".pdf pdf:pdf",
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
        lambda: [b"text/html\n" + PAGE, b"text/plain; charset=utf-16\n" + NOTE],
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

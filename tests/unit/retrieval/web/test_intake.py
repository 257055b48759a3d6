import gzip
import json
import time
from http.server import BaseHTTPRequestHandler

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retrieval import Library, Voucher
from retrieval.citable import CitableLibrary
from retrieval.errors import SourceRefused
from retrieval.loaders.frontmatter import FrontMatter
from retrieval.web import intake
from retrieval.web.archive import Archive
from retrieval.web.fetching import Fetcher, FetchLimits, check_address, plain_address
from retrieval.web.following import follow_passage
from retrieval.web.intake import Intake, WebReport
from retrieval.web.pages import name_source
from tests.loopback_web import FILLER, QUICK, Web, article, vetted
from tests.unit.retrieval.files import docx, pdf

PAGE = "http://harbour-paper.org/bridge"
STATED_WALL = (
    '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle",'
    ' "isAccessibleForFree": "False", "description": "</p>"}]}</script>'
)


def fetch(library: Library, web: Web, *urls: str, limits: FetchLimits = QUICK) -> WebReport:
    return Intake(library, vetted(), web.fetcher(limits)).fetch(urls)


def reason(report: WebReport) -> str:
    [one] = (*report.refused, *report.failed)
    return one.reason


def test_a_page_of_a_vetted_publisher_becomes_a_source(library: Library, web: Web) -> None:
    web.article(PAGE, "The bridge", "The bridge was closed on Monday.", site="Some other name")
    report = fetch(library, web, PAGE + "?utm_source=mail#top")
    [source_id] = report.added
    source = library.source(source_id)
    assert (source.publisher, source.tier, source.url) == ("The Harbour Paper", 2, PAGE)
    assert (source.title, str(source.published)) == ("The bridge", "2026-03-01")
    assert "closed on Monday" in library.snapshot(source_id)
    assert fetch(library, web, PAGE).unchanged == (source_id,)
    assert [change.kind for change in library.changes()] == ["added"]


def test_the_answer_is_kept_byte_for_byte(library: Library, web: Web) -> None:
    body = article("The bridge", "The bridge was closed.").encode()
    web.put(PAGE, gzip.compress(body), Content_Encoding="gzip")
    fetch(library, web, PAGE)
    [row] = library.history.responses(PAGE)
    assert Archive(library.directory, library.history).read(row) == body
    assert row.file == "web/2026-03.warc.gz"


def test_a_torn_end_of_the_archive_is_cut_off(library: Library, web: Web) -> None:
    for name in ("one", "two"):
        web.article(f"{PAGE}/{name}", name, f"The {name} bridge was closed.")
    fetch(library, web, f"{PAGE}/one")
    file = library.directory / "web/2026-03.warc.gz"
    file.write_bytes(file.read_bytes() + b"\x1f\x8b torn")
    fetch(library, web, f"{PAGE}/two")
    archive = Archive(library.directory, library.history)
    rows = [row for name in ("one", "two") for row in library.history.responses(f"{PAGE}/{name}")]
    assert [b"<title>one" in archive.read(rows[0]), b"<title>two" in archive.read(rows[1])] == [
        True,
        True,
    ]
    assert b"torn" not in file.read_bytes()


def test_a_removed_source_leaves_the_archive_and_stays_away(library: Library, web: Web) -> None:
    web.article(PAGE, "The bridge", "Words to forget.")
    web.article(f"{PAGE}/other", "The other", "Words to keep.")
    report = fetch(library, web, PAGE, f"{PAGE}/other")
    gone, kept = report.added
    library.remove(gone)
    archive = Archive(library.directory, library.history)
    assert library.history.responses(PAGE) == []
    [row] = library.history.responses(f"{PAGE}/other")
    assert b"Words to keep." in archive.read(row)
    [file] = (library.directory / "web").iterdir()
    assert b"Words to keep." in gzip.decompress(file.read_bytes())
    assert b"Words to forget." not in gzip.decompress(file.read_bytes())
    assert library.history.seen([PAGE])[PAGE].fate == "removed"
    assert [source.id for source in library.sources()] == [kept]
    assert fetch(library, web, PAGE).added == (gone,)


def test_a_page_that_has_not_changed_is_not_sent_again(library: Library, web: Web) -> None:
    web.put(PAGE, article("The bridge", "The bridge was closed."), ETag='"1"')
    [source_id] = fetch(library, web, PAGE).added
    assert fetch(library, web, PAGE).unchanged == (source_id,)
    assert web.headers[PAGE]["If-None-Match"] == '"1"'
    assert len(library.history.responses(PAGE)) == 1


def test_a_changed_page_is_a_new_version_and_its_words_are_found_again(
    library: Library, web: Web
) -> None:
    closed = f"The bridge was closed on Monday. {FILLER}"
    web.article(PAGE, "The bridge", "It cost 40 million dollars to mend the beams.", closed)
    [source_id] = fetch(library, web, PAGE).added
    old = {p.text.split(".")[0]: p.id for p in library.passages(source_id)}
    web.pass_days(1)
    new = "A new first paragraph tells that the mayor walked over the bridge in the morning."
    web.article(PAGE, "The bridge", new, "It cost 45 million dollars to mend the beams.", closed)
    assert fetch(library, web, PAGE).changed == (source_id,)
    [version] = library.history.versions(source_id)
    told = version.compare_with(library.snapshot(source_id))
    assert "-It cost 40 million dollars to mend the beams." in told
    assert "+It cost 45 million dollars to mend the beams." in told
    moved = next(id_ for words, id_ in old.items() if "closed on Monday" in words)
    found = follow_passage(library, source_id, moved)
    assert found is not None
    assert "closed on Monday" in found.text
    assert found.id != moved
    lost = [id_ for words, id_ in old.items() if "40 million" in words]
    assert lost
    assert [follow_passage(library, source_id, id_) for id_ in lost] == [None] * len(lost)
    assert [change.kind for change in library.changes()] == ["added", "changed"]


def test_words_that_came_into_a_page_after_a_day_are_not_in_the_library_of_that_day(
    library: Library, web: Web
) -> None:
    told = "The bridge was closed on Monday after an inspection. " * 12
    web.article(PAGE, "The bridge", told, "It cost 40 million dollars to mend the beams. " * 12)
    [source_id] = fetch(library, web, PAGE).added
    first = web.now.date()
    web.pass_days(10)
    web.article(PAGE, "The bridge", told, "It cost 45 million dollars to mend the beams. " * 12)
    fetch(library, web, PAGE)
    now, then = CitableLibrary(library, web.now.date()), CitableLibrary(library, first)
    assert now.passages(source_id) == library.passages(source_id)
    assert now.later == set()
    words = [" ".join(p.text.split()) for p in then.passages(source_id)]
    assert any("closed on Monday" in text for text in words)
    assert not any("45 million" in text for text in words)
    assert then.later == {source_id}
    assert "45 million" in library.search("45 million dollars")[0].passage.text
    assert not any("45 million" in hit.passage.text for hit in then.search("45 million dollars"))
    scanned = [text for texts, vectors in then.scan() for text in texts.texts]
    assert len(scanned) == len(words)
    assert sum(len(vectors) for _, vectors in then.scan()) == len(words)


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_marked_and_not_deleted(
    library: Library, web: Web, status: int
) -> None:
    web.article(PAGE, "The bridge", "The bridge was closed.")
    [source_id] = fetch(library, web, PAGE).added
    web.put(PAGE, status=status)
    assert fetch(library, web, PAGE).gone == (source_id,)
    assert fetch(library, web, PAGE).gone == ()
    assert library.source(source_id).id == source_id
    web.article(PAGE, "The bridge", "The bridge was closed.")
    fetch(library, web, PAGE)
    assert [c.kind for c in library.changes()] == ["added", "gone", "returned"]


def test_an_article_whose_address_leads_to_the_front_page_is_gone(
    library: Library, web: Web
) -> None:
    web.article(PAGE, "The bridge", "The bridge was closed.")
    [source_id] = fetch(library, web, PAGE).added
    web.put(PAGE, status=302, Location="http://harbour-paper.org/")
    web.article("http://harbour-paper.org/", "Front page", "All the news of today.")
    assert fetch(library, web, PAGE).gone == (source_id,)
    assert "bridge was closed" in library.snapshot(source_id)


def test_a_correction_marks_the_source_once(library: Library, web: Web) -> None:
    web.article(PAGE, "The bridge", "It cost 40 million.")
    [source_id] = fetch(library, web, PAGE).added
    note = "Correction: An earlier version said that the repair cost 40 million dollars."
    web.article(PAGE, "The bridge", "It cost 45 million.", note)
    [notice] = fetch(library, web, PAGE).notices
    assert (notice.source_id, notice.kind, notice.words) == (source_id, "corrected", note)
    assert fetch(library, web, PAGE).notices == ()
    assert [c.kind for c in library.changes()] == ["added", "changed", "corrected"]


def test_robots_txt_is_obeyed_and_asked_once(library: Library, web: Web) -> None:
    web.put(
        "http://harbour-paper.org/robots.txt",
        "User-agent: *\nDisallow: /private/\n\nUser-agent: VerdictDesk\nDisallow: /desk/\n",
        Content_Type="text/plain",
    )
    for path in ("private/a", "desk/a"):
        web.article(f"http://harbour-paper.org/{path}", "A", "Some words about the bridge.")
    report = fetch(library, web, *(f"http://harbour-paper.org/{p}/a" for p in ("private", "desk")))
    assert len(report.added) == 1
    assert "robots.txt" in reason(report)
    assert web.asked["http://harbour-paper.org/desk/a"] == 0
    assert web.asked["http://harbour-paper.org/robots.txt"] == 1


def test_nothing_is_fetched_where_robots_txt_cannot_be_had(library: Library, web: Web) -> None:
    web.put("http://harbour-paper.org/robots.txt", status=503)
    web.article(PAGE, "A", "Some words about the bridge.")
    report = fetch(library, web, PAGE)
    assert "robots.txt answers 503" in reason(report)
    assert web.asked[PAGE] == 0


def test_a_redirect_is_followed_within_the_list_and_not_beyond(library: Library, web: Web) -> None:
    web.put(PAGE, status=301, Location="http://www.city.example.org/bridge")
    web.article("http://www.city.example.org/bridge", "The bridge", "It was closed.")
    [source_id] = fetch(library, web, PAGE).added
    assert library.source(source_id).publisher == "City Engineer"
    web.put(f"{PAGE}/2", status=302, Location="http://elsewhere.com/bridge")
    web.article("http://elsewhere.com/bridge", "The bridge", "It was closed.")
    assert "elsewhere.com" in reason(fetch(library, web, f"{PAGE}/2"))
    assert web.asked["http://elsewhere.com/bridge"] == 0


def test_who_vouches_vouches_for_one_domain(library: Library, web: Web) -> None:
    web.put(PAGE, status=301, Location="http://elsewhere.com/bridge")
    report = Intake(library, Voucher(person="Ada Reed"), web.fetcher()).fetch([PAGE])
    assert "nobody vouched for" in reason(report)
    web.article(PAGE, "The bridge", "It was closed.", site="The Harbour Paper")
    report = Intake(library, Voucher(person="Ada Reed"), web.fetcher()).fetch([PAGE])
    source = library.source(report.added[0])
    assert (source.vetted_by, source.publisher) == ("Ada Reed", "The Harbour Paper")


def test_a_circle_of_redirects_ends(library: Library, web: Web) -> None:
    web.put(PAGE, status=302, Location=PAGE)
    assert "more than 5 times" in reason(fetch(library, web, PAGE))


def drip(head: bytes, piece: bytes, pause: float, times: int = 10_000):  # noqa: ANN201
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        for _ in range(times):
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(pause)

    return answer


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        (b"", b"H"),
    ],
    ids=["body", "headers", "status"],
)
def test_a_server_that_drips_is_cut_off_in_time(
    library: Library, web: Web, head: bytes, piece: bytes
) -> None:
    web.pages[PAGE] = drip(head, piece, 0.05)
    began = time.monotonic()
    report = fetch(library, web, PAGE, limits=FetchLimits(seconds=0.7, pause=0.0))
    assert reason(report)
    assert time.monotonic() - began < 3


def test_an_endless_page_ends_at_the_limit_of_size(library: Library, web: Web) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    web.pages[PAGE] = drip(head, b"<p>words</p>" * 5_000, 0)
    report = fetch(library, web, PAGE, limits=FetchLimits(seconds=20, bytes=1_000_000, pause=0.0))
    assert "more than 1 MB" in reason(report)


def test_a_bomb_is_not_unpacked(library: Library, web: Web) -> None:
    bomb = gzip.compress(b"<p>a</p>" * 30_000_000, 9)
    assert len(bomb) < 1_000_000
    web.put(PAGE, bomb, Content_Encoding="gzip")
    assert "more than 20 MB" in reason(fetch(library, web, PAGE, limits=FetchLimits(pause=0.0)))


@pytest.mark.parametrize(
    ("written", "stated"),
    [
        ("utf-8", "utf-8"),
        ("iso-8859-1", "iso-8859-1"),
        ("cp1252", "utf-8"),
        ("utf-8", "no-such-charset"),
        ("utf-16", "utf-16"),
        ("utf-8", "punycode"),
    ],
)
def test_letters_are_read_whatever_the_server_says_of_them(
    library: Library, web: Web, written: str, stated: str
) -> None:
    page = article("The café", "The café on the bridge was closed on Monday by the mayor.")
    web.put(PAGE, page.encode(written), Content_Type=f"text/html; charset={stated}")
    [source_id] = fetch(library, web, PAGE).added
    assert "The café on the bridge" in library.snapshot(source_id)


@pytest.mark.parametrize(
    ("head", "body", "words"),
    [
        (
            STATED_WALL,
            FILLER * 9,
            "paywall",
        ),
        ("<div class='paywall-overlay'></div>", "The first words.", "paywall"),
        ("<div id='sp_message_container_1'></div>", "We value your privacy.", "consent wall"),
        ("<script src='/cdn-cgi/cf-chl/x.js'></script>", "Checking your browser.", "robots"),
    ],
)
def test_a_wall_is_told_from_an_article(
    library: Library, web: Web, head: str, body: str, words: str
) -> None:
    web.put(PAGE, f"<html><head>{head}</head><body><article><p>{body}</p></article></body></html>")
    report = fetch(library, web, PAGE)
    assert words in reason(report)
    assert "add the file" in reason(report)
    assert library.sources() == []


@pytest.mark.parametrize(
    ("status", "words"), [(401, "a login"), (402, "a payment"), (403, "rights"), (451, "country")]
)
def test_a_closed_page_is_refused_in_words(
    library: Library, web: Web, status: int, words: str
) -> None:
    web.put(PAGE, status=status)
    report = fetch(library, web, PAGE)
    assert words in reason(report)
    assert report.refused


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_with_troubles_is_asked_another_time(
    library: Library, web: Web, status: int
) -> None:
    web.put(PAGE, status=status)
    assert fetch(library, web, PAGE).failed


@pytest.mark.parametrize(
    ("kind", "words"), [("image/png", "image/png"), ("application/rss+xml", "is a feed")]
)
def test_what_is_no_page_is_named(library: Library, web: Web, kind: str, words: str) -> None:
    web.put(PAGE, "x", Content_Type=kind)
    assert words in reason(fetch(library, web, PAGE))


def test_a_page_cannot_take_the_name_of_another_source(library: Library, web: Web) -> None:
    web.article(PAGE, "The bridge", "The bridge was closed.")
    [first] = fetch(library, web, PAGE).added
    note = f"---\nid: {first}\ntitle: T\npublisher: City Engineer\ntier: 1\n---\n\nFalse words.\n"
    web.put(f"{PAGE}/text", note, Content_Type="text/plain")
    [second] = fetch(library, web, f"{PAGE}/text").added
    assert first != second
    assert library.source(second).publisher == "The Harbour Paper"
    assert "closed" in library.snapshot(first)


def test_a_check_that_a_page_states_is_a_source_of_its_own(library: Library, web: Web) -> None:
    stated = {
        "@type": "ClaimReview",
        "url": "https://city.example.org/forged",
        "author": {"name": "City Engineer"},
        "claimReviewed": "The bridge fell into the river.",
        "reviewRating": {"alternateName": "False"},
        "itemReviewed": {"author": {"name": "A viral post"}, "datePublished": "2026-02-20"},
        "datePublished": "2026-03-01",
    }
    head = f'<script type="application/ld+json">{json.dumps(stated)}</script>'
    web.article(PAGE, "The bridge", "The bridge stands.", head=head, published="")
    fetch(library, web, PAGE)
    [check] = [source for source in library.sources() if source.kind == "fact-check"]
    assert (check.publisher, check.url, check.text) == ("The Harbour Paper", PAGE, "summary")
    [page] = [source for source in library.sources() if source.kind == "page"]
    assert str(page.published) == str(check.published) == "2026-03-01"
    text = library.snapshot(check.id)
    assert "A viral post made this claim on 2026-02-20." in text
    assert "“The bridge fell into the river.”" in text
    assert "The Harbour Paper rated the claim: “False”" in text


def test_a_check_with_an_impossible_date_does_not_cost_the_page(library: Library, web: Web) -> None:
    stated = {
        "@type": ["ClaimReview"],
        "claimReviewed": "The bridge fell.",
        "reviewRating": {"alternateName": "False"},
        "datePublished": "the 45th of March",
    }
    head = f'<script type="application/ld+json">{json.dumps(stated)}</script>'
    web.article(PAGE, "The bridge", "The bridge stands.", head=head)
    assert len(fetch(library, web, PAGE).added) == 1
    assert {source.kind for source in library.sources()} == {"page", "fact-check"}


def test_a_host_is_given_the_pause_that_it_asks_for(library: Library, web: Web) -> None:
    robots = "User-agent: *\nCrawl-delay: 7\n"
    web.put("http://harbour-paper.org/robots.txt", robots, Content_Type="text/plain")
    for name in "abc":
        web.article(f"{PAGE}/{name}", name, "Some words about the bridge.")
    slept: list[float] = []
    fetcher = Fetcher(
        FetchLimits(seconds=3.0), resolve=web.resolve, dial=web.dial, sleep=slept.append
    )
    report = Intake(library, vetted(), fetcher).fetch(
        [f"{PAGE}/{name}" for name in ("a", "b", "c")]
    )
    assert len(report.added) == 3
    assert [round(one) for one in slept] == [7, 7, 7]


def test_a_title_that_says_so_is_a_notice(library: Library, web: Web) -> None:
    web.article(PAGE, "RETRACTED: The bridge of seventeen villages", "The data were wrong.")
    assert [one.kind for one in fetch(library, web, PAGE).notices] == ["retracted"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/pdf", pdf([["The bridge was closed on Monday by the mayor of the town."]])),
        ("application/octet-stream", pdf([["The bridge was closed on Monday by the mayor."]])),
        (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            docx(["The bridge was closed on Monday by the mayor of the town."]),
        ),
        ("text/plain", b"The bridge was closed on Monday by the mayor of the town."),
    ],
)
def test_other_formats_are_read_as_files_are(
    library: Library, web: Web, kind: str, body: bytes
) -> None:
    web.put(PAGE, body, Content_Type=kind)
    [source_id] = fetch(library, web, PAGE).added
    assert "closed on Monday" in library.snapshot(source_id)


def test_only_an_answer_with_other_words_is_kept_again(library: Library, web: Web) -> None:
    for number in range(3):
        web.article(PAGE, "The bridge", "It was closed.", head=f"<!-- served {number} -->")
        fetch(library, web, PAGE)
    assert len(library.history.responses(PAGE)) == 1
    web.article(PAGE, "The bridge", "It was opened.")
    fetch(library, web, PAGE)
    assert len(library.history.responses(PAGE)) == 2


def test_two_removals_and_one_more_page_leave_one_file(library: Library, web: Web) -> None:
    for name in "abcd":
        web.article(f"{PAGE}/{name}", name, f"Words of {name}.")
    ids = fetch(library, web, *(f"{PAGE}/{name}" for name in "abc")).added
    for source_id in ids[:2]:
        library.remove(source_id)
    fetch(library, web, f"{PAGE}/d")
    [file] = (library.directory / "web").iterdir()
    assert file.name == "2026-03.0003.warc.gz"
    archive = Archive(library.directory, library.history)
    for name in "cd":
        [row] = library.history.responses(f"{PAGE}/{name}")
        assert f"Words of {name}.".encode() in archive.read(row)
    library.remove(library.sources()[0].id)
    library.remove(library.sources()[0].id)
    assert list((library.directory / "web").iterdir()) == []


def test_what_a_removal_that_was_killed_left_goes_with_the_next_page(
    library: Library, web: Web
) -> None:
    for name in "abc":
        web.article(f"{PAGE}/{name}", name, f"Words of {name}.")
    first, _ = fetch(library, web, f"{PAGE}/a", f"{PAGE}/b").added
    file = library.directory / "web/2026-03.warc.gz"
    before = file.read_bytes()
    library.remove(first)
    file.write_bytes(before)
    fetch(library, web, f"{PAGE}/c")
    assert [path.name for path in (library.directory / "web").iterdir()] == ["2026-03.0002.warc.gz"]


@given(st.text(min_size=1, max_size=40))
@example('"<>"')
@example("\ud800")
@example("é ü/%zz?a=[b]&c={d}#e")
def test_an_address_that_is_accepted_can_be_stored(path: str) -> None:
    for url in (f"https://harbour-paper.org/{path}", f"https://{path}.harbour-paper.org/"):
        try:
            spelt = check_address(url)
        except SourceRefused:
            continue
        assert FrontMatter(url=spelt).url == spelt == check_address(spelt)
        plain = plain_address(spelt)
        assert plain_address(plain) == plain
        assert FrontMatter(url=plain, id=name_source(plain)).url == plain


def test_a_page_that_breaks_its_reader_costs_nobody_else(
    library: Library, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise RecursionError

    for name in "ab":
        web.article(f"{PAGE}/{name}", name, f"Words of {name}.")
    plain = intake.find_notices
    monkeypatch.setattr(
        intake,
        "find_notices",
        lambda source_id, *rest: (break_down if "bridge-a" in source_id else plain)(
            source_id, *rest
        ),
    )
    report = fetch(library, web, f"{PAGE}/a", f"{PAGE}/b")
    assert len(report.added) == 1
    assert "RecursionError" in reason(report)

"""A feed or a sitemap is read, or refused in words; what it says is no order and no path."""

from datetime import date
from pathlib import Path

import pytest

from retrieval.errors import SourceUnreadable
from retrieval.web.feeds import read_listing

RSS = (
    '<rss version="2.0"><channel><item><link>https://paper.example/a</link>'
    "<pubDate>Tue, 27 Jan 2026 10:00:00 GMT</pubDate></item></channel></rss>"
)
MAP = "<urlset><url><loc>https://paper.example/a</loc><lastmod>{}</lastmod></url></urlset>"


def days(feed: str) -> list[date | None]:
    return [entry.dated for entry in read_listing(feed.encode(), "a feed", 1_000_000).entries]


@pytest.mark.parametrize(
    "head",
    [
        "",
        "\n \n",
        '<?xml version="1.0"?>',
        '  <?xml version="1.0" encoding="UTF-8"?>\n<!-- a note --><?xml-stylesheet href="a"?>\n',
        '<?xml version="1.0"?>\n<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>',
        '<?xml-stylesheet href="a"?>',
    ],
)
def test_a_feed_is_read_whatever_stands_before_it(head: str) -> None:
    assert days(head + RSS) == [date(2026, 1, 27)]


@pytest.mark.parametrize(
    "when", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30", "soon"]
)
def test_an_entry_whose_day_cannot_be_has_none(when: str) -> None:
    assert days(MAP.format(when)) == [None]


@pytest.mark.parametrize("encoding", ["utf-7", "utf-32", "shift_jis", "idna", "nothing"])
def test_a_sitemap_in_an_encoding_that_is_not_read_is_refused(encoding: str) -> None:
    with pytest.raises(SourceUnreadable, match="is no XML"):
        days(f'<?xml version="1.0" encoding="{encoding}"?>{MAP.format("2026-01-27")}')


@pytest.mark.parametrize(
    "head",
    [
        '<?xml version="1.0" encoding="' * 3_000,
        '<?xml version="1.0"?>' + "\n" * 100_000,
        "\n" * 500_000,
        "<!ENTITY a" * 20_000,
    ],
    ids=["declarations", "lines", "lines alone", "entities"],
)
def test_a_head_that_no_feed_has_is_not_looked_through(head: str) -> None:
    with pytest.raises(SourceUnreadable, match="neither a feed nor a sitemap"):
        days(head + RSS)


def test_a_feed_that_is_the_name_of_a_file_opens_none(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text(RSS)
    with pytest.raises(SourceUnreadable, match="neither a feed nor a sitemap"):
        days(str(tmp_path / "feed.xml"))

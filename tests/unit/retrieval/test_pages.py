import json
from datetime import date
from pathlib import Path

import pytest
from lxml.html import fromstring

from retrieval.errors import SourceUnreadable
from retrieval.loaders import Document, load, read_file
from retrieval.loaders.article import find_article

FILLING = (
    "<p>The library of Marrow lends books, maps and instruments to everybody who lives in the"
    " valley, and it is open on six days of the week, its director said on Monday.</p>"
)


STATED = '<meta itemprop="datePublished" content="'
CREATED = '<meta itemprop="dateCreated" content="'
NOTED = '<li>A mill sold. Marrow Post. <span class="date">2026-03-09</span>.</li>'
FILES = "".join(
    f'<p>part {n} of it <time datetime="{day}">{day}</time></p>'
    for n, day in enumerate(["2026-02-10", "2026-03-09", "2026-01-05"])
)
"""A list of parts, each with the day on which it was put there."""


def page_of(folder: Path, body: str, head: str = "") -> Document:
    path = folder / "page.html"
    path.write_text(
        f'<!doctype html><html><head><meta charset="utf-8"><title>Marrow</title>{head}</head>'
        f"<body><article><h1>Marrow</h1>{FILLING}{body}{FILLING[:-5]} again.</p></article>"
        "</body></html>",
        "utf-8",
    )
    (document,) = load(read_file(path))
    return document


@pytest.mark.parametrize(
    ("markup", "stored"),
    [
        ("It lent 7,310<sup>2</sup> books in May 2026.", "It lent 7,310 books in May"),
        ('It lent 88<sup><a href="#n">[4]</a></sup> maps in May.', "It lent 88 maps in May"),
        ("The dam holds 3 × 10<sup>8</sup> litres of it.", "holds 3 × 10^8 litres"),
        ('They lent 66<span style="vertical-align: super">1</span> harps.', "lent 66 harps."),
        ("The hall has 940 m<sup>2</sup> of floor in all.", "940 m² of floor"),
        ("It won on the 4<sup>th</sup> day of the fair.", "on the 4th day"),
        ("The air holds CO<sub>2</sub> and not much else.", "holds CO2 and"),
        ("They count 12<sup>a</sup> readers there a day.", "count 12 readers"),
        ("Word came from M<sup>me</sup> Ferrand of the mill.", "from Mme Ferrand"),
        ("The hall is of the XIX<sup>e</sup> century, they say.", "the XIXe century"),
        ("They open it on the 1<sup>er</sup> of May.", "on the 1er of May"),
        ("The rule for the n<sup>th</sup> guest is plain.", "the nth guest"),
        ("The mayor, Ada Smith<sup>ab</sup>, was there.", "Ada Smith, was there"),
        ("The fine of <del>90</del> 60 crowns is due now.", "The fine of 60 crowns is due"),
        ('It was <span style="text-decoration: line-through">shut</span> open.', "It was open."),
        ("The hall seats\n      410 guests,\n   and no more of them.", "seats 410 guests, and no"),
    ],
)
def test_raised_struck_and_wrapped_words_are_stored_as_they_are_read(
    tmp_path: Path, markup: str, stored: str
) -> None:
    assert stored in page_of(tmp_path, f"<p>{markup}</p>").text


@pytest.mark.parametrize(
    "markup",
    [
        "<p hidden>SECRET words of the page.</p>",
        '<p style="visibility:hidden">SECRET words of the page.</p>',
        '<div style="color:#222;display : none"><p>SECRET words of the page.</p></div>',
        '<p style="color:#ffffff">SECRET words of the page.</p>',
        '<p style="font-size:0">SECRET words of the page.</p>',
        '<p style="position:absolute;left:-9999px">SECRET words of the page.</p>',
        '<p class="gone">SECRET words of the page.</p>',
        '<p aria-hidden="true">SECRET words of the page.</p>',
        "<!-- <p>SECRET words of the page.</p> -->",
        "<template><p>SECRET words of the page.</p></template>",
    ],
)
def test_what_a_page_does_not_show_is_not_stored(tmp_path: Path, markup: str) -> None:
    head = "<style>.other, .gone { display: none } @media print { p { display: none } }</style>"
    document = page_of(tmp_path, f"{markup}<p>The words that are shown are kept.</p>", head)
    assert "SECRET" not in document.text
    assert "The words that are shown are kept." in document.text


def test_white_words_on_a_ground_of_their_own_are_kept(tmp_path: Path) -> None:
    band = '<div style="background:#036"><p style="color:#fff">The hall is open today.</p></div>'
    assert "The hall is open today." in page_of(tmp_path, band).text


def test_a_table_is_a_sentence_a_row_with_its_heads(tmp_path: Path) -> None:
    table = (
        "<table><caption>Loans by town</caption><tr><th>Town</th><th>Books</th><th>Maps</th></tr>"
        '<tr><th colspan="3">Upper valley</th></tr>'
        "<tr><td>Marrow</td><td>7,310</td><td>88</td></tr>"
        '<tr><td rowspan="2">Ash</td><td>410</td><td>9</td></tr><tr><td>395</td><td></td></tr>'
        "</table>"
    )
    text = page_of(tmp_path, table).text
    assert "Loans by town. Upper valley, Marrow: Books 7,310; Maps 88." in text
    assert "Upper valley, Ash: Books 410; Maps 9. Upper valley, Ash: Books 395." in text


def test_a_table_in_a_frame_keeps_its_figures_and_its_caption(tmp_path: Path) -> None:
    frame = (
        '<figure class="block"><table><tr><th>Town</th><th>Books</th></tr>'
        "<tr><td>Marrow</td><td>7,310</td></tr><tr><td>Ash</td><td>410</td></tr></table>"
        "<figcaption>Loans by town</figcaption></figure>"
        "<figure><img src='hall.png'><figcaption>The hall in spring</figcaption></figure>"
    )
    text = page_of(tmp_path, frame).text
    assert "Loans by town. Marrow: Books 7,310. Ash: Books 410." in text
    assert "The hall in spring" not in text


def test_an_hour_and_a_result_in_a_sentence_are_words(tmp_path: Path) -> None:
    said = "<p>It opens at <time datetime='10:30'>10:30</time> and seats <output>41</output>.</p>"
    assert "It opens at 10:30 and seats 41." in page_of(tmp_path, said).text


def test_a_table_that_only_lays_out_a_page_is_no_table(tmp_path: Path) -> None:
    inside = "".join(f"<p>Paragraph {n} of the page is told at length here.</p>" for n in range(3))
    text = page_of(tmp_path, f"<table><tr><td>{inside}</td><td>{inside}</td></tr></table>").text
    assert "\n\nParagraph 1 of the page is told at length here.\n\n" in text


def test_a_quotation_says_that_it_is_one(tmp_path: Path) -> None:
    quoted = "<blockquote><p>The hall was sold. It will be a shop.</p></blockquote>"
    text = page_of(tmp_path, f"<p>A reader wrote to us:</p>{quoted}<p>We asked the town.</p>").text
    assert "According to a quoted statement: “The hall was sold.”" in text
    assert "According to a quoted statement: “It will be a shop.”" in text


@pytest.mark.parametrize(
    ("behind", "times"),
    [
        ("This is not true, the town says.", 1),
        ("That claim is plainly false.", 1),
        ("That is not false.", 0),
        ("That is true, the town says.", 0),
        ("This is a fake account.", 0),
    ],
)
def test_a_quotation_that_is_denied_is_a_claim_that_is_false(
    tmp_path: Path, behind: str, times: int
) -> None:
    quoted = "<blockquote>The hall was sold for 9 crowns.</blockquote>"
    text = page_of(tmp_path, f"{quoted}<p>{behind}</p>").text
    said = "The claim that “The hall was sold for 9 crowns” is false, this text says."
    assert text.count(said) == times
    assert behind in text


def entry(kind: str, **said: object) -> dict[str, object]:
    return {"@type": kind, **said}


def records(*entries: dict[str, object]) -> str:
    return f'<script type="application/ld+json">{json.dumps(entries)}</script>'


def test_the_date_is_that_of_the_article_and_of_nothing_beside_it(tmp_path: Path) -> None:
    head = records(
        entry("Organization", foundingDate="1950-02-03", name="Marrow Post"),
        entry("Movie", datePublished="1987-06-05"),
        entry(
            "NewsArticle",
            headline="The hall of &#8216;Marrow&#8217;",
            datePublished="2026-02-10T09:00:00Z",
            dateModified="2026-03-01",
            publisher={"name": "Marrow Post"},
            author=[{"name": "Ines Vale"}],
        ),
    )
    document = page_of(tmp_path, "", head)
    assert document.meta.published == date(2026, 2, 10)
    assert (document.title, document.meta.publisher) == ("The hall of ‘Marrow’", "Marrow Post")
    assert document.meta.author == "Ines Vale"
    assert document.notes == ("changed on 2026-03-01, after its publication on 2026-02-10",)


def test_a_day_of_birth_is_no_date_of_publication(tmp_path: Path) -> None:
    born = '<p>Founded <time class="bday published" datetime="1950-02-03">1950</time>.</p>'
    assert page_of(tmp_path, born).meta.published is None


@pytest.mark.parametrize(
    ("written", "published"),
    [("05/06/2026", None), ("25/06/2026", date(2026, 6, 25)), ("2026-06-05", date(2026, 6, 5))],
)
def test_a_date_that_can_be_read_in_two_ways_is_left_empty(
    tmp_path: Path, written: str, published: date | None
) -> None:
    document = page_of(tmp_path, "", f'<meta name="date" content="{written}">')
    assert document.meta.published == published
    assert any("05/06/2026" in note for note in document.notes) is (published is None)


def test_the_beginning_of_an_article_for_subscribers_is_marked(tmp_path: Path) -> None:
    head = records(entry("Article", isAccessibleForFree="False"))
    document = page_of(tmp_path, "", head)
    assert any("only subscribers" in note for note in document.notes)
    assert not page_of(tmp_path, "").notes


@pytest.mark.parametrize(
    "offer",
    [
        "<p>Three of the lenders of the valley have since</p>",
        "<p>Log in or create an account to keep reading.</p>",
        "<p>This was the last of your free articles. Become a member to continue.</p>",
    ],
)
def test_a_page_that_breaks_off_says_so(tmp_path: Path, offer: str) -> None:
    path = tmp_path / "page.html"
    body = f"{FILLING}<p>{'It lends more maps. ' * 8}</p>{offer}"
    path.write_text(f"<html><body><article><h1>Marrow</h1>{body}</article></body></html>", "utf-8")
    (document,) = load(read_file(path))
    assert any("may be its beginning" in note for note in document.notes)


CUT = "<p>The lenders of the valley have since asked the town for a fourth room, which</p>"
WHOLE = "<p>The lenders of the valley have since asked the town for a fourth room.</p>"


@pytest.mark.parametrize(
    ("end", "offer"),
    [
        (WHOLE, "<p>The rest of this article is for subscribers</p>"),
        (WHOLE, "<p>This report is only available to our members.</p><p>Try it for a week.</p>"),
        (WHOLE, "<p>Start a trial to keep reading.</p><p>Have an account? Sign in</p>"),
        (CUT, "<p>Get a year for 4 crowns, cancel at any time.</p><p>Sign in</p>"),
        (CUT.replace(", which", "…"), "<p>Begin your free trial and read on.</p>"),
        (CUT, '<aside class="modal"><p>Sign in to continue.</p></aside>'),
    ],
)
def test_words_that_bar_the_rest_of_a_page_are_told_of(
    tmp_path: Path, end: str, offer: str
) -> None:
    document = page_with_end(tmp_path, end + offer)
    assert any("only subscribers can read all" in note for note in document.notes)
    assert "a fourth room" in document.text


@pytest.mark.parametrize(
    "offer",
    [
        "",
        "<p>Sign up for our newsletter and subscribe to the briefing in your inbox.</p>",
        "<p>Subscribe to the paper from 4 crowns.</p>",
        "<p>Log in or register to comment.</p>",
        "<p>To read the full minutes, ask at the hall.</p>",
        "<p>The pool of the hall is for members only.</p>",
        "<p>The rest of the report deals with the rooms of the mill.</p>",
    ],
)
def test_an_offer_below_a_whole_article_bars_nothing(tmp_path: Path, offer: str) -> None:
    document = page_with_end(tmp_path, WHOLE + offer)
    assert document.notes == ()
    assert "a fourth room." in document.text


def page_with_end(folder: Path, end: str) -> Document:
    path = folder / "page.html"
    body = f"<h1>Marrow</h1>{FILLING}<p>{'It lends more maps. ' * 8}</p>{end}"
    path.write_text(f"<html><body><article>{body}</article></body></html>", "utf-8")
    (document,) = load(read_file(path))
    return document


def test_the_parts_of_a_page_that_are_for_subscribers_count(tmp_path: Path) -> None:
    part = {"@type": "WebPageElement", "isAccessibleForFree": "False"}
    assert page_of(tmp_path, "", records(entry("Article", hasPart=[part]))).notes


def test_the_day_on_a_line_of_its_own_is_read_with_the_same_doubt(tmp_path: Path) -> None:
    document = page_of(tmp_path, "<p>Posted: 05/06/2026</p>")
    assert document.meta.published is None
    assert any("05/06/2026" in note for note in document.notes)


def test_a_line_that_tells_of_a_later_change_is_noted(tmp_path: Path) -> None:
    head = '<meta property="article:published_time" content="2019-03-20">'
    document = page_of(tmp_path, "<p>Last updated on 2 May 2026</p>", head)
    assert document.meta.published == date(2019, 3, 20)
    assert document.notes == ("changed on 2026-05-02, after its publication on 2019-03-20",)


@pytest.mark.parametrize(
    "line",
    [
        "Published 20 March 2019 | Last updated 2 May 2026",
        "Published 20 March 2019, last updated on 2 May 2026",
        "Published: 20 March 2019 Last reviewed: 2 May 2026 Next review due: 2 May 2029",
        "Published 20 March 2019<br>Updated 2 May 2026, 10:35",
        "By the desk of the valley in Marrow · Published 20 March 2019 · Updated 2 May 2026",
        "20 March 2019 (corrected 2 May 2026)",
        "Posted 20.03.2019 – Aktualisiert am 02.05.2026",
        "Published 2019-03-20 / Modified 2026-05-02",
        "Published: 08:15, 20 March 2019 - Updated: 09:12, 2 May 2026",
        "<b>Published</b>20 March 2019 <b>Last updated</b>2 May 2026",
    ],
)
def test_a_change_that_a_page_tells_of_beside_its_publication_is_noted(
    tmp_path: Path, line: str
) -> None:
    document = page_of(tmp_path, f'<p class="meta">{line}</p>')
    assert document.meta.published == date(2019, 3, 20)
    assert document.notes == ("changed on 2026-05-02, after its publication on 2019-03-20",)


@pytest.mark.parametrize(
    "line",
    [
        "Published 20 March 2019",
        "Published 20 March 2019 | Next review due: 2 May 2026",
        "Published 20 March 2019 | Updated weekly",
        "The Mill Act of 2019, revised on 2 May 2026",
        "In 2019 the rules for mills were revised; 2 May 2026 is a holiday.",
    ],
)
def test_a_line_that_tells_of_another_thing_is_no_change(tmp_path: Path, line: str) -> None:
    head = '<meta property="article:published_time" content="2019-03-20">'
    document = page_of(tmp_path, f"<p>{line}</p>", head)
    assert document.meta.published == date(2019, 3, 20)
    assert document.notes == ()


def test_a_page_that_misnames_its_encoding_keeps_its_letters(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    page = f"<html><head><meta charset='utf-8'></head><body><p>A fête.</p>{FILLING}</body></html>"
    path.write_bytes(page.encode("cp1252"))
    (document,) = load(read_file(path))
    assert "A fête." in document.text
    assert any("it is read as Windows-1252" in note for note in document.notes)
    path.write_bytes(page.replace("utf-8", "iso-8859-2").replace("fête", "łódź").encode("latin2"))
    (document,) = load(read_file(path))
    assert "A łódź." in document.text


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_page_in_another_encoding_is_refused_by_its_name(tmp_path: Path, charset: str) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(f"<html><body>{FILLING}</body></html>".encode(charset))
    with pytest.raises(SourceUnreadable, match=f"is {charset[:6].upper()} text, not UTF-8"):
        load(read_file(path))


@pytest.mark.parametrize(
    "style",
    [
        "font-size: small",
        "font-size: 12,0000pt",
        "font-size: .9em",
        "opacity: inherit; width: auto",
    ],
)
def test_type_whose_size_is_a_word_or_a_part_is_shown(tmp_path: Path, style: str) -> None:
    body = f'<p><span style="{style}">The mill grinds 40 sacks of corn a day.</span></p>'
    assert "The mill grinds 40 sacks of corn a day." in page_of(tmp_path, body).text


def test_a_box_of_size_zero_that_only_closes_gaps_is_shown(tmp_path: Path) -> None:
    body = '<div style="font-size:0"><p style="font-size:16px">The mill has 3 wheels.</p></div>'
    assert "The mill has 3 wheels." in page_of(tmp_path, body).text


def test_what_stands_there_for_browsers_without_scripts_is_not_stored(tmp_path: Path) -> None:
    body = "<noscript><p>Please switch on the scripts of this SECRET page.</p></noscript>"
    assert "SECRET" not in page_of(tmp_path, body).text


@pytest.mark.parametrize(
    ("markup", "stored"),
    [
        ("<h2><span>From the valley</span>Marrow opens a mill</h2>", "valley Marrow opens a"),
        ("<p>Who will pay for it?<span>Monday, 6 January</span></p>", "for it? Monday, 6 January"),
        ("<p>They use 15 m<sup>3 </sup>Water an hour.</p>", "15 m³ Water"),
        ("<p>The <span>M</span>cGill mill of l’<span>ARC</span>.</p>", "The McGill mill of l’ARC"),
    ],
)
def test_labels_stand_apart_and_words_stay_whole(tmp_path: Path, markup: str, stored: str) -> None:
    assert stored in page_of(tmp_path, markup).text


def test_a_list_of_names_and_what_they_are_has_no_heads(tmp_path: Path) -> None:
    rows = (("Region:", "Ash Valley"), ("Height:", "412 m"), ("Owner:", "the town"))
    cells = "".join(f"<tr><td>{name}</td><td>{what}</td></tr>" for name, what in rows)
    text = page_of(tmp_path, f"<table>{cells}</table>").text
    assert "Region: Ash Valley. Height: 412 m. Owner: the town." in text


def test_a_table_cut_into_several_keeps_its_heads(tmp_path: Path) -> None:
    head = "<table><tr><th>Town</th><th>Books</th><th>Maps</th></tr></table>"
    rows = (("Marrow", "7,310", "88"), ("Ash", "410", "9"))
    parts = "".join(
        f"<table><tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr></table>" for row in rows
    )
    text = page_of(tmp_path, head + parts).text
    assert "Marrow: Books 7,310; Maps 88. Ash: Books 410; Maps 9." in text


@pytest.mark.parametrize(
    ("head", "body", "published"),
    [
        ('<meta name="last-modified" content="2026-03-09">', "", None),
        ('<meta name="date" content="2026-02-10">', "<p>Updated: March 9, 2026</p>", "2026-02-10"),
        ("", "<p>Last updated on March 9, 2026</p>", None),
        ("", '<p class="date">Corrected: March 9, 2026</p>', None),
        ("", '<div class="related"><span class="date">2026-03-09</span> A mill</div>', None),
        ("", '<footer><span class="date">2026-03-09</span></footer>', None),
        ("", "<pre>print(find('2026-03-09'))</pre>", None),
        ("", "<ul><li><strong>Date</strong> 10.02.2026</li></ul>", "2026-02-10"),
        ("", f'<p itemtype="https://schema.org/Review">{STATED}2026-03-09"> Good.</p>', None),
        (
            '<script>var page = {"updateDateTime": "2026-03-09"};</script>',
            f'{STATED}2026-02-10">',
            "2026-02-10",
        ),
        ("", FILES, None),
        (
            "",
            '<div class="ask-questions"><span class="q-date">2026-03-09</span> Is it?</div>',
            None,
        ),
        ("", f"<ol class='references'>{NOTED}</ol>", None),
        ("", f'<div class="date">10.02.2026</div>{CREATED}2026-03-09">', "2026-02-10"),
    ],
    ids=[
        "changed",
        "both",
        "updated",
        "corrected",
        "teaser",
        "foot",
        "program",
        "label",
        "review",
        "script",
        "list",
        "question",
        "sources",
        "shown",
    ],
)
def test_the_day_of_a_change_or_of_another_thing_is_no_publication(
    tmp_path: Path, head: str, body: str, published: str | None
) -> None:
    found = page_of(tmp_path, body, head).meta.published
    assert (found and found.isoformat()) == published


@pytest.mark.parametrize(
    ("head", "publisher"),
    [
        ('<meta property="og:site_name" content="mARROW post">', "mARROW post"),
        ('<meta property="og:site_name" content="https://www.marrow.example">', "marrow.example"),
        ('<meta property="og:site_name" content="https://[marrow">', None),
        ('<meta name="twitter:site" content="@some_person">', None),
        ('<meta name="publisher" content="Copyright 2003 - 2026 by the valley">', None),
        ('<meta name="application-name" content="Marrow">', None),
        (records(entry("WebSite", name="Marrow Post"), entry("Article")), "Marrow Post"),
        ('<link rel="canonical" href="https://www.marrow.example/hall">', "marrow.example"),
        ('<link rel="canonical" href="https://.marrow.example">', None),
    ],
)
def test_the_publisher_is_named_as_the_page_names_it(
    tmp_path: Path, head: str, publisher: str | None
) -> None:
    assert page_of(tmp_path, "", head).meta.publisher == publisher


def test_a_paragraph_that_is_missed_between_two_others_is_put_back() -> None:
    said = [f"The hall seats {n} guests in each of its rooms, the town says." for n in (10, 20, 30)]
    tree = fromstring(
        "<html><body><div><p>{}</p><ul><li>{}</li></ul><p>{}</p></div>"
        '<div class="comments"><p>I was there too, and it was very good indeed.</p></div>'
        "</body></html>".format(*said)
    )
    assert find_article(tree, f"{said[0]}\n{said[2]}") == said


def test_a_page_in_the_envelope_of_a_register_of_filings_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ex991.htm"
    path.write_text(
        "<DOCUMENT>\n<TYPE>EX-99.1\n<SEQUENCE>2\n<FILENAME>ex991.htm\n<TEXT>\n<HTML><HEAD>"
        f"<TITLE>EX-99.1</TITLE></HEAD><BODY>{3 * FILLING}<P>It paid $75 million.</P></BODY></HTML>"
        "\n</TEXT>\n</DOCUMENT>\n",
        "utf-8",
    )
    (document,) = load(read_file(path))
    assert "It paid $75 million." in document.text
    assert "SEQUENCE" not in document.text


@pytest.mark.parametrize("name", ["comentarios", "Kommentare", "commentaires"])
def test_comments_of_readers_are_left_out_in_other_languages_too(name: str, tmp_path: Path) -> None:
    said = "I was in that hall myself, and it was much too cold for all of us, even in June."
    comments = "".join(f"<li><p>{n}. {said}</p></li>" for n in range(4))
    text = page_of(tmp_path, f'<div id="{name}"><ol>{comments}</ol></div>').text
    assert "too cold" not in text
    assert "again." in text


def test_prose_that_stands_bare_between_blocks_is_read(tmp_path: Path) -> None:
    bare = (
        "<div>The mill of Marrow was built in 1788 and burnt down twice. <hr>"
        "<center>It has <b>12</b> wheels, of which 9 turn to this day, its keeper says.</center>"
        "</div>"
    )
    text = page_of(tmp_path, bare).text
    assert "The mill of Marrow was built in 1788 and burnt down twice." in text
    assert "It has 12 wheels, of which 9 turn to this day, its keeper says." in text


def test_an_old_page_keeps_its_lists(tmp_path: Path) -> None:
    points = [f"Rule {n} says that a guest of the hall pays {n} crowns a night." for n in range(9)]
    items = "".join(f"<li>{point}" for point in points)
    path = tmp_path / "page.html"
    path.write_text(
        f"<html><body><h2>Rules</h2>{FILLING}{FILLING[:-5]} twice.</p><ul>{items}</ul>"
        f"{FILLING[:-5]} thrice.</p></body></html>",
        "utf-8",
    )
    (document,) = load(read_file(path))
    assert all(point in document.text for point in points)


@pytest.mark.parametrize(("head", "times"), [("Marrow has a new hall", 1), ("Offers", 0)])
def test_the_lead_under_the_headline_is_read(head: str, times: int) -> None:
    lead = "After six years of work the town opens its hall, and it cost 45 million crowns in all."
    first = "The mayor of Marrow cut a ribbon on Monday, and everybody was let in afterwards."
    tree = fromstring(
        "<html><head><title>Marrow has a new hall - Marrow Post</title></head><body>"
        f"<h1>{head}</h1><div class='intro'>{lead}</div><div><p>{first}</p></div></body></html>"
    )
    assert find_article(tree, first) == [lead] * times + [first]


TEASER = (
    '<div class="box"><a href="/a{0}"><h3>Another town has {0} new halls as well</h3></a>'
    "<p>It is the first one that has as many, and the others look on in wonder.</p></div>"
)


@pytest.mark.parametrize(
    "tail",
    [
        TEASER.format(3) + TEASER.format(4) + '<p><a href="/more">More of it</a></p>',
        "<h4>Read on</h4><p><a href='https://marrow.example/b'>What the old hall was</a></p>",
        "<ul><li><a href='/c'>What the old hall was</a><li><a href='/d'>Halls of Ash</a></ul>",
    ],
    ids=["boxes", "one under a heading", "list"],
)
def test_what_leads_to_other_pages_of_the_site_is_left_out(tail: str) -> None:
    said = "The mayor of Marrow cut a ribbon on Monday, and all who came were let in afterwards."
    tree = fromstring(f"<html><body><div><p>{said}</p>{tail}</div></body></html>")
    found = [said, *(one.text_content() for one in tree.iter("h3", "h4", "li"))]
    found += [one.text_content() for one in tree.xpath("//div[@class='box']/p | //div/p[a]")]
    assert find_article(tree, "\n".join(found), "marrow.example") == [said]


def test_sources_and_a_short_page_under_its_own_link_are_kept() -> None:
    said = "The mayor of Marrow cut a ribbon on Monday, and all who came were let in afterwards."
    sources = ["The town's report on the hall", "What the valley paid for it"]
    links = "".join(f"<li><a href='https://valley.example/{n}'>{n}</a></li>" for n in sources)
    tree = fromstring(f"<html><body><p>{said}</p><ul>{links}</ul></body></html>")
    assert find_article(tree, "\n".join([said, *sources]), "marrow.example") == [said, *sources]
    short = ["Marrow has a new hall", "It is open now.", "It seats 410 guests."]
    tree = fromstring(
        f"<html><body><div><h2><a href='/hall'>{short[0]}</a></h2><p>{short[1]}</p>"
        f"<p>{short[2]}</p></div></body></html>"
    )
    assert find_article(tree, "\n".join(short)) == short


def test_the_beginnings_of_other_articles_and_doubles_are_left_out() -> None:
    first = "The mill of Marrow grinds forty sacks of corn a day, and more in the time of harvest."
    lines = [first, "It is open on Monday.", first, "A shop sells harps to all of the […]"]
    lines.append("What others say of it:")
    assert find_article(fromstring("<p>x</p>"), "\n".join(lines)) == lines[:2]


def test_a_page_that_is_one_text_with_fixed_lines_is_read(tmp_path: Path) -> None:
    lines = "\n\n".join(f"The hall was let {n} times in the year, the town says." for n in range(6))
    path = tmp_path / "page.html"
    path.write_text(f"<html><body><pre>{lines}</pre></body></html>", "utf-8")
    (document,) = load(read_file(path))
    assert "The hall was let 5 times in the year, the town says." in document.text

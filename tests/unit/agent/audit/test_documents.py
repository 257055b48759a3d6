"""Word and HTML read back: our own, edited ones, and those of others."""

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from docx.document import Document as Word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.text.paragraph import Paragraph

from agent.audit.cited_text import CitedText, UnreadableText
from agent.audit.documents import read_file
from agent.audit.reading import read_text
from agent.render import render, render_file
from agent.store import draft_id
from agent.types import Page
from tests.unit.agent.pages import QUESTION, insufficient, page, passage, sentence
from tests.unit.retrieval.files import word

LAKE = passage("lake", "The lake froze.", title="Lakes & roads")
SEA = passage("sea", "The sea was calm.", url="https://example.org/Sea_(salt)?a=1&b=2")
PIER = passage("pier", "The pier fell.", url="no address")
DRAFTED = page(
    sentence('Ann said "the lake froze" in the U.S.', LAKE, SEA),
    sentence("It cost $5 *and* 10 <b>percent</b> of 3_000 [sic].", SEA),
    sentence("The pier fell.", PIER),
    passages=[LAKE, SEA, PIER],
)


def as_docx(draft: Page) -> bytes:
    return render_file(draft, "docx")


def as_html(draft: Page) -> bytes:
    return render(draft, "html").encode()


def told(cited: CitedText) -> list[tuple[str, str, tuple[int, ...]]]:
    return [(s.section, s.text, s.numbers) for s in cited.sentences]


@pytest.mark.parametrize(("write", "suffix"), [(as_docx, ".docx"), (as_html, ".html")])
def test_a_page_of_ours_is_read_like_its_markdown(
    write: Callable[[Page], bytes], suffix: str
) -> None:
    cited, plain = read_file(write(DRAFTED), suffix), read_text(render(DRAFTED, "md"))
    assert told(cited) == told(plain)
    assert (cited.title, cited.asked, cited.verdict) == (QUESTION, True, "Refuted")
    assert [h.text for h in cited.headings] == [h.text for h in plain.headings]
    assert [(s.number, s.title, s.url) for s in cited.sources[:2]] == [
        (1, "Lakes & roads", "https://example.org/lake"),
        (2, "Title of sea", "https://example.org/Sea_(salt)?a=1&b=2"),
    ]
    assert cited.sources[2].title.startswith("Title of pier")
    assert cited.draft == draft_id(DRAFTED)


@pytest.mark.parametrize("suffix", [".docx", ".html"])
def test_the_short_page_holds_nothing_to_check(suffix: str) -> None:
    short = insufficient(LAKE)
    made = render_file(short, "docx") if suffix == ".docx" else render(short, "html").encode()
    with pytest.raises(UnreadableText, match="no sentence"):
        read_file(made, suffix)


def edited(change: Callable[[Word], object], made: bytes | None = None) -> CitedText:
    word = Document(BytesIO(made or as_docx(DRAFTED)))
    change(word)
    written = BytesIO()
    word.save(written)
    return read_file(written.getvalue(), ".docx")


def having(word: Word, words: str) -> Paragraph:
    return next(p for p in word.paragraphs if words in p.text)


def run(words: str, properties: str = "", tag: str = "t") -> str:
    space = 'xml:space="preserve"'
    return f"<w:r><w:rPr>{properties}</w:rPr><w:{tag} {space}>{words}</w:{tag}></w:r>"


def put(paragraph: Paragraph, inner: str) -> None:
    wrapped = parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>")
    for part in list(wrapped):
        paragraph._p.append(part)


def test_runs_that_a_word_processor_splits_are_one_sentence() -> None:
    def split(word: Word) -> None:
        paragraph = having(word, "The pier fell")
        whole = next(r for r in paragraph.runs if r.text == "The pier fell")
        whole.text = "The p"
        for words in ("ier ", "fell"):
            paragraph._p.insert(
                list(paragraph._p).index(whole._r) + 1,
                parse_xml(run(words).replace("<w:r>", f"<w:r {nsdecls('w')}>")),
            )
            whole = next(r for r in paragraph.runs if r.text == words)

    assert told(edited(split)) == told(read_text(render(DRAFTED, "md")))


def test_a_document_keeps_its_draft_when_comments_are_deleted() -> None:
    def strip(word: Word) -> None:
        for mark in list(word.element.body.iter()):
            if "comment" in str(mark.tag):
                mark.getparent().remove(mark)

    assert edited(strip) == read_file(as_docx(DRAFTED), ".docx")


def test_tracked_changes_are_read_as_accepted() -> None:
    def track(word: Word) -> None:
        put(
            word.add_paragraph(),
            run("The weir held ")
            + f"<w:del w:id='91' w:author='A'>{run('all spring', tag='delText')}</w:del>"
            + f"<w:ins w:id='92' w:author='A'>{run('until May')}</w:ins>"
            + f"<w:moveFrom w:id='93' w:author='A'>{run(' in Orby')}</w:moveFrom>"
            + f"<w:ins w:id='94' w:author='A'>{run(' [1]')}</w:ins>{run('.')}",
        )

    word = Document()
    track(word)
    written = BytesIO()
    word.save(written)
    [only] = read_file(written.getvalue(), ".docx").sentences
    assert (only.text, only.numbers) == ("The weir held until May.", (1,))


@pytest.mark.parametrize("properties", ["<w:vanish/>", "<w:strike/>", "<w:vanish w:val='true'/>"])
def test_hidden_and_struck_out_words_are_not_said(properties: str) -> None:
    word = Document()
    put(word.add_paragraph(), run("The weir ") + run("never ", properties) + run("held [1]."))
    written = BytesIO()
    word.save(written)
    assert told(read_file(written.getvalue(), ".docx")) == [("", "The weir held.", (1,))]


def test_a_document_of_others_has_headings_lists_cells_and_a_numbered_list_of_sources() -> None:
    word = Document()
    word.add_heading("The weir of Orby", 0)
    word.add_paragraph("It held [2]. It was built in 1911 [1].")
    word.add_heading("What it cost", 1)
    word.add_paragraph("It cost 4 dollars [1, p. 3]", "List Bullet")
    table = word.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Length", "It is 9 metres long [2]."
    word.add_heading("Sources", 1)
    word.add_paragraph("Weirs - https://weir.example.org/a", "List Number")
    word.add_paragraph("Mills - https://mill.example.org/b", "List Number")
    written = BytesIO()
    word.save(written)
    cited = read_file(written.getvalue(), ".docx")
    assert cited.title == "The weir of Orby"
    assert told(cited) == [
        ("", "It held.", (2,)),
        ("", "It was built in 1911.", (1,)),
        ("What it cost", "It cost 4 dollars", (1,)),
        ("What it cost", "It is 9 metres long.", (2,)),
    ]
    assert [(s.number, s.url) for s in cited.sources] == [
        (1, "https://weir.example.org/a"),
        (2, "https://mill.example.org/b"),
    ]
    assert (cited.asked, cited.draft) == (False, "")


HTML = """<!doctype html><html><head><meta charset="utf-8"><title>T</title></head><body>
<nav><p>Home. About us.</p></nav>
<article><h1>The weir of Orby</h1>
<p>It held<sup><a href="#n2">2</a></sup>. It is 4<sup>2</sup> metres
long <a href="#n1">[1]</a>. <del>It fell.</del> <span hidden>It sank.</span></p>
<p style="display:none">It burned [1].</p>
<p>Ann said it was <em>fine</em> &amp; "well" [<a href="#n1">1</a>].</p>
<h2>References</h2><ol>
<li id="n1">Weirs. <a href="https://weir.example.org/a">Orby Post</a> <a href="#r1">↩</a></li>
<li id="n2"><a href="https://mill.example.org/b">Mills</a></li></ol></article>
<footer><p>Printed by nobody. All rights.</p></footer><script>alert("It rained.")</script>
</body></html>"""


def test_a_web_page_with_notes_is_read_without_what_is_around_it() -> None:
    cited = read_file(HTML.encode(), ".html")
    assert told(cited) == [
        ("", "It held.", (2,)),
        ("", "It is 4² metres long.", (1,)),
        ("", 'Ann said it was fine & "well".', (1,)),
    ]
    assert [(s.number, s.url) for s in cited.sources] == [
        (1, "https://weir.example.org/a"),
        (2, "https://mill.example.org/b"),
    ]


def test_a_web_page_whose_links_cite_needs_no_list() -> None:
    made = '<p>It held, <a href="https://weir.example.org/a?utm_source=x">the Post wrote</a>.</p>'
    cited = read_file(made.encode(), ".html")
    assert [(s.text, s.numbers) for s in cited.sentences] == [("It held, the Post wrote.", (1,))]
    assert cited.sources[0].linked


def test_raised_numbers_of_a_web_page_cite_where_they_are_listed() -> None:
    made = (
        "<p>It held.<sup>1</sup> It is 9 m<sup>2</sup> wide.<sup>2</sup></p><h2>Sources</h2>"
        "<p>1. Weirs - https://weir.example.org/a<br>2. Mills - https://mill.example.org/b</p>"
    )
    cited = read_file(made.encode(), ".html")
    assert told(cited) == [("", "It held.", (1,)), ("", "It is 9 m² wide.", (2,))]
    assert [s.number for s in cited.sources] == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_a_web_page_is_read_in_its_encoding(encoding: str) -> None:
    made = "<html><head><meta charset='latin-1'></head><p>Zoé left [1].</p></html>"
    if encoding != "latin-1":
        made = made.replace("<meta charset='latin-1'>", "")
    assert read_file(made.encode(encoding), ".html").sentences[0].text == "Zoé left."


def test_word_footnotes_cite_by_their_numbers() -> None:
    word = Document()
    put(
        word.add_paragraph(),
        run("The weir held.")
        + "<w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>1</w:t></w:r>",
    )
    word.add_paragraph("Sources")
    word.add_paragraph("1. Weirs - https://weir.example.org/a")
    written = BytesIO()
    word.save(written)
    assert told(read_file(written.getvalue(), ".docx")) == [("", "The weir held.", (1,))]


@pytest.mark.parametrize(
    ("data", "suffix", "message"),
    [
        (b"PK nonsense", ".docx", "not a readable Word document"),
        (b"", ".docx", "not a readable Word document"),
        (b"", ".html", "not a page in HTML"),
        (b"<p></p>", ".html", "empty"),
        (b"\xff\xfa\x00", ".md", "not a text in UTF-8"),
        (b"%PDF-1.7", ".pdf", "'.pdf' cannot be checked"),
        pytest.param(b"The bridge [1]. " * 200_000, ".md", "has 3,200,000 bytes", id="long text"),
        pytest.param(b"<p>A</p>" * 150_000, ".html", "has 300,000 tags", id="many tags"),
        pytest.param(word("<w:p/>" * 300_000), ".docx", "has 300,0.. tags", id="many nodes"),
        pytest.param(
            b"<p " + b" ".join(b"a%d=1" % n for n in range(20_000)) + b">A [1].</p>",
            ".html",
            "has a tag with 20,001 words",
            id="many attributes",
        ),
    ],
)
def test_what_cannot_be_read_says_so(data: bytes, suffix: str, message: str) -> None:
    with pytest.raises(UnreadableText, match=message) as caught:
        read_file(data, suffix)
    assert caught.value.advice


def test_a_word_document_that_unpacks_to_too_much_is_refused() -> None:
    bomb = BytesIO()
    with ZipFile(bomb, "w", 8) as parts:
        parts.writestr("word/document.xml", b"\0" * 101_000_000)
    with pytest.raises(UnreadableText, match="not a readable Word document"):
        read_file(bomb.getvalue(), ".docx")


def test_a_page_that_word_saved_has_its_title_and_none_of_its_comments() -> None:
    made = (
        "<p class=MsoTitle>The weir</p><p class=MsoNormal>It he<b>ld</b> [1]"
        "<a class=msocomanchor href='#_msocom_1'>[AV1]</a>.</p>"
        "<h2>Sources</h2><p>[1] Weirs https://weir.example.org/a</p>"
        "<div style='mso-element:comment-list'><p>Is this so?</p></div>"
    )
    cited = read_file(made.encode(), ".html")
    assert (cited.title, told(cited)) == ("The weir", [("", "It held.", (1,))])
    assert cited.sources[0].url == "https://weir.example.org/a"


def test_notes_of_an_encyclopedia_are_sources_and_their_pages_no_sentences() -> None:
    made = (
        "<p>It held.<sup><a href='#n-1'><span>[</span>1<span>]</span></a></sup><sup>:14</sup> It "
        "fell.<sup><a href='#n-2'>[2]</a></sup></p><ol><li id='n-1'><b><a href='#r-1'>^</a></b> "
        "<a href='https://weir.example.org/a'>Weirs</a>. 2024.</li>"
        "<li id='n-2'>^ <i>Mills</i>. https://mill.example.org/b.</li></ol>"
    )
    cited = read_file(made.encode(), ".html")
    assert told(cited) == [("", "It held.", (1,)), ("", "It fell.", (2,))]
    assert [s.url for s in cited.sources] == [
        "https://weir.example.org/a",
        "https://mill.example.org/b",
    ]


def test_a_raised_number_that_is_a_link_to_the_web_needs_no_list() -> None:
    made = "<p>It held<a href='https://weir.example.org/a'><sup>1</sup></a>. It fell [1].</p>"
    cited = read_file(made.encode(), ".html")
    assert told(cited) == [("", "It held.", (1,)), ("", "It fell.", (1,))]
    assert cited.sources[0].url == "https://weir.example.org/a"


def test_an_empty_heading_makes_no_heading_of_the_next_paragraph() -> None:
    cited = read_file(b"<h1>The weir</h1><h2> </h2><p>It held all of May [1].</p>", ".html")
    assert told(cited) == [("", "It held all of May.", (1,))]
    assert cited.headings == ()


@pytest.mark.parametrize("cut", range(100, 37_000, 4_000))
def test_a_damaged_document_is_read_or_refused(cut: int) -> None:
    whole = as_docx(DRAFTED)
    broken = whole[:cut] + bytes(b ^ 0x5A for b in whole[cut : cut + 40]) + whole[cut + 40 :]
    for data in (whole[:cut], broken):
        with suppress(UnreadableText):  # nothing else is raised
            assert read_file(data, ".docx").sentences

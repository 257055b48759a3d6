from pathlib import Path

import pytest

from retrieval.errors import SourceUnreadable
from retrieval.loaders import Document, load, read_file
from tests.unit.retrieval import files


def loaded(folder: Path, body: str, parts: dict[str, str] | None = None) -> Document:
    path = folder / "a.docx"
    path.write_bytes(files.word(body, parts))
    (document,) = load(read_file(path))
    return document


def run(text: str, marks: str = "") -> str:
    return f'<w:r><w:rPr>{marks}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def symbol(font: str, char: str) -> str:
    return run("1988") + f'<w:r><w:sym w:font="{font}" w:char="{char}"/></w:r>' + run("1991")


ALIGNED = '<w:ptab w:relativeTo="margin" w:alignment="center" w:leader="none"/>'
COLUMN_END = '<w:br w:type="column"/>'
RAISED = '<w:vertAlign w:val="superscript"/>'


@pytest.mark.parametrize(
    ("runs", "stored"),
    [
        (run("It sold 7,310") + run("6", RAISED) + run(" tons."), "It sold 7,310 tons."),
        (run("It used 10") + run("9", RAISED) + run(" litres."), "It used 10^9 litres."),
        (
            run("It sold 88") + run("2", '<w:position w:val="8"/>') + run(" tons."),
            "It sold 88 tons.",
        ),
        (run("Pears: 41") + "<w:r><w:br/></w:r>" + run("7 plums"), "Pears: 41\n7 plums"),
        (run("Pears: 41") + "<w:r><w:cr/></w:r>" + run("7 plums"), "Pears: 41\n7 plums"),
        (
            run("Pears: 41") + '<w:r><w:br w:type="page"/></w:r>' + run("7 plums"),
            "Pears: 41\n7 plums",
        ),
        (f"<w:r><w:t>Pears: 41</w:t>{COLUMN_END}<w:t>7 plums</w:t></w:r>", "Pears: 41\n7 plums"),
        ("<w:r><w:t>Line 4</w:t><w:tab/><w:t>800 carts</w:t></w:r>", "Line 4 | 800 carts"),
        (f"<w:r><w:t>Line 4</w:t>{ALIGNED}<w:t>800 carts</w:t></w:r>", "Line 4 | 800 carts"),
        (f"<w:r><w:t>The mill</w:t>{ALIGNED}<w:t>4 carts</w:t></w:r>", "The mill 4 carts"),
        ("<w:r><w:t>1988</w:t><w:noBreakHyphen/><w:t>1991</w:t></w:r>", "1988\u20111991"),
        ("<w:r><w:t>or</w:t><w:softHyphen/><w:t>chard</w:t></w:r>", "orchard"),
        (symbol("Symbol", "F02D"), "1988\u22121991"),
        (symbol("Symbol", "f02d"), "1988\u22121991"),
        (symbol("Times New Roman", "2013"), "1988\u20131991"),
        (symbol("Wingdings", "F0E0"), "1988\U0001f86a1991"),
        (symbol("Wingdings", "F001"), "1988 1991"),
        (symbol("Mill Sans", "no number"), "1988 1991"),
        (
            run("The fine is ") + run("90 ", "<w:strike/>") + run("60 crowns."),
            "The fine is 60 crowns.",
        ),
        (run("It is open.") + run(" SECRET", "<w:vanish/>"), "It is open."),
        (run("It is open.") + run(" SECRET", '<w:color w:val="FFFFFF"/>'), "It is open."),
        (run("It is open.") + run(" SECRET", '<w:sz w:val="2"/>'), "It is open."),
        (run("It is ") + run("open", '<w:vanish w:val="0"/>') + run("."), "It is open."),
    ],
)
def test_a_paragraph_is_stored_as_it_is_read(tmp_path: Path, runs: str, stored: str) -> None:
    assert loaded(tmp_path, f"<w:p>{runs}</w:p>").text == stored


def test_a_table_is_a_sentence_a_row(tmp_path: Path) -> None:
    rows = (("Town", "Pears", "Plums"), ("Ash", "310", "88"), ("Marrow", "295", "91"))
    cells = ["".join(f"<w:tc><w:p>{run(cell)}</w:p></w:tc>" for cell in row) for row in rows]
    body = f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"
    assert loaded(tmp_path, body).text == "Ash: Pears 310; Plums 88. Marrow: Pears 295; Plums 91."


def test_a_paragraph_in_the_style_of_a_quotation_is_one(tmp_path: Path) -> None:
    styles = (
        '<w:styles SPACE><w:style w:type="paragraph" w:styleId="Q"><w:name w:val="Quote"/>'
        "</w:style></w:styles>"
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r9" Type="{kind}" Target="styles.xml"/></Relationships>'
    )
    body = f'<w:p><w:pPr><w:pStyle w:val="Q"/></w:pPr>{run("It was sold.")}</w:p>'
    text = loaded(
        tmp_path,
        f"{body}<w:p>{run('We asked the town, which keeps a register of all its houses.')}</w:p>",
        {"word/_rels/document.xml.rels": links, "word/styles.xml": styles},
    ).text
    assert text.startswith("According to a quoted statement: “It was sold.”\n\nWe asked")


def test_a_style_that_rests_on_a_raised_one_raises_too(tmp_path: Path) -> None:
    styles = (
        '<w:styles SPACE><w:style w:type="character" w:styleId="Up"><w:name w:val="up"/>'
        f"<w:rPr>{RAISED}</w:rPr></w:style>"
        '<w:style w:type="character" w:styleId="Mark"><w:basedOn w:val="Up"/></w:style>'
        "</w:styles>"
    )
    body = run("It sold 7,310") + run("6", '<w:rStyle w:val="Mark"/>') + run(" tons.")
    document = loaded(tmp_path, f"<w:p>{body}</w:p>", {"word/styles.xml": styles})
    assert document.text == "It sold 7,310 tons."


STYLES = (
    '<w:styles SPACE>{everywhere}<w:style w:type="paragraph" w:styleId="Normal" w:default="1"/>'
    '<w:style w:type="paragraph" w:styleId="Inner"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Small"><w:basedOn w:val="Inner"/>'
    '<w:rPr><w:sz w:val="16"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Out"><w:basedOn w:val="Small"/>'
    '<w:rPr><w:vanish w:val="false"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Tiny"><w:rPr><w:sz w:val="1"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Void"><w:rPr><w:strike/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Twice"><w:rPr><w:dstrike/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Aside"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Cut"><w:rPr><w:strike/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Plain"><w:rPr><w:vanish w:val="0"/></w:rPr></w:style>'
    '<w:style w:type="table" w:styleId="Notes"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
)


@pytest.mark.parametrize(
    ("paragraph", "marks", "is_shown"),
    [
        ("Normal", "", True),
        ("Small", "", False),
        ("Small", '<w:vanish w:val="0"/>', True),
        ("Small", '<w:vanish w:val="off"/>', True),
        ("Out", "", True),
        ("Normal", '<w:rStyle w:val="Aside"/>', False),
        ("Small", '<w:rStyle w:val="Aside"/>', True),  # two of them undo each other
        ("Small", '<w:rStyle w:val="Aside"/><w:vanish/>', False),
        ("Small", '<w:rStyle w:val="Plain"/>', False),  # off in a style leaves the other one on
        ("Void", "", False),
        ("Void", '<w:strike w:val="false"/>', True),
        ("Void", '<w:rStyle w:val="Cut"/>', True),
        ("Void", '<w:rStyle w:val="Aside"/>', False),
        ("Twice", "", False),
        ("Twice", '<w:dstrike w:val="0"/>', True),
        ("Tiny", "", False),
        ("Tiny", '<w:sz w:val="22"/>', True),
        ("Normal", '<w:rStyle w:val="Inner"/>', True),  # that is no style of words
        ("None of them", "", True),
    ],
)
def test_words_are_hidden_by_the_marks_that_count(
    tmp_path: Path, paragraph: str, marks: str, *, is_shown: bool
) -> None:
    named = f'<w:pPr><w:pStyle w:val="{paragraph}"/></w:pPr>'
    body = f"<w:p>{run('It is open.')}</w:p><w:p>{named}{run('It has 4 doors.', marks)}</w:p>"
    text = loaded(tmp_path, body, {"word/styles.xml": STYLES.format(everywhere="")}).text
    assert ("It has 4 doors." in text) is is_shown


def test_what_the_document_hides_everywhere_is_shown_where_a_run_says_so(tmp_path: Path) -> None:
    hidden = "<w:rPrDefault><w:rPr><w:vanish/></w:rPr></w:rPrDefault>"
    styles = STYLES.format(everywhere=f"<w:docDefaults>{hidden}</w:docDefaults>")
    words = run("SECRET ") + run("SECRET ", '<w:rStyle w:val="Plain"/>')
    words += run("It has 4 doors.", '<w:vanish w:val="0"/>')
    document = loaded(tmp_path, f"<w:p>{words}</w:p>", {"word/styles.xml": styles})
    assert document.text == "It has 4 doors."


def test_words_in_a_table_whose_style_hides_them_are_left_out(tmp_path: Path) -> None:
    style = '<w:tblPr><w:tblStyle w:val="Notes"/></w:tblPr>'
    cell = f"<w:tr><w:tc><w:p>{run('SECRET')}</w:p></w:tc></w:tr>"
    body = f"<w:p>{run('It is open.')}</w:p><w:tbl>{style}{cell}</w:tbl>"
    parts = {"word/styles.xml": STYLES.format(everywhere="")}
    assert loaded(tmp_path, body, parts).text == "It is open."


def test_tracked_changes_are_read_as_accepted_and_that_is_said(tmp_path: Path) -> None:
    gone = '<w:del w:author="A"><w:r><w:delText>not </w:delText></w:r></w:del>'
    new = f'<w:ins w:author="A">{run("now ")}</w:ins>'
    document = loaded(tmp_path, f"<w:p>{run('It is ')}{gone}{new}{run('open.')}</w:p>")
    assert document.text == "It is now open."
    assert document.notes == ("it has tracked changes, which are read as accepted",)


def test_heads_and_feet_stand_behind_the_text_and_say_what_they_are(tmp_path: Path) -> None:
    head = f"<w:hdr SPACE><w:p>{run('EMBARGOED until May')}</w:p></w:hdr>"
    foot = f"<w:ftr SPACE><w:p>{run('Not adopted')}</w:p></w:ftr>"
    parts = {"word/header1.xml": head, "word/footer1.xml": foot}
    assert loaded(tmp_path, f"<w:p>{run('It is open.')}</w:p>", parts).text == (
        "It is open.\n\nPage header: EMBARGOED until May\n\nPage footer: Not adopted"
    )


def test_a_footnote_is_stored_as_one_and_its_mark_is_no_figure(tmp_path: Path) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r9" Type="{kind}" Target="footnotes.xml"/></Relationships>'
    )
    note = (
        f'<w:footnotes SPACE><w:footnote w:id="4"><w:p>{run("Without plums.")}</w:p></w:footnote>'
    )
    body = (
        f'<w:p>{run("It sold 41")}<w:r><w:footnoteReference w:id="4"/></w:r>{run(" tons.")}</w:p>'
    )
    document = loaded(
        tmp_path,
        body,
        {"word/_rels/document.xml.rels": links, "word/footnotes.xml": f"{note}</w:footnotes>"},
    )
    assert document.text == "It sold 41 tons.\n\nNote 1: Without plums."


def test_xml_entities_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><w:hdr SPACE/>'
    with pytest.raises(SourceUnreadable, match="XML entities"):
        loaded(tmp_path, f"<w:p>{run('It is open.')}</w:p>", {"word/header1.xml": bomb})


def test_who_made_a_document_is_known_unless_a_program_did(tmp_path: Path) -> None:
    for creator, author in (("Town of Ash", "Town of Ash"), ("python-docx", None)):
        core = f"<p xmlns:d='x'><d:creator>{creator}</d:creator></p>"
        body = f"<w:p>{run('It is open.')}</w:p>"
        assert loaded(tmp_path, body, {"docProps/core.xml": core}).meta.author == author

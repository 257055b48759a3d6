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

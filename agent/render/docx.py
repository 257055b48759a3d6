"""A page as a Word document: real headings, links, and the cited words as comments."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as Word
from docx.opc.constants import CONTENT_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE as RELATION
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from agent.language.phrases import day
from agent.render import wording
from agent.render.citations import Numbering, link, resolve, safe_url
from agent.types import CheckedSentence, Citation, Insufficient, Page
from retrieval.types import Source

AUTHOR = "Verdict Desk"
PROPERTIES = "/docProps/custom.xml"
DRAFT = "VerdictDraft"
"""Custom property that holds the id of the draft; word processors keep it and show it nowhere."""
BLUE = RGBColor(0x05, 0x63, 0xC1)
"""The colour of links in Word's own templates; 5.9:1 against white."""
SMALL = Pt(8)


def render(draft: Page | Insufficient, edition: wording.Edition = wording.PLAIN) -> bytes:
    """Write a .docx file; the same page gives the same bytes."""
    word = Document()
    asked = draft.question
    facts = word.core_properties
    facts.title, facts.author, facts.language = wording.title(draft), AUTHOR, "en"
    facts.comments, facts.last_modified_by = "", AUTHOR
    facts.created = facts.modified = _noon(asked.asked_on)
    word.add_heading(wording.title(draft), 0)
    for notice in edition.lines():
        word.add_paragraph().add_run(notice).bold = True
    word.add_paragraph(wording.checked_on(draft))
    if isinstance(draft, Insufficient):
        _write_short(word, draft)
    else:
        _name_draft(word, edition.name(draft))
        _Writer(word, draft).write()
    return _packed(word, asked.asked_on)


def _name_draft(word: Word, name: str) -> None:
    """Let the file say which draft it is, in a part that python-docx does not write itself."""
    schema = "http://schemas.openxmlformats.org/officeDocument/2006"
    properties = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<Properties xmlns="{schema}/custom-properties" xmlns:vt="{schema}/docPropsVTypes">'
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="{DRAFT}">'
        f"<vt:lpwstr>{name}</vt:lpwstr></property></Properties>"
    )
    package = word.part.package
    part = Part(
        PackURI(PROPERTIES), CONTENT_TYPE.OFC_CUSTOM_PROPERTIES, properties.encode(), package
    )
    package.relate_to(part, RELATION.CUSTOM_PROPERTIES)


def _write_short(word: Word, draft: Insufficient) -> None:
    word.add_paragraph().add_run(wording.NO_VERDICT).bold = True
    _write_checks(word, draft)
    _write_asides(word, draft)
    for line in (wording.searched_line(draft), wording.nearest_line(draft)):
        word.add_paragraph(line)


def _write_checks(word: Word, draft: Page | Insufficient) -> None:
    """What others found, under a comment with their stored words, and where they say it."""
    for check, told in wording.published_checks(draft):
        paragraph = word.add_paragraph()
        paragraph.add_run(f"{wording.CHECKED}: ").bold = True
        words = paragraph.add_run(told)
        stored = " ".join(wording.prose(c.quote) for c in (check.claim, check.rating))
        word.add_comment(words, f"{wording.SUMMARY}: {stored}", AUTHOR, "VD")
        if address := safe_url(check.source.url):
            paragraph.add_run(" ")
            _link(paragraph, wording.prose(check.source.title), address=address)


def _write_asides(word: Word, draft: Page | Insufficient) -> None:
    """How the question was read, and what was found before."""
    tested = wording.tested(draft)
    for line in (f"{tested[0].upper()}{tested[1:]}.", *wording.asides(draft)):
        word.add_paragraph(line)


class _Writer:
    """Lays one page out."""

    def __init__(self, word: Word, page: Page) -> None:
        self._word, self._page, self._numbering = word, page, Numbering.of(page)

    def write(self) -> None:
        page, word = self._page, self._word
        verdict = word.add_paragraph()
        verdict.add_run(f"Verdict: {wording.verdict(page)}").bold = True
        verdict.add_run(f" - {wording.reason(page)}")
        _write_checks(word, page)
        _write_asides(word, page)
        word.add_paragraph().add_run(wording.DISCLAIMER).italic = True
        self._section("Executive summary", page.summary)
        for number, section in enumerate(page.sections, 1):
            self._section(f"{number}. {wording.heading(section.heading)}", section.sentences)
        if page.follow_ups:
            word.add_heading("Want to dive deeper?", 1)
            for question in page.follow_ups:
                word.add_paragraph(wording.prose(question), "List Bullet")
        word.add_heading("Sources", 1)
        for number, source in enumerate(self._numbering.sources, 1):
            self._entry(number, source)
        word.add_heading("What was searched", 1)
        word.add_paragraph(f"{wording.searched(page.evidence.scope)}. {wording.made(page)}")
        if doubts := wording.doubts(page):
            word.add_paragraph(doubts)

    def _section(self, heading: str, sentences: Iterable[CheckedSentence]) -> None:
        self._word.add_heading(heading, 1)
        paragraph = self._word.add_paragraph()
        for sentence in sentences:
            self._sentence(paragraph, sentence)

    def _sentence(self, paragraph: Paragraph, sentence: CheckedSentence) -> None:
        """The words under a comment that shows what they cite; each number leads to its source."""
        body, stop = wording.stem(wording.prose(sentence.text))
        words = paragraph.add_run(body)
        quotes = [self._comment(c) for c in sentence.citations]
        self._word.add_comment(words, "\n".join(dict.fromkeys(quotes)), AUTHOR, "VD")
        if mark := wording.doubt_mark(sentence):
            small = paragraph.add_run(mark)
            small.italic, small.font.size = True, SMALL
        for number in self._numbering.group(sentence.citations):
            paragraph.add_run(" ")
            _link(paragraph, f"[{number}]", anchor=f"source_{number}")
        paragraph.add_run(f"{stop} ")

    def _comment(self, citation: Citation) -> str:
        """The cited words: quoted where they are the publisher's own."""
        number, words = self._numbering[citation.source], wording.prose(citation.quote)
        if self._numbering.sources[number - 1].is_summary:
            return f"[{number}] {wording.SUMMARY}: {words}"
        return f"[{number}] \u201c{words}\u201d"

    def _entry(self, number: int, source: Source) -> None:
        """One source, linked to the first passage that the page cites from it."""
        cited = next(
            c for s in self._page.sentences() for c in s.citations if c.source == source.id
        )
        address = link(resolve(cited, self._page.evidence), cited.start, cited.end)
        paragraph = self._word.add_paragraph()
        _mark(paragraph.add_run(f"[{number}] "), f"source_{number}", number)
        title = wording.prose(source.title)
        if address:
            _link(paragraph, title, address=address)
        else:
            paragraph.add_run(f"{title} ({wording.prose(source.url)})")
        paragraph.add_run(
            f" - {wording.prose(source.publisher)}, {wording.published(source)}; "
            f"accessed {day(source.accessed)}; tier {source.tier}"
        )


def _link(paragraph: Paragraph, text: str, *, address: str = "", anchor: str = "") -> None:
    """Text that opens a web address, or leads to a place marked in this document."""
    element = OxmlElement("w:hyperlink")
    if address:
        known = paragraph.part.relate_to(address, RELATION.HYPERLINK, is_external=True)
        element.set(qn("r:id"), known)
    else:
        element.set(qn("w:anchor"), anchor)
    run = paragraph.add_run(text)
    run.font.color.rgb, run.font.underline = BLUE, True
    element.append(run._r)  # noqa: SLF001  (the library reads links and writes none)
    paragraph._p.append(element)  # noqa: SLF001


def _mark(run: Run, name: str, number: int) -> None:
    """Make a run a place that links lead to."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for element in (start, end):
        element.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    run._r.addprevious(start)  # noqa: SLF001
    run._r.addnext(end)  # noqa: SLF001


def _packed(word: Word, when: date) -> bytes:
    """The file without a trace of the clock."""
    written = BytesIO()
    comments = word.part.part_related_by(RELATION.COMMENTS) if len(word.comments) else None
    if comments is not None:
        for comment in comments.element:  # type: ignore[attr-defined]  # an XML part
            comment.set(qn("w:date"), f"{_noon(when):%Y-%m-%dT%H:%M:%SZ}")
    word.save(written)
    packed = BytesIO()
    with ZipFile(written) as read, ZipFile(packed, "w", ZIP_DEFLATED) as file:
        for name in read.namelist():
            file.writestr(ZipInfo(name), read.read(name), ZIP_DEFLATED)
    return packed.getvalue()


def _noon(when: date) -> datetime:
    return datetime.combine(when, time(12), UTC)

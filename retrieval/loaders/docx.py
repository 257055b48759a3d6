"""Word documents."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.parsers.expat import ExpatError
from xml.sax import SAXException

import mammoth
from lxml import etree
from lxml.html import HtmlElement, fragment_fromstring
from mammoth.docx.dingbats import dingbats

from retrieval.errors import SourceUnreadable
from retrieval.loaders.document import Document, RawFile, make_document, plausible_name
from retrieval.loaders.frontmatter import check_front_matter
from retrieval.loaders.html_tables import BLOCKS
from retrieval.loaders.markup import clean
from retrieval.loaders.normalise import normalise, one_line
from retrieval.loaders.speech import mark_speech
from retrieval.loaders.word_markup import GAP, WordStyles, read_styles, settle, text_of

MAX_UNPACKED = 100_000_000
"""Bytes. What the parts of a document may unpack to, pictures included."""
MAX_TAGS = 2_000_000
"""XML tags, as many as some 1,000 printed pages have. Each takes 10 microseconds and 250 bytes."""
STYLES = "styles.xml"
QUOTATIONS = "\n".join(
    f"p[style-name='{name}'] => blockquote:fresh" for name in ("Quote", "Intense Quote")
)
"""Styles of paragraphs that quote, for mammoth."""
NOTES = ("footnotes.xml", "endnotes.xml")

_TABBED = re.compile(rf"(?<=\d) *{GAP}[ {GAP}]*(?=\d)")
"""A tab between figures, which are two numbers."""

BROKEN = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, ExpatError, SAXException),
    *(ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError),
    *(TypeError, ValueError, etree.LxmlError),
)
"""What a damaged file makes the parser raise, found by truncating and flipping bytes."""


def docx(raw: RawFile) -> tuple[Document, ...]:
    """Load a Word document; front matter lies in a file beside it (`memo.docx.yaml`).

    Tracked changes are read as accepted. Notes, headers and footers stand behind the text and say
    what they are.

    Raises:
        SourceUnreadable: damaged, encrypted, not a Word document, or a decompression bomb.
    """
    try:
        with zipfile.ZipFile(BytesIO(raw.data)) as parts:
            _refuse_bomb(raw, parts)
            text, notes, fields = _read(parts)
    except BROKEN as error:
        raise SourceUnreadable(
            f"{raw.path} is not a readable Word document"
            f" ({type(error).__name__}: {one_line(str(error))[:120]}).",
            "Open it in a word processor, save it again as .docx without a password, and add that.",
        ) from error
    fields |= raw.front_matter().model_dump(exclude_unset=True)
    meta = check_front_matter(fields, str(raw.path))
    return (make_document(raw, meta, normalise(text), notes=notes),)


def _refuse_bomb(raw: RawFile, parts: zipfile.ZipFile) -> None:
    unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > MAX_UNPACKED:
        raise SourceUnreadable(
            f"{raw.path} unpacks to {unpacked / 1e6:.0f} MB;"
            f" the limit is {MAX_UNPACKED / 1e6:.0f} MB.",
            "Remove its pictures, or add its text as .txt.",
        )
    xml = [parts.read(name) for name in parts.namelist() if name.endswith((".xml", ".rels"))]
    tags = sum(part.count(b"<") for part in xml)  # a few bytes can unpack to millions of them
    if tags > MAX_TAGS:
        raise SourceUnreadable(
            f"{raw.path} has {tags:,} XML tags; the limit is {MAX_TAGS:,}.",
            "Split it, or add its text as .txt.",
        )
    if any(b"<!DOCTYPE" in part or b"<!ENTITY" in part for part in xml):
        raise SourceUnreadable(
            f"{raw.path} declares XML entities, which no word processor writes.",
            "Open it in a word processor, save it again as .docx, and add that.",
        )


def _read(parts: zipfile.ZipFile) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """Text, notes for a person, and what the document says of itself."""
    main = _main_part(parts)
    folder = main.rsplit("/", 1)[0] + "/" if "/" in main else ""
    names = set(parts.namelist())
    styles = folder + STYLES
    known = read_styles(etree.fromstring(parts.read(styles))) if styles in names else WordStyles()
    changed: dict[str, bytes] = {}
    tracked = False
    for name in (main, *(folder + note for note in NOTES)):
        if name in names:
            root = etree.fromstring(parts.read(name))
            tracked = settle(root, known, dingbats) or tracked
            changed[name] = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    page = mammoth.convert_to_html(
        _repack(parts, changed),
        style_map=QUOTATIONS,
        convert_image=mammoth.images.img_element(lambda image: {"src": ""}),
    ).value
    tree = fragment_fromstring(page, create_parent="body")
    _write_notes(tree)
    doubts = clean(tree)
    blocks = [*_blocks(tree), *_margins(parts, folder, known)]
    notes = ("it has tracked changes, which are read as accepted",) if tracked else ()
    return "\n\n".join(map(mark_speech, blocks)), (*notes, *doubts), _names(parts)


def _main_part(parts: zipfile.ZipFile) -> str:
    for link in etree.fromstring(parts.read("_rels/.rels")):
        if link.get("Type", "").endswith("/officeDocument"):
            return str(link.get("Target", "")).lstrip("/")
    return "word/document.xml"


def _repack(parts: zipfile.ZipFile, changed: dict[str, bytes]) -> BytesIO:
    """The same parts, some of them changed, without pictures."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        for name in dict.fromkeys(parts.namelist()):
            if name.endswith((".xml", ".rels")):
                out.writestr(name, changed[name] if name in changed else parts.read(name))
    packed.seek(0)
    return packed


def _write_notes(tree: HtmlElement) -> None:
    """Name foot- and endnotes, and write boxes as ticked or not."""
    number = 0
    for item in tree.iter("li"):
        if item.get("id", "").startswith(("footnote-", "endnote-")):
            number += 1
            first = item.find("p") if item.find("p") is not None else item
            first.text = f"Note {number}: {first.text or ''}"
            for link in item.findall(".//a"):
                if link.text_content() == "↑":
                    link.drop_tree()
    for box in list(tree.iter("input")):
        box.tag, box.text = "span", "[x]" if "checked" in box.attrib else "[ ]"


def _blocks(tree: HtmlElement) -> Iterator[str]:
    """Paragraphs, each on lines of its own where the document breaks them."""
    words: list[str] = []
    for text, ends in _walk(tree):
        if ends:
            yield from _paragraph(words)
            words = []
        words.append(text)
    yield from _paragraph(words)


def _paragraph(words: list[str]) -> Iterator[str]:
    text = _TABBED.sub(" | ", "".join(words))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    if text := "\n".join(filter(None, lines)):
        yield text


def _walk(element: HtmlElement) -> Iterator[tuple[str, bool]]:
    """Pieces of text; with each, whether a new block begins at it."""
    block = element.tag in BLOCKS
    yield ("\n" if element.tag == "br" else element.text or ""), block
    for child in element:
        yield from _walk(child)
        yield child.tail or "", child.tag in BLOCKS
    if block:
        yield "", True


def _margins(parts: zipfile.ZipFile, folder: str, styles: WordStyles) -> Iterator[str]:
    """What stands at the head and foot of the pages, each once."""
    seen: set[str] = set()
    for kind, label in (("header", "Page header"), ("footer", "Page footer")):
        for name in parts.namelist():
            if name.startswith(folder + kind) and name.endswith(".xml"):
                root = etree.fromstring(parts.read(name))
                settle(root, styles, dingbats)
                text = text_of(root)
                if any(letter.isalpha() for letter in text) and text not in seen:
                    seen.add(text)
                    yield f"{label}: {text}"


def _names(parts: zipfile.ZipFile) -> dict[str, str]:
    """Who made the document, as it says itself."""
    found: dict[str, str] = {}
    for name, tag, field in (
        ("docProps/app.xml", "{*}Company", "publisher"),
        ("docProps/core.xml", "{*}creator", "author"),
    ):
        if name in parts.namelist():
            value = plausible_name(etree.fromstring(parts.read(name)).findtext(tag) or "")
            found |= {field: value} if value else {}
    return found

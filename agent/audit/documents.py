"""Read a cited text from a file: Word and HTML, ours or not; all else as text.

Tracked changes are read as accepted; comments, hidden and struck-out text are left out.
"""

import re
import zipfile
import zlib
from io import BytesIO
from typing import Final
from xml.parsers.expat import ExpatError
from xml.sax import SAXException

import mammoth
from lxml import etree, html

from agent.audit.cited_text import CitedText, UnreadableText
from agent.audit.html_text import Walk
from agent.audit.limits import require_few_attributes, require_few_bytes, require_few_tags
from agent.audit.reading import read_text
from agent.render.docx import DRAFT, PROPERTIES

WORD: Final = {".docx"}
WEB: Final = {".html", ".htm", ".xhtml"}
MAX_UNPACKED: Final = 100_000_000
"""Bytes that the parts of a Word document may unpack to, pictures included."""
_BROKEN = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, ExpatError, SAXException),
    *(etree.LxmlError, ArithmeticError, AttributeError, EOFError, LookupError, OSError),
    *(RuntimeError, TypeError, ValueError),
)
"""What a damaged file makes the parsers raise."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STYLES = "\n".join(
    [
        "p[style-name='Title'] => h1:fresh",
        *(f"p[style-name='heading {n}'] => h{n + 1}:fresh" for n in range(1, 6)),
    ]
)


def read_file(data: bytes, suffix: str) -> CitedText:
    """Read a cited text from the bytes of a file.

    Args:
        data: the whole file.
        suffix: `.docx`, `.html`, or what `read_text` reads; case does not matter.

    Raises:
        UnreadableText: damaged, empty, too long, of another format, or without a sentence.
    """
    suffix = suffix.lower()
    if suffix in WORD:
        return _read_word(data)
    if suffix in WEB:
        return _read_web(data)
    require_few_bytes(data)
    try:
        return read_text(data.decode("utf-8"), suffix)
    except UnicodeDecodeError as error:
        raise UnreadableText(
            "This is not a text in UTF-8.",
            "Save it as Word (.docx), HTML, or as Markdown or plain text in UTF-8.",
        ) from error


def _read_word(data: bytes) -> CitedText:
    try:
        whole, draft = _open_word(data)
        made = mammoth.convert_to_html(
            whole, style_map=_STYLES, convert_image=mammoth.images.img_element(lambda _: {})
        )
    except UnreadableText:
        raise
    except _BROKEN as error:
        raise UnreadableText(
            f"This is not a readable Word document ({type(error).__name__}).",
            "Open it in a word processor and save it again as .docx without a password.",
        ) from error
    if not made.value.strip():
        raise UnreadableText("The document is empty.", "Give one with sentences that cite sources.")
    return Walk(html.fragment_fromstring(made.value, create_parent="body"), draft).read()


def _open_word(data: bytes) -> tuple[BytesIO, str]:
    """The document without its hidden runs, and the draft that it names."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    kept, draft = BytesIO(), ""
    with zipfile.ZipFile(BytesIO(data)) as parts, zipfile.ZipFile(kept, "w") as rest:
        if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
            raise ValueError("it unpacks to too much")
        held = {name: parts.read(name) for name in parts.namelist()}
        marked = (part for name, part in held.items() if name.endswith((".xml", ".rels")))
        require_few_tags(sum(part.count(b"<") for part in marked))
        for name, part in held.items():
            if name == PROPERTIES.lstrip("/"):
                draft = _property(etree.fromstring(part, parser))
            shown = re.fullmatch(r"word/(?:document\d*|footnotes|endnotes)\.xml", name)
            rest.writestr(name, _without_hidden(etree.fromstring(part, parser)) if shown else part)
    kept.seek(0)
    return kept, draft


def _property(properties: etree._Element) -> str:
    found = (p for p in properties if p.get("name") == DRAFT)
    return next(("".join(p.itertext()) for p in found), "").strip()


def _without_hidden(root: etree._Element) -> bytes:
    for mark in list(root.iter(f"{_W}vanish", f"{_W}webHidden")):
        run = mark.getparent().getparent()
        shown = mark.get(f"{_W}val") in {"0", "false", "off"}
        if run is not None and run.tag == f"{_W}r" and not shown and run.getparent() is not None:
            run.getparent().remove(run)
    return bytes(etree.tostring(root))


def _read_web(data: bytes) -> CitedText:
    require_few_tags(data.count(b"<"))
    require_few_attributes(data)
    wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    try:
        data = data.decode("utf-16" if wide else "utf-8-sig").encode()
        parser = html.HTMLParser(encoding="utf-8")
    except UnicodeDecodeError:  # as the page itself says
        parser = html.HTMLParser()
    try:
        root = html.document_fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableText(
            "This is not a page in HTML.", "Save it again from a browser, or as Markdown."
        ) from error
    own = root.xpath("string(//meta[@name='verdict-draft']/@content)")
    return Walk(root, own).read()

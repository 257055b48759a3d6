"""Small files of every format, made by code."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pypdf import PdfReader, PdfWriter


def note(
    folder: Path, name: str = "bridge", text: str = "The bridge opened.", **fields: str
) -> Path:
    """Write a Markdown note; `fields` replace those of its front matter."""
    said = {"id": name, "title": "A bridge", "publisher": "The Daily Test"}
    said |= {"url": f"https://www.dailytest.com/{name}", "published": "2026-01-27"}
    said |= {"kind": "news", "tier": "2", "topic": "bridges", **fields}
    lines = "".join(f"{key}: {value}\n" for key, value in said.items())
    path = folder / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{lines}---\n\n{text}\n", "utf-8")
    return path


def pdf(pages: Sequence[Sequence[str]], title: str = "") -> bytes:
    """Build a PDF of pages of lines; a page without lines draws nothing, as a scan does."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for lines in pages:
        drawn = " ".join(f"({line}) Tj 0 -14 Td" for line in lines)
        stream = f"BT /F1 11 Tf 72 720 Td {drawn} ET" if lines else ""
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        kids.append(len(objects) + 1)
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]"
            f" /Resources << /Font << /F1 3 0 R >> >> /Contents {len(objects)} 0 R >>"
        )
    refs = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Kids [{refs}] /Count {len(kids)} >>"
    objects.append(f"<< /Title ({title}) >>")
    return _assembled(objects)


Placed = tuple[float, float, float, str, str]
"""Start and baseline in points, size, what comes before it (such as a colour), the words."""


def typeset(*pages: Sequence[Placed], extra: str = "") -> bytes:
    """Build a PDF of words at places; `extra` stands in the dictionary of each page."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    font = "/Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding"
    objects.append(f"<< {font} >>")
    kids = []
    for words in pages:
        stream = "\n".join(
            f"{before} BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET"
            for x, y, size, before, text in words
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        kids.append(len(objects) + 1)
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]"
            f" /Resources << /Font << /F1 3 0 R >> >> /Contents {len(objects)} 0 R {extra} >>"
        )
    refs = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Kids [{refs}] /Count {len(kids)} >>"
    objects.append("<< /Title () >>")
    return _assembled(objects)


def _assembled(objects: Sequence[str]) -> bytes:
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode()
    trailer = f"<< /Size {size} /Root 1 0 R /Info {len(objects)} 0 R >>"
    return out + f"trailer\n{trailer}\nstartxref\n{len(out) - len(table) - 20}\n%%EOF".encode()


def encrypted(data: bytes) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def word(body: str, parts: Mapping[str, str] | None = None) -> bytes:
    """Build a Word document of the XML of its body, with further parts by name."""
    return _packed(body, 0, parts or {})


def docx(paragraphs: Sequence[str], padding: int = 0) -> bytes:
    """Build a Word document; `padding` zero bytes make it a decompression bomb."""
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    return _packed(body, padding, {})


def _packed(body: str, padding: int, more: Mapping[str, str]) -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        office = (
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
        )
        parts.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{office}" Target="word/document.xml"/></Relationships>',
        )
        parts.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        )
        parts.writestr(
            "word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>"
        )
        for name, content in more.items():
            parts.writestr(name, content.replace("SPACE", space, 1))
        if padding:
            parts.writestr("word/media/picture.bmp", b"\0" * padding)
    return out.getvalue()


PAGE = """<!doctype html><html><head><title>The bridge opened</title>
<meta property="og:site_name" content="The Daily Test">
<meta property="article:published_time" content="2026-01-29T08:00:00Z">
<link rel="canonical" href="https://www.dailytest.com/bridge">
<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2026-01-27"}</script>
</head><body><nav><a href="/">Home</a> Subscribe now</nav><article><h1>The bridge opened</h1>
<p>The bridge over the river opened on Monday after nine months of work, the mayor said.</p>
<h2>What it cost</h2>
<p>The repair cost 4.2 million dollars, which is 8 percent more than the council had planned.</p>
<p>Residents had asked for a lane for bicycles, and the council will vote on it in March.</p>
</article><footer>Copyright</footer></body></html>"""

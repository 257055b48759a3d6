"""Read a cited text from a tree of HTML: what its reader sees, written as Markdown."""

import re
from collections.abc import Iterator
from itertools import pairwise

from lxml import html

from agent.audit.cited_text import CitedText
from agent.audit.markers import MARKER, RAISED
from agent.audit.reading import read_text
from agent.render.markdown import escape
from agent.render.wording import clean

_GONE = {
    *("script", "style", "noscript", "template", "head", "nav", "aside", "form", "button", "svg"),
    *("iframe", "object", "video", "audio", "select", "textarea", "del", "s", "strike", "dialog"),
}
_OURS = {"card", "kind", "meta", "unseen", "number", "legend", "fallen"}
"""Classes of what a page of ours shows beside its sentences."""
_INLINE = {
    *("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i"),
    *("ins", "kbd", "label", "mark", "q", "samp", "small", "span", "strong", "sub", "sup", "time"),
    *("tt", "u", "var", "wbr", "img"),
}
_HIDDEN = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|mso-element\s*:\s*comment")
_COMMENT = {"msocomanchor", "MsoCommentReference"}
"""What Word writes for a comment into a page that it saves as HTML."""
_PLACE = re.compile(r":\s*[0-9]+(?:\s*[\u2013-]\s*[0-9]+)?")
"""A page of a source, raised behind its number."""
_HEADING = re.compile(r"h([1-6])")
_NUMBERS = re.compile(r"\[?\^?\s*([0-9]{1,6}(?:\s*[,;\u2013-]\s*[0-9]{1,6})*)\s*\]?")
_LEADING = re.compile(
    r"\s*(?:\[\^?[0-9]{1,6}\]|[0-9]{1,6}[.)]|\[?\^\]?|[\u2191\u21a9\ufe0e])[.:]?\s*"
)
_BACK = re.compile(r"[\s\u2191\u21a9\u21b5\ufe0e]+$")
_ESCAPED = re.compile(r"\\\[([^\[\]\\]{1,200})\\\]")
_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?'()\u201d\u2019]")
_TYPED = re.compile(r"(?m)^([0-9]{1,3})\\([.)])")
_LINK = re.compile("\ue001([^\ue001-\ue003]*)\ue002([^\ue001-\ue003]*)\ue003")
_SMALL = str.maketrans("0123456789", RAISED)
_LOWERED = str.maketrans(RAISED, "0123456789")
_PRIVATE = re.compile("[\ue000-\ue003]")


class Walk:
    """Writes a tree of HTML as Markdown, block by block.

    Args:
        root: of the page, or of what a Word document says.
        draft: id of the draft that it names as its own; empty where it is nobody's.
    """

    def __init__(self, root: html.HtmlElement, draft: str) -> None:
        self._draft = draft
        self._ours = bool(draft)
        self._blocks: list[str] = []
        self._open: list[str] = []
        self._lead = ""
        links = [(a.get("href", ""), _text(a)) for a in root.iter("a")]
        self._targets = {
            href[1:]: int(found[1])
            for href, text in links
            if href.startswith("#") and (found := _NUMBERS.fullmatch(text)) and found[1].isdigit()
        }
        self._target: int | None = None
        self._enter(root)
        self._close()

    def read(self) -> CitedText:
        """Read what was written; lines and offsets of it are of no use to anybody."""
        said = read_text("\n\n".join(self._blocks) or "\n", ".md")
        nowhere = {"line": None, "start": None, "end": None}
        return CitedText(
            **{
                **dict(said),
                "asked": self._ours,
                "draft": self._draft,
                "headings": tuple(type(h)(text=h.text) for h in said.headings),
                "sentences": tuple(type(s)(**{**dict(s), **nowhere}) for s in said.sentences),
            }
        )

    def _enter(self, node: html.HtmlElement) -> None:
        if not isinstance(node.tag, str) or self._is_gone(node):
            return
        tag = node.tag
        if node.get("id") in self._targets and self._target is None:
            self._target = self._targets[node.get("id")]
        if tag == "br":
            self._open.append("\n")
        elif tag == "a" and node.get("href"):
            self._link(node)
        elif tag == "sup":
            self._raise(node)
        elif tag == "tr":
            self._row(node)
        elif tag in _INLINE:
            self._inside(node)
        else:
            self._block(node)

    def _is_gone(self, node: html.HtmlElement) -> bool:
        classes = set(node.get("class", "").split())
        return (
            node.tag in _GONE
            or bool(classes & _COMMENT)
            or "hidden" in node.attrib
            or node.get("aria-hidden") == "true"
            or _HIDDEN.search(node.get("style", "")) is not None
            or (self._ours and (bool(classes & _OURS) or node.tag in {"details", "footer"}))
            or (node.tag == "footer" and not any(e.get("id") in self._targets for e in node.iter()))
        )

    def _inside(self, node: html.HtmlElement) -> None:
        self._say(node.text)
        for child in node:
            self._enter(child)
            self._say(child.tail)

    def _say(self, text: str | None) -> None:
        if text:
            self._open.append(re.sub(r"\s+", " ", _PRIVATE.sub("\ufffd", text)))

    def _link(self, node: html.HtmlElement) -> None:
        start = len(self._open)
        self._inside(node)
        said = "".join(self._open[start:]).translate(_LOWERED)
        href = node.get("href", "").strip()
        found = _NUMBERS.fullmatch(clean(said))
        if found and (href.startswith("#") or self._ours):
            bracketed = "".join(self._open[:start]).rstrip().endswith("[") or "[" in said
            self._open[start:] = [said if bracketed else f"[{found[1]}]"]
        elif found is None and re.match(r"https?://[^\s<>]+$", href) and said.strip():
            self._open[start:] = [f"\ue001{said}\ue002{href}\ue003"]
        elif found and re.match(r"https?://[^\s<>]+$", href):
            before = "".join(self._open[:start]).rstrip()
            self._open[start:] = [said if before.endswith("[") else f"[{found[1]}]"]
            self._open += [] if before.endswith("[") else [f"\ue001\ue002{href}\ue003"]

    def _raise(self, node: html.HtmlElement) -> None:
        """A raised number as raised characters; in brackets, or linked, as it stands."""
        start = len(self._open)
        self._inside(node)
        said = "".join(self._open[start:]).strip()
        if re.fullmatch(r"[0-9]{1,3}(?:\s*[,\u2013-]\s*[0-9]{1,3})*", said):
            small = said.replace(" ", "").translate(_SMALL)
            self._open[start:] = [small]
        elif _PLACE.fullmatch(said):
            del self._open[start:]

    def _row(self, node: html.HtmlElement) -> None:
        """One entry where the first cell is a number; else the cells that cite, each for itself."""
        cells = [c for c in node if c.tag in {"td", "th"}]
        entry = cells and _NUMBERS.fullmatch(_text(cells[0]).rstrip(". "))
        if entry and entry[1].isdigit():
            self._close()
            self._target = int(entry[1])
            for cell in cells[1:]:
                for part in cell.iter():
                    if part.tag in {"p", "div"}:
                        part.tag = "span"
                self._inside(cell)
                self._open.append(" ")
            self._close()
            return
        for cell in cells:
            self._block(cell)
            if self._blocks and not re.search(r"\[[0-9^]|\]\(<", self._blocks[-1]):
                self._blocks.pop()

    def _block(self, node: html.HtmlElement) -> None:
        self._close()
        titled = node.tag == "p" and "MsoTitle" in node.get("class", "").split()
        heading = _HEADING.fullmatch("h1" if titled else node.tag)
        if heading:
            self._lead = f"{'#' * int(heading[1])} "
        elif node.tag == "li":
            numbered = node.getparent() is not None and node.getparent().tag == "ol"
            self._lead = f"{_position(node)}. " if numbered else "- "
        self._inside(node)
        self._close()
        self._lead = ""

    def _close(self) -> None:
        """End a block: escape its words, and let markers and links be what they are."""
        lines = "".join(self._open).split("\n")
        written = [done for line in lines if (done := self._written(line))]
        lead, target = self._lead, self._target
        if not written:
            self._open = []
            return
        if target is not None:
            written[0] = f"[{target}]: {_LEADING.sub('', _BACK.sub('', written[0]), count=1)}"
            lead = ""
        self._blocks.append(lead + "\n".join(written))
        self._open, self._lead, self._target = [], "", None

    def _written(self, line: str) -> str:
        parts = list(_pieces(line))
        text = "".join(
            f"[{escape(clean(t))}](<{url}>)" if url else _with_addresses(t) for t, url in parts
        )
        text = _ESCAPED.sub(lambda m: _marker(m[1]) or m[0], text.replace("[](<", "(<"))
        return _TYPED.sub(r"\1\2", " ".join(text.split()))


def _with_addresses(text: str) -> str:
    """Escaped words with the addresses in them as addresses."""
    ends = [0, *(end for found in _ADDRESS.finditer(text) for end in found.span()), len(text)]
    stretches = [text[a:b] for a, b in pairwise(ends)]
    return "".join(f"<{t}>" if n % 2 else escape(t) for n, t in enumerate(stretches))


def _marker(inner: str) -> str:
    """A citation in brackets, where the words in the brackets are one."""
    return f"[{inner}]" if MARKER.fullmatch(f"[{inner}]") else ""


def _pieces(line: str) -> Iterator[tuple[str, str]]:
    """The words of a line, and the addresses of those that are links."""
    done = 0
    for link in _LINK.finditer(line):
        yield line[done : link.start()], ""
        yield link[1], link[2]
        done = link.end()
    yield line[done:], ""


def _text(node: html.HtmlElement) -> str:
    return clean("".join(node.itertext()))


def _position(node: html.HtmlElement) -> int:
    return 1 + sum(1 for _ in node.itersiblings("li", preceding=True))

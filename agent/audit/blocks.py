"""Blocks of a cited text: title, headings, paragraphs, list of sources."""

import re
from typing import NamedTuple

from agent.audit.cited_text import CitedSource
from agent.audit.markers import MARKER, RAISED, lowered

_ATX = re.compile(r"\s{0,3}#{1,6}\s+(.*)$")
_UNDERLINE = re.compile(r"\s{0,3}(?:=+|-{2,})\s*$")
_RULE = re.compile(r"\s{0,3}(?:[-*_]\s*){3,}$")
_FENCE = re.compile(r"\s{0,3}(```+|~~~+)")
_BOLD = re.compile(r"\s*(?:\*\*|__)([^*_]+)(?:\*\*|__)\s*$")
_NUMBERED = re.compile(r"\s*[0-9]{1,3}[.)]\s+")
_LEAD = re.compile(r"\s*(?:>\s*)*(?:(?:[-*+\u2022]|[0-9]{1,3}[.)])\s+)?")
_SOURCES = re.compile(
    r"(?i)(?:list of )?(?:sources?|references|bibliography|works cited|citations"
    r"|(?:foot|end)?notes)$"
)
_ASIDE = re.compile(
    r"(?i)(?:want to dive deeper|follow-ups?|(?:follow-up|further) questions"
    r"|what was searched|what did not stand|nearest in the library)$"
)
_SUMMARY = re.compile(r"(?i)(?:executive )?summary$")
_FURNITURE = re.compile(
    r"\W*(?:Checked on\b|Disclaimer:|Verdict:|Searched:|Reason:|How it was read:|Checked before:"
    r"|Claim (?:tested|looked for):|(?:Correction|Withdrawn), [A-Z][a-z]+ [0-9]{1,2}, [0-9]{4}:)"
)
_CHECKED = re.compile(r"\W*Already checked:")
_VERDICT = re.compile(r"\W*Verdict:\W*(\w+)")
_DEFINITION = re.compile(r"\s{0,3}\[\^?([0-9]{1,6})\s*\]:\s*(\S.*)$")
_ENTRY = re.compile(
    r"\s*(?:[-*+\u2022]\s+)?(?:\[\^?([0-9]{1,6})\][.:]?|([0-9]{1,6})[.)]|\u3010([0-9]{1,6})\u3011"
    rf"|([{RAISED}]{{1,6}})|<sup>([0-9]{{1,6}})</sup>)\s+(\S.*)$"
)
_LISTED = re.compile(r"\[([0-9]{1,6})\][.:]?\s+(\S.*https?://\S+)\s*$")
_LINKED = re.compile(
    r"\[((?:[^\[\]\\]|\\.)*)\]"
    r"\((?:<(https?://[^<>\s]+)>|(https?://[^()\s]*(?:\([^()\s]*\)[^()\s]*)*))"
)
_ADDRESS = re.compile(r"<?(https?://[^<>\s]+)>?")
_HEADING_WORDS = 16
_CLOSED = (".", "!", "?", ":", ";", ",", '"', "\u201d")


class Line(NamedTuple):
    start: int
    text: str


class Block(NamedTuple):
    """A paragraph, list item or table cell: stretches of the file, one for each line."""

    section: str
    spans: list[tuple[int, int]]


class Blocks:
    """Reads a text line by line."""

    def __init__(self, text: str, *, markdown: bool) -> None:
        self.title = ""
        self.verdict = ""
        self.headings: list[Line] = []
        self.prose: list[Block] = []
        self.sources: list[CitedSource] = []
        self._section = ""
        self._mode = "preamble"  # then "body", "aside", "sources"
        self._open: list[tuple[int, int]] = []
        self._markdown = markdown
        self._lines = _lines(text, markdown=markdown)
        self._hashed = markdown and any(_ATX.match(line.text) for line in self._lines)
        for index, line in enumerate(self._lines):
            self._read(index, line)
        self._close()

    def _read(self, index: int, line: Line) -> None:
        before = self._lines[index - 1].text if index else ""
        after = self._lines[index + 1].text if index + 1 < len(self._lines) else ""
        if not line.text.strip():
            self._close()
        elif self._titles(line, after):
            self.title = _bare(line.text)
        elif heading := self._heading(line, before, after):
            self._close()
            self._enter(Line(line.start, heading))
        elif entry := self._entry(line):
            self._close()
            self.sources.append(entry)
        elif (
            self._mode == "sources"
            and before.strip()
            and self.sources
            and not MARKER.search(line.text)
        ):
            self.sources[-1] = _source(
                self.sources[-1].number, f"{self.sources[-1].line} {line.text.strip()}"
            )
        elif not self._passed_over(line):
            self._keep(line)

    def _titles(self, line: Line, after: str) -> bool:
        """The first thing in the text, where it is a heading or a question, or stands alone."""
        if self.title or self.prose or self._open or self.sources or self._mode != "preamble":
            return False
        if self._hashed:
            return _ATX.match(line.text) is not None
        if _cites(line.text) or _known(_bare(line.text)) or _FURNITURE.match(line.text):
            return False
        alone = not after.strip() or _FURNITURE.match(after) or _UNDERLINE.match(after)
        return bool(alone) and not _unraised(line.text).endswith((".", "!"))

    def _heading(self, line: Line, before: str, after: str) -> str | None:
        bare = _bare(line.text)
        hashed = self._hashed and _ATX.match(line.text)
        if _cites(line.text):
            return bare if hashed else None
        if self._mode == "preamble" and _FURNITURE.match(line.text):
            return None
        if hashed or _known(bare):
            return bare
        if self._markdown and (_BOLD.match(line.text) or _UNDERLINE.match(after)):
            return None if self._open or _RULE.match(line.text) else bare
        alone = not before.strip() and not after.strip()
        return bare if alone and self._reads_as_heading(line.text, bare) else None

    def _reads_as_heading(self, line: str, bare: str) -> bool:
        """A line that stands alone in a text without `#`, and is no sentence by its ending."""
        if self._hashed or self._mode not in {"preamble", "body"}:
            return False
        if _NUMBERED.match(line):
            return not bare.endswith(".")
        return len(bare.split()) <= _HEADING_WORDS and not _unraised(bare).endswith(_CLOSED)

    def _enter(self, heading: Line) -> None:
        self._section = heading.text
        if _SOURCES.match(heading.text):
            self._mode = "sources"
        else:
            self._mode = "aside" if _ASIDE.match(heading.text.rstrip("?")) else "body"
        if not _known(heading.text):
            self.headings.append(heading)

    def _entry(self, line: Line) -> CitedSource | None:
        if found := _DEFINITION.match(line.text) or _LISTED.match(line.text):
            return _source(int(found[1]), line.text.strip())
        if self._mode == "sources" and (found := _ENTRY.match(line.text)):
            plain = found[1] or found[2] or found[3] or found[5]
            return _source(int(plain) if plain else lowered(found[4]), line.text.strip())
        return None

    def _passed_over(self, line: Line) -> bool:
        """Lines that state nothing to check; what cites is kept, but for what others found."""
        if self._mode == "preamble" and _CHECKED.match(line.text):
            return True  # in their words and with its own address; no sentence of the page
        if MARKER.search(line.text):
            return False
        if _UNDERLINE.match(line.text) or _RULE.match(line.text):
            self._close()
            return True
        table = self._markdown and line.text.lstrip().startswith("|")
        furniture = self._mode == "preamble" and _FURNITURE.match(line.text)
        if furniture and (found := _VERDICT.match(line.text)):
            self.verdict = self.verdict or found[1]
        return bool(table or furniture) or self._mode in {"aside", "sources"}

    def _keep(self, line: Line) -> None:
        if self._markdown and line.text.lstrip().startswith("|"):
            self._close()
            for cell in re.finditer(r"(?:[^|\\]|\\.)+", line.text):
                if MARKER.search(cell[0]):
                    self.prose.append(Block(self._section, [_span(line, *cell.span())]))
            return
        lead = _LEAD.match(line.text)
        skip = lead.end() if lead else 0
        if lead and lead[0].strip():
            self._close()
        self._open.append(_span(line, skip, len(line.text)))

    def _close(self) -> None:
        if self._open:
            self.prose.append(Block(self._section, self._open))
            self._open = []


def _lines(text: str, *, markdown: bool) -> list[Line]:
    """The lines of a text; front matter, code and comments of Markdown read as blank."""
    if markdown:
        text = re.sub(r"(?s)\A---\n.*?\n---(?=\n|\Z)|<!--.*?-->", _blanked, text)
    lines: list[Line] = []
    start, fence = 0, ""
    for raw in text.split("\n"):
        found = _FENCE.match(raw) if markdown else None
        inside = bool(fence)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence):
            fence = ""
        lines.append(Line(start, "" if inside or found else raw))
        start += len(raw) + 1
    return lines


def _blanked(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _span(line: Line, start: int, end: int) -> tuple[int, int]:
    return line.start + start, line.start + end


def _bare(line: str) -> str:
    """A heading without its marks and its number."""
    hashed = _ATX.match(line)
    text = hashed[1].rstrip(" #") if hashed else line
    numbered = _NUMBERED.match(text)
    return _unescaped(text[numbered.end() if numbered else 0 :].strip().strip("*_").rstrip(":"))


def _unescaped(text: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text).strip()


def _unraised(line: str) -> str:
    """A line without a raised number at its end."""
    return re.sub(rf"(?:[{RAISED}]|<sup>[^<>]*</sup>)+$", "", line.rstrip())


def _cites(line: str) -> bool:
    return MARKER.search(line) is not None or _ADDRESS.search(line) is not None


def _known(heading: str) -> bool:
    bare = heading.rstrip("?")
    return any(p.match(bare) for p in (_SOURCES, _ASIDE, _SUMMARY))


def _source(number: int, line: str) -> CitedSource:
    """Read one entry: `Title - Publisher, date - address`, a link, or words and an address."""
    found = _DEFINITION.match(line) or _ENTRY.match(line)
    body = found[found.lastindex or 0] if found else line
    if linked := _LINKED.search(body):
        title, url = _unescaped(linked[1]), linked[2] or linked[3]
    else:
        address = _ADDRESS.search(body)
        url = address[1] if address else None
        words = (body[: address.start()] if address else body).rstrip(" -\u2013\u2014:,(")
        title = words.rsplit(" - ", 1)[0].strip()
    return CitedSource(number=number, title=title, url=_whole(url) if url else None, line=line)


def _whole(address: str) -> str:
    """An address without the sentence's punctuation and the fragment that opens it at a passage."""
    address = re.sub(r"(?:#(?:page=[0-9]+)?)?:~:.*$", "", address).rstrip(".,;\"'")
    if address.endswith(")") and address.count("(") < address.count(")"):
        return address[:-1]
    return address

"""Markdown, changed so that its text says what a reader of the page sees, and who says it."""

import re
from collections.abc import Iterator

from retrieval.loaders.speech import quote_statement
from retrieval.loaders.tables import Table, write_table
from retrieval.loaders.typesetting import write_lowered, write_raised

_FENCED = re.compile(
    r"^(?P<fence>```+|~~~+).*?(?:^(?P=fence)[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_COMMENT_LINE = re.compile(r"^\[(?://|comment)\]: .*$", re.MULTILINE | re.IGNORECASE)
_GONE = re.compile(
    r"(?<![~\\])~~(?![~\s])(?:(?!\n\n).){1,500}?(?<![\s~])~~(?!~)"
    r"|<(?P<struck>del|s|strike|template)\b[^>]{0,500}>.{0,2000}?</(?P=struck)\s*>"
    r"|<(?P<hidden>\w+)\b[^>]{0,500}(?:\shidden\b|display\s*:\s*none|visibility\s*:\s*hidden)[^>]{0,500}>"
    r".{0,2000}?</(?P=hidden)\s*>",
    re.DOTALL | re.IGNORECASE,
)
_SCRIPT = re.compile(r"<(?P<way>su[pb])\b[^>]*>(?P<mark>[^<\n]{1,40})</su[pb]\s*>", re.IGNORECASE)
_NOTE_MARK = re.compile(r"\[\^[^\]\s]{1,40}\](?!:)")
_NOTE = re.compile(r"^\[\^([^\]\s]{1,40})\]:[ \t]*", re.MULTILINE)
_QUOTE = re.compile(r"^[ ]{0,3}>[ ]?")
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_CELL = re.compile(r"(?<!\\)\|")
_CALLOUT = re.compile(r"^\[!\w+\][ \t]*", re.MULTILINE)


def clean_markdown(text: str) -> str:
    """Take out comments and struck-out words; write quotations and tables as sentences.

    Code between fences stays as it is.
    """
    parts: list[str] = []
    at = 0
    for code in _FENCED.finditer(text):
        parts += [_clean(text[at : code.start()]), code[0]]
        at = code.end()
    return "".join([*parts, _clean(text[at:])])


def _clean(text: str) -> str:
    if "<" in text or "[" in text or "~~" in text:
        text = _drop(_COMMENT_LINE, _drop(_COMMENT, text))
        text = _NOTE.sub(r"Note \1: ", _NOTE_MARK.sub("", _drop(_GONE, text)))
        text = _SCRIPT.sub(_write_script, text)
    return "\n".join(_write_blocks(text.split("\n")))


def _drop(pattern: re.Pattern[str], text: str) -> str:
    """Take words out, and one of the two spaces around them."""
    out: list[str] = []
    at = 0
    for gone in pattern.finditer(text):
        out.append(text[at : gone.start()])
        at = gone.end()
        if out[-1].endswith((" ", "\n")) and text[at : at + 1] == " ":
            at += 1
    return "".join([*out, text[at:]])


def _write_script(found: re.Match[str]) -> str:
    write = write_raised if found["way"].lower() == "sup" else write_lowered
    before = found.string[max(0, found.start() - 40) : found.start()]
    return write(before, found["mark"], found.string[found.end() : found.end() + 1])


def _write_blocks(lines: list[str]) -> Iterator[str]:
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and _QUOTE.match(lines[end]):
            end += 1
        if end > at:
            quoted = "\n".join(_QUOTE.sub("", line) for line in lines[at:end])
            yield from _write_quotation(quoted, lines[end:])
        elif _RULE.fullmatch("".join(lines[at + 1 : at + 2])) and "|" in lines[at]:
            end = at
            while end < len(lines) and "|" in lines[end]:
                end += 1
            rows = (lines[at], *lines[at + 2 : end])
            yield write_table(Table(rows=tuple(map(_cells, rows)), heads=1))
        else:
            end = at + 1
            yield lines[at]
        at = end


def _write_quotation(quoted: str, rest: list[str]) -> Iterator[str]:
    after = next((line for line in rest if line.strip()), "")
    paragraphs = [" ".join(p.split()) for p in _CALLOUT.sub("", quoted).split("\n\n")]
    said = [p for p in paragraphs if p]
    for number, paragraph in enumerate(said, start=1):
        yield quote_statement(paragraph, after if number == len(said) == 1 else "")
        if number < len(said):
            yield ""
    if rest and rest[0].strip():
        yield ""


def _cells(row: str) -> tuple[str, ...]:
    inside = row.strip().removeprefix("|").removesuffix("|")
    return tuple(" ".join(cell.replace("\\|", "|").split()) for cell in _CELL.split(inside))

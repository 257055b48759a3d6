"""Read a cited text: one of our pages, or any Markdown with `[n]` and a list of sources."""

from bisect import bisect_right
from itertools import accumulate

from pydantic import BaseModel, Field, ValidationError

from agent.audit.cited_text import (
    CitedHeading,
    CitedSentence,
    CitedSource,
    CitedText,
    UnreadableText,
)
from agent.audit.markup import Block, Blocks, Cited, cited
from agent.render.wording import hidden
from agent.types import Citation, Kind


class _Sentence(BaseModel):
    text: str = Field(min_length=1)
    kind: Kind | None = None
    citations: tuple[Citation, ...] = ()


class _Section(BaseModel):
    heading: str
    sentences: tuple[_Sentence, ...]


class _Source(BaseModel):
    n: int
    id: str
    title: str = ""
    url: str | None = None


class _Page(BaseModel):
    question: str
    verdict: str | None = None
    summary: tuple[_Sentence, ...] = ()
    sections: tuple[_Section, ...]
    sources: tuple[_Source, ...] = ()


def read_page(text: str) -> CitedText:
    """Read a page from its JSON form; rulings in it are not believed, so not read.

    Raises:
        UnreadableText: not JSON, not a page, or a page without a sentence.
    """
    try:
        page = _Page.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise UnreadableText(
            f"This is not a page in JSON: {place}: {first['msg']}.",
            "Write one with `verdict draft --format json`, or check a text or Markdown file.",
        ) from error
    numbers = {source.id: source.n for source in page.sources}
    parts = [
        ("Executive summary", page.summary),
        *((s.heading, s.sentences) for s in page.sections),
    ]
    sentences = tuple(
        CitedSentence(
            text=sentence.text,
            section=heading,
            numbers=tuple(
                dict.fromkeys(numbers[c.source] for c in sentence.citations if c.source in numbers)
            ),
            kind=sentence.kind,
            citations=sentence.citations,
        )
        for heading, part in parts
        for sentence in part
    )
    if not sentences:
        raise UnreadableText("The page holds no sentence.", "There is nothing to check in it.")
    return CitedText(
        title=page.question,
        asked=True,
        verdict=page.verdict or "",
        headings=tuple(CitedHeading(text=s.heading) for s in page.sections),
        sentences=sentences,
        sources=tuple(
            CitedSource(number=s.n, title=s.title, url=s.url, id=s.id) for s in page.sources
        ),
    )


PLAIN = {".txt", ".text"}


MARKDOWN = {"", ".md", ".markdown"}


_NOISE = 0.02
"""Share of characters without a glyph above which a file is taken for binary."""


def read_text(text: str, suffix: str = ".md") -> CitedText:
    """Read a page of ours (text, Markdown, JSON), or any Markdown with `[n]` and a list of sources.

    Title, headings and the verdict are told apart from sentences; follow-up questions are left out.
    A text without citations or without a list is read as what it is; checking says the rest.

    Args:
        text: the whole file.
        suffix: `.txt`, `.md`, `.json`; empty reads Markdown.

    Raises:
        UnreadableText: empty, binary, of another format, broken JSON, or without a sentence.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    suffix = suffix.lower()
    _require_text(text)
    if suffix == ".json":
        return read_page(text)
    if suffix not in PLAIN | MARKDOWN:
        raise UnreadableText(
            f"A file of kind {suffix!r} cannot be checked.",
            "Save it as Markdown (.md), plain text (.txt) or as a page in JSON (.json).",
        )
    markdown = suffix in MARKDOWN
    blocks = Blocks(text, markdown=markdown)
    lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    sentences = _sentences(text, blocks.prose, lines, markdown=markdown)
    if not sentences:
        raise UnreadableText(
            "There is no sentence in this text.",
            "A sentence to check stands in a paragraph and cites like this [1].",
        )
    return CitedText(
        title=blocks.title,
        verdict=blocks.verdict,
        headings=tuple(
            CitedHeading(text=h.text, line=bisect_right(lines, h.start)) for h in blocks.headings
        ),
        sentences=sentences,
        sources=tuple(blocks.sources),
    )


def suffix_of(text: str) -> str:
    """The suffix to read a text by that has no file name: `.json` for an object, else `.md`."""
    return ".json" if text.lstrip("\ufeff \t\r\n").startswith("{") else ".md"


def _require_text(text: str) -> None:
    if not text.strip():
        raise UnreadableText("The text is empty.", "Give a file with sentences that cite sources.")
    noise = sum(c == "\ufffd" or (hidden(c) and not c.isspace()) for c in text)
    if "\0" in text or noise > _NOISE * len(text) + 8:
        raise UnreadableText(
            "This is not a text file.",
            "Save it as Markdown (.md) or plain text (.txt) in UTF-8.",
        )


def _sentences(
    text: str, blocks: list[Block], lines: list[int], *, markdown: bool
) -> tuple[CitedSentence, ...]:
    found: list[tuple[str, Cited]] = []
    for section, spans in blocks:
        at = [i for start, end in spans for i in range(start, end + 1)][:-1]
        chars = "".join(text[i] for i in at).replace("\n", " ")
        here, orphans = cited(chars, at, markdown=markdown)
        if orphans and found and found[-1][0] == section:  # markers in a line of their own
            last = found[-1][1]
            found[-1] = section, last._replace(numbers=last.numbers + orphans)
        found += [(section, sentence) for sentence in here]
    return tuple(
        CitedSentence(section=section, line=bisect_right(lines, s.start), **s._asdict())
        for section, s in found
    )

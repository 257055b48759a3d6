"""Read a cited text: one of our pages, or any Markdown with `[n]` and a list of sources."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from pydantic import BaseModel, Field, ValidationError

from agent.audit.blocks import Blocks
from agent.audit.cited_text import (
    CitedHeading,
    CitedSentence,
    CitedSource,
    CitedText,
    UnreadableText,
    comparable,
)
from agent.audit.markers import MARKER, Cited, cited
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


def read_page(text: str, draft: str = "") -> CitedText:
    """Read a page from its JSON form; rulings in it are not believed, so not read.

    Args:
        text: the JSON.
        draft: id under which the page is kept, where it is.

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
        draft=draft,
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
            "Save it as Word (.docx), HTML, Markdown (.md), plain text (.txt) or our JSON (.json).",
        )
    markdown = suffix in MARKDOWN
    text = _with_numbered_notes(text) if markdown else text
    blocks = Blocks(text, markdown=markdown)
    lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    found = _sentences(text, blocks, markdown=markdown)
    if not found:
        raise UnreadableText(
            "There is no sentence in this text.",
            "A sentence to check stands in a paragraph and cites like this [1].",
        )
    sources = _with_linked(blocks.sources, (s for _, s in found))
    return CitedText(
        title=blocks.title,
        verdict=blocks.verdict,
        headings=tuple(
            CitedHeading(text=h.text, line=bisect_right(lines, h.start)) for h in blocks.headings
        ),
        sentences=tuple(
            CitedSentence(
                text=s.text,
                section=section,
                numbers=s.numbers + _linked_numbers(s, sources),
                line=bisect_right(lines, s.start),
                start=s.start,
                end=s.end,
            )
            for section, s in found
        ),
        sources=sources,
    )


_NAMED = re.compile(r"(?m)^ {0,3}\[\^([^\W\d][\w-]*)\]:")


def _with_numbered_notes(text: str) -> str:
    """Notes with names (`[^rain]`) as notes with numbers, each in as many characters as before."""
    taken = max(map(int, re.findall(r"\[\^?([0-9]{1,5})\]", text)), default=0)
    numbers = {
        name: str(taken + n) for n, name in enumerate(dict.fromkeys(_NAMED.findall(text)), 1)
    }

    def number(match: re.Match[str]) -> str:
        found = numbers.get(match[1], "")
        fits = found and len(found) <= len(match[1])
        return f"[^{found.ljust(len(match[1]))}]" if fits else match[0]

    return re.sub(r"\[\^([^\W\d][\w-]*)\]", number, text)


def suffix_of(text: str) -> str:
    """The suffix to read a text by that has no file name: `.json`, `.html`, else `.md`."""
    start = text.lstrip("\ufeff \t\r\n")[:20].casefold()
    if start.startswith(("<!doctype html", "<html")):
        return ".html"
    return ".json" if start.startswith("{") else ".md"


def _require_text(text: str) -> None:
    if not text.strip():
        raise UnreadableText("The text is empty.", "Give a file with sentences that cite sources.")
    noise = sum(c == "\ufffd" or (hidden(c) and not c.isspace()) for c in text)
    if "\0" in text or noise > _NOISE * len(text) + 8:
        raise UnreadableText(
            "This is not a text file.",
            "Save it as Markdown (.md) or plain text (.txt) in UTF-8.",
        )


def _sentences(text: str, blocks: Blocks, *, markdown: bool) -> list[tuple[str, Cited]]:
    """Each sentence with the heading that it stands under."""
    paragraphs = [
        (section, [i for start, end in spans for i in range(start, end + 1)][:-1])
        for section, spans in blocks.prose
    ]
    written = [(s, "".join(text[i] for i in at).replace("\n", " "), at) for s, at in paragraphs]
    bracketed = any(MARKER.search(chars) for _, chars, _ in written)
    raised = {s.number for s in blocks.sources}
    found: list[tuple[str, Cited]] = []
    for section, chars, at in written:
        here, orphans = cited(chars, at, markdown=markdown, raised=raised, bracketed=bracketed)
        if orphans and found and found[-1][0] == section:  # markers in a line of their own
            last = found[-1][1]
            found[-1] = section, last._replace(numbers=last.numbers + orphans)
        found += [(section, sentence) for sentence in here]
    return found


def _linked_numbers(sentence: Cited, sources: Sequence[CitedSource]) -> tuple[int, ...]:
    numbers = (_number(link.url, sources) for link in sentence.links if link.number is None)
    return tuple(n for n in numbers if n is not None)


def _with_linked(
    listed: Iterable[CitedSource], sentences: Iterable[Cited]
) -> tuple[CitedSource, ...]:
    """The list of sources, then what the sentences link to and the list does not have."""
    sources = list(listed)
    for link in (link for sentence in sentences for link in sentence.links):
        taken = {s.number for s in sources}
        if link.number is not None and link.number not in taken:
            sources.append(CitedSource(number=link.number, url=link.url, line=link.url))
        elif link.number is None and _number(link.url, sources) is None:
            sources.append(
                CitedSource(
                    number=max(taken, default=0) + 1,
                    title=link.title,
                    url=link.url,
                    line=link.url,
                    linked=True,
                )
            )
    return tuple(sources)


def _number(url: str, sources: Iterable[CitedSource]) -> int | None:
    """The number of the entry with an address."""
    same = (s.number for s in sources if s.url and comparable(s.url) == comparable(url))
    return next(same, None)

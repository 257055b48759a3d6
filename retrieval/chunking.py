"""Snapshots to passages: about a paragraph each, disjoint, with exact offsets."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from retrieval.record import NewPassage
from retrieval.sentences import split_sentences

MAX_TOKENS = 230
"""Longest passage, as `_count_tokens` counts. The embedder reads 256 word pieces and no further."""
STUB = 100
"""Characters. A shorter block that ends no sentence (a heading, an item) joins what follows."""
SECTION = 20_000
"""Characters of a paragraph divided at a time; some 8 pages without a blank line."""
LONGEST_WORD = 6 * MAX_TOKENS
"""Characters. A longer run without a space fits no passage; it is cut before the splitter, which
would take it apart letter by letter."""

_BLOCK = re.compile(r"\S[^\n]*(?:\n(?!\n)[^\n]*)*")
_CUTS = ("\n", ". ", "\u3002", " ")
_WORD = re.compile(r"\S+")
_TOKEN = re.compile(r"\w{1,6}|[^\w\s]")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")

Span = tuple[int, int]


def split_passages(
    source_id: str, snapshot: str, pages: Sequence[tuple[int, int]] = ()
) -> list[NewPassage]:
    """Cut a normalised text into passages that do not overlap: a citation names one place.

    A passage is a paragraph. Headings and list items join what follows; a paragraph that is longer
    than the embedder reads is divided between sentences by llama-index's `SentenceSplitter`.

    Args:
        source_id: goes into each passage id, the first 20 hex digits of a SHA-256 over source id,
            start and text: the same text at the same place keeps its id.
        snapshot: paragraphs set apart by blank lines.
        pages: (offset where it starts, page number), in order; empty where there are none.

    Returns:
        Passages in order, `snapshot[start:end] == text` for each; together they hold every word.
    """
    spans = [part for block in _find_blocks(snapshot) for part in _split_to_fit(snapshot, block)]
    return [_make_passage(source_id, snapshot, span, pages) for span in spans]


def _make_passage(
    source_id: str, snapshot: str, span: Span, pages: Sequence[tuple[int, int]]
) -> NewPassage:
    start, end = span
    text = snapshot[start:end]
    named = f"{source_id}\n{start}\n{text}".encode()
    page = next((number for offset, number in reversed(pages) if offset <= start), None)
    return NewPassage(
        id=hashlib.sha256(named).hexdigest()[:20], start=start, end=end, text=text, page=page
    )


def _find_blocks(snapshot: str) -> Iterator[Span]:
    """Paragraphs, each with the headings and items before it."""
    first: int | None = None
    end = size = 0
    for found in _BLOCK.finditer(snapshot):
        text = found[0].rstrip()
        is_stub = len(text) < STUB and not _SENTENCE_END.search(text)
        size += _count_tokens(text)
        if first is not None and is_stub and size > MAX_TOKENS:
            yield first, end
            first, size = None, _count_tokens(text)
        first = found.start() if first is None else first
        end = found.start() + len(text)
        if not is_stub:
            yield first, end
            first, size = None, 0
    if first is not None:
        yield first, end


def _split_to_fit(snapshot: str, block: Span) -> Iterator[Span]:
    start, end = block
    text = snapshot[start:end]
    if _count_tokens(text) <= MAX_TOKENS:
        yield block
        return
    for section in _split_sections(text):
        for chunk in _split_chunks(section):
            start = snapshot.index(chunk, start)
            yield start, start + len(chunk)
            start += len(chunk)


def _split_chunks(text: str) -> list[str]:
    from llama_index.core.node_parser import SentenceSplitter  # noqa: PLC0415 - takes 1.6 s

    splitter = SentenceSplitter(
        chunk_size=MAX_TOKENS,
        chunk_overlap=0,
        tokenizer=_TOKEN.findall,
        chunking_tokenizer_fn=_split_at_sentences,
    )
    chunks: list[str] = splitter.split_text(text)
    return chunks


def _split_sections(text: str) -> Iterator[str]:
    """Cut a paragraph that is as long as a book, at a line's end or a sentence's if there is one.

    What comes after this takes time and memory by the piece; joined, the sections are `text`.
    """
    start = 0
    while len(text) - start > SECTION:
        found = (text.rfind(mark, start + SECTION // 2, start + SECTION) for mark in _CUTS)
        cut = next((at + 1 for at in found if at >= 0), start + SECTION)
        yield text[start:cut]
        start = cut
    yield text[start:]


def _count_tokens(text: str) -> int:
    """Count tokens as a word-piece tokenizer would: on English news about a tenth too many."""
    return len(_TOKEN.findall(text))


def _split_at_sentences(text: str) -> list[str]:
    """Cut at the start of each sentence, and in a word too long for a passage.

    Joined, the pieces are `text`.
    """
    starts = [start for start, _ in split_sentences(text)]
    cuts = {0, *starts[1:], len(text)}
    for word in _WORD.finditer(text):
        if len(word[0]) > LONGEST_WORD:
            cuts.update(range(word.start() + MAX_TOKENS, word.end(), MAX_TOKENS))
    return [text[a:b] for a, b in pairwise(sorted(cuts))]

"""Formats that are text: Markdown, plain text, JSON lines."""

import json

from retrieval.errors import SourceUnreadable
from retrieval.loaders.document import Document, RawFile, make_document
from retrieval.loaders.frontmatter import (
    FrontMatter,
    check_front_matter,
    parse_front_matter,
    split_front_matter,
)
from retrieval.loaders.markdown import clean_markdown
from retrieval.loaders.normalise import normalise, unwrap_markdown, unwrap_typeset
from retrieval.loaders.speech import mark_speech

REQUIRED = ("id", "title", "publisher")
"""Front matter that is there at all names these; `url` is asked for by the vetting list."""
TEXT_IS = "text_is"
"""Stands in a line of JSON for the front matter's `text`, which holds the document itself there."""


def markdown(raw: RawFile) -> tuple[Document, ...]:
    """Load a note: front matter at the top (or beside the file), then paragraphs.

    Raises:
        SourceUnreadable: not text, or front matter that is wrong, unfinished or incomplete.
    """
    meta, body = _split_note(raw)
    text = unwrap_markdown(clean_markdown(normalise(body)))
    return (make_document(raw, meta, _mark_speech(text, meta)),)


def plain(raw: RawFile) -> tuple[Document, ...]:
    """Load plain text, with front matter as in a note; wrapped lines become paragraphs.

    Raises:
        SourceUnreadable: as for `markdown`.
    """
    meta, body = _split_note(raw)
    return (make_document(raw, meta, _mark_speech(unwrap_typeset(normalise(body)), meta)),)


def jsonl(raw: RawFile) -> tuple[Document, ...]:
    """Load every document of a file, or none: a file with a broken line is refused as a whole.

    Raises:
        SourceUnreadable: names the first line that is not what it must be.
    """
    found: dict[str, tuple[int, Document]] = {}
    for number, line in enumerate(raw.decode().split("\n"), start=1):
        if not line.strip():
            continue
        document = _load_line(raw, number, line)
        if known := found.get(document.id):
            raise SourceUnreadable(
                f"{raw.path}, line {number} has the id {document.id!r},"
                f" which line {known[0]} has already.",
                "Give one of them another id and add the file again.",
            )
        found[document.id] = (number, document)
    return tuple(document for _, document in found.values())


def _mark_speech(text: str, meta: FrontMatter) -> str:
    """Mark speech in a publisher's own words; a summary is by somebody who has weighed it."""
    if meta.text == "summary":
        return text
    return normalise("\n\n".join(map(mark_speech, text.split("\n\n"))))


def _split_note(raw: RawFile) -> tuple[FrontMatter, str]:
    text = raw.decode()
    lines, body = split_front_matter(text)
    if lines is not None:
        return parse_front_matter(lines, str(raw.path), REQUIRED), body
    if text.startswith("---\n") and ":" in text.split("\n", 2)[1]:
        raise SourceUnreadable(
            f"{raw.path}: the front matter has no end.", "Close it with a line of three hyphens."
        )
    return raw.front_matter(), body


def _load_line(raw: RawFile, number: int, line: str) -> Document:
    where = f"{raw.path}, line {number}"
    try:
        fields = json.loads(line)
    except ValueError as error:
        raise SourceUnreadable(
            f"{where} is not JSON ({error}).", "Correct the line and add the file again."
        ) from None
    except RecursionError:
        raise SourceUnreadable(
            f"{where} is nested too deeply to be read.", "Write it flat and add the file again."
        ) from None
    text = fields.pop("text", None) if isinstance(fields, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise SourceUnreadable(f"{where} has no `text`.", "Every line is a document with its text.")
    if TEXT_IS in fields:
        fields["text"] = fields.pop(TEXT_IS)
    meta = check_front_matter(fields, where, REQUIRED)
    return Document(**{**dict(make_document(raw, meta, normalise(text))), "line": number})

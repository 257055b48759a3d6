"""Markdown and plain text."""

from retrieval.errors import SourceUnreadable
from retrieval.loaders import frontmatter
from retrieval.loaders.document import Document, Raw, document
from retrieval.loaders.frontmatter import Meta
from retrieval.loaders.normalise import normalise, unwrap_markdown, unwrap_typeset

REQUIRED = ("id", "title", "publisher")
"""Front matter that is there at all names these; `url` is asked for by the vetting list."""


def markdown(raw: Raw) -> tuple[Document, ...]:
    """Load a note: front matter at the top (or beside the file), then paragraphs.

    Raises:
        SourceUnreadable: not text, or front matter that is wrong, unfinished or incomplete.
    """
    meta, body = _parts(raw)
    return (document(raw, meta, unwrap_markdown(normalise(body))),)


def plain(raw: Raw) -> tuple[Document, ...]:
    """Load plain text, with front matter as in a note; wrapped lines become paragraphs.

    Raises:
        SourceUnreadable: as for `markdown`.
    """
    meta, body = _parts(raw)
    return (document(raw, meta, unwrap_typeset(normalise(body))),)


def _parts(raw: Raw) -> tuple[Meta, str]:
    text = raw.decode()
    lines, body = frontmatter.split(text)
    if lines is not None:
        return frontmatter.parse(lines, str(raw.path), REQUIRED), body
    if text.startswith("---\n") and ":" in text.split("\n", 2)[1]:
        raise SourceUnreadable(
            f"{raw.path}: the front matter has no end.", "Close it with a line of three hyphens."
        )
    return raw.meta(), body

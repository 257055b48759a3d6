"""JSON lines: one document a line, the fields of front matter and `text`."""

import json

from retrieval.errors import SourceUnreadable
from retrieval.loaders.document import Document, Raw, document
from retrieval.loaders.frontmatter import meta_of
from retrieval.loaders.normalise import normalise
from retrieval.loaders.plain import REQUIRED


def jsonl(raw: Raw) -> tuple[Document, ...]:
    """Load every document of a file, or none: a file with a broken line is refused as a whole.

    Raises:
        SourceUnreadable: names the first line that is not what it must be.
    """
    lines = enumerate(raw.decode().split("\n"), start=1)
    return tuple(_one(raw, number, line) for number, line in lines if line.strip())


def _one(raw: Raw, number: int, line: str) -> Document:
    where = f"{raw.path}, line {number}"
    try:
        fields = json.loads(line)
    except ValueError as error:
        raise SourceUnreadable(
            f"{where} is not JSON ({error}).", "Correct the line and add the file again."
        ) from None
    text = fields.pop("text", None) if isinstance(fields, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise SourceUnreadable(f"{where} has no `text`.", "Every line is a document with its text.")
    meta = meta_of(fields, where, REQUIRED)
    return document(raw, meta, normalise(text))

"""The sources of a page as BibTeX entries, in UTF-8."""

import re
from collections.abc import Iterator
from typing import Final

from agent.render.citations import Numbering, safe_url
from agent.render.csl import type_of
from agent.render.wording import clean
from agent.types import Insufficient, Page
from retrieval.types import Source

TYPES: Final = {
    "article-newspaper": ("article", "journal"),
    "article-magazine": ("article", "journal"),
    "article-journal": ("article", "journal"),
    "report": ("techreport", "institution"),
    "book": ("book", "publisher"),
}
"""By the CSL type of a source: kind of entry, and the field that holds the publisher."""
OTHER: Final = ("misc", "howpublished")
MONTHS: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # an escaped brace would still count as one
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{c: f"\\{c}" for c in "$&#%_"},
}


def render(draft: Page | Insufficient) -> str:
    """Write one entry a source in the order of their numbers; a page without sources has none."""
    sources = Numbering.of(draft).sources if isinstance(draft, Page) else ()
    entries = [_entry(key, source) for key, source in zip(_keys(sources), sources, strict=True)]
    return "\n".join(entries) or "% No source is cited.\n"


def escape(text: str) -> str:
    """Clean text in which nothing is a command, a brace or a comment."""
    return "".join(_SPECIAL.get(c, c) for c in clean(text))


def _entry(key: str, source: Source) -> str:
    kind, publisher = TYPES.get(type_of(source), OTHER)
    fields = {"title": f"{{{escape(source.title)}}}", publisher: escape(source.publisher)}
    if source.published:
        fields["year"] = str(source.published.year)
        fields["month"] = MONTHS[source.published.month - 1]
    if url := safe_url(source.url):
        fields["url"] = url
    fields["urldate"] = source.accessed.isoformat()
    # A month is a name that BibTeX knows, so it has no braces.
    lines = [f"  {name} = {v if name == 'month' else f'{{{v}}}'}," for name, v in fields.items()]
    return "\n".join([f"@{kind}{{{key},", *lines, "}", ""])


def _keys(sources: tuple[Source, ...]) -> Iterator[str]:
    """The ids as BibTeX takes them, each once."""
    used: set[str] = set()
    for source in sources:
        plain = re.sub(r"[^A-Za-z0-9:-]+", "-", source.id).strip("-") or "source"
        key, n = plain, 1
        while key.casefold() in used:
            n += 1
            key = f"{plain}-{n}"
        used.add(key.casefold())
        yield key

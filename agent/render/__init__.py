"""A finished draft in the forms that people and programs read."""

from collections.abc import Callable
from importlib import import_module

from agent.render.wording import Edition
from agent.types import Insufficient, Page

FORMATS = {
    "text": "agent.render.text",
    "md": "agent.render.markdown",
    "html": "agent.render.html",
    "json": "agent.render.data",
    "claimreview": "agent.render.claimreview",
    "csl": "agent.render.csl",
    "bibtex": "agent.render.bibtex",
}
"""Name of a format and the module whose `render` writes it; a new format is one line."""
SUFFIXES = {"bib": "bibtex"}
"""Endings of file names that are not the name of their format."""
LISTS = {"csl", "bibtex"}
"""Formats that hold the sources alone."""
FILES = {"docx": "agent.render.docx"}
"""The same for formats that are bytes and so have to be written to a file."""


def render(draft: Page | Insufficient, form: str = "text", edition: Edition | None = None) -> str:
    """Write a page, or the short page that says why there is none.

    Every citation's quote is held against the text of its passage first.

    Raises:
        ValueError: no such format; or a citation whose quote is not in its passage.
    """
    if form not in FORMATS:
        raise ValueError(f"No format {form!r}. Choose one of: {', '.join(FORMATS)}.")
    # Imported here so that writing text does not wait for the HTML templates.
    renderer: Callable[..., str] = import_module(FORMATS[form]).render
    return renderer(draft) if edition is None or form in LISTS else renderer(draft, edition=edition)


def render_file(draft: Page | Insufficient, form: str, edition: Edition | None = None) -> bytes:
    """Write a page in a format of `FILES`.

    Raises:
        ValueError: no such format; or a citation whose quote is not in its passage.
    """
    if form not in FILES:
        raise ValueError(f"No format {form!r}. Choose one of: {', '.join(FILES)}.")
    renderer: Callable[..., bytes] = import_module(FILES[form]).render
    return renderer(draft) if edition is None else renderer(draft, edition=edition)

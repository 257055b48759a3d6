"""A page as a file to keep: every form that `agent.render` writes."""

from typing import Final

from fastapi import HTTPException
from fastapi.responses import Response

from agent.render import FILES, FORMATS, render, render_file
from agent.types import Page

FORMS: Final = (*FORMATS, *FILES)
KINDS: Final = {
    "text": ("txt", "text/plain; charset=utf-8"),
    "md": ("md", "text/markdown; charset=utf-8"),
    "html": ("html", "text/html; charset=utf-8"),
    "json": ("json", "application/json"),
    "claimreview": ("jsonld", "application/ld+json"),
    "docx": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "csl": ("csl.json", "application/vnd.citationstyles.csl+json"),
    "bibtex": ("bib", "application/x-bibtex"),
}
"""Ending and media type of a form; one that is not named here is sent as bytes."""


def export(page: Page, draft: str, form: str) -> Response:
    """A page as an attachment: a browser keeps it and never shows it as a page of the desk.

    Raises:
        HTTPException: 404, there is no such form.
    """
    if form not in FORMS:
        raise HTTPException(404, f"There is no form {form!r}. Choose one of: {', '.join(FORMS)}.")
    content = render_file(page, form) if form in FILES else render(page, form).encode()
    ending, media = KINDS.get(form, (form, "application/octet-stream"))
    headers = {"content-disposition": f'attachment; filename="fact-check-{draft}.{ending}"'}
    return Response(content, headers=headers, media_type=media)

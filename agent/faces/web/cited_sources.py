"""A stored source beside the draft, at the words that a sentence cites."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from agent.faces.web.access import Desk, Person
from agent.faces.web.layout import Layout
from agent.faces.web.marking import stretches, window
from agent.faces.web.pages import shown, verbatim
from agent.faces.web.services import Services
from agent.render import html
from agent.render.citations import link, safe_url
from agent.render.wording import NOTICES
from agent.types import Citation
from retrieval import Source

router = APIRouter(include_in_schema=False)
AROUND: Final = 6_000
"""Characters of a long source that are shown before and after what is cited."""


@router.get("/drafts/{draft}/sources/{source:path}")
def show_source(
    request: Request,
    services: Desk,
    user: Person,
    draft: str,
    source: str,
    line: str = "",
    start: int | None = None,
    end: int | None = None,
    whole: bool = False,
) -> HTMLResponse:
    """A source as it is stored, with the cited words marked."""
    layout = Layout(services.review(draft))
    known = layout.sources.get(source) or services.shelf.find(source)
    found = layout.find(line)
    cited = [c for c in (found[0].citations if found else ()) if c.source == source]
    spans = [(c.start, c.end) for c in cited]
    if start is not None and end is not None:
        spans.append((start, end))
    text, fault = _stored(services, layout, known, cited)
    if fault and spans and text != "":
        spans = [s for q in cited if (s := _anew(text, q)) is not None]
    around = None if whole else AROUND
    first, last = window(sorted(spans), len(text), around)
    pieces = [p._replace(text=verbatim(p.text)) for p in stretches(text, spans, around)]
    asked = {"line": line, "start": start, "end": end, "whole": 1}
    return shown(
        request,
        "source.html",
        here=layout.here,
        title=layout.title,
        line=line,
        source=known,
        url=_address(services, layout, known, cited),
        tiers=html.TIERS,
        fault=fault,
        news=services.shelf.news(source),
        notice_words=NOTICES,
        parts_of_text=pieces,
        cut_before=first > 0,
        cut_after=last < len(text),
        whole=urlencode({k: v for k, v in asked.items() if v not in {None, ""}}),
    )


def _stored(
    services: Services, layout: Layout, source: Source, cited: Sequence[Citation]
) -> tuple[str, str]:
    """The text of a source, and what is wrong with it where something is."""
    listed = next((s for s in services.library.sources() if s.id == source.id), None)
    if listed is None:
        passages = [p for p in layout.document.evidence.passages if p.source.id == source.id]
        kept = sorted(passages, key=lambda p: p.start)
        return "\n\n".join(p.text for p in kept), (
            "The library no longer holds this source. What is shown was kept with the draft."
        )
    text = services.library.snapshot(source.id)
    if any(text[c.start : c.end] != c.quote for c in cited):
        return text, (
            "This source changed since the draft was made: other words stand where it is cited. "
            "Check the draft again."
        )
    return text, ""


def _anew(text: str, citation: Citation) -> tuple[int, int] | None:
    """Where cited words stand in a text that is not the one that was cited."""
    at = text.find(citation.quote)
    return None if at < 0 else (at, at + len(citation.quote))


def _address(
    services: Services, layout: Layout, source: Source, cited: Sequence[Citation]
) -> str | None:
    """The source on the web, at the cited words where they are its own."""
    for c in cited:
        passage = layout.document.evidence.passage(c.passage)
        if passage is not None:
            return link(passage, c.start, c.end)
    return safe_url(source.url)

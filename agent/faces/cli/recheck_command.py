"""`verdict recheck`: drafts under review whose sources changed, held against the library again."""

import getpass
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from agent import bootstrap
from agent.faces.exit_codes import Exit
from agent.faces.opening import open_library, read_settings
from agent.faces.terminal import deliver, say
from agent.review.port import NotAllowed, Reviews
from agent.review.recheck import mark_changed
from agent.review.types import Document, Recheck, ReviewRow
from agent.types import Value

PAGE: Final = 200
"""Drafts that are listed at a time."""


class Rechecked(Value):
    """What became of one draft."""

    draft: str
    question: str
    sources: tuple[str, ...]
    """Ids of cited sources that changed or are gone."""
    fell: tuple[str, ...] = ()
    """Sentences that no longer stand."""
    before: str
    after: str
    """The verdict."""
    refused: str = ""
    """Why the draft could not be changed, and what to do."""


def recheck(drafts: Sequence[str], by: str | None, at: Path | None, *, as_json: bool) -> Exit:
    """Check the drafts that were named, or all that cite what changed."""
    settings = read_settings()
    who = by or settings.web_name or getpass.getuser()
    with open_library(at) as library, bootstrap.open_reviews(settings, library) as reviews:
        mark_changed(reviews, library.changes())
        stale = reviews.stale_sources()
        due = list(drafts) or _due(reviews, stale)
        found = [_recheck(reviews, draft, who, stale) for draft in due]
    if as_json:
        rows = [one.model_dump(mode="json") for one in found]
        deliver(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        deliver("\n".join(map(_line, found)) or "No draft cites a source that changed.")
    if found:
        say(f"{len(found)} drafts checked again; the desk (`verdict serve`) shows each.")
    fell = any(one.fell or one.refused or one.before != one.after for one in found)
    return Exit.SENTENCES_FALL if fell else Exit.OK


def _due(reviews: Reviews, stale: dict[str, list[str]]) -> list[str]:
    marked = [row.id for row in _every_row(reviews) if row.recheck]
    return list(dict.fromkeys([*marked, *(draft for ids in stale.values() for draft in ids)]))


def _every_row(reviews: Reviews) -> Iterator[ReviewRow]:
    last = ""
    while rows := reviews.rows(before=last, limit=PAGE):
        yield from rows
        last = rows[-1].id


def _recheck(reviews: Reviews, draft: str, who: str, stale: Mapping[str, list[str]]) -> Rechecked:
    was = reviews.get(draft)
    sources = sorted({*was.recheck, *(source for source, ids in stale.items() if draft in ids)})
    facts: dict[str, Any] = {
        "draft": draft,
        "question": was.document.question.text,
        "sources": tuple(sources),
    }
    before = was.document.verdict.label.value
    try:
        now = reviews.act(draft, Recheck(), who)
    except NotAllowed as error:
        return Rechecked(**facts, before=before, after=before, refused=str(error))
    red = _red(was.document)
    fell = [text for line, text in _red(now.document).items() if line not in red]
    after = now.document.verdict.label.value
    return Rechecked(**facts, before=before, after=after, fell=tuple(fell))


def _red(document: Document) -> dict[str, str]:
    """The sentences that do not stand, by id."""
    lines = (line for section in document.sections for line in section.lines)
    return {line.id: line.text for line in lines if line.red}


def _line(found: Rechecked) -> str:
    head = f"{found.draft}  {found.question}"
    if found.refused:
        return f"{head}\n    not changed: {found.refused}"
    verdict = f"verdict {found.before}"
    if found.after != found.before:
        verdict = f"verdict was {found.before}, would be {found.after} now"
    lines = [f"{head}\n    {', '.join(found.sources) or 'no source'} changed; {verdict}"]
    lines += [f"    no longer stands: {text}" for text in found.fell]
    return "\n".join(lines)

"""`verdict recheck`: drafts under review whose sources changed, held against the library again."""

import getpass
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from agent import bootstrap
from agent.faces.exit_codes import Exit
from agent.faces.opening import open_library, read_settings
from agent.faces.terminal import counted, deliver, say
from agent.language.phrases import day
from agent.review.document import page_lines
from agent.review.port import NotAllowed, Reviews
from agent.review.recheck import TELLING, mark_changed
from agent.review.types import Document, Recheck, ReviewRow
from agent.types import Value
from retrieval import Change, Library

PAGE: Final = 200
"""Drafts that are listed at a time."""
SHOWN: Final = 3
"""Events of one source that are told."""
SAYING: Final = frozenset({"corrected", "concern", "retracted", "withdrawn"})
"""Events in which somebody says something of a source."""


class Fallen(Value):
    """A sentence that no longer stands."""

    text: str
    section: str
    reason: str


class Rechecked(Value):
    """What became of one draft."""

    draft: str
    question: str
    sources: tuple[str, ...]
    """Ids of cited sources that changed or are gone."""
    happened: tuple[str, ...] = ()
    """What happened to each of them, in words."""
    citing: tuple[str, ...] = ()
    """Sentences that cited them, before the draft was checked again."""
    fell: tuple[Fallen, ...] = ()
    """Sentences that no longer stand."""
    red_before: int = 0
    """Sentences that did not stand before either."""
    before: str
    after: str
    """The verdict."""
    refused: str = ""
    """Why the draft could not be changed, and what to do."""


def recheck(
    drafts: Sequence[str], by: str | None, at: Path | None, *, only_list: bool, as_json: bool
) -> Exit:
    """Check the drafts that were named, or all that cite what changed; or only list them."""
    settings = read_settings()
    who = by or settings.web_name or getpass.getuser()
    with open_library(at) as library, bootstrap.open_reviews(settings, library) as reviews:
        changes = list(every_change(library))
        mark_changed(reviews, changes)
        stale = reviews.stale_sources()
        told = _Telling(library, changes)
        due = list(drafts) or _due(reviews, stale)
        found = [_look(reviews, draft, stale, told) for draft in due]
        if not only_list:
            found = [_recheck(reviews, one, who) for one in found]
    if as_json:
        rows = [one.model_dump(mode="json") for one in found]
        deliver(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        line = _list_line if only_list else _line
        deliver("\n".join(map(line, found)) or "No draft cites a source that changed.")
    if found and only_list:
        say("`verdict recheck` verifies these sentences and tells which no longer stand.")
    elif found:
        say(f"{counted(len(found), 'draft')} checked again; the desk (`verdict serve`) shows each.")
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


class _Telling:
    """What happened to sources, in words."""

    def __init__(self, library: Library, changes: Sequence[Change]) -> None:
        self._sources = {source.id: source for source in library.sources()}
        self._changes: dict[str, list[Change]] = {}
        for change in changes:
            if change.kind in TELLING:
                self._changes.setdefault(change.source_id, []).append(change)

    def tell(self, source_id: str) -> str:
        """Its title and the last things that happened; the publisher's words where it gives any."""
        known = self._sources.get(source_id)
        name = f"{known.title} ({source_id})" if known else source_id
        events = self._changes.get(source_id, [])[-SHOWN:]
        told = [
            f"{one.kind} {day(datetime.fromisoformat(one.at).date())}"
            + (f": {one.detail}" if one.kind in SAYING and one.detail else "")
            for one in events
        ]
        return f"{name}: {'; '.join(told) or ('changed' if known else 'removed')}"


def every_change(library: Library) -> Iterator[Change]:
    """All events of a library, oldest first."""
    after = 0
    while changes := library.changes(after):
        yield from changes
        after = changes[-1].n


def _look(
    reviews: Reviews, draft: str, stale: Mapping[str, list[str]], told: _Telling
) -> Rechecked:
    """Which sources of a draft changed, and which of its sentences cite them."""
    was = reviews.get(draft)
    sources = sorted({*was.recheck, *(source for source, ids in stale.items() if draft in ids)})
    cited = (
        line.text
        for line in page_lines(was.document)
        if any(citation.source in sources for citation in line.citations)
    )
    label = was.document.verdict.label.value
    return Rechecked(
        draft=draft,
        question=was.document.question.text,
        sources=tuple(sources),
        happened=tuple(map(told.tell, sources)),
        citing=tuple(dict.fromkeys(cited)),
        before=label,
        after=label,
    )


def _recheck(reviews: Reviews, found: Rechecked, who: str) -> Rechecked:
    red = _red(reviews.get(found.draft).document)
    try:
        now = reviews.act(found.draft, Recheck(), who)
    except NotAllowed as error:
        return Rechecked(**{**dict(found), "refused": str(error)})
    still = _red(now.document)
    fell = tuple(one for line, one in still.items() if line not in red)
    after = now.document.verdict.label.value
    before = len(still) - len(fell)
    return Rechecked(**{**dict(found), "after": after, "fell": fell, "red_before": before})


def _red(document: Document) -> dict[str, Fallen]:
    """The sentences that do not stand, by id."""
    return {
        line.id: Fallen(text=line.text, section=section.heading, reason=line.verification.reason)
        for section in document.sections
        for line in section.lines
        if line.red
    }


def _head(found: Rechecked) -> list[str]:
    return [f"{found.draft}  {found.question}", *(f"    {told}" for told in found.happened)]


def _list_line(found: Rechecked) -> str:
    return "\n".join([*_head(found), *(f"    cites it: {text}" for text in found.citing)])


def _line(found: Rechecked) -> str:
    lines = _head(found)
    if found.refused:
        return "\n".join([*lines, f"    not changed: {found.refused}"])
    verdict = f"verdict {found.before}, as it was"
    if found.after != found.before:
        verdict = f"verdict was {found.before}, would be {found.after} now"
    lines.append(f"    {verdict}")
    first: dict[str, Fallen] = {}
    for one in found.fell:  # a summary and its section may have the same sentence
        first.setdefault(one.text, one)
    for one in first.values():
        lines.append(f"    no longer stands ({one.section}): {one.text}")
        lines += [f"        {one.reason}"] if one.reason else []
    if not found.fell:
        others = f"; {counted(found.red_before, 'sentence')} did not before" * bool(
            found.red_before
        )
        lines.append(f"    every sentence that stood still stands{others}")
    return "\n".join(lines)

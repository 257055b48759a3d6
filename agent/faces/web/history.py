"""What happened to a draft: its versions, and the trail of who did what."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from agent.faces.web.access import Desk, Person
from agent.faces.web.layout import Layout
from agent.faces.web.marking import words_changed
from agent.faces.web.pages import shown
from agent.render import wording
from agent.review.types import AuditEvent

router = APIRouter(include_in_schema=False)
ACTS: Final = {
    "drafted": "Drafted",
    "adopt": "Drafted",
    "edit": "Edited a sentence",
    "add": "Added a sentence",
    "drop": "Dropped a sentence",
    "accept": "Marked sentences as read",
    "weaken": "Weakened a sentence",
    "recite": "Cited other passages",
    "note": "Kept a sentence as a note",
    "heading": "Changed a heading",
    "redo": "Had a section written again",
    "stance": "Overruled a stance",
    "follow-ups": "Changed the follow-up questions",
    "assign": "Assigned",
    "status": "Changed the status",
    "comment": "Commented",
    "resolve": "Resolved a comment",
    "recheck": "Checked against the library again",
}
SHOWN: Final = {
    "reason": "Reason",
    "assignee": "Editor",
    "second_reader": "Second reader",
    "source": "Source",
    "stance": "Read as",
    "questions": "Questions",
}
"""Fields of an action that are told in words, and what they are called."""
CHANGES: Final = {"added": "Added", "removed": "Taken off", "changed": "Now", "moved": "Moved"}
FEW: Final = 4
"""Sentences of one change that are told in words."""


@router.get("/drafts/{draft}/versions")
def show_versions(
    request: Request,
    services: Desk,
    user: Person,
    draft: str,
    old: int | None = None,
    new: int | None = None,
) -> HTMLResponse:
    """Every version, and what changed between two."""
    review = services.review(draft)
    versions = services.reviews.versions(draft)
    newest = new or review.version
    oldest = old or max(1, newest - 1)
    changes = services.reviews.compare(draft, oldest, newest) if oldest != newest else []
    return shown(
        request,
        "versions.html",
        here=f"/drafts/{review.id}",
        title=Layout(review).title,
        versions=versions,
        old=oldest,
        new=newest,
        compared=oldest != newest,
        changes=[{"change": c, "words": words_changed(c)} for c in changes],
        action_words=ACTS,
    )


@router.get("/drafts/{draft}/trail")
def show_trail(
    request: Request,
    services: Desk,
    user: Person,
    draft: str,
    after: Annotated[int, Query(ge=0)] = 0,
) -> HTMLResponse:
    """Who did what to a draft, and whether the chain of the whole trail is whole."""
    review = services.review(draft)
    events = services.reviews.trail(draft, after, 201)
    return shown(
        request,
        "trail.html",
        here=f"/drafts/{review.id}",
        title=Layout(review).title,
        events=events[:200],
        more=events[199].number if len(events) > 200 else 0,
        broken=services.reviews.verify_trail(review.id),
        action_words=ACTS,
        facts_of=facts_of,
        as_json=lambda value: json.dumps(value, ensure_ascii=False, default=str),
    )


def facts_of(event: AuditEvent) -> list[tuple[str, str]]:
    """The little of an entry that people look for: a name and words for each."""
    facts = (*_tell_action(event.detail), *_tell_outcome(event.detail))
    return [(name, words) for name, words in facts if words]


def _tell_action(detail: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    action: Mapping[str, Any] = detail.get("action") or {}
    if isinstance(asked := detail.get("question"), dict):  # the entry of the finished draft
        yield "Question", str(asked.get("text", ""))
        yield "Written by", str(detail.get("model", ""))
        yield "Sources", str(len(detail.get("sources") or ()))
    if "from" in detail:
        override = ", with an override" if action.get("override") else ""
        yield "Status", f"from {detail['from']} to {action.get('status')}{override}"
    if action.get("do") == "comment":
        yield "Comment", str(action.get("text", ""))
    if action.get("do") == "accept":
        yield "Sentences", str(len(action.get("lines") or ()) or "all that stood")
    if action.get("do") == "heading":
        yield "Heading", str(action.get("text", ""))
    for field, name in SHOWN.items():
        told = {**detail, **action}.get(field, "")
        yield name, "; ".join(told) if isinstance(told, list) else str(told)


def _tell_outcome(detail: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    changes = [c for c in detail.get("lines") or [] if c["before"] != c["after"]]
    for change in changes[:FEW]:
        words = change["after"] or change["before"]
        yield CHANGES.get(change["change"], change["change"]), wording.prose(words)
    if len(changes) > FEW:
        yield "And", f"{len(changes) - FEW} more sentences"
    if detail.get("fell"):
        yield "Fell", f"{len(detail['fell'])} that stood before"
    verdict = detail.get("verdict") or ""
    yield "Verdict", " → ".join(verdict) if isinstance(verdict, list) else verdict
    if "version" in detail:
        yield "Version", str(detail["version"])

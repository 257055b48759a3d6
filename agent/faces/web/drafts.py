"""The draft page: read, edited sentence by sentence, moved on. Every action is a plain form.

A form posts to `/drafts/{id}/act` and is led back to the page, which says what came of it; the
scripts of the page do the same without leaving it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData

from agent.faces.web.access import Desk, Person, Role, User
from agent.faces.web.layout import (
    STANCES,
    SUPPORT,
    Layout,
    outcome_of,
    stretches,
    window,
    words_changed,
)
from agent.faces.web.pages import Posted, shown, verbatim
from agent.faces.web.services import Services
from agent.render import FILES, FORMATS, html, wording
from agent.render.citations import link
from agent.review.port import NotAllowed, Stale, UnknownDraft
from agent.review.types import NEXT, Action, Review, Status
from agent.types import Citation
from retrieval.types import Passage, Source

router = APIRouter(include_in_schema=False)
ACTIONS: Final = TypeAdapter[Action](Action)
MANY: Final = frozenset({"passages", "lines"})
"""Fields of actions that a form may send more than once."""
APART: Final = frozenset({"csrf", "version", "cited", "q", "find"})
"""Fields of our forms that belong to no action."""
UNVERSIONED: Final = frozenset({"comment", "resolve", "assign"})
"""Actions that fit whatever version stands."""
AROUND: Final = 6_000
"""Characters of a long source that are shown before and after what is cited."""
FOUND: Final = 8
"""Passages that a search offers for a sentence."""
EXPORTS: Final = {
    "docx": "Word",
    "html": "Web page (HTML)",
    "md": "Markdown",
    "text": "Plain text",
    "json": "Data (JSON)",
    "claimreview": "ClaimReview (JSON-LD)",
    "csl": "Sources (CSL-JSON)",
    "bibtex": "Sources (BibTeX)",
}
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
MOVES: Final = {
    Status.DRAFT: "Take back to draft",
    Status.IN_REVIEW: "Send to review",
    Status.APPROVED: "Approve",
    Status.SPIKED: "Spike",
    Status.CORRECTED: "Correct, with a notice",
    Status.VOID: "Withdraw, with a notice",
}
NOTICES: Final = frozenset({Status.CORRECTED, Status.VOID})
FAULTS: Final = {NotAllowed: 409, Stale: 412, UnknownDraft: 404}


@router.get("/drafts/{draft}")
def show_draft(
    request: Request,
    services: Desk,
    user: Person,
    draft: str,
    version: int | None = None,
    eyes: bool = False,
    did: str = "",
    line: str = "",
) -> HTMLResponse:
    """The draft, or an earlier version of it to read."""
    review = services.review(draft, version)
    said = outcome_of(Layout(review), did, line)
    return _page(request, services, user, review, old=version is not None, eyes=eyes, said=said)


@router.post("/drafts/{draft}/act", response_model=None)
def act(
    request: Request, services: Desk, user: Person, draft: str, form: Posted
) -> HTMLResponse | RedirectResponse:
    """Do one thing; what is refused is said on the page, with the words that were typed."""
    services.review(draft)  # an unknown draft has its own page
    try:
        action = action_of(form)
        review = _done(services, draft, action, user.name, _version_of(form))
    except ValidationError as error:
        return _refused(request, services, user, draft, form, _fault(error), 422)
    except (NotAllowed, Stale, UnknownDraft) as error:
        return _refused(request, services, user, draft, form, str(error), FAULTS[type(error)])
    line = getattr(action, "line", "")
    if action.do == "add":
        line = _newest(review, action.section)
    asked = urlencode({"did": action.do, **({"line": line} if line else {})})
    where = f"#{line}" if line else ""
    return RedirectResponse(f"/drafts/{draft}?{asked}{where}", 303)


@router.get("/drafts/{draft}/lines/{line}")
def show_editor(
    request: Request,
    services: Desk,
    user: Person,
    draft: str,
    line: str,
    section: str = "",
    after: str = "",
) -> HTMLResponse:
    """The form that edits a sentence, or adds one (`line` is `new`)."""
    review = services.review(draft)
    typed = {"section": section, "after": after, "version": str(review.version)}
    found = Layout(review).find(line)
    if found is None and line != "new":
        raise UnknownDraft(f"This draft has no sentence {line[:40]!r} any more. Open it anew.")
    if found is not None:
        typed["text"] = found[0].text
    cited = list(dict.fromkeys(c.passage for c in found[0].citations)) if found else []
    passages = [p for i in cited if (p := _passage(services, review, i)) is not None]
    return _editor(request, review, line, typed, cited, [(p, True) for p in passages])


@router.post("/drafts/{draft}/lines/{line}")
def find_passages(
    request: Request, services: Desk, user: Person, draft: str, line: str, form: Posted
) -> HTMLResponse:
    """The same form with passages of the library to choose from; nothing is changed yet."""
    review = services.review(draft)
    typed = {k: str(v) for k, v in form.items()}
    ticked = [str(i) for i in form.getlist("passages")]
    cited = [str(i) for i in form.getlist("cited")]
    query = typed.get("q", "").strip() or typed.get("text", "").strip()
    hits = services.reviews.passages(draft, query[:400], FOUND) if query else []
    kept = [p for i in dict.fromkeys([*ticked, *cited]) if (p := _passage(services, review, i))]
    offered = {p.id: p for p in [*kept, *(hit.passage for hit in hits)]}
    rows = [(p, p.id in ticked) for p in offered.values()]
    return _editor(request, review, line, typed, cited, rows)


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
        title=wording.clean(layout.document.question.text),
        line=line,
        source=known,
        url=_address(services, layout, known, cited),
        tiers=html.TIERS,
        fault=fault,
        parts_of_text=pieces,
        cut_before=first > 0,
        cut_after=last < len(text),
        whole=urlencode({k: v for k, v in asked.items() if v not in {None, ""}}),
    )


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
        title=wording.clean(review.document.question.text),
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
        title=wording.clean(review.document.question.text),
        events=events[:200],
        more=events[199].number if len(events) > 200 else 0,
        broken=services.reviews.verify_trail(),
        action_words=ACTS,
        as_json=lambda value: json.dumps(value, ensure_ascii=False, default=str),
    )


def action_of(form: FormData) -> Action:
    """The action that a form asks for.

    Raises:
        ValidationError: the form does not hold what the action needs.
    """
    fields: dict[str, Any] = {k: v for k, v in form.items() if k not in APART and v != ""}
    for many in MANY & set(fields):
        fields[many] = form.getlist(many)
    kind = fields.get("do")
    if kind == "accept" and "line" in fields:
        fields["lines"] = [fields.pop("line")]
    if kind == "edit" and set(form.getlist("cited")) == set(form.getlist("passages")):
        fields.pop("passages", None)  # the exact words that are cited stay
    elif kind == "edit":
        fields["passages"] = form.getlist("passages")
    if kind == "follow-ups":
        asked = str(fields.pop("questions", "")).splitlines()
        fields["questions"] = [" ".join(q.split()) for q in asked if q.strip()]
    return ACTIONS.validate_python(fields)


def _done(services: Services, draft: str, action: Action, who: str, version: int | None) -> Review:
    """Act on the version that the person saw.

    Where somebody changed another sentence meanwhile, this one is as they saw it: then it is done.
    """
    if action.do in UNVERSIONED:
        return services.reviews.act(draft, action, who)
    try:
        return services.reviews.act(draft, action, who, version)
    except Stale:
        line = getattr(action, "line", "")
        if not line or version is None:
            raise
        before = Layout(services.review(draft, version)).find(line)
        now = services.review(draft)
        if before is None or before != Layout(now).find(line):
            raise
        return services.reviews.act(draft, action, who, now.version)


def _page(
    request: Request,
    services: Services,
    user: User,
    review: Review,
    *,
    old: bool = False,
    eyes: bool = False,
    said: str = "",
    problem: str = "",
    status: int = 200,
    open_line: str = "",
) -> HTMLResponse:
    layout = Layout(review)
    document = review.document
    writes = user.role >= Role.EDITOR
    return shown(
        request,
        "draft.html",
        status,
        review=review,
        document=document,
        here=layout.here,
        title=_title(review),
        verdict=layout.verdict,
        sections=layout.parts,
        trays=layout.tray,
        tally=layout.tally,
        stances_read=layout.stances,
        stance_count=layout.stance_count,
        stance_words=STANCES,
        support_words=SUPPORT,
        numbered=[layout.sources[i] for i in layout.numbers if i in layout.sources],
        source_titles={i: s.title for i, s in layout.sources.items()},
        absent=layout.absent,
        draft_comments=layout.draft_comments,
        follow_up_lines=verbatim("\n".join(document.follow_ups)),
        made_line=wording.made(document),  # type: ignore[arg-type]  # it reads the usage alone
        disclaimer=wording.DISCLAIMER,
        exports={f: EXPORTS.get(f, f) for f in sorted((*FORMATS, *FILES), key=_rank)},
        moves=_moves(review, layout.tally.rejected) if writes and not old else {},
        editable=layout.editable(writes=writes, old=old),
        old=old,
        only_eyes=eyes,
        open=open_line,
        said=said,
        problem=problem,
    )


def _refused(
    request: Request,
    services: Services,
    user: User,
    draft: str,
    form: FormData,
    problem: str,
    status: int,
) -> HTMLResponse:
    """The draft as it stands, with what was refused; typed words go back into their form."""
    review = services.review(draft)
    typed = {k: str(v) for k, v in form.items()}
    line = typed.get("line", "new")
    problem = _spoken(problem, line)
    if typed.get("do") in {"edit", "add"} and typed.get("text"):
        typed["version"] = str(review.version)
        ticked = [str(i) for i in form.getlist("passages")]
        cited = [str(i) for i in form.getlist("cited")]
        ids = dict.fromkeys([*ticked, *cited])
        rows = [(p, p.id in ticked) for i in ids if (p := _passage(services, review, i))]
        return _editor(request, review, line, typed, cited, rows, problem, status)
    return _page(request, services, user, review, problem=problem, status=status)


def _editor(
    request: Request,
    review: Review,
    line: str,
    typed: Mapping[str, str],
    cited: Sequence[str],
    passages: Sequence[tuple[Passage, bool]],
    problem: str = "",
    status: int = 200,
) -> HTMLResponse:
    adding = line == "new"
    return shown(
        request,
        "edit.html",
        status,
        here=f"/drafts/{review.id}",
        title=_title(review),
        adding=adding,
        line="" if adding else line,
        slot=line if not adding else f"new-{typed.get('section', '')}",
        version=typed.get("version", review.version),
        section=typed.get("section", ""),
        after=typed.get("after", ""),
        text=verbatim(typed.get("text", "")),
        q=typed.get("q", ""),
        looked="find" in typed,
        cited=cited,
        passages=[
            {"id": p.id, "text": p.text, "source": p.source, "ticked": ticked}
            for p, ticked in passages
        ],
        problem=problem,
    )


def _passage(services: Services, review: Review, passage: str) -> Passage | None:
    return review.document.evidence.passage(passage) or services.library.passage(passage)


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
    return html.safe_url(source.url)


def _moves(review: Review, rejected: int) -> dict[Status, dict[str, object]]:
    """What may follow, and what each needs: words of a notice, an override with a reason."""
    moves: dict[Status, dict[str, object]] = {}
    for status in NEXT[review.status]:
        override = status is Status.APPROVED and rejected > 0
        notice = "What readers are told" if status in NOTICES else ""
        moves[status] = {
            "button": f"{MOVES[status]} with an override" if override else MOVES[status],
            "override": override,
            "reason": "Why it is approved all the same" if override else notice,
            "main": status in {Status.IN_REVIEW, Status.APPROVED},
        }
    return moves


def _title(review: Review) -> str:
    return wording.title(review.document)  # type: ignore[arg-type]  # it reads the question alone


def _rank(form: str) -> int:
    known = list(EXPORTS)
    return known.index(form) if form in known else len(known)


def _newest(review: Review, section: str) -> str:
    """Id of the sentence that was added last to a section."""
    lines = next((s.lines for s in review.document.sections if s.id == section), ())
    return max((line.id for line in lines), key=lambda i: (len(i), i), default="")


def _version_of(form: FormData) -> int | None:
    version = str(form.get("version", ""))
    return int(version) if version.isdecimal() else None


def _spoken(problem: str, line: str) -> str:
    """A refusal without the id of the sentence, which no page shows."""
    words = re.sub(rf"\b{re.escape(line)}\b", "the sentence", problem)
    return words[:1].upper() + words[1:]


def _fault(error: ValidationError) -> str:
    """What is missing in a form, in words."""
    first = error.errors()[0]
    field = str(first["loc"][-1]) if first["loc"] else "form"
    if field == "passages":
        return "Choose at least one passage that carries the sentence; search the library for one."
    return f"“{field}” cannot be used: {first['msg']}."

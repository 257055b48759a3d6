"""The draft page: read, edited sentence by sentence, moved on. Every action is a plain form.

A form posts to `/drafts/{id}/act` and is led back to the page, which says what came of it; the
scripts of the page do the same without leaving it.
"""

import re
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData

from agent.faces.web.access import Desk, Person
from agent.faces.web.accounts import Role, User
from agent.faces.web.editing import refuse_edit
from agent.faces.web.layout import SUPPORT, Layout, outcome_of
from agent.faces.web.pages import Posted, shown, verbatim
from agent.faces.web.services import Services
from agent.faces.web.stances import STANCES, count_in_words, stance_rows
from agent.render import FILES, FORMATS, wording
from agent.review.port import NotAllowed, Stale, UnknownDraft
from agent.review.types import NEXT, Action, Review, Status

router = APIRouter(include_in_schema=False)
ACTIONS: Final = TypeAdapter[Action](Action)
MANY: Final = frozenset({"passages", "lines"})
"""Fields of actions that a form may send more than once."""
APART: Final = frozenset({"csrf", "version", "cited", "q", "find"})
"""Fields of our forms that belong to no action."""
UNVERSIONED: Final = frozenset({"comment", "resolve", "assign"})
"""Actions that fit whatever version stands."""
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
MOVES: Final = {
    Status.DRAFT: "Take back to draft",
    Status.IN_REVIEW: "Send to review",
    Status.APPROVED: "Approve",
    Status.SPIKED: "Spike",
    Status.CORRECTED: "Correct, with a notice",
    Status.VOID: "Withdraw, with a notice",
}
NOTICES: Final = {
    Status.CORRECTED: "What readers are told of the correction",
    Status.VOID: "What readers are told of the withdrawal",
}
FAULTS: Final = {NotAllowed: 409, Stale: 412, UnknownDraft: 404}


@router.get("/drafts/{draft}", response_model=None)
def show_draft(
    request: Request,
    services: Desk,
    user: Person,
    draft: str,
    version: int | None = None,
    eyes: bool = False,
    did: str = "",
    line: str = "",
) -> HTMLResponse | RedirectResponse:
    """The draft, or an earlier version of it to read."""
    review = services.review(draft, version)
    if review.id != draft:  # kept under the id of an earlier version of the desk
        return RedirectResponse(f"/drafts/{review.id}", 303)
    said = outcome_of(Layout(review), did, line)
    return _page(request, services, user, review, old=version is not None, eyes=eyes, said=said)


@router.post("/drafts/{draft}/act", response_model=None)
def act(
    request: Request, services: Desk, user: Person, draft: str, form: Posted
) -> HTMLResponse | RedirectResponse:
    """Do one thing; what is refused is said on the page, with the words that were typed."""
    services.review(draft)  # an unknown draft has its own page
    services.limit_changes(user)
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
    stances = stance_rows(layout)
    writes = user.role >= Role.EDITOR
    return shown(
        request,
        "draft.html",
        status,
        review=review,
        document=document,
        here=layout.here,
        title=layout.title,
        verdict=layout.verdict,
        sections=layout.parts,
        trays=layout.tray,
        tally=layout.tally,
        stances_read=stances,
        stance_count=count_in_words(layout, stances),
        stance_words=STANCES,
        support_words=SUPPORT,
        numbered=[layout.sources[i] for i in layout.numbers if i in layout.sources],
        source_titles={i: s.title for i, s in layout.sources.items()},
        absent=layout.absent,
        draft_comments=layout.draft_comments,
        open_comments=sum(not c.resolved_by for c in review.comments),
        follow_up_lines=verbatim("\n".join(document.follow_ups)),
        made_line=layout.made,
        disclaimer=wording.DISCLAIMER,
        told_check=wording.told_check,
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
        return refuse_edit(request, services, review, form, problem, status)
    return _page(request, services, user, review, problem=problem, status=status)


def _moves(review: Review, rejected: int) -> dict[Status, dict[str, object]]:
    """What may follow, and what each needs: words of a notice, an override with a reason."""
    moves: dict[Status, dict[str, object]] = {}
    for status in NEXT[review.status]:
        override = status is Status.APPROVED and rejected > 0
        notice = NOTICES.get(status, "")
        moves[status] = {
            "button": f"{MOVES[status]} with an override" if override else MOVES[status],
            "override": override,
            "approves": status is Status.APPROVED,
            "reason": "Why it is approved all the same" if override else notice,
            "main": status in {Status.IN_REVIEW, Status.APPROVED},
        }
    return moves


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
    words = re.sub(r"no sentence '[^']*'", "no such sentence", problem)
    words = re.sub(rf"\b{re.escape(line)}\b", "the sentence", words)
    return words[:1].upper() + words[1:]


def _fault(error: ValidationError) -> str:
    """What is missing in a form, in words."""
    first = error.errors()[0]
    field = str(first["loc"][-1]) if first["loc"] else "form"
    if field == "passages":
        return "Choose at least one passage that carries the sentence; search the library for one."
    return f"“{field}” cannot be used: {first['msg']}."

"""The pages around drafts: the question, the watched job, the library, help."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Final, NamedTuple
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup, escape
from starlette.datastructures import FormData

from agent.faces.exit_codes import BadInput
from agent.faces.options import day as day_of
from agent.faces.terminal import STEPS
from agent.faces.web.access import Desk, Person, render
from agent.faces.web.accounts import Role
from agent.faces.web.services import Busy, Services, searches
from agent.jobs.port import Job, QueueFull, State
from agent.language.phrases import day
from agent.language.text import content
from agent.render import wording
from agent.render.citations import safe_url
from agent.review.types import ReviewRow, Status
from agent.types import Insufficient, Page

router = APIRouter(include_in_schema=False)
AT_ONCE: Final = 50
"""Drafts on one page of the list."""
LOOKED_AT: Final = 200
"""Drafts of late whose questions are held against a new one."""
CLOSE: Final = 0.6
"""Share of its words that a question has in common with one that is close to it."""
SHOWN: Final = 5
JOB_WORDS: Final = {
    State.QUEUED: "waiting",
    State.RUNNING: "drafting",
    State.DONE: "done",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
}
EXAMPLES: Final = (
    "Is the Great Wall of China visible from the Moon?",
    "Does aspartame cause cancer?",
    "Did violent crime rise in the United States in 2024?",
)


class Match(NamedTuple):
    """A draft that may answer a question already."""

    id: str
    question: str
    verdict: str
    mark: str
    checked: str


async def _posted(request: Request) -> FormData:
    return await request.form()


Posted = Annotated[FormData, Depends(_posted)]
"""What a form sent."""


def shown(request: Request, template: str, status: int = 200, /, **context: object) -> HTMLResponse:
    """A page with the words and functions that our templates share."""
    shared: dict[str, object] = {
        "ago": partial(ago, now=datetime.now(UTC)),
        "day": day,
        "published": wording.published,
        "searched": wording.searched,
        "safe_url": safe_url,
        "job_words": JOB_WORDS,
        "may_write": request.state.user is not None and request.state.user.role >= Role.EDITOR,
        "said": "",
        "problem": "",
    }
    return render(request, template, status, **{**shared, **context})


def ago(moment: datetime, now: datetime) -> str:
    """`5 minutes ago`; a day where that is longer ago than a week."""
    seconds = max(0, int((now - moment).total_seconds()))
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if number := seconds // size:
            if noun == "day" and number > 7:
                return day(moment.date())
            return f"{number} {noun}{'' if number == 1 else 's'} ago"
    return "just now"


def verbatim(text: str) -> Markup:
    """Text as it is, lines kept and escaped; characters that cannot be seen are left out."""
    return escape("".join(c for c in text if c in "\n\t" or not wording.hidden(c)))


@router.get("/")
def show_desk(
    request: Request,
    services: Desk,
    user: Person,
    question: str = "",
    as_of: str = "",
    status: str = "",
    assignee: str = "",
    q: str = "",
    before: str = "",
) -> HTMLResponse:
    """The question field, what is being drafted, and the drafts."""
    filters = {"status": status, "assignee": assignee, "q": q}
    return _desk(request, services, filters, before, asked=question, as_of=as_of)


@router.post("/plan", response_model=None)
def plan(
    request: Request,
    services: Desk,
    user: Person,
    question: Annotated[str, Form()] = "",
    as_of: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Show how a question is read and what would be searched for, to approve or to prune."""
    try:
        made = services.plan(question, day_of(as_of.strip() or None))
    except (BadInput, Busy) as error:
        return _refuse(request, services, question, as_of, error)
    return render(request, "plan.html", plan=made, asked=verbatim(question), as_of=as_of)


@router.post("/ask", response_model=None)
def ask(
    request: Request,
    services: Desk,
    user: Person,
    question: Annotated[str, Form()] = "",
    as_of: Annotated[str, Form()] = "",
    anew: Annotated[str, Form()] = "",
    queries: Annotated[list[str] | None, Form()] = None,
) -> HTMLResponse | RedirectResponse:
    """Ask for a draft; where the claim was checked before, show that first.

    With `queries`, an editor has looked at the plan and says what is searched for.
    """
    try:
        until = day_of(as_of.strip() or None)
        already = [] if anew or queries else _already(services, question)
        if already:
            return _desk(request, services, {}, asked=question, as_of=as_of, already=already)
        wanted = () if queries is None else searches(queries, least=1)
        job = services.submit(user, question, until, queries=wanted)
    except (BadInput, QueueFull, Busy) as error:
        return _refuse(request, services, question, as_of, error)
    return RedirectResponse(_job_at(job.id), 303)


def _refuse(
    request: Request, services: Services, question: str, as_of: str, error: Exception
) -> HTMLResponse:
    """The desk with what was typed, and why nothing came of it."""
    http = 422 if isinstance(error, BadInput) else 429
    return _desk(request, services, {}, asked=question, as_of=as_of, refused=str(error), http=http)


@router.get("/jobs/{key:path}", response_model=None)
def watch(
    request: Request, services: Desk, user: Person, key: str
) -> HTMLResponse | RedirectResponse:
    """A draft in the making; where it is done, the draft."""
    job = services.jobs.get(key)
    if draft := services.draft_of(job):
        return RedirectResponse(f"/drafts/{draft}", 303)
    made = job.made if isinstance(job.made, Insufficient) else None
    events = [] if job.state.over else list(services.jobs.events(key, wait_seconds=0))
    steps = [event.step for event in events]
    begun = max(
        (n for n, e in enumerate(events) if e.state is State.RUNNING and not e.step), default=0
    )
    return shown(
        request,
        "job.html",
        job=job,
        made=made,
        asides=wording.asides(made) if made else (),
        ahead=services.waiting_before(job),
        steps=STEPS,
        seen=[step for step in dict.fromkeys(steps[begun:]) if step in STEPS],
    )


@router.post("/jobs/{key:path}/cancel")
def cancel(services: Desk, user: Person, key: str) -> RedirectResponse:
    services.jobs.cancel(key)
    return RedirectResponse(_job_at(key), 303)


@router.get("/help")
def show_help(request: Request, user: Person) -> HTMLResponse:
    return shown(request, "help.html")


def _desk(
    request: Request,
    services: Services,
    filters: dict[str, str],
    before: str = "",
    *,
    asked: str = "",
    as_of: str = "",
    refused: str = "",
    already: Sequence[Match] = (),
    http: int = 200,
) -> HTMLResponse:
    filters = {"status": "", "assignee": "", "q": "", **filters}
    status = next((s for s in Status if s.value == filters["status"]), None)
    rows = services.reviews.rows(
        status=status,
        assignee=filters["assignee"],
        search=filters["q"],
        before=before,
        limit=AT_ONCE + 1,
    )
    recent = services.jobs.recent(30)
    more = {k: v for k, v in filters.items() if v}
    if len(rows) > AT_ONCE:
        more["before"] = rows[AT_ONCE - 1].id
    return shown(
        request,
        "home.html",
        http,
        asked=verbatim(asked),
        as_of=as_of,
        refused=refused,
        already=already,
        jobs=[job for job in recent if job.state is not State.DONE][:8],
        thin=_thin(services, recent),
        drafts=rows[:AT_ONCE],
        more=urlencode(more) if "before" in more else "",
        filters=filters,
        statuses=list(Status),
        examples=EXAMPLES,
    )


def _already(services: Services, question: str) -> list[Match]:
    """Drafts of the same claim, then drafts whose questions share most of their words."""
    kept = [_matched(i, page) for i, page in services.earlier(question).items()]
    words = set(content(question))
    rows = [row for row in services.reviews.rows(limit=LOOKED_AT) if _shared(words, row) >= CLOSE]
    close = [
        Match(row.id, row.question, row.verdict.capitalize(), row.verdict.lower(), "")
        for row in sorted(rows, key=lambda row: -_shared(words, row))
    ]
    found = {match.id: match for match in (*close, *kept)}
    ordered = dict.fromkeys(match.id for match in (*kept, *close))
    return [found[i] for i in ordered][:SHOWN]


def _shared(words: set[str], row: ReviewRow) -> float:
    """The share of words that a question has in common with these."""
    other = set(content(row.question))
    return len(words & other) / max(1, len(words | other))


def _matched(draft: str, page: Page) -> Match:
    label = wording.verdict(page)
    mark = page.verdict.label.value if page.claim.gets_verdict else "unproven"
    until = f", evidence up to {day(page.question.as_of)}" if page.question.as_of else ""
    checked = f"checked on {day(page.question.asked_on)}{until}"
    return Match(draft, page.question.text, label, mark, checked)


def _thin(services: Services, recent: Sequence[Job]) -> list[Job]:
    """Questions of late that ended without a draft, for want of evidence."""
    done = [job for job in recent if job.state is State.DONE][:12]
    return [job for job in done if not services.draft_of(job)][:5]


def _job_at(key: str) -> str:
    return f"/jobs/{quote(key, safe='')}"

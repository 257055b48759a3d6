"""`/api/v1`: the desk for programs. What each call takes and gives is in `/api/openapi.json`."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Body, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from agent.faces.exit_codes import BadInput
from agent.faces.web.access import Desk, Person
from agent.faces.web.exports import export
from agent.faces.web.problems import MEDIA
from agent.faces.web.services import LONGEST_SEARCH, SEARCHES, Services
from agent.faces.web.stream import Streams
from agent.jobs.port import Job, State
from agent.render import short_answer
from agent.review.types import (
    Action,
    AuditEvent,
    LineChange,
    Review,
    ReviewRow,
    Status,
    VersionRow,
)
from agent.types import Claim, Insufficient, Value
from retrieval import Filters, Hit

KEY: Final = r"^[A-Za-z0-9._~:=+-]{1,200}$"
"""What a job can be named by a program: it stands in addresses."""
JobId = Annotated[str, Path(pattern=KEY, description="The key that the job was asked for with.")]
DraftId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]
Version = Annotated[int, Field(ge=1, le=1_000_000_000)]
Limit = Annotated[int, Query(ge=1, le=200)]
Words = Annotated[str, Query(max_length=500)]
IfMatch = Annotated[str | None, Header(max_length=40, description="The ETag that you looked at.")]


class Asked(Value):
    """A question, as a person would type it."""

    question: str = Field(min_length=1, max_length=4_000)
    as_of: date | None = None
    """Leave out what was published later."""
    queries: tuple[Annotated[str, Field(max_length=LONGEST_SEARCH)], ...] = Field(
        default=(), max_length=SEARCHES
    )
    """Searches in place of the plan's own; `POST /plan` shows those."""


class PlanShown(Value):
    """How a question is read, and what would be searched for."""

    claim: Claim
    queries: tuple[str, ...]


class JobState(Value):
    """A job, where it waits, and what came of it."""

    id: str
    question: str
    as_of: date | None
    state: State
    waiting_before: int
    """Jobs that wait before it."""
    draft: str = ""
    """Id of the draft, where it made one."""
    insufficient: Insufficient | None = None
    """Why there is no draft, where the evidence was not enough."""
    error: str = ""


class Drafts(Value):
    drafts: tuple[ReviewRow, ...]


class Versions(Value):
    versions: tuple[VersionRow, ...]


class Changes(Value):
    changes: tuple[LineChange, ...]


class Trail(Value):
    """Entries of the audit trail of a draft, and whether the chain of all entries fits."""

    events: tuple[AuditEvent, ...]
    broken_at: int | None
    """Number of the first entry that does not fit the chain; null where it is whole."""


class Hits(Value):
    hits: tuple[Hit, ...]


class Health(Value):
    """Whether the desk answers; nothing about what is in it."""

    status: str = "ok"


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": "Problem", "content": content} for status in statuses}


ALWAYS: Final = problems(400, 401, 403, 404, 413, 421, 422, 429, 500, 503)
router = APIRouter(prefix="/api/v1", responses=ALWAYS)


@router.get("/health", tags=["desk"])
def health() -> Health:
    """Whether the desk answers."""
    return Health()


@router.post("/drafts", status_code=202, responses=problems(409, 415), tags=["jobs"])
def ask_for_draft(
    asked: Asked,
    services: Desk,
    user: Person,
    response: Response,
    idempotency_key: Annotated[str | None, Header(pattern=KEY)] = None,
) -> JobState:
    """Ask for a draft. The same Idempotency-Key is the same job, however often it is sent."""
    key = idempotency_key or ""
    job = services.submit(user, asked.question, asked.as_of, key, asked.queries)
    response.headers["location"] = f"/api/v1/jobs/{quote(job.id, safe=':=+~')}"
    return state_of(services, job)


@router.post("/plan", tags=["jobs"])
def plan(asked: Asked, services: Desk) -> PlanShown:
    """Show how a question is read and what would be searched for; nothing is drafted."""
    made = services.plan(asked.question, asked.as_of)
    return PlanShown(claim=made.claim, queries=made.queries)


@router.get("/jobs", tags=["jobs"])
def list_jobs(services: Desk, limit: Limit = 50) -> tuple[JobState, ...]:
    """The jobs asked for last, newest first; without what came of them."""
    return tuple(_row(job) for job in services.jobs.recent(limit))


@router.get("/jobs/{job}", tags=["jobs"])
def show_job(job: JobId, services: Desk) -> JobState:
    """Where a job is."""
    return state_of(services, services.jobs.get(job))


STREAMED: Final = {
    "type": "object",
    "description": "One event: its number as `id`, and as `data` the JSON of what happened.",
    "properties": {"id": {"type": "string"}, "data": {"type": "string"}},
}


@router.get(
    "/jobs/{job}/events",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {"schema": STREAMED}}},
        204: {"description": "Nothing comes after Last-Event-ID: the job is over."},
    },
    tags=["jobs"],
)
async def follow_job(
    job: JobId,
    request: Request,
    last_event_id: Annotated[str | None, Header(pattern=r"^\d{1,9}$")] = None,
) -> Response:
    """Server-sent events as they come; ids are their numbers. Resumes after Last-Event-ID."""
    streams: Streams = request.app.state.streams
    after = int(last_event_id or 0)
    if await streams.is_over(job, after):
        return Response(status_code=204)
    streams.admit()
    lines: AsyncIterator[str] = streams.follow(job, after)
    headers = {"x-accel-buffering": "no"}  # proxies pass on what comes, when it comes
    return StreamingResponse(lines, media_type="text/event-stream", headers=headers)


@router.delete("/jobs/{job}", tags=["jobs"])
def cancel_job(job: JobId, services: Desk) -> JobState:
    """End a job that is not over: at once where it waits, at its next step where it runs."""
    return state_of(services, services.jobs.cancel(job))


@router.post("/jobs/{job}/cancel", responses=problems(415), tags=["jobs"])
def cancel_job_by_post(job: JobId, services: Desk) -> JobState:
    """The same for those who cannot send DELETE."""
    return state_of(services, services.jobs.cancel(job))


@router.get("/drafts", tags=["drafts"])
def list_drafts(
    services: Desk,
    request: Request,
    response: Response,
    status: Status | None = None,
    assignee: Annotated[str, Query(max_length=100)] = "",
    q: Words = "",
    before: Annotated[str, Query(max_length=64)] = "",
    limit: Limit = 50,
) -> Drafts:
    """Drafts, last changed first. The header Link has the address of the next page."""
    rows = services.reviews.rows(
        status=status, assignee=assignee, search=q, before=before, limit=limit
    )
    if len(rows) == limit:
        following = request.url.include_query_params(before=rows[-1].id, limit=limit)
        response.headers["link"] = f'<{following.path}?{following.query}>; rel="next"'
    return Drafts(drafts=tuple(rows))


@router.get("/drafts/{draft}", tags=["drafts"])
def show_draft(
    draft: DraftId,
    services: Desk,
    response: Response,
    version: Annotated[Version | None, Query()] = None,
) -> Review:
    """A draft as it stands, or as it stood in a version. ETag is its version."""
    review = services.review(draft, version)
    response.headers["etag"] = etag_of(review)
    return review


@router.post("/drafts/{draft}/actions", responses=problems(409, 412, 415), tags=["drafts"])
def act_on_draft(
    draft: DraftId,
    action: Annotated[Action, Body()],
    services: Desk,
    user: Person,
    response: Response,
    if_match: IfMatch = None,
) -> Review:
    """Do one thing to a draft, durably, or nothing. Send If-Match to change only what you saw."""
    services.limit_changes(user)
    services.review(draft)
    review = services.reviews.act(draft, action, user.name, version_of(if_match))
    response.headers["etag"] = etag_of(review)
    return review


@router.get("/drafts/{draft}/versions", tags=["drafts"])
def list_versions(draft: DraftId, services: Desk) -> Versions:
    """Every version, newest first."""
    services.review(draft)
    return Versions(versions=tuple(services.reviews.versions(draft)))


@router.get("/drafts/{draft}/compare", tags=["drafts"])
def compare_versions(
    draft: DraftId,
    services: Desk,
    old: Annotated[Version, Query()],
    new: Annotated[Version, Query()],
) -> Changes:
    """What changed between two versions, sentence by sentence."""
    services.review(draft)
    return Changes(changes=tuple(services.reviews.compare(draft, old, new)))


@router.get("/drafts/{draft}/trail", tags=["drafts"])
def show_trail(
    draft: DraftId,
    services: Desk,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
) -> Trail:
    """Who did what to a draft, oldest first."""
    services.review(draft)
    events = services.reviews.trail(draft, after, limit)
    return Trail(events=tuple(events), broken_at=services.reviews.verify_trail(draft))


@router.get("/drafts/{draft}/passages", tags=["drafts"])
def find_passages(
    draft: DraftId,
    services: Desk,
    q: Annotated[str, Query(min_length=1, max_length=2_000)],
    limit: Annotated[int, Query(ge=1, le=50)] = 8,
) -> Hits:
    """Passages that a sentence could cite, best first."""
    services.review(draft)
    return Hits(hits=tuple(services.reviews.passages(draft, q, limit)))


@router.get(
    "/drafts/{draft}/export/{form}",
    response_class=Response,
    responses={200: {"content": {"*/*": {}}}, **problems(409)},
    tags=["drafts"],
)
def export_draft(
    draft: DraftId,
    form: Annotated[str, Path(pattern=r"^[a-z]{1,20}$")],
    services: Desk,
    *,
    unproven: bool = False,
) -> Response:
    """The page as a file: text, md, html, docx, json, claimreview and others.

    A ClaimReview of a claim that got no verdict is written only with `unproven=true`.
    """
    return export(services, draft, form, unproven=unproven)


@router.post("/ask", responses=problems(415, 502), tags=["desk"])
def ask(asked: Asked, services: Desk) -> short_answer.Answer:
    """Is this true? The short answer, made while you wait."""
    return services.answer(asked.question, asked.as_of)


@router.get("/search", tags=["desk"])
def search(
    services: Desk,
    q: Annotated[str, Query(min_length=1, max_length=2_000)],
    k: Annotated[int, Query(ge=1, le=50)] = 8,
    as_of: date | None = None,
) -> Hits:
    """Passages of the library that fit best."""
    filters = Filters(published_to=as_of, dated_only=as_of is not None)
    return Hits(hits=tuple(services.shelf.search(q, k, filters)))


def state_of(services: Services, job: Job) -> JobState:
    """A job as programs see it."""
    made = job.made if isinstance(job.made, Insufficient) else None
    return _row(
        job,
        waiting_before=services.waiting_before(job),
        draft=services.draft_of(job),
        insufficient=made,
    )


def _row(job: Job, **fields: Any) -> JobState:  # noqa: ANN401
    asked = job.question
    known = {"id": job.id, "question": asked.text, "as_of": asked.as_of, "state": job.state}
    return JobState(**{"waiting_before": 0, "error": job.error, **known, **fields})


def etag_of(review: Review) -> str:
    """The version, as the header ETag has it."""
    return f'"{review.version}"'


def version_of(if_match: str | None) -> int | None:
    """The version that a header If-Match names; None where it names none.

    Raises:
        BadInput: it cannot be an ETag of a draft.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    number = if_match.strip().removeprefix("W/").strip('"')
    if not number.isdecimal() or not number.isascii():
        raise BadInput('If-Match is the ETag of the draft that you looked at, such as "3".')
    return int(number)

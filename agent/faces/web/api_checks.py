"""`/api/v1/check` and `/compare-copy`: texts and files that others wrote, for programs."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from agent.audit.check import AuditReport
from agent.audit.reading import suffix_of
from agent.faces.web.access import Desk, Person
from agent.faces.web.api import ALWAYS, DraftId, etag_of, problems
from agent.faces.web.copies import Copy
from agent.faces.web.differences import ComparedCopy
from agent.faces.web.services import Services
from agent.types import Value

router = APIRouter(prefix="/api/v1", responses=ALWAYS)
WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
JSON: Final = "application/json"
SUFFIXES: Final = {
    WORD: ".docx",
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
}
"""Media types of files that are read, and the endings that they stand for."""
MULTIPART: Final = "multipart/form-data"


class Text(Value):
    text: Annotated[str, Field(min_length=1, max_length=400_000)]
    """Markdown or plain text with [1] and a list of sources, or a page in JSON."""


class Ruled(Value):
    """One sentence of a checked text."""

    text: str
    line: int | None
    section: str
    cites: tuple[int, ...]
    support: str
    reason: str
    nearest_source: str | None
    nearest_quote: str | None


class Checked(Value):
    """What the check of a whole text found."""

    stand: int
    fall: int
    unknown_sources: tuple[int, ...]
    sentences: tuple[Ruled, ...]
    frame: tuple[str, ...]
    """What is wrong with title, verdict line and headings."""

    @classmethod
    def of(cls, report: AuditReport) -> "Checked":
        fallen = len(report.falling)
        return cls(
            stand=len(report.examined) - fallen,
            fall=fallen,
            unknown_sources=report.unknown_sources,
            sentences=tuple(
                Ruled(
                    text=one.sentence.text,
                    line=one.sentence.line,
                    section=one.sentence.section,
                    cites=one.sentence.numbers,
                    support=one.ruling.support,
                    reason=one.ruling.reason,
                    nearest_source=one.nearest.source if one.nearest else None,
                    nearest_quote=one.nearest.quote if one.nearest else None,
                )
                for one in report.examined
            ),
            frame=tuple(f"{one.place}: {one.reason}" for one in report.falling_frame),
        )


def _takes(**schemas: object) -> dict[str, Any]:
    """The bodies that a call takes, for the description."""
    file = {"type": "string", "format": "binary"}
    form = {"type": "object", "properties": {"file": file}, "required": ["file"]}
    content: dict[str, Any] = {kind: {"schema": file} for kind in SUFFIXES}
    content[MULTIPART] = {"schema": form}
    content |= {kind: {"schema": schema} for kind, schema in schemas.items()}
    return {"requestBody": {"required": True, "content": content}}


@router.post(
    "/check",
    responses=problems(415),
    tags=["desk"],
    openapi_extra=_takes(**{JSON: Text.model_json_schema()}),
)
async def check(request: Request, services: Desk, user: Person) -> Checked:
    """Rule on every sentence of a cited text that a person or another model wrote.

    The text in JSON; or a file (Word, HTML, Markdown, plain text) as the body or in a form.
    """
    if _kind(request) == JSON:
        text = _text_in(await request.body())
        data, suffix = text.encode(), suffix_of(text)
    else:
        data, suffix = await file_of(request)
    return await run_in_threadpool(_check, services, data, suffix)


@router.post(
    "/drafts/{draft}/compare-copy",
    responses=problems(409, 415),
    tags=["drafts"],
    openapi_extra=_takes(**{JSON: {"type": "object"}}),
)
async def compare_copy(
    draft: DraftId, request: Request, services: Desk, user: Person, response: Response
) -> ComparedCopy:
    """Compare an edited copy with the draft as it stands; nothing is stored or changed.

    The copy is the body (Word, HTML, Markdown, plain text, our JSON) or a file in a form. Each
    difference names the action that takes it over; send it to `/actions` with this ETag.
    """
    data, suffix = (
        (await request.body(), ".json") if _kind(request) == JSON else await file_of(request)
    )
    found = await run_in_threadpool(_compare, services, draft, data, suffix, user.name)
    response.headers["etag"] = etag_of(found.review)
    return await run_in_threadpool(lambda: found.compared)


def _check(services: Services, data: bytes, suffix: str) -> Checked:
    return Checked.of(services.check(services.read(data, suffix)))


def _compare(services: Services, draft: str, data: bytes, suffix: str, who: str) -> Copy:
    review = services.review(draft)
    return Copy.of(services, review, services.read(data, suffix), who)


async def file_of(request: Request) -> tuple[bytes, str]:
    """The file that was sent, as the body or in a form, and the ending that tells its kind.

    Raises:
        HTTPException: 415, where nothing says what kind of file it is; 422, no file in the form.
    """
    if _kind(request) != MULTIPART:
        suffix = SUFFIXES.get(_kind(request))
        if suffix is None:
            raise HTTPException(415, f"Send one of these: {', '.join((*SUFFIXES, JSON))}.")
        return await request.body(), suffix
    sent = (await request.form()).get("file")
    if not isinstance(sent, UploadFile):
        raise HTTPException(422, "The form has no file. Send it as the field “file”.")
    return await sent.read(), ending(sent.filename or "")


def ending(filename: str) -> str:
    """The ending of a file's name, with its dot; "" where it has none."""
    _, dot, found = filename.rpartition(".")
    return f".{found.lower()}" if dot else ""


def _text_in(body: bytes) -> str:
    try:
        return Text.model_validate_json(body).text
    except ValidationError as error:
        raise RequestValidationError(
            [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        ) from error


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()

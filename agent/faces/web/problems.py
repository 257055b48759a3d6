"""What went wrong, as people and programs are told: one table, a page or RFC 9457 JSON."""

from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import Field, ValidationError
from starlette.exceptions import HTTPException

from agent.faces.web.access import render
from agent.faces.web.services import Busy
from agent.types import Value

MEDIA: Final = "application/problem+json"
API: Final = "/api/"
SOON: Final = 30
"""Seconds after which a program may ask again what could not be done now."""


class Problem(Value):
    """RFC 9457: what went wrong and what to do next."""

    type: str = "about:blank"
    title: str
    status: int = Field(ge=400, le=599)
    detail: str


STATUS: Final[dict[str, int]] = {
    "BadInput": 422,
    "SignInRefused": 403,
    "UnknownDraft": 404,
    "UnknownJob": 404,
    "UnknownSource": 404,
    "Stale": 412,
    "NotAllowed": 409,
    "NothingToPublish": 409,
    "ReviewError": 503,
    "AccountsUnavailable": 503,
    "KeyTaken": 409,
    "QueueFull": 503,
    "JobError": 503,
    "Busy": 429,
    "UnreadableText": 422,
    "CouldNotCheck": 503,
    "ChatError": 502,
    "LibraryBusy": 503,
    "EmbeddingFailed": 503,
    "SourceUnreadable": 422,
    "SourceRefused": 422,
    "LibraryError": 503,
}
"""By class name, as `exit_codes.BY_NAME`, so that what is not installed need not be imported."""


def status_of(error: Exception) -> int | None:
    """The HTTP status of a known failure; None for a fault of ours."""
    names = (cls.__name__ for cls in type(error).__mro__)
    return next((STATUS[name] for name in names if name in STATUS), None)


def failure(
    request: Request, status: int, detail: str, headers: dict[str, str] | None = None
) -> Response:
    """A page for people, problem+json for programs."""
    title = HTTPStatus(status).phrase
    if is_api(request):
        body = Problem(title=title, status=status, detail=detail).model_dump()
        return JSONResponse(body, status, headers, media_type=MEDIA)
    page = render(request, "error.html", status, title=title, status=status, message=detail)
    page.headers.update(headers or {})
    return page


def is_api(request: Request) -> bool:
    """Whether a program asks."""
    return request.url.path.startswith(API) or request.headers.get("accept", "").startswith(
        "application/json"
    )


def add_handlers(app: FastAPI) -> None:
    """Tell what is refused or cannot be read; `security.Guarded` tells the rest."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)


def tell_known(request: Request, error: Exception) -> Response | None:
    """What is told of a failure that has a status; None of a fault of ours."""
    status = status_of(error)
    if status is None:
        return None
    headers = {}
    if status in {429, 503}:
        headers["retry-after"] = str(error.seconds if isinstance(error, Busy) else SOON)
    return failure(request, status, str(error), headers)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  (registered for it)
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        wants_page = "text/html" in request.headers.get("accept", "")
        if not is_api(request) and wants_page:
            back = quote(request.url.path, safe="/") if request.method == "GET" else "/"
            return RedirectResponse(f"/login?next={back}", 303)
        headers["www-authenticate"] = "Bearer"
    return failure(request, error.status_code, _words(error), headers)


def _words(error: HTTPException) -> str:
    """What the framework says in two words, in words that help."""
    if error.status_code == HTTPStatus.NOT_FOUND and error.detail == "Not Found":
        return "There is nothing at this address."
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return "This address takes another method; the header Allow names those it takes."
    return str(error.detail)


def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  (registered for it)
    return failure(request, 422, words_of_faults(error))


def words_of_faults(error: RequestValidationError | ValidationError) -> str:
    """The first three faults of what was sent, each with the place where it stands."""
    faults = [
        f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()[:3]
    ]
    return f"{'; '.join(faults)[:600]}."

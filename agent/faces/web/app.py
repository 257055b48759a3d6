"""The application: the desk's services behind pages for people and an API for programs.

The interface between the parts of this face: `access.py` (services, person, `render`) and
`services.py` (what pages and API ask of the desk). A new set of pages is a router, named below.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any, Final

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.staticfiles import StaticFiles

from agent.faces.web import (
    accounts_pages,
    api,
    api_checks,
    api_sources,
    cited_sources,
    copy_pages,
    drafts,
    editing,
    exports,
    history,
    library_pages,
    pages,
)
from agent.faces.web.access import STATIC, render
from agent.faces.web.problems import Problem, add_handlers
from agent.faces.web.security import Guarded, Identified, Place, guard
from agent.faces.web.services import Adopter, Services
from agent.faces.web.stream import Streams

OPENAPI: Final = "/api/openapi.json"


def create_app(services: Services) -> FastAPI:
    """The application around these services; it takes finished drafts into review while it runs."""
    place = Place(services.settings.web_url or "")
    app = FastAPI(
        title="Verdict Desk",
        version=version("verdict-desk"),
        description="Fact-checks drafted from vetted sources, every sentence cited and checked.",
        openapi_url=None,  # served below, behind the same guards as everything else
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(guard)],
        lifespan=_living(services),
    )
    app.state.services, app.state.place = services, place
    app.state.streams = Streams(services.jobs)
    around = (accounts_pages, pages, library_pages)
    people = (*around, drafts, history, editing, copy_pages, exports, cited_sources)
    for part in (api, api_checks, api_sources, *people):
        app.include_router(part.router)
    app.add_api_route(OPENAPI, show_openapi, include_in_schema=False)
    app.add_api_route("/api", show_docs, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    add_handlers(app)
    app.add_middleware(Identified, services=services, place=place)
    app.add_middleware(
        Guarded, place=place, upload_bytes=services.settings.web_upload_mb * 1_000_000
    )
    return app


def show_openapi(request: Request) -> JSONResponse:
    """What the API takes and gives, for programs."""
    return JSONResponse(described(request.app))


def show_docs(request: Request) -> Response:
    """The same for people."""
    return render(request, "api.html", api=described(request.app), openapi=OPENAPI)


def described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI of an application, with how failures are told and how programs sign in."""
    found = app.openapi()
    parts = found.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    found["security"] = [{"token": []}]
    return found


def _living(services: Services) -> Any:  # noqa: ANN401  (what Starlette calls a lifespan)
    @asynccontextmanager
    async def live(app: FastAPI) -> AsyncIterator[None]:
        adopter = Adopter(services)
        adopter.start()
        try:
            yield
        finally:
            app.state.streams.stopping = True
            adopter.stop()

    lifespan: Any = live
    return lifespan

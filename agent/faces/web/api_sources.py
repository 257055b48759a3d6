"""`/api/v1/sources`: the library for programs."""

import io
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from agent.faces.web.access import Desk, Person
from agent.faces.web.api import ALWAYS
from agent.faces.web.sources import FRONT, Shown
from agent.types import Value
from retrieval import AddReport, Source

router = APIRouter(prefix="/api/v1/sources", responses=ALWAYS, tags=["sources"])
SourceId = Annotated[str, Path(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9][\w.-]*$")]
Said = Annotated[str, Query(max_length=500)]


class Sources(Value):
    sources: tuple[Source, ...]


class Place(Value):
    draft: str
    line: str


class Citing(Value):
    """Where a source is cited."""

    sentences: tuple[Place, ...]


class Removed(Value):
    """What was removed, and the drafts that cite it and have to be checked again."""

    source: str
    drafts: tuple[str, ...]


@router.get("")
def list_sources(
    services: Desk,
    request: Request,
    response: Response,
    q: Annotated[str, Query(max_length=500)] = "",
    tier: Annotated[int | None, Query(ge=1, le=3)] = None,
    after: Annotated[str, Query(max_length=120)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Sources:
    """Sources by id. The header Link has the address of the next page."""
    rows = [s for s in services.shelf.rows(q, tier) if s.id > after]
    if len(rows) > limit:
        following = request.url.include_query_params(after=rows[limit - 1].id, limit=limit)
        response.headers["link"] = f'<{following.path}?{following.query}>; rel="next"'
    return Sources(sources=tuple(rows[:limit]))


@router.put(
    "",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def add_source(
    request: Request,
    services: Desk,
    user: Person,
    name: Annotated[str, Query(min_length=1, max_length=200)],
    id: Said = "",  # noqa: A002  (the name that it has in front matter)
    title: Said = "",
    publisher: Said = "",
    url: Annotated[str, Query(max_length=2_000)] = "",
    published: Said = "",
    kind: Said = "",
    tier: Said = "",
    text: Said = "",
) -> AddReport:
    """Bring one file in, vouched for by you.

    The body is the file, `name` what it is called; the rest is its front matter, where it has none.
    """
    values = (id, title, publisher, url, published, kind, tier, text)
    said = dict(zip(FRONT, values, strict=True))
    content = io.BytesIO(await request.body())
    return await run_in_threadpool(services.shelf.add, user, name, content, said)


@router.get("/{source}")
def show_source(source: SourceId, services: Desk) -> Shown:
    """A source with its stored text and its passages."""
    return services.shelf.show(source)


@router.get("/{source}/citing")
def show_citing(source: SourceId, services: Desk) -> Citing:
    """The sentences that cite a source."""
    found = services.reviews.citing(source)
    return Citing(sentences=tuple(Place(draft=draft, line=line) for draft, line in found))


@router.delete("/{source}")
def remove_source(source: SourceId, services: Desk) -> Removed:
    """Take a source out of the library; drafts that cite it are marked for a new check."""
    return Removed(source=source, drafts=tuple(services.shelf.remove(source)))

"""The library as editors see it: sources, their text, who cites it; what comes and goes."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from agent.faces.exit_codes import BadInput
from agent.faces.web.access import Desk, Person
from agent.faces.web.pages import Posted, shown, verbatim
from agent.faces.web.services import Services
from agent.faces.web.sources import FRONT, SUFFIXES
from agent.render import html
from agent.render.wording import NOTICES
from agent.review.types import Line
from retrieval import Passage, Source

router = APIRouter(include_in_schema=False)


class Citing(NamedTuple):
    """A sentence of a draft that cites a source."""

    draft: str
    question: str
    changed: bool
    """Whether the source changed or is gone since the draft was last checked."""
    line: Line
    passages: frozenset[str]


@router.get("/library")
def show_library(
    request: Request, services: Desk, user: Person, q: str = "", tier: str = ""
) -> HTMLResponse:
    """The sources, who vouches for them, and how many drafts cite each."""
    chosen = int(tier) if tier in {"1", "2", "3"} else None
    return _library(request, services, q, chosen)


@router.post("/library/add", response_model=None)
def add_source(
    request: Request,
    services: Desk,
    user: Person,
    form: Posted,
    file: Annotated[UploadFile, File()],
) -> HTMLResponse | RedirectResponse:
    """Bring a file in, vouched for by the person who is signed in."""
    typed = {name: str(form.get(name, "")) for name in FRONT}
    try:
        report = services.shelf.add(user, file.filename or "", file.file, typed)
    except BadInput as error:
        return _library(request, services, problem=str(error), typed=typed, http=422)
    if report.refused:
        fault = " ".join(refusal.reason for refusal in report.refused)
        return _library(request, services, problem=fault, typed=typed, http=422)
    new = [*report.added, *report.replaced]
    where = f"/library/{quote(new[0], safe='')}?added=1" if new else "/library"
    return RedirectResponse(where, 303)


@router.post("/library/{source:path}/remove")
def remove_source(services: Desk, user: Person, source: str) -> RedirectResponse:
    drafts = services.shelf.remove(source)
    return RedirectResponse(f"/library?removed={len(drafts)}", 303)


@router.get("/library/{source:path}")
def show_source(
    request: Request, services: Desk, user: Person, source: str, added: bool = False
) -> HTMLResponse:
    """A source's text by passages, each with the sentences that cite it."""
    citing = _citing(services, source)
    known = next((s for s in services.library.sources() if s.id == source), None)
    if known is None and not citing:
        services.shelf.find(source)  # tells that there is none
    passages = services.library.passages(source) if known else []
    return shown(
        request,
        "source_in_library.html",
        source=known,
        name=source,
        passages=[_passage_row(p, citing) for p in passages],
        drafts={c.draft: c.question for c in citing},
        changed={c.draft: c.question for c in citing if c.changed},
        tiers=html.TIERS,
        news=services.shelf.news(source),
        notice_words=NOTICES,
        said="It is in the library now." if added else "",
    )


def _library(
    request: Request,
    services: Services,
    q: str = "",
    tier: int | None = None,
    *,
    problem: str = "",
    typed: dict[str, str] | None = None,
    http: int = 200,
) -> HTMLResponse:
    sources = services.shelf.rows(q, tier)
    removed = request.query_params.get("removed", "")
    marked = f" {removed} drafts cite it and are marked for another check." if removed else ""
    return shown(
        request,
        "library.html",
        http,
        sources=[(s, _cited_by(services, s)) for s in sources],
        news=services.shelf.all_news(),
        stats=services.library.stats(),
        stale=_stale(services),
        q=q,
        tier=tier,
        tiers=html.TIERS,
        suffixes=",".join(SUFFIXES),
        typed=dict.fromkeys(FRONT, "") | (typed or {}),
        problem=problem,
        said=f"The source is no longer in the library.{marked}" if removed.isdecimal() else "",
    )


def _stale(services: Services) -> list[tuple[str, int]]:
    """Sources that changed or are gone since drafts cited them, and how many drafts."""
    return [
        (source, len(set(drafts))) for source, drafts in services.reviews.stale_sources().items()
    ]


def _cited_by(services: Services, source: Source) -> int:
    """How many drafts cite a source."""
    return len({draft for draft, _ in services.reviews.citing(source.id)})


def _citing(services: Services, source: str) -> list[Citing]:
    """The sentences that cite a source, with the passages that they cite of it."""
    rows: list[Citing] = []
    by_draft: dict[str, list[str]] = {}
    for draft, line in services.reviews.citing(source):
        by_draft.setdefault(draft, []).append(line)
    for draft, ids in by_draft.items():
        review = services.review(draft)
        lines = {line.id: line for section in review.document.sections for line in section.lines}
        rows += [
            Citing(
                draft,
                review.document.question.text,
                source in review.recheck,
                lines[i],
                frozenset(c.passage for c in lines[i].citations if c.source == source),
            )
            for i in dict.fromkeys(ids)
            if i in lines
        ]
    return rows


def _passage_row(passage: Passage, citing: Sequence[Citing]) -> dict[str, object]:
    cited = [row for row in citing if passage.id in row.passages]
    return {"passage": passage, "text": verbatim(passage.text), "citing": cited}

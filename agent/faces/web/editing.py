"""The form of one sentence: its words, the passages that it cites, others from the library."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from agent.faces.web.access import Desk, Person
from agent.faces.web.layout import Layout
from agent.faces.web.pages import Posted, shown, verbatim
from agent.faces.web.services import Services
from agent.review.port import UnknownDraft
from agent.review.types import Review
from retrieval import Passage

router = APIRouter(include_in_schema=False)
FOUND: Final = 8
"""Passages that a search offers for a sentence."""


@router.get("/drafts/{draft}/lines/{line}")
def show_editor(
    request: Request,
    services: Desk,
    user: Person,
    draft: str,
    line: str,
    section: str = "",
    after: str = "",
    text: Annotated[str, Query(max_length=2_000)] = "",
) -> HTMLResponse:
    """The form that edits a sentence, or adds one (`line` is `new`), with words to begin with."""
    review = services.review(draft)
    typed = {"section": section, "after": after, "version": str(review.version), "text": text}
    found = Layout(review).find(line)
    if found is None and line != "new":
        raise UnknownDraft(f"This draft has no sentence {line[:40]!r} any more. Open it anew.")
    if found is not None:
        typed["text"] = text or found[0].text
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


def refuse_edit(
    request: Request, services: Services, review: Review, form: FormData, problem: str, status: int
) -> HTMLResponse:
    """The form with what was typed, and why it was not taken."""
    typed = {k: str(v) for k, v in form.items()} | {"version": str(review.version)}
    ticked = [str(i) for i in form.getlist("passages")]
    cited = [str(i) for i in form.getlist("cited")]
    ids = dict.fromkeys([*ticked, *cited])
    rows = [(p, p.id in ticked) for i in ids if (p := _passage(services, review, i))]
    line = typed.get("line", "new")
    return _editor(request, review, line, typed, cited, rows, problem, status)


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
        title=Layout(review).title,
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

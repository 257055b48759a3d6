"""A page as a file to keep: every form that `agent.render` writes."""

from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from agent.faces.web.access import Desk, Person
from agent.faces.web.layout import Layout
from agent.faces.web.pages import shown
from agent.faces.web.services import Services
from agent.language.phrases import day
from agent.render import FILES, FORMATS, claimreview, render, render_file
from agent.render.claimreview import NothingToPublish
from agent.render.wording import Edition
from agent.review.port import NotAllowed
from agent.review.types import Notice, Review, Status
from agent.types import Page

router = APIRouter(include_in_schema=False)
FORMS: Final = (*FORMATS, *FILES)
CLAIMREVIEW: Final = "claimreview"
KINDS: Final = {
    "text": ("txt", "text/plain; charset=utf-8"),
    "md": ("md", "text/markdown; charset=utf-8"),
    "html": ("html", "text/html; charset=utf-8"),
    "json": ("json", "application/json"),
    CLAIMREVIEW: ("jsonld", "application/ld+json"),
    "docx": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "csl": ("csl.json", "application/vnd.citationstyles.csl+json"),
    "bibtex": ("bib", "application/x-bibtex"),
}
"""Ending and media type of a form; one that is not named here is sent as bytes."""
SAID: Final = {"correction": "Correction", "void": "Withdrawn"}
"""How a notice begins."""


@router.get("/drafts/{draft}/export/{form}", response_model=None)
def export_draft(
    request: Request, services: Desk, user: Person, draft: str, form: str, *, unproven: bool = False
) -> Response:
    """The draft as a file; where it cannot be one, the reason on a page."""
    review = services.review(draft)
    again = ""
    try:
        return export(services, review.id, form, unproven=unproven)
    except NothingToPublish:
        problem = (
            "No ClaimReview was written: the claim is unproven or has no verdict, and readers of "
            "a ClaimReview take it for a rating."
        )
        again = f"/drafts/{review.id}/export/{form}?unproven=true"
    except NotAllowed as error:
        problem = str(error)
    here, title = f"/drafts/{review.id}", Layout(review).title
    return shown(request, "no_export.html", 409, here=here, title=title, why=problem, again=again)


def export(services: Services, draft: str, form: str, *, unproven: bool = False) -> Response:
    """A draft as an attachment: a browser keeps it and never shows it as a page of the desk.

    Args:
        services: the desk.
        draft: id of the draft.
        form: one of `FORMS`.
        unproven: whether to write a ClaimReview also where the claim got no verdict.

    Raises:
        HTTPException: 404, there is no such form.
        UnknownDraft: there is no such draft.
        NotAllowed: a sentence is red, or the draft was withdrawn and a ClaimReview is asked for.
        NothingToPublish: the claim got no verdict that a ClaimReview could give.
    """
    review = services.review(draft)
    if form not in FORMS:
        raise HTTPException(404, f"There is no form {form!r}. Choose one of: {', '.join(FORMS)}.")
    page, edition = services.reviews.page(draft), edition_of(review)
    if form == CLAIMREVIEW:
        content = _claimreview(services, review, page, unproven=unproven).encode()
    elif form in FILES:
        content = render_file(page, form, edition)
    else:
        content = render(page, form, edition).encode()
    ending, media = KINDS.get(form, (form, "application/octet-stream"))
    headers = {"content-disposition": f'attachment; filename="fact-check-{draft}.{ending}"'}
    return Response(content, headers=headers, media_type=media)


def edition_of(review: Review) -> Edition:
    """The id that files of a draft name, and what readers are told of its corrections."""
    return Edition(draft=review.id, notices=tuple(map(told, review.notices)))


def told(notice: Notice) -> str:
    """A notice as readers have it: what it is, the day, the words."""
    return f"{SAID[notice.kind]}, {day(notice.at.date())}: {notice.text}"


def _claimreview(services: Services, review: Review, page: Page, *, unproven: bool) -> str:
    """With the publisher and address of the settings.

    Raises:
        NotAllowed: the draft was withdrawn.
        NothingToPublish: the claim got no verdict, and nobody asked for it all the same.
    """
    if review.status is Status.VOID:
        raise NotAllowed(
            "This fact-check was withdrawn. A ClaimReview would go on telling its verdict, so none "
            "is written. Take down the one that was published."
        )
    settings = services.settings
    publication = claimreview.Publication(
        url=settings.publish_url or "", name=settings.publish_name or "", unproven=unproven
    )
    return claimreview.render(page, publication, edition_of(review))

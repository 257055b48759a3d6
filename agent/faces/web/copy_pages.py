"""An edited copy of a draft is brought back: what changed, and a press for each change.

The copy travels in the form of the page and is compared anew after each press.
"""

from typing import Annotated, Final, NamedTuple

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from agent.audit.cited_text import CitedText, UnreadableText
from agent.audit.comparison import Change
from agent.faces.exit_codes import BadInput
from agent.faces.web.access import Desk, Person
from agent.faces.web.accounts import Role, User
from agent.faces.web.api_checks import ending
from agent.faces.web.copies import Copy
from agent.faces.web.differences import ComparedCopy, Difference
from agent.faces.web.layout import SUPPORT, Layout, outcome_of
from agent.faces.web.marking import Word, words_changed
from agent.faces.web.pages import Posted, shown, verbatim
from agent.faces.web.services import Services, require_short
from agent.review.port import NotAllowed, Stale, UnknownDraft
from agent.review.types import LineChange, Review

router = APIRouter(include_in_schema=False)
ENDINGS: Final = (".docx", ".html", ".htm", ".md", ".txt", ".json")
NAMES: Final = {
    Change.CHANGED: "Changed",
    Change.ADDED: "Added",
    Change.REMOVED: "Removed",
    Change.MOVED: "Moved",
}


class Row(NamedTuple):
    """A difference as its row shows it."""

    number: int
    found: Difference
    name: str
    words: list[Word]
    cites: list[str]
    """Titles of the sources that it cites."""


@router.get("/drafts/{draft}/copy")
def show_form(request: Request, services: Desk, user: Person, draft: str) -> HTMLResponse:
    """The form for a copy, on a page of its own."""
    return _page(request, services.review(draft))


@router.post("/drafts/{draft}/copy")
def bring_copy(
    request: Request,
    services: Desk,
    user: Person,
    draft: str,
    file: Annotated[UploadFile, File()],
) -> HTMLResponse:
    """Compare a file with the draft as it stands."""
    review = services.review(draft)
    try:
        text = services.read(file.file.read(), ending(file.filename or ""))
        copy = Copy.of(services, review, text, user.name)
    except (BadInput, UnreadableText) as error:
        return _page(request, review, problem=str(error), status=422)
    except NotAllowed as error:
        return _page(request, review, problem=str(error), status=409)
    return _compared(request, user, copy)


@router.post("/drafts/{draft}/copy/take")
def take_over(
    request: Request, services: Desk, user: Person, draft: str, form: Posted
) -> HTMLResponse:
    """Take one difference over into the draft, or all that stand; then compare again."""
    review = services.review(draft)
    try:
        text = CitedText.model_validate_json(str(form.get("copy", "")))
        require_short(text)
    except (ValidationError, BadInput):
        fault = "The copy did not come along. Bring the file back again."
        return _page(request, review, problem=fault, status=422)
    try:
        copy = Copy.of(services, review, text, user.name)
        _require_version(review, str(form.get("version", "")))
        if form.get("take") == "all":
            copy, said = _take_all(services, user, copy)
        else:
            copy, said = _take_one(services, user, copy, str(form.get("take", "")))
    except (NotAllowed, Stale, UnknownDraft) as error:
        copy = Copy.of(services, services.review(draft), text, user.name)
        status = 412 if isinstance(error, Stale) else 409
        return _compared(request, user, copy, problem=str(error), status=status)
    return _compared(request, user, copy, said=said)


def _require_version(review: Review, seen: str) -> None:
    """Refuse to act on a draft that is not as the person saw it. Raises Stale."""
    if seen != str(review.version):
        raise Stale("Somebody changed the draft meanwhile. It is compared anew: look again.")


def _take_one(services: Services, user: User, copy: Copy, number: str) -> tuple[Copy, str]:
    """Take one difference over; say what came of it.

    Raises:
        NotAllowed: there is none of this number, or it cannot be taken over.
    """
    differences = copy.compared.differences
    chosen = number.isascii() and number.isdecimal() and int(number) < len(differences)
    if not chosen:
        raise NotAllowed("There is no such change any more. It is compared anew: look again.")
    review, line = _act(services, user, copy.review, differences[int(number)])
    did = differences[int(number)].action
    return copy.beside(review), outcome_of(Layout(review), did.do if did else "", line)


def _take_all(services: Services, user: User, copy: Copy) -> tuple[Copy, str]:
    """Take over what stands, one after another; what the desk refuses is left as it is."""
    left = [d.key for d in copy.compared.differences if d.ready]
    lines: list[str] = []
    refused = 0
    while found := next((d for d in copy.differences if d.key in left), None):
        left.remove(found.key)
        try:
            review, line = _act(services, user, copy.review, found)
        except (NotAllowed, UnknownDraft):
            refused += 1
            continue
        copy = copy.beside(review)
        lines.append(line)
    layout = Layout(copy.review)
    on_page = {x.line.id: x.state for part in layout.parts for x in part.lines}
    fallen = sum(on_page.get(line) == "rejected" for line in lines)
    said = f"{len(lines)} taken over."
    if fallen:
        said += f" {fallen} of them no longer stand beside the others; look at them."
    if refused:
        said += f" {refused} could not be taken over; try them one by one."
    return copy, said


def _act(services: Services, user: User, review: Review, found: Difference) -> tuple[Review, str]:
    """Do what takes a difference over; the draft after it, and the sentence that it is now.

    Raises:
        NotAllowed: nothing takes it over, or the draft cannot be changed.
    """
    if found.action is None:
        raise NotAllowed(found.hindrance)
    services.limit_changes(user)
    known = {line.id for section in review.document.sections for line in section.lines}
    new = services.reviews.act(review.id, found.action, user.name, review.version)
    every = (line.id for section in new.document.sections for line in section.lines)
    return new, found.line or next((i for i in every if i not in known), "")


def _compared(
    request: Request,
    user: User,
    copy: Copy,
    *,
    said: str = "",
    problem: str = "",
    status: int = 200,
) -> HTMLResponse:
    compared, layout = copy.compared, Layout(copy.review)
    titles = {s.id: s.title for s in copy.services.library.sources()}
    rows = [
        Row(n, d, NAMES[d.change], _words(d), [titles[i] for i in d.cites])
        for n, d in enumerate(compared.differences)
    ]
    return _page(
        request,
        copy.review,
        said=said,
        problem=problem,
        status=status,
        compared=compared,
        rows=rows,
        carried=verbatim(copy.text.model_dump_json()),
        editable=layout.editable(writes=user.role >= Role.EDITOR, old=False),
    )


def _page(
    request: Request,
    review: Review,
    *,
    said: str = "",
    problem: str = "",
    status: int = 200,
    compared: ComparedCopy | None = None,
    rows: list[Row] | None = None,
    carried: str = "",
    editable: bool = False,
) -> HTMLResponse:
    layout = Layout(review)
    ready = [row for row in rows or [] if row.found.ready]
    counted = [(name, sum(row.found.change is c for row in ready)) for c, name in NAMES.items()]
    return shown(
        request,
        "copy.html",
        status,
        here=layout.here,
        title=layout.title,
        review=review,
        compared=compared,
        rows=rows or [],
        ready=len(ready),
        ready_words=", ".join(f"{n} {name.lower()}" for name, n in counted if n),
        carried=carried,
        editable=editable,
        support_words=SUPPORT,
        endings=",".join(ENDINGS),
        said=said,
        problem=problem,
    )


def _words(found: Difference) -> list[Word]:
    """The words of a sentence: the same, gone, new."""
    if found.change is Change.MOVED:
        return [Word("same", found.now)]
    change = LineChange(line=found.line, change="changed", before=found.before, after=found.now)
    return words_changed(change)

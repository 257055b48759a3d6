"""What may be done to a draft in which status, by whom, and what it leaves on the head."""

import json
from datetime import datetime
from typing import Any, Final

from agent.review.document import compare, line_of, name_lines, page_lines
from agent.review.port import NotAllowed
from agent.review.types import (
    NEXT,
    SUMMARY,
    Assign,
    ChangeStatus,
    Document,
    Notice,
    Recheck,
    Review,
    Status,
)

LONGEST_NAME: Final = 100
OPEN: Final = (Status.DRAFT, Status.IN_REVIEW, Status.CORRECTED)
"""Where the document may be edited. One notice covers all edits until the next one is given."""
CLOSED: Final = {
    Status.APPROVED: "It is approved. Correct it with a notice to readers first, then edit it.",
    Status.SPIKED: "It is spiked. Make it a draft again first.",
    Status.VOID: "It was taken back and stays as it is. Ask the question anew.",
}


def name_of(who: str) -> str:
    """A person's name in one line. Raises NotAllowed where there is none."""
    name = " ".join(who.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise NotAllowed(f"Say who you are, in 1 to {LONGEST_NAME} printable characters.")
    return name


def plain(text: str) -> str:
    """A comment without characters that cannot be seen; its lines stay. Raises NotAllowed."""
    kept = "".join(c for c in text if c == "\n" or c.isprintable()).strip()
    if not kept:
        raise NotAllowed("The comment is empty. Write one.")
    return kept


def require_open(status: Status, action: object) -> None:
    """Refuse to change a document in a status in which it stands still.

    An approved one may be held against the library; `require_standing` says what may come of it.

    Raises:
        NotAllowed: the message says what to do first.
    """
    if status in OPEN or (status is Status.APPROVED and isinstance(action, Recheck)):
        return
    raise NotAllowed(CLOSED[status])


def require_standing(status: Status, old: Document, new: Document) -> None:
    """Of an approved draft only the places of cited words may change, never what readers see.

    Raises:
        NotAllowed: a sentence or the verdict changed.
    """
    if status is not Status.APPROVED:
        return
    read = {x.line for x in compare(old, new) if x.before != x.after}
    fell = {x.id for x in page_lines(new) if x.red and not line_of(old, x.id).red}
    known = {x.id: x for x in (*page_lines(new), *page_lines(old))}
    if (
        seen := [known[i] for i in known if i in read | fell]
    ) or old.verdict.label is not new.verdict.label:
        what = name_lines(seen) if seen else "the verdict"
        raise NotAllowed(
            f"The library no longer carries {what}. Correct the draft with a notice to readers, "
            "then check it again."
        )


def assigned(action: Assign) -> dict[str, Any]:
    """Whom a draft belongs to from now on; an empty name is nobody."""
    names = (action.assignee, action.second_reader)
    assignee, second = (name_of(name) if name.strip() else "" for name in names)
    return {"assignee": assignee, "second_reader": second}


def moved(review: Review, action: ChangeStatus, who: str, at: datetime) -> dict[str, Any]:
    """What a change of status leaves on the head.

    Assignee and second reader may approve as anybody may: the trail says who did.

    Raises:
        NotAllowed: the status cannot follow, or something it needs is missing.
    """
    if action.status not in NEXT[review.status]:
        allowed = ", ".join(NEXT[review.status]) or "nothing"
        raise NotAllowed(
            f"{review.status.capitalize()} is followed by {allowed}, not by {action.status}."
        )
    reason = " ".join(action.reason.split())
    fields: dict[str, Any] = {"status": action.status.value}
    if action.status is Status.APPROVED:
        return fields | _approved(review, action, who, reason)
    if action.status in {Status.CORRECTED, Status.VOID}:
        if not reason:
            raise NotAllowed("Write the notice that readers will see.")
        kind = "correction" if action.status is Status.CORRECTED else "void"
        notice = Notice.model_validate({"kind": kind, "text": reason, "by": who, "at": at})
        notices = [n.model_dump(mode="json") for n in (*review.notices, notice)]
        return fields | {"notices": json.dumps(notices)}
    return fields


def _approved(review: Review, action: ChangeStatus, who: str, reason: str) -> dict[str, Any]:
    """With a red sentence it takes an override and its reason."""
    if review.recheck:
        raise NotAllowed("Cited sources changed in the library. Check the draft again first.")
    if not _has_page(review.document):
        raise NotAllowed("A page needs a summary and a section. Add a sentence to each.")
    red = [line for line in page_lines(review.document) if line.red]
    if not red:
        return {"override": ""}
    if not action.override or not reason:
        raise NotAllowed(
            f"The check refuses {name_lines(red)}. Reword, cite anew or drop it; or approve with "
            "an override and say why."
        )
    return {"override": f"{who}: {reason}"}


def _has_page(document: Document) -> bool:
    filled = {s.id for s in document.sections if any(not line.note for line in s.lines)}
    return SUMMARY in filled and len(filled) > 1

"""The review desk: drafts as editors change them, each change one transaction with its trail."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from agent.pipeline.retrieve import scope_of
from agent.review import rules, trail
from agent.review.checking import Tools, plan_of
from agent.review.database import (
    SELECT_CITED,
    Database,
    head_of,
    insert_version,
    review_of,
    select_printed,
    select_rows,
    summary_of,
)
from agent.review.document import compare, document_of, line_of, page_lines, page_of
from agent.review.editing import EDITS, Edit, Edited, edit
from agent.review.port import NotAllowed, Stale, UnknownDraft
from agent.review.tables import CHAIN, CITED, COMMENTS, HEADS, TRAIL, VERSIONS
from agent.review.types import (
    Action,
    AddComment,
    AddLine,
    Assign,
    AuditEvent,
    ChangeStatus,
    EditLine,
    Line,
    LineChange,
    Recheck,
    ResolveComment,
    Review,
    ReviewRow,
    Status,
    VersionRow,
)
from agent.store import draft_id
from agent.types import Citation, Page
from retrieval.types import Hit, Source

DESK: Final = "desk"
"""Who takes a finished page in, for the trail."""
TRIES: Final = 5
"""Times that a change without a version is made again over what somebody else changed meanwhile."""

Clock = Callable[[], datetime]


class _Moved(Exception):
    """Another version stands than the one that was changed."""


class ReviewDesk:
    """Drafts under review in a database; see `agent.review.port.Reviews`.

    Args:
        url: `sqlite:///FILE` or `postgresql://…`; tables are made where there are none.
        tools: What verifies, writes and searches.
        clock: The time, in UTC.

    Raises (every method):
        ReviewsUnavailable: the database cannot be read or written.
    """

    def __init__(self, url: str, tools: Tools, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._database, self._tools, self._clock = Database(url), tools, clock

    def close(self) -> None:
        self._database.close()

    def adopt(self, page: Page, job: str = "") -> str:
        draft = draft_id(page)
        known = sa.select(HEADS.c.id).where(HEADS.c.id == draft)
        with self._database.read() as connection:  # as a rule: no writer waits for that
            if connection.execute(known).first() is not None:
                return draft
        document, at = document_of(page), self._clock()
        with self._database.write() as connection:
            if connection.execute(known).first() is not None:
                return draft
            detail = trail.drafted(page, job) | trail.version_of(document, 1)
            entry = trail.append(
                connection, at, who=DESK, draft=draft, action="drafted", detail=detail
            )
            head = {
                "id": draft,
                "job": job,
                "status": Status.DRAFT.value,
                "version": 1,
                "created": at.isoformat(),
                "changed": at.isoformat(),
                "entry": entry,
                "notices": "[]",
                "recheck": "[]",
                **dict.fromkeys(("assignee", "second_reader", "override"), ""),
                **summary_of(document),
            }
            connection.execute(sa.insert(HEADS).values(head))
            row = {"version": 1, "at": at.isoformat(), "by": DESK, "action": "drafted"}
            insert_version(connection, draft, document, row | {"entry": entry})
            self._mark_stale(connection, draft, document.evidence.sources)
        return draft

    def _mark_stale(self, connection: sa.Connection, draft: str, read: Sequence[Source]) -> None:
        """Mark a draft whose sources changed before it was taken in: their events are past."""
        now = self._tools.library.digests([source.id for source in read])
        stale = [source.id for source in read if now.get(source.id) != source.sha256]
        mine = sa.and_(CITED.c.draft == draft, CITED.c.source.in_(stale))
        known: list[str] = []
        for source in sorted(set(connection.scalars(sa.select(CITED.c.source).where(mine)))):
            known = self._mark(connection, draft, known, source)

    def _mark(
        self, connection: sa.Connection, draft: str, known: Sequence[str], source: str
    ) -> list[str]:
        """Have a draft checked again for a source too; return all sources that it is due for."""
        due = sorted({*known, source})
        told = {"action": "marked", "detail": {"source": source}}
        entry = trail.append(connection, self._clock(), who=DESK, draft=draft, **told)
        _update(connection, draft, {"recheck": json.dumps(due), "entry": entry})
        return due

    def get(self, draft: str, version: int | None = None) -> Review:
        """As `Reviews.get`: of an older version the document is old, all else as it stands."""
        with self._database.read() as connection:
            return review_of(connection, draft, version)

    def rows(
        self,
        *,
        status: Status | None = None,
        assignee: str = "",
        search: str = "",
        before: str = "",
        limit: int = 50,
    ) -> list[ReviewRow]:
        query = select_rows(status.value if status else "", assignee, search).limit(limit)
        with self._database.read() as connection:
            if before:
                query = query.where(HEADS.c.entry < head_of(connection, before).entry)
            found = connection.execute(query).mappings().all()
        shown = set(ReviewRow.model_fields)
        rows = [{k: v for k, v in row.items() if k in shown} for row in found]
        return [ReviewRow.model_validate({**r, "recheck": r["recheck"] != "[]"}) for r in rows]

    def act(self, draft: str, action: Action, who: str, version: int | None = None) -> Review:
        name = rules.name_of(who)
        if not isinstance(action, EDITS):
            return self._note(draft, action, name, version)
        for _ in range(TRIES):
            review = self.get(draft)
            _require_version(review.version, version)
            rules.require_open(review.status, action)
            made = edit(review.document, action, name, self._tools)
            try:
                return self._store(review, action, made, name)
            except _Moved:
                continue  # with a version, `_require_version` refuses the next time round
        raise Stale("Others keep changing this draft. Read it again and try once more.")

    def preview(self, draft: str, action: Action, who: str) -> Line:
        """As `Reviews.preview`: what `act` would make of the sentence, whatever the status."""
        if not isinstance(action, (EditLine, AddLine)):
            raise NotAllowed("Only an edit or an addition can be looked at beforehand.")
        old = self.get(draft).document
        new = edit(old, action, rules.name_of(who), self._tools).document
        made = f"s{new.lines_made}" if isinstance(action, AddLine) else action.line
        return line_of(new, made)

    def _store(self, review: Review, action: Edit, made: Edited, who: str) -> Review:
        """Store what an edit came to, where its draft still stands as it did."""
        old, new, draft, at = review.document, made.document, review.id, self._clock()
        with self._database.write() as connection:
            head = head_of(connection, draft)
            if head.version != review.version:
                raise _Moved
            status = Status(head.status)
            rules.require_open(status, action)
            rules.require_standing(status, old, new)
            cleared = isinstance(action, Recheck) and json.loads(head.recheck)
            if new == old and not cleared:
                return review_of(connection, draft)
            number = head.version + (new != old)
            detail: dict[str, object] = {"action": action.model_dump(mode="json"), **made.detail}
            if new != old:
                detail |= trail.version_of(new, number) | trail.difference(old, new)
            entry = trail.append(
                connection, at, who=who, draft=draft, action=action.do, detail=detail
            )
            fields = {"version": number, "entry": entry, "changed": at.isoformat()}
            fields |= {"recheck": "[]"} if isinstance(action, Recheck) else {}
            _update(connection, draft, fields | summary_of(new))
            if new != old:
                row = {"version": number, "at": at.isoformat(), "by": who, "action": action.do}
                insert_version(connection, draft, new, row | {"entry": entry})
            return review_of(connection, draft)

    def _note(self, draft: str, action: Action, who: str, version: int | None) -> Review:
        """What changes the head or a comment and leaves the document as it is."""
        at = self._clock()
        with self._database.write() as connection:
            review = review_of(connection, draft)
            _require_version(review.version, version)
            fields: dict[str, Any] = {}
            detail: dict[str, object] = {"action": action.model_dump(mode="json")}
            match action:
                case Assign():
                    fields = rules.assigned(action)
                case ChangeStatus():
                    fields = rules.moved(review, action, who, at)
                    detail |= {"from": review.status.value, "version": review.version}
                    detail |= {"red": [x.id for x in page_lines(review.document) if x.red]}
                case AddComment():
                    detail |= {"comment": _comment(connection, review, action, who, at)}
                case ResolveComment():
                    if not _resolve(connection, review, action.comment, who):
                        return review
                case _:
                    raise AssertionError(f"{action.do} is an edit")
            entry = trail.append(
                connection, at, who=who, draft=draft, action=action.do, detail=detail
            )
            _update(connection, draft, fields | {"entry": entry, "changed": at.isoformat()})
            return review_of(connection, draft)

    def versions(self, draft: str) -> list[VersionRow]:
        columns = (VERSIONS.c.version, VERSIONS.c.at, VERSIONS.c.by, VERSIONS.c.action)
        query = sa.select(*columns).where(VERSIONS.c.draft == draft)
        with self._database.read() as connection:
            head_of(connection, draft)
            rows = connection.execute(query.order_by(VERSIONS.c.version.desc())).mappings()
            return [VersionRow.model_validate(dict(row)) for row in rows]

    def compare(self, draft: str, old: int, new: int) -> list[LineChange]:
        with self._database.read() as connection:
            was, now = (review_of(connection, draft, number).document for number in (old, new))
        return compare(was, now)

    def trail(self, draft: str = "", after: int = 0, limit: int = 500) -> list[AuditEvent]:
        query = sa.select(TRAIL).where(TRAIL.c.number > after)
        if draft:
            query = query.where(TRAIL.c.draft == draft)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(TRAIL.c.number).limit(limit)).mappings()
            return [trail.event_of(dict(row)) for row in rows]

    def verify_trail(self, draft: str = "") -> int | None:
        """As `Reviews.verify_trail`; a version that is not as it was written breaks its entry."""
        with self._database.read() as connection:
            last = connection.execute(sa.select(CHAIN.c.number, CHAIN.c.hash)).one()
            rows = connection.execute(sa.select(TRAIL).order_by(TRAIL.c.number)).mappings()
            broken = trail.first_broken(map(dict, rows), (last.number, last.hash))
            fitting = last.number if broken is None else broken - 1
            return trail.first_changed(connection, fitting, draft) or broken

    def page(self, draft: str, version: int | None = None) -> Page:
        return page_of(self.get(draft, version).document)

    def passages(self, draft: str, query: str, limit: int = 8) -> list[Hit]:
        plan = plan_of(self.get(draft).document)
        return self._tools.library.search(query, limit, scope_of(plan))

    def cited_words(self, draft: str, line: str) -> Sequence[tuple[Citation, Source]]:
        document = self.get(draft).document
        by_id = {source.id: source for source in document.evidence.sources}
        return [(c, by_id[c.source]) for c in line_of(document, line).citations]

    def citing(self, source: str) -> list[tuple[str, str]]:
        query = sa.select(CITED.c.draft, CITED.c.line).where(
            CITED.c.source == source, CITED.c.line != ""
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(CITED.c.draft, CITED.c.line)).all()
        return [(row.draft, row.line) for row in rows]

    def mark_for_recheck(self, source: str) -> list[str]:
        """As `Reviews.mark_for_recheck`; of a spiked or void draft nobody needs to know."""
        marked: list[str] = []
        with self._database.write() as connection:
            for head in connection.execute(select_printed(source)).all():
                marked.append(head.id)
                known = json.loads(head.recheck)
                if source not in known:
                    self._mark(connection, head.id, known, source)
        return marked

    def stale_sources(self) -> dict[str, list[str]]:
        """Cited sources that the library has otherwise or no longer, and the drafts that cite them.

        For the page of the library; a draft keeps citing the old text until it is checked again.
        """
        now = {source.id: source.sha256 for source in self._tools.library.sources()}
        found: dict[str, list[str]] = {}
        with self._database.read() as connection:
            for row in connection.execute(SELECT_CITED):
                if now.get(row.source) != row.sha256:
                    found.setdefault(row.source, []).append(row.draft)
        return found


def _require_version(stands: int, version: int | None) -> None:
    if version is not None and version != stands:
        raise Stale(
            f"Somebody changed this draft: version {stands} stands, you looked at {version}. Read "
            "it again and redo your change where it still fits."
        )


def _update(connection: sa.Connection, draft: str, fields: dict[str, Any]) -> None:
    connection.execute(sa.update(HEADS).where(HEADS.c.id == draft).values(fields))


def _comment(
    connection: sa.Connection, review: Review, action: AddComment, who: str, at: datetime
) -> int:
    """Store a comment; return its number within the draft."""
    if action.line:
        line_of(review.document, action.line)
    text = rules.plain(action.text)
    number = len(review.comments) + 1
    connection.execute(
        sa.insert(COMMENTS).values(
            draft=review.id,
            id=number,
            line=action.line,
            text=text,
            by=who,
            at=at.isoformat(),
            resolved_by="",
        )
    )
    return number


def _resolve(connection: sa.Connection, review: Review, number: int, who: str) -> bool:
    """Mark a comment as settled; False where it was already. Raises UnknownDraft."""
    found = next((c for c in review.comments if c.id == number), None)
    if found is None:
        raise UnknownDraft(f"There is no comment {number} on this draft. Read it again.")
    mine = (COMMENTS.c.draft == review.id, COMMENTS.c.id == number)
    if not found.resolved_by:
        connection.execute(sa.update(COMMENTS).where(*mine).values(resolved_by=who))
    return not found.resolved_by

"""Where drafts under review are stored: tables, and transactions that are done or not begun."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from pydantic import ValidationError

from agent.review import trail
from agent.review.document import page_lines
from agent.review.port import ReviewsUnavailable, UnknownDraft
from agent.review.tables import CHAIN, CITED, COMMENTS, EVIDENCE, HEADS, METADATA, VERSIONS
from agent.review.types import Comment, Document, Review, Status
from agent.store import open_engine

MAKING: Final = 7_365_211
"""Names the lock of PostgreSQL under which the tables are made."""


class Database:
    """A SQLite file or a PostgreSQL database; any number of threads and processes.

    Args:
        url: `sqlite:///FILE` or `postgresql://…`; the tables are made where there are none.

    Raises (every method):
        ReviewsUnavailable: it cannot be read or written.
    """

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url)
        with self._explained():
            self._engine = _engine(self._url)
            with self._engine.begin() as connection:
                self._lock(connection)
                METADATA.create_all(connection)
                if connection.execute(sa.select(CHAIN.c.one)).first() is None:
                    start = {"one": 1, "number": 0, "hash": trail.FIRST}
                    connection.execute(sa.insert(CHAIN).values(start))

    def _lock(self, connection: sa.Connection) -> None:
        """Wait until no other process makes the tables."""
        if self._sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MAKING)))

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction of the one writer: once left, it survives the end of the process."""
        with self._explained(), self._engine.begin() as connection:
            if self._sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.execute(sa.select(CHAIN.c.one).with_for_update())
            yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Everything as of one moment, beside any writer."""
        with self._explained(), self._engine.connect() as connection:
            if self._sqlite:
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @property
    def _sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.SQLAlchemyError as fault:
            said = str(getattr(fault, "orig", None) or fault).strip().splitlines()
            where = self._url.render_as_string(hide_password=True)
            raise ReviewsUnavailable(
                f"The drafts under review at {where} cannot be read or written "
                f"({said[0] if said else fault!r}). Check VERDICT_DATABASE_URL, the server or "
                "file, the rights and the free space."
            ) from fault

    def close(self) -> None:
        self._engine.dispose()


def _engine(url: sa.URL) -> sa.Engine:
    engine = open_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _begin_nothing)
    return engine


def _begin_nothing(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
    connection.isolation_level = None  # `Database` begins the transactions


def head_of(connection: sa.Connection, draft: str) -> sa.Row[Any]:
    """The head of a draft. Raises UnknownDraft."""
    found = connection.execute(sa.select(HEADS).where(HEADS.c.id == draft)).one_or_none()
    if found is None:
        raise UnknownDraft(f"There is no draft {draft!r}. Look it up in the list of drafts.")
    return found


def review_of(connection: sa.Connection, draft: str, version: int | None = None) -> Review:
    """A draft as it stands, over the document of a version. Raises UnknownDraft."""
    head = head_of(connection, draft)
    number = head.version if version is None else version
    row = connection.execute(
        sa.select(VERSIONS).where(VERSIONS.c.draft == draft, VERSIONS.c.version == number)
    ).one_or_none()
    if row is None:
        raise UnknownDraft(
            f"The draft {draft} has no version {number}; the last is {head.version}."
        )
    comments = connection.execute(
        sa.select(COMMENTS).where(COMMENTS.c.draft == draft).order_by(COMMENTS.c.id)
    ).mappings()
    fields = ("id", "job", "status", "created", "assignee", "second_reader", "override")
    return Review(
        **{name: getattr(head, name) for name in fields},
        version=number,
        changed=head.changed if version is None else row.at,
        notices=json.loads(head.notices),
        recheck=json.loads(head.recheck),
        comments=tuple(
            Comment.model_validate({k: v for k, v in one.items() if k != "draft"})
            for one in comments
        ),
        document=_document(connection, row.document, row.evidence),
    )


def _document(connection: sa.Connection, text: str, evidence: str) -> Document:
    body = connection.scalar(sa.select(EVIDENCE.c.body).where(EVIDENCE.c.sha256 == evidence))
    try:
        return Document.model_validate_json(f'{text[:-1]},"evidence":{body}}}')
    except ValidationError as error:
        raise ReviewsUnavailable(
            "A draft under review was kept by another version of Verdict Desk, and this one cannot "
            "read it. Bring every machine that uses it to the newest version."
        ) from error


def insert_version(
    connection: sa.Connection, draft: str, document: Document, row: Mapping[str, Any]
) -> None:
    """Store a version (version, at, by, action, entry) and what it cites."""
    text, key, body = trail.packed(document)
    known = sa.select(EVIDENCE.c.sha256).where(EVIDENCE.c.sha256 == key)
    if connection.execute(known).first() is None:
        connection.execute(sa.insert(EVIDENCE).values(sha256=key, body=body))
    connection.execute(
        sa.insert(VERSIONS).values({**row, "draft": draft, "document": text, "evidence": key})
    )
    connection.execute(sa.delete(CITED).where(CITED.c.draft == draft))
    if rows := _cited(draft, document):
        connection.execute(sa.insert(CITED), rows)


def _cited(draft: str, document: Document) -> Sequence[dict[str, str]]:
    """Each source once for each sentence that cites it, and once where it decided or checked."""
    sha256 = {s.id: s.sha256 for s in document.evidence.sources}
    pairs = [(line.id, c.source) for line in page_lines(document) for c in line.citations]
    pairs += [("", s.source) for s in document.verdict.stances]
    pairs += [("", check.source.id) for check in document.evidence.checks]
    return [
        {"draft": draft, "line": line, "source": source, "sha256": sha256[source]}
        for line, source in dict.fromkeys(pairs)
        if source in sha256
    ]


def summary_of(document: Document) -> dict[str, Any]:
    """What the head of a draft repeats of its document, for lists."""
    question = document.question.text.replace("\0", " ")  # PostgreSQL refuses it
    return {
        "question": question,
        "verdict": document.verdict.label.value,
        "red": sum(line.red for line in page_lines(document)),
        "words": f"{question}\n{document.claim.text}".casefold().replace("\0", " "),
    }


OUT: Final = (Status.SPIKED.value, Status.VOID.value)
"""Drafts that nobody prints any more: a changed source does not mark them."""
SELECT_CITED: Final = (
    sa.select(CITED.c.source, CITED.c.sha256, CITED.c.draft)
    .join(HEADS, HEADS.c.id == CITED.c.draft)
    .where(HEADS.c.status.not_in(OUT))
    .distinct()
    .order_by(CITED.c.source, CITED.c.draft)
)
"""Each cited source, as it was when it was cited, with each draft that cites it."""


def select_printed(source: str) -> sa.Select[Any]:
    """The heads of drafts that cite a source, or whose verdict rests on it."""
    citing = sa.select(CITED.c.draft).where(CITED.c.source == source)
    return (
        sa.select(HEADS)
        .where(HEADS.c.id.in_(citing), HEADS.c.status.not_in(OUT))
        .order_by(HEADS.c.id)
    )


def select_rows(status: str, assignee: str, search: str) -> sa.Select[Any]:
    """Heads with the number of open comments, last changed first; "" leaves a filter open."""
    waiting = (
        sa.select(sa.func.count())
        .where(COMMENTS.c.draft == HEADS.c.id, COMMENTS.c.resolved_by == "")
        .scalar_subquery()
    )
    query = sa.select(HEADS, waiting.label("open_comments")).order_by(HEADS.c.entry.desc())
    if status:
        query = query.where(HEADS.c.status == status)
    if assignee:
        query = query.where(HEADS.c.assignee == assignee)
    if wanted := " ".join(search.replace("\0", " ").casefold().split()):
        query = query.where(HEADS.c.words.contains(wanted, autoescape=True))
    return query

"""What became of sources: the web pages behind them, earlier versions, notices, and every event.

That a source was added, changed or removed is written by triggers of the database, see migration
0003; all else is written here.
"""

import difflib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    or_,
    select,
)

from retrieval.record.backend import listed_strings, put_rows, upsert
from retrieval.record.queries import named
from retrieval.record.schema import meta, metadata, sources
from retrieval.types import Notice

Transaction = Callable[[], AbstractContextManager[Connection]]
EventKind = Literal[
    "added", "changed", "removed", "corrected", "concern", "retracted", "withdrawn", "reinstated",
    "gone", "returned",
]  # fmt: skip
Fate = Literal["kept", "refused", "failed", "removed"]

pages = Table(
    "pages",
    metadata,
    Column("source_id", Text, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    Column("checked", Text, nullable=False),
    Column("etag", Text),
    Column("modified", Text),
    Column("failures", Integer, nullable=False),
    Column("gone", Boolean, nullable=False),
)
responses = Table(
    "responses",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("url", Text, nullable=False, index=True),
    Column("address", Text, nullable=False, index=True),
    Column("fetched", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("length", Integer, nullable=False),
)
seen = Table(
    "seen",
    metadata,
    Column("address", Text, primary_key=True),
    Column("fate", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("reason", Text, nullable=False),
)
feeds = Table(
    "feeds",
    metadata,
    Column("url", Text, primary_key=True),
    Column("checked", Text, nullable=False),
    Column("etag", Text),
    Column("modified", Text),
)
versions = Table(
    "versions",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("source_id", Text, nullable=False, index=True),
    Column("sha256", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("published", Date),
    Column("accessed", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("snapshot", Text, nullable=False),
)
notices = Table(
    "notices",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("source_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("noticed", Date, nullable=False),
    Column("words", Text, nullable=False),
    Column("given_by", Text, nullable=False),
    UniqueConstraint("source_id", "kind", "words", name="one_notice_once"),
)
events = Table(
    "events",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("source_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)


_BLOCK = 500
TABLES = (pages, responses, seen, feeds, versions, notices, events)
"""Everything that a copy of a library takes along beside its sources."""


class Page(BaseModel, frozen=True, extra="forbid"):
    """The web page behind a source."""

    source_id: str
    url: str
    checked: str
    """When it was last asked for, UTC, as in 2026-01-27T10:00:00Z."""
    etag: str | None = None
    modified: str | None = None
    failures: int = 0
    """How often in a row it could not be had."""
    gone: bool = False
    """It is not there any more; the source stays."""


class StoredResponse(BaseModel, frozen=True, extra="forbid"):
    """Where an answer of a web server lies, byte for byte."""

    url: str
    address: str
    """Where it came from in the end."""
    fetched: str
    sha256: str
    """Of the body."""
    file: str
    start: int
    length: int


class Seen(BaseModel, frozen=True, extra="forbid"):
    """What became of an address that a feed named."""

    address: str
    fate: Fate
    at: str
    tries: int = 0
    reason: str = ""


class Feed(BaseModel, frozen=True, extra="forbid"):
    """A feed or sitemap that was read."""

    url: str
    checked: str
    etag: str | None = None
    modified: str | None = None


class Version(BaseModel, frozen=True, extra="forbid"):
    """A source as it was from `accessed` until `until`."""

    source_id: str
    sha256: str
    title: str
    published: date | None
    accessed: date
    until: date
    snapshot: str

    def compare_with(self, text: str) -> str:
        """The lines that a later text took away (-) and brought (+)."""
        before, after = self.snapshot.split("\n"), text.split("\n")
        lines = difflib.unified_diff(before, after, "before", "after", n=0, lineterm="")
        return "\n".join(lines)


class Change(BaseModel, frozen=True, extra="forbid"):
    """One thing that happened to a source; `n` grows and is never used again."""

    n: int
    source_id: str
    kind: EventKind
    at: str
    detail: str


class History:
    """Reads and writes of what became of sources. Each write is one transaction."""

    def __init__(self, writing: Transaction, reading: Transaction) -> None:
        self._writing, self._reading = writing, reading

    def changes(self, after: int = 0, most: int = 1_000) -> list[Change]:
        """The first `most` events after number `after`, in order."""
        later = select(events).where(events.c.n > after).order_by(events.c.n).limit(most)
        return [Change(**row) for row in self._rows(later)]

    def versions(self, source_id: str) -> list[Version]:
        """Earlier versions of a source, oldest first."""
        columns = [column for column in versions.c if column.name != "n"]
        chosen = select(*columns).where(versions.c.source_id == source_id).order_by(versions.c.n)
        return [Version(**row) for row in self._rows(chosen)]

    def texts_on(self, day: date) -> dict[str, str]:
        """The text that each source that was changed after a day had on it, by source id."""
        later = select(func.min(versions.c.n)).where(versions.c.until > day)
        first = versions.c.n.in_(later.group_by(versions.c.source_id))
        chosen = select(versions.c.source_id, versions.c.snapshot).where(first)
        return {row["source_id"]: row["snapshot"] for row in self._rows(chosen)}

    def notices(self, source_id: str | None = None) -> list[Notice]:
        """Notices about one source or about all, oldest first."""
        columns = [column for column in notices.c if column.name != "n"]
        chosen = select(*columns).order_by(notices.c.n)
        if source_id is not None:
            chosen = chosen.where(notices.c.source_id == source_id)
        return [Notice(**row) for row in self._rows(chosen)]

    def notices_in_force(self, source_ids: Collection[str] | None = None) -> list[Notice]:
        """Notices that hold today, oldest first: none that a later reinstatement lifted.

        Args:
            source_ids: of the sources; None for all.
        """
        columns = [column for column in notices.c if column.name != "n"]
        chosen = named(select(*columns), source_ids, notices.c.source_id)
        found = [Notice(**row) for row in self._rows(chosen.order_by(notices.c.n))]
        lifted: dict[str, date] = {}
        for one in found:
            if one.kind == "reinstated":
                lifted[one.source_id] = max(one.noticed, lifted.get(one.source_id, date.min))
        return [
            one
            for one in found
            if one.kind == "corrected" or one.noticed > lifted.get(one.source_id, date.min)
        ]

    def pages(self) -> list[Page]:
        """Every page behind a source, the one that was asked for longest ago first."""
        return [Page(**row) for row in self._rows(select(pages).order_by(pages.c.checked))]

    def pages_due(self, is_due: Callable[[str, date], bool]) -> list[tuple[Page, date | None]]:
        """Pages behind sources with the date of each, the one asked for longest ago first.

        Args:
            is_due: whether a page is wanted, by when it was asked for last (as in `Page.checked`)
                and the day of its source: published, else first had.
        """
        columns = (pages, sources.c.published, sources.c.accessed)
        joined = select(*columns).join(sources, sources.c.id == pages.c.source_id)
        with self._reading() as connection:
            rows = connection.execute(joined.order_by(pages.c.checked)).all()
        return [
            (Page(**dict(zip(pages.c.keys(), row, strict=False))), row.published)
            for row in rows
            if is_due(row.checked, row.published or row.accessed)
        ]

    def page(self, source_id: str) -> Page | None:
        """The page behind a source, where there is one."""
        found = self._rows(select(pages).where(pages.c.source_id == source_id))
        return Page(**found[0]) if found else None

    def page_at(self, url: str) -> Page | None:
        """The page at an address, where a source comes from there."""
        found = self._rows(select(pages).where(pages.c.url == url))
        return Page(**found[0]) if found else None

    def feed(self, url: str) -> Feed | None:
        found = self._rows(select(feeds).where(feeds.c.url == url))
        return Feed(**found[0]) if found else None

    def seen(self, addresses: Iterable[str]) -> dict[str, Seen]:
        """Those of `addresses` that were met before."""
        listed = listed_strings(json.dumps(sorted(addresses)))
        chosen = select(seen).where(seen.c.address.op("IN", is_comparison=True)(listed))
        return {row["address"]: Seen(**row) for row in self._rows(chosen)}

    def responses(self, url: str) -> list[StoredResponse]:
        """Answers that were kept of an address, oldest first."""
        columns = [column for column in responses.c if column.name != "n"]
        there = or_(responses.c.url == url, responses.c.address == url)
        chosen = select(*columns).where(there).order_by(responses.c.n)
        return [StoredResponse(**row) for row in self._rows(chosen)]

    def end_of(self, file: str) -> int:
        """Bytes of an archive file that are written down; what lies behind them is torn."""
        end = select(func.max(responses.c.start + responses.c.length))
        with self._reading() as connection:
            return connection.scalar(end.where(responses.c.file == file)) or 0

    def files(self) -> list[str]:
        """Archive files that hold anything, by name."""
        chosen = select(responses.c.file).distinct().order_by(responses.c.file)
        return [str(row["file"]) for row in self._rows(chosen)]

    def last_file(self, beginning: str) -> str | None:
        """The archive file that is written to, of those whose name begins so."""
        # The plain name sorts behind those with a number, and is the oldest.
        names = [name for name in self.files() if name.startswith(beginning)]
        return max(names, key=lambda name: (name.count("."), name), default=None)

    def is_due(self, work: str) -> bool:
        """Whether work was begun that nobody has finished."""
        return bool(self._rows(select(meta.c.key).where(meta.c.key == f"due {work}")))

    def set_due(self, work: str, *, due: bool) -> None:
        """Write down that work is to be done, or is done."""
        key = f"due {work}"
        with self._writing() as connection:
            put = (
                upsert(connection.dialect.name, meta)
                .values(key=key, value="due")
                .on_conflict_do_nothing()
            )
            connection.execute(put if due else meta.delete().where(meta.c.key == key))

    def keep_responses(self, rows: Sequence[StoredResponse]) -> None:
        """Write down where answers lie."""
        with self._writing() as connection:
            for row in rows:
                connection.execute(responses.insert(), row.model_dump())

    def replace_responses(self, file: str, rows: Sequence[StoredResponse]) -> None:
        """Write down anew what lies in an archive file."""
        with self._writing() as connection:
            connection.execute(responses.delete().where(responses.c.file == file))
            for row in rows:
                connection.execute(responses.insert(), row.model_dump())

    def responses_in(self, file: str) -> list[StoredResponse]:
        """What lies in an archive file, in order."""
        columns = [column for column in responses.c if column.name != "n"]
        chosen = select(*columns).where(responses.c.file == file).order_by(responses.c.start)
        return [StoredResponse(**row) for row in self._rows(chosen)]

    def keep(
        self, kept: Sequence[Page] = (), met: Sequence[Seen] = (), read: Sequence[Feed] = ()
    ) -> None:
        """Write down pages, addresses and feeds, all or none; a page that goes or comes is told.

        A page whose source is not in the library is left out: it was removed meanwhile.
        """
        with self._writing() as connection:
            _put_pages(connection, kept)
            put_rows(connection, seen, [one.model_dump() for one in met], "address")
            put_rows(connection, feeds, [feed.model_dump() for feed in read], "url")

    def notice(self, found: Sequence[Notice]) -> list[Notice]:
        """Write notices down; return those that are new, each of which is an event."""
        new: list[Notice] = []
        with self._writing() as connection:
            for one in found:
                put = upsert(connection.dialect.name, notices).values(one.model_dump())
                new_row = put.on_conflict_do_nothing().returning(notices.c.n)
                if connection.execute(new_row).first() is not None:
                    _tell(connection, one.source_id, one.kind, one.words)
                    new.append(one)
        return new

    def copy_from(self, other: "History") -> None:
        """Take over what another history holds, in the place of what is here."""
        with other._reading() as old, self._writing() as new:  # noqa: SLF001
            for table in TABLES:
                new.execute(table.delete())
                for rows in old.execute(select(table)).mappings().partitions(_BLOCK):
                    new.execute(table.insert(), [dict(row) for row in rows])
                if "n" in table.c and new.dialect.name == "postgresql":
                    last = select(func.coalesce(func.max(table.c.n), 0) + 1).scalar_subquery()
                    owner = func.pg_get_serial_sequence(table.name, "n")
                    new.execute(select(func.setval(owner, last, False)))  # noqa: FBT003

    def _rows(self, query: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # of any columns
        with self._reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _put_pages(connection: Connection, kept: Sequence[Page]) -> None:
    joined = select(sources.c.id, pages.c.gone).outerjoin(pages, pages.c.source_id == sources.c.id)
    owned = named(joined, {page.source_id for page in kept})
    was = {row.id: bool(row.gone) for row in connection.execute(owned)}
    there = [page for page in kept if page.source_id in was]
    for page in there:
        if was[page.source_id] != page.gone:
            _tell(connection, page.source_id, "gone" if page.gone else "returned", page.url)
            was[page.source_id] = page.gone
    put_rows(connection, pages, [page.model_dump() for page in there], "source_id")


def _tell(connection: Connection, source_id: str, kind: str, detail: str) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    row = {"source_id": source_id, "kind": kind, "detail": detail, "at": now}
    connection.execute(events.insert().values(row))

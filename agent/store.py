"""Finished drafts, kept with their evidence: enough to explain a page next year."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from agent.claims.fingerprint import fingerprint
from agent.ports import Store
from agent.types import Claim, Page, draft_id
from retrieval.errors import LibraryDamaged, LibraryUnreachable

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

__all__ = ["FILE", "LATEST", "DraftStore", "ReadOnlyStore", "draft_id", "open_engine"]

FILE: Final = "drafts.sqlite3"
BUSY_SECONDS: Final = 30
"""How long a writer waits for its turn on a SQLite file."""
MAKING: Final = 0x7665726469637403
"""Key of the advisory lock under which tables are made and keyed."""
SERVER: Final = "Check VERDICT_DATABASE_URL, the server, the rights and its free space."
LATEST = 10
"""Earlier drafts that are read at most; each is a whole page."""
KEYED = 4
"""Version of the rule of sameness, kept in the file; raised when `fingerprint` changes."""

METADATA = sa.MetaData()
DRAFTS = sa.Table(
    "drafts",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("claim_key", sa.Text, nullable=False, index=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("checked_on", sa.Text, nullable=False),
    sa.Column("page", sa.Text, nullable=False),
    sa.Column("kept_at", sa.Text, nullable=False, server_default=""),
)
"""`kept_at` is a time in UTC; empty for drafts that were kept before there was this column."""
RULES = sa.Table("drafts_rule", METADATA, sa.Column("keyed", sa.Integer, primary_key=True))
"""`KEYED` as the drafts were keyed by it. SQLite has a number for that in the file."""


class DraftStore:
    """The drafts of one library: a file `drafts.sqlite3` beside it, or tables in PostgreSQL.

    Args:
        url: `sqlite:///FILE` or `postgresql://…`; the tables are made where there are none.

    Raises (every method):
        LibraryDamaged: it is no database, or cannot be read or written.
        LibraryUnreachable: the server cannot be used now.
    """

    def __init__(self, url: str) -> None:
        address = sa.make_url(url)
        self._sqlite = address.get_backend_name() == "sqlite"
        self._where = address.database if self._sqlite else address.render_as_string()
        self._engine = open_engine(address)
        with self._explained():
            self._create()
            self._rekey()

    @classmethod
    def beside(cls, directory: Path) -> Self:
        """The drafts in the folder of a library."""
        return cls(f"sqlite:///{directory / FILE}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What the database could not do, in words that say what to do next."""
        try:
            yield
        except sa.exc.OperationalError as error:
            if self._sqlite:
                raise self._damaged(error) from error
            raise LibraryUnreachable(
                f"The drafts in {self._where} cannot be read or written now ({error.orig}).",
                SERVER,
            ) from error
        except sa.exc.DatabaseError as error:
            raise self._damaged(error) from error
        except ValidationError as error:
            raise LibraryDamaged(
                f"A draft in {self._where} was kept by another version of Verdict Desk, and this "
                "one cannot read it.",
                "Bring every machine that uses it to the newest version.",
            ) from error

    def _damaged(self, error: sa.exc.DatabaseError) -> LibraryDamaged:
        return LibraryDamaged(
            f"The drafts in {self._where} cannot be read or written ({error.orig}).",
            "Free space or restore the file from a backup; moving it away starts a new one."
            if self._sqlite
            else SERVER,
        )

    def _create(self) -> None:
        """Make tables and index where they are missing; another process may do so meanwhile."""
        tables = [DRAFTS] if self._sqlite else [DRAFTS, RULES]
        with self._engine.begin() as connection:
            if not self._sqlite:  # two that make one table in the same moment would clash
                connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({MAKING})"))
            for table in tables:
                connection.execute(CreateTable(table, if_not_exists=True))
            known = {c["name"] for c in sa.inspect(connection).get_columns(DRAFTS.name)}
            if "kept_at" not in known:
                added = "ALTER TABLE drafts ADD COLUMN kept_at TEXT NOT NULL DEFAULT ''"
                connection.execute(sa.text(added))
            for index in DRAFTS.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))

    def _rekey(self) -> None:
        """Give drafts that were kept under another rule of sameness the keys of this one."""
        with self._engine.begin() as connection:
            if self._rule(connection) == KEYED:
                return
            for kept, text in connection.execute(sa.select(DRAFTS.c.id, DRAFTS.c.page)).all():
                claim = Claim.model_validate(json.loads(text)["claim"])
                change = DRAFTS.update().where(DRAFTS.c.id == kept)
                connection.execute(change.values(claim_key=fingerprint(claim)))
            if self._sqlite:
                connection.exec_driver_sql(f"PRAGMA user_version = {KEYED}")
            else:
                connection.execute(RULES.delete())
                connection.execute(RULES.insert().values(keyed=KEYED))

    def _rule(self, connection: sa.Connection) -> int | None:
        if self._sqlite:
            return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({MAKING})"))
        return connection.scalar(sa.select(RULES.c.keyed))

    def keep(self, page: Page) -> str:
        row = {
            "id": draft_id(page),
            "claim_key": fingerprint(page.claim),
            "question": page.question.text,
            "checked_on": page.question.asked_on.isoformat(),
            "page": page.model_dump_json(),
            "kept_at": datetime.now(UTC).isoformat(),
        }
        put = self._insert().values(row)
        rest = {name: value for name, value in row.items() if name != "id"}
        with self._explained(), self._engine.begin() as connection:
            connection.execute(put.on_conflict_do_update(index_elements=["id"], set_=rest))
        return row["id"]

    def _insert(self) -> "sqlite.Insert | postgresql.Insert":
        if self._sqlite:
            return sqlite.insert(DRAFTS)
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - a file needs none of it

        return postgresql.insert(DRAFTS)

    def get(self, draft: str) -> Page | None:
        query = sa.select(DRAFTS.c.page).where(DRAFTS.c.id == draft)
        with self._explained(), self._engine.begin() as connection:
            text = connection.execute(query).scalar()
            return None if text is None else Page.model_validate_json(text)

    def earlier(self, claim: Claim) -> dict[str, Page]:
        query = (
            sa.select(DRAFTS.c.id, DRAFTS.c.page)
            .where(DRAFTS.c.claim_key == fingerprint(claim))
            .order_by(DRAFTS.c.checked_on.desc(), DRAFTS.c.kept_at.desc(), DRAFTS.c.id)
            .limit(LATEST)
        )
        with self._explained(), self._engine.begin() as connection:
            rows = connection.execute(query).all()
            return {kept: Page.model_validate_json(text) for kept, text in rows}


def open_engine(address: sa.URL) -> sa.Engine:
    """Connections to a SQLite file or to PostgreSQL; what is committed survives a power cut."""
    if address.get_backend_name() != "sqlite":
        driver = address.set(drivername="postgresql+psycopg")
        return sa.create_engine(driver, pool_pre_ping=True)
    engine = sa.create_engine(address, connect_args={"timeout": BUSY_SECONDS})
    sa.event.listen(engine, "connect", _durable)
    return engine


class ReadOnlyStore:
    """Remembers the earlier pages of a store, keeps no new one."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, page: Page) -> str:
        return ""

    def get(self, draft: str) -> Page | None:
        return self._store.get(draft)

    def earlier(self, claim: Claim) -> dict[str, Page]:
        return self._store.earlier(claim)


def _durable(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()

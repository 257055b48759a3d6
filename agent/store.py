"""Finished drafts, kept with their evidence: enough to explain a page next year."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from agent.claims.fingerprint import fingerprint
from agent.ports import Store
from agent.types import Claim, Page, draft_id
from retrieval.errors import LibraryDamaged

__all__ = ["LATEST", "ReadOnlyStore", "SqliteStore", "draft_id"]

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
)


class SqliteStore:
    """One file beside the library: `drafts.sqlite3`."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Raises:
            LibraryDamaged: it is no database, or cannot be written.
        """
        self._path = path
        self._engine = sa.create_engine(f"sqlite:///{path}")
        sa.event.listen(self._engine, "connect", _durable)
        with self._told():
            self._create()
            self._rekey()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What SQLite could not do, in words that say what to do next."""
        try:
            yield
        except sa.exc.DatabaseError as error:
            raise LibraryDamaged(
                f"The drafts in {self._path} cannot be read or written ({error.orig}).",
                "Free space or restore the file from a backup; moving it away starts a new one.",
            ) from error

    def _create(self) -> None:
        """Make table and index where they are missing; another process may do so meanwhile."""
        with self._engine.begin() as connection:
            connection.execute(CreateTable(DRAFTS, if_not_exists=True))
            for index in DRAFTS.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))

    def _rekey(self) -> None:
        """Give drafts that were kept under another rule of sameness the keys of this one."""
        with self._engine.begin() as connection:
            if connection.exec_driver_sql("PRAGMA user_version").scalar_one() == KEYED:
                return
            for kept, text in connection.execute(sa.select(DRAFTS.c.id, DRAFTS.c.page)).all():
                claim = Claim.model_validate(json.loads(text)["claim"])
                change = DRAFTS.update().where(DRAFTS.c.id == kept)
                connection.execute(change.values(claim_key=fingerprint(claim)))
            connection.exec_driver_sql(f"PRAGMA user_version = {KEYED}")

    def keep(self, page: Page) -> str:
        row = {
            "id": draft_id(page),
            "claim_key": fingerprint(page.claim),
            "question": page.question.text,
            "checked_on": page.question.asked_on.isoformat(),
            "page": page.model_dump_json(),
        }
        with self._told(), self._engine.begin() as connection:
            connection.execute(DRAFTS.insert().prefix_with("OR REPLACE"), row)
        return row["id"]

    def get(self, draft: str) -> Page | None:
        query = sa.select(DRAFTS.c.page).where(DRAFTS.c.id == draft)
        with self._told(), self._engine.begin() as connection:
            text = connection.execute(query).scalar()
        return None if text is None else Page.model_validate_json(text)

    def earlier(self, claim: Claim) -> dict[str, Page]:
        query = (
            sa.select(DRAFTS.c.id, DRAFTS.c.page)
            .where(DRAFTS.c.claim_key == fingerprint(claim))
            .order_by(DRAFTS.c.checked_on.desc(), sa.literal_column("rowid").desc())
            .limit(LATEST)
        )
        with self._told(), self._engine.begin() as connection:
            rows = connection.execute(query).all()
            return {kept: Page.model_validate_json(text) for kept, text in rows}


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

"""What a record needs of its database, which each kind of database does in its own way."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Integer, String

from retrieval.locks import Lock
from retrieval.types import Vector

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


class Backend(Protocol):
    """One record in one database: `retrieval.record.database` or `retrieval.record.postgres`."""

    where: str
    """The place, without a password: for messages."""
    no_vector_index: str
    """Why the database keeps no index of vectors itself; empty where it keeps one."""

    def reading(self) -> AbstractContextManager[Connection]:
        """One moment of the record; what the database cannot do is a `LibraryError`."""

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that no other writer runs beside: all of it is stored, or nothing."""

    def unflushed(self) -> AbstractContextManager[None]:
        """Let transactions of the block be on the disk at its end, where that saves time."""

    def add_words(self, connection: Connection, source_n: int) -> None:
        """Put the words of a source's passages into the full-text index."""

    def forget_words(self, connection: Connection, source_n: int) -> None:
        """Take them out, before the passages go."""

    def rebuild_words(self, connection: Connection) -> None:
        """Make the full-text index anew from the passages."""

    def match(
        self,
        connection: Connection,
        expression: str,
        depth: int,
        ids: Sequence[str],
        sources: Sequence[int] | None,
    ) -> dict[str, float]:
        """Scores above 0 by passage id, higher is better.

        Of the `depth` best from `sources` (rows; None for all), and of those among `ids`.
        """

    def add_vectors(self, connection: Connection, source_n: int) -> None:
        """Put the vectors of a source's passages into the index of vectors, if there is one."""

    def nearest(
        self, connection: Connection, vector: Vector, depth: int
    ) -> dict[str, float] | None:
        """Passages with the highest cosine, best first; None where no index can tell so many."""

    def check_vectors(self) -> bool:
        """True where the index of vectors, if there is one, holds exactly those of the passages."""

    def rebuild_vectors(self, connection: Connection) -> None:
        """Make the index of vectors anew, if there is one."""

    def purge(self, connection: Connection) -> None:
        """Make deleted words leave the full-text index."""

    def checkpoint(self) -> None:
        """Make what was deleted leave the files, as far as the database can."""

    def check_integrity(self) -> list[str]:
        """What the database's own check finds; empty when all is well or there is no such check."""

    def check_words(self) -> bool:
        """True where the full-text index holds exactly the words of the passages."""

    def write_lock(self, folder: Path, doing: str, wait_seconds: float) -> Lock:
        """The lock that one writer of the library holds; `folder` is the library's."""

    def count_bytes(self) -> int:
        """What the record takes."""

    def close(self) -> None: ...


def upsert(dialect: str, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """An `INSERT` that can say what happens on a conflict, in the words of the database."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - and not for a file

        return postgresql.insert(table)
    return sqlite.insert(table)


def put_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], key: str
) -> None:
    """Store rows of a table, each in the place of the one that has the same `key`."""
    if not rows:
        return
    put = upsert(connection.dialect.name, table)
    rest = {name: put.excluded[name] for name in rows[0] if name != key}
    connection.execute(put.on_conflict_do_update(index_elements=[key], set_=rest), list(rows))


class listed_strings(GenericFunction[Any]):  # noqa: N801  # a function of SQL
    """The strings of a JSON array, one a row: any number of values in one parameter."""

    type = String()
    inherit_cache = True


class listed_integers(GenericFunction[Any]):  # noqa: N801
    """The same with integers."""

    type = Integer()
    inherit_cache = True


@compiles(listed_strings, "sqlite")
@compiles(listed_integers, "sqlite")
def _in_sqlite(element: GenericFunction[Any], compiler: SQLCompiler, **kw: object) -> str:
    array = compiler.process(element.clauses, **kw)
    return f"(SELECT value FROM json_each({array}))"  # noqa: S608  # a bound parameter


@compiles(listed_strings, "postgresql")
def _in_postgres(element: GenericFunction[Any], compiler: SQLCompiler, **kw: object) -> str:
    array = compiler.process(element.clauses, **kw)
    return f"(SELECT jsonb_array_elements_text(CAST({array} AS jsonb)))"


@compiles(listed_integers, "postgresql")
def _integers_in_postgres(
    element: GenericFunction[Any], compiler: SQLCompiler, **kw: object
) -> str:
    array = compiler.process(element.clauses, **kw)
    return f"(SELECT CAST(jsonb_array_elements_text(CAST({array} AS jsonb)) AS integer))"

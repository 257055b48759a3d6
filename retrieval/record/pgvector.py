"""The index of vectors that PostgreSQL keeps itself, where its extension pgvector is there.

A table beside the passages with an HNSW index, written in the transactions that write passages: it
is always in step. What it finds is approximate, as with Chroma; the vectors in `passages` count.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, exc, text

from retrieval.types import Vector

TABLE: Final = "nearest"
BUILD: Final = "WITH (m = 16, ef_construction = 100)"
"""Twice as much of both takes three times as long to add a passage."""
EF_SEARCH: Final = 400
"""Candidates kept in mind in a search."""
MOST: Final = 1_000
"""Passages that one search can give; pgvector keeps no more candidates."""
MOST_DIMENSIONS: Final = 2_000
"""Of a vector that pgvector can index."""
OLDEST: Final = (0, 5)
"""The first version that has such an index."""
_BEGINNING: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END: Final = b"\xff\xff"
_VECTORS = "SELECT p.n, p.vector FROM passages p"
_BLOCK: Final = 1_000


@dataclass(frozen=True)
class VectorIndex:
    """The index of one record. `schema` is where the extension's types are, quoted."""

    schema: str
    dimension: int

    def add(self, connection: Connection, source_n: int) -> None:
        """Take the passages of a source in."""
        of_source = text(f"{_VECTORS} WHERE p.source_n = :source")
        self._copy(connection, connection.execute(of_source, {"source": source_n}).all())

    def rebuild(self, connection: Connection) -> None:
        """Make it anew from the passages, old or not there; all at once is faster than one by one.

        The extension's own index is made last, from all rows.
        """
        connection.execute(text(f"DROP TABLE IF EXISTS {TABLE}"))
        connection.execute(
            text(
                f"CREATE TABLE {TABLE} (n integer PRIMARY KEY REFERENCES passages ON DELETE"
                f" CASCADE, embedding {self.schema}.vector({self.dimension}) NOT NULL)"
            )
        )
        for rows in connection.execute(text(_VECTORS)).partitions(_BLOCK):
            self._copy(connection, rows)
        connection.execute(
            text(
                f"CREATE INDEX {TABLE}_embedding ON {TABLE}"
                f" USING hnsw (embedding {self.schema}.vector_ip_ops) {BUILD}"
            )
        )

    def nearest(
        self, connection: Connection, vector: Vector, depth: int
    ) -> dict[str, float] | None:
        """Passages with the highest cosine, best first; None where it cannot give so many."""
        if depth > MOST:
            return None
        breadth = str(max(EF_SEARCH, depth))
        set_breadth = text("SELECT set_config('hnsw.ef_search', :breadth, TRUE)")
        connection.execute(set_breadth, {"breadth": breadth}).all()
        apart = f"embedding OPERATOR({self.schema}.<#>) CAST(:vector AS {self.schema}.vector)"
        found = connection.execute(
            text(
                f"SELECT p.id, -found.apart AS cosine FROM (SELECT n, {apart} AS apart"  # noqa: S608
                f" FROM {TABLE} ORDER BY {apart} LIMIT :depth) AS found JOIN passages p USING (n)"
            ),
            {"vector": json.dumps(vector.tolist()), "depth": depth},
        ).all()
        if len(found) < depth and len(found) < self._count(connection):
            return None  # what was deleted and not yet cleared away stands in the way
        return {row.id: float(row.cosine) for row in sorted(found, key=lambda r: (-r.cosine, r.id))}

    def count_differing(self, connection: Connection) -> int:
        """Count passages that are not in it with their very vector, and rows of no passage."""
        compared = text(
            f"SELECT p.vector, CAST(v.embedding AS real[]) AS indexed"  # noqa: S608
            f" FROM passages p FULL JOIN {TABLE} v USING (n)"
        )
        return sum(
            row.vector is None
            or row.indexed is None
            or np.asarray(row.indexed, "<f4").tobytes() != row.vector
            for row in connection.execute(compared)
        )

    def _count(self, connection: Connection) -> int:
        return int(connection.scalar(text(f"SELECT count(*) FROM {TABLE}")) or 0)  # noqa: S608

    def _copy(self, connection: Connection, rows: Sequence[tuple[int, bytes]]) -> None:
        """Put rows into the table, in PostgreSQL's own binary form."""
        if not rows:
            return
        driver: Any = connection.connection.driver_connection
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {TABLE} (n, embedding) FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.write(_BEGINNING + self._to_binary(rows) + _END)

    def _to_binary(self, rows: Sequence[tuple[int, bytes]]) -> bytes:
        """Two fields a row, each with its length; a vector begins with its dimension."""
        form = [("fields", ">i2"), ("size_n", ">i4"), ("n", ">i4"), ("size", ">i4")]
        form += [("dimension", ">i2"), ("unused", ">i2")]
        made = np.zeros(len(rows), np.dtype([*form, ("vector", ">f4", (self.dimension,))]))
        made["fields"], made["size_n"], made["size"] = 2, 4, 4 + 4 * self.dimension
        made["n"], made["dimension"] = [row[0] for row in rows], self.dimension
        blobs = b"".join(row[1] for row in rows)
        made["vector"] = np.frombuffer(blobs, "<f4").reshape(len(rows), self.dimension)
        return made.tobytes()


def find(connection: Connection) -> VectorIndex | None:
    """The index of a record, if it has one: asked each time, as another process may make it."""
    found = connection.execute(
        text(
            "SELECT quote_ident(s.nspname) AS schema, a.atttypmod AS dimension FROM pg_attribute a"
            " JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace s ON s.oid = t.typnamespace"
            " WHERE a.attrelid = to_regclass(:table) AND a.attname = 'embedding'"
            " AND NOT a.attisdropped"
        ),
        {"table": TABLE},
    ).one_or_none()
    return None if found is None else VectorIndex(found.schema, found.dimension)


def prepare(connection: Connection, dimension: int) -> str:
    """Make the index of a record where there is none; why there is still none, else nothing."""
    if find(connection):
        return ""
    if dimension > MOST_DIMENSIONS:
        return f"pgvector indexes no vector of {dimension} numbers"
    schema = _find_schema(connection) or _create_extension(connection)
    if schema is None:
        return "pgvector 0.5 or newer is not installed, or this user may not create it"
    VectorIndex(schema, dimension).rebuild(connection)
    return ""


def _find_schema(connection: Connection) -> str | None:
    """Where the extension is in this database, quoted; None where it is not, or too old."""
    found = connection.execute(
        text(
            "SELECT quote_ident(s.nspname) AS schema, e.extversion FROM pg_extension e"
            " JOIN pg_namespace s ON s.oid = e.extnamespace WHERE e.extname = 'vector'"
        )
    ).one_or_none()
    if found is None or tuple(map(int, found.extversion.split(".")[:2])) < OLDEST:
        return None
    return str(found.schema)


def _create_extension(connection: Connection) -> str | None:
    offered = "SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'"
    if not connection.scalar(text(offered)):
        return None
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
    except exc.ProgrammingError:  # the right to do so is an administrator's to give
        return None
    return _find_schema(connection)

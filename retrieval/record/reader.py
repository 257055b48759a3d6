"""Reads of the record. A `Reader` lives in one transaction: everything it returns fits together."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Row, Select, func, select

from retrieval.errors import LibraryDamaged, SourceGone
from retrieval.record import queries
from retrieval.record.backend import Backend
from retrieval.record.queries import SOURCE, filter_conditions
from retrieval.record.schema import (
    SOURCE_FIELDS,
    Entries,
    Fields,
    Revision,
    Sketch,
    SourceState,
    StoredPassage,
    StoredSource,
    passages,
    revisions,
    sketches,
    sources,
)
from retrieval.types import EVERYTHING, Filters, Passage, Passages, Scope, Source, Vector, Vectors

BLOCK = 1_000
"""Rows read at a time: 1.5 MB of vectors."""
_STORED = [passages.c[name] for name in ("id", "start", "end", "text", "vector")]


MATRIX_ROWS = 100_000
"""Passages of one matrix: 154 MB at 384 dimensions."""


@dataclass(frozen=True)
class Matrix:
    """Passages without their texts: rows of the table, ids, rows of sources, vectors."""

    rows: npt.NDArray[np.int64]
    ids: npt.NDArray[np.str_]
    source_n: npt.NDArray[np.int64]
    vectors: Vectors

    def take(self, chosen: npt.NDArray[np.bool_]) -> "Matrix":
        """Those for which `chosen` is true; itself where all are."""
        if chosen.all():
            return self
        return Matrix(
            self.rows[chosen], self.ids[chosen], self.source_n[chosen], self.vectors[chosen]
        )

    def join(self, other: "Matrix") -> "Matrix":
        """The passages of both."""
        return Matrix(
            np.concatenate((self.rows, other.rows)),
            np.concatenate((self.ids, other.ids)),
            np.concatenate((self.source_n, other.source_n)),
            np.concatenate((self.vectors, other.vectors)),
        )


class Reader:
    """What the record holds, as of one moment."""

    def __init__(self, connection: Connection, dimension: int, backend: Backend) -> None:
        self.connection, self._dimension, self._backend = connection, dimension, backend

    def revision(self) -> Revision:
        row = self.connection.execute(queries.LAST_REVISION).one()
        return Revision(generation=row.generation, stamp=row.stamp)

    def grew_from(self, earlier: Revision) -> bool:
        """True where what changed since `earlier` is known and no source was taken down."""
        after = revisions.c.generation > earlier.generation
        down = select(func.count()).where(after, revisions.c.takedown)
        same = select(revisions.c.stamp).where(revisions.c.generation == earlier.generation)
        known = self.connection.scalar(same) == earlier.stamp
        return known and not self.connection.scalar(down)

    def source_states(self, ids: Collection[str] | None = None) -> dict[str, SourceState]:
        """What an ingestion needs to know of each source, or of those among `ids`, by source id."""
        columns = (sources.c[name] for name in ("id", "raw_sha256", "path", "sha256", "origin"))
        rows = self.connection.execute(queries.named(select(*columns), ids)).mappings()
        return {
            row["id"]: SourceState(**{k: v for k, v in row.items() if k != "id"}) for row in rows
        }

    def sources(self, ids: Collection[str] | None = None) -> list[Source]:
        """Every source, or those among `ids`, by id."""
        rows = self.connection.execute(queries.named(select(*SOURCE).order_by(sources.c.id), ids))
        return [_source(row) for row in rows]

    def source(self, source_id: str) -> Source:
        return _source(self._fetch_one(select(*SOURCE).where(sources.c.id == source_id), source_id))

    def digests(self, source_ids: Sequence[str]) -> dict[str, str]:
        """SHA-256 of the snapshots of those that are there, by id."""
        chosen = queries.named(select(sources.c.id, sources.c.sha256), source_ids)
        return {row.id: row.sha256 for row in self.connection.execute(chosen)}

    def snapshot(self, source_id: str) -> str:
        found = self._fetch_one(
            select(sources.c.snapshot).where(sources.c.id == source_id), source_id
        )
        return str(found.snapshot)

    def sketches(self, maker: str) -> dict[str, Sketch]:
        """What is kept of the texts of sources, made by `maker`, by source id."""
        columns = (sources.c.id, sketches.c.sha256, sketches.c.words, sketches.c.minima)
        kept = select(*columns).join(sketches).where(sketches.c.maker == maker)
        return {row[0]: Sketch(*row[1:]) for row in self.connection.execute(kept)}

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """Passages in the order of `ids`; ids that are not in the record are left out."""
        rows = self._fetch_by_id(queries.PASSAGES, ids)
        found = {row[0]: _passage(row, _source(row[5:])) for row in rows}
        return [found[i] for i in ids if i in found]

    def passages_of(self, source_id: str) -> list[Passage]:
        """Every passage of a source, in reading order."""
        source = self.source(source_id)
        rows = self.connection.execute(
            queries.select_joined(*queries.SPAN)
            .where(sources.c.id == source_id)
            .order_by(passages.c.start)
        )
        return [_passage(row, source) for row in rows]

    def blocks(self, filters: Filters) -> Iterator[tuple[Passages, Vectors]]:
        """Every passage that `filters` admit with its vector, by source and position."""
        query = queries.SCAN
        if filters != EVERYTHING:
            within = select(sources.c.n).where(*filter_conditions(filters))
            query = query.where(passages.c.source_n.in_(within))
        for rows in self.connection.execute(query).partitions(BLOCK):
            owners = json.dumps(sorted({row.source_n for row in rows}))
            rows_of_sources = self.connection.execute(queries.OWNERS, {"ids": owners})
            yield _make_on_demand(rows, {row.n: row for row in rows_of_sources}), self._stack(rows)

    def scope(self, filters: Filters) -> Scope:
        """How much a search with `filters` could have found. A source counts with its passages."""
        with_passages = sources.c.n.in_(select(passages.c.source_n))
        facts = select(
            func.count(),
            func.count(sources.c.origin.distinct()),
            func.count() - func.count(sources.c.published),
            func.min(sources.c.published),
            func.max(sources.c.published),
        ).where(with_passages, *filter_conditions(filters))
        count, origins, undated, earliest, latest = self.connection.execute(facts).one()
        within = (
            select(func.count())
            .select_from(passages.join(sources))
            .where(*filter_conditions(filters))
        )
        return Scope(
            passages=self.connection.scalar(within) or 0,
            sources=count,
            origins=origins,
            undated=undated,
            earliest=earliest,
            latest=latest,
        )

    def count(self) -> int:
        return self.connection.scalar(queries.COUNT) or 0

    def count_changed(self, after: int) -> int:
        """Count the passages that `entries` would give."""
        newer = select(func.count()).where(passages.c.generation > after)
        return self.connection.scalar(newer) or 0

    def matrices(self, after: int = -1) -> Iterator[Matrix]:
        """Passages whose row or source changed after generation `after`: 1.5 KB each, no text."""
        found = self.connection.execute(queries.MATRIX, {"after": after}).partitions(BLOCK)
        while blocks := list(islice(found, MATRIX_ROWS // BLOCK)):
            rows = [row for block in blocks for row in block]
            yield Matrix(
                np.array([row.n for row in rows], np.int64),
                np.array([row.id for row in rows], np.str_),
                np.array([row.source_n for row in rows], np.int64),
                self._stack(rows),
            )

    def rows(self) -> npt.NDArray[np.int64]:
        """The row of every passage, as in `Matrix.rows`."""
        return np.fromiter(self.connection.scalars(select(passages.c.n)), np.int64)

    def admitted_sources(self, filters: Filters) -> list[int]:
        """Rows of the sources that `filters` admit, as in `Matrix.source_n`."""
        return list(self.connection.scalars(select(sources.c.n).where(*filter_conditions(filters))))

    def vectors(self, ids: Sequence[str]) -> tuple[list[str], Vectors]:
        """Those of `ids` that are in the record, with their vectors."""
        found = self._fetch_by_id(queries.VECTORS, ids)
        return [row.id for row in found], self._stack(found)

    def match_words(
        self, expression: str, depth: int, ids: Sequence[str] = (), filters: Filters = EVERYTHING
    ) -> dict[str, float]:
        """Scores (above 0; BM25 in SQLite) of the passages that match a full-text expression.

        Of the `depth` best that `filters` admit, and of those among `ids`.
        """
        within = None if filters == EVERYTHING else self.admitted_sources(filters)
        return self._backend.match(self.connection, expression, depth, ids, within)

    def nearest(self, vector: Vector, depth: int) -> dict[str, float] | None:
        """Passages with the highest cosine, best first, by the database's own index of vectors.

        None where it has none, or cannot tell so many.
        """
        return self._backend.nearest(self.connection, vector, depth)

    def entries(self, after: int = -1) -> Iterator[Entries]:
        """Passages whose row or source changed after generation `after`, in blocks."""
        for block in self.connection.execute(queries.ENTRIES, {"after": after}).partitions(BLOCK):
            yield Entries(
                ids=tuple(row[0] for row in block),
                fields=tuple(Fields(*row[1:-1]) for row in block),
                vectors=self._stack(block),
            )

    def ids(self) -> set[str]:
        return set(self.connection.scalars(select(passages.c.id)))

    def tiers_and_origins(self, ids: Sequence[str]) -> tuple[dict[str, int], dict[str, str]]:
        """Tier and origin of the source of each of `ids`."""
        rows = self._fetch_by_id(queries.TIERS_AND_ORIGINS, ids)
        return {row.id: row.tier for row in rows}, {row.id: row.origin for row in rows}

    def sample(self, size: int) -> list[str]:
        """At most `size` passage ids, spread evenly over the record."""
        step = max(1, self.count() // size)
        every = select(func.row_number().over(order_by=passages.c.n).label("r"), passages.c.id)
        rows = every.subquery()
        spread = select(rows.c.id).where(rows.c.r % step == 0).limit(size)
        return list(self.connection.scalars(spread))

    def stored_passages(self, ids: Sequence[str]) -> list[StoredPassage]:
        """Passages as they stand in the table; ids that are not in the record are left out."""
        chosen = select(*_STORED).where(passages.c.id.in_(ids))
        return [StoredPassage(*row) for row in self.connection.execute(chosen)]

    def stored_sources(self) -> Iterator[StoredSource]:
        """Every source with its passages as they stand in the tables, one at a time."""
        for n in self.connection.scalars(select(sources.c.n).order_by(sources.c.n)).all():
            owner = self.connection.execute(select(sources).where(sources.c.n == n)).one()
            chosen = select(*_STORED).where(passages.c.source_n == n).order_by(passages.c.start)
            its_passages = tuple(StoredPassage(*row) for row in self.connection.execute(chosen))
            yield StoredSource(owner.id, owner.origin, owner.sha256, owner.snapshot, its_passages)

    def orphans(self) -> list[str]:
        """Ids of passages whose source is not there."""
        owned = passages.c.source_n.in_(select(sources.c.n))
        return list(self.connection.scalars(select(passages.c.id).where(~owned)))

    def _fetch_by_id(self, query: Select[Any], ids: Sequence[str]) -> Sequence[Row[Any]]:
        return self.connection.execute(query, {"ids": json.dumps(list(ids))}).all()

    def _fetch_one(self, query: Select[Any], source_id: str) -> Row[Any]:
        row = self.connection.execute(query).one_or_none()
        if row is None:
            raise SourceGone(
                f"There is no source {source_id!r} in the library.",
                "List what there is with `verdict library list`.",
            )
        return row

    def _stack(self, rows: Sequence[Sequence[Any]]) -> Vectors:
        """Last column of `rows` (blobs) as a matrix of shape (len(rows), dimension)."""
        blobs = b"".join(row[-1] for row in rows)
        if len(blobs) != 4 * self._dimension * len(rows):
            raise LibraryDamaged(
                "The record holds a vector of the wrong length.",
                "Run `verdict library verify --repair`.",
            )
        vectors = np.frombuffer(blobs, "<f4").reshape(len(rows), self._dimension)
        return vectors.astype(np.float32, copy=False)


def _make_on_demand(rows: Sequence[Row[Any]], owners: Mapping[int, Row[Any]]) -> Passages:
    return Passages(
        [row.text for row in rows],
        lambda n: _passage(rows[n], _source(owners[rows[n].source_n])),
    )


def _source(row: Sequence[Any]) -> Source:
    return Source(**dict(zip(SOURCE_FIELDS, row[-len(SOURCE_FIELDS) :], strict=True)))


def _passage(row: Sequence[Any], source: Source) -> Passage:
    return Passage(id=row[0], source=source, start=row[1], end=row[2], page=row[3], text=row[4])

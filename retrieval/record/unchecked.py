"""Reads of the record as it is stored, however damaged: for verification only."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from retrieval.record.schema import passages, sources
from retrieval.record.types import Holding, Row

_STORED = [passages.c[name] for name in ("id", "start", "end", "text", "vector")]


def rows(connection: Connection, ids: Sequence[str]) -> list[Row]:
    """Passages as stored; ids that are not in the record are left out."""
    chosen = select(*_STORED).where(passages.c.id.in_(ids))
    return [Row(*row) for row in connection.execute(chosen)]


def holdings(connection: Connection) -> Iterator[Holding]:
    """Every source with its passages, one at a time."""
    for n in connection.scalars(select(sources.c.n).order_by(sources.c.n)).all():
        owner = connection.execute(select(sources).where(sources.c.n == n)).one()
        chosen = select(*_STORED).where(passages.c.source_n == n).order_by(passages.c.start)
        held = tuple(Row(*row) for row in connection.execute(chosen))
        yield Holding(owner.id, owner.origin, owner.sha256, owner.snapshot, held)


def orphans(connection: Connection) -> list[str]:
    """Ids of passages whose source is not there."""
    owned = passages.c.source_n.in_(select(sources.c.n))
    return list(connection.scalars(select(passages.c.id).where(~owned)))

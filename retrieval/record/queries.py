"""The queries behind `Reader`: those that never change are built once."""

from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, func, or_, select, text

from retrieval.record.lexical import TITLE_WEIGHT
from retrieval.record.schema import SOURCE_FIELDS, passages, revisions, sources
from retrieval.types import Filters

SOURCE = tuple(sources.c[name] for name in SOURCE_FIELDS)
SPAN = (passages.c.id, passages.c.start, passages.c.end, passages.c.page, passages.c.text)


def admitted(filters: Filters) -> list[ColumnElement[bool]]:
    """The one meaning of `Filters`, as conditions on a row of `sources`."""
    published = sources.c.published
    conditions: list[ColumnElement[bool]] = []
    if filters.dated_only:
        conditions.append(published.is_not(None))
    if filters.published_from is not None:
        conditions.append(or_(published >= filters.published_from, published.is_(None)))
    if filters.published_to is not None:
        conditions.append(or_(published <= filters.published_to, published.is_(None)))
    lists: tuple[tuple[str, tuple[Any, ...]], ...] = (
        ("tier", filters.tiers),
        ("publisher", filters.publishers),
        ("kind", filters.kinds),
        ("id", filters.sources),
    )
    return conditions + [sources.c[name].in_(values) for name, values in lists if values]


def joined(*columns: ColumnElement[Any]) -> Select[Any]:
    """Columns of passages and their sources."""
    return select(*columns).select_from(passages.join(sources))


_listed = func.json_each(bindparam("ids", type_=String)).table_valued("value")
_NAMED = passages.c.id.in_(select(_listed.c.value))  # one parameter: a JSON array of ids

LAST_REVISION = select(revisions).order_by(revisions.c.generation.desc()).limit(1)
COUNT = select(func.count()).select_from(passages)
PASSAGES = joined(*SPAN, *SOURCE).where(_NAMED)
VECTORS = select(passages.c.id, passages.c.vector).where(_NAMED)
STANDING = joined(passages.c.id, sources.c.tier, sources.c.origin).where(_NAMED)
MATRIX = select(passages.c.id, passages.c.source_n, passages.c.vector).order_by(passages.c.n)
MATCHING = (
    select(passages.c.id, text(f"bm25(words, {TITLE_WEIGHT}, 1.0) AS score"))
    .select_from(text("words"), passages.join(sources))
    .where(text("passages.n = words.rowid"), text("words MATCH :words"))
)
"""Passages that match the full-text expression `words`. FTS5 scores better matches lower."""
MATCHING_NAMED = MATCHING.where(_NAMED)
ENTRIES = (
    joined(
        passages.c.id,
        *(sources.c[name] for name in ("id", "publisher", "kind", "tier", "origin", "published")),
        passages.c.vector,
    )
    .where(passages.c.generation > bindparam("after"))
    .order_by(passages.c.n)
)
"""In the order of the fields of `Fields`."""

"""The queries behind `Reader`: those that never change are built once."""

import json
import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, func, or_, select

from retrieval.record.backend import listed_integers, listed_strings
from retrieval.record.schema import SOURCE_FIELDS, passages, revisions, sources
from retrieval.types import Filters

TITLE_WEIGHT = 2.0
"""A word in the title counts as much as two in the text."""
MAX_TERMS = 64
"""More words than this in a query add time and no meaning."""
STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about above after again against all am an and any are as at be because been before
        being below between both but by can could did do does doing down during each few for
        from further had has have having he her here hers him his how i if in into is it its
        itself just may me might more most must my no nor not now of off on once only or other
        our out over own same shall she should so some such than that the their them then there
        these they this those through to too true under until up very was we were what when
        where which while who whom why will with would you your""",
    )
)
_WORD = re.compile(r"\w+")
_DOTTED = re.compile(r"\b(?:\w\.){2,}")

SOURCE = tuple(sources.c[name] for name in SOURCE_FIELDS)
SPAN = (passages.c.id, passages.c.start, passages.c.end, passages.c.page, passages.c.text)


def filter_conditions(filters: Filters) -> list[ColumnElement[bool]]:
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


def named(
    query: Select[Any], ids: Collection[str] | None, column: ColumnElement[str] = sources.c.id
) -> Select[Any]:
    """The same query, of the sources among `ids` alone; None for all."""
    if ids is None:
        return query
    listed = listed_strings(json.dumps(sorted(ids)))
    return query.where(column.op("IN", is_comparison=True)(listed))


def select_joined(*columns: ColumnElement[Any]) -> Select[Any]:
    """Columns of passages and their sources."""
    return select(*columns).select_from(passages.join(sources))


_ids = bindparam("ids", type_=String)  # one parameter: a JSON array
_NAMED = passages.c.id.op("IN", is_comparison=True)(listed_strings(_ids))

LAST_REVISION = select(revisions).order_by(revisions.c.generation.desc()).limit(1)
COUNT = select(func.count()).select_from(passages)
PASSAGES = select_joined(*SPAN, *SOURCE).where(_NAMED)
VECTORS = select(passages.c.id, passages.c.vector).where(_NAMED)
SCAN: Select[Any] = select(*SPAN, passages.c.source_n, passages.c.vector).order_by(
    passages.c.source_n, passages.c.start
)
"""Without the sources: joined in, they would double the time of a scan."""
OWNERS = select(sources.c.n, *SOURCE).where(
    sources.c.n.op("IN", is_comparison=True)(listed_integers(_ids))
)
TIERS_AND_ORIGINS = select_joined(passages.c.id, sources.c.tier, sources.c.origin).where(_NAMED)
MATRIX = (
    select(passages.c.n, passages.c.id, passages.c.source_n, passages.c.vector)
    .where(passages.c.generation > bindparam("after"))
    .order_by(passages.c.n)
)
ENTRIES = (
    select_joined(
        passages.c.id,
        *(sources.c[name] for name in ("id", "publisher", "kind", "tier", "origin", "published")),
        passages.c.vector,
    )
    .where(passages.c.generation > bindparam("after"))
    .order_by(passages.c.n)
)
"""In the order of the fields of `Fields`."""


def match_expression(query: str) -> str | None:
    """Full-text expression matching any word of `query`; None where it has no word.

    Every term is a quoted string, so no character is an operator. Stop words are dropped unless
    there is nothing else; "I.C.E." is looked for as `ICE` too.
    """
    acronyms = [dotted.replace(".", "") for dotted in _DOTTED.findall(query)]
    words = [word.lower() for word in _WORD.findall(_DOTTED.sub(" ", query))]
    spelled = [" ".join(acronym) for acronym in acronyms]
    chosen = [word for word in words if word not in STOP_WORDS] + acronyms + spelled
    terms = list(dict.fromkeys(term.lower() for term in chosen or words))[:MAX_TERMS]
    return " OR ".join(f'"{term}"' for term in terms) or None

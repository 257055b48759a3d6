"""Tables of the drafts under review, the same in SQLite and PostgreSQL."""

from typing import Any

import sqlalchemy as sa


def _key(name: str, kind: Any = sa.Text) -> sa.Column[Any]:  # noqa: ANN401
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _column(name: str, kind: Any = sa.Text, **options: Any) -> sa.Column[Any]:  # noqa: ANN401
    return sa.Column(name, kind, nullable=False, **options)


METADATA = sa.MetaData()
HEADS = sa.Table(
    "review_heads",
    METADATA,
    _key("id"),
    _column("job"),
    _column("status", index=True),
    _column("version", sa.Integer),
    _column("created"),
    _column("changed"),
    _column("entry", sa.BigInteger, index=True),  # number of its last entry in the trail
    _column("assignee"),
    _column("second_reader"),
    _column("override"),
    _column("notices"),  # JSON
    _column("recheck"),  # JSON
    _column("question"),
    _column("verdict"),
    _column("red", sa.Integer),
    _column("words"),  # question and claim as a search compares them
)
VERSIONS = sa.Table(
    "review_versions",
    METADATA,
    _key("draft"),
    _key("version", sa.Integer),
    _column("at"),
    _column("by"),
    _column("action"),
    _column("entry", sa.BigInteger, index=True),
    _column("document"),  # JSON, without the evidence
    _column("evidence"),  # key of `EVIDENCE`
)
EVIDENCE = sa.Table("review_evidence", METADATA, _key("sha256"), _column("body"))  # JSON
COMMENTS = sa.Table(
    "review_comments",
    METADATA,
    _key("draft"),
    _key("id", sa.Integer),
    _column("line"),
    _column("text"),
    _column("by"),
    _column("at"),
    _column("resolved_by"),
)
CITED = sa.Table(  # what the newest version cites; the line is "" for words that decided
    "review_cited",
    METADATA,
    _key("draft"),
    _key("line"),
    _key("source"),
    _column("sha256"),
    sa.Index("review_cited_source", "source"),
)
TRAIL = sa.Table(
    "review_trail",
    METADATA,
    _key("number", sa.BigInteger),
    _column("at"),
    _column("who"),
    _column("draft", index=True),
    _column("action"),
    _column("detail"),  # canonical JSON
    _column("previous"),
    _column("hash"),
)
CHAIN = sa.Table(
    "review_chain",
    METADATA,
    _key("one", sa.Integer),
    _column("number", sa.BigInteger),
    _column("hash"),
)
"""One row: the end of the trail. Whoever writes locks it, so writers take turns."""

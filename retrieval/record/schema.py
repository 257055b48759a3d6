"""Tables of the record, as queries name them; the migrations create them."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

HEAD = "0001"
"""Migration that this code is written for; a test holds it against the migrations folder."""

metadata = MetaData()

meta = Table(
    "meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False)
)
"""`library` (a random id), `embedder`, `dimension`."""

revisions = Table(
    "revisions",
    metadata,
    Column("generation", Integer, primary_key=True),
    Column("stamp", Text, nullable=False),
    Column("takedown", Boolean, nullable=False),
)
"""One row for each transaction that changed passages. The random stamp tells a record restored from
a backup and written again from the one an index was built from."""

sources = Table(
    "sources",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("published", Date),
    Column("accessed", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("topic", Text),
    Column("syndicated_from", Text),
    Column("origin", Text, nullable=False),
    Column("vetted_by", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("raw_sha256", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("snapshot", Text, nullable=False),  # last: reading the others skips its pages
)

passages = Table(
    "passages",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column(
        "source_n",
        Integer,
        ForeignKey("sources.n", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page", Integer),
    Column("generation", Integer, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)
"""`generation` is the revision that last touched the row (or its source's fields); `vector` is
float32, little-endian."""

SOURCE_FIELDS = (
    "id", "title", "publisher", "url", "published", "accessed", "kind", "tier", "topic",
    "syndicated_from", "origin", "vetted_by", "sha256",
)  # fmt: skip
"""Columns of `sources` that make a `Source`."""

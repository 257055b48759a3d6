"""The library: sources, passages with their vectors, revisions, and the full-text index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

REQUIRED = (
    "title", "publisher", "url", "kind", "origin", "vetted_by", "sha256", "raw_sha256", "path",
    "snapshot",
)  # fmt: skip


def upgrade() -> None:
    _tables()
    if op.get_bind().dialect.name == "postgresql":
        _words_in_postgres()
    else:
        _words_in_sqlite()


def _words_in_sqlite() -> None:
    # The full-text index stores words only; titles and texts are read through the view, so that
    # 'rebuild' and 'integrity-check' work from the passages themselves.
    op.execute(
        "CREATE VIEW passage_words AS SELECT p.n AS n, s.title AS title, p.text AS text"
        " FROM passages AS p JOIN sources AS s ON s.n = p.source_n"
    )
    op.execute(
        "CREATE VIRTUAL TABLE words USING fts5(title, text, content='passage_words',"
        " content_rowid='n', tokenize='porter unicode61 remove_diacritics 2')"
    )


def _words_in_postgres() -> None:
    """A `tsvector` a passage, of words that are stemmed and none left out, as in SQLite."""
    op.execute(
        "CREATE TEXT SEARCH DICTIONARY verdict_stem (TEMPLATE = snowball, LANGUAGE = english)"
    )
    op.execute("CREATE TEXT SEARCH CONFIGURATION verdict (PARSER = default)")
    op.execute(
        "ALTER TEXT SEARCH CONFIGURATION verdict ADD MAPPING FOR asciiword, word, numword,"
        " asciihword, hword, numhword, hword_asciipart, hword_part, hword_numpart, version, file,"
        " host, url, url_path, email, sfloat, float, int, uint WITH verdict_stem"
    )
    op.create_table(
        "words",
        sa.Column(
            "n", sa.Integer, sa.ForeignKey("passages.n", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("vector", postgresql.TSVECTOR, nullable=False),
    )
    op.create_index("words_vector", "words", ["vector"], postgresql_using="gin")


def _tables() -> None:
    plain = "C" if op.get_bind().dialect.name == "postgresql" else None
    name = sa.Text(collation=plain)  # in the order of their characters, as in SQLite
    op.create_table(
        "meta",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "revisions",
        sa.Column("generation", sa.Integer, primary_key=True),
        sa.Column("stamp", sa.Text, nullable=False),
        sa.Column("takedown", sa.Boolean, nullable=False),
    )
    op.create_table(
        "sources",
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("id", name, nullable=False, unique=True),
        sa.Column("published", sa.Date),
        sa.Column("accessed", sa.Date, nullable=False),
        sa.Column("tier", sa.Integer, nullable=False),
        sa.Column("topic", sa.Text),
        sa.Column("syndicated_from", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in REQUIRED),
    )
    owner = sa.ForeignKey("sources.n", ondelete="CASCADE")
    op.create_table(
        "passages",
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("id", name, nullable=False, unique=True),
        sa.Column("source_n", sa.Integer, owner, nullable=False, index=True),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("page", sa.Integer),
        sa.Column("generation", sa.Integer, nullable=False, index=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )

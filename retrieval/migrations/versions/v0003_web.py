"""Sources from the web: their pages, their earlier versions, notices, and events.

The database itself writes down that a source was added, changed or removed: no writer can forget
it, and the event is in the transaction of the change.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TRIGGERS = """
CREATE TRIGGER source_added AFTER INSERT ON sources BEGIN
  INSERT INTO events (source_id, kind, at, detail)
    VALUES (new.id, 'added', strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), '');
END

CREATE TRIGGER source_changed AFTER UPDATE ON sources
WHEN old.sha256 <> new.sha256 OR old.title <> new.title OR old.published IS NOT new.published BEGIN
  INSERT INTO versions (source_id, sha256, title, published, accessed, until, snapshot)
    SELECT old.id, old.sha256, old.title, old.published, old.accessed, new.accessed, old.snapshot
    WHERE old.path LIKE 'web/%';
  INSERT INTO events (source_id, kind, at, detail)
    VALUES (new.id, 'changed', strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), old.sha256);
END

CREATE TRIGGER source_removed BEFORE DELETE ON sources BEGIN
  INSERT INTO seen (address, fate, at, tries, reason)
    SELECT url, 'removed', strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), 0, '' FROM pages
    WHERE source_id = old.id
    ON CONFLICT (address) DO UPDATE SET fate = 'removed', reason = '';
  DELETE FROM versions WHERE source_id = old.id;
  DELETE FROM notices WHERE source_id = old.id;
  DELETE FROM pages WHERE source_id = old.id;
  INSERT INTO events (source_id, kind, at, detail)
    VALUES (old.id, 'removed', strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), '');
END
"""


IN_POSTGRES = """
CREATE FUNCTION tell_source() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  now_ text := to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO events (source_id, kind, at, detail) VALUES (new.id, 'added', now_, '');
    RETURN new;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO versions (source_id, sha256, title, published, accessed, until, snapshot)
      SELECT old.id, old.sha256, old.title, old.published, old.accessed, new.accessed, old.snapshot
      WHERE old.path LIKE 'web/%';
    INSERT INTO events (source_id, kind, at, detail) VALUES (new.id, 'changed', now_, old.sha256);
    RETURN new;
  END IF;
  INSERT INTO seen (address, fate, at, tries, reason)
    SELECT url, 'removed', now_, 0, '' FROM pages WHERE source_id = old.id
    ON CONFLICT (address) DO UPDATE SET fate = 'removed', reason = '';
  DELETE FROM versions WHERE source_id = old.id;
  DELETE FROM notices WHERE source_id = old.id;
  DELETE FROM pages WHERE source_id = old.id;
  INSERT INTO events (source_id, kind, at, detail) VALUES (old.id, 'removed', now_, '');
  RETURN old;
END $$

CREATE TRIGGER source_added AFTER INSERT ON sources FOR EACH ROW EXECUTE FUNCTION tell_source()

CREATE TRIGGER source_changed AFTER UPDATE ON sources FOR EACH ROW
WHEN (old.sha256 <> new.sha256 OR old.title <> new.title
  OR old.published IS DISTINCT FROM new.published)
EXECUTE FUNCTION tell_source()

CREATE TRIGGER source_removed BEFORE DELETE ON sources FOR EACH ROW EXECUTE FUNCTION tell_source()
"""


def upgrade() -> None:
    _pages()
    _history()
    postgres = op.get_bind().dialect.name == "postgresql"
    for statement in (IN_POSTGRES if postgres else TRIGGERS).strip().split("\n\n"):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%") if postgres else statement)


def _pages() -> None:
    op.create_table(
        "pages",
        sa.Column("source_id", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, nullable=False, unique=True),
        sa.Column("checked", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("modified", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
    )
    op.create_table(
        "responses",
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("url", sa.Text, nullable=False, index=True),
        sa.Column("address", sa.Text, nullable=False, index=True),
        sa.Column("fetched", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("length", sa.Integer, nullable=False),
    )
    op.create_table(
        "seen",
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("fate", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "feeds",
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("checked", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("modified", sa.Text),
    )


def _history() -> None:
    op.create_table(
        "versions",
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("source_id", sa.Text, nullable=False, index=True),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("published", sa.Date),
        sa.Column("accessed", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
    )
    op.create_table(
        "notices",
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("noticed", sa.Date, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.UniqueConstraint("source_id", "kind", "words", name="one_notice_once"),
    )
    op.create_table(
        "events",
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )

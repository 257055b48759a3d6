"""Whether a source's text is verbatim or a summary: that of every earlier source is verbatim.

Except the demonstration notes, which are summaries and were stored before they could say so.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TOPICS = (
    "5g-covid", "aspartame-cancer", "global-warming-pause", "great-wall-moon", "nh-biden-robocall",
    "nypd-ice", "us-violent-crime-2024", "vaccines-autism",
)  # fmt: skip


def upgrade() -> None:
    kind = sa.Column("text", sa.Text, nullable=False, server_default="verbatim")
    op.add_column("sources", kind)
    _move_snapshot_to_end()
    sources = sa.table("sources", *map(sa.column, ("id", "topic", "path", "text")))
    path = sa.func.replace(sources.c.path, "\\", "/")
    note = sa.literal("%/seeds/") + sources.c.topic + "/" + sources.c.id + ".md"
    notes = sources.c.topic.in_(TOPICS) & path.like(note)
    op.execute(sources.update().where(notes).values(text="summary"))


def _move_snapshot_to_end() -> None:
    """A column behind the snapshot could only be read through all pages of the snapshot."""
    moved = sa.Column("moved", sa.Text, nullable=False, server_default="")
    op.add_column("sources", moved)
    op.execute("UPDATE sources SET moved = snapshot")
    op.drop_column("sources", "snapshot")
    op.alter_column("sources", "moved", new_column_name="snapshot")

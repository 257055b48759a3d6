"""What copies of a text are found by: kept, so that adding one source does not read all others."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    owner = sa.ForeignKey("sources.n", ondelete="CASCADE")
    op.create_table(
        "sketches",
        sa.Column("source_n", sa.Integer, owner, primary_key=True),
        sa.Column("maker", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("words", sa.LargeBinary, nullable=False),
        sa.Column("minima", sa.LargeBinary, nullable=False),
    )
    # A copy that has not ended is noted as all other work that is due.
    op.execute("UPDATE meta SET key = 'due copy' WHERE key = 'copying'")

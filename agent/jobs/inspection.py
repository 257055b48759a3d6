"""What the database of jobs is and who works on it, looked at without making anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from agent.jobs.durable import WORKERS, engine_at
from agent.jobs.port import reason_of, shown, unavailable


def read_beats(url: str) -> dict[str, int]:
    """The count of every worker, without making anything; none where there is no database yet.

    Raises:
        JobsUnavailable: the file or the server cannot be read.
    """
    address = sa.make_url(url)
    file = address.get_backend_name() == "sqlite"
    if file and not Path(address.database or "").exists():
        return {}
    try:
        with _connected(url) as connection:
            if not sa.inspect(connection).has_table(WORKERS.name):
                return {}
            return {row.name: row.beat for row in connection.execute(sa.select(WORKERS))}
    except sa.exc.SQLAlchemyError as fault:
        raise unavailable(shown(url), fault) from fault


def describe_database(url: str) -> tuple[str, str]:
    """What a PostgreSQL server is; else nothing, and why it does not answer."""
    asked = sa.text(
        "SELECT current_setting('server_version'), pg_database_size(current_database()), "
        "(SELECT extversion FROM pg_extension WHERE extname = 'vector')"
    )
    try:
        with _connected(url) as connection:
            version, size, vector = connection.execute(asked).one()
    except sa.exc.SQLAlchemyError as error:
        return "", reason_of(error)
    pgvector = f"pgvector {vector}" if vector else "without pgvector"
    return f"PostgreSQL {version.split()[0]}, {size / 1e6:,.0f} MB, {pgvector}", ""


@contextmanager
def _connected(url: str) -> Iterator[sa.Connection]:
    engine = engine_at(url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()

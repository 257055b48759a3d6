"""Who is still alive: every worker counts up beside the jobs; whose count stands still is dead."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData()
WORKERS: Final = sa.Table(
    "verdict_workers",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("beat", sa.BigInteger, nullable=False),
)
BUSY_SECONDS: Final = 30.0


def engine_at(url: str) -> sa.Engine:
    """Connections to `sqlite:///FILE` or `postgresql://…`; SQLite with its write-ahead log."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        engine = sa.create_engine(address, connect_args={"timeout": BUSY_SECONDS})
        with engine.connect() as connection:
            connection.execute(sa.text("PRAGMA journal_mode=WAL")).close()  # stays with the file
        return engine
    return sa.create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True)


class Leases:
    """The counts of all workers, in the database of the jobs."""

    def __init__(self, url: str) -> None:
        self._engine = engine_at(url)
        try:
            METADATA.create_all(self._engine)
        except sa.exc.DatabaseError:  # another worker made the table in this very moment
            METADATA.create_all(self._engine)

    def beat(self, name: str) -> None:
        """Count up: this worker lives."""
        with self._engine.begin() as connection:
            mine = WORKERS.c.name == name
            counted = connection.execute(
                sa.update(WORKERS).where(mine).values(beat=WORKERS.c.beat + 1)
            )
            if not counted.rowcount:
                connection.execute(sa.insert(WORKERS).values(name=name, beat=1))

    def beats(self) -> dict[str, int]:
        """The count of every worker that has not gone."""
        with self._engine.connect() as connection:
            return {row.name: row.beat for row in connection.execute(sa.select(WORKERS))}

    def drop(self, name: str) -> None:
        """Forget a worker that has gone; one that lives after all counts again."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(WORKERS).where(WORKERS.c.name == name))

    def close(self) -> None:
        self._engine.dispose()


@dataclass
class Watch:
    """Finds the counts that stand still, by a clock of its own: those of machines may differ."""

    patience: float
    """Seconds without a beat after which a worker is dead."""
    clock: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[int | None, float]] = field(default_factory=dict)

    def dead(self, beats: Mapping[str, int], working: Iterable[str]) -> list[str]:
        """Names of those that were silent for too long, of all with a count or a job in work."""
        now = self.clock()
        counts = {name: beats.get(name) for name in {*beats, *working}}
        before = self._seen
        self._seen = {
            name: before[name] if name in before and before[name][0] == count else (count, now)
            for name, count in counts.items()
        }
        return sorted(n for n, (_, since) in self._seen.items() if now - since >= self.patience)

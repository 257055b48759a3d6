"""What was spent on models, day by day: one small SQLite file that all processes share."""

import sqlite3
import threading
from datetime import date
from pathlib import Path
from typing import Final

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS spent (
    id INTEGER PRIMARY KEY, day TEXT NOT NULL, tokens INTEGER NOT NULL, cost REAL NOT NULL)
"""
PATIENCE: Final = 10.0
"""Seconds to wait for another process that is writing."""


class Spending:
    """Reserves before a call and corrects after it; what a killed process reserved stays counted.

    Args:
        path: The file; None keeps the count for this process only.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._record = sqlite3.connect(
            ":memory:" if path is None else path,
            timeout=PATIENCE,
            isolation_level=None,
            check_same_thread=False,
        )
        self._record.execute("PRAGMA journal_mode=WAL")
        self._record.execute(SCHEMA)

    def reserve(
        self,
        day: date,
        tokens: int,
        cost: float,
        most_tokens: int | None,
        most_cost: float | None,
    ) -> int | None:
        """Set tokens and US dollars aside; None where that would pass a limit of the day."""
        with self._lock:
            self._record.execute("BEGIN IMMEDIATE")
            try:
                spent_tokens, spent_cost = self._sum(day)
                if most_tokens is not None and spent_tokens + tokens > most_tokens:
                    return None
                if most_cost is not None and spent_cost + cost > most_cost:
                    return None
                row = self._record.execute(
                    "INSERT INTO spent (day, tokens, cost) VALUES (?, ?, ?)",
                    (day.isoformat(), tokens, cost),
                )
                return row.lastrowid
            finally:
                self._record.execute("COMMIT")

    def settle(self, reserved: int, tokens: int, cost: float) -> None:
        """Put what was used in the place of what was reserved."""
        with self._lock:
            self._record.execute(
                "UPDATE spent SET tokens = ?, cost = ? WHERE id = ?", (tokens, cost, reserved)
            )

    def on(self, day: date) -> tuple[int, float]:
        """Tokens and US dollars of a day, reservations included."""
        with self._lock:
            return self._sum(day)

    def _sum(self, day: date) -> tuple[int, float]:
        tokens, cost = self._record.execute(
            "SELECT coalesce(sum(tokens), 0), coalesce(sum(cost), 0) FROM spent WHERE day = ?",
            (day.isoformat(),),
        ).fetchone()
        return int(tokens), float(cost)

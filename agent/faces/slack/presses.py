"""Which buttons were pressed: what one does is done once, and what readers think is kept."""

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from agent.faces.slack.records import DONE_ONCE, FEEDBACK, IN_WORK, Records, first


class Presses:
    """Presses by key. One process at a time has them.

    Args:
        records: The file. Work that no process ended, since it was killed, counts as not begun:
            the next press does it.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        with records.begin() as connection:
            unfinished = sa.select(IN_WORK.c.key)
            connection.execute(DONE_ONCE.delete().where(DONE_ONCE.c.key.in_(unfinished)))
            connection.execute(IN_WORK.delete())

    def once(self, key: str, user: str, now: float) -> bool:
        """Whether `key` is to be done now: nobody did it, and nobody is at it."""
        hashed = self._records.hashed(key)
        row = {"key": hashed, "who": self._records.hashed(user), "at": now}
        with self._records.begin() as connection:
            fresh = first(connection, DONE_ONCE, row)
            if fresh:
                connection.execute(IN_WORK.insert(), {"key": hashed})
            return fresh

    def done(self, key: str) -> None:
        """It is done, and stays so."""
        with self._records.begin() as connection:
            self._drop(connection, IN_WORK, key)

    def undo(self, key: str) -> None:
        """It did not work: the next press of the button may try again."""
        with self._records.begin() as connection:
            self._drop(connection, IN_WORK, key)
            self._drop(connection, DONE_ONCE, key)

    def _drop(self, connection: sa.Connection, table: sa.Table, key: str) -> None:
        connection.execute(table.delete().where(table.c.key == self._records.hashed(key)))

    def rate(self, question: str, value: str, user: str, now: float) -> None:
        """Keep what a reader thinks of an answer; the last press counts."""
        who = self._records.hashed(user)
        row = {"question": question, "who": who, "value": value, "at": now}
        with self._records.begin() as connection:
            connection.execute(
                insert(FEEDBACK)
                .values(row)
                .on_conflict_do_update(
                    index_elements=["question", "who"], set_={"value": value, "at": now}
                )
            )

"""What one draft, and one day, may cost: prices, what is spent, limits held before each call."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, Protocol

from agent.llm.errors import BudgetSpent, ChatError, SpendingUnwritable
from agent.types import EMBEDDED, Usage


class Prices(Protocol):
    def cost(self, model: str, fresh: int, cached: int, output: int) -> float | None:
        """US dollars for so many tokens (fresh input, cached input, output); None: not known."""


class Unpriced:
    """Counts tokens only."""

    def cost(self, model: str, fresh: int, cached: int, output: int) -> float | None:
        return None


@dataclass(frozen=True)
class Stated:
    """Prices a person stated, in US dollars per million tokens; cached input costs as fresh."""

    input: float
    output: float

    def cost(self, model: str, fresh: int, cached: int, output: int) -> float | None:
        return ((fresh + cached) * self.input + output * self.output) / 1e6


class Table:
    """The table of published prices that comes with genai-prices; nothing is fetched."""

    def cost(self, model: str, fresh: int, cached: int, output: int) -> float | None:
        from genai_prices import Usage, calc_price  # noqa: PLC0415  (the table takes a moment)

        usage = Usage(input_tokens=fresh + cached, cache_read_tokens=cached, output_tokens=output)
        try:
            return float(calc_price(usage, model).total_price)
        except LookupError:  # a model that the table does not know
            return None


def prices(input_price: float | None, output_price: float | None) -> Prices:
    """Stated prices where both are given, else the table."""
    if input_price is not None and output_price is not None:
        return Stated(input_price, output_price)
    return Table()


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

    Raises (every method):
        SpendingUnwritable: the file cannot be read or written.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock, self._path = threading.Lock(), path
        with self._turn():
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
        with self._turn():
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
                if self._record.in_transaction:  # a full disk ends it by itself
                    self._record.execute("COMMIT")

    def settle(self, reserved: int, tokens: int, cost: float) -> None:
        """Put what was used in the place of what was reserved."""
        with self._turn():
            self._record.execute(
                "UPDATE spent SET tokens = ?, cost = ? WHERE id = ?", (tokens, cost, reserved)
            )

    def on(self, day: date) -> tuple[int, float]:
        """Tokens and US dollars of a day, reservations included."""
        with self._turn():
            return self._sum(day)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One thread at a time; what the file does not take is told."""
        try:
            with self._lock:
                yield
        except sqlite3.Error as error:
            raise SpendingUnwritable(
                f"What the model costs cannot be counted in {self._path} ({error})."
            ) from error

    def _sum(self, day: date) -> tuple[int, float]:
        tokens, cost = self._record.execute(
            "SELECT coalesce(sum(tokens), 0), coalesce(sum(cost), 0) FROM spent WHERE day = ?",
            (day.isoformat(),),
        ).fetchone()
        return int(tokens), float(cost)


@dataclass(frozen=True)
class Limits:
    """None: no limit. Tokens are input and output together; money is in US dollars."""

    draft_tokens: int | None = None
    draft_cost: float | None = None
    day_tokens: int | None = None
    day_cost: float | None = None
    seconds: float = 300.0
    """For all model calls of one draft together."""


@dataclass(frozen=True)
class Used:
    """What one call took."""

    input_tokens: int
    cached_tokens: int
    output_tokens: int
    counted: bool = True
    """By the endpoint; else all or some of it is our own estimate."""

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


@dataclass
class Account:
    """The account of one draft, while it is written."""

    until: float
    """Reading of the monotonic clock at which the time for the model is over."""
    on_step: Callable[[str], None] = lambda _: None
    models: dict[str, None] = field(default_factory=dict)
    prompts: dict[str, str] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    uncounted: int = 0
    """Calls whose tokens are known by our own estimate only."""
    cost: float = 0.0
    """US dollars; of estimated tokens too, so that limits hold."""
    priced: bool = True
    seconds: float = 0.0
    stood_in: bool = False
    """The embedded writer wrote what the model was asked for."""

    def note(self, text: str) -> None:
        """Tell the reader of the page, once."""
        self.notes[text] = None

    def remaining(self) -> float:
        """Seconds left for the model."""
        return self.until - time.monotonic()

    def usage(self) -> Usage:
        """What is printed with the page."""
        known = self.calls and self.priced and not self.uncounted
        return Usage(
            model=", ".join(self.models) or EMBEDDED,
            calls=self.calls,
            input_tokens=self.input_tokens,
            cached_tokens=self.cached_tokens,
            output_tokens=self.output_tokens,
            uncounted=self.uncounted,
            cost=round(self.cost, 6) if known else None,
            seconds=round(self.seconds, 3),
            prompts=dict(self.prompts),
            notes=tuple(self.notes),
            stood_in=self.stood_in,
        )


@dataclass(frozen=True)
class Reservation:
    """Tokens and money set aside for one call."""

    row: int
    tokens: int
    cost: float


_account: ContextVar[Account] = ContextVar("account")


class Budget:
    """Opens the account of each draft and holds it, and the day, to the limits."""

    def __init__(
        self,
        limits: Limits | None = None,
        prices: Prices | None = None,
        spending: Spending | None = None,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._limits = limits or Limits()
        self._prices = prices or Unpriced()
        self._spending = spending or Spending()
        self._today = today

    @contextmanager
    def open(self, on_step: Callable[[str], None] = lambda _: None) -> Iterator[Account]:
        """Account for everything that is asked inside the block, in this thread."""
        account = Account(time.monotonic() + self._limits.seconds, on_step)
        token = _account.set(account)
        try:
            yield account
        finally:
            _account.reset(token)

    def reserve(self, model: str, input_tokens: int, output_tokens: int) -> Reservation:
        """Set aside what a call may cost at most.

        Raises:
            BudgetSpent: it is more than is left.
            SpendingUnwritable: it cannot be written down.
        """
        account, limits = current(), self._limits
        tokens = input_tokens + output_tokens
        price = self._prices.cost(model, input_tokens, 0, output_tokens)
        cost = price or 0.0
        if price is None and (limits.draft_cost or limits.day_cost):
            account.note(
                f"The price of the model {model} is not known: its tokens are counted, and the "
                "limits in money do not hold it."
            )
        used = account.input_tokens + account.output_tokens
        if limits.draft_tokens is not None and used + tokens > limits.draft_tokens:
            raise BudgetSpent(
                f"A call of up to {tokens:,} tokens would pass this draft's limit of "
                f"{limits.draft_tokens:,} ({used:,} are used)."
            )
        if limits.draft_cost is not None and account.cost + cost > limits.draft_cost:
            raise BudgetSpent(f"A call would pass this draft's limit of ${limits.draft_cost:g}.")
        row = self._spending.reserve(
            self._today(), tokens, cost, limits.day_tokens, limits.day_cost
        )
        if row is None:
            raise BudgetSpent("A call would pass the limit for today.")
        return Reservation(row, tokens, cost)

    def settle(self, reserved: Reservation, model: str, used: Used) -> None:
        """Replace a reservation by what the call took."""
        account = current()
        fresh = used.input_tokens - used.cached_tokens
        price = self._prices.cost(model, fresh, used.cached_tokens, used.output_tokens)
        try:
            self._spending.settle(reserved.row, used.tokens, price or 0.0)
        except SpendingUnwritable as error:
            account.note(f"{error.args[0]} What was set aside for a call stays counted.")
        account.input_tokens += used.input_tokens
        account.cached_tokens += used.cached_tokens
        account.output_tokens += used.output_tokens
        account.uncounted += not used.counted
        account.cost += price or 0.0
        account.priced &= price is not None


def excuse(error: ChatError, instead: str) -> None:
    """Tell the reader what stands in for a call that failed.

    Raises:
        ChatError: only a person can mend it, and no call of this draft has succeeded: what is
            set up wrong should be known before pages are written without the model.
    """
    account = current()
    if error.misconfigured and not account.models:
        raise error
    account.note(f"{error.args[0]} {instead}")


def current() -> Account:
    """The account that is open in this thread.

    Raises:
        LookupError: a model was asked outside of `Budget.open`.
    """
    return _account.get()

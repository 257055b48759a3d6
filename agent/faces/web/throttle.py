"""How often something may be done: a sliding window for each name, in memory."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

REMEMBERED: Final = 10_000
"""Names remembered at most; the one not seen for longest is forgotten first."""


class Throttle:
    """At most `limit` times in `seconds` for each name. Forgets at a restart.

    Args:
        limit: how often.
        seconds: within which time.
        clock: seconds that only go up.
    """

    def __init__(
        self, limit: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._seconds, self._clock = limit, seconds, clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, name: str) -> float:
        """Seconds until it may be done again; 0 where it may be done now."""
        with self._lock:
            return self._wait(name)

    def count(self, name: str) -> None:
        """It was done."""
        with self._lock:
            self._count(name)

    def take(self, name: str) -> float:
        """Count it where it may be done now (0); else the seconds to wait."""
        with self._lock:
            if not (wait := self._wait(name)):
                self._count(name)
            return wait

    def forget(self, name: str) -> None:
        with self._lock:
            self._times.pop(name, None)

    def _wait(self, name: str) -> float:
        times, now = self._times.get(name, deque()), self._clock()
        while times and now - times[0] >= self._seconds:
            times.popleft()
        return self._seconds - (now - times[0]) if len(times) >= self._limit else 0.0

    def _count(self, name: str) -> None:
        self._times.setdefault(name, deque(maxlen=self._limit)).append(self._clock())
        self._times.move_to_end(name)
        if len(self._times) > REMEMBERED:
            self._times.popitem(last=False)

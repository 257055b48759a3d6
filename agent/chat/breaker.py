"""A circuit breaker: a model that keeps failing is left alone for a while, then tried once."""

import threading
import time
from collections.abc import Callable
from typing import Final

from agent.chat.errors import CircuitOpen

FAILURES: Final = 5
"""Failed calls in a row that open the circuit."""
REST: Final = 30.0
"""Seconds for which an open circuit refuses; then one call probes."""


class Breaker:
    """For one model; shared by the threads of a process."""

    def __init__(self, model: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._model, self._clock = model, clock
        self._failures, self._opened = 0, 0.0
        self._lock = threading.Lock()

    def admit(self) -> None:
        """Let a call through.

        Raises:
            CircuitOpen: the model is resting.
        """
        with self._lock:
            if self._failures < FAILURES:
                return
            if self._clock() - self._opened < REST:
                raise CircuitOpen(f"The model {self._model!r} failed {self._failures} times.")
            self._opened = self._clock()  # this call is the probe; the others go on waiting

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._opened = self._clock()

"""A job's events as server-sent events: numbered, resumable, ended after the last."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread

from agent.faces.web.services import Busy
from agent.jobs.port import Event, Jobs

T = TypeVar("T")
LOOK_SECONDS: Final = 0.3
"""How often a job is looked at while somebody watches."""
BEAT_SECONDS: Final = 15.0
"""Silence after which a comment is sent, so that proxies keep the connection."""
LOOKING: Final = 4
"""Jobs looked at in the same moment: watching takes no thread from the pages."""
MOST: Final = 200
"""Streams open at once; further ones are told to come back."""


@dataclass
class Streams:
    """The streams of one application, ended together when it stops."""

    jobs: Jobs
    stopping: bool = False
    _open: int = 0
    _limiter: CapacityLimiter | None = None

    def admit(self) -> None:
        """Make room for one more.

        Raises:
            Busy: as many as may are open.
        """
        if self._open >= MOST:
            raise Busy(f"{MOST} people watch drafts already.", 10.0)

    async def is_over(self, job_id: str, after: int) -> bool:
        """Whether nothing comes after an event: a browser is told not to connect again.

        Raises:
            UnknownJob: there is none of this id.
        """
        state = (await self._look(lambda: self.jobs.get(job_id))).state
        return state.over and not await self._new(job_id, after)

    async def follow(self, job_id: str, after: int) -> AsyncIterator[str]:
        """Lines of the stream: events with a number above `after`, and beats in between."""
        self._open += 1
        heard = time.monotonic()
        try:
            yield "retry: 1000\n\n"
            while not self.stopping:
                for event in await self._new(job_id, after):
                    yield _line(event)
                    after, heard = event.number, time.monotonic()
                    if event.state.over:
                        return
                if time.monotonic() - heard >= BEAT_SECONDS:
                    yield ": still here\n\n"
                    heard = time.monotonic()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self._open -= 1

    async def _new(self, job_id: str, after: int) -> list[Event]:
        return await self._look(lambda: list(self.jobs.events(job_id, after, 0.0)))

    async def _look(self, look: Callable[[], T]) -> T:
        if self._limiter is None:  # made inside the loop that uses it
            self._limiter = CapacityLimiter(LOOKING)
        return await to_thread.run_sync(look, limiter=self._limiter)


def _line(event: Event) -> str:
    return f"id: {event.number}\ndata: {event.model_dump_json()}\n\n"

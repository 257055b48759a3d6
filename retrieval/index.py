"""The index beside the record: who keeps it, when it may be asked, what happens when it breaks.

It never fails a search and never makes one wrong. It answers only when it is in step with the
record; otherwise it says None, the exact scan serves, and the index is brought in step.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from retrieval.errors import IndexBroken, LibraryError
from retrieval.index_stores import QUICK, RecordStore, Store
from retrieval.locks import FileLock
from retrieval.record import Record, Revision
from retrieval.types import Vector

if TYPE_CHECKING:
    from retrieval.chroma import ChromaIndex


RETRY_SECONDS = 30.0
"""After an index could not be had, how long searches go by exact scan before it is tried again."""
ATTEMPTS = 3
"""One for damage, one for a record that was written to meanwhile, one more."""


class _Stopped(Exception):
    """The library is being closed."""


class Index:
    """One process's view of the index.

    The owner (a file lock) alone builds it and opens it; every other process searches exactly.
    """

    def __init__(self, store: Store, lock: FileLock, record: Record) -> None:
        self._store, self._lock, self._record = store, lock, record
        self._live: tuple[Revision, ChromaIndex] | None = None
        self._using = threading.RLock()  # held while `_live` is asked or exchanged
        self._updating = threading.Lock()
        self._stop = threading.Event()
        self._updater: threading.Thread | None = None
        self._not_before = 0.0  # monotonic seconds
        self._size = 0
        self.state = "not looked at yet"
        """What doctor and statistics show."""
        self.fault_at_start: str | None = None
        """What was wrong with the index when the library was opened."""

    @property
    def is_serving(self) -> bool:
        """Whether Chroma is open in this process."""
        return self._live is not None

    @property
    def is_in_record(self) -> bool:
        """Whether the record's own database keeps the index: it is asked through the record."""
        return isinstance(self._store, RecordStore)

    def start(self) -> None:
        """Look at the index; where it is missing, damaged or out of step, mend it meanwhile."""
        self.fault_at_start = self._find_fault()
        if self.fault_at_start is None:
            self.state = "in step"
        else:
            self.state = f"being made ({self.fault_at_start}); exact scan meanwhile"
            self._update_in_background(opened=False)

    def nearest(self, vector: Vector, depth: int, revision: Revision) -> dict[str, float] | None:
        """Passages with the highest cosine, best first; None where the exact scan must serve."""
        with self._using:
            if self._live is not None and self._live[0] == revision:
                try:
                    return self._live[1].nearest(np.atleast_2d(vector), depth)[0]
                except IndexBroken as error:
                    self._close_index()
                    self.state = f"exact scan ({error.args[0]})"
        if time.monotonic() >= self._not_before:
            self._update_in_background(opened=True)
        return None

    def update(self, *, opened: bool = False) -> bool:
        """Bring the index in step now, and open it if `opened`; True where that was done."""
        with self._updating, self._ownership() as owner:
            return owner and self._update(opened=opened or self.is_serving)

    def audit(self) -> list[str]:
        """Compare every passage of the index with the record; differences in words."""
        with self._updating, self._ownership() as owner:
            if not owner:
                return [f"It could not be examined: {self.state}."]
            fault = self._find_fault()
            if fault is not None:
                return [fault]
            self._close_index()
            with self._record.reader() as reader:
                return self._store.audit(reader)

    def rebuild(self) -> bool:
        """Throw the index away and make it anew; True where that was done."""
        with self._updating, self._ownership() as owner:
            if not owner:
                return False
            opened = self.is_serving
            self._close_index()
            self._store.discard()
            return self._update(opened=opened)

    def wait(self) -> None:
        """Wait until what is going on meanwhile is done."""
        updater = self._updater
        if updater is not None:
            updater.join()
        if self._lock.is_held:  # working copies of other owners are theirs
            with self._updating:
                self._store.sweep()

    def close(self) -> None:
        """Let go of the index. A quick build going on meanwhile is finished, a long one ended."""
        if self._size > QUICK:
            self._stop.set()
        self.wait()
        self._close_index()
        self._lock.release()

    def _update(self, *, opened: bool) -> bool:
        try:
            self._bring_in_step()
            if opened:
                self._open()
        except (LibraryError, OSError) as error:
            self.state = f"exact scan (no index: {error.args[0]})"
            return False
        except _Stopped:
            self.state = "unfinished; run `verdict library verify --repair`"
            return False
        self._not_before = 0.0
        self.state = "in step" if self._live is None else "in step, serving"
        return True

    def _bring_in_step(self) -> None:
        fault = self._find_fault()
        for _ in range(ATTEMPTS):
            if fault is None:
                return
            try:
                with self._record.reader() as reader:
                    self._store.update(reader, self._raise_if_stopped)
                fault = self._find_fault()
            except IndexBroken as error:
                fault = str(error.args[0])
                self._store.discard()
        if fault is not None:
            raise IndexBroken(fault, "Run `verdict doctor`; searches go by exact scan meanwhile.")

    def _open(self) -> None:
        with self._record.reader() as reader:
            revision = reader.revision()
            if self._live is not None and self._live[0] == revision:
                return
            opened = (revision, self._store.open(reader))
        with self._using:  # searches are answered by the old one or the exact scan until here
            self._close_index()
            self._live = opened

    @contextmanager
    def _ownership(self) -> Iterator[bool]:
        """Hold the owner's lock; it is kept for as long as Chroma is open."""
        self._not_before = time.monotonic() + RETRY_SECONDS
        try:
            owner = self._lock.is_held or self._lock.try_acquire()
            if not owner:
                self.state = f"exact scan (index owned by {self._lock.holder()})"
        except OSError as error:
            owner = False
            self.state = f"exact scan (no index: {error})"
        try:
            yield owner
        finally:
            if not self.is_serving:
                self._lock.release()

    def _find_fault(self) -> str | None:
        try:
            found = self._store.inspect()
        except IndexBroken as error:
            return str(error.args[0])
        with self._record.reader() as reader:
            if found == reader.revision() or (found is None and not reader.count()):
                return None
        return "There is no index yet." if found is None else "The record changed since."

    def _close_index(self) -> None:
        with self._using:
            if self._live is not None:
                index, self._live = self._live[1], None
                self._store.close(index)

    def _update_in_background(self, *, opened: bool) -> None:
        if self._updating.locked() or self._stop.is_set():
            return
        with self._record.reader() as reader:
            self._size = reader.count()
        self._updater = threading.Thread(
            target=self.update, kwargs={"opened": opened}, name="index-updater", daemon=True
        )
        self._updater.start()

    def _raise_if_stopped(self) -> None:
        if self._stop.is_set():
            raise _Stopped

"""Workers: they read files and embed passages, while one owner vets, cuts and writes.

`Pool` is the workers of this process, and what is used where nothing else is said; those of a Ray
cluster are in `retrieval/ray_workers.py`. What workers do changes nothing but the time it takes:
the owner takes results in the order in which it asked for them.
"""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, Self, TypeVar

from retrieval.errors import LibraryError
from retrieval.loaders import RawFile
from retrieval.loaders.isolation import Answer, FileLoader
from retrieval.types import Embedder, Vectors

T_co = TypeVar("T_co", covariant=True)
MOST_READERS = 8
"""Files read at once; of each a process may take the memory that `Limits` grants it."""


class Pending(Protocol[T_co]):
    """What was asked of a worker, as `concurrent.futures.Future` has it."""

    def done(self) -> bool:
        """Whether `result` is there without waiting."""

    def result(self) -> T_co:
        """Wait for it. Raises what the worker raised."""


class Workers(Protocol):
    """Whoever reads and embeds; to be closed, and usable again afterwards."""

    files_ahead: int
    """Files asked for before the first of them is taken."""
    batches_ahead: int
    """Batches asked for before the first of them is taken."""

    def load(self, raw: RawFile) -> Pending[Answer]:
        """Make documents of a file, or say why there are none."""

    def embed(self, texts: Sequence[str]) -> Pending[Vectors]:
        """See `Embedder.embed`."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None:
        """Give up what nobody has taken, and let go of processes and threads."""


class Pool:
    """The workers of this process: files are read side by side, each as `FileLoader` does it.

    One batch is embedded at a time, since an embedder uses all processors by itself. Threads and
    processes are started when they are needed.
    """

    batches_ahead = 2

    def __init__(
        self,
        embedder: Embedder,
        make_loader: Callable[[], FileLoader] = FileLoader,
        readers: int | None = None,
    ) -> None:
        """Embed with `embedder`; read `readers` files at once, by default one per processor."""
        self._embedder, self._make_loader = embedder, make_loader
        self._readers = readers or min(os.cpu_count() or 1, MOST_READERS)
        self.files_ahead = 4 * self._readers
        self._threads: tuple[ThreadPoolExecutor, ThreadPoolExecutor] | None = None
        self._idle: list[FileLoader] = []
        self._loaders: list[FileLoader] = []
        self._lock = threading.Lock()

    def load(self, raw: RawFile) -> Pending[Answer]:
        """See `Workers.load`."""
        return self._start()[0].submit(self._read, raw)

    def embed(self, texts: Sequence[str]) -> Pending[Vectors]:
        """See `Workers.embed`."""
        return self._start()[1].submit(self._embedder.embed, texts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        threads, self._threads = self._threads, None
        for pool in threads or ():
            pool.shutdown(wait=False, cancel_futures=True)
        self._end_loaders()  # a thread may wait for the process of one
        for pool in threads or ():
            pool.shutdown()
        self._end_loaders()  # or may have started another meanwhile
        self._idle, self._loaders = [], []

    def _start(self) -> tuple[ThreadPoolExecutor, ThreadPoolExecutor]:
        if self._threads is None:
            reading = ThreadPoolExecutor(self._readers, "reading")
            self._threads = (reading, ThreadPoolExecutor(1, "embedding"))
        return self._threads

    def _read(self, raw: RawFile) -> Answer:
        loader = self._take_loader()
        try:
            return read_with(loader, raw)
        finally:
            with self._lock:
                self._idle.append(loader)

    def _take_loader(self) -> FileLoader:
        with self._lock:
            if self._idle:
                return self._idle.pop()
            loader = self._make_loader()
            self._loaders.append(loader)
            return loader

    def _end_loaders(self) -> None:
        with self._lock:
            loaders = tuple(self._loaders)
        for loader in loaders:
            loader.close()


def read_with(loader: FileLoader, raw: RawFile) -> Answer:
    """Make documents of a file, or put into words why there are none."""
    try:
        return Answer(documents=loader.load(raw))
    except LibraryError as error:  # of this file alone
        return Answer(refused=(str(error.args[0]), error.advice))

"""Workers of a Ray cluster: each reads files within limits, and embeds with a model of its own.

Ray starts a worker that died anew and asks it again, so nothing is lost by that; and nothing comes
twice, since one owner writes, and takes each answer once. Every machine of the cluster needs the
same version of this program. Files go there and vectors come back by Ray's own protocol, in which
whoever reaches the cluster can run programs: it belongs into a network of its own.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, redirect_stdout
from importlib import import_module
from importlib.metadata import version
from typing import Any, Generic, Self, TypeVar, cast

from retrieval.embedding import MiniLM
from retrieval.errors import EmbedderMismatch, LibraryError
from retrieval.loaders import RawFile
from retrieval.loaders.isolation import Answer, FileLoader
from retrieval.types import Embedder, Vectors
from retrieval.workers import Pending, read_with

T = TypeVar("T")
RETRIES = 5
"""How often a worker is asked again that died over a file or a batch."""
START_SECONDS = 60.0
"""How long workers may take to start; those that have not by then are not waited for."""
_AGAIN = "What is in stays; the same command goes on from there."


class RayWorkers:
    """One worker for each processor of a cluster, for as long as the `with` block takes."""

    def __init__(self, address: str, embedder: Embedder) -> None:
        """Use the cluster at `address`: `auto` for the one of this machine, or `host:port`.

        Args:
            address: as `ray.init` takes it; `local` starts a cluster for this run alone.
            embedder: what the library was made with. Workers embed with the embedded model, and
                it must be that one.

        Raises:
            LibraryError: Ray is not installed.
            EmbedderMismatch: the library was made by another embedder.
        """
        self._address, self._embedder = address, embedder
        self._require_same((_own_version(), MiniLM.id, MiniLM.dimension))
        self._ray = _import_ray()
        self._workers: list[Any] = []
        self._asked: dict[int, list[_Answer[Vectors]]] = {}
        self._turn = 0
        self._open = ExitStack()
        self.files_ahead = self.batches_ahead = 1

    def load(self, raw: RawFile) -> Pending[Answer]:
        """See `Workers.load`; workers are asked in turn."""
        self._turn = (self._turn + 1) % len(self._workers)
        asked = self._workers[self._turn].load.options(concurrency_group="reading").remote(raw)
        return _Answer[Answer](self._ray, asked)

    def embed(self, texts: Sequence[str]) -> Pending[Vectors]:
        """See `Workers.embed`; the worker that has least to do is asked."""
        for n, answers in self._asked.items():
            self._asked[n] = [one for one in answers if not one.done()]
        idlest = min(self._asked, key=lambda n: len(self._asked[n]))
        method = self._workers[idlest].embed.options(concurrency_group="embedding")
        answer = _Answer[Vectors](self._ray, method.remote(list(texts)))
        self._asked[idlest].append(answer)
        return answer

    def __enter__(self) -> Self:
        """Connect, and start the workers.

        Raises:
            LibraryError: there is no cluster, it has no processor to spare, or runs something else.
        """
        # Ray prints what it has to say of a worker that died; standard output is the answer's.
        self._open.enter_context(redirect_stdout(sys.stderr))
        try:
            self._connect()
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        for worker in self._workers:
            self._ray.kill(worker)
        self._workers, self._asked = [], {}
        self._open.close()

    def _connect(self) -> None:
        if self._ray.is_initialized():
            return
        how = {"log_to_driver": False, "logging_level": "ERROR"}
        if self._address == "local":  # nobody else is to reach it
            how |= {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}
        try:
            self._ray.init(address=self._address, **how)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise LibraryError(
                f"There is no Ray cluster at {self._address} ({error}).",
                "Start one with `ray start --head`, or name the address of another one.",
            ) from error
        self._open.callback(self._ray.shutdown)

    def _start(self) -> None:
        groups = {"reading": 1, "embedding": 1}
        kind = self._ray.remote(
            num_cpus=1, max_restarts=-1, max_task_retries=RETRIES, concurrency_groups=groups
        )(_Worker)
        processors = int(self._ray.cluster_resources().get("CPU", 0))
        self._workers = [kind.remote() for _ in range(processors)]
        asked = {worker.describe.remote(): worker for worker in self._workers}
        ready = self._wait_for(list(asked))
        for late in asked.keys() - set(ready):
            self._ray.kill(asked[late])
        self._workers = [asked[one] for one in ready]
        if not ready:
            raise LibraryError(
                f"The Ray cluster at {self._address} has no processor to spare.",
                "Wait for its other work, or add machines to it.",
            )
        for one in ready:
            self._require_same(_Answer[tuple[str, str, int]](self._ray, one).result())
        self._asked = {n: [] for n in range(len(self._workers))}
        self.files_ahead, self.batches_ahead = 4 * len(self._workers), 2 * len(self._workers)

    def _wait_for(self, asked: list[Any]) -> list[Any]:
        if not asked:
            return []
        ready: list[Any]
        ready, _ = self._ray.wait(asked, num_returns=len(asked), timeout=START_SECONDS)
        return ready

    def _require_same(self, found: tuple[str, str, int]) -> None:
        here = (_own_version(), self._embedder.id, self._embedder.dimension)
        if found != here:
            raise EmbedderMismatch(
                f"Workers of Ray have version {found[0]} and embed with {found[1]!r}; here these "
                f"are {here[0]} and {here[1]!r}.",
                "Install the same version on every machine of the cluster; a library that an "
                "endpoint embeds is added to without --ray.",
            )


class _Worker:
    """What runs in the cluster. Reading and embedding go on side by side."""

    def __init__(self) -> None:
        self._loader, self._embedder = FileLoader(), MiniLM(threads=1)

    def describe(self) -> tuple[str, str, int]:
        return _own_version(), self._embedder.id, self._embedder.dimension

    def load(self, raw: RawFile) -> Answer:
        return read_with(self._loader, raw)

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.embed(texts)


class _Answer(Generic[T]):
    """What a worker was asked for."""

    def __init__(self, ray: Any, asked: Any) -> None:  # noqa: ANN401 - ray is optional
        self._ray, self._asked = ray, asked

    def done(self) -> bool:
        return bool(self._ray.wait([self._asked], timeout=0)[0])

    def result(self) -> T:
        try:
            return cast("T", self._ray.get(self._asked))
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, LibraryError):
                raise error.cause from error
            raise
        except self._ray.exceptions.RayError as error:
            first = str(error).strip().split("\n")[0]
            raise LibraryError(f"The Ray cluster gave up ({first}).", _AGAIN) from error


def _own_version() -> str:
    return version("verdict-desk")


def _import_ray() -> Any:  # noqa: ANN401 - ray is optional
    """Import Ray with its reports to its maker switched off.

    Raises:
        LibraryError: it is not installed.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        return import_module("ray")
    except ImportError as error:
        raise LibraryError(
            "Ray is not installed.",
            "Install it with `pip install '.[ray]'`, or leave --ray out: files are then read and "
            "embedded on this machine.",
        ) from error

"""Where a library keeps its Chroma index: in sealed folders beside the record, or at a server."""

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from retrieval import sealing
from retrieval.building import build_apart
from retrieval.errors import IndexBroken
from retrieval.parity import check
from retrieval.record import Reader, Record, Revision
from retrieval.record.database import sync

if TYPE_CHECKING:
    from retrieval.chroma import ChromaIndex  # importing it takes a second

QUICK = 1_000
"""Passages up to which an index is built in this process, and closing waits for it: 1 or 2 s."""
PATIENCE, PAUSE_SECONDS = 40, 0.05
"""How often, and how far apart, the removal of a folder is tried: two seconds in all."""
Alive = Callable[[], None]
"""Called between blocks of a long build; raises to end it."""


class Store(Protocol):
    """Keeps one index; its caller holds the owner's lock."""

    def inspect(self) -> Revision | None:
        """The revision that the index was made from; None where there is none.

        Raises:
            IndexBroken: there is one, and it is damaged.
        """

    def discard(self) -> None:
        """Throw a damaged index away."""

    def update(self, reader: Reader, alive: Alive) -> None:
        """Bring the index in step with the record; what was there serves until that is done."""

    def open(self, reader: Reader) -> "ChromaIndex":
        """Open the index, which is in step with `reader`."""

    def close(self, index: "ChromaIndex") -> None: ...

    def sweep(self) -> None:
        """Remove what an index that was closed wrote after its end."""


@dataclass
class FolderStore:
    """Sealed folders `index-1`, `index-2`, … of which the last one counts."""

    folder: Path
    record: Record
    quick: int = QUICK
    _in_use: set[Path] = field(default_factory=set, init=False)

    def inspect(self) -> Revision | None:
        current = self._current()
        if current is None:
            return None
        manifest = sealing.inspect(current)
        if (manifest.library, manifest.embedder) != (self.record.library, self.record.embedder):
            raise IndexBroken(
                f"The index in {current} belongs to another library.",
                "It is rebuilt from the record by itself.",
            )
        return manifest.revision

    def discard(self) -> None:
        for path in self.folder.glob("index-*"):
            _removed(path)

    def update(self, reader: Reader, alive: Alive) -> None:
        base = self._grown_from(reader)
        if reader.changed(base.generation if base else -1) > self.quick:
            build_apart(self.record.path, self.folder, alive)
        else:
            self.build(reader, alive)

    def build(self, reader: Reader, alive: Alive) -> None:
        """Build in this process, beside what is there, and put it in its place."""
        from retrieval.chroma import ChromaIndex, blank_unused  # noqa: PLC0415

        working = self._working()
        try:
            base, current = self._grown_from(reader), self._current()
            if base is not None and current is not None:
                sealing.copy(current, working)
            index = ChromaIndex.in_folder(working, *_made_by(self.record))
            try:
                _bring_in_step(index, reader, base, alive)
                check(index, reader)
            finally:
                index.close()
            blank_unused(working)
            revision, count = reader.revision(), reader.count()
            sealing.seal(working, self.record.library, self.record.embedder, revision, count)
            self._switch(working)
        finally:
            _removed(working)

    def open(self, reader: Reader) -> "ChromaIndex":
        from retrieval.chroma import ChromaIndex  # noqa: PLC0415

        current = self._current()
        if current is None:
            raise IndexBroken("There is no index.", "It is built from the record by itself.")
        working = self._working()
        _same(sealing.copy(current, working).revision, reader)
        index = _checked(ChromaIndex.in_folder(working, *_made_by(self.record)), reader)
        self._in_use.add(working)
        return index

    def close(self, index: "ChromaIndex") -> None:
        index.close()
        if index.folder is not None:
            self._in_use.discard(index.folder)
            _removed(index.folder)

    def _grown_from(self, reader: Reader) -> Revision | None:
        """What the index can be brought in step from; None where it must be made anew."""
        current = self._current()
        if current is None:
            return None
        revision = sealing.manifest_of(current).revision
        return revision if reader.grew_from(revision) else None

    def _switch(self, working: Path) -> None:
        old = sorted(self.folder.glob("index-*"), key=_number)
        working.rename(self.folder / f"index-{_number(old[-1]) + 1 if old else 1}")
        sync(self.folder)
        for path in old:
            _removed(path)

    def _current(self) -> Path | None:
        return max(self.folder.glob("index-*"), key=_number, default=None)

    def sweep(self) -> None:
        for left_over in self.folder.glob("working-*"):
            if left_over not in self._in_use:
                _removed(left_over)

    def _working(self) -> Path:
        self.sweep()
        return Path(tempfile.mkdtemp(prefix="working-", dir=self.folder))


@dataclass
class ServerStore:
    """One collection at a Chroma server; its label says which revision it was made from."""

    url: str
    record: Record

    def inspect(self) -> Revision | None:
        index = self._connect()
        try:
            label = index.label
            if label.get("embedder") != self.record.embedder:
                return None
            return Revision(generation=label["generation"], stamp=label["stamp"])
        finally:
            index.close()

    def discard(self) -> None:
        index = self._connect()
        index.clear()
        index.close()

    def update(self, reader: Reader, alive: Alive) -> None:
        revision, base = reader.revision(), self.inspect()
        index = self._connect()
        try:
            if base is None or not reader.grew_from(base):
                base = None
                index.clear()
            _bring_in_step(index, reader, base, alive)
            check(index, reader)
            index.relabel({"embedder": self.record.embedder, **revision.model_dump()})
        finally:
            index.close()

    def open(self, reader: Reader) -> "ChromaIndex":
        _same(self.inspect(), reader)
        return _checked(self._connect(), reader)

    def close(self, index: "ChromaIndex") -> None:
        index.close()

    def sweep(self) -> None:
        """Nothing of it lies here."""

    def _connect(self) -> "ChromaIndex":
        from retrieval.chroma import ChromaIndex  # noqa: PLC0415

        return ChromaIndex.at_server(
            self.url, f"verdict-{self.record.library}", *_made_by(self.record)
        )


def _checked(index: "ChromaIndex", reader: Reader) -> "ChromaIndex":
    try:
        check(index, reader)
    except IndexBroken:
        index.close()
        raise
    return index


def _same(made_from: Revision | None, reader: Reader) -> None:
    if made_from != reader.revision():
        raise IndexBroken(
            "The index is not in step with the record.",
            "It is brought in step by itself.",
        )


def _bring_in_step(
    index: "ChromaIndex", reader: Reader, base: Revision | None, alive: Alive
) -> None:
    if base is not None:
        index.delete(sorted(index.ids() - reader.ids()))
    for entries in reader.entries(after=base.generation if base else -1):
        alive()
        if base is not None:  # overwriting takes 15 ms a passage, deleting and adding again 1 ms
            index.delete(entries.ids)
        index.upsert(entries)


def _made_by(record: Record) -> tuple[str, int]:
    return record.embedder, record.dimension


def _removed(folder: Path) -> None:
    """Remove a folder that Chroma, closed a moment ago, may still be writing the last of."""
    for _ in range(PATIENCE):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(PAUSE_SECONDS)


def _number(path: Path) -> int:
    tail = path.name.removeprefix("index-")
    return int(tail) if tail.isdigit() else 0

"""Where a library keeps its index: in folders, at a Chroma server, or in the record's database."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from retrieval import manifest
from retrieval.errors import IndexBroken, LibraryError
from retrieval.index_audit import check_sample, compare_all
from retrieval.index_build import (
    Alive,
    build_folder,
    build_in_subprocess,
    find_base,
    find_newest,
    make_working_folder,
    remove_folder,
    update_entries,
)
from retrieval.record import Reader, Record, Revision

if TYPE_CHECKING:
    from retrieval.chroma import ChromaIndex  # importing it takes a second

QUICK = 1_000
"""Passages up to which an index is built in this process, and closing waits for it: 1 or 2 s."""


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

    def audit(self, reader: Reader) -> list[str]:
        """Compare every passage of the index with the record; differences in words."""

    def sweep(self) -> None:
        """Remove what an index that was closed wrote after its end."""


@dataclass
class FolderStore:
    """Finished folders `index-1`, `index-2`, … of which the last one counts."""

    folder: Path
    record: Record
    quick: int = QUICK
    _in_use: set[Path] = field(default_factory=set, init=False)

    def inspect(self) -> Revision | None:
        newest = find_newest(self.folder)
        if newest is None:
            return None
        found = manifest.verify_folder(newest)
        if (found.library, found.embedder) != (self.record.library, self.record.embedder):
            raise IndexBroken(
                f"The index in {newest} belongs to another library.",
                "It is rebuilt from the record by itself.",
            )
        return found.revision

    def discard(self) -> None:
        for path in self.folder.glob("index-*"):
            remove_folder(path)

    def update(self, reader: Reader, alive: Alive) -> None:
        base = find_base(self.folder, reader)
        self.sweep()
        if reader.count_changed(base.generation if base else -1) > self.quick:
            build_in_subprocess(self.record.place, self.folder, alive)
        else:
            build_folder(self.record, reader, self.folder, alive)

    def open(self, reader: Reader) -> "ChromaIndex":
        from retrieval.chroma import ChromaIndex, zero_unused_slots  # noqa: PLC0415

        newest = find_newest(self.folder)
        if newest is None:
            raise IndexBroken("There is no index.", "It is built from the record by itself.")
        self.sweep()
        working = make_working_folder(self.folder)
        _require_in_step(manifest.copy_verified(newest, working).revision, reader)
        index = ChromaIndex.in_folder(working, self.record.embedder, self.record.dimension)
        _check_or_close(index, reader)
        zero_unused_slots(working)  # Chroma wrote them anew when it was opened
        self._in_use.add(working)
        return index

    def close(self, index: "ChromaIndex") -> None:
        index.close()
        if index.folder is not None:
            self._in_use.discard(index.folder)
            remove_folder(index.folder)

    def audit(self, reader: Reader) -> list[str]:
        return _compare_opened(self, reader)

    def sweep(self) -> None:
        for left_over in self.folder.glob("working-*"):
            if left_over not in self._in_use:
                remove_folder(left_over)


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
            update_entries(index, reader, base, alive)
            check_sample(index, reader)
            index.set_label({"embedder": self.record.embedder, **revision.model_dump()})
        finally:
            index.close()

    def open(self, reader: Reader) -> "ChromaIndex":
        _require_in_step(self.inspect(), reader)
        return _check_or_close(self._connect(), reader)

    def close(self, index: "ChromaIndex") -> None:
        index.close()

    def audit(self, reader: Reader) -> list[str]:
        return _compare_opened(self, reader)

    def sweep(self) -> None:
        """Nothing of it is on this machine."""

    def _connect(self) -> "ChromaIndex":
        from retrieval.chroma import ChromaIndex  # noqa: PLC0415

        record = self.record
        name = f"verdict-{record.library}"
        return ChromaIndex.at_server(self.url, name, record.embedder, record.dimension)


@dataclass
class RecordStore:
    """The index that the record's own database keeps, written in each of its transactions."""

    record: Record

    def inspect(self) -> Revision:
        with self.record.reader() as reader:
            return reader.revision()

    def discard(self) -> None:
        self.record.rebuild_vector_index()

    def update(self, reader: Reader, alive: Alive) -> None:
        """It is in step with every transaction."""

    def open(self, reader: Reader) -> "ChromaIndex":
        raise IndexBroken("The database asks its index itself.", "Search through the record.")

    def close(self, index: "ChromaIndex") -> None:
        """It is open as long as the record is."""

    def audit(self, reader: Reader) -> list[str]:
        if self.record.check_vector_index():
            return []
        return ["It does not hold the vectors of the passages."]

    def sweep(self) -> None:
        """Nothing of it is on this machine."""


def _compare_opened(store: Store, reader: Reader) -> list[str]:
    try:
        index = store.open(reader)
    except LibraryError as error:
        return [str(error.args[0])]
    try:
        return compare_all(index, reader)
    finally:
        store.close(index)


def _check_or_close(index: "ChromaIndex", reader: Reader) -> "ChromaIndex":
    try:
        check_sample(index, reader)
    except IndexBroken:
        index.close()
        raise
    return index


def _require_in_step(made_from: Revision | None, reader: Reader) -> None:
    if made_from != reader.revision():
        raise IndexBroken(
            "The index is not in step with the record.",
            "It is brought in step by itself.",
        )

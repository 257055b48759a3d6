"""The library: the public door to everything that is added, stored, searched and verified."""

import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Self

from retrieval import brute_force
from retrieval.copying import COPY, copy_record
from retrieval.errors import LibraryError, LibraryMissing, SourceGone
from retrieval.index import Index
from retrieval.index_stores import FolderStore, RecordStore, ServerStore, Store
from retrieval.locks import FileLock
from retrieval.record import Place, Record
from retrieval.record.history import Change, History
from retrieval.search import DENSE_WEIGHT, Search, limit_per_origin
from retrieval.types import (
    EVERYTHING,
    Embedder,
    Filters,
    Hit,
    Notice,
    Passage,
    Passages,
    Scope,
    Source,
    Stats,
    Vectors,
)
from retrieval.verification import Difference, find_differences

if TYPE_CHECKING:
    from retrieval.ingestion import AddReport, Ingestion, Progress
    from retrieval.vetting import Vetting
    from retrieval.workers import Workers

RECORD = "library.sqlite3"
WEB = "web"
"""Folder of what was fetched, beside the record."""
DEPTH = 100
"""Candidates taken from each leg of a search before they are fused."""
WAIT_SECONDS = 60.0  # that a writer waits for another one


class Library:
    """One directory: the record (`library.sqlite3`), a disposable index, lock files.

    Or the record in a PostgreSQL database, and in the directory what this machine derives from it.
    Any number of threads and processes may read while one writes.
    """

    def __init__(
        self, directory: Path, record: Record, embedder: Embedder, index: Index, exact_up_to: int
    ) -> None:
        self.directory, self._record, self._embedder = directory, record, embedder
        self._index, self._search = index, Search(index, exact_up_to)

    @classmethod
    def open(  # noqa: PLR0913  # two places may be elsewhere than in the directory
        cls,
        directory: Path,
        embedder: Embedder,
        *,
        create: bool = False,
        chroma_url: str | None = None,
        database_url: str | None = None,
        exact_up_to: int | None = None,
        partial: bool = False,
    ) -> Self:
        """Open the library in `directory`, or make an empty one.

        Args:
            directory: holds the library; with `database_url`, this machine's index of it.
            embedder: must be the one that made the library.
            create: make an empty library where there is none.
            chroma_url: a Chroma server that keeps the index, see `ChromaIndex.at_server`.
            database_url: a PostgreSQL database (`postgresql://…`) that holds the record.
            exact_up_to: passages up to which every search compares all vectors; see `brute_force`.
            partial: open it even where a copy into it has not ended.

        Raises:
            LibraryMissing: there is none, and `create` is false; or a copy into it has not ended.
            LibraryDamaged: the record is no database, or cut short.
            LibraryError: the server of the record cannot be used.
            EmbedderMismatch: another embedder made it.
        """
        place: Place = database_url or directory / RECORD
        if create:
            _create(place, directory, embedder)
        record = Record.open(place)
        try:
            record.require(embedder.id, embedder.dimension)
            if not partial and record.history.is_due(COPY):
                raise LibraryMissing(
                    f"A copy into the library at {record.where} was interrupted.",
                    "Run the same `verdict library copy` again: it goes on from there.",
                )
        except LibraryError:
            record.close()
            raise
        folder = directory / "index"
        store: Store = FolderStore(folder, record)
        limit = brute_force.exact_up_to(record.dimension)
        if chroma_url is not None:
            store, limit = ServerStore(chroma_url, record), brute_force.SMALL
        elif not record.no_vector_index:
            store, limit = RecordStore(record), brute_force.SMALL
        index = Index(store, FileLock(folder / "owner.lock", "keeping the index"), record)
        if chroma_url is None:  # a server is asked when it is needed
            index.start()
        limit = limit if exact_up_to is None else exact_up_to
        return cls(directory, record, embedder, index, limit)

    @staticmethod
    def is_in(directory: Path) -> bool:
        """Whether a folder holds a library."""
        return (directory / RECORD).exists()

    def close(self) -> None:
        self._index.close()
        self._record.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def search(
        self,
        query: str,
        k: int = 8,
        filters: Filters = EVERYTHING,
        *,
        per_origin: int | None = None,
        dense_weight: float = DENSE_WEIGHT,
    ) -> list[Hit]:
        """The `k` passages that fit `query` best, by words and by meaning, best first.

        Args:
            query: as a person typed it; a blank one finds nothing.
            k: how many.
            filters: which sources may answer.
            per_origin: at most so many passages of one origin; None for any number.
            dense_weight: share of meaning against words, in [0, 1].

        Raises:
            EmbeddingFailed: the query could not be embedded.
        """
        if k < 1 or not query.strip():
            return []
        vector = self.embed([query])[0]
        with self._record.reader() as reader:
            fused = self._search.score(
                reader, query, vector, max(DEPTH, 4 * k), filters, dense_weight
            )
            tiers, origins = reader.tiers_and_origins(list(fused))
            ranked = sorted(fused, key=lambda i: (-fused[i].score, tiers[i], i))
            if per_origin is not None:
                ranked = limit_per_origin(ranked, origins, per_origin)
            chosen = reader.passages(ranked[:k])
        return [Hit(passage=passage, **vars(fused[passage.id])) for passage in chosen]

    def scan(self, filters: Filters = EVERYTHING) -> Iterator[tuple[Passages, Vectors]]:
        """Every passage in scope, in blocks, with its vector: shapes (n,) and (n, dimension)."""
        with self._record.reader() as reader:
            yield from reader.blocks(filters)

    def scope(self, filters: Filters = EVERYTHING) -> Scope:
        """How much a search or scan with `filters` goes through."""
        with self._record.reader() as reader:
            return reader.scope(filters)

    def sources(self) -> list[Source]:
        """Every source, by id."""
        with self._record.reader() as reader:
            return reader.sources()

    def source(self, source_id: str) -> Source:
        with self._record.reader() as reader:
            return reader.source(source_id)

    def digests(self, source_ids: Sequence[str]) -> dict[str, str]:
        """SHA-256 of the snapshots of those that are there, by id."""
        with self._record.reader() as reader:
            return reader.digests(source_ids)

    def notices(self, source_ids: Collection[str]) -> list[Notice]:
        """What publishers and registers say of sources, oldest first, as far as it holds today."""
        return self.history.notices_in_force(source_ids)

    def passage(self, passage_id: str) -> Passage | None:
        with self._record.reader() as reader:
            return next(iter(reader.passages([passage_id])), None)

    def passages(self, source_id: str) -> list[Passage]:
        """Every passage of a source, in reading order.

        Raises:
            SourceGone: there is no such source.
        """
        with self._record.reader() as reader:
            return reader.passages_of(source_id)

    def snapshot(self, source_id: str) -> str:
        """The text of a source, exactly as it was stored."""
        with self._record.reader() as reader:
            return reader.snapshot(source_id)

    @property
    def embedder(self) -> Embedder:
        """What made the vectors of this library."""
        return self._embedder

    @property
    def history(self) -> History:
        """What became of sources: versions, notices, pages."""
        return self._record.history

    def changes(self, after: int = 0) -> list[Change]:
        """The next events after number `after`, at most 1,000; the last one's number goes on.

        A source was added, changed or removed, its publisher corrected, retracted or withdrew it,
        or its page is gone or there again.
        """
        return self.history.changes(after)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed with the library's embedder: shape (len(texts), dimension), unit length."""
        return self._embedder.embed(texts)

    def vectors(self, passage_ids: Sequence[str]) -> Vectors:
        """The stored vectors of passages, in order; shape (len(passage_ids), dimension).

        Raises:
            SourceGone: one of them is not there, or no longer.
        """
        with self._record.reader() as reader:
            ids, vectors = reader.vectors(list(passage_ids))
        place = {passage_id: row for row, passage_id in enumerate(ids)}
        if missing := set(passage_ids) - place.keys():
            raise SourceGone(
                f"The library has no passage {min(missing)!r}.",
                "Its source was removed or changed; search again.",
            )
        return vectors[[place[passage_id] for passage_id in passage_ids]]

    def add(  # noqa: PLR0913  # who does the work may be chosen
        self,
        paths: Iterable[Path],
        vetting: "Vetting",
        *,
        today: date,
        progress: "Progress | None" = None,
        wait_seconds: float = WAIT_SECONDS,
        workers: "Workers | None" = None,
    ) -> "AddReport":
        """Bring files and folders into the library. Adding them again changes nothing.

        A file that cannot be loaded or is not admitted is reported; the others go in.

        Args:
            paths: files, and folders of files at any depth.
            vetting: decides which documents are admitted.
            today: the date of access of what does not give one; nothing is published after it.
            progress: called before each file and at the end.
            wait_seconds: how long to wait for another process that is writing.
            workers: who reads and embeds; by default threads and processes of this machine.

        Raises:
            SourceUnreadable: a path is missing or a folder has nothing to load; nothing was added.
            LibraryBusy: another process kept writing.
            IngestionStopped: the embedder gave up, the record could not be written, or somebody
                pressed Ctrl-C; what was added before stays, and the message says how much.
        """
        with self.writer(wait_seconds=wait_seconds) as record:
            ingestion = self._ingestion(record, vetting, today, workers)
            return ingestion.run(paths, progress)

    def sync(  # noqa: PLR0913
        self,
        folder: Path,
        vetting: "Vetting",
        *,
        today: date,
        progress: "Progress | None" = None,
        wait_seconds: float = WAIT_SECONDS,
        workers: "Workers | None" = None,
    ) -> "AddReport":
        """Do as `add` does, and remove the sources whose file in `folder` is gone.

        An empty or missing folder is an error, not a reason to remove everything.

        Raises:
            LibraryError: see `add`.
        """
        with self.writer(wait_seconds=wait_seconds) as record:
            ingestion = self._ingestion(record, vetting, today, workers)
            return ingestion.run([folder], progress, mirrored=folder)

    def _ingestion(
        self, record: Record, vetting: "Vetting", today: date, workers: "Workers | None"
    ) -> "Ingestion":
        from retrieval.ingestion import Ingestion  # noqa: PLC0415 - a draft adds nothing

        return Ingestion(record, self._embedder, vetting, today, workers)

    @contextmanager
    def writer(
        self,
        doing: str = "adding sources",
        wait_seconds: float = WAIT_SECONDS,
        *,
        settle: bool = True,
    ) -> Iterator[Record]:
        """Hold the writer's lock and hand out the record; then purge it and keep the index in step.

        Each change is a transaction of its own: what was written before an error stays, and the
        index follows when the library is next opened or searched.

        Args:
            doing: what is done, for others who wait.
            wait_seconds: how long to wait for another process that is writing.
            settle: purge and bring the index in step, which takes time that grows with the
                library. Left out, the next writer does it: for one who writes often in a row.

        Raises:
            LibraryBusy: another process kept writing for longer than `wait_seconds`.
        """
        with self._record.write_lock(self.directory, doing, wait_seconds):
            try:
                yield self._record
            except BaseException:
                with suppress(LibraryError):  # the first error is told; a purge stays due
                    self._record.purge()
                raise
            if settle:
                self._record.purge()
                self._index.update()

    def copy_from(self, other: "Library", progress: "Progress | None" = None) -> int:
        """Put everything of another library into this empty one; return how many sources.

        Raises:
            LibraryError: see `copy_record`.
        """
        with self.writer(f"copying from {other._record.where}") as record:  # noqa: SLF001
            answers = other.directory / WEB
            if answers.is_dir():
                shutil.copytree(answers, self.directory / WEB, dirs_exist_ok=True)
            return copy_record(other._record, record, progress)  # noqa: SLF001

    def remove(self, source_id: str) -> bool:
        """Remove a source with all its text and vectors; False where there was none.

        What was fetched for it leaves the archive first: a removal that is stopped can be repeated.
        """
        with self.writer(f"removing {source_id}") as record:
            if page := record.history.page(source_id):
                from retrieval.web.archive import Archive  # noqa: PLC0415 - only for web sources

                with record.reader() as reader:
                    addresses = {page.url, reader.source(source_id).url}
                Archive(self.directory, record.history, record.machine).forget(addresses)
            return record.remove(source_id)

    def settle(self) -> None:
        """Wait for what is going on meanwhile (an index being opened or rebuilt)."""
        self._index.wait()

    def stats(self) -> Stats:
        with self._record.reader() as reader:
            scope, revision = reader.scope(EVERYTHING), reader.revision()
        files = (p for p in (self.directory / "index").rglob("*") if p.is_file())
        why = self._record.no_vector_index if self._record.machine else ""
        return Stats(
            directory=self.directory,
            sources=len(self.sources()),
            passages=scope.passages,
            origins=scope.origins,
            embedder=self._record.embedder,
            dimension=self._record.dimension,
            generation=revision.generation,
            record_bytes=self._record.count_bytes(),
            index_bytes=sum(p.stat().st_size for p in files),
            index=self._index.state + (f"; none in the database: {why}" if why else ""),
            search=self._search.describe_route(scope.passages),
        )

    def verify(self, *, repair: bool = False) -> list[Difference]:
        """Compare all that is derived with what it is derived from; `repair` mends what it can."""
        with self.writer("repairing the library") if repair else nullcontext():
            return find_differences(self._record, self._index, self._embedder, repair=repair)


def _create(place: Place, directory: Path, embedder: Embedder) -> None:
    """Make an empty library where there is none."""
    directory.mkdir(parents=True, exist_ok=True)
    if not isinstance(place, Path):
        Record.create(place, embedder.id, embedder.dimension).close()  # one that is there stands
    elif not place.exists():
        with FileLock(directory / "write.lock", "making the library", WAIT_SECONDS):
            if not place.exists():
                Record.create(place, embedder.id, embedder.dimension).close()

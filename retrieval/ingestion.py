"""Ingestion: files into the record, one transaction a source; and what became of each file.

A file is read, loaded, vetted, cut into passages and embedded. Workers load and embed ahead; one
owner does the rest in the order of the files, so that a report never depends on who was faster.
Of the files only a few are in memory at a time. Whatever happens (a broken file, a
full disk, a killed process), each source is in the record either as it was or as it is now, and the
next run goes on where this one stopped: what is there already is known by its hash and left alone.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pydantic import BaseModel

from retrieval.chunking import split_passages
from retrieval.errors import IngestionStopped, LibraryError, SourceRefused, SourceUnreadable
from retrieval.files import FoundFiles, explain_broken_link, find_files
from retrieval.loaders import MULTI_DOCUMENT, Document, RawFile, printable, read_file
from retrieval.loaders.frontmatter import FrontMatter
from retrieval.loaders.isolation import Answer, explain_failure
from retrieval.origins import assign_origins, name_origin
from retrieval.record import NewPassage, Record, SourceState
from retrieval.types import Embedder, Source, Vectors
from retrieval.vetting import Admission, Vetting, provided_by
from retrieval.workers import Pending, Pool, Workers

BATCH = 256
"""Passages embedded at a time; a few times as much is done again after an interruption."""
BYTES_AHEAD = 32_000_000
"""Bytes of files that lie read before the first of them is taken."""
DAY = timedelta(days=1)
ORIGINS = "origins"
"""Work that is due after sources came in: finding which of them tell one story."""

Progress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the name of the file at hand."""


class Refusal(BaseModel, frozen=True, extra="forbid"):
    """A file, or a document of a file, that did not get in. What it held before still stands."""

    path: str
    reason: str


class AddReport(BaseModel, frozen=True, extra="forbid"):
    """What became of every file. Sources are given by id."""

    added: tuple[str, ...]
    replaced: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    """No longer in their file, or (`sync` only) their file is gone."""
    refused: tuple[Refusal, ...]
    skipped: tuple[str, ...]
    """Files of a folder that are no documents, by path."""
    notes: tuple[str, ...]
    """Doubts about documents that did get in."""


@dataclass(frozen=True)
class _Ahead:
    """A file that was read before its turn."""

    path: Path
    raw: RawFile | LibraryError
    same: str | None = None
    """The source that it is as far as anybody can tell without loading it."""
    answer: Pending[Answer] | None = None

    @property
    def size(self) -> int:
        return len(self.raw.data) if isinstance(self.raw, RawFile) else 0


@dataclass(frozen=True)
class _Batch:
    """Sources whose passages are being embedded, and the vectors of these passages."""

    sources: tuple["_NewSource", ...]
    vectors: Pending[Vectors]


class _NewSource(BaseModel, frozen=True):
    """A source on its way into the record."""

    source: Source
    document: Document
    passages: tuple[NewPassage, ...]


class Ingestion:
    """One run: what the record held before, and what has been done so far. Used once."""

    def __init__(
        self,
        record: Record,
        embedder: Embedder,
        vetting: Vetting,
        today: date,
        workers: Workers | None = None,
    ) -> None:
        """Write to `record` what `workers` read and embed, by default a `Pool` of this process."""
        record.require(embedder.id, embedder.dimension)
        self._record, self._vetting = record, vetting
        self._workers, self._today = workers or Pool(embedder), today
        self._states: dict[str, SourceState] = {}
        self._stored: dict[str, Source] = {}
        self._ids_by_path: dict[str, set[str]] = defaultdict(set)
        self._seen: dict[str, str] = {}
        self._ready: list[_NewSource] = []
        self._batches: deque[_Batch] = deque()
        self._done: dict[str, list[str]] = defaultdict(list)
        self._refused: list[Refusal] = []

    def run(
        self, paths: Iterable[Path], progress: Progress | None = None, mirrored: Path | None = None
    ) -> AddReport:
        """Bring the files of `paths` in; with `mirrored`, remove what is gone from that folder.

        A file that cannot be loaded or is not admitted is reported; the others go in. The caller
        holds the library's writer lock.

        Raises:
            IngestionStopped: the record or the embedder failed, or somebody pressed Ctrl-C.
            SourceUnreadable: a path is missing or a folder has nothing to load.
        """
        self._recall()
        found = find_files(paths)
        try:
            with self._workers, self._record.bulk():
                return self._ingest(found, progress, mirrored)
        except (LibraryError, KeyboardInterrupt) as error:
            raise self._explain_stop(error, found) from error

    def add_documents(self, documents: Sequence[Document], *, settle: bool = True) -> AddReport:
        """Bring documents in that are loaded already; one that is not admitted is reported.

        Args:
            documents: in order; `path` names each in the report.
            settle: work origins out afresh at the end; left out, that stays due (`ORIGINS`) where
                a source came in.

        Raises:
            LibraryError: the record or the embedder failed; what was written before stays.
        """
        self._recall({document.id for document in documents})
        with self._workers:
            for document in documents:
                self._try_document(document, Path(document.path))
            self._write_all()
        if settle:
            self.settle_origins()
        return self._report(())

    def settle_origins(self) -> None:
        """Work origins out afresh: one new source can join two old ones into one story."""
        assign_origins(self._record)
        self._record.history.set_due(ORIGINS, due=False)

    def _recall(self, ids: Collection[str] | None = None) -> None:
        """Learn what the record holds, of all sources or of those among `ids`."""
        with self._record.reader() as reader:
            self._states = reader.source_states(ids)
            self._stored = {source.id: source for source in reader.sources(ids)}
        for id_, known in self._states.items():
            self._ids_by_path[known.path].add(id_)

    def _ingest(
        self, found: FoundFiles, progress: Progress | None, mirrored: Path | None
    ) -> AddReport:
        report_step = progress or (lambda done, total, name: None)
        stale: set[str] = set()
        for link in found.broken:
            self._refuse(link, explain_broken_link(link))
        for done, ahead in enumerate(self._read_ahead(found.files)):
            report_step(done, len(found.files), Path(printable(ahead.path)).name)
            refused_before = len(self._refused)
            self._add_file(ahead)
            if len(self._refused) == refused_before:
                stale |= self._ids_by_path[str(ahead.path)]
        self._write_all()
        report_step(len(found.files), len(found.files), "")
        if mirrored is not None:
            stale |= self._find_gone(mirrored.resolve())
        for id_ in sorted(stale - set(self._seen)):
            self._record.remove(id_)
            self._done["removed"].append(id_)
        self.settle_origins()
        return self._report(found.skipped)

    def _report(self, passed_over: Iterable[Path]) -> AddReport:
        fates = {name: tuple(self._done[name]) for name in AddReport.model_fields}
        skipped = tuple(map(printable, passed_over))
        return AddReport(**(fates | {"refused": tuple(self._refused), "skipped": skipped}))

    def _explain_stop(self, error: BaseException, found: FoundFiles) -> IngestionStopped:
        """Say in figures what is in, as the record has it now and not as this run remembers it."""
        why, advice = "Stopped", ""
        if isinstance(error, LibraryError):
            why, advice = str(error.args[0]).rstrip("."), f"{error.advice} "
        try:
            now = self._record.source_states()
        except LibraryError:
            figures = f"The library held {len(self._states)} sources before"
        else:
            paths = {known.path for known in now.values()}
            left = sum(str(path) not in paths for path in found.files)
            figures = (
                f"The library holds {len(now)} sources now, {len(self._states)} before; "
                f"of {len(found.files)} files {left} are not in it"
            )
        return IngestionStopped(
            f"{why}. {figures}.", f"{advice}The same command goes on from there."
        )

    def _read_ahead(self, paths: Iterable[Path]) -> Iterator[_Ahead]:
        """Give every file in order, while workers load those that follow."""
        waiting: deque[_Ahead] = deque()
        for path in paths:
            waiting.append(self._begin(path))
            while (
                len(waiting) > self._workers.files_ahead
                or sum(one.size for one in waiting) > BYTES_AHEAD
            ):
                yield waiting.popleft()
        yield from waiting

    def _begin(self, path: Path) -> _Ahead:
        try:
            raw = read_file(path)
        except LibraryError as error:
            return _Ahead(path, error)
        if same := self._find_same(raw):
            return _Ahead(path, raw, same)
        return _Ahead(path, raw, answer=self._workers.load(raw))

    def _add_file(self, ahead: _Ahead) -> None:
        if isinstance(ahead.raw, LibraryError):
            self._refuse(ahead.path, ahead.raw)
            return
        if ahead.same is not None and ahead.same not in self._seen:
            self._keep(ahead.same, ahead.path)
            return
        answer = (ahead.answer or self._workers.load(ahead.raw)).result()
        if answer.refused:
            self._refuse(ahead.path, SourceUnreadable(*answer.refused))
        for document in answer.documents:
            self._try_document(document, ahead.path)

    def _try_document(self, document: Document, path: Path) -> None:
        try:
            self._add_document(document)
        # The boundary: whatever a document makes the cutting raise is told of this file.
        except Exception as error:  # noqa: BLE001
            self._refuse(path, explain_failure(path, error))
        if sum(len(one.passages) for one in self._ready) >= BATCH:
            self._embed_ready()
        self._write_embedded(self._workers.batches_ahead)

    def _refuse(self, path: Path, error: LibraryError) -> None:
        self._refused.append(Refusal(path=printable(path), reason=printable(error)))

    def _find_same(self, raw: RawFile) -> str | None:
        """The source that a file is still, neither it nor its vetting having changed."""
        ids = self._ids_by_path.get(str(raw.path), set())
        if len(ids) != 1 or raw.path.suffix.lower() in MULTI_DOCUMENT:
            return None
        (id_,) = ids
        source = self._stored[id_]
        if self._states[id_].raw_sha256 != raw.sha256:
            return None
        meta = FrontMatter(
            publisher=source.publisher,
            url=source.url or None,
            syndicated_from=source.syndicated_from,
        )
        try:
            now = self._vetting.admit(meta, str(raw.path))
        except SourceRefused:
            return None
        was = Admission.model_validate(source.model_dump(include=set(Admission.model_fields)))
        return id_ if now == was else None

    def _keep(self, id_: str, path: Path | str) -> None:
        self._seen[id_] = str(path)
        self._done["unchanged"].append(id_)

    def _add_document(self, document: Document) -> None:
        self._refuse_clash(document)
        source = self._make_source(document)
        stored, known = self._stored.get(source.id), self._states.get(source.id)
        if stored and known:
            as_stored = {
                "accessed": document.meta.accessed or stored.accessed,
                "origin": stored.origin,
            }
            moved = known.path != document.path and not Path(known.path).exists()
            if source.model_dump() | as_stored == stored.model_dump() and not moved:
                self._keep(source.id, document.path)
                return
        cut = tuple(split_passages(source.id, document.text, document.pages))
        self._seen[source.id] = document.path
        notes = list(document.notes)
        if source.publisher == provided_by(source.vetted_by):
            notes.append(
                f"it names no publisher and is filed under {source.publisher!r}; name one in its"
                f" front matter or in {Path(document.path).name}.yaml"
            )
        self._done["notes"] += [f"{source.id}: {note}" for note in notes]
        self._ready.append(_NewSource(source=source, document=document, passages=cut))

    def _refuse_clash(self, document: Document) -> None:
        known = self._states.get(document.id)
        other = self._seen.get(document.id)
        if known and other is None and known.path != document.path and Path(known.path).exists():
            other = None if known.raw_sha256 == document.raw_sha256 else known.path
        if other is not None:
            where = (
                document.path
                if document.line is None
                else f"{document.path}, line {document.line},"
            )
            raise SourceRefused(
                f"{where} has the id {document.id!r}, which {other} has already.",
                "Give one of them another id, or take the other out of the library first.",
            )

    def _make_source(self, document: Document) -> Source:
        meta = document.meta
        if meta.published and meta.published > self._today + DAY:  # it may be tomorrow elsewhere
            raise SourceUnreadable(
                f"{document.path}: published on {meta.published}, which is yet to come.",
                "Correct the date and add the file again.",
            )
        admission = self._vetting.admit(meta, document.path)
        return Source(
            id=document.id,
            title=document.title,
            url=meta.url or "",
            published=meta.published,
            accessed=meta.accessed or self._today,
            kind=meta.kind,
            topic=meta.topic,
            origin=name_origin(document.id, admission),
            sha256=document.sha256,
            text=meta.text,
            **admission.model_dump(),
        )

    def _embed_ready(self) -> None:
        """Have embedded what is ready."""
        texts = [passage.text for one in self._ready for passage in one.passages]
        if self._ready:
            self._batches.append(_Batch(tuple(self._ready), self._workers.embed(texts)))
        self._ready = []

    def _write_embedded(self, most: int) -> None:
        """Put what is embedded into the record; wait where more than `most` batches are left."""
        while len(self._batches) > most or (self._batches and self._batches[0].vectors.done()):
            self._write(self._batches.popleft())

    def _write_all(self) -> None:
        self._embed_ready()
        self._write_embedded(0)

    def _write(self, batch: _Batch) -> None:
        """One transaction a source."""
        self._record.history.set_due(ORIGINS, due=True)
        vectors, at = batch.vectors.result(), 0
        for one in batch.sources:
            end = at + len(one.passages)
            self._record.replace(
                one.source,
                one.document.text,
                one.document.raw_sha256,
                one.document.path,
                one.passages,
                vectors[at:end],
            )
            at = end
            fate = "replaced" if one.source.id in self._states else "added"
            self._done[fate].append(one.source.id)

    def _find_gone(self, folder: Path) -> set[str]:
        paths = {id_: Path(known.path) for id_, known in self._states.items()}
        return {i for i, p in paths.items() if p.is_relative_to(folder) and not p.exists()}

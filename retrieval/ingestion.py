"""Ingestion: files into the record, one transaction a source; and what became of each file.

A file is read, loaded, vetted, cut into passages and embedded. Whatever happens (a broken file, a
full disk, a killed process), each source is in the record either as it was or as it is now, and the
next run goes on where this one stopped: what is there already is known by its hash and left alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

from pydantic import BaseModel

from retrieval.chunking import split_passages
from retrieval.errors import IngestionStopped, LibraryError, SourceRefused, SourceUnreadable
from retrieval.loaders import LOADERS, MULTI_DOCUMENT, Document, RawFile, printable, read_file
from retrieval.loaders.frontmatter import FrontMatter
from retrieval.loaders.isolation import FileLoader, explain_failure
from retrieval.origins import find_origins, name_origin
from retrieval.record import NewPassage, Record
from retrieval.types import Embedder, Source
from retrieval.vetting import Admission, Vetting, provided_by

BATCH = 256
"""Passages embedded at a time; as much is done again after an interruption."""
DAY = timedelta(days=1)
_ABOUT_THE_FOLDER = ("readme", "license", "licence", "notice")

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


class FoundFiles(BaseModel, frozen=True):
    """Files to load, those of a folder that were passed over, and links that lead nowhere."""

    files: tuple[Path, ...]
    skipped: tuple[Path, ...]
    broken: tuple[Path, ...] = ()


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
        loader: FileLoader | None = None,
    ) -> None:
        record.require(embedder.id, embedder.dimension)
        self._loader = loader or FileLoader()
        self._record, self._embedder, self._vetting = record, embedder, vetting
        self._today = today
        self._states = record.source_states()
        with record.reader() as reader:
            self._stored = {source.id: source for source in reader.sources()}
        self._ids_by_path: dict[str, set[str]] = defaultdict(set)
        for id_, known in self._states.items():
            self._ids_by_path[known.path].add(id_)
        self._seen: dict[str, str] = {}
        self._ready: list[_NewSource] = []
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
        found = find_files(paths)
        try:
            with self._loader:
                return self._ingest(found, progress, mirrored)
        except (LibraryError, KeyboardInterrupt) as error:
            raise self._explain_stop(error, found) from error

    def add_documents(self, documents: Iterable[Document], *, settle: bool = True) -> AddReport:
        """Bring documents in that are loaded already; one that is not admitted is reported.

        Args:
            documents: in order; `path` names each in the report.
            settle: work origins out afresh at the end; left out, the next run does it.

        Raises:
            LibraryError: the record or the embedder failed; what was written before stays.
        """
        for document in documents:
            self._try_document(document, Path(document.path))
        self._write_ready()
        if settle:
            self._assign_origins()
        return self._report(())

    def _ingest(
        self, found: FoundFiles, progress: Progress | None, mirrored: Path | None
    ) -> AddReport:
        report_step = progress or (lambda done, total, name: None)
        stale: set[str] = set()
        for link in found.broken:
            self._refuse(link, explain_broken_link(link))
        for done, path in enumerate(found.files):
            report_step(done, len(found.files), Path(printable(path)).name)
            refused_before = len(self._refused)
            self._add_file(path)
            if len(self._refused) == refused_before:
                stale |= self._ids_by_path[str(path)]
        self._write_ready()
        report_step(len(found.files), len(found.files), "")
        if mirrored is not None:
            stale |= self._find_gone(mirrored.resolve())
        for id_ in sorted(stale - set(self._seen)):
            self._record.remove(id_)
            self._done["removed"].append(id_)
        self._assign_origins()
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

    def _add_file(self, path: Path) -> None:
        try:
            raw = read_file(path)
            if self._is_unchanged(raw):
                return
            documents = self._loader.load(raw)
        except LibraryError as error:  # of this file alone: the record is not asked here
            self._refuse(path, error)
            return
        for document in documents:
            self._try_document(document, path)

    def _try_document(self, document: Document, path: Path) -> None:
        try:
            self._add_document(document)
        # The boundary: whatever a document makes the cutting raise is told of this file.
        except Exception as error:  # noqa: BLE001
            self._refuse(path, explain_failure(path, error))
        if sum(len(one.passages) for one in self._ready) >= BATCH:
            self._write_ready()

    def _refuse(self, path: Path, error: LibraryError) -> None:
        self._refused.append(Refusal(path=printable(path), reason=printable(error)))

    def _is_unchanged(self, raw: RawFile) -> bool:
        """True where neither file nor vetting has changed, which is told without loading it."""
        ids = self._ids_by_path.get(str(raw.path), set())
        if len(ids) != 1 or raw.path.suffix.lower() in MULTI_DOCUMENT:
            return False
        (id_,) = ids
        source = self._stored[id_]
        if self._states[id_].raw_sha256 != raw.sha256 or id_ in self._seen:
            return False
        meta = FrontMatter(
            publisher=source.publisher,
            url=source.url or None,
            syndicated_from=source.syndicated_from,
        )
        try:
            now = self._vetting.admit(meta, str(raw.path))
        except SourceRefused:
            return False
        if now != Admission.model_validate(source.model_dump(include=set(Admission.model_fields))):
            return False
        self._seen[id_] = str(raw.path)
        self._done["unchanged"].append(id_)
        return True

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
                self._seen[source.id] = document.path
                self._done["unchanged"].append(source.id)
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
            raise SourceRefused(
                f"{document.path} has the id {document.id!r}, which {other} has already.",
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

    def _write_ready(self) -> None:
        """Embed what is ready and put it into the record, one transaction a source."""
        vectors = self._embedder.embed([p.text for one in self._ready for p in one.passages])
        at = 0
        for one in self._ready:
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
        self._ready = []

    def _find_gone(self, folder: Path) -> set[str]:
        paths = {id_: Path(known.path) for id_, known in self._states.items()}
        return {i for i, p in paths.items() if p.is_relative_to(folder) and not p.exists()}

    def _assign_origins(self) -> None:
        """Work origins out afresh: one new source can join two old ones into one story."""
        with self._record.reader() as reader:
            stories = ((source, reader.snapshot(source.id)) for source in reader.sources())
            found = find_origins(stories)
        self._record.set_origins(found)


def find_files(paths: Iterable[Path]) -> FoundFiles:
    """List files, in order, each once. A folder gives its files at any depth, by name.

    Passed over in a folder, and reported, are formats without a loader and files about the folder
    itself (README, LICENSE); hidden files and the front matter beside a file are simply not listed.
    A link that leads nowhere is reported and stops nothing.

    Raises:
        SourceUnreadable: a path is missing, or a folder has nothing to load.
    """
    files: dict[Path, None] = {}
    skipped: dict[Path, None] = {}
    broken: dict[Path, None] = {}
    for given in paths:
        path = resolve_link(given)
        if path is None:
            broken[given.absolute()] = None
            continue
        if not path.exists():
            raise SourceUnreadable(f"There is no file or folder {path}.", "Check the path.")
        if not path.is_dir():
            files[path] = None
            continue
        listed = [one for one in sorted(path.rglob("*")) if _is_listed(one, path)]
        loadable = [one for one in listed if _is_loadable(one)]
        lost = [one for one in sorted(path.rglob("*")) if one.is_symlink() and not _exists(one)]
        broken |= dict.fromkeys(one for one in lost if not _is_hidden(one, path))
        if not loadable and not broken:
            raise SourceUnreadable(
                f"The folder {path} holds no file that can be loaded.",
                f"Loaded are {', '.join(LOADERS)}.",
            )
        files |= dict.fromkeys(loadable)
        skipped |= dict.fromkeys(set(listed) - set(loadable))
    left_out = tuple(sorted(set(skipped) - set(files)))
    return FoundFiles(files=tuple(files), skipped=left_out, broken=tuple(broken))


def resolve_link(path: Path) -> Path | None:
    """Where a path leads; None for a link that leads nowhere, or round in a circle."""
    if path.is_symlink() and not _exists(path):
        return None
    return path.resolve()


def explain_broken_link(path: Path) -> SourceUnreadable:
    """Say that a link leads nowhere."""
    return SourceUnreadable(f"{path} is a link to nothing.", "Correct the link, or remove it.")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a link that leads back to itself
        return False


def _is_listed(path: Path, folder: Path) -> bool:
    is_sidecar = path.suffix == ".yaml" and path.with_suffix("").suffix in LOADERS
    return path.is_file() and not _is_hidden(path, folder) and not is_sidecar


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _is_loadable(path: Path) -> bool:
    return path.suffix.lower() in LOADERS and path.stem.lower() not in _ABOUT_THE_FOLDER

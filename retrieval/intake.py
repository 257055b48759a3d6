"""One ingest: read, vet, cut, embed, and one transaction a source.

Whatever happens (a broken file, a full disk, a killed process), each source is in the record either
as it was or as it is now, and the next run goes on where this one stopped: what is there already is
known by its hash and left alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

from pydantic import BaseModel

from retrieval.chunking import passages
from retrieval.errors import IntakeStopped, LibraryError, SourceRefused, SourceUnreadable
from retrieval.folders import Found, find
from retrieval.loaders import OF_MANY, Document, Raw, read_file, shown
from retrieval.loaders.bounds import unreadable
from retrieval.loaders.frontmatter import Meta
from retrieval.loaders.guarded import Reader
from retrieval.origins import origins, outlet
from retrieval.ports import Embedder
from retrieval.record import NewPassage, Record
from retrieval.report import AddReport, Refusal, refusal
from retrieval.types import Source
from retrieval.vetting import Admission, Vetting

BATCH = 256
"""Passages embedded at a time; as much is done again after an interruption."""
DAY = timedelta(days=1)

Progress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the name of the file at hand."""


class _Ready(BaseModel, frozen=True):
    """A source on its way into the record."""

    source: Source
    document: Document
    passages: tuple[NewPassage, ...]


class Intake:
    """What was known before, and what has been done so far. Used once."""

    def __init__(
        self,
        record: Record,
        embedder: Embedder,
        vetting: Vetting,
        today: date,
        loader: Reader | None = None,
    ) -> None:
        record.require(embedder.id, embedder.dimension)
        self._loader = loader or Reader()
        self._record, self._embedder, self._vetting = record, embedder, vetting
        self._today = today
        self._known = record.known()
        with record.reading() as reader:
            self._stored = {source.id: source for source in reader.sources()}
        self._held: dict[str, set[str]] = defaultdict(set)
        for id_, known in self._known.items():
            self._held[known.path].add(id_)
        self._seen: dict[str, str] = {}
        self._ready: list[_Ready] = []
        self._done: dict[str, list[str]] = defaultdict(list)
        self._refused: list[Refusal] = []

    def over(
        self, paths: Iterable[Path], progress: Progress | None, mirrored: Path | None = None
    ) -> AddReport:
        """Take `paths` in; with `mirrored`, let go of what is gone from that folder.

        Raises:
            IntakeStopped: the record or the embedder failed, or somebody pressed Ctrl-C.
            SourceUnreadable: a path is missing or a folder has nothing to load.
        """
        found = find(paths)
        try:
            with self._loader:
                return self._over(found, progress, mirrored)
        except (LibraryError, KeyboardInterrupt) as error:
            raise self._stopped(error, found) from error

    def _over(self, found: Found, progress: Progress | None, mirrored: Path | None) -> AddReport:
        say = progress or (lambda done, total, name: None)
        stale: set[str] = set()
        for done, path in enumerate(found.files):
            say(done, len(found.files), Path(shown(path)).name)
            refused_before = len(self._refused)
            self._file(path)
            if len(self._refused) == refused_before:
                stale |= self._held[str(path)]
        self._write()
        say(len(found.files), len(found.files), "")
        if mirrored is not None:
            stale |= self._gone_from(mirrored.resolve())
        for id_ in sorted(stale - set(self._seen)):
            self._record.remove(id_)
            self._done["removed"].append(id_)
        self._settle_origins()
        fates = {name: tuple(self._done[name]) for name in AddReport.model_fields}
        skipped = tuple(map(shown, found.skipped))
        return AddReport(**(fates | {"refused": tuple(self._refused), "skipped": skipped}))

    def _stopped(self, error: BaseException, found: Found) -> IntakeStopped:
        """Say in figures what is in, as the record has it now and not as this run remembers it."""
        why, advice = "Stopped", ""
        if isinstance(error, LibraryError):
            why, advice = str(error.args[0]).rstrip("."), f"{error.advice} "
        try:
            now = self._record.known()
        except LibraryError:
            figures = f"The library held {len(self._known)} sources before"
        else:
            paths = {known.path for known in now.values()}
            left = sum(str(path) not in paths for path in found.files)
            figures = (
                f"The library holds {len(now)} sources now, {len(self._known)} before; "
                f"of {len(found.files)} files {left} are not in it"
            )
        return IntakeStopped(f"{why}. {figures}.", f"{advice}The same command goes on from there.")

    def _file(self, path: Path) -> None:
        try:
            raw = read_file(path)
            if self._is_as_it_was(raw):
                return
            documents = self._loader.load(raw)
        except LibraryError as error:  # of this file alone: the record is not asked here
            self._refused.append(refusal(path, error))
            return
        for document in documents:
            try:
                self._document(document)
            # The boundary: whatever a document makes the cutting raise is told of this file.
            except Exception as error:  # noqa: BLE001
                self._refused.append(refusal(path, unreadable(path, error)))
            if sum(len(one.passages) for one in self._ready) >= BATCH:
                self._write()

    def _is_as_it_was(self, raw: Raw) -> bool:
        """True where neither file nor vetting has changed, which is told without loading it."""
        held = self._held.get(str(raw.path), set())
        if len(held) != 1 or raw.path.suffix.lower() in OF_MANY:
            return False
        (id_,) = held
        source = self._stored[id_]
        if self._known[id_].raw_sha256 != raw.sha256 or id_ in self._seen:
            return False
        meta = Meta(
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

    def _document(self, document: Document) -> None:
        self._refuse_clash(document)
        source = self._source(document)
        stored, known = self._stored.get(source.id), self._known.get(source.id)
        if stored and known:
            as_stored = {
                "accessed": document.meta.accessed or stored.accessed,
                "origin": stored.origin,
            }
            moved = known.path != document.path and not Path(known.path).exists()
            if source.model_copy(update=as_stored) == stored and not moved:
                self._seen[source.id] = document.path
                self._done["unchanged"].append(source.id)
                return
        cut = tuple(passages(source.id, document.text, document.pages))
        self._seen[source.id] = document.path
        self._done["notes"] += [f"{source.id}: {note}" for note in document.notes]
        self._ready.append(_Ready(source=source, document=document, passages=cut))

    def _refuse_clash(self, document: Document) -> None:
        known = self._known.get(document.id)
        other = self._seen.get(document.id)
        if known and other is None and known.path != document.path and Path(known.path).exists():
            other = None if known.raw_sha256 == document.raw_sha256 else known.path
        if other is not None:
            raise SourceRefused(
                f"{document.path} has the id {document.id!r}, which {other} has already.",
                "Give one of them another id, or take the other out of the library first.",
            )

    def _source(self, document: Document) -> Source:
        meta = document.meta
        if meta.published and meta.published > self._today + DAY:  # it may be tomorrow elsewhere
            raise SourceUnreadable(
                f"{document.path}: published on {meta.published}, which is yet to come.",
                "Correct the date and add the file again.",
            )
        admission = self._vetting.admit(meta, document.path)
        source = Source(
            id=document.id,
            title=document.title,
            url=meta.url or "",
            published=meta.published,
            accessed=meta.accessed or self._today,
            kind=meta.kind,
            topic=meta.topic,
            origin="unsettled",
            sha256=document.sha256,
            **admission.model_dump(),
        )
        return source.model_copy(update={"origin": outlet(source)})

    def _write(self) -> None:
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
            fate = "replaced" if one.source.id in self._known else "added"
            self._done[fate].append(one.source.id)
        self._ready = []

    def _gone_from(self, folder: Path) -> set[str]:
        paths = {id_: Path(known.path) for id_, known in self._known.items()}
        return {i for i, p in paths.items() if p.is_relative_to(folder) and not p.exists()}

    def _settle_origins(self) -> None:
        """Work origins out afresh: one new source can join two old ones into one story."""
        with self._record.reading() as reader:
            stories = ((source, reader.snapshot(source.id)) for source in reader.sources())
            settled = origins(stories)
        self._record.set_origins(settled)

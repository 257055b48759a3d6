"""Move a library from one database to another, and hold the copy against the original."""

from collections.abc import Callable

from retrieval.errors import LibraryDamaged, LibraryError
from retrieval.record import NewPassage, Reader, Record
from retrieval.types import Passage, Source, Vectors

COPY = "copy"
"""Work that is due while a copy into a record has not ended."""
Progress = Callable[[int, int, str], None]
"""Called with sources done, sources in all, and the name of the source at hand."""


def copy_record(old: Record, new: Record, progress: Progress | None = None) -> int:
    """Put every source of `old`, with its passages, vectors and history, into the empty `new`.

    Then everything is read back and compared. A copy that was interrupted goes on when it is begun
    again. The caller holds the writer's lock of `new`.

    Returns:
        How many sources there are.

    Raises:
        LibraryError: `new` holds sources already; nothing was copied.
        EmbedderMismatch: the records were made by different embedders.
        LibraryDamaged: the copy is not the original; `new` must not be used.
    """
    new.require(old.embedder, old.dimension)
    held = new.source_states()
    if held and not new.history.is_due(COPY):
        raise LibraryError(
            f"The library at {new.where} holds {len(held)} sources already.",
            "Copy into an empty place.",
        )
    new.history.set_due(COPY, due=True)
    with old.reader() as reader:
        states, sources = reader.source_states(), reader.sources()
        for done, source in enumerate(sources):
            if progress:
                progress(done, len(sources), source.id)
            if held.get(source.id) == states[source.id]:
                continue
            passages, vectors = _read(reader, source.id)
            state = states[source.id]
            made = [_anew(passage) for passage in passages]
            snapshot = reader.snapshot(source.id)
            new.replace(source, snapshot, state.raw_sha256, state.path, made, vectors)
        new.history.copy_from(old.history)
        with new.reader() as copy:
            _require_same(reader, copy, sources, new.where)
    new.history.set_due(COPY, due=False)
    if progress:
        progress(len(sources), len(sources), "")
    return len(sources)


def _read(reader: Reader, source_id: str) -> tuple[list[Passage], Vectors]:
    """The passages of a source in reading order; vectors of shape (len(passages), dimension)."""
    passages = reader.passages_of(source_id)
    ids, vectors = reader.vectors([p.id for p in passages])
    rows = {passage_id: row for row, passage_id in enumerate(ids)}
    return passages, vectors[[rows[p.id] for p in passages]]


def _anew(passage: Passage) -> NewPassage:
    return NewPassage(**passage.model_dump(include=set(NewPassage.model_fields)))


def _require_same(old: Reader, new: Reader, sources: list[Source], where: str) -> None:
    if new.sources() != sources or new.source_states() != old.source_states():
        raise _differs(where, "the list of sources")
    for source in sources:
        (was, vectors), (is_, copied) = _read(old, source.id), _read(new, source.id)
        if was != is_ or old.snapshot(source.id) != new.snapshot(source.id):
            raise _differs(where, source.id)
        if vectors.tobytes() != copied.tobytes():
            raise _differs(where, f"the vectors of {source.id}")


def _differs(where: str, what: str) -> LibraryDamaged:
    return LibraryDamaged(
        f"The copy at {where} differs from the original in {what}.",
        "Do not use it: delete it, check the disk or the server, and copy again.",
    )

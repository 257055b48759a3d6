"""The record: one SQLite file that holds every source, passage, vector and word of a library.

Nothing else of a library is precious: every index is derived from this file and can be rebuilt.
Readers see one moment of it; each write is one transaction, so a write that fails (a full disk, a
killed process) leaves what was there before.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine, text

from retrieval.errors import EmbedderMismatch
from retrieval.ports import Vectors
from retrieval.record import database, writing
from retrieval.record.lexical import expression
from retrieval.record.reading import Matrix, Reader
from retrieval.record.types import Entries, Fields, Known, NewPassage, Revision, Row
from retrieval.types import Source

__all__ = [
    "Entries", "Fields", "Known", "Matrix", "NewPassage", "Reader", "Record", "Revision", "Row",
    "expression",
]  # fmt: skip


class Record:
    """An open record. Safe for many threads and processes; see `Library.writing` for writers."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path, self._engine = path, engine
        with database.words_for(path), engine.connect() as connection:
            told = database.meta_of(connection)
        self.library, self.embedder, self.dimension = told.library, told.embedder, told.dimension

    @classmethod
    def create(cls, path: Path, embedder: str, dimension: int) -> Self:
        """Write an empty record and open it. `path` must not exist; its folder must."""
        database.create(path, embedder, dimension)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a record, bringing an older one up to date.

        Raises:
            LibraryMissing: there is no file at `path`.
            LibraryDamaged: it is no record, or cut short.
            LibraryError: a newer version of the program made it.
        """
        engine = database.connect(path)
        database.ready(path, engine)
        return cls(path, engine)

    def close(self) -> None:
        self._engine.dispose()

    def require(self, embedder: str, dimension: int) -> None:
        """Refuse an embedder other than the one that made the library.

        Raises:
            EmbedderMismatch: names both, and what to do.
        """
        if (embedder, dimension) != (self.embedder, self.dimension):
            raise EmbedderMismatch(
                f"The library was made by embedder {self.embedder!r} ({self.dimension} numbers a "
                f"passage) and cannot be searched with {embedder!r} ({dimension}).",
                f"Set the embedder to {self.embedder!r}, or add your sources to a new library.",
            )

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """A view of the record as of now; writers do not disturb it."""
        with database.words_for(self.path), self._engine.connect() as connection:
            yield Reader(connection, self.dimension)

    def replace(  # noqa: PLR0913, PLR0917  # one source and everything that belongs to it
        self,
        source: Source,
        snapshot: str,
        raw_sha256: str,
        path: str,
        passages: Sequence[NewPassage],
        vectors: Vectors,
    ) -> None:
        """Put `source` in the place of what was there under its id, in one transaction.

        Args:
            source: the source; `sha256` is that of `snapshot`.
            snapshot: its text; `snapshot[p.start:p.end] == p.text` for each passage.
            raw_sha256: of the file it was read from.
            path: of that file, as the caller names it.
            passages: its passages.
            vectors: their embeddings, shape (len(passages), dimension), unit length.

        Raises:
            EmbeddingFailed: the vectors are not what they must be.
            ValueError: a passage is not what the snapshot says.
            LibraryError: the disk is full or failing; the record is as before.
        """
        writing.checked(vectors, len(passages), self.dimension)
        for passage in passages:
            if snapshot[passage.start : passage.end] != passage.text:
                raise ValueError(f"passage {passage.id} is not in the snapshot of {source.id}")
        texts = {"snapshot": snapshot, "raw_sha256": raw_sha256, "path": path}
        with self._writing() as connection:
            writing.replace(connection, source, texts, passages, vectors)

    def remove(self, source_id: str) -> bool:
        """Delete a source; False where there was none. `purge` makes its words leave the file."""
        with self._writing() as connection:
            return writing.remove(connection, source_id)

    def purge(self) -> None:
        """Overwrite on the disk what was deleted, where anything was; `Library.writing` does it."""
        with self.reading() as reader:
            due = writing.purge_is_due(reader.connection)
        if due:
            with self._writing() as connection:
                writing.purge(connection)
            database.checkpoint(self.path, self._engine)

    def set_origins(self, origins: Mapping[str, str]) -> None:
        """Set the origin of each source named; one transaction."""
        with self._writing() as connection:
            writing.set_origins(connection, origins)

    def correct(self, rows: Sequence[Row], vectors: Vectors) -> None:
        """Store passages anew under their ids; one transaction. Then `rebuild_words`."""
        writing.checked(vectors, len(rows), self.dimension)
        with self._writing() as connection:
            writing.correct(connection, rows, vectors)

    def drop(self, ids: Sequence[str]) -> None:
        """Delete passages by id; one transaction. Then `rebuild_words`."""
        with self._writing() as connection:
            writing.drop(connection, ids)

    def known(self) -> dict[str, Known]:
        """What is in the record, by source id."""
        with self.reading() as reader:
            return reader.known()

    def snapshot(self, source_id: str) -> str:
        with self.reading() as reader:
            return reader.snapshot(source_id)

    def integrity(self) -> list[str]:
        """What SQLite's own check of the file finds; empty when all is well."""
        return database.check_integrity(self.path, self._engine)

    def words_agree(self) -> bool:
        """True where the full-text index holds exactly the words of the passages."""
        return database.check_words(self.path, self._engine)

    def rebuild_words(self) -> None:
        with self._writing() as connection:
            connection.execute(text("INSERT INTO words (words) VALUES ('rebuild')"))

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        engine = database.writer(self._engine)
        with database.words_for(self.path), engine.begin() as connection:
            yield connection

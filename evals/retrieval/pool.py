"""One library of all documents of all sets, built through the public door of retrieval.

A source that is in the library is not embedded again: a build that was interrupted goes on.
"""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from evals.errors import MalformedCase
from evals.retrieval.corpora import Set, documents
from retrieval import ingest
from retrieval.ingest import Progress
from retrieval.library import Library
from retrieval.loaders.frontmatter import Meta
from retrieval.ports import Embedder
from retrieval.vetting import Admission

ADDED_ON: Final = date(2026, 1, 27)


class Given:
    """Admits the documents of a data set, all of one tier: nobody vetted them."""

    def admit(self, meta: Meta, where: str) -> Admission:
        """See `Vetting`."""
        return Admission(
            publisher=meta.publisher or "unknown",
            tier=2,
            vetted_by="given with a data set",
            syndicated_from=None,
        )


def fill(
    directory: Path,
    data: Path,
    sets: Sequence[Set],
    embedder: Embedder,
    progress: Progress | None = None,
) -> None:
    """Bring all documents of `sets` into the library in `directory`, made where there is none.

    Raises:
        MalformedCase: a file of a set cannot be used, or a document did not get in.
        LibraryError: the library cannot be used.
    """
    files = [_written(directory / "documents", data, part) for part in sets]
    with (
        Library.open(directory, embedder, create=True) as library,
        library.writing("adding the documents of the sets") as record,
    ):
        report = ingest.add(record, embedder, files, Given(), today=ADDED_ON, progress=progress)
    if report.refused:
        first = report.refused[0]
        raise MalformedCase(
            f"{len(report.refused)} documents did not get in; {first.path}: {first.reason}",
            "Correct the data and run again.",
        )


def _written(folder: Path, data: Path, part: Set) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{part.corpus}.jsonl"
    rows = (json.dumps(row, ensure_ascii=False) for row in documents(data, part))
    path.write_text("".join(f"{row}\n" for row in rows), "utf-8")
    return path

"""What became of the files of an ingest."""

from pathlib import Path

from pydantic import BaseModel

from retrieval.errors import LibraryError
from retrieval.loaders import shown


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


def refusal(path: Path, error: LibraryError) -> Refusal:
    """Report why a file, or a document of it, did not get in."""
    return Refusal(path=shown(path), reason=shown(error))

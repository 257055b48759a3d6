"""Files into the library. The work is done in `retrieval.intake`."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from retrieval.intake import Intake, Progress
from retrieval.ports import Embedder
from retrieval.record import Record
from retrieval.report import AddReport, Refusal
from retrieval.vetting import Vetting

__all__ = ["AddReport", "Progress", "Refusal", "add", "sync"]


def add(  # noqa: PLR0913 - what an ingest works with, and the date
    record: Record,
    embedder: Embedder,
    paths: Iterable[Path],
    vetting: Vetting,
    *,
    today: date,
    progress: Progress | None = None,
) -> AddReport:
    """Bring files and folders into the record. Adding them again changes nothing.

    A file that cannot be loaded or is not admitted is reported; the others go in. The caller holds
    the library's writer lock.

    Raises:
        SourceUnreadable: a path is missing or a folder has nothing to load; nothing was added.
        EmbedderMismatch: the library was made by another embedder.
        IntakeStopped: the embedder gave up, the record could not be written, or somebody pressed
            Ctrl-C; what was added before stays, and the message says how much.
    """
    return Intake(record, embedder, vetting, today).over(paths, progress)


def sync(  # noqa: PLR0913
    record: Record,
    embedder: Embedder,
    folder: Path,
    vetting: Vetting,
    *,
    today: date,
    progress: Progress | None = None,
) -> AddReport:
    """Do as `add` does, and remove the sources whose file in `folder` is gone.

    An empty or missing folder is an error, not a reason to remove everything.

    Raises:
        LibraryError: see `add`.
    """
    return Intake(record, embedder, vetting, today).over([folder], progress, mirrored=folder)

"""The demonstration library: 75 notes on eight topics that ship with the product."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

from retrieval.errors import LibraryMissing
from retrieval.ingestion import Progress
from retrieval.library import RECORD, Library
from retrieval.types import Embedder
from retrieval.vetting import VettingList

VETTING = "vetting.toml"


def find_notes() -> Path:
    """Folder of the notes: inside the installed package, beside it in a checkout.

    Raises:
        LibraryMissing: the installation lacks them.
    """
    package = Path(__file__).parent
    for folder in (package / "seeds", package.parent / "seeds"):
        if (folder / VETTING).is_file():
            return folder
    raise LibraryMissing(
        "The demonstration library is not part of this installation.",
        "Reinstall Verdict Desk, or make a library with `verdict library add`.",
    )


def build(
    directory: Path, embedder: Embedder, today: date, progress: Progress | None = None
) -> None:
    """Make the demonstration library in `directory`, whole or not at all.

    It is built beside `directory` and put in place by one rename; where another process was
    faster, its library stands.
    """
    folder = find_notes()
    directory.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f"{directory.name}-", dir=directory.parent))
    try:
        with Library.open(beside, embedder, create=True) as library:
            vetting = VettingList.read(folder / VETTING)
            library.add([folder], vetting, today=today, progress=progress)
        if not (directory / RECORD).exists():
            if directory.exists():
                directory.rmdir()
            beside.replace(directory)
    finally:
        shutil.rmtree(beside, ignore_errors=True)

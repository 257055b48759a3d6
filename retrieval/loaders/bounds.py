"""What one file may cost, and what a person reads where it costs more or cannot be read."""

from pathlib import Path

from pydantic import BaseModel

from retrieval.errors import LibraryError, SourceUnreadable
from retrieval.loaders.document import Raw
from retrieval.loaders.normalise import one_line

LONG = frozenset({".jsonl", ".pdf"})
"""Formats of which an honest file may take long: 200 MB of lines, 2,000 pages."""
OTHERWISE = "Split it, or convert it to plain text (.txt), and add that."


class Bounds(BaseModel, frozen=True, extra="forbid"):
    """What reading one file may take."""

    seconds: float = 30
    """Of processor time, where the system can bound that; and `PATIENCE` times as many by the
    clock, everywhere."""
    seconds_of_long: float = 120
    """The same for the formats in `LONG`."""
    memory: int = 1_000_000_000
    """Bytes, and `PER_BYTE` more for every byte of the file. Bounded on Linux."""
    here: int = 64_000
    """Bytes. Text of at most this size is read in this process: it cannot take long."""

    def seconds_for(self, path: Path) -> float:
        """Processor time for a file, in seconds."""
        return self.seconds_of_long if path.suffix.lower() in LONG else self.seconds

    def memory_for(self, raw: Raw) -> int:
        """Memory for a file, in bytes."""
        return self.memory + PER_BYTE * len(raw.data)


PATIENCE = 4
PER_BYTE = 8


def unreadable(path: Path, error: Exception) -> LibraryError:
    """Say in words what a loader raised that is not in words already."""
    if isinstance(error, LibraryError):
        return error
    if isinstance(error, RecursionError):
        return SourceUnreadable(
            f"{path}: it is nested too deeply to be read.", "Write it flat and add it again."
        )
    if isinstance(error, MemoryError):
        return SourceUnreadable(f"{path} takes more memory than a file may.", OTHERWISE)
    said = one_line(str(error))[:120]
    return SourceUnreadable(
        f"{path} could not be read ({type(error).__name__}{said and ': '}{said}).",
        "Check that it opens elsewhere; convert it to plain text (.txt) and add that.",
    )


def too_long(path: Path, seconds: float) -> SourceUnreadable:
    """A file that took more than `seconds` of processor time."""
    return SourceUnreadable(
        f"{path} could not be read in {seconds:g} seconds of processor time.", OTHERWISE
    )


def crashed(path: Path, how: str) -> SourceUnreadable:
    """A file at which the process that reads files ended; `how` is its last word."""
    return SourceUnreadable(
        f"{path} could not be read: the process that reads files ended at it ({how}).", OTHERWISE
    )

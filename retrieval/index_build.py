"""Building an index folder: here, or in a process of its own where it is large.

Chroma holds Python's lock while it inserts: built in a thread, an index of 100,000 passages would
keep every search waiting for minutes.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval import manifest
from retrieval.errors import IndexBroken, LibraryError
from retrieval.index_audit import check_sample
from retrieval.record import Place, Reader, Record, Revision
from retrieval.record.database import flush_to_disk

if TYPE_CHECKING:
    from retrieval.chroma import ChromaIndex  # importing it takes a second

POLL_SECONDS = 0.05
REMOVAL_ATTEMPTS, REMOVAL_PAUSE_SECONDS = 40, 0.05
"""How often, and how far apart, the removal of a folder is tried: two seconds in all."""
Alive = Callable[[], None]
"""Called between blocks of a long build; raises to end it."""
_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[3:]; from retrieval import index_build; index_build.main()"
)


def build_folder(record: Record, reader: Reader, folder: Path, alive: Alive) -> None:
    """Build the next index in `folder`, from the newest one where that can be brought in step.

    It is made beside what is there, which serves until the new one is put in its place.

    Raises:
        IndexBroken: it could not be built, or is not what the record says.
    """
    from retrieval.chroma import ChromaIndex, zero_unused_slots  # noqa: PLC0415

    working = make_working_folder(folder)
    try:
        newest, base = find_newest(folder), find_base(folder, reader)
        if newest is not None and base is not None:
            manifest.copy_verified(newest, working)
        index = ChromaIndex.in_folder(working, record.embedder, record.dimension)
        try:
            update_entries(index, reader, base, alive)
            check_sample(index, reader)
        finally:
            index.close()
        zero_unused_slots(working)
        manifest.write_manifest(
            working, record.library, record.embedder, reader.revision(), reader.count()
        )
        _put_in_place(working, folder)
    finally:
        remove_folder(working)


def build_in_subprocess(record: Place, folder: Path, alive: Alive) -> None:
    """Do as `build_folder` does, in another process.

    The caller holds the owner's lock. What `alive` raises ends the other process.

    Raises:
        IndexBroken: it did not succeed.
    """
    kind = "file" if isinstance(record, Path) else "address"
    command = [sys.executable, "-c", _PROGRAM, kind, str(folder), *sys.path]
    pipe, quiet = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(  # noqa: S603
        command, stdin=pipe, stdout=quiet, stderr=pipe, text=True
    ) as child:
        try:
            _tell(child, str(record))
            while child.poll() is None:
                alive()
                time.sleep(POLL_SECONDS)
        except BaseException:
            child.kill()
            raise
        errors = child.stderr.read().strip() if child.stderr else ""
    if child.returncode:
        last = errors.splitlines()[-1] if errors else f"exit status {child.returncode}"
        raise IndexBroken(
            f"The index could not be built: {last}", "Searches go by exact scan meanwhile."
        )


def _tell(child: "subprocess.Popen[str]", place: str) -> None:
    """Say where the record is: an address may hold a password, which no list of processes shows."""
    if child.stdin is None:
        raise AssertionError("it was opened with a pipe")
    with suppress(BrokenPipeError):  # it ended already; its exit status is looked at
        child.stdin.write(place)
        child.stdin.close()


def main() -> None:
    """The program of the other process: the record's place is in its input, the folder in argv."""
    place = sys.stdin.read()
    record = Record.open(Path(place) if sys.argv[1] == "file" else place)
    try:
        with record.reader() as reader:
            build_folder(record, reader, Path(sys.argv[2]), lambda: None)
    except LibraryError as error:
        sys.exit(str(error))
    finally:
        record.close()


def update_entries(
    index: "ChromaIndex", reader: Reader, base: Revision | None, alive: Alive
) -> None:
    """Bring an index that was made from `base` in step with the record; None for an empty one."""
    if base is not None:
        index.delete(sorted(index.ids() - reader.ids()))
    for entries in reader.entries(after=base.generation if base else -1):
        alive()
        if base is not None:  # overwriting takes 15 ms a passage, deleting and adding again 1 ms
            index.delete(entries.ids)
        index.upsert(entries)


def find_newest(folder: Path) -> Path | None:
    """Of the finished indexes `index-1`, `index-2`, … in `folder` the last one, which counts."""
    return max(folder.glob("index-*"), key=_number, default=None)


def find_base(folder: Path, reader: Reader) -> Revision | None:
    """What the newest index can be brought in step from; None where it must be made anew."""
    newest = find_newest(folder)
    if newest is None:
        return None
    revision = manifest.read_manifest(newest).revision
    return revision if reader.grew_from(revision) else None


def make_working_folder(folder: Path) -> Path:
    """Make an empty folder that Chroma may write to."""
    return Path(tempfile.mkdtemp(prefix="working-", dir=folder))


def remove_folder(folder: Path) -> None:
    """Remove a folder that Chroma, closed a moment ago, may still be writing the last of."""
    for _ in range(REMOVAL_ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(REMOVAL_PAUSE_SECONDS)


def _put_in_place(working: Path, folder: Path) -> None:
    old = sorted(folder.glob("index-*"), key=_number)
    working.rename(folder / f"index-{_number(old[-1]) + 1 if old else 1}")
    flush_to_disk(folder)
    for path in old:
        remove_folder(path)


def _number(path: Path) -> int:
    tail = path.name.removeprefix("index-")
    return int(tail) if tail.isdigit() else 0

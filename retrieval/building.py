"""Building a large index in a process of its own.

Chroma holds Python's lock while it inserts: built in a thread, an index of 100,000 passages would
keep every search waiting for minutes.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from retrieval.errors import IndexBroken

POLL_SECONDS = 0.05
_CHILD = "import sys; sys.path[:] = sys.argv[3:]; from retrieval import builder; builder.main()"


def build_apart(record: Path, folder: Path, alive: Callable[[], None]) -> None:
    """Bring the index in `folder` in step with the record, in another process.

    The caller holds the owner's lock. What `alive` raises ends the other process.

    Raises:
        IndexBroken: it did not succeed.
    """
    command = [sys.executable, "-c", _CHILD, str(record), str(folder), *sys.path]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(  # noqa: S603
        command, stdin=quiet, stdout=quiet, stderr=subprocess.PIPE, text=True
    ) as child:
        try:
            while child.poll() is None:
                alive()
                time.sleep(POLL_SECONDS)
        except BaseException:
            child.kill()
            raise
        said = child.stderr.read().strip() if child.stderr else ""
    if child.returncode:
        last = said.splitlines()[-1] if said else f"exit status {child.returncode}"
        raise IndexBroken(
            f"The index could not be built: {last}", "Searches go by exact scan meanwhile."
        )

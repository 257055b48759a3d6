"""Names of workers: the lowest number that no living worker beside the same library holds."""

import hashlib
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from retrieval.locks import FileLock


@contextmanager
def slot(directory: Path) -> Iterator[str]:
    """Hold a name until the block, or the process, ends.

    The kernel frees the lock of a process that dies, so the next worker that starts here has the
    name of the dead one, and with it, at once, the jobs that it left.

    Args:
        directory: Of the library.
    """
    for number in count():
        lock = FileLock(directory / f"worker-{number}.lock", "drafting")
        if lock.try_acquire():
            break
    try:
        yield f"{_place(directory)}-{number}"
    finally:
        lock.release()


def _place(directory: Path) -> str:
    """Tells machines, containers and libraries apart."""
    path = hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:8]
    return f"{socket.gethostname()}-{uuid.getnode():x}-{path}"

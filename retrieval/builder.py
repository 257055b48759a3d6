"""The program of the process that builds a large index; see `retrieval.building`."""

import sys
from pathlib import Path

from retrieval.errors import LibraryError
from retrieval.record import Record
from retrieval.stores import FolderStore


def main() -> None:
    """Build once: paths of record and index folder in `sys.argv`."""
    record = Record.open(Path(sys.argv[1]))
    try:
        with record.reading() as reader:
            FolderStore(Path(sys.argv[2]), record).build(reader, lambda: None)
    except LibraryError as error:
        sys.exit(str(error))
    finally:
        record.close()

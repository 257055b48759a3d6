"""The archive: every answer that became a source, as it came, in WARC files beside the record.

Files only grow. A row of the record says where each answer lies; what lies behind the last row was
torn by a kill or a full disk and is cut off before the next answer is written. Only a removal
writes a file anew, under another name, without what was removed.
"""

import hashlib
import os
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParserException
from warcio.warcwriter import WARCWriter

from retrieval.errors import LibraryDamaged, LibraryError
from retrieval.record.history import History, StoredResponse
from retrieval.web.fetching import Fetched

FOLDER = "web"
_HOP = frozenset({"transfer-encoding", "connection", "keep-alive"})
"""Headers of the connection, not of the answer: its pieces are put together already."""
_BROKEN = (
    *(ArchiveLoadFailed, StatusAndHeadersParserException, zlib.error),
    *(ArithmeticError, AttributeError, EOFError, LookupError, OSError, TypeError, ValueError),
)
"""What a damaged file makes the parser raise."""


class Archive:
    """The answers behind the sources of one library. The caller holds the writer's lock.

    Args:
        directory: of the library.
        history: says where each answer lies.
        machine: of this machine, where the record is shared: each keeps the answers it had.
    """

    def __init__(self, directory: Path, history: History, machine: str = "") -> None:
        self._directory, self._history = directory, history
        self._beginning = f"{FOLDER}/{machine}-" if machine else f"{FOLDER}/"

    def keep(self, answers: Iterable[Fetched]) -> None:
        """Append answers and write down where they lie; one that is there already is left out.

        Raises:
            LibraryDamaged: a file is shorter than the record says.
            LibraryError: the disk is full or failing; the record is as before.
        """
        by_month: dict[str, list[Fetched]] = defaultdict(list)
        for answer in answers:
            known = self._history.responses(answer.url)
            if not known or known[-1].sha256 != _hash(answer):
                by_month[f"{self._beginning}{answer.fetched:%Y-%m}"].append(answer)
        for month, its_answers in by_month.items():
            file = self._history.last_file(month) or f"{month}.warc.gz"
            self._history.keep_responses(self._append(file, its_answers))

    def read(self, row: StoredResponse) -> bytes:
        """The body of an answer, unpacked.

        Raises:
            LibraryDamaged: it does not lie where the record says.
        """
        with suppress(*_BROKEN):  # then it does not lie there
            block = (self._directory / row.file).read_bytes()[row.start : row.start + row.length]
            for record in ArchiveIterator(BytesIO(block)):
                body: bytes = record.content_stream().read()
                if hashlib.sha256(body).hexdigest() == row.sha256:
                    return body
        raise LibraryDamaged(f"{row.file} does not hold {row.url}.", "Restore it from a backup.")

    def forget(self, addresses: Collection[str]) -> None:
        """Write the files that hold answers of `addresses` anew, without them.

        Raises:
            LibraryError: another machine holds some; nothing was removed.
        """
        files = sorted({row.file for url in addresses for row in self._history.responses(url)})
        if elsewhere := [file for file in files if not file.startswith(self._beginning)]:
            raise LibraryError(
                f"{elsewhere[0]}, which holds what was fetched for it, is on another machine.",
                "Remove the source there.",
            )
        for file in files:
            path, new = self._directory / file, _next_name(file)
            data = path.read_bytes() if path.exists() else b""
            blob, rows = b"", []
            for row in self._history.responses_in(file):
                block = data[row.start : row.start + row.length]
                if {row.url, row.address} & set(addresses) or not block:
                    continue
                place = {"file": new, "start": len(blob), "length": len(block)}
                rows.append(StoredResponse(**(row.model_dump() | place)))
                blob += block
            if rows:
                _write(self._directory / new, 0, blob)
            else:
                path.unlink(missing_ok=True)  # first: nothing would know its name any more
            self._history.replace_responses(file, rows)
            path.unlink(missing_ok=True)

    def _append(self, file: str, answers: Sequence[Fetched]) -> list[StoredResponse]:
        path, start = self._directory / file, self._history.end_of(file)
        if start and (not path.exists() or path.stat().st_size < start):
            raise LibraryDamaged(
                f"{path} is shorter than the record says.",
                "Restore it from the backup that the record is of.",
            )
        blob, rows = b"", []
        for answer in answers:
            block = _pack(answer)
            rows.append(
                StoredResponse(
                    url=answer.url,
                    address=answer.address,
                    fetched=f"{answer.fetched:%Y-%m-%dT%H:%M:%SZ}",
                    sha256=_hash(answer),
                    file=file,
                    start=start + len(blob),
                    length=len(block),
                )
            )
            blob += block
        self._drop_remains(file)
        _write(path, start, blob)
        return rows

    def _drop_remains(self, current: str) -> None:
        """Delete what a removal that was killed left behind: files that `current` replaced."""
        month = _month_of(current)
        for path in (self._directory / FOLDER).glob("*.warc.gz"):
            name = f"{FOLDER}/{path.name}"
            if _month_of(name) == month and _number_of(name) < _number_of(current):
                path.unlink()


def _hash(answer: Fetched) -> str:
    return hashlib.sha256(answer.body).hexdigest()


def _pack(answer: Fetched) -> bytes:
    """One record of a WARC file, a gzip member of its own."""
    headers = [
        (f"X-Archive-{name}" if name.lower() in _HOP else name, value)
        for name, value in answer.headers
    ]
    out = BytesIO()
    writer = WARCWriter(out, gzip=True)
    record = writer.create_warc_record(
        answer.address,
        "response",
        payload=BytesIO(answer.raw),
        http_headers=StatusAndHeaders(f"{answer.status} OK", headers, protocol="HTTP/1.1"),
        warc_headers_dict={"WARC-Date": f"{answer.fetched:%Y-%m-%dT%H:%M:%SZ}"},
    )
    writer.write_record(record)
    return out.getvalue()


def _month_of(file: str) -> str:
    return file.removesuffix(".warc.gz").partition(".")[0]


def _number_of(file: str) -> int:
    """How often a removal has written the file anew, from 1."""
    return int(file.removesuffix(".warc.gz").partition(".")[2] or 1)


def _next_name(file: str) -> str:
    """`web/2026-01.warc.gz` becomes `web/2026-01.0002.warc.gz`, and so on."""
    return f"{_month_of(file)}.{_number_of(file) + 1:04d}.warc.gz"


def _write(path: Path, start: int, blob: bytes) -> None:
    """Write at `start`, cut off what lay behind it, and wait for the disk."""
    try:
        path.parent.mkdir(exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        with os.fdopen(file, "r+b") as stream:
            stream.truncate(start)
            stream.seek(start)
            stream.write(blob)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise LibraryError(
            f"{path} cannot be written: {error.strerror}.", "Free some space, then try again."
        ) from error

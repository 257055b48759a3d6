"""Notices: what a page says of its own corrections, and what a register says of papers."""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel

from retrieval.errors import SourceUnreadable
from retrieval.library import Library
from retrieval.loaders.normalise import one_line
from retrieval.types import Notice, NoticeKind, Source

LONGEST = 500
"""Characters of a notice that are kept."""
_OPENINGS: tuple[tuple[NoticeKind, str], ...] = (
    ("retracted", r"retract(?:ed|ion)\b(?: notice| note)?"),
    ("retracted", r"this (?:article|paper|story|report) (?:has been|was) retracted\b"),
    ("withdrawn", r"withdrawn\b|withdrawal notice"),
    ("withdrawn", r"this (?:article|paper|story|report) (?:has been|was) (?:withdrawn|removed)\b"),
    ("concern", r"expression of concern\b"),
    ("corrected", r"correct(?:ion|ions|ed)\b|erratum\b|corrigendum\b|clarification\b"),
    ("corrected", r"editor[’']s note\b.{0,80}\b(?:correct|clarif|error|mistake|previous version)"),
    (
        "corrected",
        r"(?:an|a previous|an earlier|a prior) (?:earlier )?version of this (?:article|story)",
    ),
    ("corrected", r"this (?:article|story|report|page) (?:has been|was) (?:corrected|amended)\b"),
)
_OPENS = tuple(
    (kind, re.compile(rf"[\W_]*(?:{words})", re.IGNORECASE)) for kind, words in _OPENINGS
)
_BARE = re.compile(r"[\W_]*\w+(?: \w+)?\s*(?:[:—–\[(]|-\s|,? (?:on )?\w+\.? \d{1,2}\b|\d|$)")
"""A single word such as "Correction" opens a notice only before a colon, a dash or a date."""
_NATURES: dict[str, NoticeKind] = {
    "retraction": "retracted",
    "correction": "corrected",
    "expression of concern": "concern",
    "reinstatement": "reinstated",
}
_COLUMNS = ("Title", "OriginalPaperDOI", "RetractionNature", "RetractionDate")
_DOI = re.compile(r"10\.\d{4,9}/[^\s?#]+")
_OF_ALL = {"retracted", "withdrawn"}
"""Notices that speak of the whole page: they stand at its top or at its foot. Between, an article
tells of what was done to others."""
_TOP = 5
_FOOT = 3
"""Lines that are the top and the foot of a page; its title is the first one."""
_MIN_TITLE = 5
"""Words. Shorter titles are those of many papers."""


class RegisterReport(BaseModel, frozen=True, extra="forbid"):
    """What a register of notices said of the sources of a library."""

    rows: int
    new: tuple[Notice, ...]
    known: int
    """Notices that were there already."""


def find_notices(
    source_id: str, text: str, statements: Iterable[dict[str, Any]], today: date, address: str
) -> list[Notice]:
    """What an article says of itself: paragraphs that open as a notice does, and its JSON-LD."""
    found: dict[tuple[NoticeKind, str], None] = {}
    lines = [line for line in text.split("\n") if line.strip()]
    for n, line in enumerate(lines):
        for kind, opens in _OPENS:
            head = opens.match(line)
            if head and (" " in head[0].strip() or _BARE.match(line)):
                if kind not in _OF_ALL or n < _TOP or n >= len(lines) - _FOOT:
                    found[kind, _cut(line)] = None
                break
    for statement in statements:
        for words in _stated_corrections(statement):
            if not any(words in known or known in words for _, known in found):
                found["corrected", words] = None
    return [
        Notice(source_id=source_id, kind=kind, noticed=today, words=words, given_by=address)
        for kind, words in found
    ]


def read_register(path: Path, sources: Iterable[Source]) -> tuple[int, list[Notice]]:
    """Notices of a CSV file about these sources, and how many rows the file has.

    The columns are those of the Retraction Watch data that Crossref gives away. A row is about a
    source whose address holds its DOI or PubMed number, or whose title is the paper's.

    Raises:
        SourceUnreadable: the file cannot be read, or has other columns.
    """
    index = _Index(sources)
    found: list[Notice] = []
    rows = 0
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            table = csv.DictReader(file)
            if missing := [name for name in _COLUMNS if name not in (table.fieldnames or ())]:
                raise SourceUnreadable(
                    f"{path} has no column {missing[0]!r}.",
                    "Give the CSV of the Retraction Watch data, as Crossref publishes it.",
                )
            for row in table:
                rows += 1
                found += _notices_of(row, index, path)
    except OSError as error:
        raise SourceUnreadable(
            f"{path} cannot be opened: {error.strerror}.", "Check the path."
        ) from error
    except csv.Error as error:
        raise SourceUnreadable(f"{path} is no CSV file ({error}).", "Download it again.") from None
    return rows, found


def add_register(library: Library, path: Path) -> RegisterReport:
    """Mark the sources of a library that a register names.

    Raises:
        SourceUnreadable: see `read_register`.
        LibraryError: the record cannot be written, or another process kept writing.
    """
    rows, found = read_register(path, library.sources())
    with library.writer("marking sources") as record:
        new = record.history.notice(found)
    return RegisterReport(rows=rows, new=tuple(new), known=len(found) - len(new))


class _Index:
    """Sources by what a register may name them by."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.by_name: dict[str, list[str]] = {}
        for source in sources:
            for name in filter(None, (*_numbers_in(source.url), _title_key(source.title))):
                self.by_name.setdefault(name, []).append(source.id)

    def find(self, row: dict[str, str]) -> set[str]:
        names = [f"doi {(row.get('OriginalPaperDOI') or '').strip().lower()}"]
        names += [f"pmid {(row.get('OriginalPaperPubMedID') or '').strip()}"]
        names += [_title_key(row.get("Title") or "")]
        return {id_ for name in names if name for id_ in self.by_name.get(name, [])}


def _numbers_in(url: str) -> Iterator[str]:
    plain = unquote(url).lower()
    if doi := _DOI.search(plain):
        parts = doi[0].rstrip("/.").split("/")
        yield from (f"doi {'/'.join(parts[:end])}" for end in range(2, len(parts) + 1))
    place = urlsplit(plain)
    if (place.hostname or "").endswith("pubmed.ncbi.nlm.nih.gov"):
        yield f"pmid {place.path.strip('/')}"


def _title_key(title: str) -> str:
    words = re.findall(r"\w+", title.casefold())
    return f"title {' '.join(words)}" if len(words) >= _MIN_TITLE else ""


def _notices_of(row: dict[str, str], index: _Index, path: Path) -> Iterator[Notice]:
    kind = _NATURES.get((row.get("RetractionNature") or "").strip().lower())
    noticed = _day(row.get("RetractionDate") or "")
    if kind is None or noticed is None:
        return
    reason = re.sub(r"\s*;\s*\+?", "; ", (row.get("Reason") or "").strip().strip("+;"))
    where = f" ({doi})" if (doi := (row.get("RetractionDOI") or "").strip()) else ""
    words = _cut(f"{kind.capitalize()} on {noticed}{where}{': ' if reason else ''}{reason}")
    for id_ in sorted(index.find(row)):
        yield Notice(source_id=id_, kind=kind, noticed=noticed, words=words, given_by=path.name)


def _day(text: str) -> date | None:
    """The day in `1/27/2026 0:00` or `2026-01-27`; None where there is none."""
    first = text.strip().split(" ")[0].split("T")[0]
    for form in ("%m/%d/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(first, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _stated_corrections(statement: dict[str, Any]) -> Iterator[str]:
    stated = statement.get("correction")
    for one in stated if isinstance(stated, list) else [stated]:
        words = one.get("text") or one.get("name") if isinstance(one, dict) else one
        if isinstance(words, str) and one_line(words):
            yield _cut(words)


def _cut(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"

"""Four public sets of claims with the documents that people labelled for them.

What counts as relevant to a claim:

* SciFact: the abstract that supports or refutes it. Here are only the 234 abstracts that the test
  claims cite, not BEIR's 5,183; an abstract cited without being labelled is not relevant.
* HealthVer, Climate-FEVER: every statement or sentence labelled as supporting or refuting it;
  one labelled neutral ("not enough information") is not relevant.
* AVeriTeC: every page that an answer of its annotators names. Other pages of the pool were found
  for the claim by a machine and are not labelled: where they fit, they still count as not relevant,
  so its figures are low by construction.

Documents are what the sets give out: for AVeriTeC the quoted parts of a page, not the whole page.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from agent.types import Value
from evals.errors import MalformedCase
from evals.loaders.rows import read_jsonl
from retrieval.ingestion import Progress
from retrieval.library import Library
from retrieval.loaders.frontmatter import FrontMatter
from retrieval.types import Embedder
from retrieval.vetting import Admission, parse_address

FOLDER: Final = "claims"
DEVELOPMENT: Final = "development"
REPORTING: Final = "reporting"
HALVES: Final = (DEVELOPMENT, REPORTING)
"""Halves of each set. Weights are chosen on one half only and figures are told of the other."""
_ARCHIVED: Final = re.compile(r"https?://web\.archive\.org/web/\d+[a-z_]*/(?=https?://)")
_ADDRESS: Final = re.compile(r"https?://[^\s/<>\"\\]+(?:/[^\s<>\"\\]*|[?#][^\s<>\"\\]*)?")
_DAY: Final = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?!\d)")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_SLUG: Final = 3
"""Words of an address's last part from which it stands for a title."""
ADDED_ON: Final = date(2026, 1, 27)


@dataclass(frozen=True)
class ClaimSet:
    """One set: its files, what names the document of an evidence row, who published it."""

    name: str
    claims: str
    corpus: str
    keys: tuple[str, ...]
    publisher: str


AVERITEC: Final = ClaimSet(
    "AVeriTeC", "averitec_dev", "corpus_averitec", ("url", "source_url"), "the web"
)
SETS: Final = (
    ClaimSet("SciFact", "scifact_test", "corpus_scifact_test", ("doc_id",), "SciFact"),
    ClaimSet("HealthVer", "healthver", "corpus_healthver", ("doc_id",), "HealthVer"),
    ClaimSet(
        "Climate-FEVER", "climate_fever", "corpus_climate_fever", ("evidence_id",), "Wikipedia"
    ),
    AVERITEC,
)


class Claim(Value):
    """A claim of a set; documents are named by their id in the library."""

    id: str
    part: str
    """Name of the set."""
    text: str
    verdict: str
    """As the set has it: supported, refuted, mixed or nei."""
    day: date | None = None
    relevant: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    """Every document given with the claim, relevant or not."""


class _Evidence(BaseModel):
    gold: bool
    url: str | None = None
    source_url: str | None = None
    doc_id: str | None = None
    evidence_id: str | None = None


class _Claim(BaseModel):
    id: str
    claim: str
    verdict: str
    date: date | None
    evidence: tuple[_Evidence, ...]


class _Document(BaseModel):
    doc_id: str
    text: str
    title: str | None = None
    url: str | None = None


def read_claims(data: Path, part: ClaimSet) -> list[Claim]:
    """Every claim of a set, whether a document is relevant to it or not.

    Raises:
        MalformedCase: a file is missing, or a row is not what it must be.
    """
    known = {
        _document_key(part, row): _library_id(part, row.doc_id)
        for row in _document_rows(data, part)
    }
    return [_resolve_claim(part, row, known) for row in _claim_rows(data, part)]


def read_documents(data: Path, part: ClaimSet) -> Iterator[dict[str, str]]:
    """The documents of a set as rows of the library's JSON lines.

    Raises:
        MalformedCase: see `read_claims`.
    """
    for row in _document_rows(data, part):
        url = row.url if row.url and _ADDRESS.fullmatch(row.url) else ""
        original = _ARCHIVED.sub("", url)
        publisher = _publisher_of(original) if part is AVERITEC else part.publisher
        yield {
            "id": _library_id(part, row.doc_id),
            "title": row.title or _title_of(original) or publisher,
            "publisher": publisher,
            "url": url,
            "published": _day_of(original) if part is AVERITEC else "",
            "text": row.text,
        }


def half_of(claim_id: str) -> str:
    """`DEVELOPMENT`, where weights are chosen, or `REPORTING`, by a hash of the claim's id."""
    return HALVES[hashlib.sha256(claim_id.encode()).digest()[0] % len(HALVES)]


def sample_claims(found: Sequence[Claim], most: int, seed: int) -> list[Claim]:
    """At most `most` claims, drawn by a hash of seed and id, in the given order; 0 for all."""
    drawn = sorted(found, key=lambda c: hashlib.sha256(f"{seed}/{c.id}".encode()).digest())
    kept = {claim.id for claim in drawn[: most or None]}
    return [claim for claim in found if claim.id in kept]


def _resolve_claim(part: ClaimSet, row: _Claim, known: Mapping[str, str]) -> Claim:
    named = [
        (e, known[key]) for e in row.evidence for key in _evidence_keys(part, e) if key in known
    ]
    return Claim(
        id=f"{part.claims}/{row.id}",
        part=part.name,
        text=row.claim,
        verdict=row.verdict,
        day=row.date,
        relevant=tuple(dict.fromkeys(name for e, name in named if e.gold)),
        pages=tuple(dict.fromkeys(name for _, name in named)),
    )


def _evidence_keys(part: ClaimSet, evidence: _Evidence) -> list[str]:
    named = (getattr(evidence, key) for key in part.keys)
    return [name for name in named if name]


def _document_key(part: ClaimSet, row: _Document) -> str:
    return (row.url or "") if part is AVERITEC else row.doc_id


def _claim_rows(data: Path, part: ClaimSet) -> Iterator[_Claim]:
    return (row.read(_Claim) for row in read_jsonl(_find_file(data, part.claims)))


def _document_rows(data: Path, part: ClaimSet) -> Iterator[_Document]:
    return (row.read(_Document) for row in read_jsonl(_find_file(data, part.corpus)))


def _find_file(data: Path, name: str) -> Path:
    path = data / FOLDER / f"{name}.jsonl.gz"
    if not path.is_file():
        raise MalformedCase(f"There is no file {path}.", f"Give the folder that has {FOLDER}/.")
    return path


def _library_id(part: ClaimSet, doc_id: str) -> str:
    """An id that the library accepts, the same for the same document."""
    return f"{part.claims}-{hashlib.sha256(doc_id.encode()).hexdigest()[:12]}"


def _publisher_of(url: str) -> str:
    place = parse_address(url)
    return place.registrable if place else "unknown"


def _title_of(url: str) -> str:
    """The words of an address's last part, as most news sites spell their headlines there."""
    slugs = [_WORD.findall(part) for part in url.split("?", maxsplit=1)[0].split("/")[3:]]
    longest = max(slugs, key=len, default=[])
    return " ".join(longest) if len(longest) >= _SLUG else ""


def _day_of(url: str) -> str:
    """The day that an address names, in ISO form; empty where it names none."""
    found = _DAY.search(url)
    if found is None:
        return ""
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:  # the 31st of a shorter month
        return ""


class AdmitAll:
    """Admits the documents of a data set, all of one tier: nobody vetted them."""

    def admit(self, meta: FrontMatter, where: str) -> Admission:
        """See `Vetting`."""
        return Admission(
            publisher=meta.publisher or "unknown",
            tier=2,
            vetted_by="given with a data set",
            syndicated_from=None,
        )


def fill_library(
    directory: Path,
    data: Path,
    sets: Sequence[ClaimSet],
    embedder: Embedder,
    progress: Progress | None = None,
) -> None:
    """Bring all documents of `sets` into the library in `directory`, made where there is none.

    Raises:
        MalformedCase: a file of a set cannot be used, or a document did not get in.
        LibraryError: the library cannot be used.
    """
    files = [_write_documents(directory / "documents", data, part) for part in sets]
    with Library.open(directory, embedder, create=True) as library:
        report = library.add(files, AdmitAll(), today=ADDED_ON, progress=progress)
    if report.refused:
        first = report.refused[0]
        raise MalformedCase(
            f"{len(report.refused)} documents did not get in; {first.path}: {first.reason}",
            "Correct the data and run again.",
        )


def _write_documents(folder: Path, data: Path, part: ClaimSet) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{part.corpus}.jsonl"
    rows = (json.dumps(row, ensure_ascii=False) for row in read_documents(data, part))
    path.write_text("".join(f"{row}\n" for row in rows), "utf-8")
    return path

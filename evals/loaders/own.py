"""The cases in `evals/cases`, and files of the same forms."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field

from agent.types import EvidenceSpan, Support
from evals.case import ClaimCase, Document, Fact, Fault, PageCase, PairCase
from evals.loaders.rows import Row, read_jsonl
from retrieval import demonstration
from retrieval.loaders import Document as Note
from retrieval.loaders import load, read_file

CASES: Final = Path(__file__).parents[1] / "cases"


class _Fact(BaseModel):
    fact: str = Field(min_length=1)
    notes: tuple[str, ...] = ()


class _Claim(BaseModel):
    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    topic: str = ""
    expected_verdict: str | None = None
    must_cite: tuple[str, ...] = ()
    key_facts: tuple[_Fact, ...] = ()
    must_not_say: tuple[str, ...] = ()


class _Sentence(BaseModel):
    id: str = Field(min_length=1)
    sentence: str = Field(min_length=1)
    cites: tuple[str, ...]
    label: Support
    kind: str = ""


class _Page(BaseModel):
    id: str = Field(min_length=1)
    text: str = Field(min_length=1)
    sources: tuple[Document, ...]
    faults: tuple[Fault, ...] | None = None


class _Pair(BaseModel):
    id: str | int
    claim: str = Field(min_length=1)
    evidence: tuple[str, ...]
    label: Support | None = None
    source: str = ""
    cluster: str = ""


def read_claims(path: Path = CASES / "claims.jsonl") -> Iterator[ClaimCase]:
    """Questions; those of one topic draw on the same notes, so the topic is the cluster."""
    for row in read_jsonl(path):
        found = row.read(_Claim)
        yield ClaimCase(
            id=f"claims/{found.id}",
            cluster=found.topic or found.id,
            question=found.question,
            expected=found.expected_verdict,
            must_cite=found.must_cite,
            facts=tuple(Fact(text=f.fact, sources=f.notes) for f in found.key_facts),
            must_not_say=found.must_not_say,
        )


def read_sentences(name: str = "sentences") -> Iterator[PairCase]:
    """Sentences over the demonstration notes; those that cite the same first note are a cluster.

    Args:
        name: of the file in `evals/cases`, and of the part: "sentences" or "near".
    """
    path = CASES / f"{name}.jsonl"
    notes = read_notes()
    for row in read_jsonl(path):
        found = row.read(_Sentence)
        if missing := [cited for cited in found.cites if cited not in notes]:
            raise row.fault(f"there is no note {missing[0]!r} in the demonstration library")
        yield PairCase(
            id=f"{name}/{found.id}",
            cluster=found.cites[0] if found.cites else found.id,
            claim=found.sentence,
            evidence=tuple(extract_of(notes[cited]) for cited in found.cites),
            label=found.label,
            how=found.kind,
        )


def read_pages(path: Path = CASES / "pages.jsonl") -> Iterator[PageCase]:
    """Written pages with known faults; a page is its own cluster."""
    for row in read_jsonl(path):
        found = row.read(_Page)
        yield PageCase(
            id=f"pages/{found.id}",
            cluster=found.id,
            text=found.text,
            sources=found.sources,
            faults=found.faults,
        )


def read_pairs(path: Path, part: str | None = None) -> Iterator[PairCase]:
    """Rows `{"id", "claim", "evidence": [text], "label"?, "cluster"?}`.

    Rows with the same evidence are a cluster, unless they name theirs.
    """
    name = part or f"pairs.{path.name.split('.')[0]}"
    seen: set[str] = set()
    for row in read_jsonl(path):
        found = row.read(_Pair)
        yield PairCase(
            id=unique_id(f"{name}/{found.id}", seen, row),
            cluster=found.cluster or short_digest(*found.evidence),
            claim=found.claim,
            evidence=tuple(EvidenceSpan(text=passage) for passage in found.evidence),
            label=found.label,
            how=found.source,
        )


def short_digest(*texts: str) -> str:
    """A short name for texts: equal for equal ones."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


def unique_id(name: str, seen: set[str], row: Row) -> str:
    """The id, if no earlier row of the file had it."""
    if name in seen:
        raise row.fault(f"the id {name.split('/', 1)[1]!r} is given twice")
    seen.add(name)
    return name


def read_notes() -> dict[str, Note]:
    folder = demonstration.find_notes()
    found = (load(read_file(path)) for path in sorted(folder.glob("*/*.md")))
    return {note.id: note for documents in found for note in documents}


def extract_of(note: Note) -> EvidenceSpan:
    return EvidenceSpan(
        text=note.text,
        title=note.title,
        publisher=note.meta.publisher,
        published=note.meta.published,
        summary=note.meta.text == "summary",
    )

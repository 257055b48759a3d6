"""Published benchmarks, from the files their authors give out. Nothing is downloaded here.

Formats: ALCE (Gao et al. 2023, output files), AVeriTeC (Schlichtkrull et al. 2023), SciFact (Wadden
et al. 2020), WiCE (Kamoi et al. 2023).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, Field

from agent.types import EvidenceSpan, Support
from evals.case import NOT_ENOUGH, Case, ClaimCase, Document, Fact, PageCase, PairCase
from evals.errors import MalformedCase
from evals.loaders.own import short_digest, unique_id
from evals.loaders.rows import read_array, read_jsonl

_VERDICTS: Final[Mapping[str, str]] = {
    "Supported": "supported",
    "Refuted": "refuted",
    "Conflicting Evidence/Cherrypicking": "mixed",
    "Not Enough Evidence": NOT_ENOUGH,
}
_WICE: Final[Mapping[str, Support]] = {
    "supported": Support.SUPPORTED,
    "partially_supported": Support.PARTIAL,
    "not_supported": Support.UNSUPPORTED,
}
_SCIFACT: Final = {"SUPPORT": Support.SUPPORTED, "CONTRADICT": Support.CONTRADICTED}


class _Doc(BaseModel):
    title: str = ""
    text: str = ""
    sent: str | None = None
    """A shorter extract, which ALCE's own script reads instead where it is given."""


class _AlceItem(BaseModel):
    question: str = Field(min_length=1)
    output: str
    docs: tuple[_Doc, ...]
    sample_id: str | int | None = None


class _AveritecAnswer(BaseModel):
    answer: str = ""
    boolean_explanation: str | None = None


class _AveritecQuestion(BaseModel):
    answers: tuple[_AveritecAnswer, ...] = ()


class _AveritecClaim(BaseModel):
    claim: str = Field(min_length=1)
    label: str | None = None
    claim_date: str | None = None
    questions: tuple[_AveritecQuestion, ...] = ()


class _Rationale(BaseModel):
    label: Literal["SUPPORT", "CONTRADICT"]


class _SciFactClaim(BaseModel):
    id: int
    claim: str = Field(min_length=1)
    evidence: dict[str, tuple[_Rationale, ...]] = {}
    cited_doc_ids: tuple[int, ...] = ()


class _Abstract(BaseModel):
    doc_id: int
    title: str
    abstract: tuple[str, ...]


class _WiceMeta(BaseModel):
    id: str


class _WiceClaim(BaseModel):
    claim: str = Field(min_length=1)
    evidence: tuple[str, ...]
    label: Literal["supported", "partially_supported", "not_supported"]
    meta: _WiceMeta


def read_alce(path: Path) -> Iterator[PageCase]:
    """Answers of any system, as ALCE's scripts write them: `{"data": [{question, output, docs}]}`.

    `[1]` in an output is the first of its `docs`.
    """
    seen: set[str] = set()
    for number, row in enumerate(read_array(path), start=1):
        item = row.read(_AlceItem)
        yield PageCase(
            id=unique_id(f"alce/{number if item.sample_id is None else item.sample_id}", seen, row),
            cluster=short_digest(item.question),
            text=f"# {' '.join(item.question.split())}\n\n{item.output}\n",
            sources=tuple(
                Document(n=n, title=doc.title, text=doc.sent or doc.text)
                for n, doc in enumerate(item.docs, start=1)
            ),
        )


def read_averitec(path: Path) -> Iterator[ClaimCase]:
    """Claims with verdicts; the answers found by people are the facts of a good page."""
    for number, row in enumerate(read_array(path)):
        item = row.read(_AveritecClaim)
        if item.label is not None and item.label not in _VERDICTS:
            raise row.fault(f"label: {item.label!r} is none of {', '.join(_VERDICTS)}")
        answers = [a for asked in item.questions for a in asked.answers if a.answer]
        yield ClaimCase(
            id=f"averitec/{number}",
            cluster=short_digest(item.claim),
            question=item.claim,
            as_of=_parse_day(item.claim_date),
            expected=_VERDICTS[item.label] if item.label else None,
            facts=tuple(Fact(text=a.boolean_explanation or a.answer) for a in answers),
        )


def read_scifact(path: Path) -> Iterator[PairCase]:
    """Claims with each abstract they cite; `corpus.jsonl` lies in the folder of the claims."""
    rows = read_jsonl(path.with_name("corpus.jsonl"))
    corpus = {a.doc_id: a for a in (row.read(_Abstract) for row in rows)}
    for row in read_jsonl(path):
        item = row.read(_SciFactClaim)
        for doc in sorted({*item.cited_doc_ids, *map(int, item.evidence)}):
            if doc not in corpus:
                raise row.fault(f"there is no abstract {doc} in corpus.jsonl")
            found = item.evidence.get(str(doc), ())
            yield PairCase(
                id=f"scifact/{item.id}-{doc}",
                cluster=str(item.id),
                claim=item.claim,
                evidence=(
                    EvidenceSpan(text=" ".join(corpus[doc].abstract), title=corpus[doc].title),
                ),
                label=_SCIFACT[found[0].label] if found else Support.UNSUPPORTED,
                how="SciFact",
            )


def read_wice(path: Path) -> Iterator[PairCase]:
    """Wikipedia sentences and the sentences of the page they cite."""
    seen: set[str] = set()
    for row in read_jsonl(path):
        item = row.read(_WiceClaim)
        yield PairCase(
            id=unique_id(f"wice/{item.meta.id}", seen, row),
            cluster=short_digest(*item.evidence),
            claim=item.claim,
            evidence=(EvidenceSpan(text="\n".join(item.evidence)),),
            label=_WICE[item.label],
            how="WiCE",
        )


FORMATS: Final[Mapping[str, Callable[[Path], Iterator[Case]]]] = {
    "alce": read_alce,
    "averitec": read_averitec,
    "scifact": read_scifact,
    "wice": read_wice,
}


def read_published(name: str, path: Path) -> list[Case]:
    """Read a file of a published format.

    Raises:
        MalformedCase: the file is missing, or a row is not what the format says.
    """
    if not path.is_file():
        raise MalformedCase(f"There is no file {path}.", f"Give a file of {name}.")
    return list(FORMATS[name](path))


def _parse_day(text: str | None) -> date | None:
    """AVeriTeC writes days first; a date that cannot be read is left out."""
    try:
        return datetime.strptime(text or "", "%d-%m-%Y").date()  # noqa: DTZ007
    except ValueError:
        return None

"""What was written elsewhere: pages of another product, model or person, rulings of a checker."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field

from agent import bootstrap
from agent.audit.cited_text import UnreadableText
from agent.audit.reading import read_text
from agent.settings import Settings
from agent.types import Support
from evals.case import NOT_ENOUGH, Case, Document, PageCase, PairCase
from evals.errors import EvalError
from evals.loaders import rows
from evals.loaders.own import unique_id
from evals.metrics.record import Listed
from evals.metrics.types import Cited
from evals.outcome import AnswerSentence, Outcome
from evals.systems.texts import find_document, resolve_sources

SOURCES: Final = "sources.jsonl"
VERDICTS: Final = {
    "supported": "supported",
    "refuted": "refuted",
    "mixed": "mixed",
    "unproven": NOT_ENOUGH,
    "none": NOT_ENOUGH,
}
_LINE: Final = re.compile(r"^\W*verdict\W+(\w+)", re.IGNORECASE | re.MULTILINE)


class _Source(BaseModel):
    id: str = Field(min_length=1)
    text: str
    title: str = ""
    publisher: str = ""
    published: date | None = None
    url: str = ""
    origin: str = ""
    tier: int | None = None
    copy_of: str = ""


class GivenTexts:
    """Takes the text of a case as the answer."""

    def answer(self, cases: Sequence[Case]) -> list[Outcome]:
        return [self._answer_one(case) for case in cases]

    def _answer_one(self, case: Case) -> Outcome:
        if not isinstance(case, PageCase):
            return Outcome(case=case.id, error="the case holds no text")
        try:
            found = resolve_sources(read_text(case.text), case.sources)
        except UnreadableText as error:
            return Outcome(case=case.id, error=str(error))
        return Outcome(case=case.id, sentences=found.to_sentences())


class WrittenPages:
    """One file a case, named after the id without its part: `claims/A01` is `A01.md`.

    What the numbers stand for is looked up by id, address or title in `sources.jsonl` of the same
    folder (`{"id", "text", "title"?, "publisher"?, "published"?, "url"?, "origin"?, "tier"?,
    "copy_of"?}`), else in the library.
    A page that is not there is no answer; it is counted, never passed over.
    """

    def __init__(self, folder: Path, suffix: str, library: Path | None) -> None:
        """Read the sources.

        Raises:
            EvalError: there is no such folder.
            MalformedCase: a row of `sources.jsonl` is no source.
        """
        if not folder.is_dir():
            raise EvalError(f"There is no folder {folder}.", "Give the folder of the pages.")
        self._folder, self._suffix = folder, suffix
        self._documents = dict(_read_documents(folder, library))

    def answer(self, cases: Sequence[Case]) -> list[Outcome]:
        return [self._answer_one(case) for case in cases]

    def _answer_one(self, case: Case) -> Outcome:
        path = self._folder / f"{case.id.split('/', 1)[1]}{self._suffix}"
        if not path.is_file():
            return Outcome(case=case.id, error=f"there is no page {path.name}")
        written = rows.read_text(path)
        try:
            found = read_text(written, self._suffix)
        except UnreadableText as error:
            return Outcome(case=case.id, error=str(error))
        known = {s.number: find_document(s, self._documents) for s in found.sources}
        documents = [
            Document(**{**dict(d), "n": number}) for number, d in known.items() if d is not None
        ]
        resolved = resolve_sources(found, documents)
        spoken = resolved.to_sentences()
        used = {n for s in found.sentences for n in s.numbers}
        ids = {id(d): name for name, d in self._documents.items()}
        listed = {ids[id(d)]: d for n, d in known.items() if d is not None and n in used}
        return Outcome(
            case=case.id,
            sentences=spoken,
            verdict=_read_verdict(written, self._suffix),
            form=written if self._suffix != ".json" else "",
            cites=tuple(listed),
            listed=tuple(_list_document(name, d) for name, d in listed.items()),
        )


def _list_document(name: str, document: Document) -> Listed:
    return Listed(
        id=name,
        publisher=document.publisher,
        origin=document.origin,
        tier=document.tier,
        published=document.published,
        copy_of=document.copy_of,
    )


def _read_verdict(written: str, suffix: str) -> str | None:
    """What a page says its verdict is, in the words of the cases; None where it says none."""
    if suffix == ".json":
        said = str(json.loads(written).get("verdict") or "")
    else:
        line = _LINE.search(written)
        said = line[1] if line else ""
    return VERDICTS.get(said.casefold())


def _read_documents(folder: Path, library: Path | None) -> Iterator[tuple[str, Document]]:
    path = folder / SOURCES
    if path.is_file():
        for row in rows.read_jsonl(path):
            found = row.read(_Source)
            yield found.id, Document(n=0, **found.model_dump(exclude={"id"}))
    elif library is not None:
        with bootstrap.open_library(Settings(), library) as held:
            for s in held.sources():
                yield (
                    s.id,
                    Document(
                        n=0,
                        text=held.snapshot(s.id),
                        title=s.title,
                        publisher=s.publisher,
                        published=s.published,
                        url=s.url,
                        origin=s.origin,
                        tier=s.tier,
                        copy_of=s.syndicated_from or "",
                    ),
                )


class _Ruling(BaseModel):
    id: str | int
    support: Support
    score: float | None = Field(default=None, ge=0, le=1)


class RecordedRulings:
    """Looks a ruling up by the id of the case, with or without its part."""

    def __init__(self, path: Path) -> None:
        """Read all rows.

        Raises:
            MalformedCase: no such file, a row is no ruling, or an id is given twice.
        """
        seen: set[str] = set()
        self._rows: dict[str, _Ruling] = {}
        for row in rows.read_jsonl(path):
            found = row.read(_Ruling)
            unique_id(f"rulings/{found.id}", seen, row)
            self._rows[str(found.id)] = found

    def answer(self, cases: Sequence[Case]) -> list[Outcome]:
        return [self._answer_one(case) for case in cases]

    def _answer_one(self, case: Case) -> Outcome:
        verification = self._rows.get(case.id) or self._rows.get(case.id.split("/", 1)[1])
        if verification is None or not isinstance(case, PairCase):
            return Outcome(case=case.id, error="there is no ruling for this case")
        cited = tuple(
            Cited(id=str(n), title=e.title or "", text=e.text, summary=e.summary)
            for n, e in enumerate(case.evidence, 1)
        )
        said = AnswerSentence(
            text=case.claim,
            cited=cited,
            kept=verification.support is Support.SUPPORTED,
            support=verification.support,
            score=verification.score,
        )
        return Outcome(case=case.id, sentences=(said,))

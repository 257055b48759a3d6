"""The audit trail: one chain of hashes over all drafts, to which entries are only added.

Each entry's hash covers the entry and the hash before it, and the entry of a change covers the text
of the version that it made. So whoever changes, drops or inserts an entry, or a stored version,
must write every later entry anew. The chain does not prove that nobody did just that, nor who sat
behind a name, nor that the clock was right: for that, note the last number and hash elsewhere from
time to time, with somebody else.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from agent.review.document import compare
from agent.review.tables import CHAIN, EVIDENCE, TRAIL, VERSIONS
from agent.review.types import AuditEvent, Document
from agent.types import Page

FIRST: Final = "0" * 64
"""What the first entry has in place of the hash before it."""


def canonical(value: object) -> str:
    """JSON in one form only: keys in order, no spaces, characters as they are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 in hexadecimal digits, of UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(entry: dict[str, Any]) -> str:
    """The hash of an entry: of all its fields but the hash itself; `at` as ISO 8601."""
    return digest(canonical({k: v for k, v in entry.items() if k != "hash"}))


def entry_after(number: int, previous: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    """The entry that follows number `number` with hash `previous`."""
    entry = {"number": number + 1, "previous": previous, **fields}
    return {**entry, "hash": hash_of(entry)}


def event_of(row: dict[str, Any]) -> AuditEvent:
    """An entry as it is stored, as others see it."""
    return AuditEvent.model_validate({**row, "detail": json.loads(row["detail"])})


def first_broken(rows: Iterable[dict[str, Any]], last: tuple[int, str]) -> int | None:
    """Number of the first entry that does not fit the chain; None where it is whole.

    Args:
        rows: the entries as they are stored, by number.
        last: number and hash of the last entry that was written.
    """
    number, previous = 0, FIRST
    for row in rows:
        fits = row["number"] == number + 1 and row["previous"] == previous
        if not fits or _hash_of_stored(row) != row["hash"]:
            return number + 1
        number, previous = row["number"], row["hash"]
    if (number, previous) == last:
        return None
    return max(1, number) if number == last[0] else min(number, last[0]) + 1


def _hash_of_stored(row: dict[str, Any]) -> str:
    try:
        return hash_of({**row, "detail": json.loads(row["detail"])})
    except ValueError:  # somebody made it something else than JSON
        return ""


def append(connection: sa.Connection, at: datetime, **fields: Any) -> int:  # noqa: ANN401
    """Add an entry (who, draft, action, detail) to the trail; return its number."""
    number, previous = connection.execute(sa.select(CHAIN.c.number, CHAIN.c.hash)).one()
    detail = json.loads(canonical(fields.pop("detail")))
    entry = entry_after(number, previous, at=at.isoformat(), detail=detail, **fields)
    connection.execute(sa.insert(TRAIL).values({**entry, "detail": canonical(entry["detail"])}))
    connection.execute(sa.update(CHAIN).values(number=entry["number"], hash=entry["hash"]))
    return int(entry["number"])


def packed(document: Document) -> tuple[str, str, str]:
    """A document as it is stored: its text, the key of its evidence, the text of that."""
    evidence = document.evidence.model_dump_json()
    return document.model_dump_json(exclude={"evidence"}), digest(evidence), evidence


def sealed(text: str, evidence: str) -> str:
    """What the trail holds of a version: a hash over its text and the key of its evidence."""
    return digest(f"{text}\n{evidence}")


def first_changed(connection: sa.Connection, whole: int, draft: str = "") -> int | None:
    """Number of the first entry whose version is missing or not as it was written.

    Args:
        connection: the database.
        whole: entries that fit the chain; those behind them tell nothing.
        draft: whose versions are read; empty reads those of all drafts.
    """
    entries = (
        sa.select(TRAIL.c.number, TRAIL.c.detail)
        .where(TRAIL.c.number <= whole)
        .order_by(TRAIL.c.number)
    )
    some = {"yield_per": 100}  # whole documents: never all of them in memory
    versions = sa.select(VERSIONS.c.entry, VERSIONS.c.document, VERSIONS.c.evidence)
    bodies = sa.select(EVIDENCE.c.sha256, EVIDENCE.c.body)
    if draft:
        entries = entries.where(TRAIL.c.draft == draft)
        versions = versions.where(VERSIONS.c.draft == draft)
        cited = sa.select(VERSIONS.c.evidence).where(VERSIONS.c.draft == draft)
        bodies = bodies.where(EVIDENCE.c.sha256.in_(cited))
    kept = {
        row.entry: (sealed(row.document, row.evidence), row.evidence)
        for row in connection.execute(versions, execution_options=some)
    }
    intact = {
        row.sha256
        for row in connection.execute(bodies, execution_options=some)
        if digest(row.body) == row.sha256
    }
    for row in connection.execute(entries):
        seal = json.loads(row.detail).get("document")
        found, evidence = kept.get(row.number, ("", ""))
        if seal and (found != seal or evidence not in intact):
            return int(row.number)
    return None


def drafted(page: Page, job: str) -> dict[str, object]:
    """What made a draft: enough to find out years later what a sentence came from."""
    every = [*page.sentences(), *(f.sentence for f in page.fallen)]
    return {
        "question": page.question.model_dump(mode="json"),
        "job": job,
        "model": page.usage.model,
        "prompts": page.usage.prompts,
        "verifiers": sorted({s.ruling.verifier for s in every if s.ruling.verifier}),
        "sources": {source.id: source.sha256 for source in page.evidence.sources},
        "verdict": page.verdict.label.value,
    }


def version_of(document: Document, number: int) -> dict[str, object]:
    text, key, _ = packed(document)
    return {"version": number, "document": sealed(text, key)}


def difference(old: Document, new: Document) -> dict[str, object]:
    """What changed on the page, what fell of what stood, and the verdict where it changed."""
    changes = compare(old, new)
    lines: list[object] = [c.model_dump(mode="json") for c in changes]
    fell = [c.line for c in changes if c.before_supported and c.after_supported is False]
    verdicts = [old.verdict.label.value, new.verdict.label.value]
    told = {"verdict": verdicts} if verdicts[0] != verdicts[1] else {}
    return {"lines": lines, "fell": fell, **told}

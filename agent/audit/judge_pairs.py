"""Rule on a stream of (claim, evidence) rows: the core of `verdict judge`."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from pydantic import BaseModel, Field, ValidationError

from agent.ports import Judge
from agent.types import ClaimEvidence, EvidenceSpan, Support, Verification

BATCH = 16
"""Rows held at a time: enough to keep the embedder busy, few enough for any memory."""


class _Row(BaseModel, frozen=True):
    """What a row must hold; further fields are left alone."""

    id: str | int
    claim: str = Field(min_length=1)
    evidence: tuple[str, ...]


class _Read(NamedTuple):
    id: str | int | None
    pair: ClaimEvidence | None
    error: str = ""


def judge_rows(lines: Iterable[str], judge: Judge) -> Iterator[dict[str, Any]]:
    """Rule on JSON lines `{"id", "claim", "evidence": [passage, ...]}`, in order.

    Args:
        lines: JSON lines; empty ones are passed over.
        judge: what rules.

    Yields:
        `{"id", "support", "score", "checks": {name: outcome}}` per line. A line that is no such row
        yields support "unchecked" and an `error`, so none is lost.
    """
    numbered = ((n, line) for n, line in enumerate(lines, start=1) if line.strip())
    while block := list(islice(numbered, BATCH)):
        rows = [_read(number, line) for number, line in block]
        verifications = iter(judge.verify([row.pair for row in rows if row.pair]))
        for row in rows:
            yield _unreadable(row) if row.pair is None else _ruled(row, next(verifications))


def _read(number: int, line: str) -> _Read:
    found: Any = None
    try:
        found = json.loads(line)
        row = _Row.model_validate(found)
    except (ValueError, RecursionError) as error:
        given = found.get("id") if isinstance(found, dict) else None
        known = given if isinstance(given, str | int) else None
        return _Read(known, None, f"line {number}: {_what(error)}")
    extracts = tuple(EvidenceSpan(text=passage) for passage in row.evidence)
    return _Read(row.id, ClaimEvidence(claim=row.claim, evidence=extracts))


def _what(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc'])) or 'row'}: {first['msg']}"
    return f"not JSON ({error})"


def _ruled(row: _Read, verification: Verification) -> dict[str, Any]:
    return {
        "id": row.id,
        "support": verification.support.value,
        "score": verification.score,
        "checks": {check.name: check.outcome.value for check in verification.checks},
    }


def _unreadable(row: _Read) -> dict[str, Any]:
    return {
        "id": row.id,
        "support": Support.UNCHECKED.value,
        "score": None,
        "checks": {},
        "error": row.error,
    }

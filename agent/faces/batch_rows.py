"""The claims of a batch: read and looked at, every line of them, before anything starts."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from agent.faces.failures import BadInput
from agent.faces.question import question_of
from agent.types import Question

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
OWN: Final = {"batch", "summary"}
"""Files of ours among the results, without their endings."""
SHOWN: Final = 10
"""Bad lines that are told at once."""


@dataclass(frozen=True)
class Row:
    """One claim of the file."""

    id: str
    question: Question


def read_rows(file: Path, as_of: date | None) -> list[Row]:
    """Read `{"id": …, "question" or "claim": …}` lines; blank ones are passed over.

    Raises:
        BadInput: the file cannot be read, holds no claim, or has bad lines, each told by number.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError as error:
        raise BadInput(f"{file} cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not a text file in UTF-8.") from error
    rows: dict[str, tuple[int, Row]] = {}
    faults: list[str] = []
    for number, line in _numbered(lines):
        try:
            row = _row(line, as_of)
            if before := rows.get(row.id.lower()):
                raise BadInput(f'the id "{row.id}" stands in line {before[0]} already')  # noqa: TRY301
            rows[row.id.lower()] = (number, row)
        except BadInput as error:
            faults.append(f"line {number}: {error}")
    if faults:
        more = f" And {len(faults) - SHOWN} more." if len(faults) > SHOWN else ""
        told = "; ".join(fault.rstrip(".") for fault in faults[:SHOWN])
        raise BadInput(f"{file} cannot be used, nothing was drafted: {told}.{more}")
    if not rows:
        raise BadInput(f'{file} holds no claim. Write lines like {{"id": "1", "question": "…"}}.')
    return [row for _, row in rows.values()]


def _numbered(lines: list[str]) -> Iterator[tuple[int, str]]:
    return ((n, line) for n, line in enumerate(lines, 1) if line.strip())


def _row(line: str, as_of: date | None) -> Row:
    try:
        said: Any = json.loads(line)
    except ValueError as error:
        raise BadInput(f"is no JSON ({error})") from error
    if not isinstance(said, dict):
        raise BadInput("is no JSON object")
    name = said.get("id")
    name = str(name) if isinstance(name, int) and not isinstance(name, bool) else name
    if not isinstance(name, str) or not NAME.fullmatch(name) or name.lower() in OWN:
        raise BadInput(
            '"id" has to be a name for a file: up to 100 letters, digits, dots, dashes and '
            'underscores, and not "batch" or "summary"'
        )
    text = said.get("question", said.get("claim"))
    if not isinstance(text, str):
        raise BadInput('"question" (or "claim") is missing or no text')
    return Row(name, question_of(text, as_of))

"""Tables as sentences: one for each row, in which every figure stands beside its heads."""

import re
from collections.abc import Sequence
from itertools import zip_longest

from pydantic import BaseModel

_FIGURE = re.compile(r"\d")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d(?:[-/–]\d{2,4})?\*?")
_ENDS = re.compile(r"[.!?…]$")


class Table(BaseModel, frozen=True, extra="forbid"):
    """Rows of cells, of which the first `heads` rows name the columns.

    A row of one cell is the heading of those below it.
    """

    rows: tuple[tuple[str, ...], ...]
    heads: int = 0
    caption: str = ""


def write_table(table: Table) -> str:
    """Write a table as one paragraph: its caption, and "Row: Head value; Head value." a row.

    Where no row is marked as heads, the first is taken for them if it has no figure but years and
    a row below it has one. A list of two columns, each a name and what it is, has no heads.
    """
    rows, heads = table.rows, table.heads or _guess_heads(table.rows)
    names = _join_heads(rows[:heads])
    said = [_end(table.caption)] if table.caption else []
    group = ""
    for row in rows[heads:]:
        if len(row) == 1:
            group = row[0]
        elif any(cell.strip(" :") for cell in row):
            said.append(_write_row(row, names, group))
    if not said and names:
        said = [_end("; ".join(names))]
    return " ".join(said)


def _guess_heads(rows: Sequence[Sequence[str]]) -> int:
    first = rows[0][1:] if rows else ()
    plain = [cell for cell in first if cell and (not _FIGURE.search(cell) or _YEAR.fullmatch(cell))]
    below = [cell for row in rows[1:] for cell in row[1:] if cell]
    figures = [bool(_FIGURE.search(cell)) and not _YEAR.fullmatch(cell) for cell in below]
    if len(first) == 1 and (rows[0][0].endswith(":") or not all(figures)):
        return 0
    return int(bool(plain) and len(plain) == len(first) and any(figures))


def _join_heads(rows: Sequence[Sequence[str]]) -> list[str]:
    """One name a column, from heads that stand above each other."""
    columns = zip_longest(*rows, fillvalue="")
    return [" ".join(dict.fromkeys(filter(None, column))) for column in columns]


def _write_row(row: Sequence[str], names: Sequence[str], group: str) -> str:
    label, values = row[0], list(row[1:])
    if label and _FIGURE.match(label) and names and names[0]:
        label = f"{names[0]} {label}"
    heads = [*names[1:], *[""] * len(values)]
    told: list[str] = []
    for head, value in zip(heads, values, strict=False):
        if value:
            told.append(f"{head} {value}".strip())
    lead = ", ".join(filter(None, (group, label.rstrip(" :"))))
    lead = lead[:1].upper() + lead[1:]
    if not told:
        return _end(lead)
    return _end(f"{lead}: {'; '.join(told)}" if lead else "; ".join(told))


def _end(text: str) -> str:
    return text if _ENDS.search(text) else f"{text}."

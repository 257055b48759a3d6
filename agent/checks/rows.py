"""Tables among the evidence: a figure belongs to its row and its column, and to no other.

A table is stored as one sentence a row, "Northgate: Buses 2024 31; Buses 2025 44." (`Label: Head
value; Head value.`). Rows of one shape that follow each other are read back as a table.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import groupby, takewhile

from agent.checks.evidence_text import Line, amounts_of
from agent.language.quantities import Quantity, same
from agent.language.text import content_stems

_ROW = re.compile(r"(?P<label>[^:;]{0,120}): (?P<cells>[^:;]+(?:; [^:;]+)*?)\.?")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")

Words = frozenset[str]


def words_of(text: str) -> Words:
    """Content stems and figures of a text."""
    return frozenset(content_stems(text)) | frozenset(_DIGITS.findall(text))


class Table:
    """Rows of one shape, in order.

    Args:
        lines: the sentences that are its rows.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = tuple(lines)
        self._rows = [_cells(line.text) for line in lines]

    @cached_property
    def _heads(self) -> list[str]:
        """What the cells of a column begin with."""
        return [
            _common([cell.split() for cell in column]) for column in zip(*self._rows, strict=True)
        ][1:]

    @cached_property
    def _sides(self) -> list[list[Words]]:
        """For each row, the words of its label and of each of its cells."""
        return [[words_of(label), *map(words_of, cells)] for label, *cells in self._rows]

    def misplaces(self, quantity: Quantity, claim: Words) -> bool:
        """Whether the table has a figure of a claim only where the claim does not speak of.

        Args:
            quantity: a figure of the claim.
            claim: `words_of` the claim.
        """
        found = list(self._cells_with(quantity))
        return bool(found) and all(self._elsewhere(row, column, claim) for row, column in found)

    def _cells_with(self, quantity: Quantity) -> Iterator[tuple[int, int]]:
        for at, (_, *cells) in enumerate(self._rows):
            for column, cell in enumerate(cells):
                value = cell.removeprefix(self._heads[column]).strip()
                if any(same(quantity, given) for given in amounts_of(value)):
                    yield at, column

    def _elsewhere(self, row: int, column: int, claim: Words) -> bool:
        """Whether a claim names another row or another column than that of a cell."""
        heads = [words_of(head) for head in self._heads]
        if _names_other(heads[column], heads, claim):
            return True
        return any(
            _names_other(own, [side[n] for side in self._sides], claim)
            for n, own in enumerate(self._sides[row])
            if n != column + 1
        )


def _names_other(own: Words, all_of_them: Sequence[Words], claim: Words) -> bool:
    shared = frozenset.intersection(*all_of_them)
    others = frozenset().union(*all_of_them) - own
    return not (own - shared) & claim and bool(others & claim)


def _cells(text: str) -> list[str]:
    found = _ROW.fullmatch(text)
    return [found["label"], *found["cells"].split("; ")] if found else []


def _common(cells: Sequence[Sequence[str]]) -> str:
    """The words with which all of them begin; the last word of a cell is never one."""
    columns = zip(*(cell[:-1] for cell in cells), strict=False)
    return " ".join(words[0] for words in takewhile(lambda w: len(set(w)) == 1, columns))


@lru_cache(maxsize=256)
def find_tables(lines: tuple[Line, ...]) -> list[Table]:
    """Read the tables of the evidence back: two rows or more of one shape, one behind the other."""
    tables = []
    for (_, width), rows in groupby(lines, lambda line: (line.extract, len(_cells(line.text)))):
        found = list(rows)
        if width > 1 and len(found) > 1:
            tables.append(Table(found))
    return tables

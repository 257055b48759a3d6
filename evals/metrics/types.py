"""What metrics read and what they give back."""

import re
from collections.abc import Callable, Iterable
from typing import Self

from agent.types import Support, Value

_MARKED = re.compile(r"\"([^\"\n]+)\"|\u201c([^\u201c\u201d]+)\u201d")

Judge = Callable[[str, str], Support]
"""Premise and hypothesis to support; `UNCHECKED` is "not scored"."""

Marks = tuple[float | None, ...]
"""One mark a unit, in [0, 1]; None where the unit could not be scored."""


class Cited(Value):
    """One citation of a statement, resolved."""

    id: str
    text: str | None
    """The words cited; None where the citation points nowhere (a dead citation)."""
    title: str = ""
    origin: str = ""
    """Whose story it is: reprints share it. Empty where nobody said."""
    summary: bool = False
    """Whether the words are an account of what was published, not what was published."""


class Statement(Value):
    """One sentence without its markers, and what it cites in the order given."""

    text: str
    citations: tuple[Cited, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the citations that point somewhere."""
        return tuple(c.text for c in self.citations if c.text is not None)

    @property
    def quotable(self) -> tuple[str, ...]:
        """Of these words those that somebody printed or said: of a summary, what it quotes."""
        found: list[str] = []
        for cited in self.citations:
            text = cited.text or ""
            found += (m[1] or m[2] for m in _MARKED.finditer(text)) if cited.summary else [text]
        return tuple(text for text in found if text)


class Response(Value):
    """What a system answered; no statement at all is an empty answer."""

    statements: tuple[Statement, ...] = ()


class Score(Value):
    """One metric on one item."""

    value: float | None
    """Mean of the marks that are not None; None where there is none."""
    n: int
    """Units scored."""
    unscored: int = 0
    marks: Marks = ()

    @classmethod
    def of(cls, marks: Iterable[float | None], empty: float | None = None) -> Self:
        """Average marks.

        Args:
            marks: one for each unit.
            empty: the only mark of an item without units; None leaves it unscored. A metric that
                an empty answer must not win says 0 here.
        """
        given = tuple(marks) or (() if empty is None else (empty,))
        scored = [mark for mark in given if mark is not None]
        value = sum(scored) / len(scored) if scored else None
        return cls(value=value, n=len(scored), unscored=len(given) - len(scored), marks=given)


def f1(precision: float | None, recall: float | None) -> float | None:
    """Harmonic mean 2PR / (P + R); 0 where both are 0, None where one is not scored.

    Source: van Rijsbergen, Information Retrieval (1979), with equal weights.
    """
    if precision is None or recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def full_support(support: Support) -> float | None:
    """1 for full support, None for what could not be checked, else 0: ALCE's entailment."""
    return None if support is Support.UNCHECKED else float(support is Support.SUPPORTED)


def support_weight(support: Support) -> float | None:
    """1 for full, 0.5 for partial support, None for what could not be checked, else 0: TREC's."""
    return 0.5 if support is Support.PARTIAL else full_support(support)

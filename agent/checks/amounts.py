"""Every number, share and sum of money of a claim must be in its evidence."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations, pairwise
from typing import Final

from agent.checks.evidence_text import (
    CLOSE,
    ENOUGH,
    EvidenceText,
    Line,
    amounts_of,
    beside,
    of_another,
)
from agent.checks.rows import find_tables, words_of
from agent.language.dates import Date
from agent.language.lexicon import pattern, words
from agent.language.names import names
from agent.language.quantities import Bound, Measure, Quantity, same
from agent.language.text import content_stems, fold, stem
from agent.types import CheckName, CheckResult, Outcome

SPANS = {"day": 1.0, "week": 7.0, "month": 30.44, "year": 365.25, "decade": 3652.5}
"""Days of each unit of time."""
_PRECISION = {"day": 3, "week": 3, "month": 2, "year": 1, "decade": 1}
"""How exact a date must be to count in a unit: year, month, day."""
_EXACT, _ROUGH = 0.02, 0.1
"""How far a share may stray from the quotient, of its value: stated plainly, or with "about"."""
_ROUNDED = 0.5
"""How far a span may stray from the distance of two dates, in its unit."""
_LARGE = 100
"""Value from which a sum or difference is no coincidence among a few figures."""
_MOST = 40
"""Figures beyond which some two of them amount to anything."""


def amounts_to(wanted: Quantity, reading: EvidenceText) -> bool:
    """Tell whether two dates are so far apart, or two figures give this share or difference.

    Such a coincidence proves nothing; it only forbids to call the figure missing.
    """
    if wanted.measure is Measure.NUMBER and wanted.unit in SPANS:
        apart = _distances(wanted.unit, reading)
        if wanted.value >= 1 and any(abs(days - wanted.value) <= _ROUNDED for days in apart):
            return True
    if wanted.measure is Measure.NUMBER and wanted.value >= _LARGE:
        given = _values(reading, {Measure.NUMBER})
        strays = _ROUGH if wanted.bound is not Bound.EXACT else _EXACT if wanted.rounded else 1e-6
        return any(
            math.isclose(found, wanted.value, rel_tol=strays)
            for a, b in _pairs(given)
            for found in (a + b, b - a)
        )
    if wanted.measure in {Measure.POINTS, Measure.PERCENT}:
        given = _values(reading, {Measure.PERCENT, Measure.POINTS})
        return any(math.isclose(abs(a - b), wanted.value, abs_tol=1e-6) for a, b in _pairs(given))
    if wanted.measure is Measure.RATIO and wanted.value > 0:
        strays = _EXACT if wanted.bound is Bound.EXACT else _ROUGH
        pairs = _pairs(_values(reading, {Measure.NUMBER}))
        return any(
            math.isclose(min(a, b) / max(a, b), wanted.value, rel_tol=strays) for a, b in pairs
        )
    return False


def _pairs(values: list[float]) -> Iterator[tuple[float, float]]:
    return combinations(values, 2) if len(values) <= _MOST else iter(())


def _values(reading: EvidenceText, measures: set[Measure]) -> list[float]:
    found = (q for _, q in reading.quantities if q.measure in measures and not q.implied)
    return sorted({q.value for q in found if math.isfinite(q.value) and q.value > 0})


def _distances(unit: str, reading: EvidenceText) -> Iterator[float]:
    days = [day for _, given in reading.dates for day in _day(given, _PRECISION[unit])]
    days += [e.published for e in reading.extracts if e.published]
    for one, other in _pairs(sorted({float(day.toordinal()) for day in days})):
        yield (other - one) / SPANS[unit]


def _day(given: Date, precision: int) -> Iterator[date]:
    """Give the first day that a date may mean, if it is exact enough."""
    parts = (given.year, given.month, given.day)
    if None in parts[:precision] or given.year is None:
        return
    try:
        yield date(given.year, given.month or 1, given.day or 1)
        if given.until is not None:
            yield date(given.until, 1, 1)
    except ValueError:  # "February 30": no day at all
        return


_RIVAL = 0.4
"""Share of the claim's content words in a line whose other value counts as a rival."""
_LONGEST_LIST = 6
_COUNTING = frozenset({Measure.NUMBER, Measure.ORDINAL})
"""Measures whose values compare only where they count the same thing."""
_SHARES = frozenset({Measure.PERCENT, Measure.POINTS})
_TWO = frozenset({stem(w) for w in ("both", "pair", "couple", "twin", "twice")})
_OF_SOURCES = frozenset(map(stem, words("reporting.documents") | {"source", "account"}))
_TOTAL = pattern(r"\bof (?:{core.determiners} )?$", re.IGNORECASE)
"""Two "of the eight" are no eight."""
_COMMA = re.compile(r"\s*(?:,|,?\s(?:and|&))\s")
_BRACKETS = re.compile(r"\([^)]*\)")


MEASURES: Final[Mapping[CheckName, frozenset[Measure]]] = {
    CheckName.NUMBERS: frozenset({Measure.NUMBER, Measure.ORDINAL, Measure.RATIO, Measure.VAGUE}),
    CheckName.PERCENTAGES: frozenset({Measure.PERCENT, Measure.POINTS}),
    CheckName.MONEY: frozenset({Measure.MONEY}),
}
"""What each of the three checks of amounts compares: digits and words, shares, sums."""


def check_amounts(name: CheckName, claim: str, reading: EvidenceText) -> CheckResult:
    """Hold the claim's quantities of one kind against those of the evidence.

    Args:
        name: the check, one of `MEASURES`.
        claim: a sentence or a part of one.
        reading: the evidence, parsed.

    Returns:
        `VIOLATED` for the first one that no sentence of evidence gives, with the rival value in
        `evidence` where a sentence about the same thing gives another; `UNKNOWN` for vague ones,
        and for those that two figures of the evidence may amount to.
    """
    stated = [q for q in amounts_of(claim) if not q.implied]
    wanted = [
        q for q in stated if q.measure in MEASURES[name] and not _idle(q, claim[q.start : q.end])
    ]
    if not wanted:
        return CheckResult(name=name, outcome=Outcome.NOT_APPLICABLE)
    unsure = None
    for quantity in wanted:
        carrying = {line for line, given in reading.quantities if same(quantity, given)}
        elsewhere = _belongs_elsewhere(claim, quantity, stated, carrying, reading)
        elsewhere = elsewhere or _of_another_row(claim, quantity, carrying, reading)
        if carrying and not elsewhere and not _of_another(claim, quantity, carrying):
            continue
        if carrying:
            return _violation(name, claim, quantity, stated, reading)
        if _vague(quantity, claim) or _derived(claim, quantity, stated, reading):
            unsure = quantity
        elif not _counted(quantity, reading):
            if not _reckoned(quantity, claim) or _rival(claim, quantity, stated, reading):
                return _violation(name, claim, quantity, stated, reading)
            unsure = quantity
    if unsure is None:
        return CheckResult(name=name, outcome=Outcome.OK)
    said = claim[unsure.start : unsure.end]
    reason = "gives no exact value" if _vague(unsure, claim) else "may be reckoned from it"
    detail = f'the cited text does not say "{said}", which {reason}'
    span = (unsure.start, unsure.end)
    return CheckResult(name=name, outcome=Outcome.UNKNOWN, detail=detail, span=span)


def _reckoned(quantity: Quantity, claim: str) -> bool:
    """Tell whether it is written in letters ("a third", "two more"), as a writer who reckons does.

    Spans of time are compared with the dates of the evidence instead.
    """
    said = claim[quantity.start : quantity.end]
    return quantity.unit not in SPANS and not any(c.isdigit() for c in said)


def _violation(
    name: str, claim: str, quantity: Quantity, stated: list[Quantity], reading: EvidenceText
) -> CheckResult:
    said = claim[quantity.start : quantity.end]
    rival = _rival(claim, quantity, stated, reading)
    given = rival[0].text[rival[1].start : rival[1].end] if rival else ""
    return CheckResult(
        name=name,
        outcome=Outcome.VIOLATED,
        detail=f"the sentence says {said}; the cited text "
        + (f"says {given}" if rival else "does not give this figure"),
        span=(quantity.start, quantity.end),
        evidence=rival[0].text if rival else None,
    )


def _belongs_elsewhere(
    claim: str,
    quantity: Quantity,
    stated: list[Quantity],
    carrying: set[Line],
    reading: EvidenceText,
) -> bool:
    """Tell whether the evidence has the value, but another one for the thing the claim is about."""
    words = _apart_from_figures(claim)
    if len(words) < ENOUGH or carrying & set(reading.close(words)):
        return False
    rival = _rival(claim, quantity, stated, reading, CLOSE)
    return rival is not None and rival[0] not in carrying


def _of_another_row(
    claim: str, quantity: Quantity, carrying: set[Line], reading: EvidenceText
) -> bool:
    """Tell whether only tables have the value, and each of them in another row or column."""
    tables = [t for t in find_tables(reading.lines) if not carrying.isdisjoint(t.lines)]
    if not tables or carrying - {line for table in tables for line in table.lines}:
        return False
    wanted = words_of(claim)
    return all(table.misplaces(quantity, wanted) for table in tables)


def _of_another(claim: str, quantity: Quantity, carrying: set[Line]) -> bool:
    """Tell whether each line with the value has it beside other words, and the claim's by another.

    "Rape fell 5.2 percent, robbery 8.9 percent" does not say that rape fell 8.9 percent.
    """
    if quantity.measure not in _SHARES:
        return False  # what a number counts stands behind it, and is compared by that
    words = next(told for q, told in _told(claim, quantity) if q.start == quantity.start)
    return bool(words) and all(
        of_another(
            words, ((same(quantity, q), t) for q, t in _told(ln.text, quantity)), len(words) / 2
        )
        for ln in carrying
    )


def _told(text: str, kind: Quantity) -> list[tuple[Quantity, frozenset[str]]]:
    alike = [q for q in amounts_of(text) if (q.measure, q.unit) == (kind.measure, kind.unit)]
    return list(zip(alike, beside(text, [(q.start, q.end) for q in alike]), strict=True))


def _apart_from_figures(claim: str) -> frozenset[str]:
    figures = {w for q in amounts_of(claim) for w in content_stems(claim[q.start : q.end])}
    return frozenset(w for w in content_stems(claim) if w not in figures and not w[0].isdigit())


def _derived(claim: str, quantity: Quantity, stated: list[Quantity], reading: EvidenceText) -> bool:
    """Tell whether the figure may be reckoned, and no sentence on the same thing gives another."""
    close = reading.close(_apart_from_figures(claim))
    given = (q for line, q in reading.quantities if line in close and not same(quantity, q))
    if any(quantity.unit and q.unit == quantity.unit for q in given):
        return False
    rival = _rival(claim, quantity, stated, reading, CLOSE)
    return rival is None and amounts_to(quantity, reading)


def _vague(quantity: Quantity, claim: str) -> bool:
    said = claim[quantity.start : quantity.end]
    second = quantity.measure is Measure.ORDINAL and said.casefold() == "second"
    return quantity.measure is Measure.VAGUE or second


def _idle(quantity: Quantity, said: str) -> bool:
    """Tell whether a number word is used as a pronoun or adverb and states no quantity."""
    first = said.casefold().replace("-", " ").split()[0]
    return quantity.value == 1 and first in {"one", "first"} and " of " not in said


def _counted(quantity: Quantity, reading: EvidenceText) -> bool:
    """Tell whether the evidence shows a small count without saying it."""
    if quantity.measure is not Measure.NUMBER or quantity.unit:
        return False
    if quantity.value == len(reading.extracts) and quantity.near & _OF_SOURCES:
        return True
    if quantity.value == 2 and reading.stems & _TWO:
        return True
    return quantity.value <= _LONGEST_LIST and any(
        quantity.value in _listed(line.text) for line in reading.lines
    )


def _listed(text: str) -> set[int]:
    """Give the lengths of the lists of names in a sentence ("Ann Lee (D), Bo Ray and Cy Orr")."""
    lengths, run = set(), 1
    flat = _BRACKETS.sub(lambda m: " " * len(m[0]), fold(text))
    for before, after in pairwise(names(flat)):
        if _COMMA.fullmatch(flat, before.end, after.start):
            run += 1
        else:
            lengths.add(run)
            run = 1
    return (lengths | {run}) - {1}


def _rival(
    claim: str,
    quantity: Quantity,
    stated: list[Quantity],
    reading: EvidenceText,
    least: float = _RIVAL,
) -> tuple[Line, Quantity] | None:
    """Find another value that the evidence gives for the same thing, in the closest line."""
    words = _apart_from_figures(claim)
    best, best_score = None, least
    for line, given in reading.quantities:
        if given.measure is not quantity.measure or given.implied:
            continue
        if given.measure in _COUNTING and not (given.near & quantity.near):
            continue
        if _TOTAL.search(line.text, 0, given.start):
            continue
        if any(same(q, given) for q in stated):
            continue
        score = reading.overlap(words, line)
        if score >= best_score and (best is None or score > best_score):
            best, best_score = (line, given), score
    return best

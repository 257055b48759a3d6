"""Figures that the evidence does not give, though two of its figures or dates amount to them."""

import math
from collections.abc import Iterator
from datetime import date
from itertools import combinations

from agent.checks.dates import Date
from agent.checks.quantities import Bound, Measure, Quantity
from agent.checks.reading import Reading

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


def amounts_to(wanted: Quantity, reading: Reading) -> bool:
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


def _values(reading: Reading, measures: set[Measure]) -> list[float]:
    found = (q for _, q in reading.quantities if q.measure in measures and not q.implied)
    return sorted({q.value for q in found if math.isfinite(q.value) and q.value > 0})


def _distances(unit: str, reading: Reading) -> Iterator[float]:
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

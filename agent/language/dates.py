"""Calendar dates in a text, and whether one carries another."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from agent.language.lexicon import pattern, word_list
from agent.language.text import fold

_MONTHS = word_list("core.months").words
_NUMBER = {m[:3]: n for n, m in enumerate(_MONTHS, start=1)}
_SHORT = "|".join(m[:3] for m in _MONTHS)
_MONTH = rf"(?i:{'|'.join(_MONTHS)}|(?:sept|{_SHORT})\.?)"
_YEAR = r"(?:1[5-9]\d\d|20\d\d)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_DATE = re.compile(
    rf"""(?<![\w$€£.,/])(?:
      (?P<iso>{_YEAR}-[01]\d-[0-3]\d)
    | (?P<d1>{_DAY})(?:st|nd|rd|th)?\s(?:of\s)?(?!may\b|march\b)(?P<m1>{_MONTH})
        (?:,?\s(?P<y1>{_YEAR}))?
    | (?P<m2>{_MONTH})\s(?P<d2>{_DAY})(?:st|nd|rd|th)?(?!:|[.,]\d)(?:,?\s(?P<y2>{_YEAR}))?
    | (?P<m3>{_MONTH}),?\s(?P<y3>{_YEAR})
    | (?P<m4>{"|".join(m.title() for m in _MONTHS)})
    | (?P<decade>{_YEAR})(?:s|(?<=0)'s)
    | (?P<y4>{_YEAR})-(?P<until>\d\d(?:\d\d)?)
    | (?P<y5>{_YEAR})(?![,.]\d|/\d|\s?(?:%|per\s?cent|people|km|miles|met(?:re|er)s|feet|times)\b)
    )(?!\w)""",
    re.VERBOSE,
)
_ALSO_WORDS = frozenset({"march", "april", "may", "june", "august"})
_LEAD = pattern(r"(?:^|\W)(?:{core.prepositions}|until|late|early|mid|last|and)\W$", re.IGNORECASE)
_RELATIVE = pattern(
    r"\b(?:yesterday|today|tomorrow|tonight|(?:last|next|this|the previous|the following)"
    r" {core.spans}|\w+\s{core.spans}s?\s(?:ago|earlier|later)|{core.weekdays}s?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Date:
    """A date as far as the text gives it; `start` and `end` are character offsets."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    until: int | None = None
    """Last year of a decade or a range of years."""


def dates(text: str) -> list[Date]:
    """Find every calendar date of a text: day, month, year, decade or range of years."""
    return list(_dates(text))


@lru_cache(maxsize=4_096)
def _dates(text: str) -> tuple[Date, ...]:
    flat = fold(text)
    return tuple(_date(m) for m in _DATE.finditer(flat) if _is_month(m, flat))


def relative(text: str) -> list[tuple[int, int]]:
    """Find the spans of dates that depend on when they were written ("last week")."""
    return [m.span() for m in _RELATIVE.finditer(fold(text))]


def carries(given: Date, wanted: Date, years: Iterable[int] = ()) -> bool:
    """Tell whether a date of the evidence carries one of the claim, which may be less exact.

    Args:
        given: the date of the evidence.
        wanted: the date of the claim.
        years: years that a date without one may belong to.
    """
    if wanted.until is not None:
        return given.year == wanted.year and given.until == wanted.until
    if wanted.year is not None and not _in_year(given, wanted, years):
        return False
    return wanted.month in {None, given.month} and wanted.day in {None, given.day}


def of_day(day: date) -> Date:
    """Give a calendar day as a `Date` without a place in a text."""
    return Date(0, 0, day.year, day.month, day.day)


def _in_year(given: Date, wanted: Date, years: Iterable[int]) -> bool:
    if given.year is None:
        return given.month is not None and wanted.month is not None and wanted.year in set(years)
    if given.until is not None and wanted.month is None:
        return wanted.year in {given.year, given.until}
    return given.year == wanted.year


def _is_month(match: re.Match[str], text: str) -> bool:
    """Tell a month from a name or verb in the same letters ("May", "March")."""
    alone = match["m4"]
    if not alone or alone.casefold() not in _ALSO_WORDS:
        return True
    return _LEAD.search(text, max(0, match.start() - 8), match.start()) is not None


def _date(match: re.Match[str]) -> Date:
    start, end = match.span()
    if match["iso"]:
        year, month, day = (int(part) for part in match["iso"].split("-"))
        return Date(start, end, year, month, day)
    if match["decade"]:
        first = int(match["decade"])
        return Date(start, end, first, until=first + (99 if first % 100 == 0 else 9))
    if match["y4"]:
        last = match["until"]
        return Date(start, end, int(match["y4"]), until=int(match["y4"][: -len(last)] + last))
    month_name = match["m1"] or match["m2"] or match["m3"] or match["m4"]
    year_text = match["y1"] or match["y2"] or match["y3"] or match["y5"]
    day_text = match["d1"] or match["d2"]
    return Date(
        start,
        end,
        int(year_text) if year_text else None,
        _NUMBER[month_name[:3].casefold()] if month_name else None,
        int(day_text) if day_text else None,
    )

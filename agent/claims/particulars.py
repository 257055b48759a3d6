"""Who, where and when of a claim, as far as its words show it."""

import re
from datetime import date, timedelta
from typing import Final, NamedTuple

from agent.checks.dates import dates, relative
from agent.checks.names import names

PLACE: Final = re.compile(
    r"\b(?:in|at|near|off|outside|inside|across|around|throughout|over)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
AGO: Final = re.compile(r"(?P<count>\w+)\s+(?P<unit>day|week|month|year)s?\s+ago", re.IGNORECASE)
COUNTS: Final = {
    word: n
    for n, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    )
} | {"a": 1, "an": 1}
MOST: Final = 99
"""A larger number of days, months or years ago is left as it is."""


class Particulars(NamedTuple):
    """Names in order; dates as they stand in the claim."""

    actors: tuple[str, ...]
    places: tuple[str, ...]
    dates: tuple[str, ...]
    resolved: tuple[tuple[str, str], ...]
    """Dates that depend on the day of asking, each with the calendar date it was read as."""


def particulars(text: str, asked_on: date | None) -> Particulars:
    """Find the names and dates of a claim; a name behind "in" or "near" is a place."""
    actors: list[str] = []
    places: list[str] = []
    spans = [(d.start, d.end) for d in dates(text)]
    for name in names(text):
        said = text[name.start : name.end].removesuffix("'s")
        if any(a <= name.start < b for a, b in spans) or (name.opens and _common(said)):
            continue
        (places if PLACE.search(text[: name.start]) else actors).append(said)
    when = [text[a:b] for a, b in spans]
    vague = [text[start:end] for start, end in relative(text)]
    spelled = [(w, _calendar(w.lower(), asked_on)) for w in vague] if asked_on else []
    return Particulars(
        actors=tuple(dict.fromkeys(actors)),
        places=tuple(dict.fromkeys(places)),
        dates=tuple(dict.fromkeys((*when, *vague))),
        resolved=tuple((w, s) for w, s in spelled if s),
    )


def _common(word: str) -> bool:
    """A plural that only opens the sentence ("Homicides fell")."""
    return word.istitle() and word.endswith("s") and " " not in word


def _calendar(words: str, today: date) -> str | None:
    """The calendar date that `words` mean on the day `today`, or None."""
    if words in {"today", "tonight"}:
        return _day(today)
    if words == "yesterday":
        return _day(today - timedelta(days=1))
    which, _, unit = words.partition(" ")
    if which in {"last", "this"}:
        return _period(unit, 1 if which == "last" else 0, today)
    if ago := AGO.fullmatch(words):
        count = COUNTS.get(
            ago["count"], int(ago["count"]) if ago["count"].isdecimal() else MOST + 1
        )
        return _before(count, ago["unit"], today) if count <= MOST else None
    return None


def _period(unit: str, back: int, today: date) -> str | None:
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return f"{_day(monday)} to {_day(monday + timedelta(days=6))}"
    return _before(back, unit, today) if unit in {"month", "year"} else None


def _before(count: int, unit: str, today: date) -> str:
    if unit in {"day", "week"}:
        return _day(today - timedelta(days=count * (7 if unit == "week" else 1)))
    if unit == "year":
        return str(today.year - count)
    months = today.year * 12 + today.month - 1 - count
    return f"{date(months // 12, months % 12 + 1, 1):%B} {months // 12}"


def _day(when: date) -> str:
    return f"{when:%B} {when.day}, {when.year}"

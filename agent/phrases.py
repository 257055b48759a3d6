"""How a page counts, dates and lists things in words."""

from collections.abc import Sequence
from datetime import date

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def day(when: date) -> str:
    """January 27, 2026."""
    return f"{when:%B} {when.day}, {when.year}"


def span(dated: Sequence[date]) -> str:
    """On January 7, 2026; from January 7, 2026 to May 1, 2026."""
    first, last = dated[0], dated[-1]
    return f"on {day(first)}" if first == last else f"from {day(first)} to {day(last)}"


def number(count: int) -> str:
    """Words up to nine, then digits."""
    return WORDS[count] if count < len(WORDS) else str(count)


def sources_cited(count: int) -> str:
    """Three cited sources."""
    return f"{number(count)} cited {'source' if count == 1 else 'sources'}"


def verb_for(count: int, verb: str) -> str:
    """The verb in the present tense for so many of a thing."""
    if count != 1:
        return verb
    ends_in_y = verb.endswith("y") and verb[-2] not in "aeiou"
    return f"{verb[:-1]}ies" if ends_in_y else f"{verb}s"


def is_or_are(count: int) -> str:
    return "is" if count == 1 else "are"


def origins(count: int) -> str:
    return "origin" if count == 1 else "origins"


def listed(parts: Sequence[str]) -> str:
    """A, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"

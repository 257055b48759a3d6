"""Number words, units and currencies: spellings to values."""

import re
from collections.abc import Iterable

_ONES = (  # noqa: SIM905
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_NTH = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()  # noqa: SIM905

CARDINALS = {word: n for n, word in enumerate(_ONES)} | {
    word: 10 * n for n, word in enumerate(_TENS, start=2)
}
ORDINALS = {word: n for n, word in enumerate(_NTH, start=1)}
PARTS = {"half": 2, "halves": 2, "quarter": 4, "quarters": 4} | {
    word + ending: n for word, n in ORDINALS.items() if n > 2 for ending in ("", "s")
}
MAGNITUDES = {
    "dozen": 12.0, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6,
    "billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12,
}  # fmt: skip


def _spellings(table: dict[str, str]) -> dict[str, str]:
    return {word: name for name, words in table.items() for word in words.split()}


UNITS = _spellings(
    {
        "second": "second seconds sec secs",
        "minute": "minute minutes min mins",
        "hour": "hour hours hr hrs",
        "day": "day days",
        "week": "week weeks",
        "month": "month months",
        "year": "year years yr yrs",
        "decade": "decade decades",
        "century": "century centuries",
        "kilometre": "km kms kilometre kilometres kilometer kilometers",
        "metre": "metre metres meter meters",
        "centimetre": "cm centimetre centimetres centimeter centimeters",
        "millimetre": "mm millimetre millimetres millimeter millimeters",
        "mile": "mile miles",
        "foot": "foot feet ft",
        "inch": "inch inches",
        "kilogram": "kg kilogram kilograms kilo kilos",
        "gram": "gram grams",
        "milligram": "mg milligram milligrams",
        "pound": "pound pounds lb lbs",
        "tonne": "tonne tonnes ton tons",
        "degree": "degree degrees",
        "watt": "watt watts",
        "litre": "litre litres liter liters",
        "hertz": "hz hertz",
        "megahertz": "mhz megahertz",
        "gigahertz": "ghz gigahertz",
    }
)
CURRENCIES = _spellings(
    {
        "dollar": "$ us$ usd dollar dollars",
        "euro": "€ eur euro euros",
        "sterling": "£ gbp",
        "yen": "¥ jpy yen",
        "rupee": "₹ inr rupee rupees",
        "cent": "cent cents",
    }
)


def either(spellings: Iterable[str]) -> str:
    """Give a pattern for any of the spellings, longest first."""
    return "|".join(sorted(map(re.escape, spellings), key=len, reverse=True))


def value(text: str) -> float:
    """Give the value of a number in digits or in words ("1,024", "two hundred and one").

    Raises:
        ValueError: a word is not part of a number.
    """
    if text[:1].isdigit():
        return float(re.sub(r"[^\d.]", "", text))
    total, current = 0.0, 0.0
    for word in re.split(r"[\s-]+", text.casefold().strip()):
        if word in CARDINALS:
            current += CARDINALS[word]
        elif word in {"a", "an"}:
            current = current or 1.0
        elif word == "half":
            current = 0.5
        elif word == "hundred":
            current = (current or 1.0) * 100
        elif word == "thousand":
            total, current = total + (current or 1.0) * 1000, 0.0
        elif word != "and":
            raise ValueError(f"not a number: {text!r}")
    return total + current

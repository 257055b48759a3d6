"""Numbers, shares and sums of money in a text, and whether one carries another."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from agent.language.lexicon import spellings, word_list
from agent.language.text import content_stems, fold

_NUMBERS = word_list("core.number_words").words


def _ordinal(cardinal: str) -> str:
    """Third from three, fifth from five, ninth from nine."""
    stem = f"{cardinal[:-2]}f" if cardinal.endswith("ve") else cardinal.rstrip("et")
    return {"on": "first", "two": "second", "thr": "third"}.get(stem, f"{stem}th")


CARDINALS = {w: n if n <= 20 else 10 * (n - 18) for n, w in enumerate(_NUMBERS)}
ORDINALS = {"eleventh": 11} | {
    _ordinal(w): n for w, n in CARDINALS.items() if 0 < n <= 10 or n == 12
}
PARTS = {"half": 2, "halves": 2, "quarter": 4, "quarters": 4} | {
    word + ending: n for word, n in ORDINALS.items() if n > 2 for ending in ("", "s")
}
_POWERS = {3: "thousand k", 6: "million mn m", 9: "billion bn b", 12: "trillion tn"}
MAGNITUDES = {"dozen": 12.0} | {w: 10.0**n for n, ws in _POWERS.items() for w in ws.split()}
_COINS = frozenset(["dollar", "euro", "sterling", "yen", "rupee", "cent"])
UNITS = {word: unit for word, unit in spellings("core.units").items() if unit not in _COINS}
CURRENCIES = {word: unit for word, unit in spellings("core.units").items() if unit in _COINS}


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


class Measure(StrEnum):
    """What a quantity counts."""

    NUMBER = "number"
    ORDINAL = "ordinal"
    RATIO = "ratio"
    PERCENT = "percent"
    POINTS = "percentage points"
    MONEY = "money"
    VAGUE = "vague"
    """"Dozens", "hundreds": a quantity without a value."""


class Bound(StrEnum):
    """How a value is hedged."""

    EXACT = "exactly"
    ABOUT = "about"
    NEARLY = "nearly"
    OVER = "more than"
    UNDER = "less than"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity of a text; `start` and `end` are character offsets."""

    value: float
    measure: Measure
    start: int
    end: int
    unit: str = ""
    """A unit of measurement or a currency in one spelling, else empty."""
    bound: Bound = Bound.EXACT
    near: frozenset[str] = frozenset()
    """Stems of the two content words that follow."""
    rounded: bool = False
    """Written with a magnitude word ("5.2 million"), so it may be rounded."""
    implied: bool = False
    """Follows from the words without being said: the ratio in "20 of the 31"."""


_HEDGES = {
    word: bound
    for bound, hedges in {
        Bound.ABOUT: "about, around, roughly, some, approximately, circa, close to",
        Bound.NEARLY: "nearly, almost, approaching, just under",
        Bound.OVER: "more than, over, at least, above, upwards of, exceeding",
        Bound.UNDER: "less than, fewer than, under, below, at most, up to",
    }.items()
    for word in hedges.split(", ")
}
_DIGITS = r"(?:\d{1,3}(?:[,\u00a0\u2009\u202f]\d{3})+|\d+)(?:\.\d+)?"
_BIG = either(w for w in MAGNITUDES if len(w) > 1)
_UNIT = either(w for w, n in CARDINALS.items() if n < 20)
_SMALL = (
    rf"(?:(?:{either(w for w, n in CARDINALS.items() if n >= 20)})(?:[\s-](?:{_UNIT}))?|{_UNIT})"
)
_HUNDREDS = rf"(?:(?:{_SMALL}|a)[\s-]hundred(?:\s(?:and\s)?{_SMALL})?|{_SMALL})"
_SPELLED = rf"(?:{_HUNDREDS}[\s-]thousand\s(?:and\s)?{_HUNDREDS}|{_HUNDREDS})"
_VALUE = rf"(?:{_DIGITS}|{_SPELLED}\b|(?:half\s)?an?(?=[\s-](?:{_BIG})\b))"
_COUNT = rf"(?:{_DIGITS}|{_SMALL})"
_QUANTITY = re.compile(
    rf"""(?<![\w.,/])(?:(?<![A-Za-z]-)|(?<=\bmid-)|(?<=\blate-)|(?<=\bearly-))(?:
      (?P<vague>(?:dozens|scores|hundreds|thousands|millions|billions)\b)
    | (?P<top>{_COUNT})\s(?P<link>in|out\sof|of)\s(?:every\s|the\s|its\s|all\s)?
        (?P<bottom>{_COUNT})\b(?![.,]\d)(?![\s-]*(?:%|per\s?cent|{_BIG}))
    | (?:(?P<times>{_SMALL}|\d+)[\s-]|an?\s(?=\w+\sof\b)|(?<=\bby\s)an?\s
        |(?<=roughly\s)an?\s|(?<=about\s)an?\s|(?<=nearly\s)an?\s|(?<=almost\s)an?\s
        |(?<=than\s)an?\s|(?=halves\b|half\s(?:of|the|its|their|as|that)\b))
        (?P<part>{either(PARTS)})\b
    | (?P<slash>\d{{1,3}}/\d{{1,3}})(?![/\d])
    | (?P<nth>\d+)(?:st|nd|rd|th)\b
    | (?:(?P<sign>US\$|[$€£¥₹]|(?:USD|EUR|GBP|JPY|INR)\b)\s?)?(?P<value>{_VALUE})
      (?:[\s-]?(?P<scale>{_BIG})\b|(?P<letter>[kmb])(?!\w))?
      (?P<tail>[\s-]?(?:%|per\s?cent(?:age)?\b(?:[\s-]points?\b)?|percentage[\s-]points?\b|pct\b)
        |\s(?:US\s)?(?P<coin>{either(w for w in CURRENCIES if w.isalpha() and len(w) > 2)})\b)?
      (?:[\s-]?(?P<unit>{either(UNITS)})\b)?(?:\s?[ap]\.?m\b)?(?![A-Za-z\d])
    | (?P<ordinal>{either(ORDINALS)})\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_HEDGED = re.compile(rf"(?:^|\W)({either(_HEDGES)})\s(?:(?:the|a|every)\s)?$", re.IGNORECASE)
_HEDGED_BEHIND = re.compile(r"(?:\s\w+)?\sor so\b", re.IGNORECASE)
"""As in "26 seconds or so"."""
_LONGEST_HEDGE = 21
"""Characters before a quantity in which a hedge stands: "approximately every"."""
_FOLLOWING = 40
"""Characters after a quantity in which what it counts is named."""


def quantities(text: str, skip: Sequence[tuple[int, int]] = ()) -> list[Quantity]:
    """Find every quantity of a sentence.

    Args:
        text: one sentence.
        skip: character spans that are something else, such as dates.
    """
    flat = fold(text)
    return [
        quantity
        for match in _QUANTITY.finditer(flat)
        for quantity in _read(match, flat)
        if not any(start < quantity.end and quantity.start < end for start, end in skip)
    ]


def _read(match: re.Match[str], text: str) -> Iterator[Quantity]:
    start, end = match.span()
    hedge = _HEDGED.search(text, max(0, start - _LONGEST_HEDGE), start)
    about = Bound.ABOUT if _HEDGED_BEHIND.match(text, end) else Bound.EXACT
    following = re.split(r"[.,;:()\d]", text[end : end + _FOLLOWING])[0]
    bare = Quantity(
        math.nan,
        Measure.VAGUE,
        start,
        end,
        bound=_HEDGES[hedge[1].casefold()] if hedge else about,
        near=frozenset(content_stems(following)[:2]),
    )
    if match["vague"]:
        yield bare
    elif match["top"]:
        yield from _share(bare, match)
    elif match["part"]:
        share = value(match["times"] or "one") / PARTS[match["part"].casefold()]
        yield replace(bare, value=share, measure=Measure.RATIO)
    elif match["slash"]:
        top, bottom = (float(n) for n in match["slash"].split("/"))
        yield replace(bare, value=top / bottom if bottom else math.inf, measure=Measure.RATIO)
    elif match["nth"] or match["ordinal"]:
        n = float(match["nth"] or ORDINALS[match["ordinal"].casefold()])
        yield replace(bare, value=n, measure=Measure.ORDINAL)
    else:
        yield _plain(bare, match)


def _share(bare: Quantity, match: re.Match[str]) -> Iterator[Quantity]:
    """Read "one in five" as a ratio and "20 of the 31" as two numbers; each implies the other.

    Each number has its own place: in "Law 228 of 2017" the second is a year and no number.
    """
    ratio = match["link"].casefold() != "of"
    top, bottom = value(match["top"]), value(match["bottom"])
    for part, number in (("top", top), ("bottom", bottom)):
        start, end = match.span(part)
        told = replace(bare, start=start, end=end, value=number, measure=Measure.NUMBER)
        yield replace(told, implied=ratio)
    if bottom > top:
        yield replace(bare, value=top / bottom, measure=Measure.RATIO, implied=not ratio)


def _plain(bare: Quantity, match: re.Match[str]) -> Quantity:
    scale = (match["scale"] or match["letter"] or "").casefold()
    amount = value(match["value"]) * MAGNITUDES.get(scale, 1.0)
    tail = (match["tail"] or "").casefold().lstrip(" -")
    coin = (match["sign"] or match["coin"] or "").casefold().strip()
    measure, unit = Measure.NUMBER, UNITS.get((match["unit"] or "").casefold(), "")
    if coin:
        measure, unit = Measure.MONEY, CURRENCIES[coin]
    elif "point" in tail:
        measure = Measure.POINTS
    elif tail:
        measure = Measure.PERCENT
    return replace(
        bare, value=amount, measure=measure, unit=unit, rounded=scale not in {"", "dozen"}
    )


_ABOUT = 0.1
"""How far from its value "about" may stray: a tenth, as in "about 90" for 87."""


def same(claimed: Quantity, given: Quantity) -> bool:
    """Tell whether a quantity of the evidence carries one of the claim."""
    if Measure.VAGUE in {claimed.measure, given.measure}:
        return claimed.measure is given.measure
    wanted, found = _comparable(claimed, given)
    if wanted is None or found is None:
        return False
    if claimed.unit and given.unit and claimed.unit != given.unit:
        return False
    return _equal(claimed, given, wanted, found)


def _equal(claimed: Quantity, given: Quantity, wanted: float, found: float) -> bool:
    if math.isclose(wanted, found, rel_tol=1e-9):
        return True
    match claimed.bound:
        case Bound.ABOUT:
            return abs(wanted - found) <= _ABOUT * abs(found)
        case Bound.NEARLY:
            return (1 - _ABOUT) * wanted <= found < wanted
        case Bound.OVER:
            return wanted <= found <= 2 * wanted and given.bound is not Bound.UNDER
        case Bound.UNDER:
            return wanted / 2 <= found <= wanted and given.bound is not Bound.OVER
        case Bound.EXACT:
            return claimed.rounded and _rounds_to(found, wanted)


def _rounds_to(found: float, wanted: float) -> bool:
    """Tell whether `found` rounds to `wanted` at the digits that `wanted` shows."""
    digits = f"{wanted:.12g}".replace(".", "").strip("0")
    return len(digits) >= 2 and math.isclose(float(f"{found:.{len(digits)}g}"), wanted)


def _comparable(claimed: Quantity, given: Quantity) -> tuple[float | None, float | None]:
    shares = {Measure.PERCENT: 100.0, Measure.RATIO: 1.0}
    if claimed.measure in shares and given.measure in shares:
        return claimed.value / shares[claimed.measure], given.value / shares[given.measure]
    if claimed.measure is given.measure:
        return claimed.value, given.value
    if {claimed.measure, given.measure} == {Measure.NUMBER, Measure.MONEY}:
        return (claimed.value, given.value) if claimed.measure is Measure.NUMBER else (None, None)
    return None, None
